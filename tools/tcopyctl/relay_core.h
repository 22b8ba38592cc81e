/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relay without its sockets: who the online hosts are, whose a connection
 * is, what goes to whom. Unit-tested as it is; relay.c gives it sockets.
 *
 * A datagram of an unknown sender costs one hash: nothing is kept about it
 * until it has echoed a cookie, which proves that it receives at its address.
 * Nothing is allocated behind relay_core_new(), and nothing sent a record.
 */
#ifndef TCOPYCTL_RELAY_CORE_H
#define TCOPYCTL_RELAY_CORE_H

#include <linux/tcopy_intercept.h>

#include "owners.h"
#include "parse.h"
#include "wire_msg.h"

#define RELAY_PEERS	32	/* online hosts at once */
#define RELAY_EXPIRE_MS	5000	/* without a HELLO */
#define RELAY_WANTS	64	/* addresses and ports of one peer */
#define RELAY_BATCH	64	/* datagrams of HEADERS at once */
#define RELAY_ICEPTS	1024	/* intercepted ports */
#define RELAY_ALLOWS	64	/* --allow */
#define RELAY_HELD	256	/* answers without an OPEN; power of two */
#define RELAY_HELD_MS	100	/* for so long */
#define RELAY_OWNERS	17	/* 2^17 buckets of 8: a million connections */

/**
 * struct relay_path - where a datagram came from and was sent to
 * @remote:	the peer's address, IPv4 as ::ffff:a.b.c.d
 * @local:	ours that it has used: what answers must come from
 * @scope:	device of a link-local @remote, else 0
 * @port:	the peer's
 */
struct relay_path {
	struct in6_addr remote;
	struct in6_addr local;
	u32 scope;
	__be16 port;
};

/**
 * struct relay_want - what a peer copies to
 * @addr:	the test service's
 * @expires_ms:	when no HELLO has named it since
 * @port:	its port
 * @family:	4 or 6; 0: entry is free
 */
struct relay_want {
	union tcopy_addr addr;
	u64 expires_ms;
	__be16 port;
	u8 family;
};

/**
 * struct relay_peer - an online host that has said HELLO
 * @generation:	0: entry is free; never used again
 * @path:	where its HELLO came from
 * @theirs:	its cookie
 * @ours:	the cookie it has from us
 * @expires_ms:	without another HELLO
 * @seq:	of the next HEADERS
 * @ports_n:	entries of @ports
 * @ports:	where it wants HEADERS
 * @open:	datagram being filled for each of @ports, -1: none
 * @wants:	what it copies to
 */
struct relay_peer {
	u32 generation;
	struct relay_path path;
	__be64 theirs;
	__be64 ours;
	u64 expires_ms;
	u32 seq;
	u8 ports_n;
	__be16 ports[TCOPY_WIRE_PORTS];
	int open[TCOPY_WIRE_PORTS];
	struct relay_want wants[RELAY_WANTS];
};

/**
 * struct relay_datagram - a HEADERS that waits to be sent
 * @path:	to whom, the port of this datagram included
 * @body:	the records: @room, or the caller's buffer
 * @len:	bytes of them
 * @records_n:	how many they are
 * @peer:	index of the peer
 * @slot:	index of its port
 * @head:	what goes before the records
 * @room:	for records that are put together here
 */
struct relay_datagram {
	struct relay_path path;
	const u8 *body;
	size_t len;
	unsigned int records_n;
	u16 peer;
	u16 slot;
	u8 head[24];
	u8 room[TCOPY_WIRE_RECORDS];
};

/**
 * struct relay_icept - an intercepted port
 * @addr:	of the test service; zero without
 * @family:	of @addr, 4 or 6; 0: every address of this host
 * @port:	host byte order
 * @state:	enum tcopy_wire_state
 * @pass_n:	entries of @pass
 * @pass:	clients that are answered as ever
 */
struct relay_icept {
	union tcopy_addr addr;
	u8 family;
	u16 port;
	u8 state;
	u8 pass_n;
	struct prefix pass[TCOPY_ICEPT_PASS_MAX];
};

/**
 * struct relay_held - an answer that waits for its OPEN
 * @flow:	direction of the answers
 * @until_ms:	then it is left out
 * @len:	bytes of @record; 0: it has been sent
 * @record:	as it came
 */
struct relay_held {
	struct tcopy_flow flow;
	u64 until_ms;
	u16 len;
	u8 record[TCOPY_WIRE_RECORD_MAX];
};

/* what they mean: relay_stat.c */
struct relay_stats {
	u64 records;
	u64 forwarded;
	u64 datagrams;
	u64 no_peer;
	u64 no_owner;
	u64 held;
	u64 unsent;
	u64 bad_records;
	u64 overruns;
	u64 synack_to_all;
	u64 conflicts;
	u64 opens;
	u64 hellos;
	u64 challenges;
	u64 byes;
	u64 expired;
	u64 orphans;
	u64 peers_full;
	u64 not_allowed;
	u64 malformed;
	u64 unknown;
	u64 bad_cookie;
	u64 reply_failed;
};

