/* SPDX-License-Identifier: GPL-2.0 */
/* look: who looks at the states of targets, and when. */
#ifndef TCOPY_ONLINE_LOOK_H
#define TCOPY_ONLINE_LOOK_H

#include <linux/workqueue.h>

/**
 * struct tcopy_look - a work item that looks at the states of some targets
 * @work:	runs some times a second and when kicked; system_highpri_wq
 * @at:		when it looks at all of them next, jiffies; the work item only
 * @all:	at all of them now; xchg
 * @kicked:	at those that are kicked themselves now; xchg
 */
struct tcopy_look {
	struct delayed_work work;
	unsigned long at;
	int all;
	int kicked;
};

/**
 * tcopy_look_init() - make it; all are looked at when it runs first
 * @look:	what is made
 * @work:	what runs
 */
static inline void tcopy_look_init(struct tcopy_look *look, work_func_t work)
{
	INIT_DELAYED_WORK(&look->work, work);
	look->at = jiffies;
}

/**
 * tcopy_look_all() - look at all of its targets soon
 * @look: in service
 *
 * Context: any.
 */
static inline void tcopy_look_all(struct tcopy_look *look)
{
	xchg(&look->all, true);
	mod_delayed_work(system_highpri_wq, &look->work, 0);
}

/**
 * tcopy_look_one() - look at a target soon
 * @look:	its; in service
 * @kicked:	the target's own mark
 *
 * And not at the others: each of hundreds may have an answer to its probe to be
 * looked at.
 *
 * Context: any.
 */
static inline void tcopy_look_one(struct tcopy_look *look, int *kicked)
{
	xchg(kicked, true);
	xchg(&look->kicked, true);
	mod_delayed_work(system_highpri_wq, &look->work, 0);
}

#endif
