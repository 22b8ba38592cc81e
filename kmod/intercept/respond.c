// SPDX-License-Identifier: GPL-2.0
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "respond.h"
#include "trace.h"

/* of an ICMP or ICMPv6 error, before the quote */
#define ICMP_LEN	8

/* The intercept of a segment from the flow's source; @here: by this host. */
static struct icept_port *icept_find(struct icept_respond *r,
				     const struct tcopy_flow *flow, bool here)
{
	struct icept_port *port = NULL;

	if (READ_ONCE(r->addrs_n))
		port = icept_respond_find(r, flow->family, &flow->src,
					  be16_to_cpu(flow->sport));
	if (!port && here)
		port = xa_load(&r->ports, be16_to_cpu(flow->sport));
	return port;
}

/* Did this host make the packet? By where it came from and not by its address,
 * about which NAT and transparent sockets would lie. The stack hands the device
 * a packet came in by to ip_output(); ours have none: TCP clears skb->dev of a
 * retransmission, and what ip_build_and_send_pkt() and ip_send_unicast_reply()
 * send (SYN-ACK, RST, ACKs without a socket) is freshly made. br_netfilter
 * alone shows us bridged packets without their device.
 */
static bool icept_from_here(const struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	if (state->in)
		return false;
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	if (nf_bridge_info_exists(skb))
		return false;
#endif
	return true;
}

/* By the route, which knows local addresses of every kind. */
static bool icept_to_here(const struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (state->out && state->out->flags & IFF_LOOPBACK)
		return true;
	if (!dst)
		return false;
	if (state->pf == NFPROTO_IPV4)
		return container_of(dst, struct rtable, dst)->rt_type ==
		       RTN_LOCAL;
	return container_of(dst, struct rt6_info, dst)->rt6i_flags & RTF_LOCAL;
}

static bool icept_in_prefix(const struct icept_port *port,
			    const struct tcopy_flow *flow)
{
	const struct icept_prefix *p;
	unsigned int i;

	for (i = 0; i < port->pass_n; i++) {
		p = &port->pass[i];
		if (p->family != flow->family)
			continue;
		if (p->family == 4 &&
		    !((p->addr.v4 ^ flow->dst.v4) & inet_make_mask(p->plen)))
			return true;
		if (p->family == 6 &&
		    ipv6_prefix_equal((const struct in6_addr *)p->addr.v6,
				      (const struct in6_addr *)flow->dst.v6,
				      p->plen))
			return true;
	}
	return false;
}

/* The probe of an online host inside of a pass prefix must be stolen, or that
 * host would never begin to copy.
 */
static bool icept_passes(const struct icept_respond *r,
			 const struct icept_port *port,
			 const struct tcopy_flow *flow)
{
	return icept_in_prefix(port, flow) &&
	       !icept_peers_find(&r->peers, READ_ONCE(r->upcall.relay), flow);
}

static void icept_flow_fill(struct tcopy_flow *flow, const struct sk_buff *skb,
			    unsigned int pf)
{
	memset(flow, 0, sizeof(*flow));
	if (pf == NFPROTO_IPV4) {
		flow->family = 4;
		flow->src.v4 = ip_hdr(skb)->saddr;
		flow->dst.v4 = ip_hdr(skb)->daddr;
	} else {
		flow->family = 6;
		memcpy(flow->src.v6, &ipv6_hdr(skb)->saddr, 16);
		memcpy(flow->dst.v6, &ipv6_hdr(skb)->daddr, 16);
	}
}

/* An own connection's packet passes. Of what can begin no own connection, or
 * ends one, the mark goes too: a copy may have the same 4-tuple later, and then
 * the test service's answers to it must not find the mark. (An own SYN-ACK
 * would be a simultaneous open, RFC 9293 section 3.5: it is stolen.)
 */
