// SPDX-License-Identifier: GPL-2.0
/* fan: the copies of one connection; see fan.h. */

#include <linux/slab.h>

#include "drop.h"
#include "fan.h"
#include "queue.h"
#include "relay.h"

/* Copies that get a packet by one entry of a queue. */
#define FAN_STEP	16
/* Payload in the head of an skb that copies share. */
#define FAN_LINEAR	2048
/* Copies that are told in one tick that they are to end. */
#define FAN_ENDS	64

/**
 * tcopy_fan_new() - a connection is to have several copies
 * @leader:	the first, in no table yet
 * @copies:	all of them, 2 or more
 * @ev:		the client's packet that begins it
 * @syn:	what its SYN said
 * @peer:	what production's socket says
 *
 * Context: BH.
 *
 * Return: the fan, with one reference, the leader's; NULL without memory.
 */
struct tcopy_fan *tcopy_fan_new(struct tcopy_session *leader, u32 copies,
				const struct tcopy_event *ev,
				const struct tcopy_syn *syn,
				const struct tcopy_peer *peer)
{
	struct tcopy_fan *fan;

	fan = kzalloc(struct_size(fan, copy, copies - 1), TCOPY_GFP);
	if (!fan)
		return NULL;
	tcopy_mem_add(leader->target->tn, struct_size(fan, copy, copies - 1));
	fan->leader = leader;
	fan->listed = 1;
	fan->n = copies - 1;
	fan->ev = *ev;
	fan->syn = *syn;
	fan->peer = *peer;
	fan->target = leader->target;
	refcount_inc(&fan->target->ref);
	atomic_set(&fan->live, 1);
	refcount_set(&fan->ref, 1);
	return fan;
}

/**
 * tcopy_fan_put() - give up a reference
 * @fan: the fan
 *
 * Context: any. Whoever finds it by a session is in an RCU read section, and
 * sessions give it up after a grace period.
 */
void tcopy_fan_put(struct tcopy_fan *fan)
{
	struct tcopy_target *t = fan->target;

	if (!refcount_dec_and_test(&fan->ref))
		return;
	tcopy_mem_add(t->tn, -(s64)struct_size(fan, copy, fan->n));
	kfree(fan);
	tcopy_target_put(t);
}

/**
 * tcopy_fan_waits() - may a packet for these copies still wait in a queue?
 * @fan: the caller holds a reference
 *
 * Context: any.
 */
bool tcopy_fan_waits(const struct tcopy_fan *fan)
{
	return atomic_read(&fan->queued);
}

/**
 * tcopy_fan_done() - an entry of a queue is through, or given up
 * @fan: gives up the entry's reference
 *
 * Context: process or BH.
 */
void tcopy_fan_done(struct tcopy_fan *fan)
{
	atomic_dec(&fan->queued);
	tcopy_fan_put(fan);
}

/**
 * tcopy_fan_unlist() - no packet finds this connection's copies any more
 * @fan: the caller holds a reference, or RCU
 *
 * Context: process or BH; no session lock held.
 */
void tcopy_fan_unlist(struct tcopy_fan *fan)
{
	struct tcopy_session *leader = fan->leader;

	if (!xchg(&fan->listed, 0))
		return;
	rhltable_remove(&leader->target->tn->sessions, &leader->node,
			tcopy_session_params);
	tcopy_session_put(leader);
}

/**
 * tcopy_fan_leave() - a copy is dead
 * @s: the copy; the caller holds a reference, or RCU
 *
 * Context: process or BH; no session lock held.
 */
void tcopy_fan_leave(struct tcopy_session *s)
{
	struct tcopy_fan *fan = s->fan;

	if (s != fan->leader &&
	    xchg((__force struct tcopy_session **)&fan->copy[s->slot], NULL))
		tcopy_session_put(s);
	if (atomic_dec_and_test(&fan->live)) {
		tcopy_fan_unlist(fan);
		return;
	}
	local_bh_disable();
	rcu_read_lock();
	tcopy_fan_tell(fan);
	rcu_read_unlock();
	local_bh_enable();
}

