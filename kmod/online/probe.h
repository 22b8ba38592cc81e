/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_PROBE_H
#define TCOPY_ONLINE_PROBE_H

#include "rule.h"

struct tcphdr;

int tcopy_probe_reserve(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_probe_free(struct tcopy_target *t);
int tcopy_probe_send(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_probe_forget(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_probe_packet(const struct tcopy_rules *rules,
			const struct tcopy_flow *flow, const struct tcphdr *th);
struct tcopy_target *tcopy_probe_awaits(const struct tcopy_rules *rules,
					const struct tcopy_flow *flow);
void tcopy_probe_unreachable(struct tcopy_target *t, u32 seq);
bool tcopy_probe_header(struct tcopy_net *tn, const struct tcopy_rules *rules,
			const struct tcopy_flow *flow,
			const struct tcopy_seg *seg);

#endif
