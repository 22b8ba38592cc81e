/* SPDX-License-Identifier: GPL-2.0 */
/*
 * respond: which packets that leave this host are answers to copies? Those are
 * stolen, and each becomes a record.
 */
#ifndef TCOPY_INTERCEPT_RESPOND_H
#define TCOPY_INTERCEPT_RESPOND_H

#include <linux/netfilter.h>
#include <linux/tcopy_intercept.h>
#include <linux/u64_stats_sync.h>
#include <linux/xarray.h>

#include "../lib/flow.h"
#include "own.h"
#include "peers.h"
#include "upcall.h"

/**
 * enum icept_counter - counters of an intercept
 * @ICEPT_STOLEN:	answers stolen
 * @ICEPT_PASSED:	let through to pass prefixes
 * @ICEPT_OWN:		let through: to this host, or of a connection it opened
 * @ICEPT_MALFORMED:	stolen without a record: no valid TCP header
 * @ICEPT_ERRORS:	ICMP errors about a copy, stolen
 * @ICEPT_ABORTED:	sockets of copies aborted
 */
enum icept_counter {
	ICEPT_STOLEN,
	ICEPT_PASSED,
	ICEPT_OWN,
	ICEPT_MALFORMED,
	ICEPT_ERRORS,
	ICEPT_ABORTED,
	ICEPT_COUNTERS
};

/**
 * struct icept_counts - the counters of one CPU
 * @syncp:	for 32-bit readers; written with BH off
 * @v:		by enum icept_counter
 */
struct icept_counts {
	struct u64_stats_sync syncp;
	u64_stats_t v[ICEPT_COUNTERS];
};

/**
 * struct icept_prefix - clients whose answers are not stolen
 * @addr:	host bits zero
 * @family:	4 or 6
 * @plen:	bits
 */
struct icept_prefix {
	union tcopy_addr addr;
	u8 family;
	u8 plen;
};

#define ICEPT_ADDR_BITS	7

/**
 * struct icept_port - an intercept
 * @counts:	per CPU
 * @addr:	answers from this address alone; constant
 * @family:	of @addr, 4 or 6; 0: from every address of this host; constant
 * @pass_n:	entries of @pass; constant
 * @port:	host byte order; constant
 * @state:	enum tcopy_icept_state
 * @forced:	leaves at once
 * @leaving:	its time has come: aborts are under way, then it leaves
 * @sweep:	nobody copies to it: its copies' sockets are to be aborted
 * @aborting:	sockets are being aborted now; written by the drain work alone,
 *		read without a lock
 * @copies:	sockets that were counted last; of the drain work alone
 * @quiet:	seconds without an answer before one with an address leaves
 * @told:	the relay has asked since the drain began
 * @told_at:	jiffies when @told was set
 * @heard:	jiffies when @answers was seen to change
 * @answers:	stolen so far, as the drain saw it
 * @ends:	jiffies (64 bits) when the drain begins by itself; 0: never
 * @node:	in icept_respond.addrs; not hashed without an address
 * @list:	in icept_net.icepts, then in the list of those that leave
 * @pass:	constant
 *
 * What is not said otherwise is written and read under the lock of netns.c.
 * Lives in icept_respond.ports or .addrs, where the packet path finds it under
 * RCU; freed after it has been taken out there and synchronize_net().
 */
struct icept_port {
	struct icept_counts __percpu *counts;
	union tcopy_addr addr;
	u8 family;
	u8 pass_n;
	u16 port;
	u8 state;
	bool forced;
	bool leaving;
	bool sweep;
	bool aborting;
	bool told;
	unsigned int copies;
	u32 quiet;
	unsigned long told_at;
	unsigned long heard;
	u64 answers;
	u64 ends;
	struct hlist_node node;
	struct list_head list;
	struct icept_prefix pass[];
};

/**
 * struct icept_respond - what the hooks of a namespace know
 * @ports:	struct icept_port without an address, by port: one look-up
 *		without a lock answers nearly every packet. Changed under the
 *		lock of netns.c
 * @addrs_n:	entries of @addrs; read without a lock, so that a host without
 *		any pays one load
 * @addrs:	struct icept_port with an address, by address and port; changed
 *		under the lock of netns.c, read under RCU
 * @seed:	of the hash of @addrs; set at init
 * @net:	the namespace
 * @upcall:	where records go
 * @own:	connections that this host opened
 * @peers:	online hosts that the relay knows
 */
struct icept_respond {
	struct xarray ports;
	unsigned int addrs_n;
	u32 seed;
	struct hlist_head addrs[1 << ICEPT_ADDR_BITS];
	struct net *net;
	struct icept_upcall upcall;
	struct icept_own own;
	struct icept_peers peers;
};

struct icept_port *icept_respond_find(struct icept_respond *r, u8 family,
				      const union tcopy_addr *addr, u16 port);
int icept_respond_add(struct icept_respond *r, struct icept_port *port);
void icept_respond_del(struct icept_respond *r, struct icept_port *port);
struct icept_port *icept_respond_copy(struct icept_respond *r,
				      const struct tcopy_flow *answer);
void icept_respond_count(const struct icept_port *port,
			 enum icept_counter which);
unsigned int icept_respond_hook4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int icept_respond_hook6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
void icept_respond_sum(const struct icept_port *port,
		       u64 sum[ICEPT_COUNTERS]);

#endif
