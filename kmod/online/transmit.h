/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_TRANSMIT_H
#define TCOPY_ONLINE_TRANSMIT_H

#include <linux/skbuff.h>
#include "../lib/flow.h"
#include "track.h"

struct net;

/**
 * struct tcopy_way - how a copy travels, beyond its addresses
 * @oif:	device to leave by, 0: as routed
 * @mark:	of its skbs, for routing and netfilter
 * @mss:	a segment's payload and options at most, 0: what the route takes
 * @dscp:	in its IP header, 0 to 63
 * @local:	to this host itself, from its own address
 */
struct tcopy_way {
	u32 oif;
	u32 mark;
	u16 mss;
	u8 dscp;
	bool local;
};

/**
 * struct tcopy_route - the cached way of a copy
 * @dst:	NULL: none yet
 * @cookie:	for dst_check()
 * @way:	by which it was, or is to be, looked up
 * @hop_limit:	of packets that take it: what the route, or the device, or
 *		net.ipv4.ip_default_ttl and its like said when it was found
 *
 * One a session instead of struct dst_cache, which allocates per CPU. Protected
 * by its owner's lock.
 */
struct tcopy_route {
	struct dst_entry *dst;
	u32 cookie;
	struct tcopy_way way;
	u8 hop_limit;
};

int tcopy_transmit_source(struct net *net, struct tcopy_flow *flow,
			  const struct tcopy_way *way);
int tcopy_transmit_route(struct net *net, const struct tcopy_flow *answer,
			 struct tcopy_route *route);
void tcopy_transmit_unroute(struct tcopy_route *route);
u16 tcopy_transmit_mss(const struct tcopy_route *route,
		       const struct tcopy_flow *flow);
struct sk_buff *tcopy_transmit_build(struct sk_buff *skb,
				     const struct tcopy_flow *answer,
				     const struct tcopy_packet *p,
				     const struct tcopy_route *route,
				     u16 *ip_id);
void tcopy_transmit_keep(struct sk_buff *skb);
int tcopy_transmit_send(struct net *net, struct sk_buff *skb);
int tcopy_transmit_once(struct net *net, const struct tcopy_flow *flow,
			const struct tcopy_way *way,
			const struct tcopy_packet *p);

#endif