static void fan_wake(struct tcopy_session *s, unsigned long when)
{
	if (!s->dead && !mod_timer(&s->timer, when))
		refcount_inc(&s->ref);
}

/**
 * tcopy_fan_tell() - tell the other copies that all are to end, if they are
 * @fan: the fan
 *
 * Their timers end them, some a tick, because each sends a packet.
 *
 * Context: BH, RCU read section; no session lock held; behind production's
 * packets, because there may be a thousand.
 */
void tcopy_fan_tell(struct tcopy_fan *fan)
{
	enum tcopy_end why = READ_ONCE(fan->missed);
	struct tcopy_session *s;
	u32 i;

	if (!why || xchg(&fan->told, 1))
		return;
	for (i = 0; i < fan->n; i++) {
		s = rcu_dereference(fan->copy[i]);
		if (!s || READ_ONCE(s->missed))
			continue;
		spin_lock(&s->lock);
		if (!s->missed)
			WRITE_ONCE(s->missed, why);
		fan_wake(s, jiffies + 1 + i / FAN_ENDS);
		spin_unlock(&s->lock);
	}
}

/**
 * tcopy_fan_end() - end all copies but the first
 * @fan:	the fan
 * @why:	to be counted
 *
 * Context: as tcopy_fan_tell().
 */
void tcopy_fan_end(struct tcopy_fan *fan, enum tcopy_end why)
{
	WRITE_ONCE(fan->missed, why);
	tcopy_fan_tell(fan);
}

/**
 * tcopy_fan_missed() - all copies are to end, and the first has
 * @fan:	the fan
 * @why:	to be counted
 *
 * Whichever of them is left first is woken to tell the others; that it dies
 * before is as good.
 *
 * Context: BH, RCU read section; no session lock held; production's packet may
 * wait.
 */
void tcopy_fan_missed(struct tcopy_fan *fan, enum tcopy_end why)
{
	struct tcopy_session *s = NULL;
	u32 i;

	WRITE_ONCE(fan->missed, why);
	for (i = 0; !s && i < fan->n; i++)
		s = rcu_dereference(fan->copy[i]);
	if (!s)
		return;
	spin_lock(&s->lock);
	fan_wake(s, jiffies + 1);
	spin_unlock(&s->lock);
}

/**
 * tcopy_fan_packet() - a packet is for all copies of a connection
 * @leader:	the first of them
 * @skb:	its payload; consumed
 * @ev:		the packet; gone with @skb when it is at its head
 *
 * The first packet makes the others, too. Payload is in one piece of memory
 * that all share, and not production's: each of them would copy it out of that
 * when it stays for long.
 *
 * Context: BH, RCU read section.
 *
 * Return: payload for the first copy, @skb or another with the packet at its
 * head.
 */
struct sk_buff *tcopy_fan_packet(struct tcopy_session *leader,
				 struct sk_buff *skb,
				 const struct tcopy_event *ev)
{
	struct tcopy_fan *fan = leader->fan;
	struct tcopy_net *tn = leader->target->tn;
	struct sk_buff *own, *entry;

	if (READ_ONCE(fan->missed))
		return skb;
	own = tcopy_hold_copy(skb, 0, skb->len, TCOPY_EVENT_ROOM, FAN_LINEAR);
	if (!own)
		goto missed;
	*tcopy_event(own) = *ev;
	ev = tcopy_event(own);
	tcopy_hold_share(own, tn);
	tcopy_hold_drop(skb, tn);
	skb = own;
	entry = tcopy_hold_clone(skb, tn);
	if (!entry)
		goto missed;
	refcount_inc(&fan->ref);
	atomic_inc(&fan->queued);
	tcopy_queue_fan(tn, entry, fan,
			!READ_ONCE(fan->begun) && !xchg(&fan->begun, 1));
	return skb;
missed:
	tcopy_count(fan->target, MATCHED);
	tcopy_drop(fan->target, NULL, &ev->flow, &ev->seg,
		   TCOPY_A_STAT_NO_MEMORY, 1);
	tcopy_fan_end(fan, TCOPY_END_GAP);
	WRITE_ONCE(fan->born, fan->n);
	return skb;
}

