/* SPDX-License-Identifier: GPL-2.0 */
/*
 * peers: the online hosts that the relay knows, and the ports they copy to. A
 * pass prefix does not hold for them.
 */
#ifndef TCOPY_INTERCEPT_PEERS_H
#define TCOPY_INTERCEPT_PEERS_H

#include <linux/tcopy_intercept.h>
#include <linux/types.h>

#include "../lib/flow.h"

struct icept_peer_set;

/**
 * struct icept_peers - the peers of a namespace
 * @set:	what the relay said last; replaced as a whole by xchg(), read
 *		under RCU; NULL: nobody
 */
struct icept_peers {
	struct icept_peer_set __rcu *set;
};

int icept_peers_set(struct icept_peers *peers, u32 relay,
		    const struct tcopy_icept_peer *v, unsigned int n);
void icept_peers_free(struct icept_peers *peers);
bool icept_peers_find(const struct icept_peers *peers, u32 relay,
		      const struct tcopy_flow *answer);

#endif
