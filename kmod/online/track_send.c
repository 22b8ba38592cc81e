// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves next on an open connection, and how much of it. See track.h.
 */
#include "track_int.h"

/* Fill what all packets share, and take note that an ACK leaves with it. */
static struct tcopy_packet *tcopy_send_begin(struct tcopy_track *t,
					     struct tcopy_act *act, u8 flags,
					     u32 seq)
{
	struct tcopy_packet *p = &act->packet;

	act->type = TCOPY_ACT_SEND;
	p->flags = flags;
	p->seq = seq;
	p->win = tcopy_track_wnd(t);
	p->mss = t->mss;
	if (t->opts & TCOPY_OPT_TS) {
		p->opts = TCOPY_OPT_TS;
		p->tsval = t->tsval +
			   (u32)div_u64(t->now_us - t->start_us, 1000);
		p->tsecr = t->ts_recent;
	}
	if (flags & TCOPY_ACK) {
		p->ack = t->rcv_nxt;
		t->rcv_acked = t->rcv_nxt;
		t->ack_at = 0;
		t->flags &= ~TCOPY_T_ACK_NOW;
	}
	t->sent_at = t->now_us;
	return p;
}

/**
 * tcopy_track_send_flags() - a packet without payload
 * @t:		track
 * @act:	filled
 * @flags:	TCOPY_ACK, _FIN, _RST
 * @seq:	sequence number
 */
void tcopy_track_send_flags(struct tcopy_track *t, struct tcopy_act *act,
			    u8 flags, u32 seq)
{
	struct tcopy_packet *p = tcopy_send_begin(t, act, flags, seq);

	if (!(flags & TCOPY_ACK))
		p->opts = 0;	/* a RST to who knows whom: nothing agreed */
}

/**
 * tcopy_track_send_syn() - the SYN, and the SYN again
 * @t:		track in SYN_SENT
 * @act:	filled
 */
void tcopy_track_send_syn(struct tcopy_track *t, struct tcopy_act *act)
{
	struct tcopy_packet *p;

	p = tcopy_send_begin(t, act, TCOPY_SYN, t->isn);
	p->opts = t->opts;
	p->mss = t->open_mss;
	p->wscale = t->opts & TCOPY_OPT_WS ? t->rcv_wscale : 0;
	p->rtx = t->retries > 0;
}

/* How many bytes from @seq on may be on their way: inside the test server's
 * window, always (newer kernels drop a segment that crosses it as a whole), and
 * inside the congestion window.
 */
static u32 tcopy_send_room(const struct tcopy_track *t, u32 seq, u32 cwnd)
{
	u32 out = seq - t->snd_una, wnd = t->snd_wnd;

	wnd = wnd > out ? wnd - out : 0;
	if (t->flags & TCOPY_T_RECOVERY && tcopy_track_sack_ok(t))
		out = tcopy_track_sack_pipe(t);
	else if (t->sacks)
		out -= tcopy_track_sack_below(t, seq);
	return cwnd > out ? min(wnd, cwnd - out) : 0;
}

/* May a FIN take sequence number @seq? The congestion window counts bytes. */
static bool tcopy_send_fits_fin(const struct tcopy_track *t, u32 seq)
{
	return seq - t->snd_una < t->snd_wnd;
}

/* Cut @len to @room, whole segments where possible: a short one only where it
 * ends what there is, or when nothing in flight could open the window further.
 */
static u32 tcopy_send_cut(const struct tcopy_track *t, u32 seq, u32 len,
			  u32 room)
{
	u32 most = min_t(u32, room, TCOPY_T_SEND_MAX);

	if (len <= most)
		return len;
	if (most >= t->mss)
		return most - most % t->mss;
	if (seq != t->snd_una && most < t->max_wnd / 2)
		return 0;
	return most;
}

/* A range that was sent before, [@seq, @seq + @len), and the FIN behind it. */
static bool tcopy_send_again(struct tcopy_track *t, u32 seq, u32 len,
			     struct tcopy_act *act)
{
	u32 end = tcopy_track_sent_end(t);
	struct tcopy_packet *p;
	bool fin;

	fin = tcopy_track_fin_sent(t) && seq + len == end &&
	      tcopy_send_fits_fin(t, end);
	if (!len && !fin)
		return false;

