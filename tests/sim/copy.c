// SPDX-License-Identifier: GPL-2.0
/*
 * session.c's part: events into the track, its actions carried out. Everything
 * that leaves is checked against what was seen from outside; nothing private of
 * the track is looked at.
 */
#include "sim.h"

#define FAIL_IF(cond, ...) do {						\
		if (cond) {						\
			fail(w, __VA_ARGS__);				\
			return;						\
		}							\
	} while (0)

/* The clocks of two CPUs differ by some microseconds. */
#define SKEW	50

static u64 cpu_now(struct world *w)
{
	return chance(w, 200) ? w->now - rnd(w, SKEW) : w->now;
}

static void send_segment(struct world *w, const struct tcopy_packet *p)
{
	struct tcopy_packet wire = *p;
	struct tcopy_seg back;
	struct ev ev;

	wire.seq += w->k.shift;
	ev_new(&ev, EV_COPY);
	ev.copy.len = p->len;
	ev.copy.hlen = tcopy_header_fill(ev.copy.th, &wire, 0x1234, 0x5678);
	FAIL_IF(ev.copy.hlen != tcopy_header_len(p), "header length");
	FAIL_IF(tcopy_seg_parse(&back, ev.copy.th, ev.copy.hlen, p->len) !=
		(int)ev.copy.hlen || back.seq != wire.seq ||
		back.flags != p->flags || back.win != p->win ||
		(p->flags & TCOPY_ACK && back.ack != p->ack),
		"header does not say what was decided");
	ev_through(w, &ev, &w->p.copy, p->len);
}

/* What the network card does with a large one. */
static void send_packet(struct world *w, const struct tcopy_packet *p)
{
	struct tcopy_packet part = *p;
	u32 left = p->len;

	do {
		part.len = min_t(u32, left, p->mss);
		left -= part.len;
		part.flags = p->flags;
		if (left)
			part.flags &= ~(TCOPY_FIN | TCOPY_PSH);
		send_segment(w, &part);
		part.seq += part.len;
	} while (left);
}

/* May payload with @ack leave for the first time now? By design.md, section 5,
 * from what was delivered, not from what the track thinks.
 */
static void check_gate(struct world *w, u32 ack)
{
	struct copy *k = &w->k;
	u32 need = ack - k->req_ack;
	u32 got = k->rcv_nxt - k->req_nxt;

	if (!after(ack, k->req_ack))
		return;
	if (w->p.pace && !k->pace_off && got < need && !w->p.hostile) {
		FAIL_IF(k->peer_fin, "a request after the server's FIN");
		FAIL_IF(!k->released,
			"a request too early: %u of %u answer bytes", got,
			need);
		k->released--;
	}
	k->req_ack = ack;
	k->req_nxt = k->rcv_nxt;
}

static void check_new(struct world *w, const struct tcopy_packet *p)
{
	const struct buf *b = hold_at(&w->k.hold, p->seq);
	struct copy *k = &w->k;
	u32 end = p->seq + p->len;

	FAIL_IF(!b, "sends [+%u] that is not held", p->len);
	FAIL_IF(after(end, b->end), "one packet of two chunks");
	FAIL_IF(p->len > 65400, "a packet of %u bytes", p->len);
	FAIL_IF(!k->opened, "payload before the SYN-ACK");
	check_gate(w, b->ack);
	k->last_nxt = k->rcv_nxt;
	k->req_us = w->now;
	k->hold.sent = end;
}

/* What was announced is not taken back, nor is it more than was allowed. */
static void check_window(struct world *w, const struct tcopy_packet *p)
{
	struct copy *k = &w->k;
	u32 edge;

	FAIL_IF(!p->win, "a closed window");
	if (!w->p.win_max)
		return;
	FAIL_IF(p->opts & TCOPY_OPT_WS && p->wscale, "a scaled window");
	if (!(p->flags & TCOPY_ACK))
		return;
	edge = p->ack + p->win;
	FAIL_IF(k->wnd_seen && before(edge, k->wnd_edge) && !w->p.hostile,
		"takes %u bytes of window back", k->wnd_edge - edge);
	k->wnd_edge = edge;
	k->wnd_seen = true;
}

