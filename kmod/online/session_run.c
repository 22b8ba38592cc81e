// SPDX-License-Identifier: GPL-2.0
/* session: events go into track, what it decides is built and sent. */

#include "queue.h"
#include "relay.h"
#include "session.h"

/* Decisions carried out in one go. */
#define RUN_MAX		4096
/* A gap is looked into when it has been there for so long. */
#define RUN_GAP_US	(100 * USEC_PER_MSEC)
/* Looks at production's socket after an RST that it has not acted on yet. */
#define RUN_RST_CHECKS	20
#define RUN_RST_US	(20 * USEC_PER_MSEC)

static bool run_has_gap(const struct tcopy_session *s)
{
	struct sk_buff *last = skb_peek_tail(&s->hold.q);

	if (s->track.state >= TCOPY_TRACK_ENDED)
		return false;
	if (s->fin && after(s->fin_seq, s->hold.cap_nxt))
		return true;
	return last && after(tcopy_hold_cb(last)->end, s->hold.cap_nxt);
}

/* Payload leaves in as few packets as it fits into. */
static void run_send(struct tcopy_session *s, struct tcopy_packet *p)
{
	struct tcopy_target *t = s->target;
	u32 left = p->len, end = p->seq + p->len;
	u8 last_flags = p->flags;
	struct tcopy_flow flow;
	struct sk_buff *skb;
	unsigned int sent;

	tcopy_flow_reverse(&flow, &s->answer);
	if (tcopy_transmit_route(s->tn->net, &flow, &s->route)) {
		tcopy_count(t, SEND_FAILED);
		goto sent;
	}
	do {
		skb = NULL;
		if (left) {
			skb = tcopy_hold_build(&s->hold, p->seq, left);
			if (!skb) {
				tcopy_count(t, SEND_FAILED);
				break;
			}
			left -= skb->len;
		}
		p->len = skb ? skb->len : 0;
		p->flags = left ? last_flags & ~(TCOPY_FIN | TCOPY_PSH) :
				  last_flags;
		skb = tcopy_transmit_build(skb, &flow, p, &s->route, &s->ip_id);
		if (!skb) {
			tcopy_count(t, SEND_FAILED);
			break;
		}
		__skb_queue_tail(&s->out, skb);
		tcopy_count(t, PACKETS);
		p->seq += p->len;
	} while (left);
sent:
	if (p->rtx) {
		tcopy_count(t, RETRANSMITS);
	} else if (end != s->hold.sent && after(end, s->hold.sent) &&
		   !(last_flags & TCOPY_SYN)) {
		tcopy_count_add(t, BYTES, end - s->hold.sent);
		sent = tcopy_hold_sent(&s->hold, end);
		tcopy_count_add(t, COPIED, sent);
		tcopy_count_add(t, HELD, -(u64)sent);
	}
}

static void run_count_end(struct tcopy_target *t, enum tcopy_end why)
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
	};

	this_cpu_inc(t->stats->v[stat[why]]);
}

static void run_purge(struct tcopy_session *s)
{
	unsigned int unsent = tcopy_hold_purge(&s->hold, s->tn);

	tcopy_count_add(s->target, ENDED, unsent);
	tcopy_count_add(s->target, HELD, -(u64)unsent);
}

/* Arm the timer for the earliest deadline. It is not moved to a later one:
 * when it fires too early, it is armed again.
 */
static void run_arm(struct tcopy_session *s, u64 now_us)
{
	u64 at = tcopy_track_deadline(&s->track, &s->target->conf);
	unsigned long when;

	if (run_has_gap(s))
		at = min_t(u64, at, now_us + RUN_GAP_US);
	if (s->rst_checks)
		at = min_t(u64, at, now_us + RUN_RST_US);
	at = at > now_us ? min_t(u64, at - now_us, 3600ULL * USEC_PER_SEC) : 0;
	when = jiffies + 1 + usecs_to_jiffies((unsigned int)at);

	if (timer_pending(&s->timer) && !time_before(when, s->timer.expires))
		return;
	if (!mod_timer(&s->timer, when))
		refcount_inc(&s->ref);
}

static bool run_locked(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_target *t = s->target;
	struct tcopy_chunk chunk;
	struct tcopy_act act;
	int left = RUN_MAX;
	u64 ack_us;
	bool has;

	lockdep_assert_held(&s->lock);
	if (s->dead)
		return false;
	for (;;) {
		has = tcopy_hold_next(&s->hold, &chunk);
		tcopy_track_poll(&s->track, &t->conf, has ? &chunk : NULL,
				 now_us, &act);
		switch (act.type) {
		case TCOPY_ACT_NONE:
			goto quiet;
		case TCOPY_ACT_SEND:
			run_send(s, &act.packet);
			break;
		case TCOPY_ACT_RELEASE:
			tcopy_hold_release(&s->hold, s->tn, act.seq);
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
			run_count_end(t, act.end);
			run_purge(s);
			break;
		case TCOPY_ACT_FREE:
			return true;
		}
		if (!left--) {
			/* Others want the CPU as well: on at the next tick. */
			if (!mod_timer(&s->timer, jiffies + 1))
				refcount_inc(&s->ref);
			return false;
		}
	}
quiet:
	ack_us = tcopy_track_ack_deadline(&s->track);
	if (ack_us && ack_us != ~0ULL && !s->on_acks)
		tcopy_queue_ack(s, ack_us, now_us);
	run_arm(s, now_us);
	return false;
}

