// SPDX-License-Identifier: GPL-2.0
/* Kinds of sessions, and what may be expected of each. */
#include "sim.h"

#define END(e)	(1 << TCOPY_END_##e)
#define COUNT(c) (1 << TCOPY_TRACK_##c)
#define ALL_COUNTS (COUNT(PACE_TIMEOUT) | COUNT(PACE_QUIET) | COUNT(PACE_OFF))
#define ALL_OPTS (TCOPY_OPT_MSS | TCOPY_OPT_WS | TCOPY_OPT_SACKOK | \
		  TCOPY_OPT_TS)

/* A number that often lies just before the wrap. */
static u32 number(struct world *w)
{
	if (chance(w, 400))
		return 0 - between(w, 0, chance(w, 500) ? 20 : 200000);
	if (chance(w, 100))
		return 0x7fffffff - rnd(w, 100000);
	return between(w, 0, 0xfffffffe);
}

static u8 options(struct world *w)
{
	u8 opts = ALL_OPTS;

	if (chance(w, 100))
		opts &= ~TCOPY_OPT_MSS;
	if (chance(w, 150))
		opts &= ~TCOPY_OPT_WS;
	if (chance(w, 150))
		opts &= ~TCOPY_OPT_SACKOK;
	if (chance(w, 150))
		opts &= ~TCOPY_OPT_TS;
	return opts;
}

static u64 server_time(struct world *w)
{
	if (chance(w, 700))
		return between(w, 5, 3000);
	return between(w, 1, 120) * MS;
}

/* A clean network, equal answers, a client that closes. */
static void basic(struct world *w, struct plan *p)
{
	static const u16 msses[] = { 1460, 1460, 1440, 536, 1200, 8960 };
	unsigned int k;

	memset(p, 0, sizeof(*p));
	p->reqs = between(w, 1, 8);
	p->depth = 1;
	for (k = 0; k < p->reqs; k++) {
		struct request *r = &p->req[k];

		r->len = chance(w, 800) ? between(w, 1, 900) :
					  between(w, 900, 12000);
		r->answer = chance(w, 700) ? between(w, 1, 3000) :
					     between(w, 3000, 200000);
		r->test_answer = r->answer;
		r->think_us = chance(w, 600) ? between(w, 10, 5000) :
					       between(w, 5, 400) * MS;
		r->online_us = server_time(w);
		r->test_us = server_time(w);
	}
	p->isn = number(w);
	p->online_isn = number(w);
	p->server_isn = number(w);
	p->tsval = number(w);
	p->server_tsval = number(w);
	p->opts = options(w);
	p->server_opts = options(w);
	p->wscale = chance(w, 200) ? rnd(w, 15) : 10;
	p->server_wscale = rnd(w, 11);
	p->mss = msses[rnd(w, 6)];
	p->server_mss = msses[rnd(w, 6)];
	p->path_mss = chance(w, 800) ? 1460 : 1200;
	p->rcvbuf = between(w, 30000, 400000);
	p->pace = true;
	p->idle_us = 600 * SEC;
	p->wait_us = 120 * SEC;
	p->up.delay_us = between(w, 50, 40000);
	p->copy.delay_us = between(w, 20, 1000);
	p->headers.delay_us = between(w, 20, 2000);
	p->ends = END(CLOSED);
	p->exact = true;
	p->prompt = true;
	p->calm = true;
	p->leave_out = chance(w, 500);
	p->fin_rides = chance(w, 500);
	p->late_ack = chance(w, 500);
}

static void lossy(struct world *w, struct plan *p)
{
	p->up.loss = rnd(w, 60);
	p->up.dup = rnd(w, 50);
	p->up.reorder = rnd(w, 100);
	p->up.jitter_us = rnd(w, 2000);
	p->copy.loss = rnd(w, 80);
	p->copy.dup = rnd(w, 50);
	p->copy.reorder = rnd(w, 80);
	p->copy.jitter_us = rnd(w, 1000);
	p->headers.loss = rnd(w, 80);
	p->headers.dup = rnd(w, 50);
	p->headers.reorder = rnd(w, 80);
	p->headers.jitter_us = rnd(w, 1000);
	p->counts = ALL_COUNTS;
	p->prompt = false;
	p->calm = false;
	p->rare = END(NO_SYNACK) | END(TIMEOUT);	/* all tries got lost */
}

static void keepalive(struct world *w, struct plan *p)
{
	basic(w, p);
	p->reqs = between(w, 1, 20);
	for (unsigned int k = 8; k < p->reqs; k++)
		p->req[k] = p->req[k - 8];
}

static void keepalive_lossy(struct world *w, struct plan *p)
{
	keepalive(w, p);
	lossy(w, p);
}

static void upload(struct world *w, struct plan *p)
{
	basic(w, p);
	p->reqs = between(w, 1, 2);
	p->req[0].len = between(w, 20000, 400000);
	p->req[0].answer = between(w, 1, 500);
	p->req[0].test_answer = p->req[0].answer;
}

