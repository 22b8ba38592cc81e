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

/**
 * struct halfopen_slot - one SYN
 * @lock:	protects the rest, and the slot's tag; BH
 * @syn:	what it said
 * @flow:	client to online service
 */
struct halfopen_slot {
	spinlock_t lock;
	struct tcopy_syn syn;
	struct tcopy_flow flow;
};

struct halfopen_table {
	struct tcopy_halfopen tags;
	struct halfopen_slot slot[TCOPY_HALFOPEN_SLOTS];
};

/* Where a flow has its place, and the tag that it has there. */
struct halfopen_place {
	struct halfopen_slot *slot;
	u32 *word;
	u32 tag;
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
	for (i = 0; i < TCOPY_HALFOPEN_SLOTS; i++)
		spin_lock_init(&table->slot[i].lock);
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
	u32 i = tcopy_halfopen_index(hash);

	return (struct halfopen_place) {
		.slot = &container_of(tn->halfopen, struct halfopen_table,
				      tags)->slot[i],
		.word = &tn->halfopen->tag[i],
		.tag = tcopy_halfopen_tag(hash),
	};
}

static void halfopen_put(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_syn *syn)
{
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot = at.slot;

	spin_lock(&slot->lock);
	/* The SYN again: what production has answered to it stands. */
	if (!syn->picked && *at.word == at.tag && slot->syn.answered &&
	    slot->syn.isn == syn->isn &&
	    tcopy_flow_equal(&slot->flow, flow))
		goto unlock;
	WRITE_ONCE(*at.word, at.tag);
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
static bool place_is(const struct halfopen_place *at, u32 seq,
		     const struct tcopy_flow *flow)
{
	return *at->word == at->tag &&
	       seq - at->slot->syn.isn - 1 < 1U << 30 &&
	       tcopy_flow_equal(&at->slot->flow, flow);
}

static void halfopen_answer(const struct halfopen_place *at,
			    const struct tcopy_seg *seg)
{
	struct tcopy_syn *syn = &at->slot->syn;

	if (seg->ack != syn->isn + 1)
		return;		/* of another SYN; or it took payload of it */
	if (seg->flags & TCOPY_RST) {
		WRITE_ONCE(*at->word, 0);
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
	struct halfopen_slot *slot = at.slot;
	bool has;

	/* Pairs with tcopy_halfopen_take(): the sessions are read next. */
	if (smp_load_acquire(at.word) != at.tag)
		return false;
	spin_lock(&slot->lock);
	has = *at.word == at.tag && tcopy_flow_equal(&slot->flow, flow);
	if (has) {
		if (seg->flags & (TCOPY_SYN | TCOPY_RST))
			halfopen_answer(&at, seg);
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
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot = at.slot;
	bool begins;

	/* Pairs with tcopy_halfopen_del(): the session tables are read next. */
	if (smp_load_acquire(at.word) != at.tag)
		return false;
	spin_lock(&slot->lock);
	begins = place_is(&at, seg->seq, flow) && slot->syn.answered &&
		 tcopy_forward_begins(&slot->syn.online, seg);
	spin_unlock(&slot->lock);
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
	struct halfopen_slot *slot = at.slot;
	bool has;

	/* Pairs with tcopy_halfopen_del(): the session tables are read next. */
	if (smp_load_acquire(at.word) != at.tag)
		return false;
	spin_lock(&slot->lock);
	has = place_is(&at, seq, flow);
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
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot = at.slot;
	bool has;

	spin_lock(&slot->lock);
	has = place_is(&at, seq, flow);
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
	struct halfopen_place at = halfopen_place(tn, flow);
	struct halfopen_slot *slot = at.slot;
	bool has;

	spin_lock(&slot->lock);
	has = place_is(&at, seq, flow);
	if (has) {
		*syn = slot->syn;
		/* Pairs with tcopy_halfopen_has(), _begins() and _reply(): the
		 * session is found now.
		 */
		smp_store_release(at.word, 0);
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
