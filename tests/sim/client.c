// SPDX-License-Identifier: GPL-2.0
/*
 * The client and the online service, as far as capture sees them: the segments
 * of the client, each with what it had acknowledged when it was sent.
 */
#include "sim.h"

/* Stream offset behind request @k. */
u32 req_end(const struct world *w, unsigned int k)
{
	u32 end = 0;
	unsigned int i;

	for (i = 0; i <= k && i < w->p.reqs; i++)
		end += w->p.req[i].len;
	return end;
}

/* How much of the stream is read before request @k is answered. */
u32 req_read(const struct world *w, unsigned int k)
{
	return req_end(w, k) - w->p.req[k].early;
}

static u32 answers_until(const struct world *w, unsigned int k)
{
	u32 end = w->p.greeting;
	unsigned int i;

	for (i = 0; i < k && i < w->p.reqs; i++)
		end += w->p.req[i].answer;
	return end;
}

static void emit(struct world *w, struct cseg *cs)
{
	unsigned int loss;
	struct ev ev;

	if (w->c.gone && !cs->rst)
		return;
	cs->ack = w->c.got + w->c.got_fin;
	w->c.acked = cs->ack;
	if (!cs->rst && chance(w, w->p.up.loss)) {
		/* sent again until it arrives, with a newer ACK */
		ev_new(&ev, EV_RESEND);
		ev.cseg = *cs;
		ev_at(w, &ev, w->now + between(w, 200, 400) * MS);
		return;
	}
	ev_new(&ev, EV_CAPTURE);
	ev.cseg = *cs;
	if (cs->rst) {
		ev_at(w, &ev, w->now + w->p.up.delay_us + w->p.up.jitter_us);
		return;
	}
	loss = w->p.up.loss;
	w->p.up.loss = 0;		/* it was decided above */
	ev_through(w, &ev, &w->p.up, cs->len);
	w->p.up.loss = loss;
}

static void schedule_close(struct world *w)
{
	struct ev ev;

	if (w->c.closing)
		return;
	w->c.closing = true;
	ev_at(w, ev_new(&ev, EV_CLOSE), w->now + between(w, 10, 30000));
}

/* What the client's program does next. */
static void think(struct world *w)
{
	const struct plan *p = &w->p;
	struct client *c = &w->c;
	struct ev ev;

	if (c->gone || c->closed)
		return;
	if (c->next < p->reqs) {
		unsigned int need = c->next >= p->depth ?
				    c->next - p->depth + 1 : 0;

		if (c->pending || c->got < answers_until(w, need))
			return;
		if (c->got_fin)	{	/* the service has closed: no more */
			schedule_close(w);
			return;
		}
		c->pending = true;
		ev_at(w, ev_new(&ev, EV_REQUEST),
		      w->now + p->req[c->next].think_us);
		return;
	}
	if (p->close == CLOSE_SERVER || p->close == CLOSE_NEVER) {
		if (c->got_fin)
			schedule_close(w);
	} else if (c->got >= answers_until(w, p->reqs)) {
		schedule_close(w);
	}
}

/* A large request takes its time; what the client acknowledges moves on. */
static void send_request(struct world *w)
{
	const struct plan *p = &w->p;
	struct client *c = &w->c;
	unsigned int burst = between(w, 1, 20);
	u32 end = req_end(w, c->next);
	bool half = p->close == CLOSE_HALF && c->next + 1 == p->reqs;
	bool ride = half && chance(w, 500);
	struct cseg cs = {0};
	struct ev ev;

	while (c->sent < end && burst--) {
		/* a super-packet of GRO, or a segment */
		u32 size = p->mss * (chance(w, 300) ? between(w, 2, 40) : 1);

		cs.off = c->sent;
		cs.len = min(size, end - c->sent);
		c->sent += cs.len;
		cs.psh = c->sent == end;
		cs.fin = ride && c->sent == end;
		emit(w, &cs);
	}
	if (c->sent < end) {
		ev_at(w, ev_new(&ev, EV_REQUEST),
		      w->now + between(w, 20, 3000));
		return;
	}
	c->pending = false;
	c->next++;
	if (half) {
		c->closed = true;
		if (!ride) {
			cs = (struct cseg){ .off = c->sent, .fin = true };
			emit(w, &cs);
		}
	}
	think(w);
}

