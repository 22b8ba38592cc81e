/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netns: the intercepts of a network namespace: how they begin, drain and go.
 *
 * DOC: Locking
 *
 * - icept_net.lock, a mutex: intercepts come and go, hooks too. Process context
 *   alone: netlink (which needs no lock of genetlink: parallel_ops), the drain
 *   work, the end of the namespace. Held over nf_register_net_hooks() and
 *   synchronize_net(), not over the aborting of sockets.
 * - xa_lock of icept_respond.ports: inside of it, by xa_insert() and
 *   xa_erase().
 * - the locks of the kernel's table of sockets, BH off: inside of it too; under
 *   one of them intercepts, own connections and peers are looked up (RCU), and
 *   no packet is sent. Sockets are aborted with none of these held.
 * - icept_own.lock and icept_batch.lock: innermost, BH off, never together.
 * - Packets find intercepts and own connections under RCU, and write counters
 *   and batches of their own CPU alone.
 * - icept_upcall.relay is changed by cmpxchg(), icept_peers.set by xchg().
 *
 * Each intercept holds a reference to the module: as long as there is one,
 * rmmod says that the module is in use. Its unloading would let the answers to
 * live copies out, to real clients. The end of a namespace drops them.
 */
#ifndef TCOPY_INTERCEPT_NETNS_H
#define TCOPY_INTERCEPT_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>

#include "respond.h"

struct netlink_ext_ack;

#define ICEPT_HOOKS	2

/**
 * struct icept_net - a network namespace
 * @lock:	protects all but @respond's own fields; see DOC: Locking
 * @icepts:	struct icept_port, draining ones included, by port and address
 * @icepts_n:	entries of @icepts; @hooks are registered while it is not 0,
 *		@forward while icept_respond.addrs_n is not
 * @gen:	changes with every intercept that comes, drains or goes: a dump
 *		that saw two values says so
 * @asked:	jiffies (64 bits) when the relay asked for the intercepts last,
 *		and so was told which ones drain; 0: never
 * @gone:	counters of intercepts that left
 * @drain:	runs when something is to be done; alone takes intercepts away;
 *		cancelled before the namespace goes
 * @hooks:	POST_ROUTING; @priv is @respond
 * @forward:	FORWARD, likewise
 * @respond:	what packets see
 */
struct icept_net {
	struct mutex lock;
	struct list_head icepts;
	unsigned int icepts_n;
	unsigned int gen;
	u64 asked;
	u64 gone[ICEPT_COUNTERS];
	struct delayed_work drain;
	struct nf_hook_ops hooks[ICEPT_HOOKS];
	struct nf_hook_ops forward[ICEPT_HOOKS];
	struct icept_respond respond;
};

/**
 * struct icept_spec - an intercept that is wanted
 * @addr:	answers from this address alone
 * @family:	of @addr, 4 or 6; 0: from every address of this host
 * @port:	host byte order, not 0
 * @pass_n:	entries of @pass
 * @ends:	seconds until it drains by itself; 0: never
 * @quiet:	seconds without an answer before it leaves, with an address
 * @pass:	clients whose answers are not stolen, host bits zero
 */
struct icept_spec {
	union tcopy_addr addr;
	u8 family;
	u8 pass_n;
	u16 port;
	u32 ends;
	u32 quiet;
	struct icept_prefix pass[TCOPY_ICEPT_PASS_MAX];
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

int icept_netns_add(struct icept_net *in, const struct icept_spec *spec,
		    struct netlink_ext_ack *extack);
int icept_netns_del(struct icept_net *in, u16 port, bool force,
		    struct netlink_ext_ack *extack);
int icept_netns_sweep(struct icept_net *in, u16 port);
void icept_netns_hide_locked(struct icept_net *in, struct icept_port *port);
void icept_netns_free_locked(struct icept_net *in, struct list_head *gone);
void icept_netns_stats(struct icept_net *in, struct icept_stats *stats);

#endif
