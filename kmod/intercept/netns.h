/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netns: the intercepts of a network namespace: how they begin, drain and go.
 *
 * DOC: Locking
 *
 * - icept_net.lock, a mutex: intercepts come and go, hooks too. Process context
 *   alone: netlink (which needs no lock of genetlink: parallel_ops), the drain
 *   work, the end of the namespace. Held over nf_register_net_hooks() and
 *   synchronize_net().
 * - xa_lock of icept_respond.ports: inside of it, by xa_insert() and
 * xa_erase().
 * - icept_own.lock and icept_batch.lock: innermost, BH off, never together.
 * - Packets find intercepts and own connections under RCU, and write counters
 *   and batches of their own CPU alone.
 * - icept_upcall.relay is changed by cmpxchg().
 *
 * Each intercept holds a reference to the module: as long as there is one,
 * rmmod says that the module is in use. Its unloading would let the answers to
 * live copies out, to real clients. The end of a namespace drops them.
 */
#ifndef TCOPY_INTERCEPT_NETNS_H
#define TCOPY_INTERCEPT_NETNS_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>

#include "respond.h"

struct netlink_ext_ack;

#define ICEPT_HOOKS	2

/**
 * struct icept_net - a network namespace
 * @lock:	protects all but @respond's own fields; see DOC: Locking
 * @ports_n:	entries of @respond.ports, draining ones included; hooks are
 *		registered while it is not 0
 * @gen:	changes with every intercept that comes, drains or goes: a dump
 *		that saw two values says so
 * @gone:	counters of intercepts that left
 * @drain:	runs when the next draining intercept leaves; cancelled before
 *		the namespace goes
 * @hooks:	@priv is @respond
 * @respond:	what packets see
 */
struct icept_net {
	struct mutex lock;
	unsigned int ports_n;
	unsigned int gen;
	u64 gone[ICEPT_COUNTERS];
	struct delayed_work drain;
	struct nf_hook_ops hooks[ICEPT_HOOKS];
	struct icept_respond respond;
};

/**
 * struct icept_stats - what STATS says
 * @c:		by enum icept_counter: of all intercepts, those gone included
 * @upcall:	of the records
 */
struct icept_stats {
	u64 c[ICEPT_COUNTERS];
	struct icept_upcall_stats upcall;
};

int icept_netns_register(const struct genl_family *family);
void icept_netns_unregister(void);
struct icept_net *icept_netns_find(const struct net *net);

int icept_netns_add(struct icept_net *in, u16 port,
		    const struct icept_prefix *pass, unsigned int pass_n,
		    struct netlink_ext_ack *extack);
int icept_netns_del(struct icept_net *in, u16 port, bool force,
		    struct netlink_ext_ack *extack);
void icept_netns_stats(struct icept_net *in, struct icept_stats *stats);

#endif