static bool icept_is_own(struct icept_respond *r, const struct tcopy_flow *flow,
			 const struct tcphdr *th)
{
	if (th->syn && !th->ack) {
		icept_own_add(&r->own, flow);
		return true;
	}
	if (!icept_own_any(&r->own) || !icept_own_find(&r->own, flow))
		return false;
	if (th->syn || th->rst)
		icept_own_del(&r->own, flow);
	return !th->syn;
}

static bool icept_addr_is_local(struct net *net, unsigned int family,
				const union tcopy_addr *addr,
				const struct net_device *dev)
{
	if (family == 4)
		return inet_addr_type_dev_table(net, dev, addr->v4) ==
		       RTN_LOCAL;
	return ipv6_chk_addr(net, (const struct in6_addr *)addr->v6, NULL, 0);
}

/**
 * icept_respond_copy() - is a connection of this host one of a copy?
 * @r:		of the namespace
 * @answer:	from this host to the peer
 *
 * By the same rules as the hooks': what it answers is stolen.
 *
 * Context: RCU read section.
 * Return: its intercept, or NULL.
 */
struct icept_port *icept_respond_copy(struct icept_respond *r,
				      const struct tcopy_flow *answer)
{
	struct icept_port *port = icept_find(r, answer, true);

	if (!port || icept_addr_is_local(r->net, answer->family, &answer->dst,
					 NULL))
		return NULL;
	if (icept_passes(r, port, answer) ||
	    (icept_own_any(&r->own) && icept_own_find(&r->own, answer)))
		return NULL;
	return port;
}

/* consume_skb() and NF_STOLEN: the test service's TCP must believe that its
 * segment left. NF_DROP would tell it -EPERM, and it would never count the
 * segment as sent.
 */
static unsigned int icept_steal(struct sk_buff *skb)
{
	consume_skb(skb);
	return NF_STOLEN;
}

static void icept_record(struct icept_respond *r, const struct icept_port *port,
			 const struct sk_buff *skb, unsigned int off)
{
	union {
		struct tcphdr th;
		u8 bytes[60];
	} buf;
	const struct tcphdr *th;
	unsigned int th_len;

	th = skb_header_pointer(skb, off, sizeof(*th), &buf);
	if (!th)
		goto malformed;
	th_len = th->doff * 4;
	/* The length by skb->len: the IP header's is 0 for BIG TCP. */
	if (th_len < sizeof(*th) || off + th_len > skb->len)
		goto malformed;
	th = skb_header_pointer(skb, off, th_len, &buf);
	if (!th)
		goto malformed;
	if (!icept_upcall_add(&r->upcall, skb_network_header(skb),
			      (const u8 *)th, th_len, skb->len - off - th_len))
		goto malformed;
	return;

malformed:
	icept_respond_count(port, ICEPT_MALFORMED);
}

/* A TCP segment, its header at @off, by this host or forwarded: an answer to a
 * copy?
 */
static unsigned int icept_respond_tcp(struct icept_respond *r,
				      struct sk_buff *skb, unsigned int off,
				      const struct nf_hook_state *state,
				      bool here)
{
	enum icept_counter verdict = ICEPT_STOLEN;
	const struct icept_port *port;
	const struct tcphdr *th;
	struct tcopy_flow flow;
	struct tcphdr _th;
	__be16 *ports;
	__be16 _ports[2];

	ports = skb_header_pointer(skb, off, sizeof(_ports), _ports);
	if (!ports)
		return NF_ACCEPT;
	/* nearly every packet needs no more than this */
	if (likely(!READ_ONCE(r->addrs_n) &&
		   !xa_load(&r->ports, be16_to_cpu(ports[0]))))
		return NF_ACCEPT;

	icept_flow_fill(&flow, skb, state->pf);
	flow.sport = ports[0];
	flow.dport = ports[1];
	port = icept_find(r, &flow, here);
	if (!port)
		return NF_ACCEPT;
	th = skb_header_pointer(skb, off, sizeof(_th), &_th);

	/* TCP often sends from process context, with BH on. */
	local_bh_disable();
	if (here && icept_to_here(skb, state))
		verdict = ICEPT_OWN;
	else if (icept_passes(r, port, &flow))
		verdict = ICEPT_PASSED;
	else if (th && icept_is_own(r, &flow, th))
		verdict = ICEPT_OWN;
	icept_respond_count(port, verdict);
	trace_icept_answer(r->net, &flow, skb, off, th, verdict);
	if (verdict == ICEPT_STOLEN)
		icept_record(r, port, skb, off);
	local_bh_enable();

	return verdict == ICEPT_STOLEN ? icept_steal(skb) : NF_ACCEPT;
}

