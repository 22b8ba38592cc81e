/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_PEER_H
#define TCOPY_ONLINE_PEER_H

#include "../lib/flow.h"
#include "../lib/seg.h"

struct net;
struct sk_buff;
struct tcopy_syn;

enum tcopy_peer_kind {
	TCOPY_PEER_NONE,	/* nothing, or a time-wait socket */
	TCOPY_PEER_REQUEST,	/* SYN seen, handshake not complete */
	TCOPY_PEER_FULL,	/* a connection */
};

/**
 * struct tcopy_peer - what production's socket said at one moment
 * @kind:	which kind of socket was found; the rest holds as noted
 * @mptcp:	it speaks MPTCP (REQUEST and FULL)
 * @client_isn:	the client's ISN, of the SYN that production believed (REQUEST
 *		and FULL)
 * @online_ack:	first byte of the online service's stream: its ISN + 1
 * @write_seq:	behind the last byte that production has written (FULL), or,
 *		where there is no socket, sent. What its socket says that it has
 *		sent lags: a client on the same host can acknowledge an answer
 *		before the call that sends it takes note of that
 * @rcv_nxt:	next byte production wants of the client (FULL). Lags while the
 *		socket is owned by its user: conclude "accepted" only
 * @rcv_wnd:	window it announced last (FULL)
 * @heard_ms:	milliseconds since the client was last heard (FULL)
 */
struct tcopy_peer {
	enum tcopy_peer_kind kind;
	bool mptcp;
	u32 client_isn;
	u32 online_ack;
	u32 write_seq;
	u32 rcv_nxt;
	u32 rcv_wnd;
	u32 heard_ms;
};

/**
 * tcopy_peer_refuses() - does production surely not believe a packet?
 * @peer:	production's socket, read behind the packet
 * @seg:	a packet with ACK or RST
 *
 * Forged packets of a live connection, by what RFC 9293 (section 3.10.7.4) and
 * RFC 5961 say of them. Only what holds however late the socket is looked at:
 * its window's right edge, and what it has written, only ever advance.
 *
 * Return: true when it is refused; false also when that cannot be told.
 */
static inline bool tcopy_peer_refuses(const struct tcopy_peer *peer,
				      const struct tcopy_seg *seg)
{
	if (peer->kind != TCOPY_PEER_FULL)
		return false;
	/* Announced was that much behind an rcv_nxt of before. */
	if (after(seg->seq, peer->rcv_nxt + peer->rcv_wnd))
		return true;
	if (seg->flags & TCOPY_RST)
		return before(seg->seq, peer->rcv_nxt);
	return after(seg->ack, peer->write_seq) ||
	       before(seg->ack, peer->write_seq - (1U << 30));
}

/* May the copy of a connection begin with this payload? */
enum tcopy_peer_pick {
	TCOPY_PEER_WAIT,	/* not with this one, or not for sure */
	TCOPY_PEER_BEGINS,	/* it begins a request */
	TCOPY_PEER_NEVER,	/* MPTCP */
};

enum tcopy_peer_pick tcopy_peer_pick(struct net *net, const struct sk_buff *skb,
				     const struct tcopy_flow *flow, int dif,
				     int sdif, const struct tcopy_seg *seg,
				     bool look, struct tcopy_syn *syn);
bool tcopy_peer_shared(struct net *net, u8 family, const union tcopy_addr *a,
		       const union tcopy_addr *b, __be16 port);
bool tcopy_peer_any(struct net *net, const struct tcopy_flow *flow, int dif,
		    int sdif);
void tcopy_peer_find(struct net *net, const struct tcopy_flow *flow, int dif,
		     int sdif, struct tcopy_peer *peer);

#endif
