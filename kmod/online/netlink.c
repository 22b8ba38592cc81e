// SPDX-License-Identifier: GPL-2.0
/* netlink: generic netlink family "tcopy", and what concerns the host; see
 * include/uapi/linux/tcopy.h
 */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/tcopy.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_int.h"
#include "target.h"

#define MEMORY_MIN	BIT(20)

static const struct nla_policy host_policy[] = {
	[TCOPY_A_HOST_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_A_HOST_PAD] = { .type = NLA_REJECT },
	[TCOPY_A_HOST_MEMORY] = { .type = NLA_U64 },
	[TCOPY_A_HOST_CPU] = NLA_POLICY_RANGE(NLA_U32, 1, TCOPY_SHARE_ALL),
	[TCOPY_A_HOST_PROFILE] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* One policy for all commands: the oldest kernel that has policies a command
 * has only this in dumps. What a command does not need it refuses itself.
 */
const struct nla_policy tcopy_netlink_policy[TCOPY_A_MAX + 1] = {
	[TCOPY_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_A_TARGET] = NLA_POLICY_NESTED(tcopy_netlink_target_policy),
	[TCOPY_A_SESSION] = { .type = NLA_REJECT },
	[TCOPY_A_HOST] = NLA_POLICY_NESTED(host_policy),
	[TCOPY_A_EVENT] = { .type = NLA_REJECT },
};

static int stop(struct sk_buff *skb, struct genl_info *info)
{
	struct tcopy_net *tn = netlink_net(info);

	mutex_lock(&tn->lock);
	tcopy_target_del_all(tn);
	mutex_unlock(&tn->lock);
	return 0;
}

static int host_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[ARRAY_SIZE(host_policy)];
	struct tcopy_net *tn = netlink_net(info);
	struct nlattr *nest = info->attrs[TCOPY_A_HOST];
	u64 memory = 0, ram;
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(info->extack, "say what to set: TCOPY_A_HOST is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, ARRAY_SIZE(host_policy) - 1, nest,
			       host_policy, info->extack);
	if (err)
		return err;
	if (tb[TCOPY_A_HOST_MEMORY])
		memory = nla_get_u64(tb[TCOPY_A_HOST_MEMORY]);
	ram = (u64)totalram_pages() << PAGE_SHIFT;
	if (tb[TCOPY_A_HOST_MEMORY] &&
	    (memory < MEMORY_MIN || memory > ram / 2)) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[TCOPY_A_HOST_MEMORY], "memory is at least 1 MiB and at most half of this host's RAM");
		return -ERANGE;
	}
	if (tb[TCOPY_A_HOST_PROFILE])
		err = tcopy_netlink_profile_set(tb[TCOPY_A_HOST_PROFILE], tn,
						info->extack);
	if (err)
		return err;
	if (tb[TCOPY_A_HOST_MEMORY])
		WRITE_ONCE(tn->mem_limit, memory);
	if (tb[TCOPY_A_HOST_CPU])
		WRITE_ONCE(tn->cpu_percent, nla_get_u32(tb[TCOPY_A_HOST_CPU]));
	return 0;
}

/* Percent of the CPU that copying kept busiest of late. */
static u32 host_cpu_used(struct tcopy_net *tn)
{
	u64 now_ns = ktime_get_ns();
	struct tcopy_cpu *cpu;
	u32 most = 0;
	int i;

	mutex_lock(&tn->lock);
	if (tn->up)
		for_each_possible_cpu(i) {
			cpu = per_cpu_ptr(tn->cpu, i);
			most = max(most, tcopy_share_lately(&cpu->share,
							    now_ns));
		}
	mutex_unlock(&tn->lock);
	return most;
}

