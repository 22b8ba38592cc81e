// SPDX-License-Identifier: GPL-2.0
/*
 * Events, actions and deadlines of a copied connection. See track.h.
 */
#include "track_int.h"

/* Clocks of two CPUs may differ by a little: time only goes forward here. */
static void tcopy_track_clock(struct tcopy_track *t, u64 now_us)
{
	if (now_us > t->now_us)
		t->now_us = now_us;
}

/**
 * tcopy_track_init() - begin a copy
 * @t:		filled as a whole
 * @open:	what is known of the connection; not kept
 * @now_us:	time in microseconds, not 0
 *
 * The first tcopy_track_poll() sends the SYN.
 */
void tcopy_track_init(struct tcopy_track *t,
		      const struct tcopy_track_open *open, u64 now_us)
{
	memset(t, 0, sizeof(*t));
	t->state = TCOPY_TRACK_SYN_SENT;
	t->opts = open->opts & (TCOPY_OPT_MSS | TCOPY_OPT_WS |
				TCOPY_OPT_SACKOK | TCOPY_OPT_TS);
	t->isn = open->isn;
	t->snd_una = open->isn + 1;
	t->snd_nxt = t->snd_una;
	t->snd_max = t->snd_una;
	t->cap_nxt = t->snd_una;
	t->released = t->snd_una;
	t->req_ack = open->online_ack;
	t->first_ack = open->online_ack;
	t->tsval = open->tsval;
	t->open_mss = open->mss;
	t->path_mss = max_t(u16, open->path_mss, TCOPY_T_MSS_MIN);
	t->mss = 536;
	t->win = TCOPY_T_WIN;
	t->win_max = min_t(u32, open->win_max, TCOPY_T_WIN);
	if (open->late_ack)
		t->flags |= TCOPY_T_ACK_LATE;
	if (t->opts & TCOPY_OPT_WS && !t->win_max)
		t->rcv_wscale = min_t(u8, open->wscale, 14);
	t->rto_us = TCOPY_T_S;
	t->now_us = now_us;
	t->start_us = now_us;
	t->seen_at = now_us;
	t->rtx_at = now_us;
}

/**
 * tcopy_track_data() - payload of the client is held
 * @t:		track
 * @cap_nxt:	all before it, from @snd_max on, is held without a gap
 * @now_us:	time in microseconds
 */
void tcopy_track_data(struct tcopy_track *t, u32 cap_nxt, u64 now_us)
{
	tcopy_track_clock(t, now_us);
	if (!tcopy_track_live(t))
		return;
	t->seen_at = t->now_us;
	if (after(cap_nxt, t->cap_nxt))
		t->cap_nxt = cap_nxt;
	if (t->flags & TCOPY_T_FIN && after(t->cap_nxt, t->fin_seq) &&
	    !tcopy_track_fin_sent(t))
		t->flags &= ~TCOPY_T_FIN;	/* that was nobody's FIN */
}

/**
 * tcopy_track_fin() - the client sent its FIN
 * @t:		track
 * @seq:	sequence number of the FIN: behind the last byte of payload
 * @ack:	what the client acknowledged with it (the online service's
 *		bytes)
 * @gap_us:	time from the payload before it to it
 * @now_us:	time in microseconds
 *
 * It may come before payload that is missing still. Capture cannot tell a
 * forged FIN from the client's: until it is sent, the nearer of two counts, and
 * payload behind one shows that it was none.
 */
void tcopy_track_fin(struct tcopy_track *t, u32 seq, u32 ack, u32 gap_us,
		     u64 now_us)
{
	tcopy_track_clock(t, now_us);
	if (!tcopy_track_live(t))
		return;
	t->seen_at = t->now_us;
	if (before(seq, t->snd_max) || before(seq, t->cap_nxt))
		return;
	if (t->flags & TCOPY_T_FIN && (tcopy_track_fin_sent(t) ||
				       !before(seq, t->fin_seq)))
		return;
	t->flags |= TCOPY_T_FIN;
	t->fin_seq = seq;
	t->fin_ack = ack;
	t->fin_gap_us = gap_us;
}

/**
 * tcopy_track_rst() - the client reset its connection, and production agrees
 * @t:		track
 * @now_us:	time in microseconds
 */
void tcopy_track_rst(struct tcopy_track *t, u64 now_us)
{
	tcopy_track_clock(t, now_us);
	if (!tcopy_track_live(t))
		return;
	t->seen_at = t->now_us;
	t->flags |= TCOPY_T_RST;
}

/**
 * tcopy_track_window() - the client has announced a window
 * @t:		track; only one with a bounded window takes note
 * @win:	bytes
 *
 * The test server gets the same, 64 KB at most: it is to write to the copy as
 * it would to the client. Told with payload only, so it is never closed
 * altogether: nobody would say that it has opened again.
 */
void tcopy_track_window(struct tcopy_track *t, u32 win)
{
	if (t->win_max)
		t->win_max = max(min_t(u32, win, TCOPY_T_WIN), 1U);
}