/* Unlocks, sends what was built in the order it was built, and forgets the
 * session when it is over. One sender at a time: the others leave their packets
 * to him, or two CPUs would reorder the copy.
 */
static void run_unlock(struct tcopy_session *s, bool over)
	__releases(&s->lock)
{
	struct net *net = s->tn->net;
	struct sk_buff_head list;
	struct sk_buff *skb;

	if (s->sending || skb_queue_empty(&s->out)) {
		spin_unlock_bh(&s->lock);
		if (over)
			tcopy_session_del(s);
		return;
	}
	__skb_queue_head_init(&list);
	s->sending = true;
	while (!skb_queue_empty(&s->out)) {
		skb_queue_splice_init(&s->out, &list);
		spin_unlock_bh(&s->lock);
		local_bh_disable();
		while ((skb = __skb_dequeue(&list)))
			if (tcopy_transmit_send(net, skb))
				tcopy_count(s->target, SEND_FAILED);
		local_bh_enable();
		spin_lock_bh(&s->lock);
	}
	s->sending = false;
	spin_unlock_bh(&s->lock);
	if (over)
		tcopy_session_del(s);
}

/**
 * tcopy_session_run() - carry out what is due
 * @s:		the session; the caller holds a reference or RCU
 * @now_us:	now
 *
 * Context: BH or process; no lock held. May send packets.
 */
void tcopy_session_run(struct tcopy_session *s, u64 now_us)
{
	spin_lock_bh(&s->lock);
	s->in_batch = false;
	run_unlock(s, run_locked(s, now_us));
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

	spin_lock_bh(&s->lock);
	if (!s->dead)
		tcopy_track_end(&s->track, why, now_us);
	run_unlock(s, run_locked(s, now_us));
}

/**
 * tcopy_session_header() - an answer of the test service
 * @s:		the session; the caller holds RCU
 * @seg:	the answer's header
 * @now_us:	now
 *
 * Only noted: the caller runs the session at the end of its batch.
 *
 * Context: BH; no lock held.
 *
 * Return: true when the caller is to run it: nobody else is about to.
 */
bool tcopy_session_header(struct tcopy_session *s, const struct tcopy_seg *seg,
			  u64 now_us)
{
	bool first = false;

	spin_lock(&s->lock);
	if (!s->dead) {
		s->heard_us = now_us;
		tcopy_track_header(&s->track, seg, now_us);
		tcopy_count(s->target, HEADERS);
		first = !s->in_batch;
		s->in_batch = true;
	}
	spin_unlock(&s->lock);
	return first;
}

/**
 * tcopy_session_missed() - a client's bytes were lost on our side
 * @tn:		the namespace
 * @flow:	client to online service
 *
 * Its copies cannot go on: they end at the next tick.
 *
 * Context: BH, RCU read section.
 */
void tcopy_session_missed(struct tcopy_net *tn, const struct tcopy_flow *flow)
{
	struct rhlist_head *list = tcopy_session_list(tn, flow), *pos;
	struct tcopy_session *s;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		spin_lock(&s->lock);
		s->missed = true;
		if (!s->dead && !mod_timer(&s->timer, jiffies + 1))
			refcount_inc(&s->ref);
		spin_unlock(&s->lock);
	}
}

/* What only production's socket can tell: asked rarely, by the timer. */
static void run_look(struct tcopy_session *s, u64 now_us)
{
	u64 idle_us = s->target->conf.idle_us;
	bool gap, idle;
	struct tcopy_peer peer;

	if (s->missed) {
		tcopy_track_end(&s->track, TCOPY_END_GAP, now_us);
		return;
	}
	gap = run_has_gap(s) && now_us - s->last_us >= RUN_GAP_US;
	idle = now_us - s->heard_us >= idle_us;
	if (!gap && !idle && !s->rst_checks)
		return;

	tcopy_peer_find(s->tn->net, &s->flow, s->dif, s->sdif, &peer);
	if (s->rst_checks) {
		s->rst_checks--;
		if (peer.kind != TCOPY_PEER_FULL) {
			s->rst_checks = 0;
			tcopy_track_rst(&s->track, now_us);
		}
	}
	/* Production has the bytes, or is gone and waits for none: what was not
	 * captured by now never will be.
	 */
	if (gap && (peer.kind == TCOPY_PEER_NONE ||
		    (peer.kind == TCOPY_PEER_FULL &&
		     after(peer.rcv_nxt, s->hold.cap_nxt))))
		tcopy_track_end(&s->track, TCOPY_END_GAP, now_us);
	if (idle && peer.kind == TCOPY_PEER_FULL &&
	    peer.heard_ms * 1000ULL < idle_us) {
		s->heard_us = now_us - peer.heard_ms * 1000ULL;
		tcopy_track_alive(&s->track, s->heard_us);
	}
}

