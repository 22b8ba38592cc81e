/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A CPU's time for copying: a token bucket, and what was used of late. Pure:
 * the caller reads the clock, twice a batch.
 */
#ifndef TCOPY_ONLINE_SHARE_H
#define TCOPY_ONLINE_SHARE_H

#include "../lib/types.h"

#define TCOPY_SHARE_DEFAULT	20
#define TCOPY_SHARE_ALL		100	/* percent: no limit */

/**
 * struct tcopy_share - the copies' share of one CPU
 * @tokens_ns:	time that may be spent now; less than 0: spent already
 * @filled_ns:	when tokens were last added
 * @entry_ns:	what a queue entry costs on average
 * @window_ns:	when the second that @used_ns counts began
 * @used_ns:	time spent in it
 * @lately:	percent of the CPU in the second before; READ_ONCE
 *
 * Written in softirq of its CPU alone.
 */
struct tcopy_share {
	s64 tokens_ns;
	u64 filled_ns;
	u32 entry_ns;
	u32 lately;
	u64 window_ns;
	u64 used_ns;
};

void tcopy_share_init(struct tcopy_share *s, u64 now_ns);
unsigned int tcopy_share_allow(struct tcopy_share *s, unsigned int percent,
			       unsigned int most, u64 now_ns);
void tcopy_share_charge(struct tcopy_share *s, unsigned int percent,
			unsigned int entries, u64 since_ns, u64 now_ns);
u64 tcopy_share_wait(const struct tcopy_share *s, unsigned int percent);
u32 tcopy_share_lately(const struct tcopy_share *s, u64 now_ns);

#endif
