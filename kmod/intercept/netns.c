// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netns.h"

/* Behind NAT (100) and conntrack's helpers (300), so that ports and addresses
 * are those on the wire, and before conntrack confirms (INT_MAX in both
 * families, and of equal priorities the newest would run first): a stolen
 * answer is no packet that was seen to leave. Ten below leaves room for what
 * wants to be last but one.
 */
#define ICEPT_PRIORITY	(INT_MAX - 10)

#define ICEPT_DRAIN	(3 * HZ)
#define ICEPT_PORTS_MAX	1024

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

static struct icept_port *icept_port_new(u16 nr,
					 const struct icept_prefix *pass,
					 unsigned int pass_n)
{
	struct icept_port *port;
	int cpu;

	port = kzalloc(struct_size(port, pass, pass_n), GFP_KERNEL_ACCOUNT);
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
	port->port = nr;
	port->state = TCOPY_ICEPT_INTERCEPTING;
	port->pass_n = pass_n;
	memcpy(port->pass, pass, pass_n * sizeof(*pass));
	return port;
}

/* Erase an intercept; packets may see it until the next grace period. */
static void icept_netns_unlink_locked(struct icept_net *in,
				      struct icept_port *port)
{
	lockdep_assert_held(&in->lock);
	xa_erase(&in->respond.ports, port->port);
	in->ports_n--;
	in->gen++;
	if (!in->ports_n)
		nf_unregister_net_hooks(in->respond.net, in->hooks,
					ICEPT_HOOKS);
}

/* Remove the draining intercepts whose time has come, and wait for the next.
 * With the last intercept the hooks leave.
 */
static void icept_netns_reap_locked(struct icept_net *in)
{
	struct icept_port *port, *next, *gone = NULL;
	unsigned long now = jiffies, wait = ULONG_MAX;
	unsigned long index;

	lockdep_assert_held(&in->lock);
	xa_for_each(&in->respond.ports, index, port) {
		if (port->state != TCOPY_ICEPT_DRAINING)
			continue;
		if (time_before(now, port->drained)) {
			wait = min(wait, port->drained - now);
			continue;
		}
		icept_netns_unlink_locked(in, port);
		port->next = gone;
		gone = port;
	}
	if (wait != ULONG_MAX)
		mod_delayed_work(system_wq, &in->drain, wait);
	if (!gone)
		return;

	synchronize_net();
	if (!in->ports_n)
		icept_own_free(&in->respond.own);
	for (port = gone; port; port = next) {
		next = port->next;
		icept_respond_sum(port, in->gone);
		icept_port_free(port);
		module_put(THIS_MODULE);
	}
}

static void icept_netns_drain(struct work_struct *work)
{
	struct icept_net *in = container_of(to_delayed_work(work),
					    struct icept_net, drain);

	mutex_lock(&in->lock);
	icept_netns_reap_locked(in);
	mutex_unlock(&in->lock);
}

static bool icept_netns_port_is_ephemeral(struct net *net, u16 port)
{
	int low, high;

	inet_get_local_port_range(net, &low, &high);
	return port >= low && port <= high &&
	       !inet_is_local_reserved_port(net, port);
}

static int icept_netns_add_locked(struct icept_net *in, struct icept_port *port,
				  struct netlink_ext_ack *extack)
{
	struct icept_respond *r = &in->respond;
	struct icept_port *old;
	int err;

	lockdep_assert_held(&in->lock);
	old = xa_load(&r->ports, port->port);
	if (old && old->state == TCOPY_ICEPT_DRAINING) {
		NL_SET_ERR_MSG(extack, "the port's intercept is draining: wait three seconds, or delete it with force");
		return -EBUSY;
	}
	if (old) {
		NL_SET_ERR_MSG(extack, "the port is intercepted already: delete the intercept first to change it");
		return -EEXIST;
	}
	if (in->ports_n >= ICEPT_PORTS_MAX) {
		NL_SET_ERR_MSG(extack, "too many intercepts in this namespace (1024): delete one first");
		return -ENOSPC;
	}
	if (icept_netns_port_is_ephemeral(r->net, port->port)) {
		NL_SET_ERR_MSG(extack, "the port is inside net.ipv4.ip_local_port_range, this host's own connections may use it: add it to net.ipv4.ip_local_reserved_ports");
		return -EADDRINUSE;
	}

	err = icept_upcall_start(&r->upcall);
	if (err)
		return err;
	err = xa_insert(&r->ports, port->port, port, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	if (!in->ports_n) {
		err = nf_register_net_hooks(r->net, in->hooks, ICEPT_HOOKS);
		if (err) {
			/* The IPv4 hook may have been there for a moment. */
			xa_erase(&r->ports, port->port);
			synchronize_net();
			return err;
		}
	}
	in->ports_n++;
	in->gen++;
	return 0;
}

/**
 * icept_netns_add() - intercept a port
 * @in:		the namespace
 * @nr:		the port, host byte order, not 0
 * @pass:	clients whose answers are not stolen, host bits zero
 * @pass_n:	how many, TCOPY_ICEPT_PASS_MAX at most
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
int icept_netns_add(struct icept_net *in, u16 nr,
		    const struct icept_prefix *pass, unsigned int pass_n,
		    struct netlink_ext_ack *extack)
{
	struct icept_port *port;
	int err;

	if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "the module is being unloaded");
		return -ENODEV;
	}
	port = icept_port_new(nr, pass, pass_n);
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
 * @force:	at once, without draining
 * @extack:	says what to change
 *
 * Draining: answers are stolen for three seconds more, in which the online
 * hosts reset their copies. One that drains already goes on as it is.
 *
 * Context: process.
 * Return: 0; -ENOENT: no such intercept, or none at all.
 */
int icept_netns_del(struct icept_net *in, u16 nr, bool force,
		    struct netlink_ext_ack *extack)
{
	unsigned long now = jiffies;
	struct icept_port *port;
	unsigned long index;
	int err = -ENOENT;

	mutex_lock(&in->lock);
	xa_for_each(&in->respond.ports, index, port) {
		if (nr && index != nr)
			continue;
		err = 0;
		if (force)
			port->drained = now;
		else if (port->state != TCOPY_ICEPT_DRAINING)
			port->drained = now + ICEPT_DRAIN;
		port->state = TCOPY_ICEPT_DRAINING;
		in->gen++;
	}
	if (!err)
		icept_netns_reap_locked(in);
	mutex_unlock(&in->lock);

	if (err && nr)
		NL_SET_ERR_MSG(extack, "the port is not intercepted");
	else if (err)
		NL_SET_ERR_MSG(extack, "no port is intercepted");
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
	unsigned long index;

	mutex_lock(&in->lock);
	memcpy(stats->c, in->gone, sizeof(stats->c));
	xa_for_each(&in->respond.ports, index, port)
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
	INIT_DELAYED_WORK(&in->drain, icept_netns_drain);
	xa_init(&r->ports);
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
	struct icept_port *port;
	unsigned long index;

	cancel_delayed_work_sync(&in->drain);
	mutex_lock(&in->lock);
	xa_for_each(&in->respond.ports, index, port) {
		port->state = TCOPY_ICEPT_DRAINING;
		port->drained = jiffies;
	}
	icept_netns_reap_locked(in);
	mutex_unlock(&in->lock);

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
