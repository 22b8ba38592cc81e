// SPDX-License-Identifier: GPL-2.0
/*
 * capture: packets that this host forwards between clients and an online
 * service on another host, or in another namespace. Both directions pass here:
 * behind DNAT and before SNAT, so that the service has its own address and
 * clients have theirs. As in capture.c there is one verdict, NF_ACCEPT.
 *
 * DOC: What passes here
 *
 * - Copies do not: they leave by LOCAL_OUT. Where another host sends one back
 *   through this one it is on its way to the test service, and a target's
 *   online service is never its own test service.
 * - A packet that is routed twice (hairpin through another namespace) is seen
 *   twice. The second time its bytes are old, and are pruned by their sequence
 *   numbers; the SYN and the SYN-ACK again change nothing.
 * - What is switched does not, but with br_netfilter; what a flowtable or a
 *   device has taken over does not: such connections are missed from there on.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "capture_int.h"
#include "queue.h"
#include "session.h"

/* Production has reset a connection: left to the queue, behind the client's
 * packets. When that fails its copies end all the same.
 */
static void forward_rst(struct capture *c)
{
	struct sk_buff *entry = NULL;

	if (!tcopy_session_list(c->tn, &c->flow)) {
		tcopy_halfopen_reply(c->tn, &c->flow, &c->seg);
		return;
	}
	c->seg.len = 0;
	if (!tcopy_mem_full(c->tn))
		entry = tcopy_capture_take(c, false);
	if (entry && tcopy_queue_add(c->tn, entry, TCOPY_QUEUE_PACKET))
		return;
	kfree_skb(entry);
	tcopy_session_missed(c->tn, &c->flow, TCOPY_END_SHED);
}

/* A packet from a port that is of interest. It is no packet of a client's, and
 * in no balance sheet.
 */
static noinline void forward_reply(const struct tcopy_rules *rules,
				   struct capture *c, const struct tcphdr *th)
{
	unsigned int i = tcopy_rule_first(rules, ntohs(th->source));
	u8 kind;

	if (!tcopy_rule_next(rules, &c->flow, &i) ||
	    !tcopy_capture_parse(c, th))
		return;
	/* Payload is not looked at, for it is long and nothing hangs on it:
	 * what a damaged header says ends a copy at worst.
	 */
	if (!c->seg.len && !tcopy_capture_checksum_ok(c))
		return;

	kind = c->seg.flags & (TCOPY_SYN | TCOPY_RST | TCOPY_ACK);
	if (kind & TCOPY_RST) {
		forward_rst(c);
	} else if (kind == (TCOPY_SYN | TCOPY_ACK)) {
		tcopy_capture_options(c);
		tcopy_halfopen_reply(c->tn, &c->flow, &c->seg);
	} else if (kind == TCOPY_ACK) {
		tcopy_session_reply(c->tn, &c->flow, &c->seg);
	}
}

static unsigned int forward_v4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct tcopy_net *tn = tcopy_netns_find(state->net);
	const struct tcopy_rules *rules;
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th;
	unsigned int thoff;
	struct tcphdr buf;
	struct capture c __uninitialized;

	/* No ports but in the first fragment */
	if (iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_OFFSET))
		return NF_ACCEPT;
	rules = rcu_dereference(tn->forward);
	if (!rules)
		return NF_ACCEPT;
	th = capture_tcp4(skb, &thoff, &buf);
	if (!th)
		return NF_ACCEPT;

	if (test_bit(ntohs(th->dest), rules->ports)) {
		capture_begin(&c, tn, skb, thoff);
		c.forward = true;
		capture_flow4(&c.flow, iph->saddr, iph->daddr, th->source,
			      th->dest);
		if (ip_is_fragment(iph))
			tcopy_capture_fragment(rules, &c, th);
		else
			tcopy_capture_packet(rules, &c, th);
	}
	if (test_bit(ntohs(th->source), rules->ports) && !ip_is_fragment(iph)) {
		capture_begin(&c, tn, skb, thoff);
		c.forward = true;
		c.reply = true;
		capture_flow4(&c.flow, iph->daddr, iph->saddr, th->dest,
			      th->source);
		forward_reply(rules, &c, th);
	}
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int forward_v6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct tcopy_net *tn = tcopy_netns_find(state->net);
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const struct tcopy_rules *rules;
	const struct tcphdr *th;
	unsigned int thoff;
	struct tcphdr buf;
	struct capture c __uninitialized;
	bool fragment;

	rules = rcu_dereference(tn->forward);
	if (!rules)
		return NF_ACCEPT;
	th = capture_tcp6(skb, &thoff, &fragment, &buf);
	if (!th)
		return NF_ACCEPT;

	if (test_bit(ntohs(th->dest), rules->ports)) {
		capture_begin(&c, tn, skb, thoff);
		c.forward = true;
		capture_flow6(&c.flow, &iph->saddr, &iph->daddr, th->source,
			      th->dest);
		if (fragment)
			tcopy_capture_fragment(rules, &c, th);
		else
			tcopy_capture_packet(rules, &c, th);
	}
	if (test_bit(ntohs(th->source), rules->ports) && !fragment) {
		capture_begin(&c, tn, skb, thoff);
		c.forward = true;
		c.reply = true;
		capture_flow6(&c.flow, &iph->daddr, &iph->saddr, th->dest,
			      th->source);
		forward_reply(rules, &c, th);
	}
	return NF_ACCEPT;
}
#endif

static const struct nf_hook_ops forward_ops[] = {
	{
		.hook = forward_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_FORWARD,
		.priority = TCOPY_CAPTURE_PRIORITY,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = forward_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_FORWARD,
		.priority = TCOPY_CAPTURE_PRIORITY,
	},
#endif
};

/**
 * tcopy_capture_forward_hook() - begin to look at what a namespace forwards
 * @net: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_capture_forward_hook(struct net *net)
{
	return nf_register_net_hooks(net, forward_ops, ARRAY_SIZE(forward_ops));
}

/**
 * tcopy_capture_forward_unhook() - stop looking
 * @net: the namespace
 *
 * Context: process. The caller waits for packets that are in the hook.
 */
void tcopy_capture_forward_unhook(struct net *net)
{
	nf_unregister_net_hooks(net, forward_ops, ARRAY_SIZE(forward_ops));
}