static int host_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct tcopy_net *tn = netlink_net(info);
	struct nlattr *nest;
	s64 used;
	void *hdr;

	if (!msg)
		return -ENOMEM;
	used = max_t(s64, percpu_counter_sum(&tn->mem), 0);
	hdr = genlmsg_put_reply(msg, info, &tcopy_netlink_family, 0,
				TCOPY_CMD_HOST_GET);
	nest = nla_nest_start(msg, TCOPY_A_HOST);
	if (!hdr || !nest ||
	    nla_put_u64_64bit(msg, TCOPY_A_HOST_MEMORY,
			      READ_ONCE(tn->mem_limit), TCOPY_A_HOST_PAD) ||
	    nla_put_u64_64bit(msg, TCOPY_A_HOST_MEMORY_USED, used,
			      TCOPY_A_HOST_PAD) ||
	    nla_put_u32(msg, TCOPY_A_HOST_SESSIONS,
			atomic_read(&tn->sessions_n)) ||
	    nla_put_u32(msg, TCOPY_A_HOST_CPU, READ_ONCE(tn->cpu_percent)) ||
	    nla_put_u32(msg, TCOPY_A_HOST_CPU_USED, host_cpu_used(tn)) ||
	    nla_put_string(msg, TCOPY_A_HOST_VERSION, TCOPY_VERSION) ||
	    tcopy_netlink_profile_put(msg, tn)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static const struct genl_ops netlink_ops[] = {
	{
		.cmd = TCOPY_CMD_TARGET_ADD,
		.flags = GENL_ADMIN_PERM,
		.doit = tcopy_netlink_target_add,
	},
	{
		.cmd = TCOPY_CMD_TARGET_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = tcopy_netlink_target_del,
	},
	{
		.cmd = TCOPY_CMD_TARGET_GET,
		.flags = GENL_ADMIN_PERM,
		.start = tcopy_netlink_target_start,
		.dumpit = tcopy_netlink_target_dump,
	},
	{
		.cmd = TCOPY_CMD_SESSION_GET,
		.flags = GENL_ADMIN_PERM,
		.start = tcopy_netlink_session_start,
		.dumpit = tcopy_netlink_session_dump,
		.done = tcopy_netlink_session_done,
	},
	{
		.cmd = TCOPY_CMD_STATS_RESET,
		.flags = GENL_ADMIN_PERM,
		.doit = tcopy_netlink_stats_reset,
	},
	{
		.cmd = TCOPY_CMD_HOST_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = host_set,
	},
	{
		.cmd = TCOPY_CMD_HOST_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = host_get,
	},
	{
		.cmd = TCOPY_CMD_STOP,
		.flags = GENL_ADMIN_PERM,
		.doit = stop,
	},
	{
		.cmd = TCOPY_CMD_TARGET_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = tcopy_netlink_target_set,
	},
	{
		.cmd = TCOPY_CMD_TARGET_PAUSE,
		.flags = GENL_ADMIN_PERM,
		.doit = tcopy_netlink_target_pause,
	},
	{
		.cmd = TCOPY_CMD_TARGET_RESUME,
		.flags = GENL_ADMIN_PERM,
		.doit = tcopy_netlink_target_pause,
	},
};

/* parallel_ops: everything is under tcopy_net.lock, and del-target waits for
 * grace periods, which other families need not wait for with it.
 */
struct genl_family tcopy_netlink_family __ro_after_init = {
	.name = TCOPY_FAMILY_NAME,
	.version = TCOPY_FAMILY_VERSION,
	.maxattr = TCOPY_A_MAX,
	.policy = tcopy_netlink_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = netlink_ops,
	.n_ops = ARRAY_SIZE(netlink_ops),
	.mcgrps = tcopy_netlink_groups,
	.n_mcgrps = NETLINK_GROUPS,
	.resv_start_op = TCOPY_CMD_TARGET_RESUME + 1,
};

/**
 * tcopy_netlink_init() - open the door
 *
 * Return: 0 or a negative errno.
 */
int tcopy_netlink_init(void)
{
	int err = genl_register_family(&tcopy_netlink_family);

	if (!err)
		WRITE_ONCE(tcopy_netlink_open, true);
	return err;
}

/**
 * tcopy_netlink_exit() - close it; no request is under way when it returns
 */
void tcopy_netlink_exit(void)
{
	WRITE_ONCE(tcopy_netlink_open, false);
	genl_unregister_family(&tcopy_netlink_family);
}