/* An ICMP error that quotes a segment to an intercepted port is about a copy: a
 * REJECT rule made it, or nobody listens. @quote is the quoted segment's flow,
 * from the client; @flow is filled but for its ports.
 */
static unsigned int icept_respond_error(struct icept_respond *r,
					struct sk_buff *skb,
					struct tcopy_flow *flow,
					const struct tcopy_flow *quote,
					const struct nf_hook_state *state,
					bool here)
{
	enum icept_counter verdict = ICEPT_ERRORS;
	const struct icept_port *port;
	struct tcopy_flow answer;

	/* A router's error about a forwarded packet quotes other addresses. */
	tcopy_flow_reverse(&answer, quote);
	port = icept_find(r, &answer,
			  here && icept_addr_is_local(r->net, quote->family,
						      &quote->dst, state->out));
	if (!port)
		return NF_ACCEPT;

	/* What the pass prefixes and peers know is the service's port. */
	flow->sport = quote->dport;
	local_bh_disable();
	if (here && icept_to_here(skb, state))
		verdict = ICEPT_OWN;
	else if (icept_passes(r, port, flow))
		verdict = ICEPT_PASSED;
	else if (icept_own_any(&r->own) && icept_own_find(&r->own, &answer))
		verdict = ICEPT_OWN;
	icept_respond_count(port, verdict);
	trace_icept_answer(r->net, &answer, skb, 0, NULL, verdict);
	local_bh_enable();

	return verdict == ICEPT_ERRORS ? icept_steal(skb) : NF_ACCEPT;
}

static unsigned int icept_respond_icmp4(struct icept_respond *r,
					struct sk_buff *skb, unsigned int off,
					const struct nf_hook_state *state,
					bool here)
{
	struct tcopy_flow flow, quote = { .family = 4 };
	const struct icmphdr *ih;
	const struct iphdr *qiph;
	struct icmphdr _ih;
	struct iphdr _qiph;
	__be16 _ports[2];
	__be16 *ports;

	ih = skb_header_pointer(skb, off, sizeof(_ih), &_ih);
	if (!ih || !icmp_is_err(ih->type))
		return NF_ACCEPT;
	off += ICMP_LEN;
	qiph = skb_header_pointer(skb, off, sizeof(_qiph), &_qiph);
	if (!qiph || qiph->version != 4 || qiph->ihl < 5 ||
	    qiph->protocol != IPPROTO_TCP ||
	    qiph->frag_off & htons(IP_OFFSET))
		return NF_ACCEPT;
	ports = skb_header_pointer(skb, off + qiph->ihl * 4, sizeof(_ports),
				   _ports);
	if (!ports)
		return NF_ACCEPT;

	icept_flow_fill(&flow, skb, NFPROTO_IPV4);
	quote.src.v4 = qiph->saddr;
	quote.dst.v4 = qiph->daddr;
	quote.sport = ports[0];
	quote.dport = ports[1];
	return icept_respond_error(r, skb, &flow, &quote, state, here);
}

