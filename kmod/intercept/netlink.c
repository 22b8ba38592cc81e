// SPDX-License-Identifier: GPL-2.0
#include <linux/inetdevice.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/tcopy_intercept.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "abort.h"
#include "drain.h"
#include "netlink.h"
#include "netns.h"

static const struct nla_policy pass_policy[TCOPY_ICEPT_A_PASS_MAX + 1] = {
	[TCOPY_ICEPT_A_PASS_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_PASS_ADDR] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TCOPY_ICEPT_A_PASS_PLEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* One policy a command: what a command does not know is refused, attributes
 * that only the kernel sends included.
 */
static const struct nla_policy add_policy[] = {
	[TCOPY_ICEPT_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TCOPY_ICEPT_A_PASS] = NLA_POLICY_NESTED(pass_policy),
	[TCOPY_ICEPT_A_ADDR] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TCOPY_ICEPT_A_FOR] = NLA_POLICY_MIN(NLA_U32, 1),
	[TCOPY_ICEPT_A_QUIET] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
};

static const struct nla_policy del_policy[] = {
	[TCOPY_ICEPT_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TCOPY_ICEPT_A_PASS] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy peers_policy[] = {
	[TCOPY_ICEPT_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_PEERS] = {
		.type = NLA_BINARY,
		.len = TCOPY_ICEPT_PEERS_MAX * sizeof(struct tcopy_icept_peer),
	},
};

static const struct nla_policy abort_policy[] = {
	[TCOPY_ICEPT_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TCOPY_ICEPT_A_FLOWS] = {
		.type = NLA_BINARY,
		.len = TCOPY_ICEPT_FLOWS_MAX * sizeof(struct tcopy_icept_flow),
	},
};

static const struct nla_policy none_policy[] = {
	[TCOPY_ICEPT_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_ICEPT_A_PORT] = { .type = NLA_REJECT },
};

static bool host_bits_are_zero(const struct icept_prefix *p)
{
	struct in6_addr masked;

	if (p->family == 4)
		return !(p->addr.v4 & ~inet_make_mask(p->plen));
	ipv6_addr_prefix(&masked, (const struct in6_addr *)p->addr.v6, p->plen);
	return !memcmp(&masked, p->addr.v6, sizeof(masked));
}

static int get_pass(struct icept_prefix *p, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCOPY_ICEPT_A_PASS_MAX + 1];
	const struct nlattr *addr;
	int err;

	err = nla_parse_nested(tb, TCOPY_ICEPT_A_PASS_MAX, attr, pass_policy,
			       extack);
	if (err)
		return err;
	addr = tb[TCOPY_ICEPT_A_PASS_ADDR];
	if (!addr || !tb[TCOPY_ICEPT_A_PASS_PLEN]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a pass prefix needs an address and a length");
		return -EINVAL;
	}
	if (nla_len(addr) != 4 && nla_len(addr) != 16) {
		NL_SET_ERR_MSG_ATTR(extack, addr, "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	memset(p, 0, sizeof(*p));
	p->family = nla_len(addr) == 4 ? 4 : 6;
	p->plen = nla_get_u8(tb[TCOPY_ICEPT_A_PASS_PLEN]);
	memcpy(&p->addr, nla_data(addr), nla_len(addr));
	if (p->family == 4 && p->plen > 32) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the length of an IPv4 prefix is 32 at most");
		return -EINVAL;
	}
	if (!host_bits_are_zero(p)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "host bits of a pass prefix must be zero: clear them, or give a longer prefix length");
		return -EINVAL;
	}
	return 0;
}

static int get_addr(struct icept_spec *spec, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	const struct in6_addr *v6 = (struct in6_addr *)spec->addr.v6;
	bool usable;

	if (nla_len(attr) != 4 && nla_len(attr) != 16) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	spec->family = nla_len(attr) == 4 ? 4 : 6;
	memcpy(&spec->addr, nla_data(attr), nla_len(attr));
	if (spec->family == 4)
		usable = !ipv4_is_zeronet(spec->addr.v4) &&
			 !ipv4_is_multicast(spec->addr.v4) &&
			 !ipv4_is_lbcast(spec->addr.v4);
	else
		usable = !ipv6_addr_any(v6) && !ipv6_addr_is_multicast(v6) &&
			 !ipv6_addr_v4mapped(v6);
	if (!usable) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the address must be the unicast address that online hosts copy to");
		return -EINVAL;
	}
	return 0;
}