/**
 * struct relay_stat_info - a counter of the relay
 * @name:	as its member in struct relay_stats; NULL ends the table
 * @meaning:	one line
 * @offset:	in struct relay_stats
 */
struct relay_stat_info {
	const char *name;
	const char *meaning;
	size_t offset;
};

extern const struct relay_stat_info relay_stat_infos[];

/**
 * struct relay_ops - what the relay needs from outside
 * @reply:	send one datagram now; false: it could not be
 * @send:	send HEADERS; returns records in datagrams that could not be
 * @refresh:	call relay_core_intercepts() if what is known is old
 * @peers:	tell the kernel who is never passed; false: it did not take it
 * @abort_port:	nobody copies to a port (host byte order) any more
 * @abort_flows: nobody will reset these copies
 */
struct relay_ops {
	bool (*reply)(void *ctx, const struct relay_path *path, const u8 *p,
		      size_t len);
	u64 (*send)(void *ctx, const struct relay_datagram *v, unsigned int n);
	void (*refresh)(void *ctx, u64 now_ms);
	bool (*peers)(void *ctx, const struct tcopy_icept_peer *v,
		      unsigned int n);
	void (*abort_port)(void *ctx, u16 port);
	void (*abort_flows)(void *ctx, const struct tcopy_icept_flow *v,
			    unsigned int n);
};

/**
 * struct relay - the state of a relay; one thread owns it
 * @ops:	the world
 * @ctx:	for @ops
 * @secret:	of the cookies
 * @key:	of the hash that spreads a peer's flows over its ports
 * @epoch:	drawn at start
 * @lost:	records that the kernel lost since then
 * @peers_n:	entries of @peers in use
 * @generation:	last one given
 * @allow_n:	entries of @allow; 0: everybody may say HELLO
 * @icepts_n:	entries of @icepts
 * @batch_n:	entries of @batch
 * @held_n:	entries of @held in use
 * @held_next:	the next one, modulo their number
 * @told_n:	entries of @told, as the kernel knows them
 * @orphans:	the table of owners is being searched for connections whose
 *		owner has gone
 * @orphans_at:	the entry to go on with
 */
struct relay {
	const struct relay_ops *ops;
	void *ctx;
	u64 secret[2];
	u64 key[2];
	u64 epoch;
	u64 lost;
	u64 now_ms;
	unsigned int peers_n;
	u32 generation;
	unsigned int allow_n;
	unsigned int icepts_n;
	unsigned int batch_n;
	unsigned int held_n;
	unsigned int held_next;
	unsigned int told_n;
	bool orphans;
	size_t orphans_at;
	struct relay_stats stats;
	struct owners owners;
	struct prefix allow[RELAY_ALLOWS];
	struct relay_peer peers[RELAY_PEERS];
	struct relay_icept icepts[RELAY_ICEPTS];
	struct tcopy_icept_peer told[TCOPY_ICEPT_PEERS_MAX];
	struct relay_datagram batch[RELAY_BATCH];
	struct relay_held held[RELAY_HELD];
};

struct relay *relay_core_new(const struct relay_ops *ops, void *ctx,
			     const u64 seed[7]);
void relay_core_free(struct relay *r);
void relay_peer_hello(struct relay *r, const struct relay_path *from,
		      __be64 cookie, const u8 *body, size_t len);
struct relay_peer *relay_peer_find(struct relay *r,
				   const struct relay_path *from, __be64 ours);
void relay_peer_del(struct relay *r, struct relay_peer *peer);
void relay_core_datagram(struct relay *r, const struct relay_path *from,
			 const u8 *p, size_t len, u64 now_ms);
void relay_core_records(struct relay *r, const u8 *p, size_t len,
			unsigned int n, u64 now_ms);
void relay_core_put(struct relay *r, struct relay_peer *peer,
		    const struct tcopy_flow *flow, const u8 *p, size_t len);
void relay_core_flush(struct relay *r);
struct relay_peer *relay_owner_peer(struct relay *r, const struct owner *o);
void relay_tell_peers(struct relay *r);
void relay_tell_gone(struct relay *r, const struct relay_peer *gone);
bool relay_core_orphans(struct relay *r);
void relay_core_stalled(struct relay *r, u64 ms);
void relay_core_expire(struct relay *r, u64 now_ms);
void relay_core_intercepts(struct relay *r, const struct relay_icept *v,
			   unsigned int n, u64 lost);
void relay_held_add(struct relay *r, const struct tcopy_flow *flow,
		    const u8 *p, size_t len);
void relay_held_take(struct relay *r, struct relay_peer *peer,
		     const struct tcopy_flow *flow);
void relay_held_expire(struct relay *r);

#endif
