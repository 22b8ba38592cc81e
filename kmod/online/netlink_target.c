// SPDX-License-Identifier: GPL-2.0
/* netlink: what concerns targets */

#include <net/ipv6.h>

#include "netlink_int.h"
#include "relay.h"
#include "target.h"

#define WEEK_S		604800
#define YEAR_S		31536000

/* Not const: 6.1 does not take them so. */
static struct netlink_range_validation seconds_range = {
	.min = 1, .max = WEEK_S,
};

static struct netlink_range_validation for_range = { .max = YEAR_S };

static struct netlink_range_validation sessions_range = {
	.min = 1, .max = BIT(24),
};

static struct netlink_range_validation sample_range = {
	.min = 1, .max = TCOPY_SAMPLE_ALL,
};

static struct netlink_range_validation million_range = { .max = 1000000 };

const struct nla_policy
tcopy_netlink_target_policy[NETLINK_TARGET_MAX + 1] = {
	[TCOPY_A_TARGET_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_A_TARGET_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[TCOPY_A_TARGET_NAME] = { .type = NLA_NUL_STRING,
				  .len = TCOPY_NAME_MAX },
	[TCOPY_A_TARGET_FROM_ADDR] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TCOPY_A_TARGET_FROM_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TCOPY_A_TARGET_TO_ADDR] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TCOPY_A_TARGET_TO_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TCOPY_A_TARGET_TO_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[TCOPY_A_TARGET_RELAY_ADDR] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TCOPY_A_TARGET_RELAY_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[TCOPY_A_TARGET_PACE] = NLA_POLICY_MAX(NLA_U8, TCOPY_PACE_NONE),
	[TCOPY_A_TARGET_MAX_SESSIONS] = NLA_POLICY_FULL_RANGE(NLA_U32,
							&sessions_range),
	[TCOPY_A_TARGET_IDLE] = NLA_POLICY_FULL_RANGE(NLA_U32, &seconds_range),
	[TCOPY_A_TARGET_WAIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &seconds_range),
	[TCOPY_A_TARGET_STATE] = { .type = NLA_REJECT },
	[TCOPY_A_TARGET_REASON] = { .type = NLA_REJECT },
	[TCOPY_A_TARGET_STATS] = { .type = NLA_REJECT },
	[TCOPY_A_TARGET_SOURCE] = NLA_POLICY_MAX(NLA_U8, TCOPY_SOURCE_PREFIX),
	[TCOPY_A_TARGET_SESSIONS] = NLA_POLICY_MAX(NLA_U8, TCOPY_SESSIONS_FULL),
	[TCOPY_A_TARGET_CLIENT] =
		NLA_POLICY_NESTED(tcopy_netlink_prefix_policy),
	[TCOPY_A_TARGET_NOT_CLIENT] =
		NLA_POLICY_NESTED(tcopy_netlink_prefix_policy),
	[TCOPY_A_TARGET_SAMPLE] = NLA_POLICY_FULL_RANGE(NLA_U32, &sample_range),
	[TCOPY_A_TARGET_SEED] = { .type = NLA_U32 },
	[TCOPY_A_TARGET_RAMP] = NLA_POLICY_FULL_RANGE(NLA_U32, &million_range),
	[TCOPY_A_TARGET_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &million_range),
	[TCOPY_A_TARGET_MSS] = { .type = NLA_U32 },
	[TCOPY_A_TARGET_MARK] = { .type = NLA_U32 },
	[TCOPY_A_TARGET_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[TCOPY_A_TARGET_DEV] = { .type = NLA_U32 },
	[TCOPY_A_TARGET_FOR] = NLA_POLICY_FULL_RANGE(NLA_U32, &for_range),
	[TCOPY_A_TARGET_HOOK] = NLA_POLICY_MAX(NLA_U8, TCOPY_HOOK_FORWARD),
	[TCOPY_A_TARGET_COPIES] = NLA_POLICY_RANGE(NLA_U32, 1,
						   TCOPY_COPIES_MAX),
	[TCOPY_A_TARGET_SOURCE_PREFIX] =
		NLA_POLICY_NESTED(tcopy_netlink_prefix_policy),
	[TCOPY_A_TARGET_DIRECT] = { .type = NLA_FLAG },
	[TCOPY_A_TARGET_PAUSED] = { .type = NLA_FLAG },
};

/**
 * tcopy_netlink_target_parse() - the attributes of a target
 * @tb:		NETLINK_TARGET_MAX + 1, filled
 * @nest:	TCOPY_A_TARGET, or NULL
 * @extack:	says what is wrong
 *
 * Return: 0 or a negative errno.
 */
int tcopy_netlink_target_parse(struct nlattr **tb, struct nlattr *nest,
			       struct netlink_ext_ack *extack)
{
	if (!nest) {
		NL_SET_ERR_MSG(extack, "say which target: TCOPY_A_TARGET is missing");
		return -EINVAL;
	}
	return nla_parse_nested(tb, NETLINK_TARGET_MAX, nest,
				tcopy_netlink_target_policy, extack);
}

/**
 * tcopy_netlink_target_id() - the target that a request names
 * @id:		set on success; 0: it names none
 * @nest:	TCOPY_A_TARGET
 * @extack:	says why
 *
 * Return: 0 or a negative errno.
 */
int tcopy_netlink_target_id(u32 *id, struct nlattr *nest,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NETLINK_TARGET_MAX + 1];
	int err = tcopy_netlink_target_parse(tb, nest, extack);

	if (err)
		return err;
	*id = tb[TCOPY_A_TARGET_ID] ? nla_get_u32(tb[TCOPY_A_TARGET_ID]) : 0;
	return 0;
}

