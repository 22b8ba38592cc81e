// SPDX-License-Identifier: GPL-2.0
/*
 * The test server: a TCP of its own, strict like newer Linux where a copier is
 * likely to be wrong, and a program on top of it. What it sends is stolen: only
 * the headers go on. Each rule of TCP that the copy breaks fails the session.
 */
#include "sim.h"

#define SRTO	(200 * MS)

static u32 srv_tsval(const struct world *w)
{
	return w->p.server_tsval + (u32)(w->now / 1000);
}

static void srv_wake(struct world *w, u64 at)
{
	struct ev ev;

	if (at == NEVER || (w->s.wake && w->s.wake <= at && w->s.wake > w->now))
		return;
	w->s.wake = at > w->now ? at : w->now + 1;
	ev_at(w, ev_new(&ev, EV_SERVER), w->s.wake);
}

static u32 srv_free(const struct world *w)
{
	u32 used = w->s.rcv_nxt - w->s.fin - w->s.read;

	return used < w->p.rcvbuf ? w->p.rcvbuf - used : 0;
}

/* What leaves this host is a header record from here on. */
static void srv_emit(struct world *w, u8 flags, u32 seq, u32 len)
{
	struct server *s = &w->s;
	struct tcopy_seg *seg;
	struct ev ev;
	u32 win;
	unsigned int i;

	ev_new(&ev, EV_HEADER);
	seg = &ev.seg;
	seg->flags = flags;
	seg->seq = seq;
	seg->len = len;
	if (flags & TCOPY_ACK) {
		seg->ack = s->rcv_nxt;
		s->last_ack = s->rcv_nxt;
		s->unacked = 0;
		s->delack_at = 0;
	}
	if (s->opts & TCOPY_OPT_TS && !(flags & TCOPY_RST)) {
		seg->opts |= TCOPY_OPT_TS;
		seg->tsval = srv_tsval(w);
		seg->tsecr = s->ts_recent;
	}
	win = srv_free(w);
	if (flags & TCOPY_SYN) {
		seg->opts |= s->opts | (w->p.server_mss ? TCOPY_OPT_MSS : 0);
		seg->mss = w->p.server_mss;
		seg->wscale = s->wscale_out;
		seg->win = min(win, 65535);
		win = seg->win;
	} else {
		if ((s32)(s->rcv_adv - s->rcv_nxt) > (s32)win)
			win = s->rcv_adv - s->rcv_nxt;	/* never shrinks */
		win >>= s->wscale_out;
		seg->win = min(win, 65535);
		win = (u32)seg->win << s->wscale_out;
	}
	if (after(s->rcv_nxt + win, s->rcv_adv))
		s->rcv_adv = s->rcv_nxt + win;
	if (s->opts & TCOPY_OPT_SACKOK && !(flags & (TCOPY_SYN | TCOPY_RST))) {
		for (i = 0; i < s->ooo_n && i < 3; i++) {
			seg->sack[i][0] = s->ooo[s->ooo_n - 1 - i][0];
			seg->sack[i][1] = s->ooo[s->ooo_n - 1 - i][1];
			seg->sacks++;
			seg->opts |= TCOPY_OPT_SACK;
		}
	}
	trace(w, "                                server: %s%s%s%s seq %u +%u ack %u win %u sacks %u",
	      flags & TCOPY_SYN ? "SYN " : "", flags & TCOPY_FIN ? "FIN " : "",
	      flags & TCOPY_RST ? "RST " : "", flags & TCOPY_ACK ? "ACK" : "",
	      seq - s->iss, len, seg->ack - s->isn, win, seg->sacks);
	ev_through(w, &ev, &w->p.headers, 0);
}

static void srv_ack(struct world *w)
{
	srv_emit(w, TCOPY_ACK, w->s.snd_nxt, 0);
}

static void srv_rto_start(struct world *w)
{
	w->s.rto_at = w->now + (SRTO << min(w->s.rto_n, 7U));
	srv_wake(w, w->s.rto_at);
}

