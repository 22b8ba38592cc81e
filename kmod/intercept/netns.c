// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "drain.h"
#include "event.h"
#include "netns.h"

/* Behind NAT (100) and conntrack's helpers (300), so that ports and addresses
 * are those on the wire, and before conntrack confirms (INT_MAX in both
 * families, and of equal priorities the newest would run first): a stolen
 * answer is no packet that was seen to leave. Ten below leaves room for what
 * wants to be last but one.
 */
#define ICEPT_PRIORITY	(INT_MAX - 10)

/* Forwarded answers before any firewall: one that knows the answers but not the
 * requests, because those came by another way, calls them invalid.
 */
#define ICEPT_FORWARD_PRIORITY	NF_IP_PRI_FIRST

#define ICEPT_MAX	1024

static unsigned int icept_net_id __read_mostly;
static const struct genl_family *icept_family;

/**
 * icept_netns_find() - the state of a namespace
 * @net:	alive
 *
 * Return: never NULL; lives as long as @net.
 */
struct icept_net *icept_netns_find(const struct net *net)
{
	return net_generic(net, icept_net_id);
}

static void icept_port_free(struct icept_port *port)
{
	free_percpu(port->counts);
	kfree(port);
}

static struct icept_port *icept_port_new(const struct icept_spec *spec)
{
	struct icept_port *port;
	int cpu;

	port = kzalloc(struct_size(port, pass, spec->pass_n),
		       GFP_KERNEL_ACCOUNT);
	if (!port)
		return NULL;
	port->counts = alloc_percpu_gfp(struct icept_counts,
					GFP_KERNEL_ACCOUNT);
	if (!port->counts) {
		kfree(port);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(port->counts, cpu)->syncp);
	port->addr = spec->addr;
	port->family = spec->family;
	port->port = spec->port;
	port->state = TCOPY_ICEPT_INTERCEPTING;
	port->quiet = spec->quiet;
	if (spec->ends)
		port->ends = get_jiffies_64() + (u64)spec->ends * HZ;
	port->pass_n = spec->pass_n;
	memcpy(port->pass, spec->pass, spec->pass_n * sizeof(spec->pass[0]));
	return port;
}

/**
 * icept_netns_hide_locked() - packets meet an intercept no longer
 * @in:		the namespace
 * @port:	the intercept; packets may see it until the next grace period
 *
 * With the last one its hooks leave.
 *
 * Context: process; icept_net.lock held.
 */
void icept_netns_hide_locked(struct icept_net *in, struct icept_port *port)
{
	struct icept_respond *r = &in->respond;

	lockdep_assert_held(&in->lock);
	icept_respond_del(r, port);
	in->icepts_n--;
	in->gen++;
	if (port->family && !r->addrs_n)
		nf_unregister_net_hooks(r->net, in->forward, ICEPT_HOOKS);
	if (!in->icepts_n)
		nf_unregister_net_hooks(r->net, in->hooks, ICEPT_HOOKS);
}

/**
 * icept_netns_free_locked() - the end of intercepts
 * @in:		the namespace
 * @gone:	struct icept_port by its list, hidden; may be empty
 *
 * Context: process; icept_net.lock held; waits for a grace period.
 */
void icept_netns_free_locked(struct icept_net *in, struct list_head *gone)
{
	struct icept_port *port, *next;

	lockdep_assert_held(&in->lock);
	if (list_empty(gone))
		return;
	synchronize_net();
	if (!in->icepts_n)
		icept_own_free(&in->respond.own);
	list_for_each_entry_safe(port, next, gone, list) {
		icept_respond_sum(port, in->gone);
		icept_event_port(in->respond.net, port, TCOPY_ICEPT_EVENT_LEFT);
		icept_port_free(port);
		module_put(THIS_MODULE);
	}
}

static bool icept_netns_port_is_ephemeral(struct net *net, u16 port)
{
	int low, high;

	inet_get_local_port_range(net, &low, &high);
	return port >= low && port <= high &&
	       !inet_is_local_reserved_port(net, port);
}

