// SPDX-License-Identifier: GPL-2.0
/* netlink: what can be changed of a target */

#include <linux/inetdevice.h>
#include <net/addrconf.h>

#include "netlink_int.h"
#include "target.h"

#define MSS_MIN		88
#define MSS_MAX		65495

static_assert(TCOPY_CLIENTS_MAX == TCOPY_SHAPE_PREFIXES);
static_assert(TCOPY_SAMPLE_ALL == TCOPY_SHAPE_ALL);

/* The prefixes of one kind, if there are any; an empty nest: no prefix. */
static int get_clients(struct tcopy_prefix *to, unsigned int *n, u8 family,
		       int type, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	*n = 0;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != type || !nla_len(attr))
			continue;
		if (*n == TCOPY_CLIENTS_MAX)
			goto many;
		err = tcopy_netlink_get_prefix(&to[*n], attr, extack);
		if (err)
			return err;
		if (to[*n].family != family) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "the prefix is of another family than the target: none of its clients is in there");
			return -EINVAL;
		}
		(*n)++;
	}
	return 0;
many:
	NL_SET_ERR_MSG_ATTR(extack, attr, "too many prefixes of clients (64 at most): join some");
	return -E2BIG;
}

static int get_filter(struct tcopy_shape *shape, u8 family, struct nlattr **tb,
		      const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	unsigned int client_n = shape->client_n, not_n = shape->not_client_n;
	struct tcopy_prefix *client, *not;
	int err = 0;

	if (!tb[TCOPY_A_TARGET_CLIENT] && !tb[TCOPY_A_TARGET_NOT_CLIENT])
		return 0;
	client = kcalloc(2 * TCOPY_CLIENTS_MAX, sizeof(*client), GFP_KERNEL);
	if (!client)
		return -ENOMEM;
	not = client + TCOPY_CLIENTS_MAX;
	memcpy(client, shape->prefix, client_n * sizeof(*client));
	memcpy(not, shape->prefix + client_n, not_n * sizeof(*client));
	if (tb[TCOPY_A_TARGET_CLIENT])
		err = get_clients(client, &client_n, family,
				  TCOPY_A_TARGET_CLIENT, nest, extack);
	if (!err && tb[TCOPY_A_TARGET_NOT_CLIENT])
		err = get_clients(not, &not_n, family,
				  TCOPY_A_TARGET_NOT_CLIENT, nest, extack);
	if (!err && client_n + not_n > TCOPY_CLIENTS_MAX) {
		NL_SET_ERR_MSG(extack, "too many prefixes of clients, wanted and not wanted together (64 at most): join some");
		err = -E2BIG;
	}
	if (!err) {
		shape->client_n = client_n;
		shape->not_client_n = not_n;
		memcpy(shape->prefix, client, client_n * sizeof(*client));
		memcpy(shape->prefix + client_n, not, not_n * sizeof(*not));
	}
	kfree(client);
	return err;
}

static int get_way(struct tcopy_way *way, const struct tcopy_target *t,
		   struct nlattr **tb, struct netlink_ext_ack *extack)
{
	u32 mss, dev;
	bool there;

	if (tb[TCOPY_A_TARGET_MSS]) {
		mss = nla_get_u32(tb[TCOPY_A_TARGET_MSS]);
		if (mss && (mss < MSS_MIN || mss > MSS_MAX)) {
			NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_MSS], "an MSS is 88 to 65495 bytes, or 0: what the route takes");
			return -ERANGE;
		}
		way->mss = mss;
	}
	if (tb[TCOPY_A_TARGET_MARK])
		way->mark = nla_get_u32(tb[TCOPY_A_TARGET_MARK]);
	if (tb[TCOPY_A_TARGET_DSCP])
		way->dscp = nla_get_u8(tb[TCOPY_A_TARGET_DSCP]);
	if (!tb[TCOPY_A_TARGET_DEV]) {
		if (!way->oif)
			way->oif = t->to_ifindex;
		return 0;
	}
	dev = nla_get_u32(tb[TCOPY_A_TARGET_DEV]);
	if (dev) {
		rcu_read_lock();
		there = dev_get_by_index_rcu(t->tn->net, dev);
		rcu_read_unlock();
		if (!there) {
			NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_DEV], "no such device in this namespace");
			return -ENODEV;
		}
		if (t->to_ifindex && t->to_ifindex != dev) {
			NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_DEV], "the target's link-local address is on another device");
			return -EINVAL;
		}
	}
	way->oif = dev ?: t->to_ifindex;
	return 0;
}

