// SPDX-License-Identifier: GPL-2.0
/* transmit: route a copy, put headers before its payload, let it go. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/xfrm.h>

#include "header.h"
#include "hold.h"
#include "netns.h"
#include "transmit.h"

static struct dst_entry *route_v4(struct net *net,
				  const struct tcopy_flow *flow,
				  const struct tcopy_way *way)
{
	struct flowi4 fl4 = {
		.daddr = flow->dst.v4,
		.saddr = flow->src.v4,
		.fl4_sport = flow->sport,
		.fl4_dport = flow->dport,
		.flowi4_oif = way->oif,
		.flowi4_mark = way->mark,
		/* so that IPsec policy for TCP applies */
		.flowi4_proto = IPPROTO_TCP,
		/* the source is a client's, not ours */
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
	};
	struct rtable *rt = ip_route_output_flow(net, &fl4, NULL);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *route_v6(struct net *net,
				  const struct tcopy_flow *flow,
				  const struct tcopy_way *way)
{
	struct flowi6 fl6 = {
		.daddr = *(struct in6_addr *)flow->dst.v6,
		.saddr = *(struct in6_addr *)flow->src.v6,
		.fl6_sport = flow->sport,
		.fl6_dport = flow->dport,
		.flowi6_oif = way->oif,
		.flowi6_mark = way->mark,
		.flowi6_proto = IPPROTO_TCP,
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
	};
	struct dst_entry *dst = ip6_route_output(net, NULL, &fl6);

	if (dst->error) {
		int err = dst->error;

		dst_release(dst);
		return ERR_PTR(err);
	}
	return xfrm_lookup(net, dst, flowi6_to_flowi(&fl6), NULL, 0);
}

/**
 * tcopy_transmit_source() - the address this host would use by itself
 * @net:	the namespace
 * @flow:	to the test service; its source address is filled
 * @way:	how it travels
 *
 * Context: process or BH.
 *
 * Return: 0, or what routing says.
 */
int tcopy_transmit_source(struct net *net, struct tcopy_flow *flow,
			  const struct tcopy_way *way)
{
	struct dst_entry *dst;

	if (flow->family == 4) {
		struct flowi4 fl4 = {
			.daddr = flow->dst.v4,
			.flowi4_oif = way->oif,
			.flowi4_mark = way->mark,
			.flowi4_proto = IPPROTO_TCP,
			.fl4_sport = flow->sport,
			.fl4_dport = flow->dport,
		};
		struct rtable *rt = ip_route_output_flow(net, &fl4, NULL);

		if (IS_ERR(rt))
			return PTR_ERR(rt);
		flow->src.v4 = fl4.saddr;
		dst = &rt->dst;
	} else {
#if IS_ENABLED(CONFIG_IPV6)
		struct flowi6 fl6 = {
			.daddr = *(struct in6_addr *)flow->dst.v6,
			.flowi6_oif = way->oif,
			.flowi6_mark = way->mark,
			.flowi6_proto = IPPROTO_TCP,
			.fl6_sport = flow->sport,
			.fl6_dport = flow->dport,
		};

		dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
		if (IS_ERR(dst))
			return PTR_ERR(dst);
		memcpy(flow->src.v6, &fl6.saddr, 16);
#else
		return -EAFNOSUPPORT;
#endif
	}
	dst_release(dst);
	return 0;
}

/**
 * tcopy_transmit_unroute() - forget a cached route
 * @route: its dst is released
 */
void tcopy_transmit_unroute(struct tcopy_route *route)
{
	dst_release(route->dst);
	route->dst = NULL;
}

static noinline int route_find(struct net *net, const struct tcopy_flow *answer,
			       struct tcopy_route *route)
{
	struct tcopy_flow flow;
	struct dst_entry *dst;

	tcopy_flow_reverse(&flow, answer);
	if (flow.family == 4)
		dst = route_v4(net, &flow, &route->way);
	else
		dst = route_v6(net, &flow, &route->way);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	route->dst = dst;
	route->cookie = 0;
	if (flow.family == 6) {
		route->cookie = rt6_get_cookie((struct rt6_info *)dst);
		route->hop_limit = ip6_dst_hoplimit(dst);
	} else {
		route->hop_limit = ip4_dst_hoplimit(dst);
	}
	return 0;
}

