/* must not compile: _Generic */
#include <signalbox/dispatcher.h>

#define SIGNALS "table_with_pointer_as_field.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table bad;

#define SIGNALS "table_with_pointer_as_field.def"
#define SIGNALS_TABLE bad
#include <signalbox/define_signals.h>