/* Does a network hold an address of this host's? */
static bool source_is_local(struct net *net, const struct tcopy_prefix *p)
{
	union tcopy_addr addr = {};
	struct net_device *dev;
	bool found = false;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		const struct in_device *in = __in_dev_get_rcu(dev);
		const struct in_ifaddr *ifa;

		if (p->family == 4 && in)
			in_dev_for_each_ifa_rcu(ifa, in) {
				addr.v4 = ifa->ifa_local;
				found |= tcopy_prefix_has(p, 4, &addr);
			}
#if IS_ENABLED(CONFIG_IPV6)
		if (p->family == 6 && __in6_dev_get(dev)) {
			struct inet6_dev *in6 = __in6_dev_get(dev);
			const struct inet6_ifaddr *ifa6;

			read_lock_bh(&in6->lock);
			list_for_each_entry(ifa6, &in6->addr_list, if_list) {
				memcpy(addr.v6, &ifa6->addr, 16);
				found |= tcopy_prefix_has(p, 6, &addr);
			}
			read_unlock_bh(&in6->lock);
		}
#endif
	}
	rcu_read_unlock();
	return found;
}

static bool source_travels(const struct tcopy_prefix *p)
{
	int type;

	if (p->family == 4)
		return !ipv4_is_loopback(p->addr.v4) &&
		       !ipv4_is_multicast(p->addr.v4) &&
		       !ipv4_is_zeronet(p->addr.v4) &&
		       !ipv4_is_linklocal_169(p->addr.v4) &&
		       ntohl(p->addr.v4) < 0xf0000000;
	type = ipv6_addr_type((const struct in6_addr *)p->addr.v6);
	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL));
}

static int source_check(const struct tcopy_target *t,
			const struct tcopy_prefix *p,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	if (p->family != t->family)
		NL_SET_ERR_MSG_ATTR(extack, attr, "the prefix of sources is of another family than the target");
	else if (!source_travels(p))
		NL_SET_ERR_MSG_ATTR(extack, attr, "addresses of this prefix cannot travel as a source: give a unicast network that is nobody's");
	else if (p->plen < 8)
		NL_SET_ERR_MSG_ATTR(extack, attr, "a prefix of sources is 8 bits long at least: these would be everybody's addresses");
	else if (tcopy_prefix_has(p, t->family, &t->to))
		NL_SET_ERR_MSG_ATTR(extack, attr, "the prefix of sources holds the target's own address: give a network that is nobody's");
	else if (source_is_local(t->tn->net, p))
		NL_SET_ERR_MSG_ATTR(extack, attr, "the prefix of sources holds an address of this host: give a network that is nobody's");
	else
		return 0;
	return -EINVAL;
}

static int get_source(struct tcopy_conf *conf, const struct tcopy_target *t,
		      struct nlattr **tb, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[TCOPY_A_TARGET_SOURCE_PREFIX];
	struct tcopy_prefix p;
	u8 source;
	int err;

	if (!tb[TCOPY_A_TARGET_SOURCE]) {
		if (!attr)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr, "a prefix of sources needs TCOPY_SOURCE_PREFIX as source");
		return -EINVAL;
	}
	source = nla_get_u8(tb[TCOPY_A_TARGET_SOURCE]);
	if ((attr && source != TCOPY_SOURCE_PREFIX) ||
	    (!attr && source == TCOPY_SOURCE_PREFIX)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_SOURCE], "TCOPY_SOURCE_PREFIX, and it alone, needs a prefix");
		return -EINVAL;
	}
	memset(&p, 0, sizeof(p));
	if (attr) {
		err = tcopy_netlink_get_prefix(&p, attr, extack);
		if (err)
			return err;
		err = source_check(t, &p, attr, extack);
		if (err)
			return err;
	}
	conf->source = p;
	conf->own_source = source == TCOPY_SOURCE_OWN;
	return 0;
}

/**
 * tcopy_netlink_get_conf() - what a request says of what can be changed
 * @conf:	what it does not speak of stays
 * @t:		whose
 * @tb:		attributes of a target
 * @nest:	where they are from: some are repeated
 * @extack:	says what is wrong
 *
 * Context: process.
 *
 * Return: 0 or a negative errno.
 */