/* Send what was written, and the FIN. */
static void srv_send(struct world *w)
{
	struct server *s = &w->s;
	u32 cwnd = 40 * s->peer_mss;
	bool sent = false;

	if (s->state != S_ESTAB)
		return;
	while (s->snd_nxt != s->out && !s->fin_sent) {
		u32 room = min(s->snd_edge - s->snd_una, cwnd) -
			   (s->snd_nxt - s->snd_una);
		u32 len = s->out - s->snd_nxt;
		u32 size;

		if ((s32)room <= 0)
			break;
		/* a packet of GSO, or a segment */
		size = s->peer_mss;
		if (chance(w, 500))
			size *= between(w, 2, 44);
		len = min(len, size);
		len = min(len, room);
		len = min(len, 65000);
		if (s->snd_una == s->snd_nxt)
			s->oldest_us = w->now;
		sent = true;
		if (w->p.fin_rides && s->close && s->snd_nxt + len == s->out) {
			s->fin_sent = true;
			s->fin_seq = s->out;
			srv_emit(w, TCOPY_ACK | TCOPY_PSH | TCOPY_FIN,
				 s->snd_nxt, len);
			s->snd_nxt += len + 1;
			break;
		}
		srv_emit(w, TCOPY_ACK | TCOPY_PSH, s->snd_nxt, len);
		s->snd_nxt += len;
	}
	if (s->close && !s->fin_sent && s->snd_nxt == s->out) {
		s->fin_sent = true;
		s->fin_seq = s->snd_nxt;
		if (s->snd_una == s->snd_nxt)
			s->oldest_us = w->now;
		srv_emit(w, TCOPY_ACK | TCOPY_FIN, s->snd_nxt, 0);
		s->snd_nxt++;
		sent = true;
	}
	if (sent && !s->rto_at)
		srv_rto_start(w);
}

static void srv_reset(struct world *w)
{
	if (w->s.state == S_CLOSED)
		return;
	srv_emit(w, TCOPY_RST | TCOPY_ACK, w->s.snd_nxt, 0);
	w->s.state = S_CLOSED;
}

static void srv_reply(struct world *w, u32 len, u64 at, bool last)
{
	unsigned int pieces = len ? between(w, 1, 4) : 1;
	struct server *s = &w->s;
	struct ev ev;

	if (at > s->busy_us)
		s->busy_us = at;
	while (pieces--) {
		ev_new(&ev, EV_REPLY);
		ev.answer.len = pieces ? len / 3 : len;
		ev.answer.last = last && !pieces;
		ev.answer.life = s->life;
		len -= ev.answer.len;
		ev_at(w, &ev, s->busy_us);
		s->busy_us += pieces ? rnd(w, 2000) : 0;
	}
}

static bool srv_stalled(const struct world *w)
{
	return w->p.stall_us && w->now >= w->p.stall_at &&
	       w->now < w->p.stall_at + w->p.stall_us;
}

/* The program reads, and answers each request that is whole. */
static void srv_app(struct world *w)
{
	const struct plan *p = &w->p;
	struct server *s = &w->s;
	u32 had = srv_free(w);
	u32 off;

	if (s->state != S_ESTAB)
		return;
	if (srv_stalled(w)) {
		srv_wake(w, p->stall_at + p->stall_us);
		return;
	}
	s->read = s->rcv_nxt - s->fin;
	off = s->read - (s->isn + 1) + w->k.base;
	while (s->served < p->reqs && off >= req_read(w, s->served)) {
		unsigned int k = s->served++;

		if (p->silent)
			continue;
		srv_reply(w, p->req[k].test_answer,
			  w->now + p->req[k].test_us, true);
	}
	if (s->fin && (s->answered == s->served || p->silent) && !s->close) {
		s->close = true;
		srv_send(w);
	}
	/* a window that opened again is announced */
	if (had < 2 * s->peer_mss && srv_free(w) > had + 2 * s->peer_mss)
		srv_ack(w);
}

static void srv_check_ack(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;

	if (w->p.prompt && !w->p.headers.loss && !w->p.copy.loss &&
	    w->now - s->oldest_us > 6 * MS + 2 * (w->p.copy.delay_us +
						  w->p.headers.delay_us))
		fail(w, "answer acknowledged after %" PRIu64 " us",
		     w->now - s->oldest_us);
}

/* All before seg->ack has been heard. Returns false to drop the segment. */
static bool srv_acked(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;
	bool opened;
	u32 edge;

	if (after(seg->ack, s->snd_nxt)) {
		if (!w->p.hostile)
			fail(w, "acknowledges what was never sent: %u > %u",
			     seg->ack - s->iss, s->snd_nxt - s->iss);
		srv_ack(w);
		return false;
	}
	edge = seg->ack + ((u32)seg->win << s->wscale_in);
	opened = after(edge, s->snd_edge);
	if (opened)
		s->snd_edge = edge;
	if (after(seg->ack, s->snd_una)) {
		srv_check_ack(w, seg);
		s->snd_una = seg->ack;
		s->oldest_us = w->now;
		s->rto_n = 0;
		s->rto_at = 0;
		if (s->snd_una != s->snd_nxt)
			srv_rto_start(w);
		srv_send(w);
	} else if (opened) {
		srv_send(w);
	}
	return true;
}

