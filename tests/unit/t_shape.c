// SPDX-License-Identifier: GPL-2.0
/* Which connections a target wants: kmod/online/shape.c. */
#include "shape.h"
#include "t.h"

static struct tcopy_shape shape;

static void flow_v4(struct tcopy_flow *flow, u32 client, u16 port)
{
	memset(flow, 0, sizeof(*flow));
	flow->family = 4;
	flow->src.v4 = htonl(client);
	flow->dst.v4 = htonl(0x0a000001);
	flow->sport = htons(port);
	flow->dport = htons(80);
}

static void all(void)
{
	memset(&shape, 0, sizeof(shape));
	shape.sample = TCOPY_SHAPE_ALL;
}

static void prefix(unsigned int i, u32 addr, u8 plen)
{
	memset(&shape.prefix[i], 0, sizeof(shape.prefix[i]));
	shape.prefix[i].family = 4;
	shape.prefix[i].plen = plen;
	shape.prefix[i].addr.v4 = htonl(addr);
}

static bool wants(u32 client)
{
	struct tcopy_flow flow;

	flow_v4(&flow, client, 1000);
	return tcopy_shape_client(&shape, &flow);
}

static void everybody(void)
{
	all();
	T_OK(wants(0x0a010203));
}

static void clients_alone(void)
{
	all();
	prefix(0, 0x0a010000, 16);
	prefix(1, 0xc0000207, 32);
	shape.client_n = 2;
	T_OK(wants(0x0a010203));
	T_OK(wants(0x0a01ffff));
	T_OK(!wants(0x0a020000));
	T_OK(wants(0xc0000207));
	T_OK(!wants(0xc0000206));
}

static void not_clients(void)
{
	all();
	prefix(0, 0x0a010000, 20);
	shape.not_client_n = 1;
	T_OK(!wants(0x0a010203));
	T_OK(!wants(0x0a010fff));
	T_OK(wants(0x0a011000));
}

/* whichever is longer */
static void not_wins(void)
{
	all();
	prefix(0, 0x0a010200, 24);
	prefix(1, 0x0a000000, 8);
	shape.client_n = 1;
	shape.not_client_n = 1;
	T_OK(!wants(0x0a010203));
	prefix(0, 0x0a000000, 8);
	prefix(1, 0x0a010200, 24);
	T_OK(!wants(0x0a010203));
	T_OK(wants(0x0a010303));
}

static void other_family(void)
{
	struct tcopy_flow flow;

	all();
	prefix(0, 0, 0);
	shape.client_n = 1;
	T_OK(wants(0x0a010203));
	memset(&flow, 0, sizeof(flow));
	flow.family = 6;
	T_OK(!tcopy_shape_client(&shape, &flow));
}

/* 10,000 connections whose clients use their ports in turn */
static u32 count(u32 seed, u32 clients)
{
	struct tcopy_flow flow;
	u32 i, n = 0;

	all();
	shape.sample = 100000;
	shape.seed = seed;
	for (i = 0; i < 10000; i++) {
		flow_v4(&flow, 0x0a000010 + i % clients, 20000 + i / clients);
		n += tcopy_shape_sampled(&shape, &flow, 0, 1);
	}
	return n;
}

static void a_tenth(void)
{
	u32 seed, n;

	for (seed = 0; seed < 100; seed++) {
		n = count(seed, 1);
		T_OK(n > 880 && n < 1120);
		n = count(seed, 1000);
		T_OK(n > 880 && n < 1120);
	}
	n = count(7, 1);
	T_OK(n >= 900 && n <= 1100);
}

static void seeds_differ(void)
{
	u32 i, both = 0, a = 0;
	struct tcopy_flow flow;

	for (i = 0; i < 10000; i++) {
		flow_v4(&flow, 0x0a000010, 20000 + i);
		if (tcopy_shape_point(&flow, 7) >= TCOPY_SHAPE_ALL / 10)
			continue;
		a++;
		both += tcopy_shape_point(&flow, 8) < TCOPY_SHAPE_ALL / 10;
	}
	T_OK(a > 900 && both > 60 && both < 140);
}

