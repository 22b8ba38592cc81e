// SPDX-License-Identifier: GPL-2.0
/* watch: counters that tell of trouble, as events for those who listen. */

#include <linux/tcopy.h>
#include "event.h"
#include "watch.h"

/* How often they are looked at, and when one rests again. */
#define WATCH_LOOK_US	(USEC_PER_SEC * 9 / 10)
#define WATCH_REST_US	(5 * (u64)USEC_PER_SEC)

static const u8 watched[TCOPY_WATCHED] = {
	TCOPY_A_STAT_SESSION_LIMIT, TCOPY_A_STAT_MEMORY_LIMIT,
	TCOPY_A_STAT_CPU_LIMIT, TCOPY_A_STAT_RATE_LIMIT,
	TCOPY_A_STAT_QUEUE_FULL, TCOPY_A_STAT_NO_MEMORY,
	TCOPY_A_STAT_TUPLE_TAKEN, TCOPY_A_STAT_END_SHED,
	TCOPY_A_STAT_END_REFUSED, TCOPY_A_STAT_END_NO_SYNACK,
	TCOPY_A_STAT_SEND_FAILED, TCOPY_A_STAT_HEADERS_LOST,
};

/**
 * tcopy_watch_step() - look at a target's counters, once a second at most
 * @t:		the target
 * @now_us:	now
 *
 * Costs a question when nobody listens.
 *
 * Context: process; tcopy_net.lock held; may sleep.
 */
void tcopy_watch_step(struct tcopy_target *t, u64 now_us)
{
	struct tcopy_watch *w = &t->watch;
	bool first = !w->looked_us;
	unsigned int i;
	u64 value;

	if (!tcopy_event_wanted(t->tn)) {
		w->looked_us = 0;
		w->counts = 0;
		return;
	}
	if (!first && now_us - w->looked_us < WATCH_LOOK_US)
		return;
	w->looked_us = now_us;
	for (i = 0; i < TCOPY_WATCHED; i++) {
		value = tcopy_target_stat(t, watched[i]);
		/* less: it was reset meanwhile */
		if (!first && value > w->value[i]) {
			w->grew_us[i] = now_us;
			if (!(w->counts & BIT(i)))
				tcopy_event_counter(t, TCOPY_EVENT_COUNTS,
						    watched[i], value);
			w->counts |= BIT(i);
		} else if (w->counts & BIT(i) &&
			   now_us - w->grew_us[i] >= WATCH_REST_US) {
			tcopy_event_counter(t, TCOPY_EVENT_RESTS, watched[i],
					    value);
			w->counts &= ~BIT(i);
		}
		w->value[i] = value;
	}
}
