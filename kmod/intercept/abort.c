// SPDX-License-Identifier: GPL-2.0
#include <linux/ipv6.h>
#include <linux/sched.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "abort.h"

/* Sockets that are taken out of a bucket at once, to be aborted behind its
 * lock; and how often a bucket, and the table, is looked at again because there
 * were some. A bucket holds one or two as a rule.
 */
#define ICEPT_ABORT_BATCH	16
#define ICEPT_ABORT_ROUNDS	4096
#define ICEPT_ABORT_PASSES	4

static struct inet_hashinfo *icept_hashinfo(const struct icept_respond *r)
{
	return r->net->ipv4.tcp_death_row.hashinfo;
}

/* TIME-WAIT is silent and ends by itself. A service that closed first and was
 * never answered has a socket of that kind too, which is no TIME-WAIT.
 */
static bool icept_is_timewait(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT &&
	       inet_twsk(sk)->tw_substate == TCP_TIME_WAIT;
}

/* What all kinds of sockets in the table have in common is enough. An IPv4
 * connection of an IPv6 socket has a mapped address there.
 */
static void icept_flow_of(struct tcopy_flow *flow, const struct sock *sk)
{
	memset(flow, 0, sizeof(*flow));
	flow->sport = htons(sk->sk_num);
	flow->dport = sk->sk_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 &&
	    !ipv6_addr_v4mapped(&sk->sk_v6_daddr)) {
		flow->family = 6;
		memcpy(flow->src.v6, &sk->sk_v6_rcv_saddr, 16);
		memcpy(flow->dst.v6, &sk->sk_v6_daddr, 16);
		return;
	}
#endif
	flow->family = 4;
	flow->src.v4 = sk->sk_rcv_saddr;
	flow->dst.v4 = sk->sk_daddr;
}

static struct icept_port *icept_port_of(struct icept_respond *r,
					const struct sock *sk)
{
	struct tcopy_flow flow;

	if (!net_eq(sock_net(sk), r->net) || icept_is_timewait(sk))
		return NULL;
	icept_flow_of(&flow, sk);
	return icept_respond_copy(r, &flow);
}

/* Gives the reference back. As SOCK_DESTROY does; the RST that TCP sends is an
 * answer like any other, and stolen.
 */
static void icept_abort(struct sock *sk)
{
	if (sk->sk_state == TCP_TIME_WAIT) {
		/* tcp_abort() of 6.1 refuses these */
		local_bh_disable();
		inet_twsk_deschedule_put(inet_twsk(sk));
		local_bh_enable();
		return;
	}
	tcp_abort(sk, ECONNABORTED);
	sock_gen_put(sk);
}

/* Take some of a bucket's sockets whose intercepts are aborting, with a
 * reference each.
 */
static unsigned int icept_abort_take(struct icept_respond *r, unsigned int i,
				     struct sock *batch[ICEPT_ABORT_BATCH])
{
	struct inet_hashinfo *hash = icept_hashinfo(r);
	spinlock_t *lock = inet_ehash_lockp(hash, i);
	struct hlist_nulls_node *node;
	struct icept_port *port;
	unsigned int n = 0;
	struct sock *sk;

	rcu_read_lock();
	spin_lock_bh(lock);
	sk_nulls_for_each(sk, node, &hash->ehash[i].chain) {
		port = icept_port_of(r, sk);
		if (!port || !READ_ONCE(port->aborting) ||
		    !refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		icept_respond_count(port, ICEPT_ABORTED);
		batch[n++] = sk;
		if (n == ICEPT_ABORT_BATCH)
			break;
	}
	spin_unlock_bh(lock);
	rcu_read_unlock();
	return n;
}

static bool icept_abort_pass(struct icept_respond *r)
{
	struct inet_hashinfo *hash = icept_hashinfo(r);
	struct sock *batch[ICEPT_ABORT_BATCH];
	unsigned int i, j, n, rounds;
	bool any = false;

	for (i = 0; i <= hash->ehash_mask; i++) {
		if (!(i % 1024))
			cond_resched();
		if (hlist_nulls_empty(&hash->ehash[i].chain))
			continue;
		for (rounds = 0; rounds < ICEPT_ABORT_ROUNDS; rounds++) {
			n = icept_abort_take(r, i, batch);
			for (j = 0; j < n; j++)
				icept_abort(batch[j]);
			if (!n)
				break;
			any = true;
			cond_resched();
			if (n < ICEPT_ABORT_BATCH)
				break;
		}
	}
	return any;
}

/**
 * icept_abort_sweep() - abort the copies' sockets of all aborting intercepts
 * @r:	of the namespace
 *
 * A request socket that became a full one meanwhile is found by the next pass.
 *
 * Context: process, no lock held. The intercepts and the hooks stay.
 */
void icept_abort_sweep(struct icept_respond *r)
{
	unsigned int passes = 0;

	while (icept_abort_pass(r) && ++passes < ICEPT_ABORT_PASSES)
		;
}

/**
 * icept_abort_look() - count the copies' sockets of every intercept
 * @r:	of the namespace; icept_port.copies is set to 0 before
 *
 * Context: process; the lock of netns.c is held.
 */
void icept_abort_look(struct icept_respond *r)
{
	struct inet_hashinfo *hash = icept_hashinfo(r);
	struct hlist_nulls_node *node;
	struct icept_port *port;
	struct sock *sk;
	spinlock_t *lock;
	unsigned int i;

	for (i = 0; i <= hash->ehash_mask; i++) {
		if (!(i % 1024))
			cond_resched();
		if (hlist_nulls_empty(&hash->ehash[i].chain))
			continue;
		lock = inet_ehash_lockp(hash, i);
		rcu_read_lock();
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &hash->ehash[i].chain) {
			port = icept_port_of(r, sk);
			if (port)
				port->copies++;
		}
		spin_unlock_bh(lock);
		rcu_read_unlock();
	}
}

static struct sock *icept_abort_find(struct icept_respond *r,
				     const struct tcopy_flow *answer)
{
	struct inet_hashinfo *hash = icept_hashinfo(r);

	if (answer->family == 4)
		return __inet_lookup_established(r->net, hash, answer->dst.v4,
						 answer->dport, answer->src.v4,
						 ntohs(answer->sport), 0, 0);
#if IS_ENABLED(CONFIG_IPV6)
	return __inet6_lookup_established(r->net, hash,
					  (struct in6_addr *)answer->dst.v6,
					  answer->dport,
					  (struct in6_addr *)answer->src.v6,
					  ntohs(answer->sport), 0, 0);
#else
	return NULL;
#endif
}

/**
 * icept_abort_flow() - abort the socket of one copy
 * @r:		of the namespace
 * @answer:	from this host to the client
 *
 * Nothing happens when there is none, or its answers are not stolen.
 *
 * Context: process, no lock held.
 */
void icept_abort_flow(struct icept_respond *r, const struct tcopy_flow *answer)
{
	struct icept_port *port;
	struct sock *sk;

	rcu_read_lock();
	port = icept_respond_copy(r, answer);
	sk = port ? icept_abort_find(r, answer) : NULL;
	if (sk && icept_is_timewait(sk)) {
		sock_gen_put(sk);
		sk = NULL;
	}
	if (sk) {
		local_bh_disable();
		icept_respond_count(port, ICEPT_ABORTED);
		local_bh_enable();
	}
	rcu_read_unlock();
	if (sk)
		icept_abort(sk);
}
