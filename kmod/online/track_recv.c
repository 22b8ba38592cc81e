// SPDX-License-Identifier: GPL-2.0
/*
 * What a header of the test server means for its copy. See track.h.
 */
#include "track_int.h"

/* Sequence numbers that a header may carry: around @rcv_nxt, by what was
 * announced. Everything else is another connection's, or made up.
 */
static bool tcopy_recv_plausible(const struct tcopy_track *t,
				 const struct tcopy_seg *seg)
{
	u32 wnd = tcopy_track_rcv_wnd(t);
	u32 off = seg->seq - t->rcv_nxt;

	if (seg->len > wnd)
		return false;
	if (before(seg->seq, t->rcv_nxt))
		return t->rcv_nxt - seg->seq <= wnd;
	return off + seg->len <= wnd;
}

/* RFC 9293, section 3.10.7.4, as Linux reads it: a header that is no older than
 * the last update. Among equals the larger window is the newer one, because a
 * window that was announced is not taken back; but a closed one is believed,
 * and while it is closed, so is whoever says that it opened.
 */
static void tcopy_recv_window(struct tcopy_track *t,
			      const struct tcopy_seg *seg)
{
	u32 wnd = (u32)seg->win << t->snd_wscale;

	if (!after(seg->ack, t->snd_una) && !after(seg->seq, t->snd_wl1) &&
	    !(seg->seq == t->snd_wl1 && (wnd > t->snd_wnd || !wnd)) &&
	    !(t->flags & TCOPY_T_PERSIST))
		return;
	t->snd_wl1 = seg->seq;
	t->snd_wnd = wnd;
	t->max_wnd = max(t->max_wnd, wnd);
	if (wnd && t->flags & TCOPY_T_PERSIST) {
		t->flags &= ~(TCOPY_T_PERSIST | TCOPY_T_PROBE);
		t->retries = 0;
		t->rtx_at = t->snd_una == t->snd_max ? 0 :
			    t->now_us + tcopy_track_cong_rto(t, 0);
	}
}

/* RFC 5961: say what is expected. Paced, or two sides that disagree would
 * challenge each other for ever.
 */
static void tcopy_recv_challenge(struct tcopy_track *t)
{
	if (t->now_us - t->sent_at >= TCOPY_T_CHALLENGE)
		t->flags |= TCOPY_T_ACK_NOW;
}

/* The ACK field. Returns false when the whole header is to be ignored. */
static bool tcopy_recv_ack(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	u32 flight = t->snd_max - t->snd_una;
	u32 wnd = t->snd_wnd;
	u32 acked, sacked, had;

	if (after(seg->ack, t->snd_max)) {
		/* it acknowledges what was never sent */
		tcopy_recv_challenge(t);
		return false;
	}
	if (before(seg->ack, t->snd_una))
		/* RFC 5961, section 5: far behind is no delayed header */
		return t->snd_una - seg->ack <= max_t(u32, t->max_wnd, 65536);

	t->replies = 0;
	tcopy_recv_window(t, seg);
	acked = seg->ack - t->snd_una;
	if (acked) {
		t->snd_una = seg->ack;
		if (before(t->snd_nxt, t->snd_una))
			t->snd_nxt = t->snd_una;
		t->dupacks = 0;
		t->retries = 0;
		tcopy_track_cong_time(t, seg);
		/* it has all that it may answer from now on */
		if (t->snd_una == t->snd_max)
			t->req_at = t->now_us;
	}
	had = 0;
	if (t->sacks)
		had = tcopy_track_sack_below(t, t->snd_max);
	sacked = tcopy_track_sack_recv(t, seg);
	if (acked) {
		tcopy_track_cong_acked(t, acked, flight);
		t->flags &= ~TCOPY_T_PERSIST;
		t->rtx_at = t->snd_una == t->snd_max ? 0 :
			    t->now_us + tcopy_track_cong_rto(t, 0);
	}

	/* RFC 5681, section 2; SACK for duplicates the relay left out */
	if (t->snd_una != t->snd_max &&
	    ((!acked && !seg->len && !(seg->flags & TCOPY_FIN) &&
	      (sacked > had || t->snd_wnd == wnd)) ||
	     sacked > 2U * t->mss)) {
		if (t->dupacks < 255)
			t->dupacks++;
		if (sacked > 2U * t->mss)
			t->dupacks = max_t(u8, t->dupacks, 3);
		tcopy_track_cong_dupack(t);
	}
	return true;
}

/* Payload and FIN of the test server. It is acknowledged to the highest end
 * that was seen: the answers arrived where they were stolen, only headers get
 * lost. Where answers come with their payload, nobody needs what got lost; but
 * the network did lose it, and a smaller window says so.
 */
static void tcopy_recv_data(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	bool fin = seg->flags & TCOPY_FIN;
	u32 end = seg->seq + seg->len + fin;

	if (!seg->len && !fin) {
		/* A keep-alive probe is answered; an old ACK that was overtaken
		 * looks the same. An ACK from ahead says that a header was
		 * lost: it is not covered, for it may have been the FIN's.
		 */
		if (seg->seq != t->rcv_nxt)
			tcopy_recv_challenge(t);
		return;
	}

	if (!after(end, t->rcv_nxt) || t->flags & TCOPY_T_PEER_FIN) {
		t->flags |= TCOPY_T_ACK_NOW;
		return;
	}

	if (fin)
		t->flags |= TCOPY_T_PEER_FIN;
	/* The client's own FIN is often about to come, to carry the ACK of this
	 * one; behind it nothing does.
	 */
	if ((fin && tcopy_track_fin_sent(t)) || seg->seq != t->rcv_nxt)
		t->flags |= TCOPY_T_ACK_NOW;
	if (after(seg->seq, t->rcv_nxt))
		tcopy_track_wnd_lost(t);
	t->rcv_nxt = end;
	tcopy_track_wnd_got(t);
	t->heard_at = t->now_us;
	if (t->rcv_nxt - t->rcv_acked >= tcopy_track_wnd_unacked(t))
		t->flags |= TCOPY_T_ACK_NOW;
	else if (!t->ack_at)
		t->ack_at = t->now_us + TCOPY_T_ACK_DELAY;
}

/**
 * tcopy_track_recv() - a header on an open connection
 * @t:		track in OPEN
 * @seg:	any header at all: it may be old, a copy, or made up
 *
 * In the order of RFC 9293, section 3.10.7.4. A RST counts anywhere in the
 * window: feedback is authenticated, and headers before it may be lost.
 */
void tcopy_track_recv(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	if (seg->flags & TCOPY_RST) {
		if (seg->seq - t->rcv_nxt > tcopy_track_rcv_wnd(t))
			return;
		/* what it had taken by then is not sent again */
		if (seg->flags & TCOPY_ACK && after(seg->ack, t->snd_una) &&
		    !after(seg->ack, t->snd_max))
			t->snd_una = seg->ack;
		tcopy_track_over(t, tcopy_track_fin_sent(t) ?
				 TCOPY_END_CLOSED : TCOPY_END_RESET, false);
		return;
	}
	if (seg->flags & TCOPY_SYN || !tcopy_recv_plausible(t, seg)) {
		if (seg->flags & TCOPY_SYN && seg->seq == t->irs)
			/* our third ACK got lost */
			t->flags |= TCOPY_T_ACK_NOW;
		else
			tcopy_recv_challenge(t);
		return;
	}
	if (!(seg->flags & TCOPY_ACK))
		return;
	if (!tcopy_recv_ack(t, seg))
		return;
	tcopy_track_ts(t, seg);
	tcopy_recv_data(t, seg);
}
