// SPDX-License-Identifier: GPL-2.0
/* The relay without its sockets, see relay_core.h */
#include <stdlib.h>

#include "relay_core.h"
#include "siphash.h"

/**
 * relay_core_new() - make a relay that knows nobody
 * @ops:	the world; lives as long
 * @ctx:	for @ops
 * @seed:	random: secrets, keys and the epoch
 *
 * Return: NULL without memory.
 */
struct relay *relay_core_new(const struct relay_ops *ops, void *ctx,
			     const u64 seed[7])
{
	struct relay *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->ops = ops;
	r->ctx = ctx;
	memcpy(r->secret, seed, sizeof(r->secret));
	memcpy(r->key, seed + 2, sizeof(r->key));
	r->epoch = seed[6];
	if (!owners_new(&r->owners, RELAY_OWNERS, seed + 4)) {
		free(r);
		return NULL;
	}
	return r;
}

/**
 * relay_core_free() - forget everything
 * @r:		made by relay_core_new()
 */
void relay_core_free(struct relay *r)
{
	owners_free(&r->owners);
	free(r);
}

/**
 * relay_owner_peer() - whose a connection is
 * @r:		the relay
 * @o:		the connection's entry
 *
 * Return: the peer; NULL: it has gone, or is another one now.
 */
struct relay_peer *relay_owner_peer(struct relay *r, const struct owner *o)
{
	struct relay_peer *peer = &r->peers[o->peer];

	return peer->generation && peer->generation == o->generation ? peer :
								       NULL;
}

static void take_flow(struct relay *r, struct relay_peer *peer,
		      const struct tcopy_flow *flow)
{
	struct owner *o = owners_find(&r->owners, flow);
	u32 now = (u32)(r->now_ms / 1000);

	r->stats.opens++;
	/* the first owner keeps it, as long as it lives and the flow does */
	if (o && relay_owner_peer(r, o) && relay_owner_peer(r, o) != peer &&
	    !o->closed && now - o->stamp < OWNERS_QUIET_S) {
		r->stats.conflicts++;
		return;
	}
	if (!o)
		o = owners_add(&r->owners, flow);
	o->again = relay_owner_peer(r, o) == peer && !o->closed;
	o->generation = peer->generation;
	o->peer = (u16)(peer - r->peers);
	o->stamp = now;
	o->closed = false;
	relay_held_take(r, peer, flow);
}

static void take_open(struct relay *r, struct relay_peer *peer,
		      const u8 *body, size_t len)
{
	int n = wire_open_read(body, len), i;
	struct tcopy_flow flow;

	if (n < 0) {
		r->stats.malformed++;
		return;
	}
	for (i = 0; i < n; i++) {
		if (wire_flow_read(&flow, body, (unsigned int)i)) {
			take_flow(r, peer, &flow);
			continue;
		}
		r->stats.malformed++;
		break;
	}
	relay_core_flush(r);
}

static bool is_allowed(const struct relay *r, const struct in6_addr *remote)
{
	union tcopy_addr addr = { 0 };
	u8 family = 6;
	unsigned int i;

	if (!r->allow_n)
		return true;
	if (IN6_IS_ADDR_V4MAPPED(remote)) {
		family = 4;
		memcpy(&addr.v4, remote->s6_addr + 12, 4);
	} else {
		memcpy(addr.v6, remote, 16);
	}
	for (i = 0; i < r->allow_n; i++)
		if (prefix_holds(&r->allow[i], family, &addr))
			return true;
	return false;
}

/**
 * relay_core_datagram() - take a datagram of an online host, or of anybody
 * @r:		the relay
 * @from:	its sender, and our address it was sent to
 * @p:		its bytes
 * @len:	how many
 * @now_ms:	monotonic clock
 */