static int get_name(struct tcopy_target *t, struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	const char *p;

	for (p = name; *p >= '0' && *p <= '9'; p++)
		;
	if (!*p || !strcmp(name, "all") || strchr(name, ':')) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a name is not empty, a number, 'all', and has no colon: these select targets otherwise");
		return -EINVAL;
	}
	for (p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "a name has no white space or control characters");
			return -EINVAL;
		}
	strscpy(t->name, name, sizeof(t->name));
	return 0;
}

static int get_hook(struct tcopy_target_spec *spec, struct nlattr **tb,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[TCOPY_A_TARGET_HOOK];

	if (!attr || nla_get_u8(attr) != TCOPY_HOOK_FORWARD)
		return 0;
	if (spec->t->from_any) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "hook forward needs the online service's address and port: --from ADDR:PORT");
		return -EINVAL;
	}
	spec->t->forward = true;
	spec->conf->pick_up = false;
	return 0;
}

static int get_direct(struct tcopy_target_spec *spec, struct nlattr **tb,
		      struct netlink_ext_ack *extack)
{
	struct tcopy_target *t = spec->t;
	struct nlattr *relay = tb[TCOPY_A_TARGET_RELAY_ADDR] ?:
			       tb[TCOPY_A_TARGET_RELAY_PORT];

	t->local = tcopy_target_is_own(t->tn, t->family, &t->to);
	t->direct = t->local || tb[TCOPY_A_TARGET_DIRECT];
	if (t->direct && t->forward) {
		NL_SET_ERR_MSG(extack, "direct mode (--direct, or a target on this host) goes with hook input only: run an intercept and its relay on the test host, or copy on the host of the online service");
		return -EINVAL;
	}
	if (t->direct && relay) {
		NL_SET_ERR_MSG_ATTR(extack, relay, "in direct mode (--direct, or a target on this host) answers come to this host, and no relay takes part: leave --relay out");
		return -EINVAL;
	}
	return 0;
}

static int get_spec(struct tcopy_target_spec *spec, struct nlattr **tb,
		    const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct tcopy_target *t = spec->t;
	u8 family;
	int err;

	if (!tb[TCOPY_A_TARGET_TO_ADDR] || !tb[TCOPY_A_TARGET_TO_PORT]) {
		NL_SET_ERR_MSG(extack, "a target needs the address and port of its test service");
		return -EINVAL;
	}
	if (tb[TCOPY_A_TARGET_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_ID], "the kernel gives the ID");
		return -EINVAL;
	}
	err = tcopy_netlink_get_addr(&t->to, &t->family,
				     tb[TCOPY_A_TARGET_TO_ADDR], extack);
	if (err)
		return err;
	t->to_port = htons(nla_get_u16(tb[TCOPY_A_TARGET_TO_PORT]));
	if (tb[TCOPY_A_TARGET_TO_IFINDEX])
		t->to_ifindex = nla_get_u32(tb[TCOPY_A_TARGET_TO_IFINDEX]);
	if (t->family == 6 && !t->to_ifindex &&
	    ipv6_addr_type((struct in6_addr *)t->to.v6) &
	    IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_TO_ADDR], "a link-local address needs its device: [ADDR%DEV]:PORT");
		return -EINVAL;
	}

	t->from_port = ntohs(t->to_port);
	if (tb[TCOPY_A_TARGET_FROM_PORT])
		t->from_port = nla_get_u16(tb[TCOPY_A_TARGET_FROM_PORT]);
	if (tb[TCOPY_A_TARGET_FROM_ADDR]) {
		err = tcopy_netlink_get_addr(&t->from, &family,
					     tb[TCOPY_A_TARGET_FROM_ADDR],
					     extack);
		if (err)
			return err;
		if (family != t->family) {
			NL_SET_ERR_MSG_ATTR(extack,
					    tb[TCOPY_A_TARGET_FROM_ADDR],
					    "the online service and the target must both be IPv4 or both IPv6");
			return -EINVAL;
		}
		t->from_any = false;
		/* All its clients are on this host. */
		spec->conf->own_source = family == 4 ?
			ipv4_is_loopback(t->from.v4) :
			ipv6_addr_loopback((struct in6_addr *)t->from.v6);
	}
	err = get_hook(spec, tb, extack) ?: get_direct(spec, tb, extack);
	if (err)
		return err;
	if (tb[TCOPY_A_TARGET_NAME]) {
		err = get_name(t, tb[TCOPY_A_TARGET_NAME], extack);
		if (err)
			return err;
	}

	spec->relay_addr = t->to;
	spec->relay_family = t->family;
	if (tb[TCOPY_A_TARGET_RELAY_ADDR]) {
		err = tcopy_netlink_get_addr(&spec->relay_addr,
					     &spec->relay_family,
					     tb[TCOPY_A_TARGET_RELAY_ADDR],
					     extack);
		if (err)
			return err;
	}
	spec->relay_port = htons(TCOPY_WIRE_PORT);
	if (tb[TCOPY_A_TARGET_RELAY_PORT])
		spec->relay_port =
			htons(nla_get_u16(tb[TCOPY_A_TARGET_RELAY_PORT]));

	if (tb[TCOPY_A_TARGET_FOR] && nla_get_u32(tb[TCOPY_A_TARGET_FOR]))
		spec->ends_s = nla_get_u32(tb[TCOPY_A_TARGET_FOR]);
	spec->held = tb[TCOPY_A_TARGET_PAUSED];
	return tcopy_netlink_get_conf(spec->conf, t, tb, nest, extack);
}

