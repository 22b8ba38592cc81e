// SPDX-License-Identifier: GPL-2.0
/* session: captured packets and headers go into their sessions. */

#include "drop.h"
#include "fan.h"
#include "queue.h"
#include "relay.h"
#include "session.h"
#include "silence.h"
#include "source.h"

/* Looks at production's socket after an RST that it has not acted on yet. */
#define EVENT_RST_CHECKS	20

/* The answer that is expected, and all that a run would do behind it. What the
 * timer is for otherwise it was armed for when that happened, but for what
 * production has seen and this host has not.
 */
static bool event_answer(struct tcopy_session *s, const struct tcopy_seg *seg,
			 u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	u64 ack_us;

	if (!timer_pending(&s->timer) || tcopy_session_unseen(s) ||
	    !tcopy_track_answer(&b->track, seg, b->armed_us, now_us))
		return false;
	tcopy_hold_release(&b->hold, s->target->tn, seg->ack);
	if (s->on_acks)
		return true;
	ack_us = tcopy_track_ack_deadline(&b->track);
	if (ack_us != ~0ULL)
		tcopy_queue_ack(s, ack_us, now_us);
	return true;
}

/**
 * tcopy_session_header() - an answer of the test service
 * @s:		the session; the caller holds RCU
 * @seg:	the answer's header; moved to the client's sequence numbers
 * @now_us:	now
 *
 * Only noted, unless it is the expected one: the caller runs the session at the
 * end of its batch.
 *
 * Context: BH; no lock held.
 *
 * Return: true when the caller is to run it: there is something to be done, and
 * nobody else is about to.
 */
