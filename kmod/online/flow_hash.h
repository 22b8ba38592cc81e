/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_FLOW_HASH_H
#define TCOPY_ONLINE_FLOW_HASH_H

#include <linux/jhash.h>
#include "../lib/flow.h"

/**
 * tcopy_flow_hash() - hash a flow
 * @data:	struct tcopy_flow
 * @len:	its size
 * @seed:	random: a client must not choose who shares its bucket
 *
 * As rhashtable_params.hashfn: each packet asks for three of them, and of an
 * IPv4 flow's ten words seven are always the same.
 */
static inline u32 tcopy_flow_hash(const void *data, u32 len, u32 seed)
{
	const struct tcopy_flow *flow = data;
	u32 ports = (__force u32)flow->sport << 16 | (__force u32)flow->dport;

	if (flow->family == 4)
		return jhash_3words(flow->src.w[0], flow->dst.w[0], ports,
				    seed);
	return jhash2(data, len / sizeof(u32), seed);
}

#endif
