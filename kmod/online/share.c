// SPDX-License-Identifier: GPL-2.0
/* share: how much of a CPU copying may take. See share.h. */

#include "share.h"

#define MS	1000000ULL

/* What is not used is kept for so long: a burst may use it. */
#define SHARE_KEEP_NS	(50 * MS)
/* So many times that is the most that can be owed. One reading of the clock
 * may span a time in which the hypervisor ran somebody else: copying does not
 * stand still for seconds because of that.
 */
#define SHARE_OWED	4
/* After a wait there is so much to spend: a timer an entry would be dear. */
#define SHARE_QUANTUM_NS (MS / 10)
/* "Lately" is so long. */
#define SHARE_WINDOW_NS	(1000 * MS)
/* Cost of an entry before one was measured. */
#define SHARE_ENTRY_NS	5000
#define SHARE_ENTRY_MAX_NS (10 * MS)

static u64 share_part(u64 ns, unsigned int percent)
{
	return div_u64(ns * percent, 100);
}

static void share_fill(struct tcopy_share *s, unsigned int percent, u64 now_ns)
{
	s64 most = share_part(SHARE_KEEP_NS, percent);
	u64 passed = now_ns > s->filled_ns ? now_ns - s->filled_ns : 0;

	passed = min_t(u64, passed, 100 * SHARE_WINDOW_NS);
	s->tokens_ns = min_t(s64, s->tokens_ns + share_part(passed, percent),
			     most);
	s->tokens_ns = max_t(s64, s->tokens_ns, -SHARE_OWED * most);
	s->filled_ns = now_ns;
}

/**
 * tcopy_share_init() - nothing was used yet
 * @s:		the share
 * @now_ns:	now
 */
void tcopy_share_init(struct tcopy_share *s, u64 now_ns)
{
	memset(s, 0, sizeof(*s));
	s->filled_ns = now_ns;
	s->window_ns = now_ns;
	s->tokens_ns = SHARE_QUANTUM_NS;
	s->entry_ns = SHARE_ENTRY_NS;
}

/**
 * tcopy_share_allow() - how many entries may be worked off now
 * @s:		the share
 * @percent:	the limit, 1 to 100
 * @most:	entries of a batch at most
 * @now_ns:	now
 *
 * Return: 0: none, wait for tcopy_share_wait(); else one at least.
 */
unsigned int tcopy_share_allow(struct tcopy_share *s, unsigned int percent,
			       unsigned int most, u64 now_ns)
{
	u64 n;

	share_fill(s, percent, now_ns);
	if (percent >= TCOPY_SHARE_ALL)
		return most;
	if (s->tokens_ns <= 0)
		return 0;
	n = div_u64(s->tokens_ns, s->entry_ns) + 1;
	return min_t(u64, n, most);
}

/**
 * tcopy_share_charge() - time was spent
 * @s:		the share
 * @percent:	the limit, 1 to 100
 * @entries:	entries worked off in it; 0: other work
 * @since_ns:	when it began
 * @now_ns:	now
 */
void tcopy_share_charge(struct tcopy_share *s, unsigned int percent,
			unsigned int entries, u64 since_ns, u64 now_ns)
{
	u64 used = now_ns > since_ns ? now_ns - since_ns : 0, passed;
	u32 entry, us;

	share_fill(s, percent, now_ns);
	s->tokens_ns -= used;
	share_fill(s, percent, now_ns);
	if (entries) {
		entry = min_t(u64, div_u64(used, entries), SHARE_ENTRY_MAX_NS);
		s->entry_ns = max_t(u32, s->entry_ns - s->entry_ns / 8 +
					 entry / 8, 100);
	}

	s->used_ns += used;
	passed = now_ns > s->window_ns ? now_ns - s->window_ns : 0;
	if (passed < SHARE_WINDOW_NS)
		return;
	/* In microseconds, rounded up: something is more than nothing. */
	us = div_u64(min_t(u64, passed, 1000 * SHARE_WINDOW_NS), 1000);
	s->lately = min_t(u64, div_u64(div_u64(s->used_ns, 10) + us - 1, us),
			  100);
	s->window_ns = now_ns;
	s->used_ns = 0;
}

/**
 * tcopy_share_wait() - until there is something to spend again
 * @s:		the share, just charged
 * @percent:	the limit, 1 to 100
 *
 * Return: nanoseconds; 0: go on at once.
 */
u64 tcopy_share_wait(const struct tcopy_share *s, unsigned int percent)
{
	if (percent >= TCOPY_SHARE_ALL || s->tokens_ns > 0)
		return 0;
	return div_u64((u64)(SHARE_QUANTUM_NS - s->tokens_ns) * 100, percent);
}

/**
 * tcopy_share_lately() - what was used
 * @s:		the share
 * @now_ns:	now
 *
 * Context: any; racy, which a figure to be looked at may be.
 *
 * Return: percent of the CPU in about the last second, rounded up.
 */
u32 tcopy_share_lately(const struct tcopy_share *s, u64 now_ns)
{
	u64 window_ns = s->window_ns;

	if (now_ns > window_ns && now_ns - window_ns > 2 * SHARE_WINDOW_NS)
		return s->used_ns ? 1 : 0;
	return s->lately;
}
