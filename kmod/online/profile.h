/* SPDX-License-Identifier: GPL-2.0 */
/*
 * profile: how long a packet takes in each stage, for who asked (set
 * --profile). Off, each place where it is measured is a nop.
 */
#ifndef TCOPY_ONLINE_PROFILE_H
#define TCOPY_ONLINE_PROFILE_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/tcopy.h>
#include "netns.h"
#include "spread.h"

#define TCOPY_STAGES	(TCOPY_STAGE_FEEDBACK + 1)

/**
 * struct tcopy_profile - what is measured in a namespace
 * @since_ns:	when it was switched on
 * @spread:	by enum tcopy_stage; written in BH of its CPU alone, read
 *		without a lock: figures to be looked at
 */
struct tcopy_profile {
	u64 since_ns;
	struct tcopy_spread __percpu *spread[TCOPY_STAGES];
};

/* Is any namespace measured? */
DECLARE_STATIC_KEY_FALSE(tcopy_profile_key);

static inline bool tcopy_profile_on(void)
{
	return static_branch_unlikely(&tcopy_profile_key);
}

void tcopy_profile_add(struct tcopy_net *tn, enum tcopy_stage stage,
		       unsigned int packets, u64 since_ns);

/**
 * tcopy_profile_begin() - a stage begins
 *
 * Return: for tcopy_profile_end().
 */
static inline u64 tcopy_profile_begin(void)
{
	return tcopy_profile_on() ? ktime_get_ns() : 0;
}

/**
 * tcopy_profile_end() - a stage is through
 * @tn:		the namespace
 * @stage:	which
 * @packets:	that went through it together
 * @since_ns:	what tcopy_profile_begin() has returned
 *
 * Context: BH, RCU read section.
 */
static inline void tcopy_profile_end(struct tcopy_net *tn,
				     enum tcopy_stage stage,
				     unsigned int packets, u64 since_ns)
{
	if (tcopy_profile_on())
		tcopy_profile_add(tn, stage, packets, since_ns);
}

int tcopy_profile_set(struct tcopy_net *tn, bool on);
void tcopy_profile_sum(const struct tcopy_profile *profile,
		       enum tcopy_stage stage, struct tcopy_spread *sum);

#endif
