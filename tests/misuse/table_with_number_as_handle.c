/* must not compile: invalid type argument|pointer operand */
#include <signalbox/dispatcher.h>

#define SIGNALS "table_with_number_as_handle.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table bad;

#define SIGNALS "table_with_number_as_handle.def"
#define SIGNALS_TABLE bad
#include <signalbox/define_signals.h>
