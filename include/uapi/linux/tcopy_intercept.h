/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink family "tcopy_intercept": the test host. Every command needs
 * CAP_NET_ADMIN in the initial user namespace and acts on the network namespace
 * of the socket. Numbers are host byte order, addresses are as on the wire: 4
 * bytes for IPv4, 16 for IPv6. Append only.
 */
#ifndef _UAPI_LINUX_TCOPY_INTERCEPT_H
#define _UAPI_LINUX_TCOPY_INTERCEPT_H

#include <linux/types.h>

/* 15 bytes at most: GENL_NAMSIZ is 16 */
#define TCOPY_ICEPT_FAMILY_NAME		"tcopy_intercept"
#define TCOPY_ICEPT_FAMILY_VERSION	1

/* multicast group of TCOPY_ICEPT_CMD_EVENT; whoever is in the namespace may
 * listen
 */
#define TCOPY_ICEPT_MCGRP_EVENTS	"events"

#define TCOPY_ICEPT_PASS_MAX		32	/* pass prefixes an intercept */
#define TCOPY_ICEPT_PEERS_MAX		128	/* in one message, and at all */
#define TCOPY_ICEPT_FLOWS_MAX		64	/* in one message */
#define TCOPY_ICEPT_QUIET		60	/* seconds, _A_QUIET unsaid */

/**
 * enum tcopy_icept_cmd - commands
 * @TCOPY_ICEPT_CMD_ADD: TCOPY_ICEPT_A_PORT, any number of TCOPY_ICEPT_A_PASS,
 *	perhaps TCOPY_ICEPT_A_ADDR, TCOPY_ICEPT_A_QUIET (with ADDR alone) and
 *	TCOPY_ICEPT_A_FOR. EEXIST: the port is intercepted already; EBUSY: it
 *	drains still; EADDRINUSE: the port is inside ip_local_port_range and not
 *	reserved (without ADDR)
 * @TCOPY_ICEPT_CMD_DEL: TCOPY_ICEPT_A_PORT, absent: all. Drains first: answers
 *	are still stolen until no copy is connected any more, three seconds at
 *	most; what is then left of copies' sockets is aborted, and the hook
 *	leaves. One with an ADDR leaves when no answer has passed for its QUIET.
 *	With TCOPY_ICEPT_A_FORCE it leaves before the command returns, sockets
 *	are aborted all the same. ENOENT
 * @TCOPY_ICEPT_CMD_GET: dump; all attributes of one intercept a message
 * @TCOPY_ICEPT_CMD_BIND: the caller's socket receives the records from now on,
 *	as TCOPY_ICEPT_CMD_RECORDS; until it is closed. EBUSY: another one does
 * @TCOPY_ICEPT_CMD_RECORDS: from the kernel: TCOPY_ICEPT_A_RECORDS
 * @TCOPY_ICEPT_CMD_STATS: answers with the counters of the namespace
 * @TCOPY_ICEPT_CMD_PEERS: TCOPY_ICEPT_A_PEERS: the online hosts that the relay
 *	knows, instead of those that it named before. ENOTCONN: no relay is
 *	bound. Forgotten when the relay is
 * @TCOPY_ICEPT_CMD_ABORT: either TCOPY_ICEPT_A_FLOWS: copies whose online host
 *	has gone: their sockets are aborted before the command returns. Or
 *	TCOPY_ICEPT_A_PORT: nobody copies to that port any more: in the
 *	background every copy's socket is. Of connections that are not stolen
 *	(pass prefixes, this host's own, other ports) none is touched. ENOENT:
 *	the port is not intercepted
 * @TCOPY_ICEPT_CMD_EVENT: from the kernel, to the group
 *	TCOPY_ICEPT_MCGRP_EVENTS: TCOPY_ICEPT_A_EVENT, and of an intercept PORT,
 *	and ADDR if it has one. One for each change, never for a packet
 */
