// SPDX-License-Identifier: GPL-2.0
/*
 * probe: does the test host really intercept? A SYN from this host's own
 * address; its answer must come back as a header and not as a packet. Until
 * then no client's address is put on anything. Where answers are to come as
 * packets, it shows that they do, and that direct.c takes them.
 */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/random.h>
#include <net/sock.h>

#include "probe.h"
#include "transmit.h"

/**
 * tcopy_probe_reserve() - take a port for a target's probes
 * @tn:	the namespace
 * @t:	the target; not published yet
 *
 * A bound socket keeps programs of this host off the port. It never connects
 * or listens, so that an answer that does arrive is reset by this host.
 *
 * Context: process.
 *
 * Return: 0, or what the socket says.
 */
int tcopy_probe_reserve(struct tcopy_net *tn, struct tcopy_target *t)
{
	struct sockaddr_storage any = {};
	struct socket *sock;
	int err, len;

	err = sock_create_kern(tn->net, t->family == 4 ? PF_INET : PF_INET6,
			       SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return err;
	any.ss_family = t->family == 4 ? AF_INET : AF_INET6;
	len = t->family == 4 ? sizeof(struct sockaddr_in) :
			       sizeof(struct sockaddr_in6);
	err = kernel_bind(sock, (struct sockaddr *)&any, len);
	if (err) {
		sock_release(sock);
		return err;
	}
	t->probe_sock = sock;
	t->probe_port = ntohs(inet_sk(sock->sk)->inet_sport);
	return 0;
}

/**
 * tcopy_probe_free() - give the port back
 * @t: the target; not published any more
 */
void tcopy_probe_free(struct tcopy_target *t)
{
	if (t->probe_sock)
		sock_release(t->probe_sock);
	t->probe_sock = NULL;
}

/**
 * tcopy_probe_send() - send a target's SYN, try tcopy_target.probe_tries
 * @tn:	the namespace
 * @t:	the target
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: 0, or what routing and sending say.
 */
int tcopy_probe_send(struct tcopy_net *tn, struct tcopy_target *t)
{
	const struct tcopy_way *way = &tcopy_target_conf(t)->way;
	struct tcopy_packet syn = {
		.win = 65535,
		.mss = 536,
		.flags = TCOPY_SYN,
		.opts = TCOPY_OPT_MSS,
	};
	struct tcopy_flow flow = {
		.family = t->family,
		.dst = t->to,
		.sport = htons(t->probe_port),
		.dport = t->to_port,
	};
	int err;

	err = tcopy_transmit_source(tn->net, &flow, way);
	if (err)
		return err;
	/* The SYN again is the same one: a service whose answer to the first
	 * was lost would challenge another.
	 */
	if (t->probe_tries == 1)
		WRITE_ONCE(t->probe_isn, get_random_u32());
	syn.seq = t->probe_isn;
	WRITE_ONCE(t->probe_us, tcopy_now_us());
	WRITE_ONCE(t->probe, TCOPY_PROBE_SENT);
	return tcopy_transmit_once(tn->net, &flow, way, &syn);
}

/**
 * tcopy_probe_forget() - wait for no answer any more
 * @tn:	the namespace
 * @t:	the target
 *
 * The test host may have taken the SYN, and its answer may have been lost, or
 * stolen for a relay that is gone: it would keep the connection half open for a
 * minute. Nobody answers a RST.
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_probe_forget(struct tcopy_net *tn, struct tcopy_target *t)
{
	const struct tcopy_way *way = &tcopy_target_conf(t)->way;
	struct tcopy_packet rst = {
		.seq = t->probe_isn + 1,
		.flags = TCOPY_RST,
	};
	struct tcopy_flow flow = {
		.family = t->family,
		.dst = t->to,
		.sport = htons(t->probe_port),
		.dport = t->to_port,
	};

	if (xchg(&t->probe, TCOPY_PROBE_NONE) == TCOPY_PROBE_SENT &&
	    !tcopy_transmit_source(tn->net, &flow, way))
		tcopy_transmit_once(tn->net, &flow, way, &rst);
}

/**
 * tcopy_probe_packet() - a packet has come to a port of interest
 * @rules:	what capture looks for
 * @flow:	the packet's
 * @th:		its fixed TCP header
 *
 * Context: the hook.
 */
void tcopy_probe_packet(const struct tcopy_rules *rules,
			const struct tcopy_flow *flow, const struct tcphdr *th)
{
	struct tcopy_target *t;

	if (likely(!th->ack || !(th->syn || th->rst)))
		return;
	t = tcopy_rule_probe(rules, flow);
	if (!t || t->direct ||
	    ntohl(th->ack_seq) != READ_ONCE(t->probe_isn) + 1)
		return;
	/* Also when a header has come as well: it was not stolen. */
	if (xchg(&t->probe, TCOPY_PROBE_LEAKED) != TCOPY_PROBE_LEAKED)
		tcopy_target_kick(t);
	WRITE_ONCE(t->copying, false);
}

/**
 * tcopy_probe_awaits() - is this packet the answer to a probe of ours?
 * @rules:	what capture looks for; may be NULL
 * @flow:	the packet's
 *
 * Of targets whose answers come to this host.
 *
 * Context: RCU read section.
 *
 * Return: the target; NULL when it is none's.
 */
struct tcopy_target *tcopy_probe_awaits(const struct tcopy_rules *rules,
					const struct tcopy_flow *flow)
{
	struct tcopy_target *t;

	if (!rules || !test_bit(ntohs(flow->dport), rules->ports))
		return NULL;
	t = tcopy_rule_probe(rules, flow);
	return t && t->direct ? t : NULL;
}

/**
 * tcopy_probe_unreachable() - somebody says that a probe will not arrive
 * @t:		the target
 * @seq:	its sequence number
 *
 * Context: BH, RCU read section.
 */
void tcopy_probe_unreachable(struct tcopy_target *t, u32 seq)
{
	if (seq == READ_ONCE(t->probe_isn) &&
	    cmpxchg(&t->probe, TCOPY_PROBE_SENT, TCOPY_PROBE_CLOSED) ==
	    TCOPY_PROBE_SENT)
		tcopy_target_kick(t);
}

/**
 * tcopy_probe_header() - a header of no session has come
 * @tn:		the namespace
 * @rules:	what capture looks for
 * @flow:	test service to whoever it answered
 * @seg:	the header
 *
 * Context: BH, RCU read section, no lock held. May send a packet.
 *
 * Return: true when it answers a probe.
 */
bool tcopy_probe_header(struct tcopy_net *tn, const struct tcopy_rules *rules,
			const struct tcopy_flow *flow,
			const struct tcopy_seg *seg)
{
	struct tcopy_target *t = tcopy_rule_probe(rules, flow);
	struct tcopy_packet rst = { .flags = TCOPY_RST, .mss = 536 };
	struct tcopy_flow back;
	int result;

	if (!t)
		return false;
	if (!(seg->flags & TCOPY_ACK))
		return true;
	result = seg->flags & TCOPY_RST ? TCOPY_PROBE_CLOSED :
					  TCOPY_PROBE_STOLEN;
	/* Also the answer to an earlier probe, whose RST was lost: it stands in
	 * the way of this one.
	 */
	if (result == TCOPY_PROBE_STOLEN) {
		tcopy_flow_reverse(&back, flow);
		rst.seq = seg->ack;
		tcopy_transmit_once(tn->net, &back, &tcopy_target_conf(t)->way,
				    &rst);
	}
	if (seg->ack != READ_ONCE(t->probe_isn) + 1 ||
	    cmpxchg(&t->probe, TCOPY_PROBE_SENT, result) != TCOPY_PROBE_SENT)
		return true;
	/* Nobody knows which SYN is answered when there were two */
	if (READ_ONCE(t->probe_tries) == 1)
		WRITE_ONCE(t->rtt_us,
			   (u32)(tcopy_now_us() - READ_ONCE(t->probe_us)));
	tcopy_target_kick(t);
	return true;
}