/* In-order bytes, and what had waited behind the hole. */
static void srv_deliver(struct world *w, u32 end)
{
	struct server *s = &w->s;
	unsigned int i;

	s->rcv_nxt = end;
	for (i = 0; i < s->ooo_n; i++) {
		if (after(s->ooo[i][0], s->rcv_nxt))
			continue;
		if (after(s->ooo[i][1], s->rcv_nxt))
			s->rcv_nxt = s->ooo[i][1];
		s->ooo_n--;
		s->ooo[i][0] = s->ooo[s->ooo_n][0];
		s->ooo[i][1] = s->ooo[s->ooo_n][1];
		i = ~0U;
	}
	if (s->ooo_fin && s->rcv_nxt == s->ooo_fin_seq && !s->fin) {
		s->fin = true;
		s->rcv_nxt++;
	}
}

static void srv_data(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;
	bool fin = seg->flags & TCOPY_FIN;
	u32 end = seg->seq + seg->len;

	if (!seg->len && !fin)
		return;
	if (s->fin) {
		srv_ack(w);
		return;
	}
	if (fin) {
		s->ooo_fin = true;
		s->ooo_fin_seq = end;
	}
	if (after(seg->seq, s->rcv_nxt)) {
		if (seg->len && s->ooo_n < OOO) {
			s->ooo[s->ooo_n][0] = seg->seq;
			s->ooo[s->ooo_n++][1] = end;
		}
		srv_ack(w);
		return;
	}
	if (!after(end + fin, s->rcv_nxt)) {
		srv_ack(w);
		return;
	}
	s->unacked += end - s->rcv_nxt;
	srv_deliver(w, end);
	srv_app(w);
	if (s->state != S_ESTAB)
		return;
	if (s->fin || s->ooo_n || s->unacked >= 2 * w->k.t.mss ||
	    chance(w, 100)) {
		srv_ack(w);
	} else if (s->unacked && !s->delack_at) {
		s->delack_at = w->now + 40 * MS;
		srv_wake(w, s->delack_at);
	}
}

static void srv_accept(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;
	const struct plan *p = &w->p;
	u8 want = TCOPY_OPT_WS | TCOPY_OPT_SACKOK | TCOPY_OPT_TS;

	if (seg->opts & ~(want | TCOPY_OPT_MSS))
		fail(w, "SYN with options %#x", seg->opts);
	s->opts = p->server_opts & seg->opts & want;
	s->isn = seg->seq;
	s->rcv_nxt = seg->seq + 1;
	s->rcv_adv = s->rcv_nxt;
	s->read = s->rcv_nxt;
	s->last_ack = s->rcv_nxt;
	s->ts_recent = seg->tsval;
	s->wscale_in = s->opts & TCOPY_OPT_WS ? seg->wscale : 0;
	s->wscale_out = s->opts & TCOPY_OPT_WS ? p->server_wscale : 0;
	s->peer_mss = seg->opts & TCOPY_OPT_MSS ? seg->mss : 536;
	if (s->opts & TCOPY_OPT_TS)
		s->peer_mss -= 12;
	s->iss = p->server_isn;
	s->snd_una = s->iss;
	s->snd_nxt = s->iss + 1;
	s->out = s->snd_nxt;
	s->snd_edge = s->snd_nxt + seg->win;
	s->state = S_SYNRCVD;
	s->synacks = 0;
	s->synack_first = srv_tsval(w);
}

static void srv_synack(struct world *w)
{
	struct server *s = &w->s;

	s->synack_last = srv_tsval(w);
	srv_emit(w, TCOPY_SYN | TCOPY_ACK, s->iss, 0);
	s->synack_at = w->now + (SEC << s->synacks++);
	srv_wake(w, s->synack_at);
}

