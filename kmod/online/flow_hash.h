/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_FLOW_HASH_H
#define TCOPY_ONLINE_FLOW_HASH_H

#include <linux/hash.h>
#include "../lib/flow.h"

/* Random multipliers, one a word of an IPv6 flow: written once, by
 * tcopy_flow_hash_init().
 */
extern u64 tcopy_flow_keys[9];

/*
 * Multiply-shift (Dietzfelbinger, 1996): the upper half of the sum of each word
 * times a random number of 64 bits. Two flows share a hash as seldom as by
 * chance, whoever chose them, as long as the numbers are not known. Each packet
 * asks for three or four of these, and jhash() takes two to three times as many
 * instructions. The seed changes all of the numbers, for tables that are hashed
 * anew.
 */

static inline u32 tcopy_flow_ports(__be16 sport, __be16 dport)
{
	/* as they lie in memory, on most machines: one load */
	return (__force u32)dport << 16 | (__force u32)sport;
}

/**
 * tcopy_flow_hash_v4() - tcopy_flow_hash() of a flow that is nowhere yet
 * @src:	its source
 * @dst:	its destination
 * @ports:	by tcopy_flow_ports()
 * @seed:	of the table, or 0
 */
static inline u32 tcopy_flow_hash_v4(__be32 src, __be32 dst, u32 ports,
				     u32 seed)
{
	u64 s = seed * GOLDEN_RATIO_64;

	return ((__force u32)src * (tcopy_flow_keys[0] ^ s) +
		(__force u32)dst * (tcopy_flow_keys[1] ^ s) +
		ports * (tcopy_flow_keys[2] ^ s)) >> 32;
}

/**
 * tcopy_flow_hash_v6() - tcopy_flow_hash() of a flow that is nowhere yet
 * @src:	its source, as on the wire
 * @dst:	its destination
 * @ports:	by tcopy_flow_ports()
 * @seed:	of the table, or 0
 */
static inline u32 tcopy_flow_hash_v6(const u32 *src, const u32 *dst, u32 ports,
				     u32 seed)
{
	u64 s = seed * GOLDEN_RATIO_64, sum;
	unsigned int i;

	sum = ports * (tcopy_flow_keys[8] ^ s);
	for (i = 0; i < 4; i++)
		sum += src[i] * (tcopy_flow_keys[i] ^ s) +
		       dst[i] * (tcopy_flow_keys[4 + i] ^ s);
	return sum >> 32;
}

/**
 * tcopy_flow_hash() - hash a flow
 * @data:	struct tcopy_flow
 * @len:	its size
 * @seed:	of the table, or 0
 *
 * As rhashtable_params.hashfn.
 */
static inline u32 tcopy_flow_hash(const void *data, u32 len, u32 seed)
{
	const struct tcopy_flow *flow = data;
	u32 ports = tcopy_flow_ports(flow->sport, flow->dport);

	if (flow->family == 4)
		return tcopy_flow_hash_v4(flow->src.v4, flow->dst.v4, ports,
					  seed);
	return tcopy_flow_hash_v6(flow->src.w, flow->dst.w, ports, seed);
}

void tcopy_flow_hash_init(void);

#endif
