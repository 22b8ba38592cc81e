// SPDX-License-Identifier: GPL-2.0
/*
 * Windows announced to a test server whose answers come with their payload. See
 * track.h.
 *
 * DOC: A sender that is never told of a loss
 *
 * What got lost of an answer is acknowledged with what came behind it, because
 * nobody will ever read it. So the test server's congestion control sees no
 * loss, whatever happens on the way, and the window has to do its work: half of
 * it goes with each loss, once a window, and one segment comes back with each
 * window that arrived whole, as with RFC 5681's congestion avoidance.
 */
#include "track_int.h"

/* With less than two segments announced the test server would wait for more. */
static u32 tcopy_wnd_now(const struct tcopy_track *t)
{
	u32 wnd = min(t->win, t->win_max);

	return min_t(u32, max_t(u32, wnd, 2U * t->mss), TCOPY_T_WIN);
}

/**
 * tcopy_track_wnd_open() - the test server's first byte is known
 * @t:	track; @rcv_nxt was 0 when the SYN announced a window
 */
void tcopy_track_wnd_open(struct tcopy_track *t)
{
	t->win_edge += t->rcv_nxt;
	t->win_mark = t->rcv_nxt;
}

/**
 * tcopy_track_wnd() - the window field of a packet that leaves
 * @t:	track
 *
 * What was announced is not taken back (RFC 9293, section 3.8.6).
 *
 * Return: as it goes on the wire; never 0.
 */
u16 tcopy_track_wnd(struct tcopy_track *t)
{
	u32 wnd;

	if (!t->win_max)
		return TCOPY_T_WIN;
	wnd = tcopy_wnd_now(t);
	if (before(t->rcv_nxt + wnd, t->win_edge))
		wnd = t->win_edge - t->rcv_nxt;
	t->win_edge = t->rcv_nxt + wnd;
	return (u16)wnd;
}

/**
 * tcopy_track_wnd_lost() - part of an answer was lost on its way
 * @t:	track; @rcv_nxt is before it
 */
void tcopy_track_wnd_lost(struct tcopy_track *t)
{
	if (!t->win_max || before(t->rcv_nxt, t->win_mark))
		return;
	t->win = (u16)(tcopy_wnd_now(t) / 2);
	t->win_mark = t->win_edge;
}

/**
 * tcopy_track_wnd_got() - @rcv_nxt has moved
 * @t:	track
 */
void tcopy_track_wnd_got(struct tcopy_track *t)
{
	if (!t->win_max || before(t->rcv_nxt, t->win_mark + t->win))
		return;
	t->win = (u16)min_t(u32, (u32)t->win + t->mss, TCOPY_T_WIN);
	t->win_mark = t->rcv_nxt;
}

/**
 * tcopy_track_wnd_unacked() - how much may wait for its acknowledgment?
 * @t:	track
 *
 * Two segments (RFC 9293, section 3.8.6.3), but never so much that the test
 * server has to wait for the window: a loopback's segments are as large.
 *
 * Return: bytes; as many are acknowledged at once.
 */
u32 tcopy_track_wnd_unacked(const struct tcopy_track *t)
{
	u32 two = 2U * t->mss;

	return t->win_max ? min(two, tcopy_wnd_now(t) / 2) : two;
}
