// SPDX-License-Identifier: GPL-2.0
/* relay: the return channel's socket, and what this host says on it. */

#include <linux/net.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/udp.h>

#include "relay.h"
#include "rule.h"

/* RSTs to orphans: one in so many microseconds, after so many at once. */
#define RELAY_RST_US	(10 * (u64)USEC_PER_MSEC)
#define RELAY_RSTS	100
/* Longer than a relay keeps an online host that is silent (RELAY_EXPIRE_MS),
 * and than several HELLOs of the others take.
 */
#define RELAY_SETTLED_US (6 * (u64)USEC_PER_SEC)

/* An OPEN and a HELLO, as long as they get. */
struct relay_open {
	struct tcopy_wire_hdr hdr;
	struct tcopy_wire_open open;
	struct tcopy_wire_flow flow[(TCOPY_WIRE_MAX - 24) /
				    sizeof(struct tcopy_wire_flow)];
} __packed;

struct relay_hello {
	struct tcopy_wire_hdr hdr;
	struct tcopy_wire_hello hello;
	struct tcopy_wire_want want[(TCOPY_WIRE_MAX - 64) /
				    sizeof(struct tcopy_wire_want)];
} __packed;

static int relay_connect(struct tcopy_relay *relay, u32 ifindex)
{
	struct sockaddr_storage to = {};
	int len;

	if (relay->family == 4) {
		struct sockaddr_in *sin = (struct sockaddr_in *)&to;

		sin->sin_family = AF_INET;
		sin->sin_port = relay->port;
		sin->sin_addr.s_addr = relay->addr.v4;
		len = sizeof(*sin);
	} else {
		struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&to;

		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = relay->port;
		memcpy(&sin6->sin6_addr, relay->addr.v6, 16);
		sin6->sin6_scope_id = ifindex;
		len = sizeof(*sin6);
	}
	return kernel_connect(relay->sock, (struct sockaddr *)&to, len, 0);
}

/* A socket of our own with encap_rcv rather than udp_tunnel, which is a module
 * that tcopy would then depend on.
 */
static void relay_encap(struct tcopy_relay *relay,
			int (*rcv)(struct sock *sk, struct sk_buff *skb))
{
	struct sock *sk = relay->sock->sk;

	sk->sk_allocation = GFP_KERNEL | __GFP_NOWARN;
	rcu_assign_sk_user_data(sk, relay);
	WRITE_ONCE(udp_sk(sk)->encap_type, 1);
	WRITE_ONCE(udp_sk(sk)->encap_rcv, rcv);
	/* the socket's end takes the static key back */
	if (!udp_test_and_set_bit(ENCAP_ENABLED, sk)) {
		udp_encap_enable();
#if IS_ENABLED(CONFIG_IPV6)
		if (relay->family == 6)
			udpv6_encap_enable();
#endif
	}
}

/**
 * tcopy_relay_get() - the return channel to a relay, made when there is none
 * @tn:		the namespace
 * @family:	4 or 6
 * @addr:	the relay's
 * @ifindex:	device of a link-local @addr, or 0
 * @port:	the relay's
 * @work:	to run some times a second and when kicked
 * @rcv:	takes its datagrams, as udp_sock.encap_rcv
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: the relay, with one more user; -ENOMEM, or what the socket says.
 */
struct tcopy_relay *
tcopy_relay_get(struct tcopy_net *tn, u8 family, const union tcopy_addr *addr,
		u32 ifindex, __be16 port, work_func_t work,
		int (*rcv)(struct sock *sk, struct sk_buff *skb))
{
	struct tcopy_relay *relay;
	int err;

	lockdep_assert_held(&tn->lock);
	list_for_each_entry(relay, &tn->relays, list)
		if (relay->family == family && relay->port == port &&
		    !memcmp(&relay->addr, addr, sizeof(*addr))) {
			relay->users++;
			return relay;
		}

	relay = kvzalloc(sizeof(*relay), GFP_KERNEL);
	if (!relay)
		return ERR_PTR(-ENOMEM);
	relay->tn = tn;
	relay->family = family;
	relay->addr = *addr;
	relay->port = port;
	relay->users = 1;
	spin_lock_init(&relay->lock);
	tcopy_look_init(&relay->look, work);
	do {
		get_random_bytes(&relay->cookie, sizeof(relay->cookie));
	} while (!relay->cookie);

	err = sock_create_kern(tn->net, family == 4 ? PF_INET : PF_INET6,
			       SOCK_DGRAM, IPPROTO_UDP, &relay->sock);
	if (err)
		goto free;
	relay_encap(relay, rcv);
	err = relay_connect(relay, ifindex);
	if (err)
		goto release;
	list_add_tail(&relay->list, &tn->relays);
	return relay;

release:
	rcu_assign_sk_user_data(relay->sock->sk, NULL);
	sock_release(relay->sock);
	synchronize_net();
free:
	kvfree(relay);
	return ERR_PTR(err);
}

/* @buf begins with room for the header, which is filled here. What cannot be
 * sent is as good as lost: HELLO is repeated, OPEN is repaired.
 */
static void relay_send(struct tcopy_relay *relay, u8 type, void *buf,
		       unsigned int len)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct tcopy_wire_hdr *hdr = buf;

	hdr->magic = cpu_to_be32(TCOPY_WIRE_MAGIC);
	hdr->version = TCOPY_WIRE_VERSION;
	hdr->type = type;
	hdr->len = cpu_to_be16(len);
	hdr->cookie = READ_ONCE(relay->peer_cookie);
	kernel_sendmsg(relay->sock, &msg, &vec, 1, len);
}