static bool srv_open(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;

	if (s->opts & TCOPY_OPT_TS && !w->p.hostile &&
	    (before(seg->tsecr, s->synack_first) ||
	     after(seg->tsecr, s->synack_last))) {
		/* not its fault when what is left of the connection before was
		 * answered in between: the next SYN-ACK makes up for it
		 */
		if (!s->life || !w->p.copy.loss)
			fail(w, "third ACK with TSecr %u", seg->tsecr);
		return false;
	}
	s->state = S_ESTAB;
	s->was_open = true;
	while (s->served < w->p.reqs &&
	       req_end(w, s->served) <= w->k.base)
		s->answered = ++s->served;
	s->first = s->served;
	s->snd_una = s->iss + 1;
	s->synack_at = 0;
	if (w->p.greeting)
		srv_reply(w, w->p.greeting, w->now + between(w, 10, 3000),
			  false);
	return true;
}

static void srv_rst(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;

	if (s->state == S_STALE) {
		if (s->challenged && seg->seq == s->rcv_nxt)
			s->state = S_LISTEN;
		return;
	}
	if (s->state != S_SYNRCVD && s->state != S_ESTAB)
		return;
	if (seg->seq == s->rcv_nxt) {
		s->state = S_CLOSED;
		s->reset_by_copy = true;
	} else if (!before(seg->seq, s->rcv_nxt) &&
		   before(seg->seq, s->rcv_adv)) {
		srv_ack(w);	/* RFC 5961 */
	}
}

/* Is all of it inside the window? Newer kernels drop what is not, whole. */
static bool srv_in_window(struct world *w, const struct tcopy_seg *seg)
{
	struct server *s = &w->s;
	u32 end = seg->seq + seg->len + !!(seg->flags & TCOPY_FIN);

	if (after(end, s->rcv_adv)) {
		if (!w->p.hostile)
			fail(w, "beyond the window: %u > %u", end - s->isn,
			     s->rcv_adv - s->isn);
		srv_ack(w);
		return false;
	}
	if (seg->seq == s->rcv_nxt)
		return true;
	if (!seg->len && !(seg->flags & TCOPY_FIN)) {
		if (before(seg->seq, s->rcv_nxt)) {
			srv_ack(w);
			return seg->ack == s->snd_nxt;
		}
		return true;
	}
	if (before(end, s->rcv_nxt)) {
		srv_ack(w);
		return false;
	}
	return true;
}

/* The tuple is free for another connection. */
static void srv_renew(struct world *w)
{
	unsigned int life = w->s.life + 1;

	memset(&w->s, 0, sizeof(w->s));
	w->s.state = S_LISTEN;
	w->s.life = life;
	w->p.server_isn += between(w, 1, 1U << 30);
	w->p.greeting = 0;
}

void server_packet(struct world *w, const u8 *th, u32 hlen, u32 len)
{
	struct server *s = &w->s;
	struct tcopy_seg seg;

	if (tcopy_seg_parse(&seg, th, hlen, len) != (int)hlen) {
		fail(w, "a header that cannot be read");
		return;
	}
	if (w->p.dead)
		return;
	if (seg.len > w->p.server_mss && !w->p.hostile)
		fail(w, "segment of %u bytes, MSS %u", seg.len,
		     w->p.server_mss);

	if (seg.flags & TCOPY_RST) {
		srv_rst(w, &seg);
		return;
	}
	if (seg.flags & TCOPY_SYN) {
		if (s->state == S_CLOSED && after(seg.seq, s->isn))
			srv_renew(w);
		if (s->state == S_LISTEN && w->p.refuse) {
			s->isn = seg.seq;
			s->rcv_nxt = seg.seq + 1;
			srv_emit(w, TCOPY_RST | TCOPY_ACK, 0, 0);
		} else if (s->state == S_LISTEN) {
			srv_accept(w, &seg);
			srv_synack(w);
		} else if (s->state == S_SYNRCVD) {
			srv_synack(w);
		} else if (s->state == S_STALE) {
			s->challenged = true;
			s->rcv_nxt = w->p.stale_next ? seg.seq + 1 : 77777;
			srv_emit(w, TCOPY_ACK, 4242, 0);
		} else if (s->state == S_ESTAB) {
			srv_ack(w);
		}
		return;
	}
	if (s->state == S_STALE || s->state == S_LISTEN)
		return;
	if (s->state == S_CLOSED) {
		if (w->p.hostile || !(seg.flags & TCOPY_ACK))
			return;
		if (s->fin && s->fin_sent && !s->reset_by_copy) {
			srv_ack(w);		/* TIME-WAIT */
			return;
		}
		s->opts = 0;
		srv_emit(w, TCOPY_RST, seg.ack, 0);
		return;
	}

	if (s->opts & TCOPY_OPT_TS) {
		if (!(seg.opts & TCOPY_OPT_TS)) {
			if (w->p.hostile)
				return;
			fail(w, "packet without timestamps");
			return;
		}
		if (before(seg.tsval, s->ts_recent)) {	/* PAWS */
			srv_ack(w);
			return;
		}
	}
	if (!srv_in_window(w, &seg))
		return;
	if (s->opts & TCOPY_OPT_TS && !after(seg.seq, s->last_ack))
		s->ts_recent = seg.tsval;
	if (!(seg.flags & TCOPY_ACK)) {
		fail(w, "packet without ACK");
		return;
	}
	if (s->state == S_SYNRCVD) {
		if (seg.ack != s->iss + 1) {
			srv_emit(w, TCOPY_RST, seg.ack, 0);
			return;
		}
		if (!srv_open(w, &seg))
			return;
	}
	s->probes = 0;
	s->probe_at = w->p.keepalive ? w->now + 5 * SEC : 0;
	if (s->probe_at)
		srv_wake(w, s->probe_at);
	if (!srv_acked(w, &seg))
		return;
	if (s->state == S_ESTAB)
		srv_data(w, &seg);
	if (s->state == S_ESTAB && s->fin && s->fin_sent &&
	    s->snd_una == s->fin_seq + 1)
		s->state = S_CLOSED;		/* by both FINs */
}