int tcopy_netlink_get_conf(struct tcopy_conf *conf,
			   const struct tcopy_target *t, struct nlattr **tb,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	struct tcopy_shape *shape = &conf->shape;
	int err;

	if (tb[TCOPY_A_TARGET_PACE])
		conf->track.pace = nla_get_u8(tb[TCOPY_A_TARGET_PACE]) ==
				   TCOPY_PACE_RESPONSE;
	if (tb[TCOPY_A_TARGET_MAX_SESSIONS])
		conf->max_sessions =
			nla_get_u32(tb[TCOPY_A_TARGET_MAX_SESSIONS]);
	if (tb[TCOPY_A_TARGET_IDLE])
		conf->track.idle_us = nla_get_u32(tb[TCOPY_A_TARGET_IDLE]) *
				      (u64)USEC_PER_SEC;
	if (tb[TCOPY_A_TARGET_WAIT])
		conf->track.wait_us = nla_get_u32(tb[TCOPY_A_TARGET_WAIT]) *
				      (u64)USEC_PER_SEC;
	if (tb[TCOPY_A_TARGET_SESSIONS] && t->forward &&
	    nla_get_u8(tb[TCOPY_A_TARGET_SESSIONS]) == TCOPY_SESSIONS_ANY) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_SESSIONS], "with hook forward only whole connections are copied: sessions full");
		return -EINVAL;
	}
	if (tb[TCOPY_A_TARGET_COPIES])
		conf->copies = nla_get_u32(tb[TCOPY_A_TARGET_COPIES]);
	if (conf->copies > 1 && t->forward) {
		NL_SET_ERR_MSG(extack, "with hook forward one copy is made of a connection");
		return -EINVAL;
	}
	if (conf->copies > conf->max_sessions) {
		NL_SET_ERR_MSG(extack, "a connection has more copies than the target may have sessions: lower one, or raise the other");
		return -EINVAL;
	}
	err = get_source(conf, t, tb, extack);
	if (err)
		return err;
	if (t->direct && tb[TCOPY_A_TARGET_SOURCE] && !conf->own_source) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_SOURCE], "in direct mode (--direct, or a target on this host) answers come to this host: only --source own goes with it");
		return -EINVAL;
	}
	if (t->direct)
		conf->own_source = true;
	if (tb[TCOPY_A_TARGET_SESSIONS])
		conf->pick_up = nla_get_u8(tb[TCOPY_A_TARGET_SESSIONS]) ==
				TCOPY_SESSIONS_ANY;
	if (tb[TCOPY_A_TARGET_SAMPLE])
		shape->sample = nla_get_u32(tb[TCOPY_A_TARGET_SAMPLE]);
	if (tb[TCOPY_A_TARGET_SEED])
		shape->seed = nla_get_u32(tb[TCOPY_A_TARGET_SEED]);
	if (tb[TCOPY_A_TARGET_RAMP])
		shape->ramp = nla_get_u32(tb[TCOPY_A_TARGET_RAMP]);
	if (tb[TCOPY_A_TARGET_RATE])
		shape->rate = nla_get_u32(tb[TCOPY_A_TARGET_RATE]);
	conf->way.local = t->local;
	err = get_way(&conf->way, t, tb, extack);
	return err ?: get_filter(shape, t->family, tb, nest, extack);
}

/**
 * tcopy_netlink_put_conf() - say what can be changed of a target
 * @msg:	filled
 * @t:		the target
 * @conf:	as it is
 *
 * Return: 0 or -EMSGSIZE.
 */
int tcopy_netlink_put_conf(struct sk_buff *msg, const struct tcopy_target *t,
			   const struct tcopy_conf *conf)
{
	const struct tcopy_shape *shape = &conf->shape;
	const struct tcopy_way *way = &conf->way;
	unsigned int i;

	if (nla_put_u8(msg, TCOPY_A_TARGET_PACE, conf->track.pace ?
		       TCOPY_PACE_RESPONSE : TCOPY_PACE_NONE) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_MAX_SESSIONS, conf->max_sessions) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_IDLE,
			div_u64(conf->track.idle_us, USEC_PER_SEC)) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_WAIT,
			div_u64(conf->track.wait_us, USEC_PER_SEC)) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_COPIES, conf->copies) ||
	    nla_put_u8(msg, TCOPY_A_TARGET_SOURCE, conf->source.family ?
		       TCOPY_SOURCE_PREFIX : conf->own_source ?
		       TCOPY_SOURCE_OWN : TCOPY_SOURCE_CLIENT) ||
	    (conf->source.family &&
	     tcopy_netlink_put_prefix(msg, TCOPY_A_TARGET_SOURCE_PREFIX,
				      &conf->source)) ||
	    nla_put_u8(msg, TCOPY_A_TARGET_SESSIONS, conf->pick_up ?
		       TCOPY_SESSIONS_ANY : TCOPY_SESSIONS_FULL) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_SAMPLE, shape->sample) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_SEED, shape->seed) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_RAMP, shape->ramp) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_RATE, shape->rate) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_MSS, way->mss) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_MARK, way->mark) ||
	    nla_put_u8(msg, TCOPY_A_TARGET_DSCP, way->dscp) ||
	    nla_put_u32(msg, TCOPY_A_TARGET_DEV,
			way->oif == t->to_ifindex ? 0 : way->oif))
		return -EMSGSIZE;
	for (i = 0; i < shape->client_n + shape->not_client_n; i++)
		if (tcopy_netlink_put_prefix(msg, i < shape->client_n ?
					     TCOPY_A_TARGET_CLIENT :
					     TCOPY_A_TARGET_NOT_CLIENT,
					     &shape->prefix[i]))
			return -EMSGSIZE;
	return 0;
}

