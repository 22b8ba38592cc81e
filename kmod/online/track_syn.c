// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake of a copy. See track.h.
 */
#include "track_int.h"

/* The test server accepted the connection: learn what was negotiated. The
 * window of a SYN-ACK is not scaled (RFC 7323, section 2.2).
 */
static void tcopy_syn_accepted(struct tcopy_track *t,
			       const struct tcopy_seg *seg)
{
	u32 mss = seg->opts & TCOPY_OPT_MSS ? seg->mss : 536;

	t->opts &= seg->opts;
	if (t->opts & TCOPY_OPT_WS)
		t->snd_wscale = min_t(u8, seg->wscale, 14);
	else
		t->rcv_wscale = 0;
	if (t->opts & TCOPY_OPT_TS)
		t->ts_recent = seg->tsval;

	mss = min_t(u32, mss, t->path_mss);
	if (t->opts & TCOPY_OPT_TS)
		mss = mss > 12 ? mss - 12 : 0;
	t->mss = (u16)max_t(u32, mss, TCOPY_T_MSS_MIN);

	t->irs = seg->seq;
	t->rcv_nxt = seg->seq + 1;
	t->rcv_acked = t->rcv_nxt;
	t->req_nxt = t->rcv_nxt;
	t->last_nxt = t->rcv_nxt;
	t->req_at = t->now_us;
	t->heard_at = t->now_us;
	tcopy_track_wnd_open(t);

	t->snd_una = t->isn + 1;
	t->snd_nxt = t->snd_una;
	t->snd_wl1 = seg->seq;
	t->snd_wnd = seg->win;
	t->max_wnd = seg->win;

	tcopy_track_cong_init(t);
	if (t->retries == 1)
		tcopy_track_cong_rtt(t, t->now_us - t->sent_at);
	else
		tcopy_track_cong_echo(t, seg);
	t->retries = 0;
	t->replies = 0;
	t->rtx_at = 0;
	t->state = TCOPY_TRACK_OPEN;
	if (t->flags & TCOPY_T_ACK_LATE)
		t->ack_at = t->now_us + TCOPY_T_ACK_DELAY;
	else
		t->flags |= TCOPY_T_ACK_NOW;
}

/**
 * tcopy_track_syn_recv() - a header while the SYN is on its way
 * @t:		track in SYN_SENT
 * @seg:	any header at all
 *
 * RFC 9293, section 3.10.7.3.
 */
void tcopy_track_syn_recv(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	bool ours = seg->ack == t->isn + 1;

	if (!t->retries || !(seg->flags & TCOPY_ACK))
		return;
	if (seg->flags & TCOPY_RST) {
		if (ours)
			tcopy_track_over(t, TCOPY_END_REFUSED, false);
		return;
	}
	if (ours && seg->flags & TCOPY_SYN) {
		tcopy_syn_accepted(t, seg);
		return;
	}

	/* An older connection of this tuple lives on the test host, and this is
	 * its challenge ACK: it has to go before a SYN can be heard. It may
	 * expect the very next byte: a copy of this connection that was never
	 * told to end, and the connection was picked up again since.
	 */
	if (t->replies >= TCOPY_T_REPLIES)
		return;
	t->replies++;
	t->flags |= TCOPY_T_REPLY;
	t->reply_seq = seg->ack;
	t->retries--;
	t->rtx_at = t->now_us;
}

/**
 * tcopy_track_syn_poll() - what is to be done while the SYN is on its way
 * @t:		track in SYN_SENT
 * @act:	filled when there is something
 */
void tcopy_track_syn_poll(struct tcopy_track *t, struct tcopy_act *act)
{
	if (t->end) {
		tcopy_track_end_poll(t, act);
		return;
	}
	if (t->flags & TCOPY_T_REPLY) {
		t->flags &= ~TCOPY_T_REPLY;
		tcopy_track_send_flags(t, act, TCOPY_RST, t->reply_seq);
		return;
	}
	if (t->now_us < t->rtx_at)
		return;
	if (t->retries >= TCOPY_T_SYNS) {
		tcopy_track_over(t, TCOPY_END_NO_SYNACK, true);
		tcopy_track_end_poll(t, act);
		return;
	}
	tcopy_track_send_syn(t, act);
	/* again after 1, 2 and 4 s; given up 4 s after the last */
	t->rtx_at = t->now_us + (TCOPY_T_S << min_t(u8, t->retries, 2));
	t->retries++;
}
