// SPDX-License-Identifier: GPL-2.0
/*
 * What the lab has no device for: large receive offload. Some drivers hand up
 * what their device has merged as one packet that has a segment size, and no
 * type of it (skb_warn_if_lro()). Here each merged packet of TCP becomes such a
 * one before anybody looks at it. Parameter "made": how many.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/net_namespace.h>

static unsigned int made;
module_param(made, uint, 0444);

static unsigned int lro_hook(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (!skb_is_gso(skb) || !skb_is_gso_tcp(skb))
		return NF_ACCEPT;
	skb_shinfo(skb)->gso_type = 0;
	made++;
	return NF_ACCEPT;
}

static const struct nf_hook_ops lro_ops[] = {
	{
		.hook = lro_hook,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = INT_MIN,
	},
	{
		.hook = lro_hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = INT_MIN,
	},
};

static int __net_init lro_up(struct net *net)
{
	return nf_register_net_hooks(net, lro_ops, ARRAY_SIZE(lro_ops));
}

static void __net_exit lro_down(struct net *net)
{
	nf_unregister_net_hooks(net, lro_ops, ARRAY_SIZE(lro_ops));
}

static struct pernet_operations lro_net = {
	.init = lro_up,
	.exit = lro_down,
};

static int __init lro_init(void)
{
	return register_pernet_subsys(&lro_net);
}

static void __exit lro_exit(void)
{
	unregister_pernet_subsys(&lro_net);
}

module_init(lro_init);
module_exit(lro_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("tcopy's tests: packets as devices with LRO merge them");
