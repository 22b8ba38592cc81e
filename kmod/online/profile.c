// SPDX-License-Identifier: GPL-2.0
/* profile: how long a packet takes in each stage. */

#include <linux/percpu.h>
#include <linux/slab.h>

#include "profile.h"

DEFINE_STATIC_KEY_FALSE(tcopy_profile_key);

/**
 * tcopy_profile_add() - packets have gone through a stage
 * @tn:		the namespace, which may be none that is measured
 * @stage:	which
 * @packets:	that went through it together: each has its part of the time
 * @since_ns:	when that began; 0: before it was measured
 *
 * Context: BH, RCU read section.
 */
void tcopy_profile_add(struct tcopy_net *tn, enum tcopy_stage stage,
		       unsigned int packets, u64 since_ns)
{
	const struct tcopy_profile *profile = rcu_dereference(tn->profile);
	struct tcopy_spread *spread;
	u64 ns;

	if (!profile || !packets || since_ns < profile->since_ns)
		return;
	ns = ktime_get_ns() - since_ns;
	spread = this_cpu_ptr(profile->spread[stage]);
	spread->n[tcopy_spread_slot(div_u64(ns, packets))] += packets;
	spread->time_ns += ns;
}

static void profile_free(struct tcopy_profile *profile)
{
	unsigned int i;

	for (i = 0; i < TCOPY_STAGES; i++)
		free_percpu(profile->spread[i]);
	kfree(profile);
}

static struct tcopy_profile *profile_new(void)
{
	struct tcopy_profile *profile = kzalloc(sizeof(*profile), GFP_KERNEL);
	unsigned int i;

	if (!profile)
		return NULL;
	for (i = 0; i < TCOPY_STAGES; i++) {
		profile->spread[i] = alloc_percpu(struct tcopy_spread);
		if (!profile->spread[i]) {
			profile_free(profile);
			return NULL;
		}
	}
	profile->since_ns = ktime_get_ns();
	return profile;
}

/**
 * tcopy_profile_set() - measure from now on, or no longer
 * @tn:	the namespace
 * @on:	begin; where it was measured before: anew
 *
 * Context: process; tcopy_net.lock held; may wait for a grace period.
 *
 * Return: 0, or -ENOMEM and all is as it was.
 */
int tcopy_profile_set(struct tcopy_net *tn, bool on)
{
	struct tcopy_profile *profile = NULL, *old;

	if (on) {
		profile = profile_new();
		if (!profile)
			return -ENOMEM;
	}
	old = rcu_replace_pointer(tn->profile, profile,
				  lockdep_is_held(&tn->lock));
	if (profile && !old)
		static_branch_inc(&tcopy_profile_key);
	else if (old && !profile)
		static_branch_dec(&tcopy_profile_key);
	if (!old)
		return 0;
	synchronize_rcu();
	profile_free(old);
	return 0;
}

/**
 * tcopy_profile_sum() - what all CPUs have measured
 * @profile:	kept by the caller
 * @stage:	which
 * @sum:	filled
 *
 * Context: process.
 */
void tcopy_profile_sum(const struct tcopy_profile *profile,
		       enum tcopy_stage stage, struct tcopy_spread *sum)
{
	const struct tcopy_spread *spread;
	unsigned int i;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		spread = per_cpu_ptr(profile->spread[stage], cpu);
		for (i = 0; i < TCOPY_SPREAD_SLOTS; i++)
			sum->n[i] += READ_ONCE(spread->n[i]);
		sum->time_ns += READ_ONCE(spread->time_ns);
	}
}