/* Copying begins in the middle of the connection. */
static void picked_up(struct world *w, struct plan *p)
{
	static const u64 ticks[] = { 1 * MS, 4 * MS, 10 * MS };

	unsigned int k, n = 1;

	if (chance(w, 200)) {
		upload(w, p);
	} else {
		basic(w, p);
		n = p->reqs;
	}
	p->reqs = between(w, n, 20);
	for (k = n; k < p->reqs; k++)
		p->req[k] = p->req[k % n];
	p->pick_at = between(w, 1, 400) * MS;
	p->tick_us = ticks[rnd(w, 3)];
	if (chance(w, 200))
		p->close = CLOSE_HALF;
	if (chance(w, 400))
		lossy(w, p);
	else
		p->stale = chance(w, 100);
	p->stale_next = chance(w, 500);
}

static void server_closes(struct world *w, struct plan *p)
{
	basic(w, p);
	if (chance(w, 500))
		p->reqs = 1;
	p->close = CLOSE_SERVER;
	p->test_close_after = p->reqs;
	if (chance(w, 300))
		lossy(w, p);
}

static void upload_lossy(struct world *w, struct plan *p)
{
	upload(w, p);
	lossy(w, p);
}

static void pipelined(struct world *w, struct plan *p)
{
	basic(w, p);
	p->depth = between(w, 2, 6);
	/* ACKs may move inside a request, for answers that the copy had got
	 * before: gates wait for what does not come
	 */
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
}

static void greeted(struct world *w, struct plan *p)
{
	basic(w, p);
	p->greeting = between(w, 1, 5000);
	if (chance(w, 300))
		lossy(w, p);
}

static void half_closed(struct world *w, struct plan *p)
{
	basic(w, p);
	p->close = CLOSE_HALF;
	if (chance(w, 300))
		lossy(w, p);
}

static void reset(struct world *w, struct plan *p)
{
	basic(w, p);
	p->close = CLOSE_RST;
	if (chance(w, 300))
		lossy(w, p);
}

static void reset_early(struct world *w, struct plan *p)
{
	basic(w, p);
	p->close = CLOSE_RST_EARLY;
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
	p->exact = !p->up.loss && !p->up.reorder && !p->copy.loss &&
		   !p->headers.loss && !p->up.jitter_us;
}

static void slower(struct world *w, struct plan *p)
{
	basic(w, p);
	for (unsigned int k = 0; k < p->reqs; k++)
		p->req[k].test_us += 500 * MS;
	if (chance(w, 300))
		p->close = CLOSE_HALF;
	if (chance(w, 300))
		lossy(w, p);
}

/* Answers begin while the request is still on its way. */
static void early_answers(struct world *w, struct plan *p)
{
	upload(w, p);
	p->reqs = between(w, 1, 6);
	for (unsigned int k = 0; k < p->reqs; k++) {
		struct request *r = &p->req[k];

		if (k)
			r->len = between(w, 10, 60000);
		r->early = rnd(w, r->len);
	}
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
}

static void other_answers(struct world *w, struct plan *p)
{
	basic(w, p);
	for (unsigned int k = 0; k < p->reqs; k++)
		p->req[k].test_answer = between(w, 1, 20000);
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
}

static void silent(struct world *w, struct plan *p)
{
	basic(w, p);
	p->silent = true;
	p->reqs = between(w, 1, 8);
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
}

static void stalled(struct world *w, struct plan *p)
{
	upload(w, p);
	p->rcvbuf = between(w, 5000, 60000);
	p->stall_at = between(w, 1, 30) * MS;
	p->stall_us = between(w, 1, chance(w, 100) ? 400000 : 20000) * MS;
	if (p->stall_us > 100 * SEC)
		p->ends |= END(WAIT);
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
}

/* The test server closes where the online service does not: each request that
 * it has not taken goes to a new connection.
 */
static void closes_early(struct world *w, struct plan *p)
{
	basic(w, p);
	p->test_close_after = between(w, 1, p->reqs);
	p->ends |= END(SERVER_CLOSED) | END(RESET);
	p->counts = ALL_COUNTS;
	p->calm = false;
	if (chance(w, 300))
		lossy(w, p);
	else
		p->all = true;
	p->exact = p->test_close_after == p->reqs;
}

/* Answers come as packets: a window that is bounded, and as the client's. */
static void direct(struct world *w, struct plan *p)
{
	bool closes = chance(w, 200);

	if (closes)
		closes_early(w, p);
	else if (chance(w, 300))
		upload(w, p);
	else
		basic(w, p);
	p->win_max = chance(w, 500) ? 65535 : between(w, 1, 65535);
	if (closes)
		return;
	if (chance(w, 400))
		lossy(w, p);
	else
		p->stale = chance(w, 100);
}

static void both_half_close(struct world *w, struct plan *p)
{
	basic(w, p);
	p->close = CLOSE_SERVER;
	p->reqs = between(w, 2, 8);
	p->test_close_after = between(w, 1, p->reqs);
	p->online_closes_too = true;
	p->ends |= END(SERVER_CLOSED);
	p->counts = ALL_COUNTS;
	p->exact = false;
}

