/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_DROP_H
#define TCOPY_ONLINE_DROP_H

#include "rule.h"
#include "trace.h"

/**
 * tcopy_drop() - count packets that do not become a copy, and tell who traces
 * @t:		the target
 * @s:		the copy they would have been of, or NULL
 * @flow:	client to online service
 * @seg:	the packet, or NULL: several, or nothing is known of it
 * @why:	the counter: enum tcopy_a_stat
 * @packets:	how many; 0: nothing happens
 *
 * Context: any, as tcopy_count_add().
 */
static inline void tcopy_drop(struct tcopy_target *t,
			      const struct tcopy_session *s,
			      const struct tcopy_flow *flow,
			      const struct tcopy_seg *seg, unsigned int why,
			      unsigned int packets)
{
	this_cpu_add(t->stats->v[why], packets);
	if (packets)
		trace_tcopy_drop(t, s, flow, seg, why, packets);
}

#endif
