// SPDX-License-Identifier: GPL-2.0
/* session: what track decides is built and sent. */

#include "drop.h"
#include "fan.h"
#include "queue.h"
#include "relay.h"
#include "session.h"
#include "silence.h"

/* Decisions carried out in one go. */
#define RUN_MAX		4096
/* Rounds in which one CPU sends what the others go on building. */
#define RUN_ROUNDS	16
/* What the sequence numbers of a copy's next connection are ahead of the one
 * before by: behind any window of that, so that whatever is left of it on the
 * test host neither takes the SYN for its own nor for an old one.
 */
#define RUN_REOPEN_STEP	0x20000000U

/* A packet cannot be built, or has no way. */
static void run_failed(struct tcopy_session *s, const struct tcopy_packet *p,
		       u32 seq, u32 len)
{
	struct tcopy_seg seg = {
		.seq = seq,
		.ack = p->ack,
		.len = len,
		.flags = p->flags,
	};

	tcopy_drop(s->target, s, &s->flow, &seg, TCOPY_A_STAT_SEND_FAILED, 1);
}

/* Payload leaves in as few packets as it fits into. */
static void run_send(struct tcopy_session *s, struct tcopy_packet *p)
{
	struct tcopy_target *t = s->target;
	struct tcopy_busy *b = s->busy;
	/* Only payload is ahead of what was sent before: a RST that answers a
	 * stale connection has that one's sequence number.
	 */
	u32 seq = p->seq, left = p->len, end = seq + left;
	bool payload = left;
	u8 last_flags = p->flags;
	struct tcopy_flow flow;
	struct sk_buff *skb;
	unsigned int sent;

	if (tcopy_transmit_route(t->tn->net, &s->answer, &s->route)) {
		run_failed(s, p, seq, left);
		goto sent;
	}
	do {
		skb = NULL;
		if (left) {
			skb = tcopy_hold_build(&b->hold, seq, left);
			/* Nothing, or more than was asked for, would have no
			 * end.
			 */
			if (!skb || skb->len - 1 >= left) {
				kfree_skb(skb);
				run_failed(s, p, seq, left);
				break;
			}
			left -= skb->len;
		}
		p->len = skb ? skb->len : 0;
		p->flags = left ? last_flags & ~(TCOPY_FIN | TCOPY_PSH) :
				  last_flags;
		p->seq = seq + s->seq_off;
		skb = tcopy_transmit_build(skb, &s->answer, p, &s->route,
					   &b->ip_id);
		if (!skb) {
			run_failed(s, p, seq, p->len);
			break;
		}
		*b->out_end = skb;
		b->out_end = &skb->next;
		trace_tcopy_copy(s, p);
		tcopy_count(t, PACKETS);
		seq += p->len;
	} while (left);
sent:
	if (p->rtx) {
		tcopy_count(t, RETRANSMITS);
		/* Perhaps the relay does not know whose answers these are: the
		 * OPEN was lost, or that was another relay.
		 */
		tcopy_flow_reverse(&flow, &s->answer);
		tcopy_relay_open(t->relay, &flow);
	} else if (payload && after(end, b->hold.sent)) {
		tcopy_count_add(t, BYTES, end - b->hold.sent);
		sent = tcopy_hold_sent(&b->hold, end);
		tcopy_count_add(t, COPIED, sent);
		tcopy_count_add(t, HELD, -(u64)sent);
	}
}

static void run_count_end(struct tcopy_session *s, enum tcopy_end why)
{
	static const u8 stat[] = {
		[TCOPY_END_NONE] = TCOPY_A_STAT_END_UNSUPPORTED,
		[TCOPY_END_CLOSED] = TCOPY_A_STAT_CLOSED,
		[TCOPY_END_REFUSED] = TCOPY_A_STAT_END_REFUSED,
		[TCOPY_END_NO_SYNACK] = TCOPY_A_STAT_END_NO_SYNACK,
		[TCOPY_END_TIMEOUT] = TCOPY_A_STAT_END_TIMEOUT,
		[TCOPY_END_RESET] = TCOPY_A_STAT_END_RESET,
		[TCOPY_END_SERVER_CLOSED] = TCOPY_A_STAT_END_SERVER_CLOSED,
		[TCOPY_END_IDLE] = TCOPY_A_STAT_END_IDLE,
		[TCOPY_END_WAIT] = TCOPY_A_STAT_END_WAIT,
		[TCOPY_END_GAP] = TCOPY_A_STAT_END_GAP,
		[TCOPY_END_SHED] = TCOPY_A_STAT_END_SHED,
		[TCOPY_END_REUSED] = TCOPY_A_STAT_END_REUSED,
		[TCOPY_END_REMOVED] = TCOPY_A_STAT_END_REMOVED,
		[TCOPY_END_UNSUPPORTED] = TCOPY_A_STAT_END_UNSUPPORTED,
		[TCOPY_END_EVICTED] = TCOPY_A_STAT_EVICTED,
	};

	this_cpu_inc(s->target->stats->v[stat[why]]);
	trace_tcopy_session(s, stat[why]);
}