void relay_core_datagram(struct relay *r, const struct relay_path *from,
			 const u8 *p, size_t len, u64 now_ms)
{
	struct tcopy_wire_hdr hdr;
	struct relay_peer *peer;

	r->now_ms = now_ms;
	if (!is_allowed(r, &from->remote)) {
		r->stats.not_allowed++;
		return;
	}
	if (!tcopy_wire_check(&hdr, p, len)) {
		if (len >= sizeof(hdr) &&
		    tcopy_get32(p) == TCOPY_WIRE_MAGIC &&
		    p[offsetof(struct tcopy_wire_hdr, version)] !=
			    TCOPY_WIRE_VERSION)
			r->stats.unknown++;
		else
			r->stats.malformed++;
		return;
	}
	p += sizeof(hdr);
	len -= sizeof(hdr);
	if (hdr.type == TCOPY_WIRE_HELLO) {
		relay_peer_hello(r, from, hdr.cookie, p, len);
		return;
	}
	if (hdr.type != TCOPY_WIRE_OPEN && hdr.type != TCOPY_WIRE_BYE) {
		r->stats.unknown++;
		return;
	}
	peer = relay_peer_find(r, from, hdr.cookie);
	if (!peer) {
		r->stats.bad_cookie++;
		return;
	}
	if (hdr.type == TCOPY_WIRE_OPEN) {
		take_open(r, peer, p, len);
	} else if (len) {
		r->stats.malformed++;
	} else {
		r->stats.byes++;
		relay_peer_del(r, peer);
	}
}

/* An empty datagram to a port of a peer. */
static struct relay_datagram *add_datagram(struct relay *r,
					   struct relay_peer *peer,
					   unsigned int slot)
{
	struct relay_datagram *d;

	if (r->batch_n == RELAY_BATCH)
		relay_core_flush(r);
	d = &r->batch[r->batch_n++];
	d->path = peer->path;
	d->path.port = peer->ports[slot];
	d->body = d->room;
	d->len = 0;
	d->records_n = 0;
	d->peer = (u16)(peer - r->peers);
	d->slot = (u16)slot;
	return d;
}

/* @n records, of one flow or all for the same port */
static void put_records(struct relay *r, struct relay_peer *peer,
			unsigned int slot, const u8 *p, size_t len,
			unsigned int n)
{
	struct relay_datagram *d = NULL;

	if (peer->open[slot] >= 0) {
		d = &r->batch[peer->open[slot]];
		if (len > sizeof(d->room) - d->len)
			d = NULL;
	}
	if (!d) {
		d = add_datagram(r, peer, slot);
		peer->open[slot] = (int)(d - r->batch);
	}
	memcpy(d->room + d->len, p, len);
	d->len += len;
	d->records_n += n;
}

static bool peer_wants(const struct relay_peer *peer,
		       const struct tcopy_flow *flow)
{
	unsigned int i;

	for (i = 0; i < RELAY_WANTS; i++)
		if (peer->wants[i].family == flow->family &&
		    peer->wants[i].port == flow->sport &&
		    !memcmp(&peer->wants[i].addr, &flow->src,
			    sizeof(flow->src)))
			return true;
	return false;
}

static unsigned int slot_of(const struct relay *r,
			    const struct relay_peer *peer,
			    const struct tcopy_flow *flow)
{
	if (peer->ports_n == 1)
		return 0;
	return (unsigned int)(siphash(r->key, flow, sizeof(*flow)) %
			      peer->ports_n);
}

/**
 * relay_core_put() - a record goes to a peer
 * @r:		the relay; the caller flushes it
 * @peer:	to whom
 * @flow:	the record's: chooses the port
 * @p:		the record, which is copied
 * @len:	its bytes
 */
void relay_core_put(struct relay *r, struct relay_peer *peer,
		    const struct tcopy_flow *flow, const u8 *p, size_t len)
{
	put_records(r, peer, slot_of(r, peer, flow), p, len, 1);
}

static bool is_synack(const struct tcopy_seg *seg)
{
	return (seg->flags & (TCOPY_SYN | TCOPY_ACK)) ==
	       (TCOPY_SYN | TCOPY_ACK);
}

/*
 * Nobody has announced it, or the OPEN was lost or is late. Of a service that
 * only one peer copies to it can be nobody else's. Of several peers a SYN-ACK
 * finds the right one, the others have no session and leave it alone; any
 * other answer sent to all would make them reset a stranger's connection: it
 * waits for a moment.
 */
static void put_unknown(struct relay *r, const struct tcopy_flow *flow,
			const struct tcopy_seg *seg, const u8 *p, size_t len)
{
	bool synack = is_synack(seg);
	struct relay_peer *peer, *only = NULL;
	unsigned int i, n = 0;

	for (i = 0; i < RELAY_PEERS; i++) {
		if (r->peers[i].generation &&
		    peer_wants(&r->peers[i], flow)) {
			only = &r->peers[i];
			n++;
		}
	}
	if (n == 1) {
		relay_core_put(r, only, flow, p, len);
		return;
	}
	if (!synack && !n) {
		r->stats.no_owner++;
		return;
	}
	if (!synack) {
		r->stats.held++;
		relay_held_add(r, flow, p, len);
		return;
	}
	r->stats.synack_to_all++;
	for (i = 0; i < RELAY_PEERS; i++) {
		peer = &r->peers[i];
		if (peer->generation && (!n || peer_wants(peer, flow)))
			relay_core_put(r, peer, flow, p, len);
	}
}

