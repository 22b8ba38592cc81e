// SPDX-License-Identifier: GPL-2.0
/* A model of hold.c: buffers sorted by sequence number, none overlapping. */
#include "sim.h"

void hold_init(struct hold *h, u32 seq)
{
	h->first = NULL;
	h->sent = seq;
	h->cap_nxt = seq;
	h->bytes = 0;
}

/* What is new of [seq, end) is kept, in as many buffers as there are gaps. */
bool hold_add(struct hold *h, u32 seq, u32 end, u32 ack, u32 gap_us,
	      bool begins)
{
	struct buf **at = &h->first, *b;
	bool added = false;
	u32 base = seq;

	if (before(seq, h->cap_nxt))
		seq = h->cap_nxt;
	while (before(seq, end)) {
		u32 stop = end;

		while (*at && !after((*at)->end, seq))
			at = &(*at)->next;
		if (*at && !after((*at)->seq, seq)) {
			seq = (*at)->end;
			continue;
		}
		if (*at && before((*at)->seq, stop))
			stop = (*at)->seq;
		b = malloc(sizeof(*b));
		if (!b)
			abort();
		*b = (struct buf){ .seq = seq, .end = stop, .ack = ack,
				   .gap_us = gap_us, .next = *at,
				   .begins = begins && seq == base };
		*at = b;
		h->bytes += stop - seq;
		added = true;
		seq = stop;
	}
	for (b = h->first; b; b = b->next)
		if (b->seq == h->cap_nxt)
			h->cap_nxt = b->end;
	return added;
}

const struct buf *hold_at(const struct hold *h, u32 seq)
{
	const struct buf *b;

	for (b = h->first; b; b = b->next)
		if (!before(seq, b->seq) && before(seq, b->end))
			return b;
	return NULL;
}

bool hold_next(const struct hold *h, struct tcopy_chunk *chunk)
{
	const struct buf *b = hold_at(h, h->sent);

	if (!b)
		return false;
	chunk->seq = b->seq;
	chunk->end = b->end;
	chunk->ack = b->ack;
	chunk->gap_us = b->gap_us;
	return true;
}

bool hold_has(const struct hold *h, u32 seq, u32 end)
{
	const struct buf *b;

	for (b = h->first; b && before(seq, end); b = b->next)
		if (!before(seq, b->seq) && before(seq, b->end))
			seq = b->end;
	return !before(seq, end);
}

void hold_release(struct hold *h, u32 seq)
{
	struct buf *b;

	while ((b = h->first) && !after(b->end, seq)) {
		h->first = b->next;
		h->bytes -= b->end - b->seq;
		free(b);
	}
}

/* Go on from the first request at @seq or behind; all before it is freed. */
bool hold_restart(struct hold *h, u32 seq, struct tcopy_chunk *first)
{
	struct buf *b;

	while ((b = h->first) && before(b->seq, h->cap_nxt)) {
		if (b->begins && !before(b->seq, seq)) {
			h->sent = b->seq;
			return hold_next(h, first);
		}
		h->first = b->next;
		h->bytes -= b->end - b->seq;
		free(b);
	}
	hold_purge(h);
	h->sent = h->cap_nxt;
	return false;
}

void hold_purge(struct hold *h)
{
	struct buf *b;

	while ((b = h->first)) {
		h->first = b->next;
		h->bytes -= b->end - b->seq;
		free(b);
	}
}
