/* must not compile: value */
#include <signalbox/dispatcher.h>

#define SIGNALS "table_with_field_twice.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table bad;

#define SIGNALS "table_with_field_twice.def"
#define SIGNALS_TABLE bad
#include <signalbox/define_signals.h>