static void run_purge(struct tcopy_session *s)
{
	struct tcopy_target *t = s->target;
	unsigned int unsent = tcopy_hold_purge(&s->busy->hold, t->tn);

	tcopy_drop(t, s, &s->flow, NULL, TCOPY_A_STAT_ENDED, unsent);
	tcopy_count_add(t, HELD, -(u64)unsent);
}

/**
 * tcopy_session_reopen() - a new connection for the next request
 * @s:		the session, locked and parked
 * @seq:	the request's first byte
 * @ack:	what the client acknowledged with it
 * @now_us:	now
 *
 * The same addresses and ports; the relay may have forgotten whose they are.
 *
 * Context: BH; the caller runs the session.
 */
void tcopy_session_reopen(struct tcopy_session *s, u32 seq, u32 ack,
			  u64 now_us)
{
	struct tcopy_flow copy;

	tcopy_track_reopen(&s->busy->track, seq, ack, now_us);
	s->seq_off += RUN_REOPEN_STEP;
	tcopy_count(s->target, REOPENED);
	trace_tcopy_session(s, TCOPY_A_STAT_REOPENED);
	tcopy_flow_reverse(&copy, &s->answer);
	tcopy_relay_open(s->target->relay, &copy);
}

/* The test service has ended it, and more of the client is held: on with the
 * next request.
 */
static void run_resume(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	u32 seq = tcopy_track_resume_seq(&b->track), sent = b->hold.sent;
	struct tcopy_target *t = s->target;
	struct tcopy_chunk first;
	unsigned int lost, again;
	bool more;

	more = tcopy_hold_restart(&b->hold, t->tn, seq, &first, &lost, &again);
	tcopy_drop(t, s, &s->flow, NULL, TCOPY_A_STAT_ENDED, lost);
	tcopy_count_add(t, HELD, -(u64)lost);
	if (!more) {
		if (b->fin)
			tcopy_track_unpark(&b->track, now_us);
		return;
	}
	tcopy_count_add(t, HELD, again);
	tcopy_count_add(t, COPIED, -(u64)again);
	if (after(sent, first.seq))
		tcopy_count_add(t, BYTES, -(u64)(sent - first.seq));
	tcopy_session_reopen(s, first.seq, first.ack, now_us);
	tcopy_track_data(&b->track, b->hold.cap_nxt, now_us);
}

static void run_end(struct tcopy_session *s, enum tcopy_end why, u64 now_us)
{
	struct tcopy_busy *b = s->busy;

	run_count_end(s, why);
	if (tcopy_track_parked(&b->track) && READ_ONCE(s->target->copying) &&
	    !s->missed) {
		run_resume(s, now_us);
		return;
	}
	run_purge(s);
	/* Its client has left as well, or cannot be followed any more. */
	if (b->fin || s->missed)
		tcopy_track_unpark(&b->track, now_us);
}

/* Others want this CPU as well: on at the next tick. */
static void run_on(struct tcopy_session *s)
{
	if (!mod_timer(&s->timer, jiffies + 1))
		refcount_inc(&s->ref);
}

/* For those who have no lock. */
static noinline void run_ended(struct tcopy_session *s)
{
	const struct tcopy_track *t = &s->busy->track;
	enum tcopy_ended ended = TCOPY_GOES_ON;

	if (t->state >= TCOPY_TRACK_ENDED)
		ended = tcopy_track_parked(t) ? TCOPY_PARKED :
			t->end == TCOPY_END_CLOSED ? TCOPY_CLOSED : TCOPY_OVER;
	if (ended >= TCOPY_OVER)
		WRITE_ONCE(s->said, s->busy->hold.cap_nxt);
	/* Pairs with tcopy_session_said(). */
	smp_store_release(&s->ended, ended);
}

