// SPDX-License-Identifier: GPL-2.0
/*
 * sim [--sessions N] [--seed S] [--class NAME] [--only CLASS:INDEX] [--trace]
 *
 * One line for each class of sessions, then `N passed, N failed` (sessions). A
 * failing session says how to run it alone.
 */
#include <getopt.h>

#include "sim.h"

#define FIRST_US	(1 * MS)	/* the copy's clock is never 0 */
#define END_US		(40000 * SEC)
#define EVENTS_MAX	400000

/* A header with fields near those that matter, or anywhere. */
static void garbage(struct world *w)
{
	u32 places[] = {
		w->s.snd_nxt, w->s.snd_una, w->s.rcv_nxt, w->k.snd_max,
		w->p.isn, w->p.isn + 1, w->p.server_isn, w->s.rcv_adv,
	};
	struct tcopy_seg seg = {0};

	seg.seq = chance(w, 200) ? rnd(w, ~0U) :
		  places[rnd(w, 8)] + rnd(w, 5) - 2;
	seg.ack = chance(w, 200) ? rnd(w, ~0U) :
		  places[rnd(w, 8)] + rnd(w, 5) - 2;
	seg.len = chance(w, 600) ? 0 : chance(w, 500) ? rnd(w, 3000) :
							rnd(w, ~0U);
	seg.flags = chance(w, 500) ? TCOPY_ACK : (u8)rnd(w, 256);
	if (chance(w, 900))
		seg.flags &= ~TCOPY_RST;
	seg.opts = (u8)rnd(w, 256);
	seg.win = chance(w, 300) ? 0 : (u16)rnd(w, 65536);
	seg.mss = (u16)rnd(w, 65536);
	seg.wscale = (u8)rnd(w, 256);
	seg.tsval = rnd(w, ~0U);
	seg.tsecr = rnd(w, ~0U);
	seg.sacks = (u8)rnd(w, 5);
	for (int i = 0; i < 4; i++) {
		seg.sack[i][0] = places[rnd(w, 8)] + rnd(w, 5000) - 2500;
		seg.sack[i][1] = places[rnd(w, 8)] + rnd(w, 5000) - 2500;
	}
	if (copy_header(w, &seg))
		copy_run(w);
}

static bool pure_ack(const struct tcopy_seg *seg)
{
	return seg->flags == TCOPY_ACK && !seg->len;
}

static void headers(struct world *w, struct ev *ev)
{
	const struct ev *next;
	struct tcopy_seg seg;
	bool run = false;

	/* a datagram often holds more than one */
	while (chance(w, 500) && (next = ev_peek(w)) &&
	       next->type == EV_HEADER && next->at <= w->now + 300) {
		seg = ev->seg;
		ev_pop(w, ev);
		if (!w->p.leave_out || !pure_ack(&seg) || !pure_ack(&ev->seg))
			run |= copy_header(w, &seg);
	}
	run |= copy_header(w, &ev->seg);
	if (run)
		copy_run(w);
}

/* Some clients think for long, or for very long. */
static void think(struct world *w, struct plan *p)
{
	unsigned int k;

	if (!chance(w, 60))
		return;
	for (k = 0; k < p->reqs; k++)
		if (chance(w, 400))
			p->req[k].think_us = between(w, 1500, 8000) * MS;
	if (chance(w, 100)) {
		p->req[rnd(w, p->reqs)].think_us = between(w, 4200, 4500) * SEC;
		p->idle_us = 5000 * SEC;
	}
}

static void session(struct world *w, const struct class *class, u64 seed,
		    bool packs)
{
	struct ev ev, *heap = w->heap;
	unsigned int size = w->heap_size, i;
	bool tracing = w->tracing;

	memset(w, 0, sizeof(*w));
	w->heap = heap;
	w->heap_size = size;
	w->tracing = tracing;
	w->packs = packs;
	w->rng = seed;
	w->now = FIRST_US;
	class->draw(w, &w->p);
	think(w, &w->p);
	server_start(w);
	ev_at(w, ev_new(&ev, EV_START), w->now);
	for (i = 0; i < w->p.garbage; i++)
		ev_at(w, ev_new(&ev, EV_GARBAGE),
		      w->now + rnd(w, chance(w, 500) ? 100000 : 5000000));
	if (w->p.enforce_at)
		ev_at(w, ev_new(&ev, EV_ENFORCE), w->now + w->p.enforce_at);

	while (!w->why[0] && ev_pop(w, &ev)) {
		if (w->now > END_US || ++w->k.events > EVENTS_MAX) {
			fail(w, "does not come to an end");
			break;
		}
		switch (ev.type) {
		case EV_START:
			if (!w->p.pick_at)
				copy_start(w, 0, 0);
			client_start(w);
			break;
		case EV_COPY:
			server_packet(w, ev.copy.th, ev.copy.hlen, ev.copy.len);
			break;
		case EV_HEADER:
			headers(w, &ev);
			break;
		case EV_TIMER:
			copy_timer(w);
			break;
		case EV_SERVER:
		case EV_REPLY:
			server_event(w, &ev);
			break;
		case EV_GARBAGE:
			garbage(w);
			break;
		case EV_ENFORCE:
			if (w->k.began && !w->k.freed)
				tcopy_track_end(&w->k.t, w->p.enforce, w->now);
			copy_run(w);
			break;
		default:
			client_event(w, &ev);
		}
	}
	if (!w->why[0])
		copy_finish(w);
	hold_purge(&w->k.hold);
}

