// SPDX-License-Identifier: GPL-2.0
#include <linux/bsearch.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "peers.h"

/**
 * struct icept_peer_set - peers that do not change
 * @rcu:	freed after a grace period
 * @relay:	netlink port of the relay that named them: when another one, or
 *		none, is bound, they are nobody's peers
 * @n:		entries of @peer
 * @peer:	sorted as bytes, for a search
 */
struct icept_peer_set {
	struct rcu_head rcu;
	u32 relay;
	unsigned int n;
	struct tcopy_icept_peer peer[];
};

static_assert(sizeof(struct tcopy_icept_peer) == 20, "compared as bytes");

static int icept_peer_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tcopy_icept_peer));
}

static void icept_peers_put(struct icept_peers *peers,
			    struct icept_peer_set *set)
{
	struct icept_peer_set *old;

	old = unrcu_pointer(xchg(&peers->set, RCU_INITIALIZER(set)));
	if (old)
		kvfree_rcu(old, rcu);
}

/**
 * icept_peers_set() - these are the peers now, and no others
 * @peers:	of the namespace
 * @relay:	netlink port of the relay that is bound
 * @v:		the peers; any alignment
 * @n:		how many, TCOPY_ICEPT_PEERS_MAX at most
 *
 * Context: process.
 * Return: 0; -EINVAL: one is malformed; -ENOMEM. They stay on an error.
 */
int icept_peers_set(struct icept_peers *peers, u32 relay,
		    const struct tcopy_icept_peer *v, unsigned int n)
{
	struct icept_peer_set *set;
	unsigned int i;

	set = kvzalloc(struct_size(set, peer, n), GFP_KERNEL_ACCOUNT);
	if (!set)
		return -ENOMEM;
	set->relay = relay;
	set->n = n;
	memcpy(set->peer, v, n * sizeof(*v));
	for (i = 0; i < n; i++) {
		if ((set->peer[i].family != 4 && set->peer[i].family != 6) ||
		    set->peer[i].reserved || !set->peer[i].port) {
			kvfree(set);
			return -EINVAL;
		}
	}
	sort(set->peer, n, sizeof(set->peer[0]), icept_peer_cmp, NULL);
	icept_peers_put(peers, set);
	return 0;
}

/**
 * icept_peers_free() - nobody is a peer
 * @peers:	of the namespace; can be used on
 */
void icept_peers_free(struct icept_peers *peers)
{
	icept_peers_put(peers, NULL);
}

/**
 * icept_peers_find() - is this an answer to an online host itself?
 * @peers:	of the namespace
 * @relay:	netlink port of the relay that is bound, 0: none
 * @answer:	from the test service to whom it answers
 *
 * Context: RCU read section.
 * Return: true when it is.
 */
bool icept_peers_find(const struct icept_peers *peers, u32 relay,
		      const struct tcopy_flow *answer)
{
	const struct icept_peer_set *set = rcu_dereference(peers->set);
	struct tcopy_icept_peer key = {
		.family = answer->family,
		.port = answer->sport,
	};

	if (!set || !relay || set->relay != relay)
		return false;
	memcpy(key.addr, &answer->dst, sizeof(key.addr));
	return bsearch(&key, set->peer, set->n, sizeof(key), icept_peer_cmp);
}