static int icept_port_cmp(const struct icept_port *a,
			  const struct icept_port *b)
{
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static void icept_netns_insert_locked(struct icept_net *in,
				      struct icept_port *port)
{
	struct icept_port *before;

	list_for_each_entry(before, &in->icepts, list)
		if (icept_port_cmp(before, port) > 0)
			break;
	list_add_tail(&port->list, &before->list);
	in->icepts_n++;
	in->gen++;
}

static int icept_netns_may_add_locked(struct icept_net *in,
				      const struct icept_port *port,
				      struct netlink_ext_ack *extack)
{
	struct icept_respond *r = &in->respond;
	const struct icept_port *old;

	old = icept_respond_find(r, port->family, &port->addr, port->port);
	if (old && old->state == TCOPY_ICEPT_DRAINING) {
		NL_SET_ERR_MSG(extack, "the port's intercept is draining: wait until it has left, or delete it with force");
		return -EBUSY;
	}
	if (old) {
		NL_SET_ERR_MSG(extack, "the port is intercepted already: delete the intercept first to change it");
		return -EEXIST;
	}
	if (in->icepts_n >= ICEPT_MAX) {
		NL_SET_ERR_MSG(extack, "too many intercepts in this namespace (1024): delete one first");
		return -ENOSPC;
	}
	/* Of another host's ports this host does not know. */
	if (!port->family &&
	    icept_netns_port_is_ephemeral(r->net, port->port)) {
		NL_SET_ERR_MSG(extack, "the port is inside net.ipv4.ip_local_port_range, this host's own connections may use it: add it to net.ipv4.ip_local_reserved_ports");
		return -EADDRINUSE;
	}
	return 0;
}

static int icept_netns_add_locked(struct icept_net *in, struct icept_port *port,
				  struct netlink_ext_ack *extack)
{
	struct icept_respond *r = &in->respond;
	int err;

	lockdep_assert_held(&in->lock);
	err = icept_netns_may_add_locked(in, port, extack);
	if (err)
		return err;
	err = icept_upcall_start(&r->upcall);
	if (err)
		return err;
	err = icept_respond_add(r, port);
	if (err)
		return err;
	if (!in->icepts_n) {
		err = nf_register_net_hooks(r->net, in->hooks, ICEPT_HOOKS);
		if (err)
			goto del;
	}
	if (port->family && r->addrs_n == 1) {
		err = nf_register_net_hooks(r->net, in->forward, ICEPT_HOOKS);
		if (err)
			goto hooks;
	}
	icept_netns_insert_locked(in, port);
	icept_event_port(r->net, port, TCOPY_ICEPT_EVENT_ADDED);
	if (port->ends)
		icept_drain_kick_locked(in);
	return 0;

hooks:
	if (!in->icepts_n)
		nf_unregister_net_hooks(r->net, in->hooks, ICEPT_HOOKS);
del:
	/* Some of the hooks may have been there for a moment. */
	icept_respond_del(r, port);
	synchronize_net();
	return err;
}

/**
 * icept_netns_add() - intercept a port
 * @in:		the namespace
 * @spec:	what is wanted
 * @extack:	says what to change
 *
 * An intercept that drains is not revived: the copies on its port are being
 * reset, and the relay has told its peers so.
 *
 * Context: process.
 * Return: 0; -EEXIST: is intercepted; -EBUSY: drains still; -EADDRINUSE: this
 * host's own connections may use the port; -ENOSPC: too many; -ENOMEM; -ENODEV:
 * the module is being unloaded.
 */
int icept_netns_add(struct icept_net *in, const struct icept_spec *spec,
		    struct netlink_ext_ack *extack)
{
	struct icept_port *port;
	int err;

	if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "the module is being unloaded");
		return -ENODEV;
	}
	port = icept_port_new(spec);
	if (!port) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}

	mutex_lock(&in->lock);
	err = icept_netns_add_locked(in, port, extack);
	mutex_unlock(&in->lock);
	if (err) {
		icept_port_free(port);
		module_put(THIS_MODULE);
	}
	return err;
}

/**
 * icept_netns_del() - intercept a port, or any, no longer
 * @in:		the namespace
 * @nr:		the port, host byte order; 0: all
 * @force:	now: they have left when this returns
 * @extack:	says what to change
 *
 * They drain, see drain.c. One that drains already goes on as it is.
 *
 * Context: process.
 * Return: 0; -ENOENT: no such intercept, or none at all.
 */
int icept_netns_del(struct icept_net *in, u16 nr, bool force,
		    struct netlink_ext_ack *extack)
{
	struct icept_port *port;
	int err = -ENOENT;

