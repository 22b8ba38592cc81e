// SPDX-License-Identifier: GPL-2.0
/*
 * peer: what production made of a client's packet, read off its socket. The one
 * file that touches a production socket, and it only reads.
 */

#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "boundary.h"
#include "halfopen.h"
#include "peer.h"

static struct sock *peer_lookup(struct net *net, const struct tcopy_flow *flow,
				int dif, int sdif)
{
	struct inet_hashinfo *hash = net->ipv4.tcp_death_row.hashinfo;

	if (flow->family == 4)
		return __inet_lookup_established(net, hash, flow->src.v4,
						 flow->sport, flow->dst.v4,
						 ntohs(flow->dport), dif, sdif);
#if IS_ENABLED(CONFIG_IPV6)
	return __inet6_lookup_established(net, hash,
					  (struct in6_addr *)flow->src.v6,
					  flow->sport,
					  (struct in6_addr *)flow->dst.v6,
					  ntohs(flow->dport), dif, sdif);
#else
	return NULL;
#endif
}

/* By what was received since (RFC 4898: bytes_received; it counts a FIN, as
 * rcv_nxt does). They are written one after the other: two reads must agree.
 */
static u32 peer_client_isn(const struct tcp_sock *tp)
{
	u32 isn, again;
	int tries = 4;

	again = READ_ONCE(tp->rcv_nxt) - (u32)READ_ONCE(tp->bytes_received);
	do {
		isn = again;
		again = READ_ONCE(tp->rcv_nxt) -
			(u32)READ_ONCE(tp->bytes_received);
	} while (isn != again && --tries);
	return isn - 1;
}

/**
 * tcopy_peer_any() - does a socket of this host have a connection?
 * @net:	the namespace
 * @flow:	its other end to this host
 * @dif:	device that its packets come in by, or its VRF: sockets bound to
 *		others do not have it; 0: nor has one that is bound to any
 * @sdif:	the device when @dif is its VRF, else 0
 *
 * In whatever state.
 *
 * Context: BH. Takes and drops a reference to the socket.
 */
bool tcopy_peer_any(struct net *net, const struct tcopy_flow *flow, int dif,
		    int sdif)
{
	struct sock *sk = peer_lookup(net, flow, dif, sdif);

	if (sk)
		sock_gen_put(sk);
	return sk;
}

static const struct sock *peer_listener(struct net *net, u8 family,
					const union tcopy_addr *addr,
					__be16 port)
{
	struct inet_hashinfo *hash = net->ipv4.tcp_death_row.hashinfo;

	/* As a connection of this host to itself finds it. */
	if (family == 4)
		return __inet_lookup_listener(net, hash, NULL, 0, addr->v4, 0,
					      addr->v4, ntohs(port),
					      LOOPBACK_IFINDEX, 0);
#if IS_ENABLED(CONFIG_IPV6)
	return inet6_lookup_listener(net, hash, NULL, 0,
				     (struct in6_addr *)addr->v6, 0,
				     (struct in6_addr *)addr->v6, ntohs(port),
				     LOOPBACK_IFINDEX, 0);
#else
	return NULL;
#endif
}

static bool peer_listens_anywhere(const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		return !sk->sk_rcv_saddr;
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_addr_any(&sk->sk_v6_rcv_saddr);
#else
	return false;
#endif
}

/**
 * tcopy_peer_shared() - does one service listen at two addresses of this host?
 * @net:	the namespace
 * @family:	4 or 6
 * @a:		an address
 * @b:		another
 * @port:	of both
 *
 * Several sockets that listen at all addresses (SO_REUSEPORT) are one service.
 *
 * Context: any.
 */
bool tcopy_peer_shared(struct net *net, u8 family, const union tcopy_addr *a,
		       const union tcopy_addr *b, __be16 port)
{
	const struct sock *one, *other;
	bool shared;

	local_bh_disable();
	rcu_read_lock();
	one = peer_listener(net, family, a, port);
	other = peer_listener(net, family, b, port);
	shared = one && other &&
		 (one == other || (peer_listens_anywhere(one) &&
				   peer_listens_anywhere(other)));
	rcu_read_unlock();
	local_bh_enable();
	return shared;
}

/* A keep-alive probe is below the window: the only trace that it leaves is when
 * it was answered.
 */
static u32 peer_heard_ms(const struct tcp_sock *tp)
{
	u32 ago = tcp_jiffies32 - READ_ONCE(tp->rcv_tstamp);
	u32 probe = READ_ONCE(tp->last_oow_ack_time);

	if (probe)
		ago = min(ago, tcp_jiffies32 - probe);
	return jiffies_to_msecs(ago);
}

/**
 * tcopy_peer_find() - look at production's socket of a connection
 * @net:	the namespace
 * @flow:	client to online service
 * @dif:	device the packet came in by, as the socket tables see it
 * @sdif:	its slave when @dif is a VRF, else 0
 * @peer:	filled as a whole
 *
 * All reads are racy: the socket may be in use on another CPU. Each of the
 * values is one that it had at some moment of the call, which is all that the
 * callers conclude from.
 *
 * Context: BH. Takes and drops a reference to the socket.
 */