static void check_packet(struct world *w, const struct tcopy_packet *p)
{
	u32 end = p->seq + p->len + !!(p->flags & TCOPY_FIN);
	struct copy *k = &w->k;

	FAIL_IF(k->freed, "sends after FREE");
	FAIL_IF(k->ended && (p->len || p->flags & (TCOPY_SYN | TCOPY_FIN)),
		"sends after END");
	FAIL_IF(k->ended && ++k->replies > 4, "too many replies after END");
	FAIL_IF(!p->mss && p->len, "no segment size");
	if (p->opts & TCOPY_OPT_TS && !(p->flags & TCOPY_RST)) {
		FAIL_IF(k->ts_seen && before(p->tsval, k->tsval),
			"TSval goes back");
		FAIL_IF(k->ts_seen && before(p->tsecr, k->tsecr) &&
			!(p->flags & TCOPY_SYN) && !w->p.hostile,
			"TSecr goes back");
		k->tsval = p->tsval;
		if (!(p->flags & TCOPY_SYN)) {
			k->ts_seen = true;
			k->tsecr = p->tsecr;
		}
	}
	if (p->flags & TCOPY_ACK) {
		FAIL_IF(k->acked_seen && before(p->ack, k->acked),
			"acknowledges less than before");
		k->acked = p->ack;
		k->acked_seen = true;
	}
	check_window(w, p);
	FAIL_IF(p->rtx && w->p.calm, "sends again without need");
	if (p->flags & (TCOPY_SYN | TCOPY_RST))
		return;
	if (!w->p.hostile)
		FAIL_IF(end != p->seq && after(end, k->edge),
			"beyond the window: +%u, edge +%u",
			end - w->p.isn, k->edge - w->p.isn);
	if (p->rtx) {
		FAIL_IF(before(p->seq, k->snd_una) && !w->p.hostile,
			"sends again what was acknowledged");
		FAIL_IF(after(end, k->snd_max), "sends again what was not");
		FAIL_IF(!hold_has(&k->hold, p->seq, p->seq + p->len),
			"sends again what is not held");
		return;
	}
	if (p->len) {
		FAIL_IF(p->seq != k->snd_max, "leaves a hole");
		check_new(w, p);
	}
	if (p->flags & TCOPY_FIN) {
		FAIL_IF(!w->c.closed, "a FIN of its own");
		FAIL_IF(p->seq + p->len - (w->p.isn + 1) + k->base !=
			w->c.sent &&
			!w->p.hostile, "FIN too early");
	}
	if (after(end, k->snd_max))
		k->snd_max = end;
}

static void check_count(struct world *w, enum tcopy_track_stat stat)
{
	struct copy *k = &w->k;

	FAIL_IF(stat > TCOPY_TRACK_PACE_OFF, "counts %d", stat);
	FAIL_IF(!(w->p.counts & 1 << stat), "counts %d in a session like this",
		stat);
	k->counted[stat]++;
	if (stat == TCOPY_TRACK_PACE_OFF) {
		FAIL_IF(k->counted[TCOPY_TRACK_PACE_TIMEOUT] < 3,
			"pace goes off too early");
		k->pace_off = true;
		return;
	}
	k->released++;
	if (w->p.hostile)
		return;
	if (stat == TCOPY_TRACK_PACE_TIMEOUT)
		FAIL_IF(w->now + SKEW < k->req_us + 3 * SEC,
			"pace timeout after %" PRIu64 " us",
			w->now - k->req_us);
	else
		FAIL_IF(w->now + SKEW < k->heard_us + 20 * MS,
			"quiet for %" PRIu64 " us only", w->now - k->heard_us);
}

/* The test server has ended it, and @first goes on: is that right, by what was
 * seen from outside?
 */
static void check_reopen(struct world *w, const struct tcopy_chunk *first)
{
	u32 zero = w->p.isn + 1 - w->k.base;
	u32 base = first->seq - zero, start = 0;
	bool answered = w->k.rcv_nxt - w->k.irs - 1 - w->k.peer_fin;
	u32 acked = w->k.snd_una - zero, sent = w->k.snd_max - zero;
	unsigned int i = 0;

	if (w->p.hostile)
		return;
	FAIL_IF(base < acked, "reopened at %u, acknowledged was %u", base,
		acked);
	while (i < w->p.reqs && start < acked)
		start = req_end(w, i++);
	while (!answered && start < sent && i < w->p.reqs)
		start = req_end(w, i++);
	while (i < w->p.reqs && start < base &&
	       (w->p.up.loss || w->p.up.reorder || w->p.up.dup))
		start = req_end(w, i++);
	FAIL_IF(start != base, "reopened at %u, the next request is at %u",
		base, start);
}

