// SPDX-License-Identifier: GPL-2.0
/* session: captured packets and headers go into their sessions. */

#include "fan.h"
#include "queue.h"
#include "relay.h"
#include "session.h"
#include "silence.h"
#include "source.h"

/* Looks at production's socket after an RST that it has not acted on yet. */
#define EVENT_RST_CHECKS	20

/**
 * tcopy_session_header() - an answer of the test service
 * @s:		the session; the caller holds RCU
 * @seg:	the answer's header; moved to the client's sequence numbers
 * @now_us:	now
 *
 * Only noted: the caller runs the session at the end of its batch.
 *
 * Context: BH; no lock held.
 *
 * Return: true when the caller is to run it: nobody else is about to.
 */
bool tcopy_session_header(struct tcopy_session *s, struct tcopy_seg *seg,
			  u64 now_us)
{
	bool first = false;

	spin_lock(&s->lock);
	if (!s->dead) {
		s->heard_us = now_us;
		tcopy_seg_shift(seg, s->seq_off);
		tcopy_track_header(&s->track, seg, now_us);
		if (!s->judged) {
			s->judged = true;
			tcopy_silence_answer(s->target, s->track.end ==
							TCOPY_END_REFUSED);
		}
		tcopy_count(s->target, HEADERS);
		first = !s->in_batch;
		s->in_batch = true;
	}
	spin_unlock(&s->lock);
	return first;
}

/**
 * tcopy_session_error() - a packet of a copy did not get through
 * @s:		the session; the caller holds RCU
 * @seq:	its first byte, as it left
 * @path_mss:	payload of what would have, TCP options not taken off; 0: none
 * @now_us:	now
 *
 * Context: BH; no lock held.
 *
 * Return: true when the caller is to run it: nobody else is about to.
 */
bool tcopy_session_error(struct tcopy_session *s, u32 seq, u16 path_mss,
			 u64 now_us)
{
	bool first = false;

	spin_lock(&s->lock);
	if (!s->dead) {
		seq -= s->seq_off;
		if (path_mss)
			tcopy_track_path(&s->track, seq, path_mss, now_us);
		else
			tcopy_track_unreachable(&s->track, seq, now_us);
		if (!s->judged && s->track.end == TCOPY_END_REFUSED) {
			s->judged = true;
			tcopy_silence_answer(s->target, true);
		}
		first = !s->in_batch;
		s->in_batch = true;
	}
	spin_unlock(&s->lock);
	return first;
}

/**
 * tcopy_session_broken() - a copy cannot go on
 * @s:		the session; the caller holds RCU
 * @why:	to be counted, never TCOPY_END_NONE
 *
 * It ends at the next tick.
 *
 * Context: BH; no lock held.
 */
void tcopy_session_broken(struct tcopy_session *s, enum tcopy_end why)
{
	spin_lock(&s->lock);
	if (!s->missed)
		WRITE_ONCE(s->missed, why);
	if (!s->dead && !mod_timer(&s->timer, jiffies + 1))
		refcount_inc(&s->ref);
	spin_unlock(&s->lock);
}

/**
 * tcopy_session_missed() - a client's bytes were lost on our side
 * @tn:		the namespace
 * @flow:	client to online service
 * @why:	to be counted, never TCOPY_END_NONE
 *
 * Its copies cannot go on: they end at the next tick.
 *
 * Context: BH, RCU read section.
 */
void tcopy_session_missed(struct tcopy_net *tn, const struct tcopy_flow *flow,
			  enum tcopy_end why)
{
	struct rhlist_head *list = tcopy_session_list(tn, flow), *pos;
	struct tcopy_session *s;
	bool dead;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		spin_lock(&s->lock);
		if (!s->missed)
			WRITE_ONCE(s->missed, why);
		/* The others are told by this one's timer, not here: there may
		 * be a thousand, and production's packet waits.
		 */
		if (s->fan)
			WRITE_ONCE(s->fan->missed, why);
		dead = s->dead;
		if (!dead && !mod_timer(&s->timer, jiffies + 1))
			refcount_inc(&s->ref);
		spin_unlock(&s->lock);
		if (dead && s->fan)
			tcopy_fan_missed(s->fan, why);
	}
}

