// SPDX-License-Identifier: GPL-2.0
/* netlink: how long a packet takes in each stage, of HOST_GET and HOST_SET. */

#include <linux/slab.h>
#include <net/genetlink.h>

#include "netlink_int.h"
#include "profile.h"

static int profile_put_stage(struct sk_buff *msg, enum tcopy_stage stage,
			     const struct tcopy_spread *sum)
{
	struct nlattr *nest = nla_nest_start(msg, TCOPY_A_HOST_STAGE);

	if (!nest || nla_put_u8(msg, TCOPY_A_STAGE_STAGE, stage) ||
	    nla_put_u64_64bit(msg, TCOPY_A_STAGE_PACKETS,
			      tcopy_spread_count(sum), TCOPY_A_STAGE_PAD) ||
	    nla_put_u64_64bit(msg, TCOPY_A_STAGE_TIME, sum->time_ns,
			      TCOPY_A_STAGE_PAD) ||
	    nla_put_u32(msg, TCOPY_A_STAGE_P50,
			tcopy_spread_percentile(sum, 50)) ||
	    nla_put_u32(msg, TCOPY_A_STAGE_P99,
			tcopy_spread_percentile(sum, 99)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * tcopy_netlink_profile_put() - what is measured, of enum tcopy_a_host
 * @msg:	gets it
 * @tn:		the namespace
 *
 * Context: process; takes tcopy_net.lock.
 *
 * Return: 0, -EMSGSIZE or -ENOMEM.
 */
int tcopy_netlink_profile_put(struct sk_buff *msg, struct tcopy_net *tn)
{
	struct tcopy_spread *sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	const struct tcopy_profile *profile;
	enum tcopy_stage stage;
	int err;

	if (!sum)
		return -ENOMEM;
	mutex_lock(&tn->lock);
	profile = rcu_dereference_protected(tn->profile,
					    lockdep_is_held(&tn->lock));
	err = nla_put_u8(msg, TCOPY_A_HOST_PROFILE, !!profile);
	if (err || !profile)
		goto out;
	err = nla_put_u64_64bit(msg, TCOPY_A_HOST_PROFILED,
				ktime_get_ns() - profile->since_ns,
				TCOPY_A_HOST_PAD);
	for (stage = 0; !err && stage < TCOPY_STAGES; stage++) {
		tcopy_profile_sum(profile, stage, sum);
		err = profile_put_stage(msg, stage, sum);
	}
out:
	mutex_unlock(&tn->lock);
	kfree(sum);
	return err;
}

/**
 * tcopy_netlink_profile_set() - TCOPY_A_HOST_PROFILE of HOST_SET
 * @attr:	the attribute
 * @tn:		the namespace
 * @extack:	says what is wrong
 *
 * Context: process; takes tcopy_net.lock.
 *
 * Return: 0, or -ENOMEM and all is as it was.
 */
int tcopy_netlink_profile_set(const struct nlattr *attr, struct tcopy_net *tn,
			      struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&tn->lock);
	err = tcopy_profile_set(tn, nla_get_u8(attr));
	mutex_unlock(&tn->lock);
	if (err)
		NL_SET_ERR_MSG(extack, "no memory to measure with");
	return err;
}