static int get_spec(struct icept_spec *spec, struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **attrs = info->attrs;
	const struct nlattr *attr;
	int rem, err;

	if (!attrs[TCOPY_ICEPT_A_PORT]) {
		NL_SET_ERR_MSG(extack, "say which port to intercept");
		return -EINVAL;
	}
	spec->port = nla_get_u16(attrs[TCOPY_ICEPT_A_PORT]);
	spec->quiet = TCOPY_ICEPT_QUIET;
	if (attrs[TCOPY_ICEPT_A_ADDR]) {
		err = get_addr(spec, attrs[TCOPY_ICEPT_A_ADDR], extack);
		if (err)
			return err;
	}
	if (attrs[TCOPY_ICEPT_A_QUIET]) {
		if (!spec->family) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[TCOPY_ICEPT_A_QUIET], "how long it must be quiet matters with an address alone");
			return -EINVAL;
		}
		spec->quiet = nla_get_u32(attrs[TCOPY_ICEPT_A_QUIET]);
	}
	if (attrs[TCOPY_ICEPT_A_FOR])
		spec->ends = nla_get_u32(attrs[TCOPY_ICEPT_A_FOR]);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != TCOPY_ICEPT_A_PASS)
			continue;
		if (spec->pass_n == TCOPY_ICEPT_PASS_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "too many pass prefixes (32 at most): join some");
			return -E2BIG;
		}
		err = get_pass(&spec->pass[spec->pass_n++], attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icept_net *in = icept_netns_find(genl_info_net(info));
	struct icept_spec *spec;
	int err;

	spec = kzalloc(sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return -ENOMEM;
	err = get_spec(spec, info);
	if (!err)
		err = icept_netns_add(in, spec, info->extack);
	kfree(spec);
	return err;
}

static int del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icept_net *in = icept_netns_find(genl_info_net(info));
	const struct nlattr *port = info->attrs[TCOPY_ICEPT_A_PORT];

	return icept_netns_del(in, port ? nla_get_u16(port) : 0,
			       nla_get_flag(info->attrs[TCOPY_ICEPT_A_FORCE]),
			       info->extack);
}

static int bind_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icept_net *in = icept_netns_find(genl_info_net(info));

	if (!icept_upcall_bind(&in->respond.upcall, info->snd_portid,
			       NETLINK_CREDS(skb)->pid)) {
		NL_SET_ERR_MSG(info->extack, "another relay is bound in this namespace: stop it first");
		return -EBUSY;
	}
	return 0;
}

static int peers_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icept_net *in = icept_netns_find(genl_info_net(info));
	const struct nlattr *attr = info->attrs[TCOPY_ICEPT_A_PEERS];
	u32 relay = READ_ONCE(in->respond.upcall.relay);
	int err;

	if (!attr || nla_len(attr) % sizeof(struct tcopy_icept_peer)) {
		NL_SET_ERR_MSG(info->extack, "say who the peers are: whole entries");
		return -EINVAL;
	}
	if (!relay) {
		NL_SET_ERR_MSG(info->extack, "no relay is bound in this namespace");
		return -ENOTCONN;
	}
	/* They are this relay's: unbinding it forgets them. */
	err = icept_peers_set(&in->respond.peers, relay, nla_data(attr),
			      nla_len(attr) / sizeof(struct tcopy_icept_peer));
	if (err == -EINVAL)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "a peer is malformed");
	return err;
}

static bool get_flow(struct tcopy_flow *answer,
		     const struct tcopy_icept_flow *from)
{
	size_t size = from->family == 4 ? 4 : 16;

	if (from->family != 4 && from->family != 6)
		return false;
	memset(answer, 0, sizeof(*answer));
	answer->family = from->family;
	answer->sport = from->dport;
	answer->dport = from->sport;
	memcpy(&answer->src, from->dst, size);
	memcpy(&answer->dst, from->src, size);
	return true;
}

static_assert(TCOPY_ICEPT_PEERS_MAX * sizeof(struct tcopy_icept_peer) <=
	      U16_MAX - NLA_HDRLEN);
static_assert(TCOPY_ICEPT_FLOWS_MAX * sizeof(struct tcopy_icept_flow) <=
	      U16_MAX - NLA_HDRLEN);

static int abort_flows(struct icept_respond *r, const struct nlattr *attr)
{
	unsigned int n = nla_len(attr) / sizeof(struct tcopy_icept_flow), i;
	struct tcopy_icept_flow from;
	struct tcopy_flow answer;

	if (!n || nla_len(attr) % sizeof(from))
		return -EINVAL;
	for (i = 0; i < n; i++) {
		memcpy(&from, nla_data(attr) + i * sizeof(from), sizeof(from));
		if (!get_flow(&answer, &from))
			return -EINVAL;
		icept_abort_flow(r, &answer);
		cond_resched();
	}
	return 0;
}