static void srv_timers(struct world *w)
{
	struct server *s = &w->s;

	if (s->synack_at && w->now >= s->synack_at) {
		s->synack_at = 0;
		if (s->state == S_SYNRCVD) {
			if (s->synacks < 5)
				srv_synack(w);
			else
				s->state = S_CLOSED;
		}
	}
	if (s->state != S_ESTAB)
		return;
	if (s->delack_at && w->now >= s->delack_at)
		srv_ack(w);
	if (s->rto_at && w->now >= s->rto_at) {
		u32 end = s->fin_sent ? s->fin_seq : s->snd_nxt;

		s->rto_at = 0;
		if (w->p.calm)
			fail(w, "the test server has to send again");
		if (++s->rto_n > 6) {
			s->state = S_CLOSED;
			return;
		}
		if (s->snd_una == end)
			srv_emit(w, TCOPY_ACK | TCOPY_FIN, end, 0);
		else
			srv_emit(w, TCOPY_ACK, s->snd_una,
				 min(end - s->snd_una, s->peer_mss));
		srv_rto_start(w);
	}
	if (s->probe_at && w->now >= s->probe_at) {
		s->probe_at = 0;
		if (++s->probes > 5) {
			if (!w->p.headers.loss && !w->p.copy.loss &&
			    !w->p.hostile && !w->p.copy.cut_us)
				fail(w, "keep-alive probes not answered");
			srv_reset(w);
			return;
		}
		srv_emit(w, TCOPY_ACK, s->snd_nxt - 1, 0);
		s->probe_at = w->now + SEC;
		srv_wake(w, s->probe_at);
	}
	srv_app(w);
}

void server_start(struct world *w)
{
	w->s.state = w->p.stale ? S_STALE : S_LISTEN;
}

void server_event(struct world *w, struct ev *ev)
{
	struct server *s = &w->s;
	u64 at = NEVER;

	if (ev->type == EV_REPLY) {
		if (s->state != S_ESTAB || s->close ||
		    ev->answer.life != s->life)
			return;
		s->out += ev->answer.len;
		if (ev->answer.last) {
			s->answered++;
			if (s->answered - s->first == w->p.test_rst_after) {
				srv_reset(w);
				return;
			}
			if (s->answered - s->first == w->p.test_close_after)
				s->close = true;
			if (s->fin && s->answered == s->served)
				s->close = true;
		}
		srv_send(w);
		if (w->p.keepalive) {
			s->probe_at = w->now + 5 * SEC;
			srv_wake(w, s->probe_at);
		}
		return;
	}

	s->wake = 0;
	srv_timers(w);
	if (s->state == S_CLOSED)
		return;
	if (s->synack_at)
		at = min(at, s->synack_at);
	if (s->delack_at)
		at = min(at, s->delack_at);
	if (s->rto_at)
		at = min(at, s->rto_at);
	if (s->probe_at)
		at = min(at, s->probe_at);
	srv_wake(w, at);
}
