/* SPDX-License-Identifier: GPL-2.0 */
/* What capture*.c share: the hooks, capture_input.c and capture_forward.c, call
 * capture.c.
 */
#ifndef TCOPY_ONLINE_CAPTURE_INT_H
#define TCOPY_ONLINE_CAPTURE_INT_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include "../lib/flow.h"
#include "../lib/seg.h"

struct tcopy_net;
struct tcopy_rules;

/* Behind the firewall and what it rewrites, before conntrack confirms: the
 * latter is at INT_MAX for IPv4 and INT_MAX - 1 for IPv6, and a packet that
 * conntrack then drops (a lost race of two first packets) is copied in vain,
 * but one that it never confirms is never missed either. Where packets are
 * forwarded conntrack confirms later; there it is the last word that counts: a
 * packet that any chain drops must not be copied.
 */
#define TCOPY_CAPTURE_PRIORITY	(INT_MAX - 10)

/**
 * struct capture - one packet, while the hook looks at it
 * @tn:		the namespace
 * @skb:	production's: read only
 * @thoff:	offset of the TCP header from skb->data
 * @hlen:	its length
 * @dif:	ingress device as the socket tables see it
 * @sdif:	its slave when that is a VRF
 * @forward:	it is on its way to another host
 * @reply:	it goes from the online service to its client
 * @flow:	client to online service, whatever way it goes; filled before
 *		the packet is handed on
 * @seg:	the TCP header; of connections that begin with its options
 */
struct capture {
	struct tcopy_net *tn;
	const struct sk_buff *skb;
	unsigned int thoff;
	unsigned int hlen;
	int dif;
	int sdif;
	bool forward;
	bool reply;
	struct tcopy_flow flow;
	struct tcopy_seg seg;
};

/**
 * capture_begin() - a packet that may be of interest
 * @c:		filled, but for @flow, @hlen and @seg
 * @tn:		the namespace
 * @skb:	the packet
 * @thoff:	of its TCP header
 */
static inline void capture_begin(struct capture *c, struct tcopy_net *tn,
				 const struct sk_buff *skb, unsigned int thoff)
{
	c->tn = tn;
	c->skb = skb;
	c->thoff = thoff;
	c->dif = 0;
	c->sdif = 0;
	c->forward = false;
	c->reply = false;
}

static inline void capture_flow4(struct tcopy_flow *flow, __be32 src,
				 __be32 dst, __be16 sport, __be16 dport)
{
	*flow = (struct tcopy_flow) {
		.src.v4 = src,
		.dst.v4 = dst,
		.sport = sport,
		.dport = dport,
		.family = 4,
	};
}

static inline void capture_flow6(struct tcopy_flow *flow,
				 const struct in6_addr *src,
				 const struct in6_addr *dst, __be16 sport,
				 __be16 dport)
{
	memcpy(flow->src.v6, src, 16);
	memcpy(flow->dst.v6, dst, 16);
	flow->sport = sport;
	flow->dport = dport;
	flow->family = 6;
}

static inline const struct tcphdr *capture_tcp4(const struct sk_buff *skb,
						unsigned int *thoff,
						struct tcphdr *buf)
{
	*thoff = skb_network_offset(skb) + ip_hdr(skb)->ihl * 4;
	return skb_header_pointer(skb, *thoff, sizeof(*buf), buf);
}

/* Behind extension headers, too. NULL: it is no TCP, or no first fragment. */
static inline const struct tcphdr *capture_tcp6(const struct sk_buff *skb,
						unsigned int *thoff,
						bool *fragment,
						struct tcphdr *buf)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	unsigned short frag = 0;
	int flags = 0;

	*thoff = 0;
	if (iph->nexthdr == IPPROTO_TCP)
		*thoff = skb_network_offset(skb) + sizeof(*iph);
	else if (!ipv6_ext_hdr(iph->nexthdr) ||
		 ipv6_find_hdr(skb, thoff, IPPROTO_TCP, &frag, &flags) < 0 ||
		 frag)
		return NULL;
	*fragment = flags & IP6_FH_F_FRAG;
	return skb_header_pointer(skb, *thoff, sizeof(*buf), buf);
}

/* capture.c */
bool tcopy_capture_checksum_ok(const struct capture *c);
struct sk_buff *tcopy_capture_take(const struct capture *c, bool halfopen);
bool tcopy_capture_parse(struct capture *c, const struct tcphdr *th);
void tcopy_capture_options(struct capture *c);
void tcopy_capture_fragment(const struct tcopy_rules *rules, struct capture *c,
			    const struct tcphdr *th);
void tcopy_capture_packet(const struct tcopy_rules *rules, struct capture *c,
			  const struct tcphdr *th);

/* capture_forward.c */
int tcopy_capture_forward_hook(struct net *net);
void tcopy_capture_forward_unhook(struct net *net);

#endif
