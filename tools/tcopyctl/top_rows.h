/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel has, as the tables of top. */
#ifndef TCOPYCTL_TOP_ROWS_H
#define TCOPYCTL_TOP_ROWS_H

#include "state.h"
#include "top_screen.h"

/**
 * struct top_sample - how things stand at a moment
 * @at_us:	monotonic clock
 * @online:	tcopy is loaded: @targets and @host hold
 * @test:	tcopy_intercept is loaded: @icepts, @records and @relay hold
 * @targets:	a row each
 * @icepts:	a row each
 * @records:	one row: records lost and superseded
 * @host:	limits, and what is used of them
 * @relay:	one takes the answers
 * @why:	why there is nothing; "" when there is
 */
struct top_sample {
	u64 at_us;
	bool online, test;
	struct top_table targets, icepts, records;
	struct host host;
	bool relay;
	char why[TOP_NOTE];
};

void top_sample_take(struct top_sample *to, const struct state_now *now,
		     u64 at_us);
void top_sample_none(struct top_sample *to, const char *why, u64 at_us);
void top_sample_rates(struct top_sample *now, const struct top_sample *before);
void top_sample_free(struct top_sample *sample);

#endif
