/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hrtimer_setup() came with 6.13 and hrtimer_init() left with 6.15. Both
 * kernels of the matrix (6.1, 6.12) know hrtimer_init() alone; a newer one is
 * probed for here and nowhere else.
 */
#ifndef TCOPY_COMPAT_HRTIMER_H
#define TCOPY_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>

/**
 * tcopy_hrtimer_setup() - prepare a timer on the monotonic clock
 * @timer:	the timer
 * @fn:		what runs when it expires
 * @mode:	HRTIMER_MODE_...
 */
static inline void
tcopy_hrtimer_setup(struct hrtimer *timer,
		    enum hrtimer_restart (*fn)(struct hrtimer *timer),
		    enum hrtimer_mode mode)
{
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = fn;
}

#endif