static void do_close(struct world *w)
{
	struct client *c = &w->c;
	struct cseg cs = { .off = c->sent, .fin = true };

	if (c->closed || c->gone)
		return;
	c->closed = true;
	if (w->p.close == CLOSE_RST || w->p.close == CLOSE_RST_EARLY) {
		cs.fin = false;
		cs.rst = true;
		c->gone = true;
	}
	emit(w, &cs);
}

/* Answer bytes of the online service, in pieces, one after the other. */
static void answer(struct world *w, u32 len, u64 start_us, bool fin)
{
	struct online *o = &w->o;
	unsigned int pieces = len ? between(w, 1, 4) : 1;
	struct ev ev;

	if (start_us > o->busy_us)
		o->busy_us = start_us;
	while (pieces--) {
		ev_new(&ev, EV_ANSWER);
		ev.answer.len = pieces ? len / 3 : len;
		ev.answer.fin = fin && !pieces;
		len -= ev.answer.len;
		if (w->p.pick_at) {
			ev.type = EV_SENT;
			ev_at(w, &ev, o->busy_us);
		} else {
			ev_at(w, &ev, o->busy_us + w->p.up.delay_us);
		}
		o->busy_us += pieces ? rnd(w, 2000) : 0;
	}
}

static void serve(struct world *w)
{
	const struct plan *p = &w->p;
	struct online *o = &w->o;
	bool fin;

	while (o->served < p->reqs && o->nxt >= req_read(w, o->served)) {
		u64 start = w->now + p->req[o->served].online_us;

		o->served++;
		fin = (p->close == CLOSE_SERVER && o->served == p->reqs) ||
		      (p->online_closes_too &&
		       o->served == p->test_close_after);
		fin = fin && !o->closed;
		o->closed |= fin;
		answer(w, p->req[o->served - 1].answer, start, fin);
	}
	if (o->fin && !o->closed) {
		o->closed = true;
		answer(w, 0, w->now + 100, true);
	}
}

/* Production takes [off, off + len) if it can. */
static void accept_range(struct online *o, u32 off, u32 end)
{
	unsigned int i;

	if (end > o->nxt && off > o->nxt) {
		if (o->ooo_n < OOO) {
			o->ooo[o->ooo_n][0] = off;
			o->ooo[o->ooo_n++][1] = end;
		}
		return;
	}
	if (end > o->nxt)
		o->nxt = end;
	for (i = 0; i < o->ooo_n; i++) {
		if (o->ooo[i][0] > o->nxt)
			continue;
		if (o->ooo[i][1] > o->nxt)
			o->nxt = o->ooo[i][1];
		o->ooo_n--;
		o->ooo[i][0] = o->ooo[o->ooo_n][0];
		o->ooo[i][1] = o->ooo[o->ooo_n][1];
		i = ~0U;	/* from the beginning */
	}
}

/* An ACK of the client, with payload or without, as a socket treats it. */
static void take_ack(struct online *o, u32 off, u32 ack)
{
	if (ack > o->snd_nxt)
		return;
	if (ack > o->snd_una || off > o->wl1)
		o->wl1 = off;
	if (ack > o->snd_una)
		o->snd_una = ack;
}

/* Is this where the copy of an old connection begins? What is asked is what
 * peer.c reads off a socket; what must hold is known here.
 */