void tcopy_peer_find(struct net *net, const struct tcopy_flow *flow, int dif,
		     int sdif, struct tcopy_peer *peer)
{
	struct sock *sk = peer_lookup(net, flow, dif, sdif);

	memset(peer, 0, sizeof(*peer));
	if (!sk)
		return;

	if (sk_fullsock(sk)) {
		const struct tcp_sock *tp = tcp_sk(sk);

		peer->kind = TCOPY_PEER_FULL;
		peer->mptcp = sk_is_mptcp(sk);
		/* RFC 4898: bytes_acked counts from the ISN + 1 */
		peer->online_ack = READ_ONCE(tp->snd_una) -
				   (u32)READ_ONCE(tp->bytes_acked);
		peer->client_isn = peer_client_isn(tp);
		peer->write_seq = READ_ONCE(tp->write_seq);
		/* What was received is written before the window that is left.
		 * Read the other way round their sum is never less than what
		 * was announced.
		 */
		peer->rcv_wnd = READ_ONCE(tp->rcv_wnd);
		smp_rmb(); /* the window before the bytes */
		peer->rcv_nxt = READ_ONCE(tp->rcv_nxt);
		peer->heard_ms = peer_heard_ms(tp);
	} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
		const struct tcp_request_sock *req = tcp_rsk(inet_reqsk(sk));

		peer->kind = TCOPY_PEER_REQUEST;
		peer->mptcp = rsk_is_mptcp((struct request_sock *)req);
		peer->client_isn = req->rcv_isn;
		peer->online_ack = req->snt_isn + 1;
	}
	sock_gen_put(sk);
}

/* As it is before the segment that is looked at is delivered. */
static void peer_idle(const struct sock *sk, struct tcopy_idle *idle)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	idle->rcv_nxt = READ_ONCE(tp->rcv_nxt);
	idle->snd_una = READ_ONCE(tp->snd_una);
	idle->write_seq = READ_ONCE(tp->write_seq);
	idle->wl1 = READ_ONCE(tp->snd_wl1);
	idle->sent_at = READ_ONCE(tp->lsndtime);
	idle->heard_at = READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime);
	idle->now = tcp_jiffies32;
	idle->rtt = usecs_to_jiffies(READ_ONCE(tp->srtt_us) >> 3) + 1;
	idle->fresh = !READ_ONCE(tp->bytes_received);
	idle->queued = READ_ONCE(tp->out_of_order_queue.rb_node) ||
		       READ_ONCE(sk->sk_backlog.tail);
}

/* What the SYN of this connection would say if it began here. The options are
 * what was agreed on: they do not change any more.
 */
static void peer_syn(const struct sock *sk, const struct tcopy_seg *seg,
		     struct tcopy_syn *syn)
{
	const struct tcp_options_received *rx = &tcp_sk(sk)->rx_opt;

	memset(syn, 0, sizeof(*syn));
	syn->isn = seg->seq - 1;
	syn->ack = seg->ack;
	syn->tsval = seg->tsval;
	syn->mss = READ_ONCE(rx->mss_clamp);
	syn->opts = TCOPY_OPT_MSS | (seg->opts & TCOPY_OPT_MD5);
	if (rx->wscale_ok) {
		syn->opts |= TCOPY_OPT_WS;
		syn->wscale = rx->snd_wscale;
	}
	if (rx->sack_ok)
		syn->opts |= TCOPY_OPT_SACKOK;
	if (rx->tstamp_ok)
		syn->opts |= seg->opts & TCOPY_OPT_TS;
	syn->picked = true;
}

/**
 * tcopy_peer_pick() - may a connection's copy begin with this payload?
 * @net:	the namespace
 * @skb:	production's packet, in the hook: not delivered yet; read only
 * @flow:	client to online service
 * @dif:	device the packet came in by, as the socket tables see it
 * @sdif:	its slave when @dif is a VRF, else 0
 * @seg:	its header, with payload
 * @look:	its socket may be looked up when the stack has not done so
 * @syn:	filled when it may: what the copy's SYN is to say
 *
 * Early demux has left the socket in the skb nearly always; not in the second
 * and later packets of a batch, on a loopback, or where it is switched off.
 * Reads are racy, as in tcopy_peer_find(); another CPU that handles a packet of
 * the same connection now makes what is read disagree with the packet.
 *
 * Context: BH, RCU read section. Takes and drops a reference to the socket when
 * it looks it up.
 */
enum tcopy_peer_pick tcopy_peer_pick(struct net *net, const struct sk_buff *skb,
				     const struct tcopy_flow *flow, int dif,
				     int sdif, const struct tcopy_seg *seg,
				     bool look, struct tcopy_syn *syn)
{
	enum tcopy_peer_pick pick = TCOPY_PEER_WAIT;
	struct sock *sk = skb->sk, *found = NULL;
	struct tcopy_idle idle;

	if (!sk && look) {
		found = peer_lookup(net, flow, dif, sdif);
		sk = found;
	}
	if (!sk || !sk_fullsock(sk) || READ_ONCE(sk->sk_protocol) !=
	    IPPROTO_TCP || READ_ONCE(sk->sk_state) != TCP_ESTABLISHED)
		goto out;
	peer_idle(sk, &idle);
	if (!tcopy_boundary(&idle, seg))
		goto out;
	pick = TCOPY_PEER_NEVER;
	if (sk_is_mptcp(sk))
		goto out;
	pick = TCOPY_PEER_BEGINS;
	peer_syn(sk, seg, syn);
out:
	if (found)
		sock_gen_put(found);
	return pick;
}