static void reopen(struct world *w, const struct tcopy_chunk *first)
{
	struct copy *k = &w->k;

	check_reopen(w, first);
	trace(w, "                copy: reopened at +%u",
	      first->seq - w->p.isn - 1);
	tcopy_track_reopen(&k->t, first->seq, first->ack, cpu_now(w));
	k->base += first->seq - (w->p.isn + 1);
	w->p.isn = first->seq - 1;
	k->shift += 0x20000000;
	k->reopened++;
	k->ended = false;
	k->opened = false;
	k->peer_fin = false;
	k->acked_seen = false;
	k->wnd_seen = false;
	k->snd_max = first->seq;
	k->snd_una = first->seq;
	k->edge = first->seq;
	k->req_ack = first->ack;
	k->released = 0;
	k->replies = 0;
	k->progress_us = w->now;
}

/* As session.c's run_resume(). */
static void resume(struct world *w)
{
	struct copy *k = &w->k;
	struct tcopy_chunk first;

	if (!hold_restart(&k->hold, tcopy_track_resume_seq(&k->t), &first)) {
		if (k->fin)
			tcopy_track_unpark(&k->t, cpu_now(w));
		return;
	}
	reopen(w, &first);
	tcopy_track_data(&k->t, k->hold.cap_nxt, cpu_now(w));
}

static void note(struct copy *k, u64 value)
{
	k->digest = (k->digest ^ value) * 0x9e3779b97f4a7c15ULL;
	k->digest ^= k->digest >> 32;
}

/* For the same session with and without being put away. */
static void note_act(struct world *w, const struct tcopy_act *act)
{
	const struct tcopy_packet *p = &act->packet;
	struct copy *k = &w->k;

	note(k, w->now);
	note(k, act->type);
	if (act->type == TCOPY_ACT_SEND) {
		note(k, (u64)p->seq << 32 | p->len);
		note(k, (u64)p->ack << 32 | p->tsval);
		note(k, (u64)p->tsecr << 32 | (u32)p->win << 16 | p->mss);
		note(k, (u32)p->flags << 24 | (u32)p->opts << 16 |
			(u32)p->wscale << 8 | p->rtx);
	} else if (act->type == TCOPY_ACT_RELEASE) {
		note(k, act->seq);
	} else if (act->type == TCOPY_ACT_COUNT) {
		note(k, act->stat);
	} else if (act->type == TCOPY_ACT_END) {
		note(k, act->end);
	}
}

static void carry_out(struct world *w, const struct tcopy_act *act)
{
	const struct tcopy_packet *p = &act->packet;
	struct copy *k = &w->k;

	note_act(w, act);
	switch (act->type) {
	case TCOPY_ACT_NONE:
		break;
	case TCOPY_ACT_SEND:
		trace(w, "                copy: %s%s%s%s seq %u +%u ack %u mss %u%s",
		      p->flags & TCOPY_SYN ? "SYN " : "",
		      p->flags & TCOPY_FIN ? "FIN " : "",
		      p->flags & TCOPY_RST ? "RST " : "",
		      p->flags & TCOPY_ACK ? "ACK" : "", p->seq - w->p.isn,
		      p->len, p->ack - k->irs, p->mss, p->rtx ? " again" : "");
		check_packet(w, p);
		if (!w->why[0])
			send_packet(w, p);
		break;
	case TCOPY_ACT_RELEASE:
		FAIL_IF(after(act->seq, k->snd_una) && !w->p.hostile,
			"releases what was not acknowledged");
		hold_release(&k->hold, act->seq);
		break;
	case TCOPY_ACT_COUNT:
		trace(w, "                copy: counts %d", act->stat);
		check_count(w, act->stat);
		break;
	case TCOPY_ACT_END:
		trace(w, "                copy: end %d", act->end);
		FAIL_IF(k->ended, "ends twice");
		FAIL_IF(act->end == TCOPY_END_NONE ||
			act->end > TCOPY_END_UNSUPPORTED, "end %d", act->end);
		k->ended = true;
		k->end = act->end;
		k->ended_us = w->now;
		FAIL_IF(!((w->p.ends | w->p.rare) & 1 << act->end),
			"end %d in a session like this", act->end);
		FAIL_IF(act->end == TCOPY_END_TIMEOUT &&
			w->now - k->progress_us < w->p.least_us,
			"gave up after %" PRIu64 " us",
			w->now - k->progress_us);
		if (tcopy_track_parked(&k->t))
			resume(w);
		else
			hold_purge(&k->hold);
		break;
	case TCOPY_ACT_FREE:
		FAIL_IF(!k->ended, "freed without an end");
		FAIL_IF(k->freed, "freed twice");
		FAIL_IF(w->now + SKEW < k->ended_us + 2 * SEC, "did not linger");
		k->freed = true;
		break;
	}
}

