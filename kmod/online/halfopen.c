// SPDX-License-Identifier: GPL-2.0
/*
 * halfopen: the options of client SYNs of late. A table of fixed size without
 * timers: a flood of SYNs costs one write each, makes no session, and can do no
 * worse than overwrite entries of connections that are being opened. These are
 * then copied as such that are older than their target, or, with --sessions
 * full and where they are forwarded, not. Of 1,000 handshakes under way one in
 * 8,000 loses its place by chance, of 2,000 one in 600.
 */

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "flow_hash.h"
#include "halfopen.h"
#include "netns.h"

/**
 * struct halfopen_slot - one SYN
 * @syn:	what it said
 * @flow:	client to online service
 */
struct halfopen_slot {
	struct tcopy_syn syn;
	struct tcopy_flow flow;
};

/**
 * struct halfopen_set - SYNs that share a place
 * @lock:	protects the rest, and the set's tags; BH
 * @slot:	each where its tag says so
 */
struct halfopen_set {
	spinlock_t lock;
	struct halfopen_slot slot[TCOPY_HALFOPEN_WAYS];
};

struct halfopen_table {
	struct tcopy_halfopen tags;
	struct halfopen_set set[TCOPY_HALFOPEN_SETS];
};

/* Where a flow has its place, and the tag that it has there. */
struct halfopen_place {
	struct halfopen_set *set;
	u32 *way;
	u32 tag;
	u32 hash;
};

/**
 * tcopy_halfopen_new() - an empty table
 *
 * Return: the table, or NULL without memory.
 */
struct tcopy_halfopen *tcopy_halfopen_new(void)
{
	struct halfopen_table *table = kvzalloc(sizeof(*table), GFP_KERNEL);
	unsigned int i;

	if (!table)
		return NULL;
	for (i = 0; i < TCOPY_HALFOPEN_SETS; i++)
		spin_lock_init(&table->set[i].lock);
	return &table->tags;
}

/**
 * tcopy_halfopen_free() - free a table
 * @table: nobody uses it any more; may be NULL
 */
void tcopy_halfopen_free(struct tcopy_halfopen *table)
{
	if (table)
		kvfree(container_of(table, struct halfopen_table, tags));
}

static struct halfopen_place halfopen_place(struct tcopy_net *tn,
					    const struct tcopy_flow *flow)
{
	u32 hash = tcopy_flow_hash(flow, sizeof(*flow), 0);
	u32 i = tcopy_halfopen_set(hash);

	return (struct halfopen_place) {
		.set = &container_of(tn->halfopen, struct halfopen_table,
				     tags)->set[i],
		.way = tn->halfopen->tag[i],
		.tag = tcopy_halfopen_tag(hash),
		.hash = hash,
	};
}

/* Its slot, with the lock held; NULL: it is not there. */
static struct halfopen_slot *halfopen_slot(const struct halfopen_place *at,
					   const struct tcopy_flow *flow)
{
	unsigned int i;

	for (i = 0; i < TCOPY_HALFOPEN_WAYS; i++)
		if (at->way[i] == at->tag &&
		    tcopy_flow_equal(&at->set->slot[i].flow, flow))
			return &at->set->slot[i];
	return NULL;
}

static u32 *halfopen_way(const struct halfopen_place *at,
			 const struct halfopen_slot *slot)
{
	return &at->way[slot - at->set->slot];
}

/* A slot for one more: an empty one, or that of the oldest. */
static struct halfopen_slot *halfopen_room(const struct halfopen_place *at)
{
	struct halfopen_slot *slot = at->set->slot, *oldest = slot;
	u32 now = (u32)jiffies;
	unsigned int i;

	for (i = 0; i < TCOPY_HALFOPEN_WAYS; i++) {
		if (!at->way[i])
			return &slot[i];
		if (now - slot[i].syn.at > now - oldest->syn.at)
			oldest = &slot[i];
	}
	return oldest;
}

static void halfopen_put(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_syn *syn)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot;

	spin_lock(&at.set->lock);
	slot = halfopen_slot(&at, flow);
	/* The SYN again: what production has answered to it stands. */
	if (slot && !syn->picked && slot->syn.answered &&
	    slot->syn.isn == syn->isn)
		goto unlock;
	if (!slot)
		slot = halfopen_room(&at);
	WRITE_ONCE(*halfopen_way(&at, slot), at.tag);
	slot->flow = *flow;
	slot->syn = *syn;
	slot->syn.at = (u32)jiffies;
unlock:
	spin_unlock(&at.set->lock);
}

/**
 * tcopy_halfopen_add() - remember a client's SYN
 * @tn:		the namespace
 * @flow:	client to online service
 * @seg:	the SYN
 *
 * Replaces what has been in its place for longest, where that is full.
 *
 * Context: BH.
 */
void tcopy_halfopen_add(struct tcopy_net *tn, const struct tcopy_flow *flow,
			const struct tcopy_seg *seg)
{
	const struct tcopy_syn syn = {
		.isn = seg->seq,
		.tsval = seg->tsval,
		.len = seg->len,
		.mss = seg->mss,
		.opts = seg->opts,
		.wscale = seg->wscale,
	};

	halfopen_put(tn, flow, &syn);
}

/**
 * tcopy_halfopen_pick() - let a copy begin in the middle of a connection
 * @tn:		the namespace
 * @flow:	client to online service
 * @syn:	the SYN that it could have been
 *
 * From here on it is as if that SYN had been seen: all that is captured before
 * the session is made belongs to it.
 *
 * Context: BH.
 */
void tcopy_halfopen_pick(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_syn *syn)
{
	halfopen_put(tn, flow, syn);
}

