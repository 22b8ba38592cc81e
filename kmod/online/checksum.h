/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_CHECKSUM_H
#define TCOPY_ONLINE_CHECKSUM_H

#include <linux/in.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>
#include "../lib/flow.h"

/**
 * tcopy_checksum_ok() - is a segment what its sender has sent?
 * @skb:	the packet; only read: nf_checksum() would write to it
 * @thoff:	offset of its TCP header from skb->data
 * @flow:	its addresses, as they are in the packet
 *
 * By whoever has verified it before, or else here.
 */
static inline bool tcopy_checksum_ok(const struct sk_buff *skb,
				     unsigned int thoff,
				     const struct tcopy_flow *flow)
{
	unsigned int len = skb->len - thoff;
	__wsum sum;

	if (skb_csum_unnecessary(skb) || skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	sum = skb_checksum(skb, thoff, len, 0);
	if (flow->family == 4)
		return !csum_tcpudp_magic(flow->src.v4, flow->dst.v4, len,
					  IPPROTO_TCP, sum);
	return !csum_ipv6_magic((struct in6_addr *)flow->src.v6,
				(struct in6_addr *)flow->dst.v6, len,
				IPPROTO_TCP, sum);
}

#endif
