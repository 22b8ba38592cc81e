// SPDX-License-Identifier: GPL-2.0
/* netlink: generic netlink family "tcopy"; see include/uapi/linux/tcopy.h */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tcopy.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "netlink.h"
#include "relay.h"
#include "session.h"
#include "target.h"

#define WEEK_S		604800
#define MEMORY_MIN	BIT(20)

/* Not const: 6.1 does not take them so. */
static struct netlink_range_validation seconds_range = {
	.min = 1, .max = WEEK_S,
};

static struct netlink_range_validation sessions_range = {
	.min = 1, .max = BIT(24),
};

static const struct nla_policy target_policy[] = {
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
};

static const struct nla_policy host_policy[] = {
	[TCOPY_A_HOST_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_A_HOST_PAD] = { .type = NLA_REJECT },
	[TCOPY_A_HOST_MEMORY] = { .type = NLA_U64 },
};

/* One policy for all commands: the oldest kernel that has policies a command
 * has only this in dumps. What a command does not need it refuses itself.
 */
static const struct nla_policy family_policy[TCOPY_A_MAX + 1] = {
	[TCOPY_A_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_A_TARGET] = NLA_POLICY_NESTED(target_policy),
	[TCOPY_A_SESSION] = { .type = NLA_REJECT },
	[TCOPY_A_HOST] = NLA_POLICY_NESTED(host_policy),
};

static struct genl_family netlink_family;

static struct tcopy_net *netlink_net(const struct genl_info *info)
{
	return tcopy_netns_find(genl_info_net((struct genl_info *)info));
}

static int parse_target(struct nlattr **tb, struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	if (!nest) {
		NL_SET_ERR_MSG(extack, "say which target: TCOPY_A_TARGET is missing");
		return -EINVAL;
	}
	return nla_parse_nested(tb, ARRAY_SIZE(target_policy) - 1, nest,
				target_policy, extack);
}

/* An address; its length tells the family. */
static int get_addr(union tcopy_addr *addr, u8 *family, struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != 4 && len != 16) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(attr), len);
	*family = len == 4 ? 4 : 6;
	if (len == 16 && ipv6_addr_v4mapped((struct in6_addr *)addr->v6)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an IPv4-mapped IPv6 address: give the IPv4 address");
		return -EINVAL;
	}
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

static int get_spec(struct tcopy_target_spec *spec, struct nlattr **tb,
		    struct netlink_ext_ack *extack)
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
	err = get_addr(&t->to, &t->family, tb[TCOPY_A_TARGET_TO_ADDR], extack);
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
		err = get_addr(&t->from, &family, tb[TCOPY_A_TARGET_FROM_ADDR],
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
	}
	if (tb[TCOPY_A_TARGET_NAME]) {
		err = get_name(t, tb[TCOPY_A_TARGET_NAME], extack);
		if (err)
			return err;
	}

	spec->relay_addr = t->to;
	spec->relay_family = t->family;
	if (tb[TCOPY_A_TARGET_RELAY_ADDR]) {
		err = get_addr(&spec->relay_addr, &spec->relay_family,
			       tb[TCOPY_A_TARGET_RELAY_ADDR], extack);
		if (err)
			return err;
	}
	spec->relay_port = htons(TCOPY_WIRE_PORT);
	if (tb[TCOPY_A_TARGET_RELAY_PORT])
		spec->relay_port =
			htons(nla_get_u16(tb[TCOPY_A_TARGET_RELAY_PORT]));

	if (tb[TCOPY_A_TARGET_PACE])
		t->conf.pace = nla_get_u8(tb[TCOPY_A_TARGET_PACE]) ==
			       TCOPY_PACE_RESPONSE;
	if (tb[TCOPY_A_TARGET_MAX_SESSIONS])
		t->max_sessions = nla_get_u32(tb[TCOPY_A_TARGET_MAX_SESSIONS]);
	if (tb[TCOPY_A_TARGET_IDLE])
		t->conf.idle_us = nla_get_u32(tb[TCOPY_A_TARGET_IDLE]) *
				  (u64)USEC_PER_SEC;
	if (tb[TCOPY_A_TARGET_WAIT])
		t->conf.wait_us = nla_get_u32(tb[TCOPY_A_TARGET_WAIT]) *
				  (u64)USEC_PER_SEC;
	return 0;
}

static int reply_id(struct genl_info *info, u32 id)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct nlattr *nest;
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &netlink_family, 0,
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

