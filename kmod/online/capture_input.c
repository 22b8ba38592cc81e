// SPDX-License-Identifier: GPL-2.0
/* capture: what this host receives. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "capture.h"
#include "capture_int.h"
#include "flow_hash.h"
#include "halfopen.h"
#include "netns.h"
#include "profile.h"
#include "rule.h"

/*
 * DOC: What comes before a packet is looked at
 *
 * Half of what a service receives, or more, are ACKs without payload of what it
 * has sent, and no copy needs them: they are told from the rest, and counted,
 * by the hook itself, with nothing on its stack. What is looked at has a
 * function of its own: kernels that clear their stack would clear what that
 * needs for every packet of the host.
 */

/* The fixed header where it is in one piece, as it is nearly always. */
static const struct tcphdr *capture_header(const struct sk_buff *skb,
					   unsigned int thoff)
{
	if (unlikely(skb_headlen(skb) < thoff + sizeof(struct tcphdr)))
		return NULL;
	return (const struct tcphdr *)(skb->data + thoff);
}

static __always_inline bool capture_is_bare(const struct tcopy_net *tn,
					    const struct sk_buff *skb,
					    unsigned int thoff,
					    const struct tcphdr *th)
{
	const u8 mask = TCOPY_ACK | TCOPY_SYN | TCOPY_RST | TCOPY_FIN;

	return (tcp_flag_byte(th) & mask) == TCOPY_ACK && th->doff >= 5 &&
	       skb->len == thoff + th->doff * 4 &&
	       !READ_ONCE(tn->direct_local) && !tcopy_profile_on();
}

static __always_inline void capture_count_all(const struct tcopy_rules *rules,
					      u8 family, const void *dst,
					      __be16 dport)
{
	unsigned int i = tcopy_rule_first(rules, ntohs(dport));
	struct tcopy_target *t;

	for (; (t = tcopy_rule_takes(rules, family, dst, dport, &i)); i++) {
		tcopy_count(t, MATCHED);
		tcopy_count(t, NOT_NEEDED);
	}
}

static noinline void capture_count_many(const struct tcopy_rules *rules,
					u8 family, const void *dst,
					__be16 dport)
{
	capture_count_all(rules, family, dst, dport);
}

/* An ACK without payload that ends no handshake: counted, and that was all.
 * @src and @dst are of @family, as on the wire.
 */
static __always_inline bool capture_bare(const struct tcopy_net *tn,
					 const struct tcopy_rules *rules,
					 const struct sk_buff *skb,
					 unsigned int thoff,
					 const struct tcphdr *th, u8 family,
					 const u32 *src, const u32 *dst)
{
	u32 ports, hash;

	if (!capture_is_bare(tn, skb, thoff, th))
		return false;
	ports = tcopy_flow_ports(th->source, th->dest);
	if (family == 4)
		hash = tcopy_flow_hash_v4((__force __be32)*src,
					  (__force __be32)*dst, ports, 0);
	else
		hash = tcopy_flow_hash_v6(src, dst, ports, 0);
	if (tcopy_halfopen_may(tn->halfopen, hash))
		return false;
	if (rules->n == 1)
		capture_count_all(rules, family, dst, th->dest);
	else
		capture_count_many(rules, family, dst, th->dest);
	return true;
}

static noinline void capture_look_v4(struct tcopy_net *tn,
				     const struct tcopy_rules *rules,
				     const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th;
	unsigned int thoff;
	struct tcphdr buf;
	struct capture c __uninitialized;

	th = capture_tcp4(skb, &thoff, &buf);
	if (!th || !test_bit(ntohs(th->dest), rules->ports))
		return;
	capture_begin(&c, tn, skb, thoff);
	capture_flow4(&c.flow, iph->saddr, iph->daddr, th->source, th->dest);
	c.dif = inet_iif(skb);
	c.sdif = inet_sdif(skb);
	tcopy_capture_packet(rules, &c, th);
}

