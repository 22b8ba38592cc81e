// SPDX-License-Identifier: GPL-2.0
/*
 * What the test server has above a hole, and what is to be sent again. See
 * track.h.
 *
 * DOC: A small scoreboard
 *
 * RFC 6675, with two simplifications. A few ranges are remembered; when there
 * are more, the highest is forgotten, because the holes are filled from below,
 * and the server tells of it again. And once a loss has been found, all holes
 * below the highest range are taken for lost: what is reordered so far as to
 * look like a loss is sent twice.
 *
 * A server may drop what it has told of (RFC 2018, section 8): a timeout
 * forgets all.
 */
#include "track_int.h"

/* One more range above @snd_una, merged with those that it meets. */
static void tcopy_sack_add(struct tcopy_track *t, u32 left, u32 right)
{
	unsigned int from = 0, to, i;

	while (from < t->sacks && before(t->sack[from][1], left))
		from++;
	for (to = from; to < t->sacks && !after(t->sack[to][0], right); to++) {
		if (before(t->sack[to][0], left))
			left = t->sack[to][0];
		if (after(t->sack[to][1], right))
			right = t->sack[to][1];
	}
	if (to == from) {
		if (from == TCOPY_T_SACKS)
			return;
		if (t->sacks < TCOPY_T_SACKS)
			t->sacks++;
		for (i = t->sacks - 1; i > from; i--) {
			t->sack[i][0] = t->sack[i - 1][0];
			t->sack[i][1] = t->sack[i - 1][1];
		}
	} else if (to > from + 1) {
		for (i = from + 1; to < t->sacks; i++, to++) {
			t->sack[i][0] = t->sack[to][0];
			t->sack[i][1] = t->sack[to][1];
		}
		t->sacks = (u8)i;
	}
	t->sack[from][0] = left;
	t->sack[from][1] = right;
}

/**
 * tcopy_track_sack_clear() - nothing is known any more
 * @t: track
 */
void tcopy_track_sack_clear(struct tcopy_track *t)
{
	t->sacks = 0;
	t->rtx_nxt = t->snd_una;
}

/**
 * tcopy_track_sack_recv() - take a header's blocks (RFC 2018)
 * @t:		track; its @snd_una has moved already
 * @seg:	the header; blocks that lie below or were never sent, and those
 *		of a duplicate (RFC 2883), mean nothing
 *
 * Return: bytes above @snd_una that are known to have arrived.
 */
u32 tcopy_track_sack_recv(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->sacks; i++) {
		if (!after(t->sack[i][1], t->snd_una))
			continue;
		t->sack[n][0] = t->sack[i][0];
		t->sack[n][1] = t->sack[i][1];
		n++;
	}
	t->sacks = (u8)n;
	if (before(t->rtx_nxt, t->snd_una))
		t->rtx_nxt = t->snd_una;
	/* Two blocks half the sequence space away would look like in order:
	 * before() and after() do not do.
	 */
	for (i = 0; i < seg->sacks; i++) {
		u32 left = seg->sack[i][0] - t->snd_una;
		u32 right = seg->sack[i][1] - t->snd_una;

		if (left && left < right && right <= t->snd_max - t->snd_una)
			tcopy_sack_add(t, seg->sack[i][0], seg->sack[i][1]);
	}
	return t->sacks ? tcopy_track_sack_below(t, t->snd_max) : 0;
}

/**
 * tcopy_track_sack_below() - what has arrived of [@snd_una, @seq)
 * @t:		track
 * @seq:	in [@snd_una, @snd_max]
 *
 * Return: bytes.
 */
u32 tcopy_track_sack_below(const struct tcopy_track *t, u32 seq)
{
	unsigned int i;
	u32 sum = 0;

	for (i = 0; i < t->sacks && before(t->sack[i][0], seq); i++) {
		u32 left = t->sack[i][0], right = t->sack[i][1];

		/* a server that takes back what it had told of */
		if (before(left, t->snd_una))
			left = t->snd_una;
		if (after(right, seq))
			right = seq;
		if (before(left, right))
			sum += right - left;
	}
	return sum;
}

/**
 * tcopy_track_sack_pipe() - bytes on their way while a loss is repaired
 * @t:	track with TCOPY_T_RECOVERY
 *
 * What lies above the highest range, and what was sent again below it.
 */
u32 tcopy_track_sack_pipe(const struct tcopy_track *t)
{
	u32 top, again = t->rtx_nxt;

	if (!t->sacks)
		return t->snd_max - t->snd_una;
	top = t->sack[t->sacks - 1][1];
	if (after(again, top))
		again = top;
	return t->snd_max - top + again - t->snd_una -
	       tcopy_track_sack_below(t, again);
}

/**
 * tcopy_track_sack_hole() - the next bytes that did not arrive
 * @t:		track
 * @seq:	look from here on; moved behind what did
 *
 * Return: bytes to the next range, 0 when there is none above.
 */
u32 tcopy_track_sack_hole(const struct tcopy_track *t, u32 *seq)
{
	unsigned int i;

	for (i = 0; i < t->sacks; i++) {
		if (before(*seq, t->sack[i][0]))
			return t->sack[i][0] - *seq;
		if (before(*seq, t->sack[i][1]))
			*seq = t->sack[i][1];
	}
	return 0;
}