	p = tcopy_send_begin(t, act, TCOPY_ACK, seq);
	p->len = len;
	p->rtx = true;
	if (len && seq + len == end)
		p->flags |= TCOPY_PSH;
	if (fin)
		p->flags |= TCOPY_FIN;
	t->rtt_at = 0;
	if (after(seq + len + fin, t->snd_nxt))
		t->snd_nxt = seq + len + fin;
	if (!t->rtx_at)
		t->rtx_at = t->now_us + tcopy_track_cong_rto(t, t->retries);
	return true;
}

/* In recovery, fast retransmit: holes, one after the other, as far as the
 * congestion window allows; but one segment of the first at once. Without SACK
 * its size is not known, and others are not (RFC 6582).
 */
static bool tcopy_send_hole(struct tcopy_track *t, struct tcopy_act *act)
{
	u32 seq = t->rtx_nxt, end = tcopy_track_sent_end(t), len, room;
	bool first = t->flags & TCOPY_T_RTX_HOLE;

	t->flags &= ~TCOPY_T_RTX_HOLE;
	len = tcopy_track_sack_hole(t, &seq);
	if (first)
		len = max_t(u32, len, t->mss);
	if (!len)
		return false;
	len = min(len, before(seq, end) ? end - seq : 0);
	room = tcopy_send_room(t, seq, t->cwnd);
	if (first)
		room = max(room, min_t(u32, t->snd_wnd, t->mss));
	len = tcopy_send_cut(t, seq, len, room);
	if (!tcopy_send_again(t, seq, len, act))
		return false;
	t->rtx_nxt = seq + len + !!(act->packet.flags & TCOPY_FIN);
	return true;
}

/* After a timeout everything from @snd_una on is sent again, but what is
 * acknowledged meanwhile.
 */
static bool tcopy_send_back(struct tcopy_track *t, struct tcopy_act *act)
{
	u32 end = tcopy_track_sent_end(t);
	u32 len = 0, room, hole;

	hole = tcopy_track_sack_hole(t, &t->snd_nxt);
	if (!before(t->snd_nxt, t->snd_max))
		return false;
	room = tcopy_send_room(t, t->snd_nxt, t->cwnd);
	if (before(t->snd_nxt, end)) {
		len = end - t->snd_nxt;
		if (hole)
			len = min(len, hole);
		len = tcopy_send_cut(t, t->snd_nxt, len, room);
		if (!len)
			return false;
	}
	return tcopy_send_again(t, t->snd_nxt, len, act);
}

/* Account for what leaves for the first time, up to @end. */
static void tcopy_send_first(struct tcopy_track *t, u32 end)
{
	t->snd_max = end;
	t->snd_nxt = end;
	if (!t->rtt_at) {
		t->rtt_at = t->now_us;
		t->rtt_seq = end;
	}
	if (!t->rtx_at)
		t->rtx_at = t->now_us + tcopy_track_cong_rto(t, 0);
}

/* Payload that was never sent. */
static bool tcopy_send_new(struct tcopy_track *t,
			   const struct tcopy_track_conf *conf,
			   const struct tcopy_chunk *next,
			   struct tcopy_act *act)
{
	u32 seq = t->snd_max, cwnd, end, len;
	struct tcopy_packet *p;

	if (!next || t->snd_nxt != seq || !tcopy_track_unsent(t) ||
	    before(seq, next->seq) || !before(seq, next->end))
		return false;

	switch (tcopy_track_pace(t, conf, next->ack, next->gap_us, false)) {
	case TCOPY_GATE_GO:
		break;
	case TCOPY_GATE_WAIT:
		return false;
	case TCOPY_GATE_CLOSED:
		tcopy_track_over(t, TCOPY_END_SERVER_CLOSED, true);
		return false;
	}
	if (t->counts)
		return false;	/* reported first */

	/* RFC 5681, section 4.1: a window that was idle is no longer proven */
	if (t->snd_una == seq && t->now_us - t->sent_at > t->rto_us)
		t->cwnd = min_t(u32, t->cwnd, 10 * t->mss);
	cwnd = t->cwnd;
	/* Limited transmit (RFC 3042); with SACK, what arrived is known. */
	if (!(t->flags & TCOPY_T_RECOVERY) && !tcopy_track_sack_ok(t))
		cwnd += min_t(u32, t->dupacks, 2) * t->mss;