/* Anywhere behind the SYN that a window reaches (RFC 7323, section 2.3):
 * several packets can be captured before the first of them has made the
 * session. Its slot, with the lock held, or NULL.
 */
static struct halfopen_slot *halfopen_behind(const struct halfopen_place *at,
					     const struct tcopy_flow *flow,
					     u32 seq)
{
	struct halfopen_slot *slot = halfopen_slot(at, flow);

	return slot && seq - slot->syn.isn - 1 < 1U << 30 ? slot : NULL;
}

static void halfopen_answer(const struct halfopen_place *at,
			    struct halfopen_slot *slot,
			    const struct tcopy_seg *seg)
{
	struct tcopy_syn *syn = &slot->syn;

	if (seg->ack != syn->isn + 1)
		return;		/* of another SYN; or it took payload of it */
	if (seg->flags & TCOPY_RST) {
		WRITE_ONCE(*halfopen_way(at, slot), 0);
		return;
	}
	/* The SYN-ACK again */
	if (syn->answered && syn->online.isn == seg->seq)
		return;
	tcopy_forward_answer(&syn->online, seg, syn->opts & TCOPY_OPT_WS,
			     (u32)jiffies);
	syn->mptcp = seg->opts & TCOPY_OPT_MPTCP;
	syn->answered = true;
}

/**
 * tcopy_halfopen_reply() - production said something before there is a session
 * @tn:		the namespace
 * @flow:	client to online service
 * @seg:	what it said; of a SYN-ACK with options
 *
 * For the hook: nearly always a hash and one read.
 *
 * Context: BH.
 *
 * Return: false when the client's SYN is not in the table; perhaps not any
 * more.
 */
bool tcopy_halfopen_reply(struct tcopy_net *tn, const struct tcopy_flow *flow,
			  const struct tcopy_seg *seg)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot;

	if (!tcopy_halfopen_may(tn->halfopen, at.hash))
		return false;
	spin_lock(&at.set->lock);
	slot = halfopen_slot(&at, flow);
	if (slot) {
		if (seg->flags & (TCOPY_SYN | TCOPY_RST))
			halfopen_answer(&at, slot, seg);
		else if (slot->syn.answered)
			tcopy_forward_reply(&slot->syn.online, seg,
					    (u32)jiffies);
	}
	spin_unlock(&at.set->lock);
	return slot;
}

/**
 * tcopy_halfopen_begins() - may a packet begin a forwarded connection's copy?
 * @tn:		the namespace
 * @flow:	client to online service
 * @seg:	the packet
 *
 * As tcopy_halfopen_has(), and production must have answered the SYN.
 *
 * Context: BH.
 */
bool tcopy_halfopen_begins(struct tcopy_net *tn, const struct tcopy_flow *flow,
			   const struct tcopy_seg *seg)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot;
	bool begins;

	if (!tcopy_halfopen_may(tn->halfopen, at.hash))
		return false;
	spin_lock(&at.set->lock);
	slot = halfopen_behind(&at, flow, seg->seq);
	begins = slot && slot->syn.answered &&
		 tcopy_forward_begins(&slot->syn.online, seg);
	spin_unlock(&at.set->lock);
	return begins;
}

/**
 * tcopy_halfopen_has() - may this be a packet behind a SYN of late?
 * @tn:		the namespace
 * @flow:	client to online service
 * @seq:	the packet's sequence number
 *
 * For the hook: nearly always a hash and one read.
 *
 * Context: BH.
 */
bool tcopy_halfopen_has(struct tcopy_net *tn, const struct tcopy_flow *flow,
			u32 seq)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot;

	if (!tcopy_halfopen_may(tn->halfopen, at.hash))
		return false;
	spin_lock(&at.set->lock);
	slot = halfopen_behind(&at, flow, seq);
	spin_unlock(&at.set->lock);
	return slot;
}

/**
 * tcopy_halfopen_find() - the SYN before a connection's first packets
 * @tn:		the namespace
 * @flow:	client to online service
 * @seq:	the packet's sequence number
 * @syn:	filled when it is found
 *
 * Context: BH.
 */
bool tcopy_halfopen_find(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 u32 seq, struct tcopy_syn *syn)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot;

	spin_lock(&at.set->lock);
	slot = halfopen_behind(&at, flow, seq);
	if (slot)
		*syn = slot->syn;
	spin_unlock(&at.set->lock);
	return slot;
}

/**
 * tcopy_halfopen_take() - forget a SYN, and tell what became of it
 * @tn:		the namespace
 * @flow:	client to online service
 * @seq:	of a packet behind it
 * @syn:	filled when it is found
 *
 * Context: BH.
 *
 * Return: false when it was not there any more.
 */
bool tcopy_halfopen_take(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 u32 seq, struct tcopy_syn *syn)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot;

	spin_lock(&at.set->lock);
	slot = halfopen_behind(&at, flow, seq);
	if (slot) {
		*syn = slot->syn;
		/* Pairs with tcopy_halfopen_may(): the session is found now. */
		smp_store_release(halfopen_way(&at, slot), 0);
	}
	spin_unlock(&at.set->lock);
	return slot;
}

/**
 * tcopy_halfopen_del() - forget a SYN
 * @tn:		the namespace
 * @flow:	client to online service
 * @seq:	of a packet behind it
 *
 * Context: BH.
 */
void tcopy_halfopen_del(struct tcopy_net *tn, const struct tcopy_flow *flow,
			u32 seq)
{
	struct tcopy_syn syn;

	tcopy_halfopen_take(tn, flow, seq, &syn);
}
