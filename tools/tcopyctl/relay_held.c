// SPDX-License-Identifier: GPL-2.0
/*
 * Answers whose OPEN is still on its way. A test service often answers a
 * request before the online host has announced the connection; without the
 * answer it would have to send it again, after a time-out of 200 ms.
 */
#include "relay_core.h"

static struct relay_held *oldest(struct relay *r)
{
	return &r->held[(r->held_next - r->held_n) % RELAY_HELD];
}

static void drop_oldest(struct relay *r)
{
	if (oldest(r)->len)
		r->stats.no_owner++;
	r->held_n--;
}

/**
 * relay_held_add() - keep an answer until its owner is known
 * @r:		the relay
 * @flow:	direction of the answers
 * @p:		its record, which is copied
 * @len:	bytes, TCOPY_WIRE_RECORD_MAX at most
 *
 * The oldest one makes room, and is left out.
 */
void relay_held_add(struct relay *r, const struct tcopy_flow *flow,
		    const u8 *p, size_t len)
{
	struct relay_held *h;

	if (r->held_n == RELAY_HELD)
		drop_oldest(r);
	h = &r->held[r->held_next++ % RELAY_HELD];
	r->held_n++;
	h->flow = *flow;
	h->until_ms = r->now_ms + RELAY_HELD_MS;
	h->len = (u16)len;
	memcpy(h->record, p, len);
}

/**
 * relay_held_take() - a connection has an owner: its answers go there
 * @r:		the relay; the caller flushes it
 * @peer:	the owner
 * @flow:	direction of the answers
 */
void relay_held_take(struct relay *r, struct relay_peer *peer,
		     const struct tcopy_flow *flow)
{
	struct relay_held *h;
	unsigned int i;

	for (i = r->held_n; i; i--) {
		h = &r->held[(r->held_next - i) % RELAY_HELD];
		if (!h->len || memcmp(&h->flow, flow, sizeof(*flow)))
			continue;
		relay_core_put(r, peer, flow, h->record, h->len);
		h->len = 0;
	}
}

/**
 * relay_held_expire() - give up answers that nobody has claimed
 * @r:		the relay
 */
void relay_held_expire(struct relay *r)
{
	while (r->held_n &&
	       (!oldest(r)->len || oldest(r)->until_ms <= r->now_ms))
		drop_oldest(r);
}