static void server_resets(struct world *w, struct plan *p)
{
	basic(w, p);
	p->test_rst_after = between(w, 1, p->reqs);
	p->ends |= END(RESET);
	p->counts = ALL_COUNTS;
	p->calm = false;
	p->exact = false;
	if (chance(w, 300)) {
		lossy(w, p);
		p->rare |= END(WAIT);	/* a RST that got lost */
	} else {
		p->all = true;
	}
}

static void refused(struct world *w, struct plan *p)
{
	basic(w, p);
	p->refuse = true;
	p->ends = END(REFUSED);
}

static void dead(struct world *w, struct plan *p)
{
	basic(w, p);
	p->dead = true;
	p->calm = false;
	p->ends = END(NO_SYNACK);
}

static void stale(struct world *w, struct plan *p)
{
	basic(w, p);
	p->stale = true;
	p->stale_next = chance(w, 500);
}

static void black_hole(struct world *w, struct plan *p)
{
	basic(w, p);
	p->copy.cut_us = between(w, 1, 200) * MS;
	if (chance(w, 500))
		p->headers.cut_us = p->copy.cut_us;
	p->keepalive = chance(w, 300);
	p->ends = END(TIMEOUT) | END(WAIT) | END(CLOSED) | END(RESET) |
		  END(NO_SYNACK);
	p->counts = ALL_COUNTS;
	p->least_us = 30 * SEC;
	p->calm = false;
	p->exact = false;
	p->prompt = false;
}

static void small_mtu(struct world *w, struct plan *p)
{
	upload(w, p);
	p->copy.mtu = between(w, 536, 1400);
	p->calm = false;
	p->prompt = false;
	p->counts = ALL_COUNTS;
}

static void idle(struct world *w, struct plan *p)
{
	basic(w, p);
	p->close = CLOSE_NEVER;
	p->keepalive = chance(w, 500);
	p->ends = END(IDLE);
	if (p->keepalive) {
		/* it stays open for as long as it is answered */
		p->enforce_at = between(w, 30, 3000) * SEC;
		p->enforce = TCOPY_END_REMOVED;
		p->ends |= END(REMOVED);
	}
}

static void enforced(struct world *w, struct plan *p)
{
	static const enum tcopy_end why[] = {
		TCOPY_END_GAP, TCOPY_END_SHED, TCOPY_END_REUSED,
		TCOPY_END_REMOVED, TCOPY_END_UNSUPPORTED,
	};

	basic(w, p);
	p->enforce_at = between(w, 1000, 500000);
	p->enforce = why[rnd(w, 5)];
	p->ends |= 1 << p->enforce;
	p->counts = ALL_COUNTS;
	if (chance(w, 300))
		lossy(w, p);
	p->exact = !p->copy.loss && !p->headers.loss && !p->up.loss &&
		   !p->up.reorder;
}

static void unpaced(struct world *w, struct plan *p)
{
	basic(w, p);
	p->pace = false;
	p->depth = between(w, 1, 4);
	if (chance(w, 300)) {
		lossy(w, p);
		/* a last request that gets lost again and again */
		p->counts = COUNT(PACE_TIMEOUT) | COUNT(PACE_QUIET);
	}
}

static void garbage(struct world *w, struct plan *p)
{
	basic(w, p);
	lossy(w, p);
	p->garbage = between(w, 1, 200);
	p->hostile = true;
	p->exact = false;
	p->ends = ~0U;
	p->counts = ALL_COUNTS;
	p->greeting = chance(w, 200) ? 100 : 0;
	p->close = rnd(w, CLOSE_NEVER + 1);
	p->idle_us = 60 * SEC;
}

const struct class classes[] = {
	{ "keepalive", keepalive, 12 },
	{ "keepalive-lossy", keepalive_lossy, 14 },
	{ "server-closes", server_closes, 8 },
	{ "upload", upload, 3 },
	{ "upload-lossy", upload_lossy, 6 },
	{ "pipelined", pipelined, 5 },
	{ "server-speaks-first", greeted, 5 },
	{ "half-closed", half_closed, 4 },
	{ "client-resets", reset, 4 },
	{ "client-resets-early", reset_early, 4 },
	{ "slower-server", slower, 5 },
	{ "early-answers", early_answers, 4 },
	{ "other-answers", other_answers, 5 },
	{ "silent-server", silent, 3 },
	{ "zero-window", stalled, 3 },
	{ "server-closes-early", closes_early, 4 },
	{ "both-half-closed", both_half_close, 2 },
	{ "server-resets", server_resets, 3 },
	{ "refused", refused, 1 },
	{ "no-synack", dead, 1 },
	{ "stale-connection", stale, 2 },
	{ "black-hole", black_hole, 3 },
	{ "small-mtu", small_mtu, 1 },
	{ "idle", idle, 2 },
	{ "ended-by-session", enforced, 3 },
	{ "not-paced", unpaced, 3 },
	{ "garbage", garbage, 10 },
	{ "picked-up", picked_up, 8 },
	{ "direct", direct, 8 },
};

const unsigned int classes_n = sizeof(classes) / sizeof(classes[0]);