static void put_known(struct relay *r, struct owner *o, struct relay_peer *peer,
		      const struct tcopy_seg *seg, const u8 *p, size_t len)
{
	o->stamp = (u32)(r->now_ms / 1000);
	/*
	 * A client that uses its port again, for a connection to another
	 * online host, comes after the FIN; until then what follows the FIN
	 * is still the owner's.
	 */
	if (seg->flags & (TCOPY_FIN | TCOPY_RST)) {
		o->closed = !o->again;
		o->again = false;
	} else if (is_synack(seg)) {
		o->again = false;
	}
	relay_core_put(r, peer, &o->flow, p, len);
}

static void put_parsed(struct relay *r, const u8 *p, size_t len,
		       unsigned int n)
{
	struct relay_peer *peer;
	struct tcopy_flow flow;
	struct tcopy_seg seg;
	struct owner *o;
	int size;

	for (; n; n--) {
		size = tcopy_wire_record_read(&flow, &seg, p, len);
		if (size < 0) {
			r->stats.bad_records += n;
			return;
		}
		o = owners_find(&r->owners, &flow);
		/* used again: by whom, its OPEN says */
		if (o && o->closed && is_synack(&seg))
			o->generation = 0;
		peer = o ? relay_owner_peer(r, o) : NULL;
		if (peer)
			put_known(r, o, peer, &seg, p, (size_t)size);
		else
			put_unknown(r, &flow, &seg, p, (size_t)size);
		p += size;
		len -= (size_t)size;
	}
	if (len)
		r->stats.bad_records++;
}

/**
 * relay_core_records() - take a batch of records of the kernel
 * @r:		the relay
 * @p:		the records; stays as it is until relay_core_flush()
 * @len:	bytes, TCOPY_WIRE_RECORDS at most
 * @n:		how many records
 * @now_ms:	monotonic clock
 */
void relay_core_records(struct relay *r, const u8 *p, size_t len,
			unsigned int n, u64 now_ms)
{
	struct relay_peer *peer = r->peers;
	struct relay_datagram *d;

	r->now_ms = now_ms;
	r->stats.records += n;
	if (len > TCOPY_WIRE_RECORDS || !len || !n) {
		r->stats.bad_records += n;
		return;
	}
	if (!r->peers_n) {
		r->stats.no_peer += n;
		return;
	}
	while (!peer->generation)
		peer++;
	if (r->peers_n > 1 || peer->ports_n > 1) {
		put_parsed(r, p, len, n);
		return;
	}
	/*
	 * The usual case: one online host, one port; nobody asks whose they
	 * are. Small batches that are read at once leave at once: a datagram
	 * costs more than to copy what is in it.
	 */
	if (len <= TCOPY_WIRE_RECORDS / 2) {
		put_records(r, peer, 0, p, len, n);
		return;
	}
	/* what comes next must not overtake it */
	peer->open[0] = -1;
	d = add_datagram(r, peer, 0);
	d->body = p;
	d->len = len;
	d->records_n = n;
}

/**
 * relay_core_flush() - send what waits
 * @r:		the relay
 *
 * Buffers given to relay_core_records() are free again.
 */
void relay_core_flush(struct relay *r)
{
	struct relay_datagram *d;
	struct relay_peer *peer;
	unsigned int i;
	u64 n = 0, lost;

	if (!r->batch_n)
		return;
	for (i = 0; i < r->batch_n; i++) {
		d = &r->batch[i];
		peer = &r->peers[d->peer];
		peer->open[d->slot] = -1;
		wire_headers_fill(d->head, peer->theirs, peer->seq++, d->len,
				  d->records_n);
		n += d->records_n;
	}
	lost = r->ops->send(r->ctx, r->batch, r->batch_n);
	r->stats.datagrams += r->batch_n;
	r->stats.forwarded += n - lost;
	r->stats.unsent += lost;
	r->batch_n = 0;
}
