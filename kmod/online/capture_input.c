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
#include "netns.h"
#include "rule.h"

/* A port of interest. Apart from the hook, because that is asked about every
 * packet of the host, and needs no such stack for most of them.
 */
static noinline void capture_take_v4(struct tcopy_net *tn,
				     const struct tcopy_rules *rules,
				     const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th;
	unsigned int thoff;
	struct tcphdr buf;
	struct capture c;

	th = capture_tcp4(skb, &thoff, &buf);
	if (!th)
		return;
	capture_begin(&c, tn, skb, thoff);
	capture_addr4(&c.flow, iph->saddr, iph->daddr);
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
	unsigned int off;
	const __be16 *dport;
	__be16 buf;

	if (iph->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	rules = rcu_dereference(tn->rules);
	if (!rules)
		return NF_ACCEPT;
	off = skb_network_offset(skb) + iph->ihl * 4 +
	      offsetof(struct tcphdr, dest);
	dport = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (dport && test_bit(ntohs(*dport), rules->ports))
		capture_take_v4(tn, rules, skb);
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int capture_v6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const struct tcopy_rules *rules;
	struct tcopy_net *tn = priv;
	const struct tcphdr *th;
	unsigned int thoff;
	struct tcphdr buf;
	struct capture c;
	bool fragment;

	rules = rcu_dereference(tn->rules);
	if (!rules)
		return NF_ACCEPT;
	th = capture_tcp6(skb, &thoff, &fragment, &buf);
	if (!th || !test_bit(ntohs(th->dest), rules->ports))
		return NF_ACCEPT;

	capture_begin(&c, tn, skb, thoff);
	capture_addr6(&c.flow, &iph->saddr, &iph->daddr);
	c.dif = inet6_iif(skb);
	c.sdif = inet6_sdif(skb);
	if (fragment)
		tcopy_capture_fragment(rules, &c, th);
	else
		tcopy_capture_packet(rules, &c, th);
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
