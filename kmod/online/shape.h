/* SPDX-License-Identifier: GPL-2.0 */
/*
 * shape: which connections are copied, of those that could be. Pure: the caller
 * has the clock and keeps what was paid.
 *
 * Looked at for connections without a session alone: one that is being copied
 * is not ended because a filter or a sample has changed.
 */
#ifndef TCOPY_ONLINE_SHAPE_H
#define TCOPY_ONLINE_SHAPE_H

#include "../lib/flow.h"

/* Prefixes of clients wanted and not wanted, together. Few, so they are gone
 * through one by one: a tree would cost a dozen of them more than it saves, and
 * packets of connections that are copied never come here.
 */
#define TCOPY_SHAPE_PREFIXES	64

/* Shares are in millionths: a percent is 10,000. */
#define TCOPY_SHAPE_ALL		1000000U

/**
 * struct tcopy_shape - which connections a target wants
 * @sample:	share of connections, millionths, 1 to TCOPY_SHAPE_ALL
 * @ramp:	how much the share grows a second until it is @sample,
 *		millionths; 0: it is @sample from the beginning
 * @seed:	of the hash that decides: the same seed, the same connections
 * @rate:	new sessions a second at most, 0: any number
 * @client_n:	clients wanted: the first entries of @prefix; 0: all
 * @not_client_n: clients not wanted, the entries behind
 * @prefix:	the prefixes
 */
struct tcopy_shape {
	u32 sample;
	u32 ramp;
	u32 seed;
	u32 rate;
	u8 client_n;
	u8 not_client_n;
	struct tcopy_prefix prefix[TCOPY_SHAPE_PREFIXES];
};

bool tcopy_shape_client(const struct tcopy_shape *s,
			const struct tcopy_flow *flow);
u32 tcopy_shape_point(const struct tcopy_flow *flow, u32 seed);
u32 tcopy_shape_share(const struct tcopy_shape *s, u64 ramp_us, u64 now_us);
bool tcopy_shape_sampled(const struct tcopy_shape *s,
			 const struct tcopy_flow *flow, u64 ramp_us,
			 u64 now_us);
u64 tcopy_shape_pay(u64 paid_ns, u32 rate, u32 sessions, u64 now_ns);

#endif