/* Does poll have nothing to say, and nothing to change? */
static bool is_still(const struct world *w, const struct tcopy_track *t,
		     u64 now)
{
	struct tcopy_track after;
	struct tcopy_chunk chunk;
	struct tcopy_act act;
	bool has = hold_next(&w->k.hold, &chunk);

	memcpy(&after, t, sizeof(after));
	tcopy_track_poll(&after, &w->k.conf, has ? &chunk : NULL, now, &act);
	return act.type == TCOPY_ACT_NONE && !memcmp(t, &after, sizeof(after));
}

static void arm_ack(struct world *w, u64 now)
{
	u64 at = tcopy_track_ack_deadline(&w->k.t);
	struct ev ev;

	FAIL_IF(at <= now, "an ACK deadline that is not cleared");
	FAIL_IF(at != NEVER && at > w->now + 4 * MS, "an ACK too late");
	if (at != NEVER)
		ev_at(w, ev_new(&ev, EV_TIMER),
		      max(at, w->now + 1) + rnd(w, 200));
}

/* All is as if the header had been told, and poll called. */
static void check_answer(struct world *w, struct tcopy_track *told,
			 const struct tcopy_seg *seg, u64 now)
{
	struct copy *k = &w->k;
	struct tcopy_chunk chunk;
	struct tcopy_act act;

	tcopy_track_header(told, seg, now);
	FAIL_IF(hold_next(&k->hold, &chunk), "answered, and something waits");
	tcopy_track_poll(told, &k->conf, NULL, now, &act);
	FAIL_IF(act.type != TCOPY_ACT_RELEASE || act.seq != k->t.snd_una,
		"answered, and it was not acknowledged");
	carry_out(w, &act);
	tcopy_track_poll(told, &k->conf, NULL, now, &act);
	FAIL_IF(act.type != TCOPY_ACT_NONE || memcmp(told, &k->t,
						     sizeof(*told)),
		"answered, and something was due");
	FAIL_IF(tcopy_track_deadline(&k->t, &k->conf) < k->deadline,
		"answered, and a deadline came closer");
	arm_ack(w, now);
}

/* As session_event.c's event_answer() */
static bool answer(struct world *w, const struct tcopy_seg *seg, u64 now)
{
	struct copy *k = &w->k;
	struct tcopy_track before;

	memcpy(&before, &k->t, sizeof(before));
	if (tcopy_track_answer(&k->t, seg, k->deadline, now)) {
		k->answered++;
		check_answer(w, &before, seg, now);
		return true;
	}
	if (memcmp(&before, &k->t, sizeof(before)))
		fail(w, "not answered, and changed");
	return false;
}

void copy_run(struct world *w)
{
	struct copy *k = &w->k;
	struct tcopy_chunk chunk;
	struct tcopy_act act;
	unsigned int polls = 0;
	u64 at, now = cpu_now(w);
	struct ev ev;

	if (!k->began || k->freed || w->why[0])
		return;
	for (;;) {
		bool has = hold_next(&k->hold, &chunk);

		tcopy_track_poll(&k->t, &k->conf, has ? &chunk : NULL, now,
				 &act);
		if (act.type == TCOPY_ACT_NONE)
			break;
		carry_out(w, &act);
		if (w->why[0])
			return;
		FAIL_IF(++polls > 4000, "poll never ends");
		if (act.last) {
			FAIL_IF(!is_still(w, &k->t, now),
				"was not the last that was due");
			break;
		}
	}
	if (k->freed) {
		FAIL_IF(tcopy_track_deadline(&k->t, &k->conf) != NEVER,
			"a deadline after FREE");
		return;
	}
	if (!k->ended && !w->p.hostile && k->opened)
		FAIL_IF(k->hold.first && !after(k->hold.first->end,
						k->snd_una),
			"holds what was acknowledged");

	at = tcopy_track_deadline(&k->t, &k->conf);
	FAIL_IF(at == NEVER, "no deadline: would live for ever");
	FAIL_IF(at <= now, "a deadline that is not cleared");
	k->deadline = at;
	note(k, at);
	if (!k->timer_at || at < k->timer_at || k->timer_at <= w->now) {
		/* jiffies: always a bit late */
		k->timer_at = max(at, w->now + 1) + rnd(w, 8000);
		ev_at(w, ev_new(&ev, EV_TIMER), k->timer_at);
	}
	arm_ack(w, now);
}

