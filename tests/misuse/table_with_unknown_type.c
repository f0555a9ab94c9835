/* must not compile: _Generic */
#include <signalbox/dispatcher.h>

#define SIGNALS "table_with_unknown_type.def"
#include <signalbox/declare_signals.h>
extern const struct sb_table bad;

#define SIGNALS "table_with_unknown_type.def"
#define SIGNALS_TABLE bad
#include <signalbox/define_signals.h>
