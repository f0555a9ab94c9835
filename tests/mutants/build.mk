# The dispatcher, its JSON and their tests alone, for tests/mutants/run: made in a copy of the tree,
# where one changed file costs no more than what depends on it. As shared libraries, so that the tests
# need not be linked again.
CC = gcc
CFLAGS = -std=c11 -D_GNU_SOURCE -O0 -g1 -w -fPIC -fsanitize=address -MMD \
	-I. -Itests -Idispatch/include -Idispatch/json/include -Idispatch
DISPATCH = $(wildcard dispatch/*.c)
JSON = $(wildcard dispatch/json/*.c)
TESTS = $(patsubst %.c,build/%,$(wildcard tests/dispatch/test_*.c))
OF_MEMORY = $(filter %_memory,$(TESTS)) $(filter build/tests/dispatch/test_memory_%,$(TESTS))
LIBRARIES = build/libdispatch.so build/libjson.so
# Their allocations are their test's.
FAILING = build/libdispatch-failing.so build/libjson-failing.so
LINK = $(CC) -fsanitize=address -rdynamic -Wl,-rpath,'$$ORIGIN/../..' -Lbuild
WITH = -lcmocka -lpthread

all: most $(FAILING) $(OF_MEMORY)
most: $(LIBRARIES) $(filter-out $(OF_MEMORY),$(TESTS))

build/libdispatch.so: $(DISPATCH:%.c=build/%.o)
build/libjson.so: $(JSON:%.c=build/%.o)
build/libdispatch-failing.so: $(DISPATCH:%.c=build/failing/%.o)
build/libjson-failing.so: $(JSON:%.c=build/failing/%.o)
$(LIBRARIES) $(FAILING):
	$(CC) -fsanitize=address -shared $^ -o $@
build/tests/dispatch/test_%: build/tests/dispatch/test_%.o | $(LIBRARIES)
	$(LINK) $< -ljson -ldispatch -ljansson $(WITH) -o $@
build/tests/dispatch/test_memory_%: build/tests/dispatch/test_memory_%.o | $(FAILING)
	$(LINK) $< -ldispatch-failing $(WITH) -o $@
build/tests/dispatch/test_memory: build/tests/dispatch/test_memory.o | $(FAILING)
	$(LINK) $< -ldispatch-failing $(WITH) -o $@
build/tests/dispatch/test_json_memory: build/tests/dispatch/test_json_memory.o | $(FAILING)
	$(LINK) $< -ljson-failing -ldispatch-failing -ljansson $(WITH) -o $@
build/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@
build/failing/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -include tests/dispatch/failing_memory.h -c $< -o $@

.SECONDARY:
-include $(DISPATCH:%.c=build/%.d) $(JSON:%.c=build/%.d) $(TESTS:=.d)
-include $(DISPATCH:%.c=build/failing/%.d) $(JSON:%.c=build/failing/%.d)