/* As session_idle.c's tcopy_session_settle() */
static void settle(struct world *w)
{
	struct copy *k = &w->k;
	struct tcopy_track_idle idle;
	struct ev ev;
	u64 at;

	if (!k->began || k->freed || k->hold.first || k->fin ||
	    k->hold.cap_nxt != k->hold.sent)
		return;
	at = tcopy_track_silent_at(&k->t);
	if (w->now < at) {
		ev_at(w, ev_new(&ev, EV_TIMER), at);
		return;
	}
	if (!w->packs || k->t.cap_nxt != k->hold.cap_nxt ||
	    !tcopy_track_pack(&k->t, &idle))
		return;
	k->packed++;
	trace(w, "                copy: put away");
	memset(&k->t, 0xa5, sizeof(k->t));
	tcopy_track_unpack(&k->t, &idle);
}

void copy_timer(struct world *w)
{
	copy_run(w);
	if (!w->why[0])
		settle(w);
}

/* From stream offset @base on, when the client had acknowledged @ack: for the
 * test server and all that is checked, the stream begins there.
 */
void copy_start(struct world *w, u32 base, u32 ack)
{
	struct plan *p = &w->p;
	struct copy *k = &w->k;
	struct tcopy_track_open open = {
		.isn = p->isn + base,
		.online_ack = p->online_isn + 1 + ack,
		.tsval = p->tsval,
		.mss = p->opts & TCOPY_OPT_MSS ? p->mss : 0,
		.opts = p->opts,
		.wscale = p->wscale,
		.path_mss = p->path_mss,
		.win_max = p->win_max,
		.late_ack = p->late_ack,
	};

	p->isn += base;
	k->base = base;
	k->began = true;
	k->conf.idle_us = p->idle_us;
	k->conf.wait_us = p->wait_us;
	k->conf.pace = p->pace;
	k->snd_max = p->isn + 1;
	k->snd_una = p->isn + 1;
	k->edge = p->isn + 1;
	k->req_ack = p->online_isn + 1 + ack;
	k->last_ack = k->req_ack;
	k->pushed = true;
	k->last_us = w->now;
	k->progress_us = w->now;
	hold_init(&k->hold, p->isn + 1);
	tcopy_track_init(&k->t, &open, w->now);
	copy_run(w);
}

/* As session.c's event_parked(). */
static void capture_parked(struct world *w, const struct cseg *cs, u32 seq,
			   u32 ack, bool begins)
{
	const struct tcopy_chunk first = {
		.seq = seq, .end = seq + cs->len, .ack = ack,
	};
	struct copy *k = &w->k;

	if (begins && !cs->rst) {
		k->hold.sent = seq;
		reopen(w, &first);
		return;
	}
	tcopy_track_alive(&k->t, cpu_now(w));
	if (cs->rst || cs->fin)
		tcopy_track_unpark(&k->t, cpu_now(w));
	if (cs->len && after(seq + cs->len, k->hold.cap_nxt)) {
		k->hold.cap_nxt = seq + cs->len;
		k->hold.sent = k->hold.cap_nxt;
	}
	copy_run(w);
}

void copy_capture(struct world *w, const struct cseg *cs)
{
	struct copy *k = &w->k;
	u32 seq = w->p.isn + 1 + cs->off - k->base;
	u32 ack = w->p.online_isn + 1 + cs->ack;
	u32 gap_us = (u32)(w->now - k->last_us);
	bool begins;

	if (!k->began)
		return;
	begins = cs->len && seq == k->hold.cap_nxt && k->pushed &&
		 (after(ack, k->last_ack) || !cs->off);
	if (cs->len) {
		if (after(seq + cs->len, k->hold.cap_nxt))
			k->pushed = cs->psh;
		if (after(ack, k->last_ack))
			k->last_ack = ack;
	}
	if (k->ended && !k->freed && tcopy_track_parked(&k->t))
		capture_parked(w, cs, seq, ack, begins);
	if (k->ended)
		return;
	if (cs->rst) {
		tcopy_track_rst(&k->t, cpu_now(w));
		copy_run(w);
		return;
	}
	if (cs->len && w->p.win_max && chance(w, 100))
		tcopy_track_window(&k->t, rnd(w, chance(w, 500) ? 5000 :
						 200000));
	if (cs->len) {
		k->last_us = w->now;
		if (hold_add(&k->hold, seq, seq + cs->len, ack, gap_us,
			     begins))
			tcopy_track_data(&k->t, k->hold.cap_nxt, cpu_now(w));
	}
	k->fin |= cs->fin;
	if (cs->fin)
		tcopy_track_fin(&k->t, seq + cs->len, ack, gap_us, cpu_now(w));
	copy_run(w);
}