static int target_add(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[ARRAY_SIZE(target_policy)];
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target_spec spec = {};
	u32 id = 0;
	int err;

	err = parse_target(tb, info->attrs[TCOPY_A_TARGET], info->extack);
	if (err)
		return err;
	spec.t = tcopy_target_new();
	if (!spec.t)
		return -ENOMEM;
	err = get_spec(&spec, tb, info->extack);
	if (!err) {
		mutex_lock(&tn->lock);
		err = tcopy_target_add(tn, &spec, info->extack);
		if (!err)
			id = spec.t->id;
		mutex_unlock(&tn->lock);
	}
	if (err) {
		tcopy_target_put(spec.t);
		return err;
	}
	return reply_id(info, id);
}

/* The target that a request names by its ID; tcopy_net.lock is held. */
static struct tcopy_target *get_target(struct tcopy_net *tn,
				       struct genl_info *info)
{
	struct nlattr *tb[ARRAY_SIZE(target_policy)];
	struct tcopy_target *t;
	int err;

	err = parse_target(tb, info->attrs[TCOPY_A_TARGET], info->extack);
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

static int target_del(struct sk_buff *skb, struct genl_info *info)
{
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target *t;
	int err = 0;

	mutex_lock(&tn->lock);
	t = get_target(tn, info);
	if (IS_ERR(t))
		err = PTR_ERR(t);
	else
		tcopy_target_del(tn, t);
	mutex_unlock(&tn->lock);
	return err;
}

static int stop(struct sk_buff *skb, struct genl_info *info)
{
	struct tcopy_net *tn = netlink_net(info);

	mutex_lock(&tn->lock);
	tcopy_target_del_all(tn);
	mutex_unlock(&tn->lock);
	return 0;
}

static int stats_reset(struct sk_buff *skb, struct genl_info *info)
{
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target *t;
	int err = 0;

	mutex_lock(&tn->lock);
	if (info->attrs[TCOPY_A_TARGET]) {
		t = get_target(tn, info);
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

static int put_addr(struct sk_buff *msg, int attr, u8 family,
		    const union tcopy_addr *addr)
{
	return nla_put(msg, attr, family == 4 ? 4 : 16, addr);
}

static int put_target(struct sk_buff *msg, const struct tcopy_target *t)
{
	struct nlattr *nest, *stats;
	unsigned int i;

	nest = nla_nest_start(msg, TCOPY_A_TARGET);
	if (!nest ||
	    nla_put_u32(msg, TCOPY_A_TARGET_ID, t->id) ||
	    (t->name[0] &&
	     nla_put_string(msg, TCOPY_A_TARGET_NAME, t->name)) ||
	    (!t->from_any &&
	     put_addr(msg, TCOPY_A_TARGET_FROM_ADDR, t->family, &t->from)) ||
	    nla_put_u16(msg, TCOPY_A_TARGET_FROM_PORT, t->from_port) ||
	    put_addr(msg, TCOPY_A_TARGET_TO_ADDR, t->family, &t->to) ||
	    nla_put_u16(msg, TCOPY_A_TARGET_TO_PORT, ntohs(t->to_port)) ||
	    (t->to_ifindex &&
	     nla_put_u32(msg, TCOPY_A_TARGET_TO_IFINDEX, t->to_ifindex)) ||
	    put_addr(msg, TCOPY_A_TARGET_RELAY_ADDR, t->relay->family,
		     &t->relay->addr) ||
	    nla_put_u16(msg, TCOPY_A_TARGET_RELAY_PORT,
			ntohs(t->relay->port)) ||
	    nla_put_u8(msg, TCOPY_A_TARGET_PACE,
		       t->conf.pace ? TCOPY_PACE_RESPONSE : TCOPY_PACE_NONE) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_MAX_SESSIONS, t->max_sessions) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_IDLE,
			div_u64(t->conf.idle_us, USEC_PER_SEC)) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_WAIT,
			div_u64(t->conf.wait_us, USEC_PER_SEC)) ||
	    nla_put_u8(msg, TCOPY_A_TARGET_STATE, t->state) ||
	    nla_put_string(msg, TCOPY_A_TARGET_REASON, t->reason))
		return -EMSGSIZE;

