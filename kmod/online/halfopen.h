/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_HALFOPEN_H
#define TCOPY_ONLINE_HALFOPEN_H

#include "../lib/flow.h"
#include "../lib/seg.h"
#include "forward.h"

struct tcopy_net;
struct tcopy_halfopen;

/**
 * struct tcopy_syn - what a client's SYN said
 * @isn:	initial sequence number
 * @tsval:	with TCOPY_OPT_TS
 * @len:	payload bytes in it (TCP Fast Open)
 * @ack:	with @picked: what the client acknowledged of the online service
 *		when the copy begins
 * @mss:	with TCOPY_OPT_MSS
 * @opts:	TCOPY_OPT_...
 * @wscale:	with TCOPY_OPT_WS
 * @picked:	there was no such SYN: a connection older than its target, of
 *		which a request begins behind @isn
 * @answered:	production's SYN-ACK was seen: @online holds
 * @mptcp:	and it agreed to MPTCP
 * @at:		jiffies when it came
 * @online:	what was seen of production since
 */
struct tcopy_syn {
	u32 isn;
	u32 tsval;
	u32 len;
	u32 ack;
	u16 mss;
	u8 opts;
	u8 wscale;
	bool picked;
	bool answered;
	bool mptcp;
	u32 at;
	struct tcopy_forward online;
};

struct tcopy_halfopen *tcopy_halfopen_new(void);
void tcopy_halfopen_free(struct tcopy_halfopen *table);
void tcopy_halfopen_add(struct tcopy_net *tn, const struct tcopy_flow *flow,
			const struct tcopy_seg *seg);
void tcopy_halfopen_pick(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_syn *syn);
bool tcopy_halfopen_reply(struct tcopy_net *tn, const struct tcopy_flow *flow,
			  const struct tcopy_seg *seg);
bool tcopy_halfopen_begins(struct tcopy_net *tn, const struct tcopy_flow *flow,
			   const struct tcopy_seg *seg);
bool tcopy_halfopen_may(struct tcopy_net *tn, u32 hash);
bool tcopy_halfopen_has(struct tcopy_net *tn, const struct tcopy_flow *flow,
			u32 seq);
bool tcopy_halfopen_find(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 u32 seq, struct tcopy_syn *syn);
bool tcopy_halfopen_take(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 u32 seq, struct tcopy_syn *syn);
void tcopy_halfopen_del(struct tcopy_net *tn, const struct tcopy_flow *flow,
			u32 seq);

#endif