/**
 * tcopy_transmit_route() - have a valid route in the cache
 * @net:	the namespace
 * @answer:	from the copy's destination to its source, which may be foreign
 * @route:	looked up again when it is empty or no longer valid
 *
 * Context: BH; the owner of @route is locked.
 *
 * Return: 0; or what the routing tables say: -ENETUNREACH, -EHOSTUNREACH,
 * -EINVAL (a source that cannot travel), ...
 */
int tcopy_transmit_route(struct net *net, const struct tcopy_flow *answer,
			 struct tcopy_route *route)
{
	struct dst_entry *dst = route->dst;

	if (dst) {
		if (dst_check(dst, route->cookie))
			return 0;
		tcopy_transmit_unroute(route);
	}
	return route_find(net, answer, route);
}

/**
 * tcopy_transmit_mss() - payload that fits into a packet on a route
 * @route:	has a dst
 * @flow:	tells the family
 *
 * Return: bytes, TCP options not taken off; at least 88 (what an MTU of 128
 * leaves), whatever the route says, and never more than its way's own limit.
 */
u16 tcopy_transmit_mss(const struct tcopy_route *route,
		       const struct tcopy_flow *flow)
{
	u32 mtu = dst_mtu(route->dst);
	u32 hdr = flow->family == 4 ? 40 : 60, mss;

	mss = clamp_t(u32, mtu, 88 + hdr, 65535) - hdr;
	return route->way.mss ? min_t(u32, mss, route->way.mss) : mss;
}

static void push_v4(struct sk_buff *skb, const struct tcopy_flow *answer,
		    const struct tcopy_route *route, u16 id)
{
	struct tcphdr *th = tcp_hdr(skb);
	struct iphdr *iph;

	th->check = ~tcp_v4_check(skb->len, answer->dst.v4, answer->src.v4, 0);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->tos = route->way.dscp << 2;
	iph->id = htons(id);
	iph->ttl = route->hop_limit;
	iph->protocol = IPPROTO_TCP;
	iph->saddr = answer->dst.v4;
	iph->daddr = answer->src.v4;
	skb->protocol = htons(ETH_P_IP);
}

static void push_v6(struct sk_buff *skb, const struct tcopy_flow *answer,
		    const struct tcopy_route *route)
{
	const struct in6_addr *src = (const struct in6_addr *)answer->dst.v6;
	const struct in6_addr *dst = (const struct in6_addr *)answer->src.v6;
	struct tcphdr *th = tcp_hdr(skb);
	struct ipv6hdr *iph;

	th->check = ~csum_ipv6_magic(src, dst, skb->len, IPPROTO_TCP, 0);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	ip6_flow_hdr(iph, route->way.dscp << 2, 0);
	iph->nexthdr = IPPROTO_TCP;
	iph->hop_limit = route->hop_limit;
	iph->saddr = *src;
	iph->daddr = *dst;
	skb->protocol = htons(ETH_P_IPV6);
}

/**
 * tcopy_transmit_build() - put headers before payload
 * @skb:	payload with TCOPY_HEADROOM in front, or NULL for none; consumed
 * @answer:	from the copy's destination to its source
 * @p:		the packet; its @len is not looked at, the skb's is
 * @route:	has a dst
 * @ip_id:	next IPv4 identification of this session; moved on by one a
 *		segment (RFC 6864: DF is clear, so it must not repeat soon)
 *
 * Payload longer than an MSS leaves as one GSO packet.
 *
 * Context: BH; the owner of @route is locked.
 *
 * Return: an skb for tcopy_transmit_send() before BH are enabled again, or else
 * tcopy_transmit_keep() comes first; NULL without memory.
 */
