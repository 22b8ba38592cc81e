// SPDX-License-Identifier: GPL-2.0
/* trace: where the tracepoints are. */

#include "session.h"

/* What show-stats calls its counters; made from the enum. Unused in
 * a kernel without tracepoints.
 */
static const char *const tcopy_trace_names[] __maybe_unused = {
#include "trace_names.inc"
};

#define CREATE_TRACE_POINTS
#include "trace.h"