/* What was decided when the target was added. */
static int set_refuses(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	static const u8 fixed[] = {
		TCOPY_A_TARGET_NAME, TCOPY_A_TARGET_FROM_ADDR,
		TCOPY_A_TARGET_FROM_PORT, TCOPY_A_TARGET_TO_ADDR,
		TCOPY_A_TARGET_TO_PORT, TCOPY_A_TARGET_TO_IFINDEX,
		TCOPY_A_TARGET_RELAY_ADDR, TCOPY_A_TARGET_RELAY_PORT,
	};
	unsigned int i;

	if (tb[TCOPY_A_TARGET_DIRECT]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_DIRECT], "where a target's answers go cannot be changed: del-target it, and add another");
		return -EINVAL;
	}
	if (tb[TCOPY_A_TARGET_PAUSED]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_PAUSED], "a target is paused by pause-target (TCOPY_CMD_TARGET_PAUSE)");
		return -EINVAL;
	}
	if (tb[TCOPY_A_TARGET_HOOK]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[TCOPY_A_TARGET_HOOK], "a target's hook cannot be changed: del-target it, and add another");
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if (tb[fixed[i]]) {
			NL_SET_ERR_MSG_ATTR(extack, tb[fixed[i]], "a target's addresses, ports and name cannot be changed: del-target it, and add another");
			return -EINVAL;
		}
	return 0;
}

/**
 * tcopy_netlink_target_set() - TCOPY_CMD_TARGET_SET
 * @skb:	the request
 * @info:	its attributes
 *
 * Context: process.
 *
 * Return: 0 or a negative errno, with an extended ack.
 */
int tcopy_netlink_target_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETLINK_TARGET_MAX + 1];
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_conf *conf = NULL;
	struct tcopy_target *t;
	int err;

	mutex_lock(&tn->lock);
	t = tcopy_netlink_target_get(tn, tb, info);
	err = PTR_ERR_OR_ZERO(t);
	if (!err)
		err = set_refuses(tb, info->extack);
	if (err)
		goto unlock;
	conf = tcopy_conf_new(tcopy_target_conf(t));
	err = -ENOMEM;
	if (!conf)
		goto unlock;
	err = tcopy_netlink_get_conf(conf, t, tb, info->attrs[TCOPY_A_TARGET],
				     info->extack);
	if (err)
		goto unlock;
	tcopy_target_change(tn, t, conf, tb[TCOPY_A_TARGET_RAMP]);
	conf = NULL;
	if (tb[TCOPY_A_TARGET_FOR])
		tcopy_target_ends(tn, t, nla_get_u32(tb[TCOPY_A_TARGET_FOR]));
unlock:
	mutex_unlock(&tn->lock);
	kfree(conf);
	return err;
}

/**
 * tcopy_netlink_target_pause() - TCOPY_CMD_TARGET_PAUSE and _RESUME
 * @skb:	the request
 * @info:	its attributes
 *
 * Context: process.
 *
 * Return: 0 or a negative errno, with an extended ack.
 */
int tcopy_netlink_target_pause(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETLINK_TARGET_MAX + 1];
	struct tcopy_net *tn = netlink_net(info);
	struct tcopy_target *t;
	int err;

	mutex_lock(&tn->lock);
	t = tcopy_netlink_target_get(tn, tb, info);
	err = PTR_ERR_OR_ZERO(t);
	if (!err)
		tcopy_target_hold(tn, t, info->genlhdr->cmd ==
				  TCOPY_CMD_TARGET_PAUSE);
	mutex_unlock(&tn->lock);
	return err;
}
