// SPDX-License-Identifier: GPL-2.0
/*
 * How a copy ends, and what it says when it has. See track.h.
 */
#include "track_int.h"

/**
 * tcopy_track_over() - decide that this copy ends
 * @t:		track; what was decided first stays
 * @why:	for the counters
 * @rst:	the test server must be told
 */
void tcopy_track_over(struct tcopy_track *t, enum tcopy_end why, bool rst)
{
	if (!tcopy_track_live(t))
		return;
	t->end = why ? why : TCOPY_END_UNSUPPORTED;
	if (rst && !(t->state == TCOPY_TRACK_SYN_SENT && !t->retries))
		t->flags |= TCOPY_T_RST_DUE;
}

/**
 * tcopy_track_end_recv() - a header after the end
 * @t:		track in ENDED
 * @seg:	any header at all
 *
 * No error, but the test server may wait for a word: the ACK of its FIN, or a
 * RST when ours did not convince it.
 */
void tcopy_track_end_recv(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	if (t->replies >= TCOPY_T_REPLIES || seg->flags & TCOPY_RST ||
	    !(seg->flags & TCOPY_ACK))
		return;
	if (t->flags & TCOPY_T_POLITE) {
		if (!seg->len && !(seg->flags & (TCOPY_FIN | TCOPY_SYN)))
			return;
		t->flags |= TCOPY_T_ACK_NOW;
	} else {
		t->flags |= TCOPY_T_REPLY;
		t->reply_seq = seg->ack;
		if (!before(seg->ack, t->snd_una) &&
		    !after(seg->ack, t->snd_max))
			t->snd_una = seg->ack;
	}
	t->replies++;
}

/**
 * tcopy_track_end_repeat() - the last word may have been lost: say it again
 * @t:	track in ENDED
 *
 * Nobody acknowledges a RST, and a test server believes it at the byte that it
 * expects next only (RFC 5961, section 3.2; Linux also behind the last one that
 * it has). What was in flight may be lost as well, so the two ends of that take
 * turns. After FINs of both sides it is the ACK of the test server's.
 */
void tcopy_track_end_repeat(struct tcopy_track *t)
{
	if (t->end == TCOPY_END_REFUSED || t->end == TCOPY_END_RESET)
		return;		/* it knows: it said so itself */
	if (t->flags & TCOPY_T_POLITE) {
		t->flags |= TCOPY_T_ACK_NOW;
		return;
	}
	t->flags ^= TCOPY_T_AGAIN;
	t->flags |= TCOPY_T_REPLY;
	t->reply_seq = t->flags & TCOPY_T_AGAIN ? t->snd_una : t->snd_max;
}

/**
 * tcopy_track_end_poll() - the end was decided: do what is left
 * @t:		track with @end
 * @act:	filled: the RST if one is due, then END, once
 *
 * A RST carries the next sequence number, the only one that newer kernels
 * believe at once; if data is lost on its way there, the challenge ACK that
 * answers the RST is answered in turn while lingering.
 */
void tcopy_track_end_poll(struct tcopy_track *t, struct tcopy_act *act)
{
	if (t->flags & TCOPY_T_RST_DUE) {
		t->flags &= ~TCOPY_T_RST_DUE;
		tcopy_track_send_flags(t, act,
				       t->state == TCOPY_TRACK_OPEN ?
				       TCOPY_RST | TCOPY_ACK : TCOPY_RST,
				       t->snd_max);
		return;
	}
	act->type = TCOPY_ACT_END;
	act->end = t->end;
	t->state = TCOPY_TRACK_ENDED;
	if ((t->end == TCOPY_END_RESET || t->end == TCOPY_END_SERVER_CLOSED) &&
	    !(t->flags & TCOPY_T_RST))
		t->flags |= TCOPY_T_PARKED;
	/* FINs are looked at again when the copy goes on */
	t->flags &= TCOPY_T_POLITE | TCOPY_T_PARKED | TCOPY_T_FIN |
		    TCOPY_T_PEER_FIN;
	t->replies = 0;
	t->rtx_at = t->now_us + TCOPY_T_LINGER;
	t->gate_at = 0;
	t->ack_at = 0;
	t->due_at = 0;
}

/**
 * tcopy_track_parked() - did the test server end it, not the client?
 * @t:	track in ENDED
 *
 * Then it waits, for as long as --idle allows, for the client to send another
 * request: a new connection is made for that. Nothing else is of interest.
 */
bool tcopy_track_parked(const struct tcopy_track *t)
{
	return t->flags & TCOPY_T_PARKED;
}

/**
 * tcopy_track_unpark() - the client will not go on: only linger
 * @t:		track in ENDED
 * @now_us:	time in microseconds
 */
void tcopy_track_unpark(struct tcopy_track *t, u64 now_us)
{
	if (t->state != TCOPY_TRACK_ENDED || !tcopy_track_parked(t))
		return;
	if (now_us > t->now_us)
		t->now_us = now_us;
	t->flags &= ~TCOPY_T_PARKED;
	t->rtx_at = t->now_us + TCOPY_T_LINGER;
}