	stats = nla_nest_start(msg, TCOPY_A_TARGET_STATS);
	if (!stats)
		return -EMSGSIZE;
	for (i = TCOPY_A_STAT_MATCHED; i <= TCOPY_A_STAT_MAX; i++)
		if (nla_put_u64_64bit(msg, i, tcopy_target_stat(t, i),
				      TCOPY_A_STAT_PAD))
			return -EMSGSIZE;
	nla_nest_end(msg, stats);
	nla_nest_end(msg, nest);
	return 0;
}

/* By ID, which only grows: a dump that goes on after a change misses nothing
 * that was there throughout.
 */
static int target_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct tcopy_net *tn = tcopy_netns_find(sock_net(msg->sk));
	struct tcopy_target *t;
	void *hdr;

	mutex_lock(&tn->lock);
	list_for_each_entry(t, &tn->targets, list) {
		if (t->id <= cb->args[0])
			continue;
		hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &netlink_family,
				  NLM_F_MULTI, TCOPY_CMD_TARGET_GET);
		if (!hdr)
			break;
		if (put_target(msg, t)) {
			genlmsg_cancel(msg, hdr);
			break;
		}
		genlmsg_end(msg, hdr);
		cb->args[0] = t->id;
	}
	mutex_unlock(&tn->lock);
	return msg->len;
}

static const char *session_state(const struct tcopy_session *s)
{
	switch (s->track.state) {
	case TCOPY_TRACK_SYN_SENT:
		return "opening";
	case TCOPY_TRACK_OPEN:
		return "open";
	default:
		return "ended";
	}
}

static int put_session(struct sk_buff *msg, struct tcopy_session *s)
{
	u32 held, rtt_us, sent, received;
	struct nlattr *nest;
	const char *state;

	spin_lock_bh(&s->lock);
	held = s->hold.bytes;
	state = session_state(s);
	rtt_us = s->track.srtt_us;
	sent = s->hold.sent - s->isn - 1;
	received = s->track.state == TCOPY_TRACK_SYN_SENT ? 0 :
		   s->track.rcv_nxt - s->track.irs - 1;
	spin_unlock_bh(&s->lock);

	nest = nla_nest_start(msg, TCOPY_A_SESSION);
	if (!nest ||
	    nla_put_u32(msg, TCOPY_A_SESSION_TARGET, s->target->id) ||
	    put_addr(msg, TCOPY_A_SESSION_CLIENT_ADDR, s->flow.family,
		     &s->flow.src) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_CLIENT_PORT,
			ntohs(s->flow.sport)) ||
	    put_addr(msg, TCOPY_A_SESSION_FROM_ADDR, s->flow.family,
		     &s->flow.dst) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_FROM_PORT, ntohs(s->flow.dport)) ||
	    put_addr(msg, TCOPY_A_SESSION_TO_ADDR, s->flow.family,
		     &s->answer.src) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_TO_PORT, ntohs(s->answer.sport)) ||
	    nla_put_string(msg, TCOPY_A_SESSION_STATE, state) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_HELD, held) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_RTT, rtt_us) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_SENT, sent) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_RECEIVED, received))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * struct session_cursor - where a dump of sessions is
 * @iter:	place in the table
 * @id:		target asked for, 0: all
 */
struct session_cursor {
	struct rhashtable_iter iter;
	u32 id;
};

static int session_dump_start(struct netlink_callback *cb)
{
	struct tcopy_net *tn = tcopy_netns_find(sock_net(cb->skb->sk));
	struct nlattr *tb[TCOPY_A_MAX + 1], *target[ARRAY_SIZE(target_policy)];
	struct session_cursor *cur;
	u32 id = 0;
	bool up;
	int err;

	err = genlmsg_parse(cb->nlh, &netlink_family, tb, TCOPY_A_MAX,
			    family_policy, cb->extack);
	if (err)
		return err;
	if (tb[TCOPY_A_TARGET]) {
		err = parse_target(target, tb[TCOPY_A_TARGET], cb->extack);
		if (err)
			return err;
		if (target[TCOPY_A_TARGET_ID])
			id = nla_get_u32(target[TCOPY_A_TARGET_ID]);
	}
	mutex_lock(&tn->lock);
	up = tn->up;
	mutex_unlock(&tn->lock);
	if (!up)
		return 0;	/* no target was ever there */
	cur = kzalloc(sizeof(*cur), GFP_KERNEL);
	if (!cur)
		return -ENOMEM;
	cur->id = id;
	rhashtable_walk_enter(&tn->copies, &cur->iter);
	cb->args[0] = (long)cur;
	return 0;
}