enum tcopy_icept_cmd {
	TCOPY_ICEPT_CMD_UNSPEC,
	TCOPY_ICEPT_CMD_ADD,
	TCOPY_ICEPT_CMD_DEL,
	TCOPY_ICEPT_CMD_GET,
	TCOPY_ICEPT_CMD_BIND,
	TCOPY_ICEPT_CMD_RECORDS,
	TCOPY_ICEPT_CMD_STATS,
	TCOPY_ICEPT_CMD_PEERS,
	TCOPY_ICEPT_CMD_ABORT,
	TCOPY_ICEPT_CMD_EVENT,

	__TCOPY_ICEPT_CMD_MAX,
	TCOPY_ICEPT_CMD_MAX = __TCOPY_ICEPT_CMD_MAX - 1
};

/**
 * enum tcopy_icept_a - attributes
 * @TCOPY_ICEPT_A_PORT: u16, 1 or more
 * @TCOPY_ICEPT_A_PASS: nest of enum tcopy_icept_a_pass; repeated
 * @TCOPY_ICEPT_A_FORCE: flag
 * @TCOPY_ICEPT_A_STATE: u8, enum tcopy_icept_state; from the kernel only
 * @TCOPY_ICEPT_A_RELAY: flag: a relay is bound; from the kernel only
 * @TCOPY_ICEPT_A_RECORDS: binary: struct tcopy_wire_record, each with its
 *	headers, one after the other, TCOPY_WIRE_RECORDS bytes at most; from the
 *	kernel only
 * @TCOPY_ICEPT_A_RECORDS_N: u16, how many they are; from the kernel only
 * @TCOPY_ICEPT_A_PAD: for alignment
 * @TCOPY_ICEPT_A_STOLEN: u64, answers stolen; from the kernel only
 * @TCOPY_ICEPT_A_PASSED: u64, answers let through to pass prefixes; from the
 *	kernel only
 * @TCOPY_ICEPT_A_OWN: u64, packets let through because this host opened the
 *	connection, or to itself; from the kernel only
 * @TCOPY_ICEPT_A_LOST: u64, records lost: no relay, its socket full, or no
 *	memory; from the kernel only
 * @TCOPY_ICEPT_A_SUPERSEDED: u64, pure ACKs left out of a batch; from the
 *	kernel only
 * @TCOPY_ICEPT_A_MALFORMED: u64, stolen without a record: no valid TCP header;
 *	counted in STOLEN too; from the kernel only
 * @TCOPY_ICEPT_A_ERRORS: u64, ICMP errors of this host about copies, stolen;
 *	not in STOLEN; from the kernel only
 * @TCOPY_ICEPT_A_ABORTED: u64, sockets of copies that were aborted; from the
 *	kernel only
 * @TCOPY_ICEPT_A_ADDR: binary 4 or 16: answers from this address alone, those
 *	that this host forwards included. It is the address that online hosts
 *	copy to: where this host translates addresses (DNAT), the one on the
 *	side of the clients. Absent: what this host itself answers, from any
 *	address
 * @TCOPY_ICEPT_A_FOR: u32, seconds, 1 or more: drains by itself then; from the
 *	kernel: those that are left
 * @TCOPY_ICEPT_A_QUIET: u32, 1 to 3600 seconds: how long no answer must have
 *	passed before a draining intercept with ADDR leaves; default
 *	TCOPY_ICEPT_QUIET
 * @TCOPY_ICEPT_A_PEERS: binary: struct tcopy_icept_peer, TCOPY_ICEPT_PEERS_MAX
 *	at most, none too; to the kernel only
 * @TCOPY_ICEPT_A_FLOWS: binary: struct tcopy_icept_flow, 1 to
 *	TCOPY_ICEPT_FLOWS_MAX; to the kernel only
 * @TCOPY_ICEPT_A_EVENT: u8, enum tcopy_icept_event_type; from the kernel only
 * @TCOPY_ICEPT_A_VERSION: string, the module's version, in an answer to STATS;
 *	from the kernel only
 *
 * In an answer to STATS the counters are those of the namespace, in one to GET
 * those of the intercept (LOST and SUPERSEDED are the namespace's alone).
 */
