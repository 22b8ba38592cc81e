/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_HALFOPEN_H
#define TCOPY_ONLINE_HALFOPEN_H

#include "../lib/flow.h"
#include "../lib/seg.h"
#include "forward.h"

struct tcopy_net;

/* A SYN has its place in one of so many sets, with room for others. */
#define TCOPY_HALFOPEN_SETS	4096	/* power of two */
#define TCOPY_HALFOPEN_WAYS	4

/**
 * struct tcopy_halfopen - client SYNs of late; the rest of it is private
 * @tag:	hashes of their flows, by tcopy_halfopen_tag(), 0: none. By
 *		themselves, because each packet asks for one. Read without a
 *		lock: a wrong value costs a look-up under it, or misses a SYN of
 *		this instant
 */
struct tcopy_halfopen {
	u32 tag[TCOPY_HALFOPEN_SETS][TCOPY_HALFOPEN_WAYS];
};

static inline u32 tcopy_halfopen_set(u32 hash)
{
	return (hash >> 1) & (TCOPY_HALFOPEN_SETS - 1);
}

static inline u32 tcopy_halfopen_tag(u32 hash)
{
	return hash | 1;
}

/**
 * tcopy_halfopen_may() - is there a SYN that may be of this connection?
 * @table:	the table
 * @hash:	of its flow, with seed 0
 *
 * Of nearly all connections that are open it says no.
 *
 * Context: BH.
 */
static inline bool tcopy_halfopen_may(const struct tcopy_halfopen *table,
				      u32 hash)
{
	const u32 *way = table->tag[tcopy_halfopen_set(hash)];
	u32 tag = tcopy_halfopen_tag(hash);
	bool may = READ_ONCE(way[0]) == tag || READ_ONCE(way[1]) == tag ||
		   READ_ONCE(way[2]) == tag || READ_ONCE(way[3]) == tag;

	static_assert(TCOPY_HALFOPEN_WAYS == 4);
	/* Pairs with tcopy_halfopen_take(): who does not find it any more finds
	 * in the session tables what became of it.
	 */
	smp_rmb();
	return may;
}

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
 * @at:		jiffies when it came, or the copy was picked up
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
bool tcopy_halfopen_has(struct tcopy_net *tn, const struct tcopy_flow *flow,
			u32 seq);
bool tcopy_halfopen_find(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 u32 seq, struct tcopy_syn *syn);
bool tcopy_halfopen_take(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 u32 seq, struct tcopy_syn *syn);
void tcopy_halfopen_del(struct tcopy_net *tn, const struct tcopy_flow *flow,
			u32 seq);

#endif