/**
 * tcopy_track_resume_seq() - where may a parked copy go on?
 * @t:	track that is parked
 *
 * What the test server had acknowledged it may have acted on, so it is never
 * sent again. A request of which nothing was acknowledged is, once: it met a
 * server that was just closing, as happens to any client that keeps its
 * connection, and would be sent again by it. But not when this connection has
 * brought no answer at all, or a request that its server dies of would be sent
 * for ever.
 *
 * Return: the next request that begins here or behind may be sent.
 */
u32 tcopy_track_resume_seq(const struct tcopy_track *t)
{
	u32 got = t->rcv_nxt - t->irs - 1 - !!(t->flags & TCOPY_T_PEER_FIN);

	return got ? t->snd_una : tcopy_track_sent_end(t);
}

/**
 * tcopy_track_reopen() - a new connection for the rest of the client's
 * @t:		track that is parked; begins anew
 * @seq:	first byte of a request
 * @ack:	what the client acknowledged with it
 * @now_us:	time in microseconds
 *
 * Options are those that were agreed on before. Timestamps go on, so that the
 * SYN is acceptable where the old connection is in TIME-WAIT (RFC 6191); the
 * caller sees that its sequence number is, too (RFC 9293, section 3.6.1).
 * tcopy_track_data() says what is held.
 */
void tcopy_track_reopen(struct tcopy_track *t, u32 seq, u32 ack, u64 now_us)
{
	struct tcopy_track old = *t;
	const struct tcopy_track_open open = {
		.isn = seq - 1,
		.online_ack = ack,
		.tsval = old.tsval,
		.mss = old.open_mss,
		.opts = old.opts,
		.wscale = old.rcv_wscale,
		.path_mss = old.path_mss,
		.win_max = old.win_max,
	};

	tcopy_track_init(t, &open, max(now_us, old.now_us));
	t->start_us = old.start_us;
	t->win = old.win;
	t->pace_lates = old.pace_lates;
	t->counts = old.counts;
	t->flags = old.flags & (TCOPY_T_FIN | TCOPY_T_PACE_OFF);
	t->fin_seq = old.fin_seq;
	t->fin_ack = old.fin_ack;
	t->fin_gap_us = old.fin_gap_us;
}

/**
 * tcopy_track_end_linger() - what is to be done after the end
 * @t:		track in ENDED
 * @conf:	its target's settings
 * @act:	filled when there is something
 */
void tcopy_track_end_linger(struct tcopy_track *t,
			    const struct tcopy_track_conf *conf,
			    struct tcopy_act *act)
{
	if (t->flags & TCOPY_T_REPLY) {
		t->flags &= ~TCOPY_T_REPLY;
		tcopy_track_send_flags(t, act, TCOPY_RST, t->reply_seq);
	} else if (t->flags & TCOPY_T_ACK_NOW) {
		tcopy_track_send_flags(t, act, TCOPY_ACK, t->snd_max);
	} else if (t->now_us >= t->rtx_at &&
		   !(tcopy_track_parked(t) &&
		     t->now_us < t->seen_at + conf->idle_us)) {
		t->state = TCOPY_TRACK_FREE;
		t->rtx_at = 0;
		act->type = TCOPY_ACT_FREE;
	}
}

/**
 * tcopy_track_end_due() - does the test server owe something?
 * @t:	track in OPEN
 *
 * Return: true when it has to send an ACK, an answer that a gate waits for, or
 * its FIN in answer to ours: what --wait bounds.
 */
bool tcopy_track_end_due(const struct tcopy_track *t)
{
	return t->snd_una != t->snd_max || t->flags & TCOPY_T_GATED ||
	       (tcopy_track_fin_sent(t) && !(t->flags & TCOPY_T_PEER_FIN));
}

/**
 * tcopy_track_end_limits() - has it been silent for too long?
 * @t:		track in OPEN; ends if so
 * @conf:	its target's limits; 0 means never
 */
void tcopy_track_end_limits(struct tcopy_track *t,
			    const struct tcopy_track_conf *conf)
{
	if (conf->idle_us && t->now_us - t->seen_at >= conf->idle_us)
		tcopy_track_over(t, TCOPY_END_IDLE, true);
	if (conf->wait_us && t->due_at &&
	    t->now_us - t->due_at >= conf->wait_us)
		tcopy_track_over(t, TCOPY_END_WAIT, true);
}

/**
 * tcopy_track_end_check() - is all said?
 * @t:		track in OPEN that has nothing to send now; ends if so
 * @conf:	its target's settings
 *
 * By both FINs, or by the client's RST when all before it was acknowledged: it
 * would overtake what is on its way, or be refused for its sequence number.
 */
void tcopy_track_end_check(struct tcopy_track *t,
			   const struct tcopy_track_conf *conf)
{
	if (t->snd_una != t->snd_max)
		return;
	if (tcopy_track_fin_sent(t) && t->flags & TCOPY_T_PEER_FIN) {
		t->flags |= TCOPY_T_POLITE;
		tcopy_track_over(t, TCOPY_END_CLOSED, false);
		return;
	}
	if (!(t->flags & TCOPY_T_RST) || tcopy_track_unsent(t))
		return;
	if (t->flags & TCOPY_T_FIN && !tcopy_track_fin_sent(t))
		return;
	if (tcopy_track_pace_rst(t, conf))
		tcopy_track_over(t, TCOPY_END_CLOSED, true);
}