static void pick_up(struct world *w, const struct cseg *cs)
{
	const struct plan *p = &w->p;
	struct online *o = &w->o;
	struct tcopy_idle idle = {
		.rcv_nxt = p->isn + 1 + o->nxt,
		.snd_una = p->online_isn + 1 + o->snd_una,
		.write_seq = p->online_isn + 1 + o->snd_nxt,
		.wl1 = p->isn + 1 + o->wl1,
		.sent_at = (u32)(o->sent_us / p->tick_us),
		.heard_at = (u32)(o->heard_us / p->tick_us),
		.now = (u32)(w->now / p->tick_us),
		.rtt = (u32)(2 * p->up.delay_us / p->tick_us) + 1,
		.fresh = !o->nxt,
		.queued = o->ooo_n > 0 || o->fin_known,
	};
	struct tcopy_seg seg = {
		.flags = TCOPY_ACK | (cs->psh ? TCOPY_PSH : 0) |
			 (cs->fin ? TCOPY_FIN : 0),
		.seq = p->isn + 1 + cs->off, .len = cs->len,
		.ack = p->online_isn + 1 + cs->ack,
	};
	unsigned int k = 0;
	bool first, sure;

	if (w->k.began || w->now < p->pick_at || o->closed || o->fin)
		return;
	while (k < p->reqs && (k ? req_end(w, k - 1) : 0) < cs->off)
		k++;
	first = cs->off == (k ? req_end(w, k - 1) : 0) && cs->len;
	sure = first && cs->psh && o->nxt == cs->off && !o->ooo_n &&
	       cs->ack == o->snd_nxt &&
	       (!k || idle.sent_at > idle.heard_at);
	if (!cs->len || !tcopy_boundary(&idle, &seg)) {
		if (sure)
			fail(w, "request %u is not picked up", k);
		return;
	}
	trace(w, "client: picked up at %u, request %u", cs->off, k);
	if (!first)
		fail(w, "picked up in the middle of a request, at %u", cs->off);
	else if (k && cs->ack != answers_until(w, k))
		fail(w, "picked up before all was answered");
	else
		copy_start(w, cs->off, cs->ack);
}

static void arrive(struct world *w, const struct cseg *cs)
{
	struct online *o = &w->o;

	if (o->rst)
		return;
	if (w->p.pick_at && !cs->rst) {
		pick_up(w, cs);
		if (cs->len)
			o->heard_us = w->now;
	}
	trace(w, "client: [%u, +%u) ack %u%s%s", cs->off, cs->len, cs->ack,
	      cs->fin ? " FIN" : "", cs->rst ? " RST" : "");
	if (cs->rst) {
		o->rst = true;
	} else {
		take_ack(o, cs->off, cs->ack);
		accept_range(o, cs->off, cs->off + cs->len);
		if (cs->fin) {
			o->fin_known = true;
			o->fin_off = cs->off + cs->len;
		}
		if (o->fin_known && o->nxt == o->fin_off)
			o->fin = true;
		serve(w);
	}
	copy_capture(w, cs);
}

/* The client's delayed ACK has become due. */
static void pure_ack(struct world *w)
{
	struct client *c = &w->c;
	struct ev ev;

	if (c->gone || c->acked == c->got + c->got_fin)
		return;
	c->acked = c->got + c->got_fin;
	ev_new(&ev, EV_ACK);
	ev.cseg.off = c->sent;
	ev.cseg.ack = c->acked;
	ev_through(w, &ev, &w->p.up, 0);
}

static void acknowledge(struct world *w)
{
	struct ev ev;

	ev_new(&ev, EV_ACK);
	ev.cseg.off = ~0U;
	ev_at(w, &ev, w->now + (chance(w, 500) ? 0 : 40 * MS));
}

void client_start(struct world *w)
{
	struct ev ev;

	if (w->p.greeting)
		answer(w, w->p.greeting, w->now + between(w, 10, 3000), false);
	if (w->p.close == CLOSE_RST_EARLY)
		ev_at(w, ev_new(&ev, EV_CLOSE),
		      w->now + between(w, 100, 200000));
	think(w);
}

void client_event(struct world *w, struct ev *ev)
{
	switch (ev->type) {
	case EV_REQUEST:
		if (!w->c.gone)
			send_request(w);
		break;
	case EV_CLOSE:
		do_close(w);
		break;
	case EV_RESEND:
		emit(w, &ev->cseg);
		break;
	case EV_CAPTURE:
		arrive(w, &ev->cseg);
		break;
	case EV_SENT:
		w->o.snd_nxt += ev->answer.len + ev->answer.fin;
		w->o.sent_us = w->now;
		ev->type = EV_ANSWER;
		ev_at(w, ev, w->now + w->p.up.delay_us);
		break;
	case EV_ANSWER:
		w->c.got += ev->answer.len;
		w->c.got_fin |= ev->answer.fin;
		if (w->p.pick_at)
			acknowledge(w);
		think(w);
		break;
	case EV_ACK:
		if (ev->cseg.off == ~0U)
			pure_ack(w);
		else
			take_ack(&w->o, ev->cseg.off, ev->cseg.ack);
		break;
	default:
		break;
	}
}