	end = next->end;
	if (t->flags & TCOPY_T_FIN && after(end, t->fin_seq))
		end = t->fin_seq;
	len = tcopy_send_cut(t, seq, end - seq, tcopy_send_room(t, seq, cwnd));
	if (!len)
		return false;

	tcopy_track_pace_sent(t, next->ack);
	p = tcopy_send_begin(t, act, TCOPY_ACK, seq);
	p->len = len;
	end = seq + len;
	if (!before(end, t->cap_nxt))
		p->flags |= TCOPY_PSH;
	if (t->flags & TCOPY_T_FIN && end == t->fin_seq &&
	    tcopy_track_pace_rides(t, conf) && tcopy_send_fits_fin(t, end)) {
		p->flags |= TCOPY_PSH | TCOPY_FIN;
		end++;
	}
	tcopy_send_first(t, end);
	return true;
}

/* The client's FIN, when all before it was sent. */
static bool tcopy_send_fin(struct tcopy_track *t,
			   const struct tcopy_track_conf *conf,
			   struct tcopy_act *act)
{
	if (!(t->flags & TCOPY_T_FIN) || t->snd_max != t->fin_seq ||
	    t->snd_nxt != t->snd_max)
		return false;
	if (tcopy_track_pace(t, conf, t->fin_ack, t->fin_gap_us, true) !=
	    TCOPY_GATE_GO)
		return false;
	if (t->counts || !tcopy_send_fits_fin(t, t->fin_seq))
		return false;
	tcopy_send_begin(t, act, TCOPY_ACK | TCOPY_FIN, t->fin_seq);
	tcopy_send_first(t, t->fin_seq + 1);
	return true;
}

/* The window is closed: a probe asks whether it still is. It repeats the last
 * sequence number before the window and carries nothing, so that nothing is
 * ever sent outside; the server answers as to a keep-alive probe.
 */
static bool tcopy_send_probe(struct tcopy_track *t, struct tcopy_act *act)
{
	bool waits = tcopy_track_unsent(t) || (t->flags & TCOPY_T_FIN &&
					       !tcopy_track_fin_sent(t));

	if (t->flags & TCOPY_T_GATED)
		waits = false;
	if (t->snd_una != t->snd_max)
		waits = true;
	if (t->snd_wnd || !waits) {
		if (t->flags & TCOPY_T_PERSIST) {
			t->flags &= ~(TCOPY_T_PERSIST | TCOPY_T_PROBE);
			t->rtx_at = 0;
		}
		return false;
	}
	if (!(t->flags & TCOPY_T_PERSIST)) {
		t->flags |= TCOPY_T_PERSIST;
		t->retries = 0;
		t->rtx_at = t->now_us + tcopy_track_cong_rto(t, 0);
	}
	if (!(t->flags & TCOPY_T_PROBE))
		return false;
	t->flags &= ~TCOPY_T_PROBE;
	tcopy_send_begin(t, act, TCOPY_ACK, t->snd_una - 1);
	return true;
}

/**
 * tcopy_track_send() - the next packet of an open connection
 * @t:		track in OPEN
 * @conf:	its target's settings
 * @next:	what was never sent, or NULL
 * @act:	filled when something leaves
 *
 * What was sent before comes first: it is never gated, and never overtaken by
 * what is held.
 *
 * Return: true when @act says SEND. False: nothing can leave now; TCOPY_T_GATED
 * or a timer says what it waits for, @counts or @end may say what is first.
 */
bool tcopy_track_send(struct tcopy_track *t,
		      const struct tcopy_track_conf *conf,
		      const struct tcopy_chunk *next, struct tcopy_act *act)
{
	return (t->flags & TCOPY_T_RECOVERY && tcopy_send_hole(t, act)) ||
	       (t->snd_nxt != t->snd_max && tcopy_send_back(t, act)) ||
	       tcopy_send_new(t, conf, next, act) ||
	       (!t->end && tcopy_send_fin(t, conf, act)) ||
	       (!t->end && tcopy_send_probe(t, act));
}
