// SPDX-License-Identifier: GPL-2.0
/* netlink: what there is to tell of targets */

#include "netlink_int.h"
#include "relay.h"
#include "target.h"

/* How the return channel does. */
static int put_heard(struct sk_buff *msg, const struct tcopy_target *t)
{
	u64 welcome_us = READ_ONCE(t->welcome_us), now_us = tcopy_now_us();
	u64 ms = 0;

	if (nla_put_u32(msg, TCOPY_A_TARGET_RTT, READ_ONCE(t->rtt_us)))
		return -EMSGSIZE;
	if (!t->relay || !welcome_us)
		return 0;
	if (now_us > welcome_us)
		ms = div_u64(now_us - welcome_us, USEC_PER_MSEC);
	return nla_put_u32(msg, TCOPY_A_TARGET_HEARD, min_t(u64, ms, U32_MAX));
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
	    (t->relay &&
	     put_addr(msg, TCOPY_A_TARGET_RELAY_ADDR, t->relay->family,
		      &t->relay->addr)) ||
	    (t->relay &&
	     nla_put_u16(msg, TCOPY_A_TARGET_RELAY_PORT,
			 ntohs(t->relay->port))) ||
	    (t->direct && nla_put_flag(msg, TCOPY_A_TARGET_DIRECT)) ||
	    (t->held && nla_put_flag(msg, TCOPY_A_TARGET_PAUSED)) ||
	    put_heard(msg, t) ||
	    tcopy_netlink_put_conf(msg, t, tcopy_target_conf(t)) ||
	    (t->ends_us && nla_put_u32(msg, TCOPY_A_TARGET_FOR,
				       tcopy_target_left_s(t))) ||
	    nla_put_u8(msg, TCOPY_A_TARGET_HOOK, t->forward ?
		       TCOPY_HOOK_FORWARD : TCOPY_HOOK_INPUT) ||
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

/* A target with all the prefixes of clients that it may have; one of IPv6 takes
 * 32 bytes.
 */
#define TARGET_DUMP	8192

/**
 * tcopy_netlink_target_start() - begin a dump, TCOPY_CMD_TARGET_GET
 * @cb:		the dump
 *
 * Context: process.
 *
 * Return: 0.
 */
int tcopy_netlink_target_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = TARGET_DUMP;
	return 0;
}

/**
 * tcopy_netlink_target_dump() - TCOPY_CMD_TARGET_GET
 * @msg:	filled
 * @cb:		where the dump is
 *
 * By ID, which only grows: a dump that goes on after a change misses nothing
 * that was there throughout.
 *
 * Context: process.
 *
 * Return: bytes in @msg, 0 at the end.
 */
int tcopy_netlink_target_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct tcopy_net *tn = tcopy_netns_find(sock_net(msg->sk));
	struct tcopy_target *t;
	void *hdr;

	mutex_lock(&tn->lock);
	list_for_each_entry(t, &tn->targets, list) {
		if (t->id <= cb->args[0])
			continue;
		hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &tcopy_netlink_family,
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