/* Is this no packet of the client's? What comes in its turn can be forged by
 * somebody who sees the connection only, and is not looked at; for the rest
 * production's socket says what it will not believe, and when it is gone after
 * all was said, there is nothing more to say.
 */
static bool event_forged(const struct tcopy_session *s,
			 const struct tcopy_event *ev,
			 const struct tcopy_peer *known)
{
	const struct tcopy_seg *seg = &ev->seg;
	u32 end = seg->seq + seg->len + !!(seg->flags & TCOPY_FIN);
	struct tcopy_peer peer;

	if (seg->flags & TCOPY_RST)
		return s->target->forward ? !tcopy_session_rst(s, seg->seq) :
					    tcopy_peer_refuses(known, seg);
	if (seg->seq == s->hold.cap_nxt || !after(end, s->hold.cap_nxt))
		return false;
	tcopy_session_peer(s, &peer);
	return tcopy_peer_refuses(&peer, seg) ||
	       (peer.kind == TCOPY_PEER_NONE && s->fin &&
		s->fin_seq == s->hold.cap_nxt);
}

/**
 * tcopy_session_shed() - end a client's copies, because there is too much
 * @tn:		the namespace
 * @flow:	client to online service
 *
 * Context: BH, RCU read section.
 */
void tcopy_session_shed(struct tcopy_net *tn, const struct tcopy_flow *flow)
{
	struct rhlist_head *list = tcopy_session_list(tn, flow), *pos;
	struct tcopy_session *s;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		if (s->fan)
			tcopy_fan_end(s->fan, TCOPY_END_SHED);
		tcopy_session_end(s, TCOPY_END_SHED);
	}
}

/* Does payload begin a request, for all that can be told of the client's
 * packets alone? Its client has heard of the online service since its last
 * payload, and that was all it had to say then. The first payload does.
 */
static bool event_begins(struct tcopy_session *s, const struct tcopy_seg *seg)
{
	bool begins = seg->seq == s->hold.cap_nxt && s->pushed &&
		      (after(seg->ack, s->last_ack) || seg->seq == s->isn + 1);

	if (after(seg->seq + seg->len, s->hold.cap_nxt))
		s->pushed = seg->flags & TCOPY_PSH;
	if (after(seg->ack, s->last_ack))
		s->last_ack = seg->ack;
	return begins;
}

/* The test service has ended the copy, and the client goes on: a new connection
 * for its next request.
 */
static void event_parked(struct tcopy_session *s, const struct tcopy_seg *seg,
			 const struct tcopy_peer *peer, bool begins, u64 now_us)
{
	u32 end = seg->seq + seg->len;

	if (seg->flags & TCOPY_RST) {
		if (peer->kind != TCOPY_PEER_FULL)
			tcopy_track_unpark(&s->track, now_us);
		return;
	}
	if (begins && READ_ONCE(s->target->copying)) {
		s->hold.sent = seg->seq;
		tcopy_session_reopen(s, seg->seq, seg->ack, now_us);
		return;
	}
	tcopy_track_alive(&s->track, now_us);
	if (seg->flags & TCOPY_FIN)
		tcopy_track_unpark(&s->track, now_us);
	/* What is in between nobody waits for any more. */
	if (after(end, s->hold.cap_nxt)) {
		s->hold.cap_nxt = end;
		s->hold.sent = end;
	}
}

/**
 * tcopy_session_event() - a packet whose session is found
 * @s:		the session
 * @skb:	its payload, accounted; consumed
 * @ev:		the packet
 * @peer:	what production's socket says, of a RST
 * @now_us:	now
 *
 * Counted where it ends up; that it matched is the caller's to count.
 *
 * Context: BH, RCU read section, no lock held.
 */
