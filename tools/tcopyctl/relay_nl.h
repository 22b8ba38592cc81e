/* SPDX-License-Identifier: GPL-2.0 */
/* The relay's netlink sockets: one receives records, one asks. */
#ifndef TCOPYCTL_RELAY_NL_H
#define TCOPYCTL_RELAY_NL_H

#include "attr.h"
#include "relay_core.h"

/**
 * struct relay_nl - the relay's side of tcopy_intercept
 * @records:	the kernel sends records here
 * @ask:	for what is intercepted
 * @up:		both are open and the kernel knows
 * @lost_base:	what the kernel had lost before
 * @lost:	what it has lost since
 * @asked_ms:	when it was asked last
 * @list:	reused
 */
struct relay_nl {
	struct nl records;
	struct nl ask;
	bool up;
	u64 lost_base;
	u64 lost;
	u64 asked_ms;
	struct icept_list list;
};

int relay_nl_open(struct relay_nl *rn, struct err *err);
void relay_nl_close(struct relay_nl *rn);
bool relay_nl_receive(struct relay_nl *rn, struct relay *r, u64 now_ms);
bool relay_nl_peers(struct relay_nl *rn, const struct tcopy_icept_peer *v,
		    unsigned int n);
void relay_nl_abort_port(struct relay_nl *rn, u16 port);
void relay_nl_abort_flows(struct relay_nl *rn, const struct tcopy_icept_flow *v,
			  unsigned int n);
bool relay_nl_ask(struct relay_nl *rn, struct relay *r, u64 now_ms);

#endif