static int session_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct session_cursor *cur = (struct session_cursor *)cb->args[0];
	struct tcopy_session *s;
	void *hdr;

	if (!cur)
		return 0;
	rhashtable_walk_start(&cur->iter);
	/* An entry that did not fit is where the next message begins. */
	s = rhashtable_walk_peek(&cur->iter);
	for (; s; s = rhashtable_walk_next(&cur->iter)) {
		if (IS_ERR(s)) {
			/* The table was resized: the tool is told. */
			cb->prev_seq = 1;
			cb->seq = 2;
			continue;
		}
		if (cur->id && s->target->id != cur->id)
			continue;
		hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &netlink_family,
				  NLM_F_MULTI, TCOPY_CMD_SESSION_GET);
		if (!hdr)
			break;
		if (put_session(msg, s)) {
			genlmsg_cancel(msg, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(msg, hdr);
	}
	rhashtable_walk_stop(&cur->iter);
	return msg->len;
}

static int session_dump_done(struct netlink_callback *cb)
{
	struct session_cursor *cur = (struct session_cursor *)cb->args[0];

	if (cur) {
		rhashtable_walk_exit(&cur->iter);
		kfree(cur);
	}
	return 0;
}

static int host_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[ARRAY_SIZE(host_policy)];
	struct tcopy_net *tn = netlink_net(info);
	struct nlattr *nest = info->attrs[TCOPY_A_HOST];
	u64 memory, ram;
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(info->extack, "say what to set: TCOPY_A_HOST is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, ARRAY_SIZE(host_policy) - 1, nest,
			       host_policy, info->extack);
	if (err)
		return err;
	if (!tb[TCOPY_A_HOST_MEMORY])
		return 0;
	memory = nla_get_u64(tb[TCOPY_A_HOST_MEMORY]);
	ram = (u64)totalram_pages() << PAGE_SHIFT;
	if (memory < MEMORY_MIN || memory > ram / 2) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[TCOPY_A_HOST_MEMORY], "memory is at least 1 MiB and at most half of this host's RAM");
		return -ERANGE;
	}
	WRITE_ONCE(tn->mem_limit, memory);
	return 0;
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
	hdr = genlmsg_put_reply(msg, info, &netlink_family, 0,
				TCOPY_CMD_HOST_GET);
	nest = nla_nest_start(msg, TCOPY_A_HOST);
	if (!hdr || !nest ||
	    nla_put_u64_64bit(msg, TCOPY_A_HOST_MEMORY,
			      READ_ONCE(tn->mem_limit), TCOPY_A_HOST_PAD) ||
	    nla_put_u64_64bit(msg, TCOPY_A_HOST_MEMORY_USED, used,
			      TCOPY_A_HOST_PAD) ||
	    nla_put_u32(msg, TCOPY_A_HOST_SESSIONS,
			atomic_read(&tn->sessions_n)) ||
	    nla_put_string(msg, TCOPY_A_HOST_VERSION, TCOPY_VERSION)) {
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
		.doit = target_add,
	},
	{
		.cmd = TCOPY_CMD_TARGET_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = target_del,
	},
	{
		.cmd = TCOPY_CMD_TARGET_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = target_dump,
	},
	{
		.cmd = TCOPY_CMD_SESSION_GET,
		.flags = GENL_ADMIN_PERM,
		.start = session_dump_start,
		.dumpit = session_dump,
		.done = session_dump_done,
	},
	{
		.cmd = TCOPY_CMD_STATS_RESET,
		.flags = GENL_ADMIN_PERM,
		.doit = stats_reset,
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
};

/* parallel_ops: everything is under tcopy_net.lock, and del-target waits for
 * grace periods, which other families need not wait for with it.
 */
static struct genl_family netlink_family __ro_after_init = {
	.name = TCOPY_FAMILY_NAME,
	.version = TCOPY_FAMILY_VERSION,
	.maxattr = TCOPY_A_MAX,
	.policy = family_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = netlink_ops,
	.n_ops = ARRAY_SIZE(netlink_ops),
	.resv_start_op = TCOPY_CMD_STOP + 1,
};

/**
 * tcopy_netlink_init() - open the door
 *
 * Return: 0 or a negative errno.
 */
int tcopy_netlink_init(void)
{
	return genl_register_family(&netlink_family);
}

/**
 * tcopy_netlink_exit() - close it; no request is under way when it returns
 */
void tcopy_netlink_exit(void)
{
	genl_unregister_family(&netlink_family);
}
