/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_PEER_H
#define TCOPY_ONLINE_PEER_H

#include "../lib/flow.h"

struct net;

enum tcopy_peer_kind {
	TCOPY_PEER_NONE,	/* nothing, or a time-wait socket */
	TCOPY_PEER_REQUEST,	/* SYN seen, handshake not complete */
	TCOPY_PEER_FULL,	/* a connection */
};

/**
 * struct tcopy_peer - what production's socket said at one moment
 * @kind:	which kind of socket was found; the rest holds as noted
 * @mptcp:	it speaks MPTCP (REQUEST and FULL)
 * @online_ack:	first byte of the online service's stream: its ISN + 1
 * @rcv_nxt:	next byte production wants of the client (FULL). Lags while the
 *		socket is owned by its user: conclude "accepted" only
 * @heard_ms:	milliseconds since the client was last heard (FULL)
 */
struct tcopy_peer {
	enum tcopy_peer_kind kind;
	bool mptcp;
	u32 online_ack;
	u32 rcv_nxt;
	u32 heard_ms;
};

void tcopy_peer_find(struct net *net, const struct tcopy_flow *flow, int dif,
		     int sdif, struct tcopy_peer *peer);

#endif
