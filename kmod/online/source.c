// SPDX-License-Identifier: GPL-2.0
/*
 * source: the address and port of a copy that does not leave with its client's.
 *
 * DOC: Which ports
 *
 * Ports are not reserved by sockets: tens of thousands would be too dear. They
 * are those that this host gives to none of its own connections by itself: from
 * 1024 on, outside net.ipv4.ip_local_port_range, or in
 * net.ipv4.ip_local_reserved_ports. Where these are too few (a range widened to
 * all ports), all of them. What could still meet a copy's tuple:
 *
 * - a connection of this host to the same test service from the same port. It
 *   gets no answers anyway while the service is intercepted, but a socket that
 *   is there when a port is taken is seen, and the port left alone. Where
 *   answers come to this host, direct.c looks for such a socket each time;
 * - the probe, and the ports of online services: their bit in the rules;
 * - a socket that listens: the tuple is not its own, and answers to copies do
 *   not arrive as packets, or are taken before it sees them.
 */

#include <linux/in.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "peer.h"
#include "ports.h"
#include "source.h"
#include "transmit.h"

#define SOURCE_PORT_FIRST	1024
/* With fewer ports to choose from than this, none is left out. */
#define SOURCE_PORTS_MIN	512
/* Test services with ports of their own, each of which takes some 300 KB; more
 * of them share these.
 */
#define SOURCE_POOLS		16
/* Ports that are in use by somebody else, in a row. */
#define SOURCE_TRIES		8

/**
 * struct tcopy_pool - the ports of all copies to a test service, or to several
 * @lock:	protects @ports; leaf, BH. Taken when a session begins and ends
 * @ports:	which are free
 * @ref:	one a target, one a session with a port of it
 * @ring:	memory of @ports
 */
struct tcopy_pool {
	spinlock_t lock;
	struct tcopy_ports ports;
	refcount_t ref;
	struct tcopy_port ring[];
};

/* Counters of further copies of clients: those of a client that is as busy as a
 * proxy are its own, mostly.
 */
#define SOURCE_COUNTS		1024

/**
 * struct tcopy_rotor - addresses and ports of a target's further copies
 * @turn:	their order; immutable
 * @count:	how many there were: of the target's prefix in the first, else
 *		by the hash of their client
 *
 * A client has 31,744 ports: with more than 529 further copies a second of
 * one client, a tuple is used again within the 60 s that a test server may keep
 * it in TIME-WAIT. --source with a prefix of N addresses has N times as many.
 */
struct tcopy_rotor {
	struct tcopy_turn turn;
	atomic_t count[SOURCE_COUNTS];
};

static u32 source_now_s(void)
{
	return (u32)ktime_get_seconds();
}

/* The ports that this host gives to its own connections by itself. */
struct source_range {
	struct net *net;
	int low, high;
};

static bool source_port_ok(const struct source_range *range, unsigned int port,
			   bool all)
{
	return all || (int)port < range->low || (int)port > range->high ||
	       inet_is_local_reserved_port(range->net, port);
}

static struct tcopy_pool *pool_new(struct net *net)
{
	struct source_range range = { .net = net };
	unsigned int port, n = 0;
	struct tcopy_pool *pool;
	u32 rested_s;
	bool all;

	inet_get_local_port_range(net, &range.low, &range.high);
	for (port = SOURCE_PORT_FIRST; port < 65536; port++)
		n += source_port_ok(&range, port, false);
	all = n < SOURCE_PORTS_MIN;
	if (all)
		n = 65536 - SOURCE_PORT_FIRST;

	pool = kvzalloc(struct_size(pool, ring, n), GFP_KERNEL);
	if (!pool)
		return NULL;
	spin_lock_init(&pool->lock);
	refcount_set(&pool->ref, 1);
	tcopy_ports_init(&pool->ports, pool->ring, n);
	rested_s = source_now_s() - TCOPY_PORTS_REST_S;
	/* The sysctls may change meanwhile: no more than there is room for. */
	for (port = SOURCE_PORT_FIRST; port < 65536; port++)
		if (source_port_ok(&range, port, all) &&
		    !tcopy_ports_give(&pool->ports, port, rested_s))
			break;
	tcopy_ports_shuffle(&pool->ports, get_random_u64() | 1);
	return pool;
}

static void pool_put(struct tcopy_pool *pool)
{
	if (refcount_dec_and_test(&pool->ref))
		kvfree(pool);
}

/* That of the same test service; or, where there are many, that of another one
 * which is used least. NULL: it is to have one of its own.
 */