static unsigned int icept_respond_icmp6(struct icept_respond *r,
					struct sk_buff *skb, unsigned int off,
					const struct nf_hook_state *state,
					bool here)
{
	struct tcopy_flow flow, quote = { .family = 6 };
	const struct icmp6hdr *ih;
	const struct ipv6hdr *qiph;
	struct icmp6hdr _ih;
	struct ipv6hdr _qiph;
	__be16 _ports[2];
	__be16 *ports;
	__be16 frag;
	u8 proto;
	int l4;

	ih = skb_header_pointer(skb, off, sizeof(_ih), &_ih);
	if (!ih || !icmpv6_is_err(ih->icmp6_type))
		return NF_ACCEPT;
	off += ICMP_LEN;
	qiph = skb_header_pointer(skb, off, sizeof(_qiph), &_qiph);
	if (!qiph || qiph->version != 6)
		return NF_ACCEPT;
	proto = qiph->nexthdr;
	l4 = ipv6_skip_exthdr(skb, off + sizeof(_qiph), &proto, &frag);
	if (l4 < 0 || proto != IPPROTO_TCP || frag & htons(IP6_OFFSET))
		return NF_ACCEPT;
	ports = skb_header_pointer(skb, l4, sizeof(_ports), _ports);
	if (!ports)
		return NF_ACCEPT;

	icept_flow_fill(&flow, skb, NFPROTO_IPV6);
	memcpy(quote.src.v6, &qiph->saddr, 16);
	memcpy(quote.dst.v6, &qiph->daddr, 16);
	quote.sport = ports[0];
	quote.dport = ports[1];
	return icept_respond_error(r, skb, &flow, &quote, state, here);
}

/**
 * icept_respond_hook4() - POST_ROUTING and FORWARD of IPv4
 * @priv:	struct icept_respond
 * @skb:	at its IP header; not fragmented yet
 * @state:	of the hook
 *
 * Context: RCU read section; process or softirq.
 * Return: NF_ACCEPT, or NF_STOLEN and the skb is gone.
 */
unsigned int icept_respond_hook4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct icept_respond *r = priv;
	const struct iphdr *iph = ip_hdr(skb);
	bool here = icept_from_here(skb, state);
	unsigned int off;

	if (!here && likely(!READ_ONCE(r->addrs_n)))
		return NF_ACCEPT;
	if (iph->protocol != IPPROTO_TCP && iph->protocol != IPPROTO_ICMP)
		return NF_ACCEPT;
	/* Only a raw socket sends these: no ports here, so no answer of TCP, or
	 * a header that must not be believed.
	 */
	if (iph->frag_off & htons(IP_OFFSET) || iph->version != 4 ||
	    iph->ihl < 5)
		return NF_ACCEPT;

	off = skb_network_offset(skb) + iph->ihl * 4;
	if (iph->protocol == IPPROTO_TCP)
		return icept_respond_tcp(priv, skb, off, state, here);
	return icept_respond_icmp4(priv, skb, off, state, here);
}

/**
 * icept_respond_hook6() - POST_ROUTING and FORWARD of IPv6
 * @priv:	struct icept_respond
 * @skb:	at its IP header; not fragmented yet
 * @state:	of the hook
 *
 * Context: RCU read section; process or softirq.
 * Return: NF_ACCEPT, or NF_STOLEN and the skb is gone.
 */
unsigned int icept_respond_hook6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	bool here = icept_from_here(skb, state);
	const struct icept_respond *r = priv;
	u8 proto = ipv6_hdr(skb)->nexthdr;
	__be16 frag = 0;
	int off;

	if (!here && likely(!READ_ONCE(r->addrs_n)))
		return NF_ACCEPT;
	if (ipv6_hdr(skb)->version != 6)
		return NF_ACCEPT;

	/* BIG TCP puts a jumbo option between (6.1 and 6.12), a socket option
	 * whatever it likes.
	 */
	off = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	if (proto != IPPROTO_TCP)
		off = ipv6_skip_exthdr(skb, off, &proto, &frag);
	if (off < 0 || frag & htons(IP6_OFFSET))
		return NF_ACCEPT;
	if (proto == IPPROTO_TCP)
		return icept_respond_tcp(priv, skb, off, state, here);
	if (proto == IPPROTO_ICMPV6)
		return icept_respond_icmp6(priv, skb, off, state, here);
	return NF_ACCEPT;
}
