/* SPDX-License-Identifier: GPL-2.0 */
/*
 * upcall: records of answers, in batches, to the relay in userspace.
 */
#ifndef TCOPY_INTERCEPT_UPCALL_H
#define TCOPY_INTERCEPT_UPCALL_H

#include <linux/types.h>

struct genl_family;
struct icept_batch;
struct net;

/**
 * struct icept_upcall - the way to the relay, one a namespace
 * @batches:	one a CPU; NULL until icept_upcall_start(), then until
 *		icept_upcall_stop()
 * @relay:	netlink port of the relay, 0: none. Written by cmpxchg() alone:
 *		the packet path, BIND and the release of a socket need no lock
 * @pid:	of the process that bound @relay, as netlink says it
 * @net:	the namespace
 * @family:	records are sent as messages of it
 */
struct icept_upcall {
	struct icept_batch __percpu *batches;
	u32 relay;
	u32 pid;
	struct net *net;
	const struct genl_family *family;
};

/**
 * struct icept_upcall_stats - what became of records
 * @lost:	records made and not delivered, and answers without one for want
 *		of a relay
 * @superseded:	pure ACKs left out of a batch
 */
struct icept_upcall_stats {
	u64 lost;
	u64 superseded;
};

void icept_upcall_init(struct icept_upcall *up, struct net *net,
		       const struct genl_family *family);
int icept_upcall_start(struct icept_upcall *up);
void icept_upcall_stop(struct icept_upcall *up);
bool icept_upcall_add(struct icept_upcall *up, const u8 *ip, const u8 *th,
		      unsigned int avail, u32 payload);
bool icept_upcall_bind(struct icept_upcall *up, u32 portid, u32 pid);
bool icept_upcall_is_relay(const struct icept_upcall *up, u32 pid);
void icept_upcall_unbind(struct icept_upcall *up, u32 portid);
void icept_upcall_stats(const struct icept_upcall *up,
			struct icept_upcall_stats *stats);

#endif