static struct tcopy_pool *pool_share(const struct tcopy_net *tn,
				     const struct tcopy_target *t)
{
	const struct tcopy_target *other;
	struct tcopy_pool *least = NULL;

	list_for_each_entry(other, &tn->targets, list) {
		if (other->family == t->family &&
		    other->to_port == t->to_port &&
		    other->to_ifindex == t->to_ifindex &&
		    !memcmp(&other->to, &t->to, sizeof(t->to)))
			return other->pool;
		if (!least || refcount_read(&other->pool->ref) <
			      refcount_read(&least->ref))
			least = other->pool;
	}
	return tn->targets_n < SOURCE_POOLS ? NULL : least;
}

/**
 * tcopy_source_attach() - give a target the ports of its test service
 * @tn:		the namespace
 * @t:		not in the list of targets yet
 *
 * Targets with the same test service share them, and so do many targets with
 * others.
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_source_attach(struct tcopy_net *tn, struct tcopy_target *t)
{
	lockdep_assert_held(&tn->lock);
	t->rotor = kvzalloc(sizeof(*t->rotor), GFP_KERNEL);
	if (!t->rotor)
		return -ENOMEM;
	tcopy_turn_init(&t->rotor->turn, get_random_u64());
	t->pool = pool_share(tn, t);
	if (t->pool) {
		refcount_inc(&t->pool->ref);
		return 0;
	}
	t->pool = pool_new(tn->net);
	if (t->pool)
		return 0;
	kvfree(t->rotor);
	t->rotor = NULL;
	return -ENOMEM;
}

/**
 * tcopy_source_detach() - a target needs no ports any more
 * @t: out of the rules since a grace period
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_source_detach(struct tcopy_target *t)
{
	pool_put(t->pool);
	t->pool = NULL;
	kvfree(t->rotor);
	t->rotor = NULL;
}

/**
 * tcopy_source_is_own() - does a copy leave with this host's own address?
 * @t:		the target
 * @flow:	client to online service
 *
 * By choice; or because its client's address means nothing beyond this host or
 * this link: a TLS terminator in front of the service, a health check.
 *
 * Context: BH, RCU read section.
 */
bool tcopy_source_is_own(const struct tcopy_target *t,
			 const struct tcopy_flow *flow)
{
	int type;

	if (tcopy_target_conf(t)->own_source)
		return true;
	if (flow->family == 4)
		return ipv4_is_loopback(flow->src.v4) ||
		       (ipv4_is_linklocal_169(flow->src.v4) &&
			!ipv4_is_linklocal_169(t->to.v4));
	type = ipv6_addr_type((const struct in6_addr *)flow->src.v6);
	return type & IPV6_ADDR_LOOPBACK ||
	       (type & IPV6_ADDR_LINKLOCAL && !t->to_ifindex);
}

/* Does somebody else on this host have the port, or just this tuple? */
static bool source_taken(struct tcopy_net *tn, const struct tcopy_flow *copy,
			 int oif)
{
	const struct tcopy_rules *rules = rcu_dereference(tn->rules);
	int vrf = l3mdev_master_ifindex_by_index(tn->net, oif);
	struct tcopy_flow answer;

	if (!rules || test_bit(ntohs(copy->sport), rules->ports))
		return true;
	/* A test service on this host: its own address and port. */
	if (copy->sport == copy->dport &&
	    !memcmp(&copy->src, &copy->dst, sizeof(copy->src)))
		return true;
	tcopy_flow_reverse(&answer, copy);
	return tcopy_peer_any(tn->net, &answer, vrf, vrf ? oif : 0);
}

/**
 * tcopy_source_get() - an address and a port for a new copy
 * @tn:		the namespace
 * @t:		the target
 * @copy:	to the test service; its source address and port are filled
 * @pool:	filled: for tcopy_source_put()
 *
 * The address is the one that this host would use by itself.
 *
 * Context: BH, RCU read section.
 *
 * Return: 0; -EEXIST: there is no free port, or no way to the test service;
 * -EPERM: the test host lets answers to this address through.
 */
int tcopy_source_get(struct tcopy_net *tn, struct tcopy_target *t,
		     struct tcopy_flow *copy, struct tcopy_pool **pool)
{
	struct tcopy_pool *p = t->pool;
	const struct tcopy_way *way = &tcopy_target_conf(t)->way;
	int tries = SOURCE_TRIES;
	bool ok, early;
	u32 slot;

