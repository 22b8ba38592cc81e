// SPDX-License-Identifier: GPL-2.0
/*
 * halfopen: the options of client SYNs of late. A table of fixed size without
 * timers: a flood of SYNs costs one write each, makes no session, and can do no
 * worse than overwrite entries of connections that are being opened, which are
 * then not copied.
 */

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "flow_hash.h"
#include "halfopen.h"
#include "netns.h"

#define HALFOPEN_SLOTS	8192	/* power of two */

/**
 * struct halfopen_slot - one SYN
 * @lock:	protects the rest; BH
 * @tag:	hash of @flow, 0: empty. Also read without @lock: a wrong value
 *		costs a look-up under it, or misses a SYN of this instant
 * @syn:	what it said
 * @flow:	client to online service
 */
struct halfopen_slot {
	spinlock_t lock;
	u32 tag;
	struct tcopy_syn syn;
	struct tcopy_flow flow;
};

struct tcopy_halfopen {
	struct halfopen_slot slot[HALFOPEN_SLOTS];
};

/**
 * tcopy_halfopen_new() - an empty table
 *
 * Return: the table, or NULL without memory.
 */
struct tcopy_halfopen *tcopy_halfopen_new(void)
{
	struct tcopy_halfopen *table = kvzalloc(sizeof(*table), GFP_KERNEL);
	unsigned int i;

	if (table)
		for (i = 0; i < HALFOPEN_SLOTS; i++)
			spin_lock_init(&table->slot[i].lock);
	return table;
}

/**
 * tcopy_halfopen_free() - free a table
 * @table: nobody uses it any more; may be NULL
 */
void tcopy_halfopen_free(struct tcopy_halfopen *table)
{
	kvfree(table);
}

static struct halfopen_slot *halfopen_at(struct tcopy_net *tn, u32 hash)
{
	return &tn->halfopen->slot[(hash >> 1) & (HALFOPEN_SLOTS - 1)];
}

static struct halfopen_slot *halfopen_slot(struct tcopy_net *tn,
					   const struct tcopy_flow *flow,
					   u32 *tag)
{
	u32 hash = tcopy_flow_hash(flow, sizeof(*flow), 0);

	*tag = hash | 1;
	return halfopen_at(tn, hash);
}

static void halfopen_put(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_syn *syn)
{
	struct halfopen_slot *slot;
	u32 tag;

	slot = halfopen_slot(tn, flow, &tag);
	spin_lock(&slot->lock);
	/* The SYN again: what production has answered to it stands. */
	if (!syn->picked && slot->tag == tag && slot->syn.answered &&
	    slot->syn.isn == syn->isn &&
	    tcopy_flow_equal(&slot->flow, flow))
		goto unlock;
	WRITE_ONCE(slot->tag, tag);
	slot->flow = *flow;
	slot->syn = *syn;
unlock:
	spin_unlock(&slot->lock);
}

/**
 * tcopy_halfopen_add() - remember a client's SYN
 * @tn:		the namespace
 * @flow:	client to online service
 * @seg:	the SYN
 *
 * Replaces what was in its place.
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
		.at = (u32)jiffies,
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
 * session.
 */
static bool slot_is(const struct halfopen_slot *slot, u32 tag, u32 seq,
		    const struct tcopy_flow *flow)
{
	return slot->tag == tag && seq - slot->syn.isn - 1 < 1U << 30 &&
	       tcopy_flow_equal(&slot->flow, flow);
}

static void halfopen_answer(struct halfopen_slot *slot,
			    const struct tcopy_seg *seg)
{
	struct tcopy_syn *syn = &slot->syn;

	if (seg->ack != syn->isn + 1)
		return;		/* of another SYN; or it took payload of it */
	if (seg->flags & TCOPY_RST) {
		WRITE_ONCE(slot->tag, 0);
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
	struct halfopen_slot *slot;
	bool has;
	u32 tag;

	slot = halfopen_slot(tn, flow, &tag);
	/* Pairs with tcopy_halfopen_take(): the sessions are read next. */
	if (smp_load_acquire(&slot->tag) != tag)
		return false;
	spin_lock(&slot->lock);
	has = slot->tag == tag && tcopy_flow_equal(&slot->flow, flow);
	if (has) {
		if (seg->flags & (TCOPY_SYN | TCOPY_RST))
			halfopen_answer(slot, seg);
		else if (slot->syn.answered)
			tcopy_forward_reply(&slot->syn.online, seg,
					    (u32)jiffies);
	}
	spin_unlock(&slot->lock);
	return has;
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
	struct halfopen_slot *slot;
	bool begins;
	u32 tag;

	slot = halfopen_slot(tn, flow, &tag);
	/* Pairs with tcopy_halfopen_del(): the session tables are read next. */
	if (smp_load_acquire(&slot->tag) != tag)
		return false;
	spin_lock(&slot->lock);
	begins = slot_is(slot, tag, seg->seq, flow) && slot->syn.answered &&
		 tcopy_forward_begins(&slot->syn.online, seg);
	spin_unlock(&slot->lock);
	return begins;
}

/**
 * tcopy_halfopen_may() - is there a SYN that may be of this connection?
 * @tn:		the namespace
 * @hash:	of its flow, with seed 0
 *
 * For the hook: of nearly all connections that are open it says no.
 *
 * Context: BH.
 */
bool tcopy_halfopen_may(struct tcopy_net *tn, u32 hash)
{
	return READ_ONCE(halfopen_at(tn, hash)->tag) == (hash | 1);
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
	struct halfopen_slot *slot;
	bool has;
	u32 tag;

	slot = halfopen_slot(tn, flow, &tag);
	/* Pairs with tcopy_halfopen_del(): the session tables are read next. */
	if (smp_load_acquire(&slot->tag) != tag)
		return false;
	spin_lock(&slot->lock);
	has = slot_is(slot, tag, seq, flow);
	spin_unlock(&slot->lock);
	return has;
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
	struct halfopen_slot *slot;
	bool has;
	u32 tag;

	slot = halfopen_slot(tn, flow, &tag);
	spin_lock(&slot->lock);
	has = slot_is(slot, tag, seq, flow);
	if (has)
		*syn = slot->syn;
	spin_unlock(&slot->lock);
	return has;
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
	struct halfopen_slot *slot;
	bool has;
	u32 tag;

	slot = halfopen_slot(tn, flow, &tag);
	spin_lock(&slot->lock);
	has = slot_is(slot, tag, seq, flow);
	if (has) {
		*syn = slot->syn;
		/* Pairs with tcopy_halfopen_has(), _begins() and _reply(): the
		 * session is found now.
		 */
		smp_store_release(&slot->tag, 0);
	}
	spin_unlock(&slot->lock);
	return has;
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