static int reply_id(struct genl_info *info, u32 id)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct nlattr *nest;
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &tcopy_netlink_family, 0,
				TCOPY_CMD_TARGET_ADD);
	nest = nla_nest_start(msg, TCOPY_A_TARGET);
	if (!hdr || !nest || nla_put_u32(msg, TCOPY_A_TARGET_ID, id)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * tcopy_netlink_target_add() - TCOPY_CMD_TARGET_ADD
 * @skb:	the request
 * @info:	its attributes
 *
 * Context: process.
 *
 * Return: 0 or a negative errno, with an extended ack.
 */
int tcopy_netlink_target_add(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETLINK_TARGET_MAX + 1];
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target_spec spec = {};
	u32 id = 0;
	int err;

	err = tcopy_netlink_target_parse(tb, info->attrs[TCOPY_A_TARGET],
					 info->extack);
	if (err)
		return err;
	spec.t = tcopy_target_new(tn);
	if (!spec.t)
		return -ENOMEM;
	spec.conf = tcopy_conf_new(NULL);
	err = -ENOMEM;
	if (spec.conf)
		err = get_spec(&spec, tb, info->attrs[TCOPY_A_TARGET],
			       info->extack);
	if (!err) {
		mutex_lock(&tn->lock);
		err = tcopy_target_add(tn, &spec, info->extack);
		if (!err)
			id = spec.t->id;
		mutex_unlock(&tn->lock);
	}
	if (err) {
		kfree(spec.conf);
		tcopy_target_put(spec.t);
		return err;
	}
	return reply_id(info, id);
}

/**
 * tcopy_netlink_target_get() - the target that a request names by its ID
 * @tn:		the namespace
 * @tb:		NETLINK_TARGET_MAX + 1, filled
 * @info:	the request
 *
 * Context: tcopy_net.lock held.
 *
 * Return: the target; an error pointer, with an extended ack.
 */
struct tcopy_target *tcopy_netlink_target_get(struct tcopy_net *tn,
					      struct nlattr **tb,
					      struct genl_info *info)
{
	struct tcopy_target *t;
	int err;

	err = tcopy_netlink_target_parse(tb, info->attrs[TCOPY_A_TARGET],
					 info->extack);
	if (err)
		return ERR_PTR(err);
	if (!tb[TCOPY_A_TARGET_ID]) {
		NL_SET_ERR_MSG(info->extack, "say which target by its ID");
		return ERR_PTR(-EINVAL);
	}
	t = tcopy_target_find(tn, nla_get_u32(tb[TCOPY_A_TARGET_ID]));
	if (!t) {
		NL_SET_ERR_MSG(info->extack, "no target has this ID: see show-targets");
		return ERR_PTR(-ENOENT);
	}
	return t;
}

/**
 * tcopy_netlink_target_del() - TCOPY_CMD_TARGET_DEL
 * @skb:	the request
 * @info:	its attributes
 *
 * Context: process.
 *
 * Return: 0 or a negative errno, with an extended ack.
 */
int tcopy_netlink_target_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETLINK_TARGET_MAX + 1];
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target *t;
	int err = 0;

	mutex_lock(&tn->lock);
	t = tcopy_netlink_target_get(tn, tb, info);
	if (IS_ERR(t))
		err = PTR_ERR(t);
	else
		tcopy_target_del(tn, t);
	mutex_unlock(&tn->lock);
	return err;
}

/**
 * tcopy_netlink_stats_reset() - TCOPY_CMD_STATS_RESET
 * @skb:	the request
 * @info:	its attributes
 *
 * Context: process.
 *
 * Return: 0 or a negative errno, with an extended ack.
 */
int tcopy_netlink_stats_reset(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETLINK_TARGET_MAX + 1];
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target *t;
	int err = 0;

	mutex_lock(&tn->lock);
	if (info->attrs[TCOPY_A_TARGET]) {
		t = tcopy_netlink_target_get(tn, tb, info);
		if (IS_ERR(t))
			err = PTR_ERR(t);
		else
			tcopy_target_reset(t);
	} else {
		list_for_each_entry(t, &tn->targets, list)
			tcopy_target_reset(t);
	}
	mutex_unlock(&tn->lock);
	return err;
}