/**
 * tcopy_session_timer() - a deadline has come
 * @timer: tcopy_session.timer
 *
 * Context: softirq. Drops the timer's reference.
 */
void tcopy_session_timer(struct timer_list *timer)
{
	struct tcopy_session *s = from_timer(s, timer, timer);
	u64 now_us = tcopy_now_us();

	spin_lock_bh(&s->lock);
	if (!s->dead)
		run_look(s, now_us);
	run_unlock(s, run_locked(s, now_us));
	tcopy_session_put(s);
}

/**
 * tcopy_session_acks() - send acknowledgments that have waited long enough
 * @cpu: whose list it is
 *
 * Context: softirq of that CPU.
 */
void tcopy_session_acks(struct tcopy_cpu *cpu)
{
	u64 now_us = tcopy_now_us();
	struct tcopy_session *s;

	while ((s = tcopy_queue_ack_due(cpu, now_us))) {
		spin_lock_bh(&s->lock);
		s->on_acks = false;
		run_unlock(s, run_locked(s, now_us));
		tcopy_session_put(s);
	}
}

/* A packet whose session is found; payload is consumed, and counted. */
static void run_event(struct tcopy_session *s, struct sk_buff *skb,
		      const struct tcopy_event *ev,
		      const struct tcopy_peer *peer, u64 now_us)
{
	const struct tcopy_seg *seg = &ev->seg;
	struct tcopy_target *t = s->target;
	u32 gap_us;
	int got;

	spin_lock_bh(&s->lock);
	if (s->dead || s->missed || s->track.state >= TCOPY_TRACK_ENDED) {
		if (seg->len || (seg->flags & (TCOPY_FIN | TCOPY_RST)))
			tcopy_count(t, ENDED);
		else
			tcopy_count(t, NOT_NEEDED);
		goto unlock;
	}
	s->heard_us = now_us;
	gap_us = min_t(u64, now_us - s->last_us, U32_MAX);

	if (seg->flags & TCOPY_RST) {
		tcopy_count(t, COPIED);
		if (peer->kind == TCOPY_PEER_FULL)
			s->rst_checks = RUN_RST_CHECKS;
		else
			tcopy_track_rst(&s->track, now_us);
		goto run;
	}

	if (seg->len) {
		s->last_us = now_us;
		got = tcopy_hold_add(&s->hold, s->tn, skb, seg->seq, seg->ack,
				     gap_us);
		skb = NULL;
		if (got > 0) {
			tcopy_count(t, HELD);
			tcopy_track_data(&s->track, s->hold.cap_nxt, now_us);
		} else if (!got) {
			tcopy_count(t, NOT_NEEDED);
		} else {
			tcopy_count(t, NO_MEMORY);
			tcopy_track_end(&s->track, TCOPY_END_SHED, now_us);
		}
		if (s->hold.bytes > READ_ONCE(s->tn->mem_limit) / 4)
			tcopy_track_end(&s->track, TCOPY_END_SHED, now_us);
	} else if ((seg->flags & TCOPY_FIN) && !s->fin) {
		tcopy_count(t, COPIED);
	} else {
		tcopy_count(t, NOT_NEEDED);
	}
	if (seg->flags & TCOPY_FIN) {
		s->fin = true;
		s->fin_seq = seg->seq + seg->len;
		tcopy_track_fin(&s->track, seg->seq + seg->len, seg->ack,
				gap_us, now_us);
	}
run:
	run_unlock(s, run_locked(s, now_us));
	goto out;
unlock:
	spin_unlock_bh(&s->lock);
out:
	if (skb) {
		tcopy_mem_add(s->tn, -(s64)skb->truesize);
		kfree_skb(skb);
	}
}

/* May this connection be copied to this target? Counts why not. */
static bool run_admit(struct tcopy_net *tn, struct tcopy_target *t,
		      const struct tcopy_event *ev, const struct tcopy_syn *syn,
		      const struct tcopy_peer *peer)
{
	if (!READ_ONCE(t->copying))
		tcopy_count(t, NOT_COPYING);
	else if (tcopy_target_passes(t, &ev->flow))
		tcopy_count(t, PASSED);
	else if (peer->mptcp || (syn->opts & TCOPY_OPT_MD5))
		tcopy_count(t, MPTCP);
	else if (atomic_read(&t->sessions_n) >= t->max_sessions)
		tcopy_count(t, SESSION_LIMIT);
	else if (tcopy_mem_full(tn))
		tcopy_count(t, MEMORY_LIMIT);
	else
		return true;
	return false;
}

