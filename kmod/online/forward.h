/* SPDX-License-Identifier: GPL-2.0 */
/*
 * forward: what a host that only forwards a connection knows of production. It
 * has no socket to look at, but sees the headers of both directions. Pure:
 * concludes from numbers; who may touch them when is said at the struct.
 */
#ifndef TCOPY_ONLINE_FORWARD_H
#define TCOPY_ONLINE_FORWARD_H

#include "../lib/seg.h"
#include "peer.h"

#ifndef __KERNEL__
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#endif

/**
 * struct tcopy_forward - what was seen of a forwarded connection
 * @ack:	highest that production acknowledged of its client's bytes
 * @edge:	right edge of production's window
 * @nxt:	behind the last byte that production sent
 * @client_ack:	highest that the client acknowledged of those
 * @client_nxt:	behind the last byte of the client that passed
 * @at:		jiffies when a packet of either side came last
 * @isn:	of production's SYN-ACK
 * @rtt:	jiffies from the client's SYN to the first packet behind it
 * @wscale:	shift of production's window
 * @gone:	production has reset the connection
 *
 * The first six are written by the hook without a lock: READ_ONCE, WRITE_ONCE,
 * and only when they change. Of two CPUs that see packets of one connection at
 * the same moment one may take the other's step back: the next packet makes up
 * for it, and each value was true at some moment, which is all that is
 * concluded from it. The rest is set before the session is published; @gone
 * under its lock.
 */
struct tcopy_forward {
	u32 ack;
	u32 edge;
	u32 nxt;
	u32 client_ack;
	u32 client_nxt;
	u32 at;
	u32 isn;
	u32 rtt;
	u8 wscale;
	bool gone;
};

/* Move a number of the stream on; what lies far behind or ahead is nobody's. */
static inline void tcopy_forward_move(u32 *word, u32 to)
{
	u32 by = to - READ_ONCE(*word);

	if (by && by < 1U << 30)
		WRITE_ONCE(*word, to);
}

static inline void tcopy_forward_seen(struct tcopy_forward *f, u32 now)
{
	if (READ_ONCE(f->at) != now)
		WRITE_ONCE(f->at, now);
}

/**
 * tcopy_forward_answer() - production accepted the connection
 * @f:		filled as a whole
 * @syn_ack:	what it answered to the client's SYN
 * @client_ws:	the client's SYN had TCOPY_OPT_WS: windows are scaled when
 *		production's SYN-ACK has it, too (RFC 7323, section 2.2)
 * @now:	jiffies
 */
static inline void tcopy_forward_answer(struct tcopy_forward *f,
					const struct tcopy_seg *syn_ack,
					bool client_ws, u32 now)
{
	f->ack = syn_ack->ack;
	f->edge = syn_ack->ack + syn_ack->win;
	f->nxt = syn_ack->seq + 1;
	f->client_ack = f->nxt;
	f->client_nxt = f->ack;
	f->at = now;
	f->isn = syn_ack->seq;
	f->rtt = 0;
	f->wscale = client_ws && syn_ack->opts & TCOPY_OPT_WS ?
		    syn_ack->wscale : 0;
	f->gone = false;
}

/**
 * tcopy_forward_reply() - a packet of production, neither SYN nor RST
 * @f:		what was seen before
 * @seg:	its fixed header and length
 * @now:	jiffies
 *
 * Return: true when it acknowledges what has not passed here: the client's
 * packets take another way.
 */
static inline bool tcopy_forward_reply(struct tcopy_forward *f,
				       const struct tcopy_seg *seg, u32 now)
{
	tcopy_forward_seen(f, now);
	if (!(seg->flags & TCOPY_ACK))
		return false;
	tcopy_forward_move(&f->ack, seg->ack);
	tcopy_forward_move(&f->edge, seg->ack + ((u32)seg->win << f->wscale));
	if (seg->len || seg->flags & TCOPY_FIN)
		tcopy_forward_move(&f->nxt, seg->seq + seg->len +
					    !!(seg->flags & TCOPY_FIN));
	return after(READ_ONCE(f->ack), READ_ONCE(f->client_nxt));
}

/**
 * tcopy_forward_client() - a packet of the client, neither SYN nor RST
 * @f:		what was seen before
 * @seg:	its header, with ACK
 * @now:	jiffies
 */
static inline void tcopy_forward_client(struct tcopy_forward *f,
					const struct tcopy_seg *seg, u32 now)
{
	tcopy_forward_seen(f, now);
	tcopy_forward_move(&f->client_nxt, seg->seq + seg->len +
					   !!(seg->flags & TCOPY_FIN));
	/* Never beyond what production sent: that would be forged. */
	if (!after(seg->ack, READ_ONCE(f->nxt)))
		tcopy_forward_move(&f->client_ack, seg->ack);
}

/**
 * tcopy_forward_merge() - what was seen at another place counts as well
 * @f:		of a session
 * @from:	of the half-open table, until the session took its place
 */
static inline void tcopy_forward_merge(struct tcopy_forward *f,
				       const struct tcopy_forward *from)
{
	tcopy_forward_move(&f->ack, from->ack);
	tcopy_forward_move(&f->edge, from->edge);
	tcopy_forward_move(&f->nxt, from->nxt);
}

/**
 * tcopy_forward_begins() - does a client's packet complete the handshake?
 * @f:		filled by tcopy_forward_answer()
 * @seg:	a packet behind the client's SYN
 *
 * Several may be captured before the first of them has made the session, so
 * that later ones acknowledge more than production's SYN.
 */
static inline bool tcopy_forward_begins(const struct tcopy_forward *f,
					const struct tcopy_seg *seg)
{
	return seg->flags & TCOPY_ACK && !(seg->flags & TCOPY_RST) &&
	       seg->ack - f->isn - 1 < 1U << 30;
}

/**
 * tcopy_forward_peer() - what a look at production's socket might say
 * @f:		what was seen
 * @peer:	filled as a whole
 *
 * All of it lags by what is on its way, as with a socket: only ever conclude
 * "accepted".
 */
static inline void tcopy_forward_peer(const struct tcopy_forward *f,
				      struct tcopy_peer *peer)
{
	u32 ack = READ_ONCE(f->ack), wnd = READ_ONCE(f->edge) - ack;

	memset(peer, 0, sizeof(*peer));
	if (f->gone)
		return;
	peer->kind = TCOPY_PEER_FULL;
	peer->online_ack = f->isn + 1;
	peer->write_seq = READ_ONCE(f->nxt);
	peer->rcv_nxt = ack;
	peer->rcv_wnd = wnd < 1U << 31 ? wnd : 0;
}

/**
 * tcopy_forward_believes() - does production believe its client's RST?
 * @f:		what was seen
 * @seq:	the RST's
 * @cap_nxt:	next byte expected of the client, by what was captured
 *
 * It does at the byte that it expects next, and challenges any other (RFC 5961,
 * section 3.2). Which that is, is known by its last ACK, or, when that is still
 * on its way, by what has gone there. The answer of a client that is gone to a
 * challenge has the right one.
 */
static inline bool tcopy_forward_believes(const struct tcopy_forward *f,
					  u32 seq, u32 cap_nxt)
{
	return seq == cap_nxt || seq == READ_ONCE(f->ack);
}

/**
 * tcopy_forward_reset() - does the client believe production's RST?
 * @f:		what was seen
 * @seq:	the RST's
 *
 * As above, the other way round.
 */
static inline bool tcopy_forward_reset(const struct tcopy_forward *f, u32 seq)
{
	return seq == READ_ONCE(f->client_ack) || seq == READ_ONCE(f->nxt);
}

#endif