static u64 seed_of(u64 seed, unsigned int class, unsigned int index)
{
	u64 z = seed * 0x9e3779b97f4a7c15ULL + class * 0xd1b54a32d192ed03ULL +
		index * 0x2545f4914f6cdd1dULL;

	return (z ^ z >> 29) * 0xbf58476d1ce4e5b9ULL;
}

static struct world w, plain;

/* A session that was put away goes on as if it had not been. */
static void check_packed(const struct class *class, u64 seed)
{
	if (!w.k.packed || w.why[0])
		return;
	session(&plain, class, seed, false);
	if (plain.k.digest != w.k.digest || plain.k.end != w.k.end ||
	    plain.now != w.now)
		fail(&w, "was put away, and goes on otherwise");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "sessions", 1, NULL, 'n' }, { "seed", 1, NULL, 's' },
		{ "class", 1, NULL, 'c' }, { "only", 1, NULL, 'o' },
		{ "trace", 0, NULL, 't' }, { "quiet", 0, NULL, 'q' }, {0},
	};
	unsigned int passed = 0, failed = 0, shares = 0, c, i, n, bad, rare;
	unsigned long answered, packed;
	const char *class = NULL, *only = NULL;
	unsigned int sessions = 100000, index = 0;
	char name[64] = "";
	bool quiet = false;
	u64 seed = 1;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'n')
			sessions = strtoul(optarg, NULL, 0);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (opt == 'c')
			class = optarg;
		else if (opt == 'o')
			only = optarg;
		else if (opt == 't')
			w.tracing = true;
		else if (opt == 'q')
			quiet = true;
		else
			return 2;
	}
	if (only) {
		if (sscanf(only, "%63[^:]:%u", name, &index) != 2)
			return 2;
		class = name;
	}

	for (c = 0; c < classes_n; c++)
		shares += classes[c].share;
	for (c = 0; c < classes_n; c++) {
		u32 ends[16] = {0};

		if (class && strcmp(class, classes[c].name))
			continue;
		n = class ? sessions : sessions * classes[c].share / shares + 1;
		bad = 0;
		rare = 0;
		answered = 0;
		packed = 0;
		for (i = only ? index : 0; i < (only ? index + 1 : n); i++) {
			session(&w, &classes[c], seed_of(seed, c, i), true);
			check_packed(&classes[c], seed_of(seed, c, i));
			ends[w.k.end & 15]++;
			answered += w.k.answered;
			packed += w.k.packed;
			if (!w.why[0] && w.p.rare & ~w.p.ends & 1 << w.k.end &&
			    ++rare > 3 + n / 300)
				fail(&w, "too often end %d", w.k.end);
			if (!w.why[0]) {
				passed++;
				continue;
			}
			failed++;
			if (bad++ < 3)
				printf("not ok %s %s (sim --seed %llu --only %s:%u --trace)\n",
				       classes[c].name, w.why,
				       (unsigned long long)seed,
				       classes[c].name, i);
		}
		if (bad) {
			printf("not ok %s %u of %u sessions\n",
			       classes[c].name, bad, n);
		} else if (!quiet) {
			printf("ok %s %u sessions, ends:", classes[c].name, n);
			for (i = 0; i < 16; i++)
				if (ends[i])
					printf(" %u:%u", i, ends[i]);
			printf("; headers it did not run for: %lu, put away: %lu\n",
			       answered, packed);
		}
		fflush(stdout);
	}
	free(w.heap);
	free(plain.heap);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed ? 1 : 0;
}