bool tcopy_session_header(struct tcopy_session *s, struct tcopy_seg *seg,
			  u64 now_us)
{
	bool first = false;

	spin_lock(&s->lock);
	if (!s->dead && tcopy_session_awake(s, TCOPY_END_NONE, now_us)) {
		if (trace_tcopy_header_enabled())
			trace_tcopy_header(s->target->tn, s, &s->answer, seg);
		tcopy_seg_shift(seg, s->seq_off);
		tcopy_count(s->target, HEADERS);
		if (event_answer(s, seg, now_us))
			goto unlock;
		tcopy_track_header(&s->busy->track, seg, now_us);
		if (!s->judged) {
			s->judged = true;
			tcopy_silence_answer(s->target, s->busy->track.end ==
							TCOPY_END_REFUSED);
		}
		first = !s->in_batch;
		s->in_batch = true;
	} else if (!s->dead) {	/* no memory: it is said again */
		tcopy_count(s->target, HEADERS_LOST);
	}
unlock:
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
	struct tcopy_track *t;
	bool first = false;

	spin_lock(&s->lock);
	if (!s->dead && tcopy_session_awake(s, TCOPY_END_NONE, now_us)) {
		t = &s->busy->track;
		seq -= s->seq_off;
		if (path_mss)
			tcopy_track_path(t, seq, path_mss, now_us);
		else
			tcopy_track_unreachable(t, seq, now_us);
		if (!s->judged && t->end == TCOPY_END_REFUSED) {
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

/* Does production refuse what came out of its turn? */
static noinline bool event_refused(const struct tcopy_session *s,
				   const struct tcopy_seg *seg)
{
	struct tcopy_peer peer;

	tcopy_session_peer(s, &peer);
	return tcopy_peer_refuses(&peer, seg) ||
	       (peer.kind == TCOPY_PEER_NONE && s->busy->fin &&
		s->busy->fin_seq == s->busy->hold.cap_nxt);
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
	u32 cap_nxt;

	if (seg->flags & TCOPY_RST)
		return s->target->forward ? !tcopy_session_rst(s, seg->seq) :
					    tcopy_peer_refuses(known, seg);
	cap_nxt = s->busy->hold.cap_nxt;
	return seg->seq != cap_nxt && after(end, cap_nxt) &&
	       event_refused(s, seg);
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

/* A client's first payload: has it waited for its service to speak? One that
 * did says that others of this target may.
 */
static void event_first(struct tcopy_target *t, bool waited)
{
	u8 n = READ_ONCE(t->client_first);

	if (waited && n)
		WRITE_ONCE(t->client_first, 0);
	else if (!waited && n < TCOPY_CLIENT_FIRST)
		WRITE_ONCE(t->client_first, n + 1);
}

/* Does payload begin a request, for all that can be told of the client's
 * packets alone? Its client has heard of the online service since its last
 * payload, and that was all it had to say then. The first payload does.
 */
static bool event_begins(struct tcopy_session *s, const struct tcopy_seg *seg)
{
	u32 cap_nxt = s->busy->hold.cap_nxt;
	bool heard = after(seg->ack, s->last_ack);
	bool first = seg->seq == s->isn + 1;
	bool begins = seg->seq == cap_nxt && s->pushed &&
		      (heard || first);

	if (first)
		event_first(s->target, heard);
	if (after(seg->seq + seg->len, cap_nxt))
		s->pushed = seg->flags & TCOPY_PSH;
	if (heard)
		s->last_ack = seg->ack;
	return begins;
}

/* The test service has ended the copy, and the client goes on: a new connection
 * for its next request.
 */
static void event_parked(struct tcopy_session *s, const struct tcopy_seg *seg,
			 const struct tcopy_peer *peer, bool begins, u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	u32 end = seg->seq + seg->len;

	if (seg->flags & TCOPY_RST) {
		if (peer->kind != TCOPY_PEER_FULL)
			tcopy_track_unpark(&b->track, now_us);
		return;
	}
	if (begins && READ_ONCE(s->target->copying)) {
		b->hold.sent = seg->seq;
		tcopy_session_reopen(s, seg->seq, seg->ack, now_us);
		return;
	}
	tcopy_track_alive(&b->track, now_us);
	if (seg->flags & TCOPY_FIN)
		tcopy_track_unpark(&b->track, now_us);
	/* What is in between nobody waits for any more. */
	if (after(end, b->hold.cap_nxt)) {
		b->hold.cap_nxt = end;
		b->hold.sent = end;
	}
}

/**
 * tcopy_session_event() - a packet whose session is found
 * @s:		the session
 * @skb:	its payload, accounted; consumed
 * @ev:		the packet; may be at the head of @skb, where headers take its
 *		place when the copy runs
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
	struct tcopy_busy *b;
	bool begins, parked;
	u32 gap_us;
	int got;

	spin_lock(&s->lock);
	if (!s->busy && (s->dead ||
			 !tcopy_session_wake_for(s, TCOPY_END_SHED, now_us))) {
		tcopy_drop(t, s, &s->flow, seg, s->dead ?
			   TCOPY_A_STAT_ENDED : TCOPY_A_STAT_NO_MEMORY, 1);
		goto unlock;
	}
	b = s->busy;
	if (event_forged(s, ev, peer)) {
		tcopy_count(t, NOT_NEEDED);
		goto unlock;
	}
	begins = seg->len && s->ended < TCOPY_OVER && event_begins(s, seg);
	parked = !s->dead && !s->missed &&
		 b->track.state == TCOPY_TRACK_ENDED &&
		 tcopy_track_parked(&b->track);
	if (parked)
		event_parked(s, seg, peer, begins, now_us);
	if (s->dead || s->missed || b->track.state >= TCOPY_TRACK_ENDED) {
		if ((seg->len || (seg->flags & (TCOPY_FIN | TCOPY_RST))) &&
		    !tcopy_session_said(s, seg))
			tcopy_drop(t, s, &s->flow, seg, TCOPY_A_STAT_ENDED, 1);
		else
			tcopy_count(t, NOT_NEEDED);
		if (parked)	/* its deadline may have come closer */
			goto run;
		goto unlock;
	}
	/* Another CPU's batch may have begun later, and come first. */
	gap_us = now_us > b->last_us ?
		 min_t(u64, now_us - b->last_us, U32_MAX) : 0;

	if (seg->flags & TCOPY_RST) {
		tcopy_count(t, COPIED);
		if (peer->kind == TCOPY_PEER_FULL)
			b->rst_checks = EVENT_RST_CHECKS;
		else
			tcopy_track_rst(&b->track, now_us);
		goto run;
	}

	tcopy_track_window(&b->track, (u32)seg->win << s->wscale);
	if (seg->len) {
		b->last_us = now_us;
		got = tcopy_hold_add(&b->hold, t->tn, skb, seg->seq, seg->ack,
				     gap_us, begins);
		if (got > 0) {
			skb = NULL;
			tcopy_count(t, HELD);
			tcopy_track_data(&b->track, b->hold.cap_nxt, now_us);
		} else if (!got) {
			tcopy_count(t, NOT_NEEDED);
			tcopy_track_alive(&b->track, now_us);
		} else {
			tcopy_drop(t, s, &s->flow, seg, TCOPY_A_STAT_NO_MEMORY,
				   1);
			tcopy_track_end(&b->track, TCOPY_END_SHED, now_us);
		}
		if (b->hold.bytes > READ_ONCE(t->tn->mem_limit) / 4)
			tcopy_track_end(&b->track, TCOPY_END_SHED, now_us);
	} else if ((seg->flags & TCOPY_FIN) && !b->fin) {
		tcopy_count(t, COPIED);
	} else {
		tcopy_count(t, NOT_NEEDED);
		tcopy_track_alive(&b->track, now_us);
	}
	if (seg->flags & TCOPY_FIN) {
		b->fin = true;
		b->fin_seq = seg->seq + seg->len;
		tcopy_track_fin(&b->track, b->fin_seq, seg->ack, gap_us,
				now_us);
	}
run:
	tcopy_session_run_unlock(s, now_us);
	goto out;
unlock:
	spin_unlock(&s->lock);
out:
	if (skb)
		tcopy_hold_drop(skb, t->tn);
}
