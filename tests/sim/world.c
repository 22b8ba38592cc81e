// SPDX-License-Identifier: GPL-2.0
/* Time, chance and the network. */
#include <stdarg.h>

#include "sim.h"

/* splitmix64: small, fast, and the same everywhere */
static u64 next(struct world *w)
{
	u64 z = w->rng += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

u32 rnd(struct world *w, u32 below)
{
	return below ? (u32)((next(w) >> 32) * below >> 32) : 0;
}

u32 between(struct world *w, u32 from, u32 to)
{
	return from + rnd(w, to - from + 1);
}

bool chance(struct world *w, unsigned int in_1000)
{
	return in_1000 && rnd(w, 1000) < in_1000;
}

struct ev *ev_new(struct ev *ev, enum ev_type type)
{
	memset(ev, 0, sizeof(*ev));
	ev->type = type;
	return ev;
}

static bool ev_before(const struct ev *a, const struct ev *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

/* A binary heap by time, then by order of arrival. */
void ev_at(struct world *w, struct ev *ev, u64 at)
{
	unsigned int i = w->heap_n++;

	if (w->heap_n > w->heap_size) {
		w->heap_size = w->heap_size ? 2 * w->heap_size : 64;
		w->heap = realloc(w->heap, w->heap_size * sizeof(*w->heap));
		if (!w->heap)
			abort();
	}
	ev->at = at > w->now ? at : w->now;
	ev->order = w->order++;
	while (i && ev_before(ev, &w->heap[(i - 1) / 2])) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = *ev;
}

const struct ev *ev_peek(const struct world *w)
{
	return w->heap_n ? &w->heap[0] : NULL;
}

bool ev_pop(struct world *w, struct ev *ev)
{
	unsigned int i = 0, child;
	struct ev last;

	if (!w->heap_n)
		return false;
	*ev = w->heap[0];
	last = w->heap[--w->heap_n];
	while ((child = 2 * i + 1) < w->heap_n) {
		if (child + 1 < w->heap_n &&
		    ev_before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!ev_before(&w->heap[child], &last))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = last;
	w->now = ev->at;
	return true;
}

/* Send something of @size bytes of payload on its way, or lose it. */
void ev_through(struct world *w, struct ev *ev, struct path *path, u32 size)
{
	u64 at = w->now + path->delay_us;

	if ((path->cut_us && w->now >= path->cut_us) ||
	    (path->mtu && size > path->mtu) || chance(w, path->loss)) {
		trace(w, "  lost: event %d", ev->type);
		return;
	}
	if (path->jitter_us)
		at += rnd(w, path->jitter_us);
	if (chance(w, path->reorder)) {
		ev_at(w, ev, at + between(w, 100, 8000));
	} else {
		if (at < path->last_at)
			at = path->last_at;
		path->last_at = at;
		ev_at(w, ev, at);
	}
	if (chance(w, path->dup))
		ev_at(w, ev, at + between(w, 0, 3000));
}

void trace(struct world *w, const char *fmt, ...)
{
	va_list ap;

	if (!w->tracing)
		return;
	va_start(ap, fmt);
	printf("%11.6f ", w->now / 1e6);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

/* The first failure is kept. */
void fail(struct world *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (w->why[0])
		return;
	n = snprintf(w->why, sizeof(w->why), "%.6f s: ", w->now / 1e6);
	va_start(ap, fmt);
	vsnprintf(w->why + n, sizeof(w->why) - n, fmt, ap);
	va_end(ap);
	trace(w, "FAIL %s", w->why);
}