/**
 * tcopy_track_path() - a router says that a packet of ours was too big
 * @t:		track
 * @seq:	the packet's first byte
 * @path_mss:	payload that fits, TCP options not taken off
 * @now_us:	time in microseconds
 *
 * Believed of what is in flight only (RFC 5927, section 7.2), and when it says
 * less than before. Everything in flight leaves again: it was as large.
 */
void tcopy_track_path(struct tcopy_track *t, u32 seq, u16 path_mss, u64 now_us)
{
	u32 mss = path_mss;

	tcopy_track_clock(t, now_us);
	if (!tcopy_track_live(t) || t->state != TCOPY_TRACK_OPEN ||
	    before(seq, t->snd_una) || !before(seq, t->snd_max))
		return;
	if (t->opts & TCOPY_OPT_TS)
		mss = mss > 12 ? mss - 12 : 0;
	mss = max_t(u32, mss, TCOPY_T_MSS_PATH);
	if (mss >= t->mss)
		return;
	t->mss = (u16)mss;
	t->snd_nxt = t->snd_una;
	t->rtt_at = 0;
}

/**
 * tcopy_track_unreachable() - somebody on the way says that a packet never will
 * arrive
 * @t:		track
 * @seq:	its sequence number
 * @now_us:	time in microseconds
 *
 * To a SYN that is a refusal (RFC 5461, section 4); on an open connection it
 * may pass, and says nothing.
 */
void tcopy_track_unreachable(struct tcopy_track *t, u32 seq, u64 now_us)
{
	tcopy_track_clock(t, now_us);
	if (t->state == TCOPY_TRACK_SYN_SENT && t->retries && seq == t->isn)
		tcopy_track_over(t, TCOPY_END_REFUSED, false);
}

/**
 * tcopy_track_alive() - production's connection is in use, though not for us
 * @t:		track
 * @now_us:	time in microseconds
 */
void tcopy_track_alive(struct tcopy_track *t, u64 now_us)
{
	tcopy_track_clock(t, now_us);
	t->seen_at = t->now_us;
}

/**
 * tcopy_track_end() - end this copy, with a RST to the test server
 * @t:		track
 * @why:	for the counters
 * @now_us:	time in microseconds
 */
void tcopy_track_end(struct tcopy_track *t, enum tcopy_end why, u64 now_us)
{
	tcopy_track_clock(t, now_us);
	tcopy_track_over(t, why, true);
}

/**
 * tcopy_track_end_again() - say the last word of an ended copy once more
 * @t:		track; nothing happens when it has not ended
 * @now_us:	time in microseconds
 */
void tcopy_track_end_again(struct tcopy_track *t, u64 now_us)
{
	tcopy_track_clock(t, now_us);
	if (t->state == TCOPY_TRACK_ENDED)
		tcopy_track_end_repeat(t);
}

/**
 * tcopy_track_header() - an answer of the test server
 * @t:		track
 * @seg:	its header; nothing in it is trusted
 * @now_us:	time in microseconds
 */
void tcopy_track_header(struct tcopy_track *t, const struct tcopy_seg *seg,
			u64 now_us)
{
	tcopy_track_clock(t, now_us);
	if (t->state == TCOPY_TRACK_ENDED) {
		tcopy_track_end_recv(t, seg);
		return;
	}
	if (!tcopy_track_live(t))
		return;

	t->seen_at = t->now_us;
	if (t->due_at)
		t->due_at = t->now_us;
	if (t->state == TCOPY_TRACK_SYN_SENT)
		tcopy_track_syn_recv(t, seg);
	else
		tcopy_track_recv(t, seg);
}

/* The retransmission or the persist timer of an open connection. */
static void tcopy_track_timer(struct tcopy_track *t)
{
	if (!t->rtx_at || t->now_us < t->rtx_at)
		return;
	if (t->retries < TCOPY_T_RETRIES)
		t->retries++;
	else if (!(t->flags & TCOPY_T_PERSIST))
		goto dead;

	if (t->flags & TCOPY_T_PERSIST) {
		if (++t->replies > TCOPY_T_RETRIES)
			goto dead;
		t->flags |= TCOPY_T_PROBE;
	} else if (t->snd_una != t->snd_max) {
		tcopy_track_cong_timeout(t);
	} else {
		t->rtx_at = 0;
		return;
	}
	t->rtx_at = t->now_us + tcopy_track_cong_rto(t, t->retries);
	return;

dead:
	tcopy_track_over(t, TCOPY_END_TIMEOUT, true);
}

/* Since when does the test server owe something? */
static void tcopy_track_owed(struct tcopy_track *t)
{
	if (!tcopy_track_end_due(t))
		t->due_at = 0;
	else if (!t->due_at)
		t->due_at = t->now_us;
}

/* Something leaves. Is it all that is due? Most requests are one packet; in
 * doubt another poll tells.
 */