static bool run_locked(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_target *t = s->target;
	struct tcopy_busy *b = s->busy;
	struct tcopy_chunk chunk __uninitialized;
	struct tcopy_act act __uninitialized;
	int left = RUN_MAX;
	bool has;
	u64 ack_us;

	lockdep_assert_held(&s->lock);
	if (s->dead)
		return false;
	for (;;) {
		has = tcopy_hold_next(&b->hold, &chunk);
		tcopy_track_poll(&b->track, &tcopy_target_conf(t)->track,
				 has ? &chunk : NULL, now_us, &act);
		switch (act.type) {
		case TCOPY_ACT_NONE:
			goto quiet;
		case TCOPY_ACT_SEND:
			if (act.packet.flags & TCOPY_SYN && act.packet.rtx &&
			    !b->syn_us)
				b->syn_us = now_us;
			run_send(s, &act.packet);
			break;
		case TCOPY_ACT_RELEASE:
			tcopy_hold_release(&b->hold, t->tn, act.seq);
			break;
		case TCOPY_ACT_COUNT:
			if (act.stat == TCOPY_TRACK_PACE_TIMEOUT)
				tcopy_count(t, PACE_TIMEOUT);
			else if (act.stat == TCOPY_TRACK_PACE_QUIET)
				tcopy_count(t, PACE_QUIET);
			else
				tcopy_count(t, PACE_OFF);
			break;
		case TCOPY_ACT_END:
			run_end(s, act.end, now_us);
			break;
		case TCOPY_ACT_FREE:
			return true;
		}
		if (act.last)
			goto quiet;
		if (!left--) {
			run_on(s);
			return false;
		}
	}
quiet:
	if (b->track.state >= TCOPY_TRACK_ENDED || s->ended)
		run_ended(s);
	ack_us = tcopy_track_ack_deadline(&b->track);
	if (ack_us && ack_us != ~0ULL && !s->on_acks)
		tcopy_queue_ack(s, ack_us, now_us);
	tcopy_session_arm(s, now_us);
	return false;
}

/* Unlocks, sends what was built in the order it was built, and forgets the
 * session when it is over. One sender at a time: the others leave their packets
 * to him, or two CPUs would reorder the copy. Where they build as fast as he
 * sends, what is left goes with the next run.
 */
static void run_unlock(struct tcopy_session *s, bool over)
	__releases(&s->lock)
{
	struct net *net = s->target->tn->net;
	struct tcopy_busy *b = s->busy;
	struct sk_buff *skb, *next;
	int left = RUN_ROUNDS;

	if (s->sending || !b->out) {
		spin_unlock(&s->lock);
		if (over)
			tcopy_session_del(s);
		return;
	}
	s->sending = true;
	while ((skb = b->out)) {
		if (!left-- && !over && !s->dead) {
			for (; skb; skb = skb->next)
				tcopy_transmit_keep(skb);
			run_on(s);
			break;
		}
		b->out = NULL;
		b->out_end = &b->out;
		spin_unlock(&s->lock);
		for (; skb; skb = next) {
			next = skb->next;
			skb_mark_not_on_list(skb);
			if (tcopy_transmit_send(net, skb))
				tcopy_drop(s->target, s, &s->flow, NULL,
					   TCOPY_A_STAT_SEND_FAILED, 1);
		}
		spin_lock(&s->lock);
	}
	s->sending = false;
	spin_unlock(&s->lock);
	if (over)
		tcopy_session_del(s);
}

/**
 * tcopy_session_run_unlock() - carry out what an event has made due
 * @s:		the session, locked and awake; the caller holds a reference or
 *		RCU
 * @now_us:	now
 *
 * Context: BH off; unlocks the session. May send packets.
 */
void tcopy_session_run_unlock(struct tcopy_session *s, u64 now_us)
	__releases(&s->lock)
{
	run_unlock(s, run_locked(s, now_us));
}

/**
 * tcopy_session_run() - carry out what is due
 * @s:		the session; the caller holds a reference or RCU
 * @now_us:	now
 *
 * Context: BH off; no lock held. May send packets.
 */
void tcopy_session_run(struct tcopy_session *s, u64 now_us)
{
	spin_lock(&s->lock);
	s->in_batch = false;
	tcopy_session_run_unlock(s, now_us);
}

/**
 * tcopy_session_end() - reset a copy
 * @s:		the session; the caller holds a reference or RCU
 * @why:	to be counted; nothing when it has ended before
 *
 * Context: BH or process; no lock held.
 */
void tcopy_session_end(struct tcopy_session *s, enum tcopy_end why)
{
	u64 now_us = tcopy_now_us();

	local_bh_disable();
	spin_lock(&s->lock);
	if (!s->dead && tcopy_session_awake(s, why, now_us)) {
		tcopy_track_end(&s->busy->track, why, now_us);
		tcopy_session_run_unlock(s, now_us);
	} else {
		spin_unlock(&s->lock);
	}
	local_bh_enable();
}