static int abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icept_net *in = icept_netns_find(genl_info_net(info));
	const struct nlattr *flows = info->attrs[TCOPY_ICEPT_A_FLOWS];
	const struct nlattr *port = info->attrs[TCOPY_ICEPT_A_PORT];
	int err;

	if (!flows == !port) {
		NL_SET_ERR_MSG(info->extack, "say which flows, or which port");
		return -EINVAL;
	}
	if (flows) {
		err = abort_flows(&in->respond, flows);
		if (err)
			NL_SET_ERR_MSG_ATTR(info->extack, flows, "a flow is malformed");
		return err;
	}
	err = icept_netns_sweep(in, nla_get_u16(port));
	if (err)
		NL_SET_ERR_MSG(info->extack, "the port is not intercepted");
	return err;
}

static const struct genl_ops icept_netlink_ops[] = {
	{
		.cmd = TCOPY_ICEPT_CMD_ADD,
		.flags = GENL_ADMIN_PERM,
		.policy = add_policy,
		.maxattr = ARRAY_SIZE(add_policy) - 1,
		.doit = add_doit,
	},
	{
		.cmd = TCOPY_ICEPT_CMD_DEL,
		.flags = GENL_ADMIN_PERM,
		.policy = del_policy,
		.maxattr = ARRAY_SIZE(del_policy) - 1,
		.doit = del_doit,
	},
	{
		.cmd = TCOPY_ICEPT_CMD_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = none_policy,
		.maxattr = ARRAY_SIZE(none_policy) - 1,
		.dumpit = icept_netlink_get_dumpit,
	},
	{
		.cmd = TCOPY_ICEPT_CMD_BIND,
		.flags = GENL_ADMIN_PERM,
		.policy = none_policy,
		.maxattr = ARRAY_SIZE(none_policy) - 1,
		.doit = bind_doit,
	},
	{
		.cmd = TCOPY_ICEPT_CMD_STATS,
		.flags = GENL_ADMIN_PERM,
		.policy = none_policy,
		.maxattr = ARRAY_SIZE(none_policy) - 1,
		.doit = icept_netlink_stats_doit,
	},
	{
		.cmd = TCOPY_ICEPT_CMD_PEERS,
		.flags = GENL_ADMIN_PERM,
		.policy = peers_policy,
		.maxattr = ARRAY_SIZE(peers_policy) - 1,
		.doit = peers_doit,
	},
	{
		.cmd = TCOPY_ICEPT_CMD_ABORT,
		.flags = GENL_ADMIN_PERM,
		.policy = abort_policy,
		.maxattr = ARRAY_SIZE(abort_policy) - 1,
		.doit = abort_doit,
	},
};

/* parallel_ops: commands wait for icept_net.lock and a grace period; under the
 * lock of genetlink every other family would wait with them.
 */
struct genl_family icept_netlink_family __ro_after_init = {
	.name = TCOPY_ICEPT_FAMILY_NAME,
	.version = TCOPY_ICEPT_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = icept_netlink_ops,
	.n_ops = ARRAY_SIZE(icept_netlink_ops),
	.mcgrps = icept_netlink_groups,
	.n_mcgrps = ICEPT_NETLINK_GROUPS,
};

/* The relay's socket is closed, by itself or by the end of its process. The
 * port says little: there is one of that number in every namespace and
 * protocol. A socket of the kernel has none, and may outlive our state of its
 * namespace.
 */
static int icept_netlink_event(struct notifier_block *nb, unsigned long event,
			       void *data)
{
	const struct netlink_notify *n = data;

	if (event == NETLINK_URELEASE && n->protocol == NETLINK_GENERIC &&
	    n->portid)
		icept_upcall_unbind(&icept_netns_find(n->net)->respond.upcall,
				    n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block icept_netlink_notifier = {
	.notifier_call = icept_netlink_event,
};

/**
 * icept_netlink_register() - open the door
 *
 * Namespaces are registered: from here on commands come.
 *
 * Return: 0, or what netlink says.
 */
int icept_netlink_register(void)
{
	int err;

	err = netlink_register_notifier(&icept_netlink_notifier);
	if (err)
		return err;
	err = genl_register_family(&icept_netlink_family);
	if (err)
		netlink_unregister_notifier(&icept_netlink_notifier);
	else
		WRITE_ONCE(icept_netlink_open, true);
	return err;
}

/**
 * icept_netlink_unregister() - close the door
 *
 * No command runs when it returns, and none comes.
 */
void icept_netlink_unregister(void)
{
	WRITE_ONCE(icept_netlink_open, false);
	genl_unregister_family(&icept_netlink_family);
	netlink_unregister_notifier(&icept_netlink_notifier);
}