static unsigned int capture_v4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcopy_rules *rules;
	struct tcopy_net *tn = priv;
	const struct tcphdr *th;
	unsigned int thoff;

	if (iph->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	rules = rcu_dereference(tn->rules);
	if (!rules)
		return NF_ACCEPT;
	thoff = skb_network_offset(skb) + iph->ihl * 4;
	th = capture_header(skb, thoff);
	if (th && !test_bit(ntohs(th->dest), rules->ports))
		return NF_ACCEPT;
	if (!th || !capture_bare(tn, rules, skb, thoff, th, 4,
				 (__force const u32 *)&iph->saddr,
				 (__force const u32 *)&iph->daddr))
		capture_look_v4(tn, rules, skb);
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
static noinline void capture_look_v6(struct tcopy_net *tn,
				     const struct tcopy_rules *rules,
				     const struct sk_buff *skb)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const struct tcphdr *th;
	unsigned int thoff;
	struct tcphdr buf;
	struct capture c __uninitialized;
	bool fragment;

	th = capture_tcp6(skb, &thoff, &fragment, &buf);
	if (!th || !test_bit(ntohs(th->dest), rules->ports))
		return;
	capture_begin(&c, tn, skb, thoff);
	capture_flow6(&c.flow, &iph->saddr, &iph->daddr, th->source, th->dest);
	c.dif = inet6_iif(skb);
	c.sdif = inet6_sdif(skb);
	if (fragment)
		tcopy_capture_fragment(rules, &c, th);
	else
		tcopy_capture_packet(rules, &c, th);
}

static unsigned int capture_v6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const struct tcopy_rules *rules;
	struct tcopy_net *tn = priv;
	const struct tcphdr *th = NULL;
	unsigned int thoff;

	rules = rcu_dereference(tn->rules);
	if (!rules)
		return NF_ACCEPT;
	thoff = skb_network_offset(skb) + sizeof(*iph);
	if (iph->nexthdr == IPPROTO_TCP)
		th = capture_header(skb, thoff);
	else if (!ipv6_ext_hdr(iph->nexthdr))
		return NF_ACCEPT;
	if (th && !test_bit(ntohs(th->dest), rules->ports))
		return NF_ACCEPT;
	if (!th || !capture_bare(tn, rules, skb, thoff, th, 6,
				 (__force const u32 *)iph->saddr.s6_addr32,
				 (__force const u32 *)iph->daddr.s6_addr32))
		capture_look_v6(tn, rules, skb);
	return NF_ACCEPT;
}
#endif

/* Each namespace has a copy of its own: @priv says whose it is. */
static const struct nf_hook_ops capture_ops[] = {
	{
		.hook = capture_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = TCOPY_CAPTURE_PRIORITY,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = capture_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = TCOPY_CAPTURE_PRIORITY,
	},
#endif
};

/**
 * tcopy_capture_hook() - begin to look at a namespace's packets
 * @net:	the namespace
 * @forward:	at those that it forwards, not at those that it receives
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_capture_hook(struct net *net, bool forward)
{
	struct tcopy_net *tn = tcopy_netns_find(net);
	unsigned int i;

	if (forward)
		return tcopy_capture_forward_hook(net);
	for (i = 0; i < ARRAY_SIZE(capture_ops); i++) {
		tn->capture_ops[i] = capture_ops[i];
		tn->capture_ops[i].priv = tn;
	}
	return nf_register_net_hooks(net, tn->capture_ops,
				     ARRAY_SIZE(capture_ops));
}

/**
 * tcopy_capture_unhook() - stop looking
 * @net:	the namespace
 * @forward:	as it was begun
 *
 * Context: process. No packet is in the hook when it returns.
 */
void tcopy_capture_unhook(struct net *net, bool forward)
{
	if (forward)
		tcopy_capture_forward_unhook(net);
	else
		nf_unregister_net_hooks(net, tcopy_netns_find(net)->capture_ops,
					ARRAY_SIZE(capture_ops));
	synchronize_net();
}