/**
 * tcopy_relay_put() - a target does not need its relay any more
 * @relay: with its last user it says BYE and is freed
 *
 * Context: process; tcopy_net.lock held. Its target is out of the rules and a
 * grace period has passed, so nobody else kicks it.
 */
void tcopy_relay_put(struct tcopy_relay *relay)
{
	struct tcopy_wire_hdr bye;

	lockdep_assert_held(&relay->tn->lock);
	if (--relay->users)
		return;
	list_del(&relay->list);
	if (relay->peer_cookie)
		relay_send(relay, TCOPY_WIRE_BYE, &bye, sizeof(bye));
	rcu_assign_sk_user_data(relay->sock->sk, NULL);
	/* Datagrams that are being received finish before the work goes. */
	synchronize_net();
	cancel_delayed_work_sync(&relay->look.work);
	sock_release(relay->sock);
	kvfree(relay);
}

/**
 * tcopy_relay_open() - announce a connection that begins to be copied
 * @relay:	of its target; NULL: no relay takes part, nobody is told
 * @flow:	the copy's source to the test service
 *
 * Context: BH.
 */
void tcopy_relay_open(struct tcopy_relay *relay, const struct tcopy_flow *flow)
{
	struct tcopy_wire_flow *open;
	bool first;

	if (!relay)
		return;
	spin_lock_bh(&relay->lock);
	first = !relay->opens_n;
	if (relay->opens_n < TCOPY_RELAY_OPENS) {
		open = &relay->opens[relay->opens_n++];
		memset(open, 0, sizeof(*open));
		open->family = flow->family;
		open->sport = flow->sport;
		open->dport = flow->dport;
		open->src = flow->src;
		open->dst = flow->dst;
	}
	spin_unlock_bh(&relay->lock);
	/* In a moment, with those that come until then: an OPEN that the
	 * SYN-ACK overtakes is repaired by the relay.
	 */
	if (first)
		mod_delayed_work(system_highpri_wq, &relay->look.work, 1);
}

/**
 * tcopy_relay_crowded() - are there nearly as many OPENs waiting as may?
 * @relay: the relay; NULL: none takes part
 *
 * Whoever begins many connections at once waits for a moment then: each whose
 * OPEN is dropped costs a retransmission.
 *
 * Context: any.
 */
bool tcopy_relay_crowded(const struct tcopy_relay *relay)
{
	return relay && READ_ONCE(relay->opens_n) > TCOPY_RELAY_OPENS / 2;
}

/**
 * tcopy_relay_flush() - send the OPENs that wait
 * @relay: the relay
 *
 * Context: process; the work item.
 */
void tcopy_relay_flush(struct tcopy_relay *relay)
{
	struct relay_open *msg;
	unsigned int n;

	if (!READ_ONCE(relay->opens_n) || !READ_ONCE(relay->peer_cookie))
		return;
	msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	if (!msg)
		return;
	for (;;) {
		spin_lock_bh(&relay->lock);
		n = min_t(unsigned int, relay->opens_n, ARRAY_SIZE(msg->flow));
		relay->opens_n -= n;
		memcpy(msg->flow, &relay->opens[relay->opens_n],
		       n * sizeof(msg->flow[0]));
		spin_unlock_bh(&relay->lock);
		if (!n)
			break;
		msg->open.flows_n = cpu_to_be16(n);
		relay_send(relay, TCOPY_WIRE_OPEN, msg,
			   offsetof(struct relay_open, flow) +
			   n * sizeof(msg->flow[0]));
	}
	kfree(msg);
}

/**
 * tcopy_relay_may_reset() - may an orphan be reset now?
 * @relay:	its header came from
 * @now_us:	now
 *
 * Only when the relay has run for long enough to know all online hosts: one
 * that knows us alone gives us the headers of the others, too. And not too
 * often: a token bucket.
 *
 * Context: BH.
 *
 * Return: true when it may; a token is taken.
 */
bool tcopy_relay_may_reset(struct tcopy_relay *relay, u64 now_us)
{
	u64 burst_us = RELAY_RSTS * RELAY_RST_US;
	bool may = false;

	spin_lock(&relay->lock);
	if (relay->epoch_us && now_us >= relay->epoch_us + RELAY_SETTLED_US) {
		if (relay->rst_us + burst_us < now_us)
			relay->rst_us = now_us - burst_us;
		may = relay->rst_us + RELAY_RST_US <= now_us;
		if (may)
			relay->rst_us += RELAY_RST_US;
	}
	spin_unlock(&relay->lock);
	return may;
}

/**
 * tcopy_relay_hello() - say which services answers are wanted of
 * @relay: the relay
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_relay_hello(struct tcopy_relay *relay)
{
	struct relay_hello *msg;
	struct tcopy_target *t;
	unsigned int n = 0;

	lockdep_assert_held(&relay->tn->lock);
	msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	if (!msg)
		return;
	msg->hello.cookie = relay->cookie;
	msg->hello.ports_n = 1;
	msg->hello.ports[0] = inet_sk(relay->sock->sk)->inet_sport;
	list_for_each_entry(t, &relay->tn->targets, list) {
		if (t->relay != relay)
			continue;
		msg->want[n].family = t->family;
		msg->want[n].port = t->to_port;
		msg->want[n].addr = t->to;
		if (++n < ARRAY_SIZE(msg->want))
			continue;
		msg->hello.wants_n = n;
		relay_send(relay, TCOPY_WIRE_HELLO, msg, sizeof(*msg));
		n = 0;
	}
	if (n) {
		msg->hello.wants_n = n;
		relay_send(relay, TCOPY_WIRE_HELLO, msg,
			   offsetof(struct relay_hello, want) +
			   n * sizeof(msg->want[0]));
	}
	kfree(msg);
}
