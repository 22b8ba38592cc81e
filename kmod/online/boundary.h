/* SPDX-License-Identifier: GPL-2.0 */
/*
 * boundary: does a payload begin a request of a connection that was not seen
 * from its beginning? Pure: what production's socket says comes as numbers.
 */
#ifndef TCOPY_ONLINE_BOUNDARY_H
#define TCOPY_ONLINE_BOUNDARY_H

#include "../lib/seg.h"

/**
 * struct tcopy_idle - production's socket before it gets a payload
 * @rcv_nxt:	next byte that it wants of the client
 * @snd_una:	first byte of its own that was not acknowledged
 * @write_seq:	behind the last byte that the service has written
 * @wl1:	sequence number of the client's segment that updated its window
 *		last: the latest one, payload or not
 * @sent_at:	when it sent payload last, in ticks
 * @heard_at:	when payload of the client came last, in ticks
 * @now:	in ticks
 * @rtt:	its smoothed round-trip time, in ticks, rounded up
 * @fresh:	no payload of the client has come yet
 * @queued:	segments of the client wait out of order, or for its user
 */
struct tcopy_idle {
	u32 rcv_nxt;
	u32 snd_una;
	u32 write_seq;
	u32 wl1;
	u32 sent_at;
	u32 heard_at;
	u32 now;
	u32 rtt;
	bool fresh;
	bool queued;
};

/**
 * tcopy_boundary() - does a payload begin a request?
 * @idle:	production's socket, read before the payload was delivered
 * @seg:	the payload
 *
 * It does when production has sent last, its client has acknowledged all that
 * was written, and the payload goes on where production's stream stood. What
 * the socket says that it has sent is not asked: a client on the same host can
 * answer before the socket takes note of that. Ticks are coarse: when
 * production sent and was sent to in the same one, the client must show that it
 * has heard of production since its last payload, by an ACK behind that, or by
 * what this payload acknowledges.
 *
 * A request of several windows looks the same from its second window on when
 * production has answered pipelined requests before it meanwhile. Such a window
 * follows the answer after one round trip, and was not all that its sender had
 * to say: without PSH it begins a request only after a longer silence.
 *
 * Return: true when it surely does; in doubt false, and the next may.
 */
static inline bool tcopy_boundary(const struct tcopy_idle *idle,
				  const struct tcopy_seg *seg)
{
	if (idle->queued || seg->seq != idle->rcv_nxt ||
	    seg->ack != idle->write_seq)
		return false;
	if (idle->fresh)
		return true;
	if (before(idle->sent_at, idle->heard_at))
		return false;
	if (idle->sent_at == idle->heard_at && idle->wl1 != idle->rcv_nxt &&
	    !after(seg->ack, idle->snd_una))
		return false;
	return seg->flags & TCOPY_PSH ||
	       idle->now - idle->sent_at > 2 * idle->rtt + 1;
}

#endif
