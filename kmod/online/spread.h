/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How times are spread: a histogram with four slots a power of two, so that
 * what it says is at most a quarter too much. Pure.
 */
#ifndef TCOPY_ONLINE_SPREAD_H
#define TCOPY_ONLINE_SPREAD_H

#include "../lib/types.h"

/* Up to 2^32 nanoseconds; what takes longer is in the last. */
#define TCOPY_SPREAD_SLOTS	124

/**
 * struct tcopy_spread - how long something took, each time
 * @n:		how often, by tcopy_spread_slot()
 * @time_ns:	the sum
 */
struct tcopy_spread {
	u64 n[TCOPY_SPREAD_SLOTS];
	u64 time_ns;
};

/**
 * tcopy_spread_slot() - where a time is counted
 * @ns: the time
 */
static inline unsigned int tcopy_spread_slot(u64 ns)
{
	u32 v = min_t(u64, ns, ~0U);
	unsigned int top;

	if (v < 4)
		return v;
	top = fls(v) - 1;
	return (top - 1) * 4 + ((v >> (top - 2)) & 3);
}

/**
 * tcopy_spread_most() - the longest time that a slot counts
 * @slot: less than TCOPY_SPREAD_SLOTS
 *
 * Return: nanoseconds.
 */
static inline u32 tcopy_spread_most(unsigned int slot)
{
	unsigned int shift;

	if (slot < 4)
		return slot;
	shift = slot / 4 - 1;
	return (u32)(((u64)(4 + slot % 4 + 1) << shift) - 1);
}

/**
 * tcopy_spread_count() - how many times were counted
 * @s: the histogram
 */
static inline u64 tcopy_spread_count(const struct tcopy_spread *s)
{
	unsigned int i;
	u64 n = 0;

	for (i = 0; i < TCOPY_SPREAD_SLOTS; i++)
		n += s->n[i];
	return n;
}

/**
 * tcopy_spread_percentile() - what most did not take longer than
 * @s:		the histogram
 * @percent:	how many of them, 1 to 100
 *
 * Return: nanoseconds, a quarter too much at most; 0: nothing was counted.
 */
static inline u32 tcopy_spread_percentile(const struct tcopy_spread *s,
					  unsigned int percent)
{
	u64 left = div_u64(tcopy_spread_count(s) * percent + 99, 100);
	unsigned int i;

	for (i = 0; left && i < TCOPY_SPREAD_SLOTS; i++) {
		if (s->n[i] >= left)
			return tcopy_spread_most(i);
		left -= s->n[i];
	}
	return 0;
}

#endif
