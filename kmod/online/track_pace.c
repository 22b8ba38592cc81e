// SPDX-License-Identifier: GPL-2.0
/*
 * --pace response: a request of the client leaves when the test server has
 * answered the one before about as far as the online server had. See track.h.
 * The client's FIN or RST waits with --pace none as well: a test server that is
 * slower must not see its client hang up early.
 */
#include "track_int.h"

#define TCOPY_PACE_QUIET	(20 * TCOPY_T_MS)
#define TCOPY_PACE_LEAVE	(500 * TCOPY_T_MS)
#define TCOPY_PACE_LATE_MIN	(3 * TCOPY_T_S)
#define TCOPY_PACE_LATE_MAX	(30 * TCOPY_T_S)
#define TCOPY_PACE_LATES	3

/* When an answer that has started counts as over: quiet for @quiet_us. */
static u64 tcopy_pace_quiet_at(const struct tcopy_track *t, u32 quiet_us)
{
	return t->heard_at + max_t(u64, 4ULL * t->srtt_us, quiet_us);
}

/* When an answer that has not started is waited for no longer. */
static u64 tcopy_pace_late_at(const struct tcopy_track *t, u32 gap_us)
{
	u64 late = max_t(u64, 4ULL * gap_us, TCOPY_PACE_LATE_MIN);

	return t->req_at + min_t(u64, late, TCOPY_PACE_LATE_MAX);
}

/* When the answers to all requests, of which some may not have started, are
 * waited for no longer.
 */
static u64 tcopy_pace_rest_at(const struct tcopy_track *t)
{
	return max_t(u64, t->heard_at, t->req_at) + TCOPY_PACE_LATE_MIN;
}

static void tcopy_pace_late(struct tcopy_track *t)
{
	t->counts |= 1 << TCOPY_TRACK_PACE_TIMEOUT;
	if (++t->pace_lates < TCOPY_PACE_LATES)
		return;
	t->flags |= TCOPY_T_PACE_OFF;
	t->counts |= 1 << TCOPY_TRACK_PACE_OFF;
}

/**
 * tcopy_track_pace() - may what is next leave?
 * @t:		track
 * @conf:	its target's settings
 * @ack:	what the client acknowledged with it
 * @gap_us:	time from the payload before it to it
 * @fin:	it is the client's FIN, not payload
 *
 * An answer is measured from when the first payload with the ACK of the payload
 * before was sent: answers to the earlier of several pipelined requests count,
 * as they did for the client. A server's FIN counts as one byte on both sides.
 *
 * A FIN waits longer for the rest of an answer that is quiet: a server gives an
 * answer up whose client has left, and requests that wait behind it, too.
 * With --pace none, where requests do not wait for answers, a FIN waits for as
 * many answer bytes as the client had acknowledged in all.
 *
 * A decision to let it go is remembered (TCOPY_T_GO) until it leaves, so that a
 * release is counted once, however long the window stays closed.
 *
 * Return: GO; WAIT, with @gate_at set unless an ACK is what it waits for; or
 * CLOSED for a new request to a server that has sent its FIN, unless the online
 * server had, too (a half-closed connection that the client goes on to use).
 */
enum tcopy_gate tcopy_track_pace(struct tcopy_track *t,
				 const struct tcopy_track_conf *conf, u32 ack,
				 u32 gap_us, bool fin)
{
	bool all = fin && !conf->pace, waits, lost;
	u32 got = t->rcv_nxt - (all ? t->irs + 1 : t->req_nxt);
	u32 need = ack - (all ? t->first_ack : t->req_ack);
	u64 at;

	if (!all && !after(ack, t->req_ack))
		return TCOPY_GATE_GO;
	if (t->flags & TCOPY_T_PEER_FIN)
		return fin || got == need ? TCOPY_GATE_GO : TCOPY_GATE_CLOSED;
	waits = (conf->pace || fin) &&
		!(t->flags & (TCOPY_T_PACE_OFF | TCOPY_T_GO));
	if (!waits || !before(got, need))
		return TCOPY_GATE_GO;

	if (t->rcv_nxt == t->last_nxt)
		at = tcopy_pace_late_at(t, gap_us);
	else if (all && need - got > 1)
		at = tcopy_pace_rest_at(t);
	else if (fin && need - got > 1)
		at = tcopy_pace_quiet_at(t, TCOPY_PACE_LEAVE);
	else
		at = tcopy_pace_quiet_at(t, TCOPY_PACE_QUIET);
	/* No answer, but nobody may have asked yet: it is being sent again. */
	lost = t->rcv_nxt == t->last_nxt && t->snd_una != t->snd_max;
	if (t->now_us < at || lost) {
		t->gate_at = t->now_us < at ? at : 0;
		t->flags |= TCOPY_T_GATED;
		return TCOPY_GATE_WAIT;
	}

	if (t->rcv_nxt == t->last_nxt)
		tcopy_pace_late(t);
	else if (!fin || need - got > 1)
		/* one byte less before a FIN is the online server's own FIN */
		t->counts |= 1 << TCOPY_TRACK_PACE_QUIET;
	t->flags |= TCOPY_T_GO;
	return TCOPY_GATE_GO;
}

/**
 * tcopy_track_pace_rides() - may the client's FIN leave with its last payload?
 * @t:		track whose payload leaves now, with the FIN behind it
 * @conf:	its target's settings
 *
 * Return: true when it would not wait; with --pace none, when nothing had been
 * answered that it would have to wait for.
 */
bool tcopy_track_pace_rides(const struct tcopy_track *t,
			    const struct tcopy_track_conf *conf)
{
	return !after(t->fin_ack, conf->pace ? t->req_ack : t->first_ack);
}

/**
 * tcopy_track_pace_rst() - may the client's RST leave?
 * @t:		track whose payload was all acknowledged
 * @conf:	its target's settings
 *
 * A RST tells nothing reliable of what the client had received, so the answer
 * to the last payload gets the chance to end: a slower test server must not
 * see its client vanish early. With --pace none those to all of them do: as far
 * as the client had acknowledged them with its last payload.
 *
 * Return: true when it may; otherwise @gate_at says when it will.
 */
bool tcopy_track_pace_rst(struct tcopy_track *t,
			  const struct tcopy_track_conf *conf)
{
	u64 at;

	if (!conf->pace)
		return tcopy_track_pace(t, conf, t->req_ack, 0, true) ==
		       TCOPY_GATE_GO;
	if (t->flags & (TCOPY_T_PACE_OFF | TCOPY_T_PEER_FIN))
		return true;
	if (tcopy_track_sent_end(t) == t->isn + 1)
		return true;
	at = t->rcv_nxt != t->last_nxt ?
		     tcopy_pace_quiet_at(t, TCOPY_PACE_QUIET) :
		     tcopy_pace_late_at(t, 0);
	if (t->now_us >= at)
		return true;
	t->gate_at = at;
	t->flags |= TCOPY_T_GATED;
	return false;
}

/**
 * tcopy_track_pace_sent() - payload leaves for the first time
 * @t:		track
 * @ack:	what the client acknowledged with it
 *
 * The highest ACK counts: payload that filled a gap may have been captured as a
 * retransmission, with a later ACK than the payload behind it.
 */
void tcopy_track_pace_sent(struct tcopy_track *t, u32 ack)
{
	if (after(ack, t->req_ack)) {
		t->req_ack = ack;
		t->req_nxt = t->rcv_nxt;
	}
	t->last_nxt = t->rcv_nxt;
	t->req_at = t->now_us;
	t->flags &= ~TCOPY_T_GO;
}
