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
#include "upcall.h"

/**
 * enum icept_counter - counters of an intercept
 * @ICEPT_STOLEN:	answers stolen
 * @ICEPT_PASSED:	let through to pass prefixes
 * @ICEPT_OWN:		let through: to this host, or of a connection it opened
 * @ICEPT_MALFORMED:	stolen without a record: no valid TCP header
 * @ICEPT_ERRORS:	ICMP errors about a copy, stolen
 */
enum icept_counter {
	ICEPT_STOLEN,
	ICEPT_PASSED,
	ICEPT_OWN,
	ICEPT_MALFORMED,
	ICEPT_ERRORS,
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

/**
 * struct icept_port - an intercept
 * @counts:	per CPU
 * @port:	host byte order; constant
 * @state:	enum tcopy_icept_state; written and read under the lock of
 *		netns.c
 * @drained:	jiffies when a draining one leaves; as @state
 * @next:	in the list of those that leave now; as @state
 * @pass_n:	entries of @pass; constant
 * @pass:	constant
 *
 * Lives in icept_respond.ports, where the packet path finds it under RCU; freed
 * after it has been erased there and synchronize_net().
 */
struct icept_port {
	struct icept_counts __percpu *counts;
	u16 port;
	u8 state;
	u8 pass_n;
	unsigned long drained;
	struct icept_port *next;
	struct icept_prefix pass[];
};

/**
 * struct icept_respond - what the hooks of a namespace know
 * @ports:	struct icept_port by port: one look-up without a lock answers
 *		nearly every packet. Changed under the lock of netns.c
 * @net:	the namespace
 * @upcall:	where records go
 * @own:	connections that this host opened
 */
struct icept_respond {
	struct xarray ports;
	struct net *net;
	struct icept_upcall upcall;
	struct icept_own own;
};

unsigned int icept_respond_hook4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
unsigned int icept_respond_hook6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);
void icept_respond_sum(const struct icept_port *port,
		       u64 sum[ICEPT_COUNTERS]);

#endif