	mutex_lock(&in->lock);
	list_for_each_entry(port, &in->icepts, list) {
		if (nr && port->port != nr)
			continue;
		err = 0;
		icept_drain_begin_locked(in, port);
		port->forced |= force;
		in->gen++;
	}
	if (!err)
		icept_drain_kick_locked(in);
	mutex_unlock(&in->lock);
	if (!err && force)
		icept_drain_wait(in);

	if (err && nr)
		NL_SET_ERR_MSG(extack, "the port is not intercepted");
	else if (err)
		NL_SET_ERR_MSG(extack, "no port is intercepted");
	return err;
}

/**
 * icept_netns_sweep() - nobody copies to a port any more
 * @in:	the namespace
 * @nr:	the port, host byte order
 *
 * What is left of copies' sockets is aborted, in the background.
 *
 * Context: process.
 * Return: 0; -ENOENT: the port is not intercepted.
 */
int icept_netns_sweep(struct icept_net *in, u16 nr)
{
	struct icept_port *port;
	int err = -ENOENT;

	mutex_lock(&in->lock);
	list_for_each_entry(port, &in->icepts, list) {
		if (port->port != nr)
			continue;
		err = 0;
		port->sweep = true;
	}
	if (!err)
		icept_drain_kick_locked(in);
	mutex_unlock(&in->lock);
	return err;
}

/**
 * icept_netns_stats() - the counters of a namespace
 * @in:		the namespace
 * @stats:	filled
 *
 * Context: process.
 */
void icept_netns_stats(struct icept_net *in, struct icept_stats *stats)
{
	struct icept_port *port;

	mutex_lock(&in->lock);
	memcpy(stats->c, in->gone, sizeof(stats->c));
	list_for_each_entry(port, &in->icepts, list)
		icept_respond_sum(port, stats->c);
	icept_upcall_stats(&in->respond.upcall, &stats->upcall);
	mutex_unlock(&in->lock);
}

static int __net_init icept_netns_init(struct net *net)
{
	struct icept_net *in = icept_netns_find(net);
	struct icept_respond *r = &in->respond;
	unsigned int i;

	mutex_init(&in->lock);
	INIT_LIST_HEAD(&in->icepts);
	icept_drain_init(in);
	xa_init(&r->ports);
	for (i = 0; i < ARRAY_SIZE(r->addrs); i++)
		INIT_HLIST_HEAD(&r->addrs[i]);
	r->seed = get_random_u32();
	r->net = net;
	icept_own_init(&r->own);
	icept_upcall_init(&r->upcall, net, icept_family);

	in->hooks[0].hook = icept_respond_hook4;
	in->hooks[0].pf = NFPROTO_IPV4;
	in->hooks[1].hook = icept_respond_hook6;
	in->hooks[1].pf = NFPROTO_IPV6;
	for (i = 0; i < ICEPT_HOOKS; i++) {
		in->hooks[i].hooknum = NF_INET_POST_ROUTING;
		in->hooks[i].priority = ICEPT_PRIORITY;
		in->hooks[i].priv = r;
		in->forward[i] = in->hooks[i];
		in->forward[i].hooknum = NF_INET_FORWARD;
		in->forward[i].priority = ICEPT_FORWARD_PRIORITY;
	}
	return 0;
}

/* The doors are closed: the family is gone, or nobody is left in the namespace.
 * Its devices are gone too (we are a pernet_subsys), so that no answer of a
 * dying namespace gets out.
 */
static void __net_exit icept_netns_exit(struct net *net)
{
	struct icept_net *in = icept_netns_find(net);

	icept_drain_stop(in);
	icept_peers_free(&in->respond.peers);
	icept_upcall_stop(&in->respond.upcall);
	xa_destroy(&in->respond.ports);
	mutex_destroy(&in->lock);
}

static struct pernet_operations icept_netns_ops = {
	.init = icept_netns_init,
	.exit = icept_netns_exit,
	.id = &icept_net_id,
	.size = sizeof(struct icept_net),
};

/**
 * icept_netns_register() - from now on every namespace has its state
 * @family:	of the records' messages; registered later
 *
 * Return: 0, or -ENOMEM.
 */
int icept_netns_register(const struct genl_family *family)
{
	icept_family = family;
	return register_pernet_subsys(&icept_netns_ops);
}

/**
 * icept_netns_unregister() - end it in every namespace
 */
void icept_netns_unregister(void)
{
	unregister_pernet_subsys(&icept_netns_ops);
}
