// SPDX-License-Identifier: GPL-2.0
/* trace: where the tracepoint is. */

#include "respond.h"

/* What is counted is called; made from the enum. Unused in
 * a kernel without tracepoints.
 */
static const char *const icept_trace_names[] __maybe_unused = {
#include "trace_names.inc"
};

#define CREATE_TRACE_POINTS
#include "trace.h"