/* each part of a tuple counts */
static void whole_tuple(void)
{
	struct tcopy_flow a, b;
	unsigned int i;

	flow_v4(&a, 0x0a000010, 20000);
	for (i = 0; i < sizeof(a) - sizeof(a.family); i++) {
		b = a;
		((u8 *)&b)[i] ^= 1;
		T_OK(tcopy_shape_point(&a, 7) != tcopy_shape_point(&b, 7));
	}
	T_EQ(tcopy_shape_point(&a, 7), tcopy_shape_point(&a, 7));
}

/* a larger sample has all of a smaller one */
static void sample_grows(void)
{
	struct tcopy_flow flow;
	u32 i;

	all();
	for (i = 0; i < 10000; i++) {
		flow_v4(&flow, 0x0a000010, 20000 + i);
		shape.sample = 100000;
		if (!tcopy_shape_sampled(&shape, &flow, 0, 1))
			continue;
		shape.sample = 200000;
		T_OK(tcopy_shape_sampled(&shape, &flow, 0, 1));
	}
	shape.sample = TCOPY_SHAPE_ALL;
	T_OK(tcopy_shape_sampled(&shape, &flow, 0, 1));
}

static void ramps(void)
{
	all();
	shape.ramp = 50000;
	shape.sample = 300000;
	T_EQ(tcopy_shape_share(&shape, 0, 100), 0);
	T_EQ(tcopy_shape_share(&shape, 1000000, 1000000), 0);
	T_EQ(tcopy_shape_share(&shape, 1000000, 1500000), 25000);
	T_EQ(tcopy_shape_share(&shape, 1000000, 3000000), 100000);
	T_EQ(tcopy_shape_share(&shape, 1000000, 7000000), 300000);
	T_EQ(tcopy_shape_share(&shape, 1000000, 1000000ULL << 40), 300000);
	shape.ramp = 1;
	T_EQ(tcopy_shape_share(&shape, 1, ~0ULL), 300000);
	shape.ramp = TCOPY_SHAPE_ALL;
	T_EQ(tcopy_shape_share(&shape, 1, ~0ULL), 300000);
}

/* sessions that begin when one is tried each microsecond */
static u32 begin(u64 *paid, u32 rate, u32 each, u64 from_us, u32 us)
{
	u32 n = 0;
	u64 next;

	while (us--) {
		next = tcopy_shape_pay(*paid, rate, each, ++from_us * 1000);
		if (next) {
			*paid = next;
			n += each;
		}
	}
	return n;
}

static void rate(void)
{
	u64 paid = 0;
	u32 n;

	n = begin(&paid, 100, 1, 5000000, 1000000);
	T_OK(n >= 109 && n <= 111);	/* 100 ms were saved up */
	n = begin(&paid, 100, 1, 6000000, 1000000);
	T_OK(n >= 99 && n <= 100);
	/* an hour of rest is worth no more than 100 ms */
	n = begin(&paid, 100, 1, 3600000000ULL, 1000000);
	T_OK(n >= 109 && n <= 111);
	paid = 0;
	n = begin(&paid, 1, 1, 5000000, 1500000);
	T_OK(n >= 1 && n <= 2);
}

/* what is larger than the bucket pays afterwards */
static void rate_of_many(void)
{
	u64 paid = 0;
	u32 n;

	n = begin(&paid, 100, 1000, 5000000, 1000000);
	T_EQ(n, 1000);
	n = begin(&paid, 100, 1000, 6000000, 8800000);
	T_EQ(n, 0);
	n = begin(&paid, 100, 1000, 14800000, 1000000);
	T_EQ(n, 1000);
}

int main(void)
{
	T_RUN(everybody);
	T_RUN(clients_alone);
	T_RUN(not_clients);
	T_RUN(not_wins);
	T_RUN(other_family);
	T_RUN(a_tenth);
	T_RUN(seeds_differ);
	T_RUN(whole_tuple);
	T_RUN(sample_grows);
	T_RUN(ramps);
	T_RUN(rate);
	T_RUN(rate_of_many);
	return t_done();
}
