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
	t->flags &= TCOPY_T_POLITE;
	t->replies = 0;
	t->rtx_at = t->now_us + TCOPY_T_LINGER;
	t->gate_at = 0;
	t->ack_at = 0;
	t->due_at = 0;
}

/**
 * tcopy_track_end_linger() - what is to be done after the end
 * @t:		track in ENDED
 * @act:	filled when there is something
 */
void tcopy_track_end_linger(struct tcopy_track *t, struct tcopy_act *act)
{
	if (t->flags & TCOPY_T_REPLY) {
		t->flags &= ~TCOPY_T_REPLY;
		tcopy_track_send_flags(t, act, TCOPY_RST, t->reply_seq);
	} else if (t->flags & TCOPY_T_ACK_NOW) {
		tcopy_track_send_flags(t, act, TCOPY_ACK, t->snd_max);
	} else if (t->now_us >= t->rtx_at) {
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