enum tcopy_icept_a {
	TCOPY_ICEPT_A_UNSPEC,
	TCOPY_ICEPT_A_PORT,
	TCOPY_ICEPT_A_PASS,
	TCOPY_ICEPT_A_FORCE,
	TCOPY_ICEPT_A_STATE,
	TCOPY_ICEPT_A_RELAY,
	TCOPY_ICEPT_A_RECORDS,
	TCOPY_ICEPT_A_RECORDS_N,
	TCOPY_ICEPT_A_PAD,
	TCOPY_ICEPT_A_STOLEN,
	TCOPY_ICEPT_A_PASSED,
	TCOPY_ICEPT_A_OWN,
	TCOPY_ICEPT_A_LOST,
	TCOPY_ICEPT_A_SUPERSEDED,
	TCOPY_ICEPT_A_MALFORMED,
	TCOPY_ICEPT_A_ERRORS,
	TCOPY_ICEPT_A_ABORTED,
	TCOPY_ICEPT_A_ADDR,
	TCOPY_ICEPT_A_FOR,
	TCOPY_ICEPT_A_QUIET,
	TCOPY_ICEPT_A_PEERS,
	TCOPY_ICEPT_A_FLOWS,
	TCOPY_ICEPT_A_EVENT,
	TCOPY_ICEPT_A_VERSION,

	__TCOPY_ICEPT_A_MAX,
	TCOPY_ICEPT_A_MAX = __TCOPY_ICEPT_A_MAX - 1
};

/**
 * enum tcopy_icept_a_pass - clients whose answers are not stolen
 * @TCOPY_ICEPT_A_PASS_ADDR: binary 4 or 16, host bits zero
 * @TCOPY_ICEPT_A_PASS_PLEN: u8, prefix length in bits
 */
enum tcopy_icept_a_pass {
	TCOPY_ICEPT_A_PASS_UNSPEC,
	TCOPY_ICEPT_A_PASS_ADDR,
	TCOPY_ICEPT_A_PASS_PLEN,

	__TCOPY_ICEPT_A_PASS_MAX,
	TCOPY_ICEPT_A_PASS_MAX = __TCOPY_ICEPT_A_PASS_MAX - 1
};

enum tcopy_icept_state {
	TCOPY_ICEPT_INTERCEPTING,
	TCOPY_ICEPT_DRAINING,
};

/**
 * enum tcopy_icept_event_type - what has happened
 * @TCOPY_ICEPT_EVENT_UNSPEC: nothing
 * @TCOPY_ICEPT_EVENT_ADDED: an intercept
 * @TCOPY_ICEPT_EVENT_DRAINING: an intercept begins to drain
 * @TCOPY_ICEPT_EVENT_LEFT: an intercept is gone: answers leave this host
 * @TCOPY_ICEPT_EVENT_RELAY_UP: a relay was bound
 * @TCOPY_ICEPT_EVENT_RELAY_DOWN: the relay is gone
 */
enum tcopy_icept_event_type {
	TCOPY_ICEPT_EVENT_UNSPEC,
	TCOPY_ICEPT_EVENT_ADDED,
	TCOPY_ICEPT_EVENT_DRAINING,
	TCOPY_ICEPT_EVENT_LEFT,
	TCOPY_ICEPT_EVENT_RELAY_UP,
	TCOPY_ICEPT_EVENT_RELAY_DOWN,
};

/**
 * struct tcopy_icept_peer - an online host, and a port that it copies to
 * @family:	4 or 6
 * @reserved:	0
 * @port:	of the test service
 * @addr:	the online host's; IPv4: the first four bytes, the rest 0
 *
 * Its answers from that port are stolen though it may be inside of a pass
 * prefix: its probe could not succeed otherwise.
 */
struct tcopy_icept_peer {
	__u8 family;
	__u8 reserved;
	__be16 port;
	__u8 addr[16];
};

/**
 * struct tcopy_icept_flow - a copied connection, from client to test service
 * @family:	4 or 6
 * @reserved:	0
 * @sport:	the client's port
 * @dport:	the test service's port
 * @src:	the client; IPv4: the first four bytes, the rest 0
 * @dst:	the test service
 */
struct tcopy_icept_flow {
	__u8 family;
	__u8 reserved[3];
	__be16 sport;
	__be16 dport;
	__u8 src[16];
	__u8 dst[16];
};

#endif
