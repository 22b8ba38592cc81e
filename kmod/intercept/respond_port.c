// SPDX-License-Identifier: GPL-2.0
/* respond: the intercepts of a namespace, and what they count. */
#include <linux/jhash.h>

#include "respond.h"

/**
 * icept_respond_count() - count one
 * @port:	the intercept
 * @which:	what
 *
 * Context: BH off: 32-bit writers of one CPU must not interrupt each other.
 */
void icept_respond_count(const struct icept_port *port,
			 enum icept_counter which)
{
	struct icept_counts *c = this_cpu_ptr(port->counts);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->v[which]);
	u64_stats_update_end(&c->syncp);
}

/**
 * icept_respond_sum() - add up the counters of an intercept
 * @port:	the intercept
 * @sum:	by enum icept_counter; added to
 */
void icept_respond_sum(const struct icept_port *port, u64 sum[ICEPT_COUNTERS])
{
	const struct icept_counts *c;
	u64 v[ICEPT_COUNTERS];
	unsigned int start, i;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(port->counts, cpu);
		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < ICEPT_COUNTERS; i++)
				v[i] = u64_stats_read(&c->v[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		for (i = 0; i < ICEPT_COUNTERS; i++)
			sum[i] += v[i];
	}
}

static struct hlist_head *icept_addr_head(struct icept_respond *r, u8 family,
					  const union tcopy_addr *addr,
					  u16 port)
{
	u32 hash = jhash_3words(addr->w[0] ^ addr->w[1],
				addr->w[2] ^ addr->w[3],
				(u32)family << 16 | port, r->seed);

	return &r->addrs[hash >> (32 - ICEPT_ADDR_BITS)];
}

/**
 * icept_respond_find() - an intercept
 * @r:		of the namespace
 * @family:	of its address; 0: it has none
 * @addr:	its address
 * @port:	its port, host byte order
 *
 * Context: RCU read section, or the lock of netns.c is held.
 * Return: the intercept or NULL.
 */
struct icept_port *icept_respond_find(struct icept_respond *r, u8 family,
				      const union tcopy_addr *addr, u16 port)
{
	struct icept_port *p;

	if (!family)
		return xa_load(&r->ports, port);
	hlist_for_each_entry_rcu(p, icept_addr_head(r, family, addr, port),
				 node, true)
		if (p->port == port && p->family == family &&
		    !memcmp(&p->addr, addr, sizeof(*addr)))
			return p;
	return NULL;
}

/**
 * icept_respond_add() - show an intercept to packets
 * @r:		of the namespace
 * @port:	filled
 *
 * Context: process; the lock of netns.c is held.
 * Return: 0, or -ENOMEM.
 */
int icept_respond_add(struct icept_respond *r, struct icept_port *port)
{
	if (!port->family)
		return xa_insert(&r->ports, port->port, port,
				 GFP_KERNEL_ACCOUNT);
	hlist_add_head_rcu(&port->node,
			   icept_addr_head(r, port->family, &port->addr,
					   port->port));
	WRITE_ONCE(r->addrs_n, r->addrs_n + 1);
	return 0;
}

/**
 * icept_respond_del() - hide an intercept
 * @r:		of the namespace
 * @port:	was added; packets may see it until the next grace period
 *
 * Context: process; the lock of netns.c is held.
 */
void icept_respond_del(struct icept_respond *r, struct icept_port *port)
{
	if (!port->family) {
		xa_erase(&r->ports, port->port);
		return;
	}
	hlist_del_rcu(&port->node);
	WRITE_ONCE(r->addrs_n, r->addrs_n - 1);
}
