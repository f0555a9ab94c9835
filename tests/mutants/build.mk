# The dispatcher and its tests alone, for tests/mutants/run: made in a copy of the tree, where one
# changed file costs no more than what depends on it. As shared libraries, so that the tests need not
# be linked again.
CC = gcc
CFLAGS = -std=c11 -D_GNU_SOURCE -O0 -g1 -w -fPIC -fsanitize=address -MMD \
	-I. -Itests -Idispatch/include -Idispatch
SOURCES = $(wildcard dispatch/*.c)
LIBRARY = $(SOURCES:%.c=build/%.o)
FAILING = $(SOURCES:%.c=build/failing/%.o)
TESTS = $(patsubst %.c,build/%.o,$(wildcard tests/dispatch/test_*.c))
LINK = $(CC) -fsanitize=address -rdynamic -Wl,-rpath,'$$ORIGIN'
LIBRARIES = build/tests/dispatch/libdispatch.so build/tests/dispatch/libfailing.so

all: $(LIBRARIES) $(TESTS:.o=)

build/tests/dispatch/libdispatch.so: $(LIBRARY)
	@mkdir -p $(@D)
	$(LINK) -shared -Wl,-soname,$(@F) $^ -lpthread -o $@
# It calls its test's allocations.
build/tests/dispatch/libfailing.so: $(FAILING)
	@mkdir -p $(@D)
	$(LINK) -shared -Wl,-soname,$(@F) $^ -lpthread -o $@
build/tests/dispatch/test_memory%: build/tests/dispatch/test_memory%.o | $(LIBRARIES)
	$(LINK) $< build/tests/dispatch/libfailing.so -lcmocka -lpthread -o $@
build/tests/dispatch/test_memory: build/tests/dispatch/test_memory.o | $(LIBRARIES)
	$(LINK) $< build/tests/dispatch/libfailing.so -lcmocka -lpthread -o $@
build/tests/dispatch/%: build/tests/dispatch/%.o | $(LIBRARIES)
	$(LINK) $< build/tests/dispatch/libdispatch.so -lcmocka -lpthread -o $@
build/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@
build/failing/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -include tests/dispatch/failing_memory.h -c $< -o $@

.SECONDARY:
-include $(LIBRARY:.o=.d) $(FAILING:.o=.d) $(TESTS:.o=.d)