	if (tcopy_transmit_source(tn->net, copy, way))
		return -EEXIST;
	if (tcopy_target_passes(t, copy))
		return -EPERM;
	while (tries--) {
		spin_lock_bh(&p->lock);
		ok = tcopy_ports_take(&p->ports, source_now_s(), &slot, &early);
		spin_unlock_bh(&p->lock);
		if (!ok)
			break;
		copy->sport = htons(slot);
		if (source_taken(tn, copy, way->oif)) {
			spin_lock_bh(&p->lock);
			tcopy_ports_give(&p->ports, slot, source_now_s());
			spin_unlock_bh(&p->lock);
			continue;
		}
		tcopy_count(t, OWN_SOURCE);
		if (early)
			tcopy_count(t, PORT_EARLY);
		refcount_inc(&p->ref);
		*pool = p;
		return 0;
	}
	return -EEXIST;
}

/* The network's own address and its broadcast's are no host's (RFC 1812,
 * 4.2.2.11; RFC 4291, 2.6.1).
 */
static bool source_unusable(const struct tcopy_prefix *p, u32 host)
{
	if (p->family == 4)
		return p->plen < 31 &&
		       (!host || host == (U32_MAX >> p->plen));
	return p->plen < 127 && !host;
}

/**
 * tcopy_source_pick() - an address and a port of the target's prefix, or else
 * another port of the client
 * @tn:		the namespace
 * @t:		the target
 * @copy:	client to test service; its source is replaced
 *
 * In turn, without any memory of those in use: the caller asks the table of
 * copies, whose insertion decides, and takes the next one.
 *
 * Context: BH, RCU read section.
 *
 * Return: 0; -EAGAIN: it is nobody's, take the next; -EPERM: the test host lets
 * answers to this address through.
 */
int tcopy_source_pick(struct tcopy_net *tn, struct tcopy_target *t,
		      struct tcopy_flow *copy)
{
	const struct tcopy_prefix *p = &tcopy_target_conf(t)->source;
	atomic_t *count = &t->rotor->count[0];
	u32 bits = 0, host = 0;
	u16 port;

	if (p->family)
		bits = min_t(u32, (p->family == 4 ? 32 : 128) - p->plen,
			     TCOPY_TURN_BITS);
	else
		count += siphash(&copy->src, sizeof(copy->src), &tn->isn_key) %
			 SOURCE_COUNTS;
	tcopy_turn_at(&t->rotor->turn, atomic_inc_return(count), bits, &host,
		      &port);
	copy->sport = htons(port);
	if (!p->family)
		return 0;
	if (bits && source_unusable(p, host))
		return -EAGAIN;
	copy->src = p->addr;
	if (p->family == 4)
		copy->src.v4 |= htonl(host);
	else
		copy->src.w[3] |= (__force u32)htonl(host);
	return tcopy_target_passes(t, copy) ? -EPERM : 0;
}

/**
 * tcopy_source_put() - a copy's port is free again
 * @pool:	from tcopy_source_get()
 * @port:	the source port that it filled
 *
 * Context: process or BH.
 */
void tcopy_source_put(struct tcopy_pool *pool, __be16 port)
{
	bool ok;

	spin_lock_bh(&pool->lock);
	ok = tcopy_ports_give(&pool->ports, ntohs(port), source_now_s());
	spin_unlock_bh(&pool->lock);
	WARN_ON_ONCE(!ok);
	pool_put(pool);
}

/**
 * tcopy_source_isn() - the ISN of a copy with a source of its own
 * @tn:		the namespace
 * @copy:	to the test service
 *
 * As RFC 6528 has it: a clock, so that it is beyond what the tuple's last
 * connection has used, which the test server may have in TIME-WAIT; and a keyed
 * hash of the tuple. Its client's ISN is another tuple's.
 */
u32 tcopy_source_isn(const struct tcopy_net *tn, const struct tcopy_flow *copy)
{
	return (u32)siphash(copy, sizeof(*copy), &tn->isn_key) +
	       (u32)(ktime_get_ns() >> 6);
}

/**
 * tcopy_source_tsval() - the timestamp of a copy with a source of its own
 * @tn:		the namespace
 * @copy:	to the test service
 * @now_us:	now
 *
 * One clock for all connections between two addresses, as a host has it: a test
 * server refuses a timestamp that is older than the tuple's last.
 *
 * Return: milliseconds from a secret origin.
 */
u32 tcopy_source_tsval(const struct tcopy_net *tn,
		       const struct tcopy_flow *copy, u64 now_us)
{
	struct tcopy_flow hosts = *copy;

	hosts.sport = 0;
	hosts.dport = 0;
	return (u32)siphash(&hosts, sizeof(hosts), &tn->isn_key) +
	       (u32)div_u64(now_us, USEC_PER_MSEC);
}