/* Learn from a header what anybody can, then tell the track. Returns true when
 * the copy is to run.
 */
bool copy_header(struct world *w, const struct tcopy_seg *wire)
{
	struct tcopy_seg moved = *wire, *seg = &moved;
	struct copy *k = &w->k;
	u64 now = cpu_now(w);
	u32 end, edge;

	if (!k->began)
		return false;
	tcopy_seg_shift(seg, k->shift);
	end = seg->seq + seg->len + !!(seg->flags & TCOPY_FIN);
	if (k->freed) {
		/* session.c: nobody knows this flow */
		struct tcopy_packet rst = { .flags = TCOPY_RST,
					    .seq = seg->ack, .mss = 536 };

		if (!(seg->flags & TCOPY_RST) && seg->flags & TCOPY_ACK)
			send_segment(w, &rst);
		return false;
	}
	if (seg->flags & TCOPY_SYN && seg->flags & TCOPY_ACK && !k->opened &&
	    seg->ack == w->p.isn + 1) {
		k->opened = true;
		k->irs = seg->seq;
		k->rcv_nxt = seg->seq + 1;
		k->req_nxt = k->rcv_nxt;
		k->last_nxt = k->rcv_nxt;
		k->edge = w->p.isn + 1 + seg->win;
		k->heard_us = w->now;
		k->req_us = w->now;
		k->progress_us = w->now;
	} else if (k->opened && seg->flags & TCOPY_RST && !k->t.end) {
		if (seg->flags & TCOPY_ACK && after(seg->ack, k->snd_una) &&
		    !after(seg->ack, k->snd_max))
			k->snd_una = seg->ack;
	} else if (k->opened && !(seg->flags & (TCOPY_SYN | TCOPY_RST)) &&
		   !k->t.end) {
		edge = seg->ack + ((u32)seg->win << w->s.wscale_out);
		if (after(edge, k->edge))
			k->edge = edge;
		if (after(seg->ack, k->snd_una)) {
			k->snd_una = seg->ack;
			k->progress_us = w->now;
		}
		if (end != seg->seq && after(end, k->rcv_nxt)) {
			k->rcv_nxt = end;
			k->heard_us = w->now;
			if (seg->flags & TCOPY_FIN)
				k->peer_fin = true;
		}
	}
	if (answer(w, seg, now))
		return false;
	tcopy_track_header(&k->t, seg, now);
	return true;
}

/* At the end of time. */
void copy_finish(struct world *w)
{
	struct copy *k = &w->k;
	struct server *s = &w->s;
	u32 got = s->rcv_nxt - (s->isn + 1) - s->fin;
	u32 want = w->o.nxt - k->base;

	if (w->p.pick_at && !k->began)
		return;		/* nothing came that was sure */
	FAIL_IF(!k->freed, "never ended");
	FAIL_IF(k->hold.bytes || k->hold.first, "memory is still held");
	if (w->p.hostile)
		return;
	if (s->was_open && s->isn == w->p.isn + k->shift)
		FAIL_IF(got > want, "delivered %u, production took %u", got,
			want);
	if (w->p.all)
		FAIL_IF(s->served != w->p.reqs, "served %u of %u requests",
			s->served, w->p.reqs);
	if (w->p.exact && k->end == TCOPY_END_CLOSED) {
		FAIL_IF(got != want, "delivered %u of %u bytes", got, want);
		FAIL_IF(!w->o.rst && w->o.fin && !s->fin, "no FIN delivered");
	}
	/* without loss; a RST that got lost is nothing a copier can know of */
	if (w->p.exact && !w->p.copy.loss)
		FAIL_IF(s->state != S_CLOSED && s->state != S_LISTEN,
			"the test server keeps an orphan");
}
