#ifndef SIGNALBOX_QOTD_SIGNALS_H
#define SIGNALBOX_QOTD_SIGNALS_H

/* The signals of the QOTD server; what each means stands in <signalbox/qotd_signals.def>. */

#include <signalbox/base.h>

struct sb_qotd;
struct sb_qotd_request;

#define SIGNALS <signalbox/qotd_signals.def>
#define SB_SIGNALS_API SB_API
#include <signalbox/declare_signals.h>

SB_C_BEGIN
SB_API extern const struct sb_table sb_qotd_signals;
SB_C_END

#endif
