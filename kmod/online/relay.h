/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_RELAY_H
#define TCOPY_ONLINE_RELAY_H

#include <linux/list.h>
#include "../lib/wire.h"
#include "look.h"
#include "netns.h"

struct sock;
struct socket;

/* OPENs that wait for the work item; more are dropped, and repaired by the
 * relay asking all its peers.
 */
#define TCOPY_RELAY_OPENS	512

/**
 * struct tcopy_relay - the return channel to one test host
 * @tn:		the namespace; immutable
 * @sock:	connected UDP socket, of a port of our own choice; immutable
 * @cookie:	ours: a datagram without it is dropped; immutable
 * @peer_cookie: the relay's, 0 until its CHALLENGE; READ_ONCE
 * @epoch:	of the relay's last WELCOME; feedback.c, softirq of @sock
 * @epoch_us:	when the relay first said @epoch; under @lock
 * @rst_us:	RSTs to orphans are paid for until then; under @lock
 * @lost:	records that it said it has lost; READ_ONCE
 * @announce:	another relay has answered, who knows no connection; READ_ONCE
 * @next_seq:	next HEADERS expected; under @lock
 * @seq_valid:	@next_seq holds; under @lock
 * @lock:	leaf, BH
 * @opens:	connections not announced yet; under @lock
 * @opens_n:	entries of @opens; under @lock
 * @look:	HELLO, OPEN, and the state of the targets
 * @unanswered:	HELLOs sent since the last WELCOME; READ_ONCE
 * @hello_us:	when the last HELLO was sent; the work item only
 * @heard_us:	when it was known to answer last; the work item only
 * @up:		it answers; the work item only
 * @list:	entry of tcopy_net.relays; tcopy_net.lock
 * @users:	targets; tcopy_net.lock
 * @family:	4 or 6; immutable
 * @port:	the relay's; immutable
 * @addr:	the relay's; immutable
 */
struct tcopy_relay {
	struct tcopy_net *tn;
	struct socket *sock;
	__be64 cookie;
	__be64 peer_cookie;
	__be64 epoch;
	u64 epoch_us;
	u64 rst_us;
	u64 lost;
	u32 next_seq;
	bool seq_valid;
	bool announce;
	spinlock_t lock;
	struct tcopy_wire_flow opens[TCOPY_RELAY_OPENS];
	unsigned int opens_n;
	struct tcopy_look look;
	unsigned int unanswered;
	u64 hello_us;
	u64 heard_us;
	bool up;
	struct list_head list;
	unsigned int users;
	u8 family;
	__be16 port;
	union tcopy_addr addr;
};

struct tcopy_relay *
tcopy_relay_get(struct tcopy_net *tn, u8 family, const union tcopy_addr *addr,
		u32 ifindex, __be16 port, work_func_t work,
		int (*rcv)(struct sock *sk, struct sk_buff *skb));
void tcopy_relay_put(struct tcopy_relay *relay);
void tcopy_relay_open(struct tcopy_relay *relay,
		      const struct tcopy_flow *flow);
bool tcopy_relay_crowded(const struct tcopy_relay *relay);
bool tcopy_relay_may_reset(struct tcopy_relay *relay, u64 now_us);
void tcopy_relay_hello(struct tcopy_relay *relay);
void tcopy_relay_flush(struct tcopy_relay *relay);

#endif