void tcopy_session_event(struct tcopy_session *s, struct sk_buff *skb,
			 const struct tcopy_event *ev,
			 const struct tcopy_peer *peer, u64 now_us)
{
	const struct tcopy_seg *seg = &ev->seg;
	struct tcopy_target *t = s->target;
	bool begins, parked;
	u32 gap_us;
	int got;

	spin_lock_bh(&s->lock);
	if (event_forged(s, ev, peer)) {
		tcopy_count(t, NOT_NEEDED);
		goto unlock;
	}
	begins = seg->len && event_begins(s, seg);
	parked = !s->dead && !s->missed &&
		 s->track.state == TCOPY_TRACK_ENDED &&
		 tcopy_track_parked(&s->track);
	if (parked)
		event_parked(s, seg, peer, begins, now_us);
	if (s->dead || s->missed || s->track.state >= TCOPY_TRACK_ENDED) {
		if ((seg->len || (seg->flags & (TCOPY_FIN | TCOPY_RST))) &&
		    !tcopy_session_said(s, seg))
			tcopy_count(t, ENDED);
		else
			tcopy_count(t, NOT_NEEDED);
		if (parked)	/* its deadline may have come closer */
			goto run;
		goto unlock;
	}
	s->heard_us = now_us;
	/* Another CPU's batch may have begun later, and come first. */
	gap_us = now_us > s->last_us ?
		 min_t(u64, now_us - s->last_us, U32_MAX) : 0;

	if (seg->flags & TCOPY_RST) {
		tcopy_count(t, COPIED);
		if (peer->kind == TCOPY_PEER_FULL)
			s->rst_checks = EVENT_RST_CHECKS;
		else
			tcopy_track_rst(&s->track, now_us);
		goto run;
	}

	tcopy_track_window(&s->track, (u32)seg->win << s->wscale);
	if (seg->len) {
		s->last_us = now_us;
		got = tcopy_hold_add(&s->hold, s->tn, skb, seg->seq, seg->ack,
				     gap_us, begins);
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
	tcopy_session_run_unlock(s, now_us);
	goto out;
unlock:
	spin_unlock_bh(&s->lock);
out:
	if (skb)
		tcopy_hold_drop(skb, s->tn);
}

/* May this connection be copied to this target? Counts why not. */
static bool event_admit(struct tcopy_net *tn, struct tcopy_target *t,
			const struct tcopy_event *ev,
			const struct tcopy_syn *syn,
			const struct tcopy_peer *peer, u64 now_us)
{
	const struct tcopy_conf *conf = tcopy_target_conf(t);
	unsigned int why = tcopy_target_unwanted(t, &ev->flow, now_us);

	if (why)
		this_cpu_inc(t->stats->v[why]);
	else if (!READ_ONCE(t->copying))
		tcopy_count(t, NOT_COPYING);
	else if (!conf->source.family && !tcopy_source_is_own(t, &ev->flow) &&
		 tcopy_target_passes(t, &ev->flow))
		tcopy_count(t, PASSED);
	else if (peer->mptcp || (syn->opts & TCOPY_OPT_MD5))
		tcopy_count(t, MPTCP);
	else if (atomic_read(&t->sessions_n) + conf->copies >
		 conf->max_sessions)
		tcopy_count(t, SESSION_LIMIT);
	else if (tcopy_mem_full(tn))
		tcopy_count(t, MEMORY_LIMIT);
	else if (!tcopy_target_pay(t, conf->copies, now_us))
		tcopy_count(t, RATE_LIMIT);
	else
		return true;
	return false;
}

/* A captured packet and one target that wants it; consumes the skb. */
static void event_target(struct tcopy_net *tn, struct tcopy_target *t,
			 struct sk_buff *skb, const struct tcopy_event *ev,
			 const struct tcopy_syn *syn,
			 const struct tcopy_peer *peer, u64 now_us)
{
	struct tcopy_session *s = tcopy_session_find(tn, &ev->flow, t);
	struct tcopy_flow copy;

	tcopy_count(t, MATCHED);
	/* The client uses its port again, and its old copy lives on. */
	if (syn && !syn->picked && s && s->isn != syn->isn) {
		if (s->fan) {
			tcopy_fan_end(s->fan, TCOPY_END_REUSED);
			tcopy_fan_unlist(s->fan);
		}
		tcopy_session_end(s, TCOPY_END_REUSED);
		tcopy_session_del(s);
		s = NULL;
	}
	if (!s && syn && (!syn->picked || tcopy_target_conf(t)->pick_up)) {
		if (!event_admit(tn, t, ev, syn, peer, now_us))
			goto drop;
		s = tcopy_session_new(tn, t, ev, syn, peer, NULL, 0, now_us);
		if (IS_ERR(s)) {
			if (PTR_ERR(s) == -EEXIST)
				tcopy_count(t, TUPLE_TAKEN);
			else if (PTR_ERR(s) == -EPERM)
				tcopy_count(t, PASSED);
			else
				tcopy_count(t, NO_MEMORY);
			goto drop;
		}
		if (syn->picked)
			tcopy_count(t, PICKED_UP);
		tcopy_flow_reverse(&copy, &s->answer);
		tcopy_relay_open(t->relay, &copy);
	}
	if (!s) {
		unsigned int why = TCOPY_A_STAT_NOT_NEEDED;

		if (ev->seg.len)
			why = tcopy_target_unwanted(t, &ev->flow, now_us) ?:
			      TCOPY_A_STAT_NO_SESSION;
		this_cpu_inc(t->stats->v[why]);
		goto drop;
	}
	if (s->fan)
		skb = tcopy_fan_packet(s, skb, ev);
	tcopy_session_event(s, skb, ev, peer, now_us);
	return;
drop:
	tcopy_hold_drop(skb, tn);
}

/* Production has not taken the connection, or not yet, or is just replacing its
 * request socket on another CPU, when a look-up finds neither: payload is worth
 * another look. RSTs begin nothing. One that is picked up production had,
 * whatever has become of it since.
 */
static bool event_not_yet(const struct tcopy_event *ev,
			  const struct tcopy_syn *syn,
			  const struct tcopy_peer *peer)
{
	if (ev->seg.flags & TCOPY_RST)
		return true;
	if (syn->picked)
		return false;
	return peer->kind == TCOPY_PEER_NONE ||
	       (peer->kind == TCOPY_PEER_REQUEST &&
		(peer->online_ack != ev->seg.ack ||
		 peer->client_isn != syn->isn));
}

/* Have both sides of a forwarded connection opened it? Fills @peer then. */
static bool event_answered(const struct tcopy_event *ev,
			   const struct tcopy_syn *syn, struct tcopy_peer *peer)
{
	if (!syn->answered || !tcopy_forward_begins(&syn->online, &ev->seg))
		return false;
	tcopy_forward_peer(&syn->online, peer);
	peer->client_isn = syn->isn;
	peer->mptcp = syn->mptcp;
	return true;
}

/* Production has reset a forwarded connection: its client will say no more, and
 * what it has said is copied to its end. That may still wait in another CPU's
 * queue, and so does the RST then; true when it does.
 */
static bool event_reset(struct tcopy_net *tn, struct sk_buff *skb,
			const struct tcopy_event *ev, u64 now_us)
{
	struct rhlist_head *list = tcopy_session_list(tn, &ev->flow), *pos;
	struct tcopy_session *s;
	bool behind = false;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		spin_lock_bh(&s->lock);
		behind |= tcopy_session_behind(s);
		spin_unlock_bh(&s->lock);
	}
	if (behind && tcopy_queue_later(tn, skb))
		return true;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		if (!s->target->forward)
			continue;
		spin_lock_bh(&s->lock);
		if (!s->dead && tcopy_forward_reset(&s->online, ev->seg.seq)) {
			s->online.gone = true;
			s->heard_us = now_us;
			tcopy_track_rst(&s->track, now_us);
		}
		tcopy_session_run_unlock(s, now_us);
	}
	return false;
}

