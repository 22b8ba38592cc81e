// SPDX-License-Identifier: GPL-2.0
/*
 * The answer that is expected. See track.h.
 *
 * DOC: Header prediction
 *
 * Nearly each header is the next of its connection and acknowledges a request,
 * and no decision follows from it: all that is held has left, and the answer's
 * ACK may wait for the next request. As in other TCPs, that is seen by a few
 * comparisons, and what follows is known: what track_recv.c would note and
 * tcopy_track_poll() would say then, which the simulator and the fuzzer compare
 * for each header that they make.
 */
#include "track_int.h"

/* Has all left that may, is nothing to be told, and nothing amiss? */
static bool tcopy_answer_expected(const struct tcopy_track *t)
{
	return t->state == TCOPY_TRACK_OPEN && !t->end &&
	       !(t->flags & ~TCOPY_T_USUAL) && !t->counts && !t->sacks &&
	       t->snd_nxt == t->snd_max && t->snd_max == t->cap_nxt;
}

/* Is it the next one, and does it acknowledge something? */
static bool tcopy_answer_next(const struct tcopy_track *t,
			      const struct tcopy_seg *seg)
{
	const u8 others = TCOPY_SYN | TCOPY_FIN | TCOPY_RST;

	return (seg->flags & (TCOPY_ACK | others)) == TCOPY_ACK &&
	       seg->seq == t->rcv_nxt && seg->len <= TCOPY_T_WIN &&
	       seg->ack - t->snd_una - 1 < t->snd_max - t->snd_una &&
	       seg->win && !seg->sacks;
}

/* May its own ACK wait, and the windows stay as they are? */
static bool tcopy_answer_waits(const struct tcopy_track *t, u32 end, u64 now_us)
{
	return (!t->ack_at || now_us < t->ack_at) &&
	       end - t->rcv_acked < tcopy_track_wnd_unacked(t) &&
	       (!t->win_max || before(end, t->win_mark + t->win));
}

static void tcopy_answer_payload(struct tcopy_track *t, u32 end)
{
	t->rcv_nxt = end;
	t->heard_at = t->now_us;
	if (!t->ack_at)
		t->ack_at = t->now_us + TCOPY_T_ACK_DELAY;
}

static void tcopy_answer_ack(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	u32 ack = seg->ack, wnd = (u32)seg->win << t->snd_wscale;
	u32 flight = t->snd_max - t->snd_una, acked = ack - t->snd_una;
	bool all = acked == flight;

	t->snd_una = ack;
	t->released = ack;
	t->snd_wl1 = seg->seq;
	t->snd_wnd = wnd;
	t->max_wnd = max(t->max_wnd, wnd);
	t->dupacks = 0;
	t->retries = 0;
	t->replies = 0;
	if (before(t->rtx_nxt, ack))
		t->rtx_nxt = ack;
	if (all)
		t->req_at = t->now_us;
	t->due_at = all ? 0 : t->now_us;
	t->rtx_at = 0;
	tcopy_track_cong_time(t, seg);
	tcopy_track_cong_acked(t, acked, flight);
	if (!all)
		t->rtx_at = t->now_us + tcopy_track_cong_rto(t, 0);
}

/**
 * tcopy_track_answer() - a header, if it is the one that is expected
 * @t:		track
 * @seg:	its header; nothing in it is trusted
 * @armed_us:	tcopy_track_poll() will be called by then, whatever happens
 * @now_us:	time in microseconds
 *
 * Return: true when that was all: tcopy_track_poll() would say nothing but
 * TCOPY_ACT_RELEASE, of all before @snd_una, and has no deadline before
 * @armed_us; there may be an ACK's. False, with nothing changed, when it is
 * tcopy_track_header()'s.
 */
bool tcopy_track_answer(struct tcopy_track *t, const struct tcopy_seg *seg,
			u64 armed_us, u64 now_us)
{
	u64 now = max(now_us, t->now_us);
	u32 end = seg->seq + seg->len;

	if (!tcopy_answer_expected(t) || !tcopy_answer_next(t, seg) ||
	    !tcopy_answer_waits(t, end, now))
		return false;
	if (seg->ack != t->snd_max && armed_us > now + TCOPY_T_RTO_MIN)
		return false;

	tcopy_track_ts(t, seg);
	t->now_us = now;
	t->seen_at = now;
	if (end != t->rcv_nxt)
		tcopy_answer_payload(t, end);
	tcopy_answer_ack(t, seg);
	return true;
}
