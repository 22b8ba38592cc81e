// SPDX-License-Identifier: GPL-2.0
/* netlink: what there is to tell of intercepts. */
#include <linux/netlink.h>
#include <linux/tcopy_intercept.h>
#include <net/genetlink.h>

#include "drain.h"
#include "netlink.h"
#include "netns.h"

static int put_u64(struct sk_buff *skb, int attr, u64 v)
{
	return nla_put_u64_64bit(skb, attr, v, TCOPY_ICEPT_A_PAD);
}

static int put_counters(struct sk_buff *skb, const u64 c[ICEPT_COUNTERS])
{
	if (put_u64(skb, TCOPY_ICEPT_A_STOLEN, c[ICEPT_STOLEN]) ||
	    put_u64(skb, TCOPY_ICEPT_A_PASSED, c[ICEPT_PASSED]) ||
	    put_u64(skb, TCOPY_ICEPT_A_OWN, c[ICEPT_OWN]) ||
	    put_u64(skb, TCOPY_ICEPT_A_MALFORMED, c[ICEPT_MALFORMED]) ||
	    put_u64(skb, TCOPY_ICEPT_A_ERRORS, c[ICEPT_ERRORS]) ||
	    put_u64(skb, TCOPY_ICEPT_A_ABORTED, c[ICEPT_ABORTED]))
		return -EMSGSIZE;
	return 0;
}

static int put_relay(struct sk_buff *skb, const struct icept_net *in)
{
	if (!READ_ONCE(in->respond.upcall.relay))
		return 0;
	return nla_put_flag(skb, TCOPY_ICEPT_A_RELAY);
}

static int put_pass(struct sk_buff *skb, const struct icept_prefix *p)
{
	struct nlattr *nest = nla_nest_start(skb, TCOPY_ICEPT_A_PASS);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put(skb, TCOPY_ICEPT_A_PASS_ADDR, p->family == 4 ? 4 : 16,
		    &p->addr) ||
	    nla_put_u8(skb, TCOPY_ICEPT_A_PASS_PLEN, p->plen))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static u32 seconds_left(const struct icept_port *port)
{
	u64 now = get_jiffies_64();

	return now < port->ends ? div_u64(port->ends - now + HZ - 1, HZ) : 0;
}

static int put_port(struct sk_buff *skb, const struct icept_net *in,
		    const struct icept_port *port)
{
	u64 c[ICEPT_COUNTERS] = {};
	unsigned int i;

	if (nla_put_u16(skb, TCOPY_ICEPT_A_PORT, port->port) ||
	    nla_put_u8(skb, TCOPY_ICEPT_A_STATE, port->state) ||
	    put_relay(skb, in))
		return -EMSGSIZE;
	if (port->family &&
	    (nla_put(skb, TCOPY_ICEPT_A_ADDR, port->family == 4 ? 4 : 16,
		     &port->addr) ||
	     nla_put_u32(skb, TCOPY_ICEPT_A_QUIET, port->quiet)))
		return -EMSGSIZE;
	if (port->ends && nla_put_u32(skb, TCOPY_ICEPT_A_FOR,
				      seconds_left(port)))
		return -EMSGSIZE;
	for (i = 0; i < port->pass_n; i++)
		if (put_pass(skb, &port->pass[i]))
			return -EMSGSIZE;
	icept_respond_sum(port, c);
	return put_counters(skb, c);
}

/* cb->args[0]: how many have been told; a change between is told by the
 * generation
 */
int icept_netlink_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct icept_net *in = icept_netns_find(sock_net(skb->sk));
	struct icept_port *port;
	long i = 0;
	bool relay;
	void *hdr;
	int err = 0;

	relay = icept_upcall_is_relay(&in->respond.upcall,
				      NETLINK_CREDS(cb->skb)->pid);
	mutex_lock(&in->lock);
	if (relay)
		in->asked = get_jiffies_64();
	cb->seq = in->gen + 1;	/* 0 means: not checked */
	list_for_each_entry(port, &in->icepts, list) {
		if (i++ < cb->args[0])
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &icept_netlink_family,
				  NLM_F_MULTI, TCOPY_ICEPT_CMD_GET);
		if (!hdr) {
			err = -EMSGSIZE;
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		err = put_port(skb, in, port);
		if (err) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		if (relay)
			icept_drain_told_locked(port);
		cb->args[0] = i;
	}
	mutex_unlock(&in->lock);

	/* A message that fits an empty buffer not at all would never end. */
	return err && !skb->len ? err : skb->len;
}

int icept_netlink_stats_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icept_net *in = icept_netns_find(genl_info_net(info));
	struct icept_stats stats;
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &icept_netlink_family, 0,
				TCOPY_ICEPT_CMD_STATS);
	if (!hdr)
		goto full;
	icept_netns_stats(in, &stats);
	if (put_relay(msg, in) || put_counters(msg, stats.c) ||
	    put_u64(msg, TCOPY_ICEPT_A_LOST, stats.upcall.lost) ||
	    put_u64(msg, TCOPY_ICEPT_A_SUPERSEDED, stats.upcall.superseded) ||
	    nla_put_string(msg, TCOPY_ICEPT_A_VERSION, TCOPY_VERSION))
		goto full;
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

full:
	nlmsg_free(msg);
	return -EMSGSIZE;
}