/**
 * tcopy_session_packet() - a captured packet, behind the original
 * @tn:		the namespace; the skb's true size is accounted there
 * @skb:	payload, with struct tcopy_event at its head; consumed
 * @now_us:	when its batch began
 *
 * Context: BH, RCU read section.
 */
void tcopy_session_packet(struct tcopy_net *tn, struct sk_buff *skb, u64 now_us)
{
	struct tcopy_event ev = *tcopy_event(skb);
	struct tcopy_target *t, *prev = NULL;
	const struct tcopy_syn *syn = NULL;
	const struct tcopy_rules *rules;
	struct tcopy_peer peer = {};
	struct tcopy_syn found;
	struct sk_buff *part;
	unsigned int i;

	rules = ev.forward ? rcu_dereference(tn->forward) :
			     rcu_dereference(tn->rules);
	if (!rules)
		goto drop;
	if (ev.reply) {
		if (event_reset(tn, skb, &ev, now_us))
			return;
		goto drop;
	}
	if (ev.halfopen &&
	    tcopy_halfopen_find(tn, &ev.flow, ev.seg.seq, &found))
		syn = &found;
	if (ev.forward) {
		if (syn && !event_answered(&ev, syn, &peer))
			syn = NULL;
	} else if (syn || (ev.seg.flags & TCOPY_RST)) {
		tcopy_peer_find(tn->net, &ev.flow, ev.dif, ev.sdif, &peer);
	}
	if (ev.seg.flags & TCOPY_SYN) {
		/* Payload of a SYN: production took it, or the client will send
		 * it again.
		 */
		if (!syn || peer.kind != TCOPY_PEER_FULL ||
		    !after(peer.rcv_nxt, ev.seg.seq))
			ev.seg.len = 0;
		ev.seg.flags = TCOPY_ACK;
		ev.seg.ack = peer.online_ack;
		if (!ev.seg.len)
			syn = NULL;
	}
	/* A connection, but another one: nobody believed that SYN. */
	if (syn && !syn->picked && peer.kind == TCOPY_PEER_FULL &&
	    peer.client_isn != syn->isn) {
		tcopy_halfopen_del(tn, &ev.flow, ev.seg.seq);
		syn = NULL;
	}
	if (syn && syn->picked)
		peer.online_ack = syn->ack;
	if (syn && event_not_yet(&ev, syn, &peer)) {
		syn = NULL;
		if ((ev.seg.len || (ev.seg.flags & TCOPY_FIN)) &&
		    !(ev.seg.flags & TCOPY_RST) &&
		    tcopy_queue_later(tn, skb))
			return;
	}

	tcopy_rule_for_each(rules, &ev.flow, i, t) {
		if (prev) {
			part = tcopy_hold_clone(skb, tn);
			if (part) {
				event_target(tn, prev, part, &ev, syn, &peer,
					     now_us);
			} else {
				tcopy_count(prev, MATCHED);
				tcopy_count(prev, NO_MEMORY);
				tcopy_session_missed(tn, &ev.flow,
						     TCOPY_END_GAP);
			}
		}
		prev = t;
	}
	if (prev) {
		event_target(tn, prev, skb, &ev, syn, &peer, now_us);
		/* Only now: whoever finds no SYN any more must find the
		 * session, or know that there will be none.
		 */
		if (syn && tcopy_halfopen_take(tn, &ev.flow, ev.seg.seq,
					       &found) && ev.forward)
			tcopy_session_online(tn, &ev.flow, &found);
		return;
	}
drop:
	tcopy_hold_drop(skb, tn);
}
