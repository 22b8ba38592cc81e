// SPDX-License-Identifier: GPL-2.0
/* shape: which connections are copied? See shape.h. */
#include "shape.h"

/* Sessions that --rate lets begin at once: what it allows in so long. */
#define SHAPE_BURST_NS	100000000ULL

/**
 * tcopy_shape_client() - is this client wanted?
 * @s:		the shape
 * @flow:	client to online service
 *
 * One that is in a prefix of both kinds is not.
 */
bool tcopy_shape_client(const struct tcopy_shape *s,
			const struct tcopy_flow *flow)
{
	bool wanted = !s->client_n;
	unsigned int i, n = s->client_n + s->not_client_n;

	for (i = 0; i < n; i++) {
		if (i < s->client_n && wanted)
			continue;
		if (!tcopy_prefix_has(&s->prefix[i], flow->family, &flow->src))
			continue;
		if (i >= s->client_n)
			return false;
		wanted = true;
	}
	return wanted;
}

/* As splitmix64 mixes: every bit of @h comes to depend on all others. */
static u64 shape_mix(u64 h)
{
	h ^= h >> 30;
	h *= 0xbf58476d1ce4e5b9ULL;
	h ^= h >> 27;
	h *= 0x94d049bb133111ebULL;
	return h ^ h >> 31;
}

static u64 shape_word(const u8 *p)
{
	u64 word = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		word = word << 8 | p[i];
	return word;
}

/**
 * tcopy_shape_point() - where a connection is among all
 * @flow:	client to online service
 * @seed:	of the hash
 *
 * Depends on nothing else, so that it is the same for each target, on each
 * host, whenever a connection's packets come. Not secret: who can choose his
 * ports may choose whether he is copied, and gains nothing.
 *
 * Return: 0 to TCOPY_SHAPE_ALL - 1, evenly.
 */
u32 tcopy_shape_point(const struct tcopy_flow *flow, u32 seed)
{
	u64 hash = (u64)seed << 32 | (u32)ntohs(flow->sport) << 16 |
		   ntohs(flow->dport);

	hash = shape_mix(hash + 0x9e3779b97f4a7c15ULL);
	hash = shape_mix(hash ^ shape_word(flow->src.v6));
	hash = shape_mix(hash + shape_word(flow->src.v6 + 8));
	hash = shape_mix(hash ^ shape_word(flow->dst.v6));
	hash = shape_mix(hash + shape_word(flow->dst.v6 + 8));
	return (u32)(((hash >> 32) * TCOPY_SHAPE_ALL) >> 32);
}

/**
 * tcopy_shape_share() - the share of connections that is copied now
 * @s:		the shape
 * @ramp_us:	when the ramp began, 0: it has not yet
 * @now_us:	now
 *
 * Return: millionths.
 */
u32 tcopy_shape_share(const struct tcopy_shape *s, u64 ramp_us, u64 now_us)
{
	u64 share;

	if (!s->ramp)
		return s->sample;
	if (!ramp_us || now_us <= ramp_us)
		return 0;
	/* after so many seconds the slowest is at its end */
	share = min_t(u64, now_us - ramp_us, TCOPY_SHAPE_ALL * 1000000ULL);
	return (u32)min_t(u64, div_u64(share * s->ramp, 1000000), s->sample);
}

/**
 * tcopy_shape_sampled() - is this connection in the sample?
 * @s:		the shape
 * @flow:	client to online service
 * @ramp_us:	when the ramp began, 0: it has not yet
 * @now_us:	now
 *
 * A ramp only ever adds connections: who is in the sample stays.
 */
bool tcopy_shape_sampled(const struct tcopy_shape *s,
			 const struct tcopy_flow *flow, u64 ramp_us, u64 now_us)
{
	u32 share = tcopy_shape_share(s, ramp_us, now_us);

	return share == TCOPY_SHAPE_ALL ||
	       tcopy_shape_point(flow, s->seed) < share;
}

/**
 * tcopy_shape_pay() - may sessions begin?
 * @paid_ns:	what sessions before have paid for; 0: none yet
 * @rate:	sessions a second, not 0
 * @sessions:	how many begin together
 * @now_ns:	now, never 0
 *
 * A token bucket as one number: the time until which is paid. A connection with
 * more copies than fit into the bucket begins when the bucket is full, and what
 * it took too much is missing to the next ones.
 *
 * Return: the new @paid_ns; 0 when they may not.
 */
u64 tcopy_shape_pay(u64 paid_ns, u32 rate, u32 sessions, u64 now_ns)
{
	if (paid_ns > now_ns)
		return 0;
	if (paid_ns + SHAPE_BURST_NS < now_ns)
		paid_ns = now_ns - SHAPE_BURST_NS;
	return paid_ns + div_u64(sessions * 1000000000ULL, rate);
}
