/* SPDX-License-Identifier: GPL-2.0 */
/*
 * own: connections that this host itself opened from an intercepted port. They
 * are no copies, and nothing of them is stolen.
 */
#ifndef TCOPY_INTERCEPT_OWN_H
#define TCOPY_INTERCEPT_OWN_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "../lib/flow.h"

#define ICEPT_OWN_BITS	6

/**
 * struct icept_own - the connections of a namespace
 * @n:		how many; read without a lock, so that a host that opens none
 *		pays one load
 * @seed:	of the hash; set at init
 * @lock:	protects changes of @heads and @n; BH-safe, innermost
 * @heads:	struct icept_own_conn by flow, RCU
 */
struct icept_own {
	unsigned int n;
	u32 seed;
	spinlock_t lock;
	struct hlist_head heads[1 << ICEPT_OWN_BITS];
};

void icept_own_init(struct icept_own *own);
void icept_own_free(struct icept_own *own);
void icept_own_add(struct icept_own *own, const struct tcopy_flow *flow);
void icept_own_del(struct icept_own *own, const struct tcopy_flow *flow);
bool icept_own_find(const struct icept_own *own, const struct tcopy_flow *flow);

/**
 * icept_own_any() - could a flow be there at all?
 * @own:	the table
 *
 * Return: false when the table is empty.
 */
static inline bool icept_own_any(const struct icept_own *own)
{
	return READ_ONCE(own->n);
}

#endif
