/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_WATCH_H
#define TCOPY_ONLINE_WATCH_H

#include "lib/types.h"

struct tcopy_target;

/* counters that are watched, see watch.c */
#define TCOPY_WATCHED	12

/**
 * struct tcopy_watch - which counters of trouble grow; tcopy_net.lock
 * @value:	when they were looked at last
 * @grew_us:	when each was seen to grow last
 * @looked_us:	when they were; 0: not since somebody listens
 * @counts:	bit per counter that grows
 */
struct tcopy_watch {
	u64 value[TCOPY_WATCHED];
	u64 grew_us[TCOPY_WATCHED];
	u64 looked_us;
	u16 counts;
};

void tcopy_watch_step(struct tcopy_target *t, u64 now_us);

#endif