struct sk_buff *tcopy_transmit_build(struct sk_buff *skb,
				     const struct tcopy_flow *answer,
				     const struct tcopy_packet *p,
				     const struct tcopy_route *route,
				     u16 *ip_id)
{
	unsigned int hlen = tcopy_header_len(p), len, segs = 1;

	if (!skb) {
		skb = alloc_skb(TCOPY_HEADROOM, TCOPY_GFP);
		if (!skb)
			return NULL;
		skb_reserve(skb, TCOPY_HEADROOM);
	}
	len = skb->len;

	__skb_push(skb, hlen);
	skb_reset_transport_header(skb);
	tcopy_header_fill(skb->data, p, answer->dport, answer->sport);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);

	if (len > p->mss) {
		struct skb_shared_info *info = skb_shinfo(skb);

		segs = DIV_ROUND_UP(len, p->mss);
		info->gso_size = p->mss;
		info->gso_segs = segs;
		info->gso_type = answer->family == 4 ? SKB_GSO_TCPV4 :
						       SKB_GSO_TCPV6;
	}

	if (answer->family == 4)
		push_v4(skb, answer, route, *ip_id);
	else
		push_v6(skb, answer, route);
	*ip_id += segs;

	skb->mark = route->way.mark;
	/* As TCP's own packets: whoever keeps it for long takes a reference. */
	skb_dst_set_noref(skb, route->dst);
	/* Not PACKET_HOST: icmp_send() is silent about anything else, so that
	 * no error about a copy goes to the client whose source it carries.
	 * For the same reason it is fragmented rather than refused. TCP takes
	 * nothing else, though, and a test service on this host has to: there
	 * the source is always this host's own. Where an address became local
	 * since, copies of clients do not reach it.
	 */
	skb->pkt_type = PACKET_OUTGOING;
	if (route->way.local && route->dst->dev->flags & IFF_LOOPBACK)
		skb->pkt_type = PACKET_HOST;
	skb->ignore_df = 1;
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	return skb;
}

/**
 * tcopy_transmit_keep() - a packet will be sent later
 * @skb: from tcopy_transmit_build()
 *
 * Context: as that.
 */
void tcopy_transmit_keep(struct sk_buff *skb)
{
	skb_dst_force(skb);
}

/**
 * tcopy_transmit_send() - let a copy leave
 * @net:	the namespace
 * @skb:	from tcopy_transmit_build(); consumed
 *
 * Context: BH, no lock of ours held: it may run through a queueing discipline,
 * a tunnel or veth, and what comes back may ask for a session's lock.
 *
 * Return: 0, or a negative errno when it was dropped on this host.
 */
int tcopy_transmit_send(struct net *net, struct sk_buff *skb)
{
	int err;

	/* Its route was gone before it could be kept. */
	if (unlikely(!skb_dst(skb))) {
		kfree_skb(skb);
		return -EHOSTUNREACH;
	}
	if (skb->protocol == htons(ETH_P_IP))
		err = ip_local_out(net, NULL, skb);
	else
		err = ip6_local_out(net, NULL, skb);
	return net_xmit_eval(err);
}

/**
 * tcopy_transmit_once() - send a packet that belongs to no session
 * @net:	the namespace
 * @flow:	its source and destination
 * @way:	how it travels
 * @p:		the packet; without payload
 *
 * Context: process or BH.
 *
 * Return: 0; -ENOMEM; or what routing and sending say.
 */
int tcopy_transmit_once(struct net *net, const struct tcopy_flow *flow,
			const struct tcopy_way *way,
			const struct tcopy_packet *p)
{
	struct tcopy_route route = { .way = *way };
	struct tcopy_flow answer;
	struct sk_buff *skb;
	u16 ip_id = 0;
	int err;

	tcopy_flow_reverse(&answer, flow);
	local_bh_disable();
	err = tcopy_transmit_route(net, &answer, &route);
	if (!err) {
		skb = tcopy_transmit_build(NULL, &answer, p, &route, &ip_id);
		err = skb ? tcopy_transmit_send(net, skb) : -ENOMEM;
		tcopy_transmit_unroute(&route);
	}
	local_bh_enable();
	return err;
}