/* Make one more copy; NULL when there is to be none, which is counted. */
static struct tcopy_session *fan_birth(struct tcopy_net *tn,
				       struct tcopy_fan *fan, u32 i, u64 now_us)
{
	struct tcopy_target *t = fan->target;
	struct tcopy_session *s;
	struct tcopy_flow copy;
	unsigned int why;

	if (!READ_ONCE(fan->listed) || READ_ONCE(fan->missed))
		return NULL;
	why = TCOPY_A_STAT_NOT_COPYING;
	if (!READ_ONCE(t->copying))
		goto not;
	why = TCOPY_A_STAT_MEMORY_LIMIT;
	if (tcopy_mem_full(tn))
		goto not;
	s = tcopy_session_new(tn, t, &fan->ev, &fan->syn, &fan->peer, fan, i,
			      now_us);
	if (!IS_ERR(s)) {
		tcopy_flow_reverse(&copy, &s->answer);
		tcopy_relay_open(t->relay, &copy);
		/* Pairs with xchg() in tcopy_fan_tell(): one sees the other. */
		smp_mb();
		if (READ_ONCE(fan->missed))
			tcopy_session_end(s, fan->missed);
		return s;
	}
	if (PTR_ERR(s) == -ESHUTDOWN)	/* all others have died meanwhile */
		return NULL;
	why = tcopy_session_refused(PTR_ERR(s));
not:
	tcopy_count(t, MATCHED);
	tcopy_drop(t, NULL, &fan->ev.flow, &fan->ev.seg, why, 1);
	return NULL;
}

/**
 * tcopy_fan_run() - give some more copies a packet
 * @tn:		the namespace
 * @skb:	an entry of tcopy_fan_packet(); consumed, or queued again
 *
 * Context: the tasklet; RCU read section.
 */
void tcopy_fan_run(struct tcopy_net *tn, struct sk_buff *skb)
{
	struct tcopy_queue_cb *cb = tcopy_queue_cb(skb);
	struct tcopy_event ev = *tcopy_event(skb);
	struct tcopy_fan *fan = cb->fan;
	u32 i = cb->pos, end = min(i + FAN_STEP, fan->n);
	u64 now_us = tcopy_now_us();
	struct tcopy_peer peer = {};
	struct tcopy_session *s;
	struct sk_buff *part;
	bool birth = cb->birth;

	if (ev.seg.flags & TCOPY_RST)
		tcopy_peer_find(tn->net, &ev.flow, ev.dif, ev.sdif, &peer);
	/* Another CPU makes them, and is not that far yet. */
	if (!birth)
		end = min(end, READ_ONCE(fan->born));
	else if (READ_ONCE(fan->target->copying) &&
		 tcopy_relay_crowded(fan->target->relay))
		end = i;
	for (; i < end; i++) {
		if (birth) {
			s = fan_birth(tn, fan, i, now_us);
			WRITE_ONCE(fan->born, i + 1);
		} else {
			s = rcu_dereference(fan->copy[i]);
		}
		if (!s)
			continue;
		tcopy_count(fan->target, MATCHED);
		part = tcopy_hold_clone(skb, tn);
		if (part) {
			tcopy_session_event(s, part, &ev, &peer, now_us);
			continue;
		}
		tcopy_drop(fan->target, s, &ev.flow, &ev.seg,
			   TCOPY_A_STAT_NO_MEMORY, 1);
		tcopy_session_end(s, TCOPY_END_GAP);
	}
	if (i < fan->n) {
		tcopy_queue_on(tn, skb, i);
		return;
	}
	tcopy_hold_drop(skb, tn);
	tcopy_fan_done(fan);
}
