# The dispatcher and its tests alone, for tests/mutants/run: made in a copy of the tree, where one
# changed file costs no more than what depends on it.
CC = gcc
CFLAGS = -std=c11 -D_GNU_SOURCE -O0 -g1 -w -fsanitize=address -MMD -I. -Itests -Idispatch/include -Idispatch
LIBRARY = $(patsubst %.c,build/%.o,$(wildcard dispatch/*.c))
FAILING = $(patsubst %.c,build/failing/%.o,$(wildcard dispatch/*.c))
TESTS = $(patsubst %.c,build/%.o,$(wildcard tests/dispatch/test_*.c))

all: $(TESTS:.o=)

build/tests/dispatch/%: build/tests/dispatch/%.o $(LIBRARY)
	$(CC) -fsanitize=address $^ -lcmocka -lpthread -o $@
build/tests/dispatch/test_memory%: build/tests/dispatch/test_memory%.o $(FAILING)
	$(CC) -fsanitize=address $^ -lcmocka -lpthread -o $@
build/tests/dispatch/test_memory: build/tests/dispatch/test_memory.o $(FAILING)
	$(CC) -fsanitize=address $^ -lcmocka -lpthread -o $@
build/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@
build/failing/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -include tests/dispatch/failing_memory.h -c $< -o $@

.SECONDARY:
-include $(LIBRARY:.o=.d) $(FAILING:.o=.d) $(TESTS:.o=.d)