/* A captured packet and one target that wants it; consumes the skb. */
static void run_target(struct tcopy_net *tn, struct tcopy_target *t,
		       struct sk_buff *skb, const struct tcopy_event *ev,
		       const struct tcopy_syn *syn,
		       const struct tcopy_peer *peer, u64 now_us)
{
	struct tcopy_session *s = tcopy_session_find(tn, &ev->flow, t);
	struct tcopy_flow copy;

	tcopy_count(t, MATCHED);
	/* The client uses its port again, and its old copy lives on. Only the
	 * very first packet says so while it does: the SYN may be a forged one
	 * that production has not believed.
	 */
	if (syn && s && s->isn != syn->isn &&
	    (ev->seg.seq == syn->isn + 1 ||
	     READ_ONCE(s->track.state) >= TCOPY_TRACK_ENDED)) {
		tcopy_session_end(s, TCOPY_END_REUSED);
		tcopy_session_del(s);
		s = NULL;
	}
	if (!s && syn) {
		tcopy_halfopen_del(tn, &ev->flow, ev->seg.seq);
		if (!run_admit(tn, t, ev, syn, peer))
			goto drop;
		s = tcopy_session_new(tn, t, ev, syn, peer, now_us);
		if (IS_ERR(s)) {
			if (PTR_ERR(s) == -EEXIST)
				tcopy_count(t, TUPLE_TAKEN);
			else
				tcopy_count(t, NO_MEMORY);
			goto drop;
		}
		tcopy_flow_reverse(&copy, &s->answer);
		tcopy_relay_open(t->relay, &copy);
	}
	if (!s) {
		if (ev->seg.len)
			tcopy_count(t, NO_SESSION);
		else
			tcopy_count(t, NOT_NEEDED);
		goto drop;
	}
	run_event(s, skb, ev, peer, now_us);
	return;
drop:
	tcopy_mem_add(tn, -(s64)skb->truesize);
	kfree_skb(skb);
}

/**
 * tcopy_session_packet() - a captured packet, behind the original
 * @tn:		the namespace; the skb's true size is accounted there
 * @skb:	payload, with struct tcopy_event at its head; consumed
 *
 * Context: BH, RCU read section.
 */
void tcopy_session_packet(struct tcopy_net *tn, struct sk_buff *skb)
{
	const struct tcopy_rules *rules = rcu_dereference(tn->rules);
	struct tcopy_event ev = *tcopy_event(skb);
	struct tcopy_target *t, *prev = NULL;
	const struct tcopy_syn *syn = NULL;
	struct tcopy_peer peer = {};
	u64 now_us = tcopy_now_us();
	struct tcopy_syn found;
	struct sk_buff *part;
	unsigned int i;

	if (!rules)
		goto drop;
	if (ev.halfopen &&
	    tcopy_halfopen_find(tn, &ev.flow, ev.seg.seq, &found))
		syn = &found;
	if (syn || (ev.seg.flags & TCOPY_RST))
		tcopy_peer_find(tn->net, &ev.flow, ev.dif, ev.sdif, &peer);
	/* Production has not taken the connection, or not yet, or is just
	 * replacing its request socket on another CPU, when a look-up finds
	 * neither. Payload is worth another look. RSTs begin nothing.
	 */
	if (syn && (peer.kind == TCOPY_PEER_NONE ||
		    (ev.seg.flags & TCOPY_RST) ||
		    (peer.kind == TCOPY_PEER_REQUEST &&
		     peer.online_ack != ev.seg.ack))) {
		syn = NULL;
		if ((ev.seg.len || (ev.seg.flags & TCOPY_FIN)) &&
		    !(ev.seg.flags & TCOPY_RST) &&
		    tcopy_queue_later(tn, skb))
			return;
	}

	tcopy_rule_for_each(rules, &ev.flow, i, t) {
		if (prev) {
			part = skb_clone(skb, TCOPY_GFP);
			if (part) {
				tcopy_mem_add(tn, part->truesize);
				run_target(tn, prev, part, &ev, syn, &peer,
					   now_us);
			} else {
				tcopy_count(prev, MATCHED);
				tcopy_count(prev, NO_MEMORY);
				tcopy_session_missed(tn, &ev.flow);
			}
		}
		prev = t;
	}
	if (prev) {
		run_target(tn, prev, skb, &ev, syn, &peer, now_us);
		return;
	}
drop:
	tcopy_mem_add(tn, -(s64)skb->truesize);
	kfree_skb(skb);
}