static bool tcopy_track_settled(struct tcopy_track *t)
{
	if (t->flags & ~TCOPY_T_USUAL || t->end || t->counts || !t->snd_wnd ||
	    t->snd_nxt != t->snd_max || t->snd_max != t->cap_nxt ||
	    t->released != t->snd_una)
		return false;
	tcopy_track_owed(t);
	return true;
}

static void tcopy_track_open(struct tcopy_track *t,
			     const struct tcopy_track_conf *conf,
			     const struct tcopy_chunk *next,
			     struct tcopy_act *act)
{
	t->gate_at = 0;
	t->flags &= ~TCOPY_T_GATED;
	tcopy_track_end_limits(t, conf);
	tcopy_track_timer(t);
	if (!t->end && tcopy_track_send(t, conf, next, act)) {
		act->last = tcopy_track_settled(t);
		return;
	}
	if (!t->end && !t->counts) {
		if (t->flags & TCOPY_T_ACK_NOW ||
		    (t->ack_at && t->now_us >= t->ack_at)) {
			tcopy_track_send_flags(t, act, TCOPY_ACK, t->snd_max);
			act->last = tcopy_track_settled(t);
			return;
		}
		tcopy_track_end_check(t, conf);
	}
	if (t->end) {
		tcopy_track_end_poll(t, act);
		return;
	}
	tcopy_track_owed(t);
}

static bool tcopy_track_report(struct tcopy_track *t, struct tcopy_act *act)
{
	enum tcopy_track_stat stat;
	u32 done;

	for (stat = 0; t->counts >> stat; stat++) {
		if (!(t->counts & 1 << stat))
			continue;
		t->counts &= ~(1 << stat);
		act->type = TCOPY_ACT_COUNT;
		act->stat = stat;
		return true;
	}
	if (t->state != TCOPY_TRACK_OPEN)
		return false;
	done = min_t(u32, t->snd_una - t->released,
		     tcopy_track_sent_end(t) - t->released);
	if (!done)
		return false;
	t->released += done;
	act->type = TCOPY_ACT_RELEASE;
	act->seq = t->released;
	return true;
}

/**
 * tcopy_track_poll() - what is to be done next
 * @t:		track
 * @conf:	its target's settings
 * @next:	the held chunk that contains @snd_max, or NULL when there is
 *		none
 * @now_us:	time in microseconds
 * @act:	filled as a whole
 *
 * Called until it says TCOPY_ACT_NONE or that something is the last, after each
 * event or batch of events and at each deadline; @next is looked up again
 * before each call.
 */
void tcopy_track_poll(struct tcopy_track *t,
		      const struct tcopy_track_conf *conf,
		      const struct tcopy_chunk *next, u64 now_us,
		      struct tcopy_act *act)
{
	tcopy_track_clock(t, now_us);
	memset(act, 0, sizeof(*act));
	act->type = TCOPY_ACT_NONE;
	if ((t->counts || t->released != t->snd_una) &&
	    tcopy_track_report(t, act))
		return;

	switch ((enum tcopy_track_state)t->state) {
	case TCOPY_TRACK_SYN_SENT:
		tcopy_track_syn_poll(t, act);
		break;
	case TCOPY_TRACK_OPEN:
		tcopy_track_open(t, conf, next, act);
		if (act->type == TCOPY_ACT_NONE)
			tcopy_track_report(t, act);
		break;
	case TCOPY_TRACK_ENDED:
		tcopy_track_end_linger(t, conf, act);
		break;
	case TCOPY_TRACK_FREE:
		break;
	}
}

/* The earlier of two times of which 0 means never. */
static u64 tcopy_track_first(u64 a, u64 b)
{
	return b && b < a ? b : a;
}

/**
 * tcopy_track_deadline() - when must poll be called even if nothing happens?
 * @t:		track that was polled until TCOPY_ACT_NONE
 * @conf:	its target's settings
 *
 * ACKs have a deadline of their own, tcopy_track_ack_deadline().
 *
 * Return: microseconds; ~0 for never, when FREE only.
 */
u64 tcopy_track_deadline(const struct tcopy_track *t,
			 const struct tcopy_track_conf *conf)
{
	u64 at = tcopy_track_first(~0ULL, t->rtx_at);

	if (t->state == TCOPY_TRACK_ENDED && tcopy_track_parked(t))
		return max_t(u64, at, t->seen_at + conf->idle_us);
	if (t->state != TCOPY_TRACK_OPEN)
		return at;
	at = tcopy_track_first(at, t->gate_at);
	if (conf->idle_us)
		at = min_t(u64, at, t->seen_at + conf->idle_us);
	if (conf->wait_us && t->due_at)
		at = min_t(u64, at, t->due_at + conf->wait_us);
	return at;
}

/**
 * tcopy_track_ack_deadline() - when must an ACK leave?
 * @t:	track that was polled until TCOPY_ACT_NONE
 *
 * Return: microseconds, at most 4 ms after the first answer that was not
 * acknowledged; ~0 for never.
 */
u64 tcopy_track_ack_deadline(const struct tcopy_track *t)
{
	return t->state == TCOPY_TRACK_OPEN && t->ack_at ? t->ack_at : ~0ULL;
}
