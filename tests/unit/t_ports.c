// SPDX-License-Identifier: GPL-2.0
/* Which port a copy may use: kmod/online/ports.c. */
#include "ports.h"
#include "t.h"

#define SIZE 1000

static struct tcopy_port ring[SIZE];
static struct tcopy_ports ports;
static unsigned char used[65536];

/* ports 2000 to 2000 + n - 1, rested at @now */
static void fill(u32 n, u32 now)
{
	u32 i;

	memset(used, 0, sizeof(used));
	tcopy_ports_init(&ports, ring, SIZE);
	for (i = 0; i < n; i++)
		T_OK(tcopy_ports_give(&ports, 2000 + i,
				      now - TCOPY_PORTS_REST_S));
}

static void take(u32 now, u32 *slot, bool want_early)
{
	bool early = !want_early;

	T_OK(tcopy_ports_take(&ports, now, slot, &early));
	T_EQ(early, want_early);
	T_OK(*slot < sizeof(used));
	T_EQ(used[*slot], 0);
	used[*slot] = 1;
}

static void give(u32 slot, u32 now)
{
	T_EQ(used[slot], 1);
	used[slot] = 0;
	T_OK(tcopy_ports_give(&ports, slot, now));
}

static void each_once(void)
{
	u32 slot, i, sum = 0;
	bool early;

	T_DO(fill(SIZE, 100));
	for (i = 0; i < SIZE; i++) {
		T_DO(take(100, &slot, false));
		sum += slot;
	}
	T_EQ(sum, SIZE * 2000 + SIZE * (SIZE - 1) / 2);
	T_OK(!tcopy_ports_take(&ports, 100, &slot, &early));
}

/* given twice, it does not push another one out */
static void one_too_many(void)
{
	T_DO(fill(SIZE, 100));
	T_OK(!tcopy_ports_give(&ports, 2000, 100));
	T_EQ(ports.n, SIZE);
}

static void longest_free_first(void)
{
	u32 slot, i;

	T_DO(fill(10, 100));
	for (i = 0; i < 10; i++) {
		T_DO(take(100, &slot, false));
		T_EQ(slot, 2000 + i);
	}
	T_DO(give(2007, 101));
	T_DO(give(2003, 102));
	T_DO(take(200, &slot, false));
	T_EQ(slot, 2007);
	T_DO(take(200, &slot, false));
	T_EQ(slot, 2003);
}

static void rests(void)
{
	u32 slot;

	T_DO(fill(2, 100));
	T_DO(take(100, &slot, false));
	T_DO(give(slot, 100));
	/* the other one, however long that one has rested */
	T_DO(take(100, &slot, false));
	T_EQ(slot, 2001);
	T_DO(give(slot, 101));
	T_DO(take(159, &slot, true));
	T_EQ(slot, 2000);
	T_DO(give(slot, 159));
	T_DO(take(161, &slot, false));
	T_EQ(slot, 2001);
}

/* the seconds' 32 bits run over */
static void clock_wraps(void)
{
	u32 slot;

	T_DO(fill(1, 0xfffffff0));
	T_DO(take(0xfffffff0, &slot, false));
	T_DO(give(slot, 0xfffffff0));
	T_DO(take(0x10, &slot, true));
	T_DO(give(slot, 0x10));
	T_DO(take(0x4c, &slot, false));
}

static void shuffles(void)
{
	u32 slot, i, same = 0, first = 0;

	T_DO(fill(SIZE, 100));
	tcopy_ports_shuffle(&ports, 1);
	for (i = 0; i < SIZE; i++) {
		T_DO(take(100, &slot, false));
		same += slot == 2000 + i;
		if (!i)
			first = slot;
	}
	T_OK(same < 10);
	T_DO(fill(SIZE, 100));
	tcopy_ports_shuffle(&ports, 0x123456789abcdefULL);
	T_DO(take(100, &slot, false));
	T_OK(slot != first);
}

/* any order of taking and giving: no port is out twice */
static void never_twice(void)
{
	u32 out[SIZE], n = 0, i, now = 0, rnd = 1, j;

	T_DO(fill(SIZE / 3, 0));
	for (i = 0; i < 200000; i++) {
		bool early;
		u32 slot;

		rnd = rnd * 1103515245 + 12345;
		now += rnd >> 31;
		if ((rnd >> 16) % 16 < 9) {
			if (!tcopy_ports_take(&ports, now, &slot, &early)) {
				T_EQ(n, SIZE / 3);
				continue;
			}
			T_EQ(used[slot], 0);
			used[slot] = 1;
			out[n++] = slot;
		} else if (n) {
			j = (rnd >> 8) % n;
			T_DO(give(out[j], now));
			out[j] = out[--n];
		}
		T_EQ(n + ports.n, SIZE / 3);
	}
}

/* each address and port once, before any is used again */
static void turn_has_all(void)
{
	static unsigned char seen[16 * 65536];
	struct tcopy_turn turn;
	u32 i, host, bits;
	u64 seed;
	u16 port;

	for (seed = 1; seed < 1ULL << 60; seed = seed * 2654435761ULL + 12345)
		for (bits = 0; bits <= 4; bits += 4) {
			memset(seen, 0, sizeof(seen));
			tcopy_turn_init(&turn, seed);
			for (i = 0; i < TCOPY_TURN_PORTS << bits; i++) {
				tcopy_turn_at(&turn, i, bits, &host, &port);
				T_OK(host < 1U << bits);
				T_OK(port >= TCOPY_TURN_FIRST && port < 32768);
				T_EQ(seen[host << 16 | port], 0);
				seen[host << 16 | port] = 1;
			}
			tcopy_turn_at(&turn, i, bits, &host, &port);
			T_EQ(seen[host << 16 | port], 1);
		}
}

/* one address is used again after all others */
static void turn_spreads_addresses(void)
{
	struct tcopy_turn turn;
	bool seen[256] = {};
	u32 i, host;
	u16 port;

	tcopy_turn_init(&turn, 0x123456789abcdefULL);
	for (i = 0; i < 256; i++) {
		tcopy_turn_at(&turn, i + 256 * 77, 8, &host, &port);
		T_OK(!seen[host]);
		seen[host] = true;
	}
}

int main(void)
{
	T_RUN(each_once);
	T_RUN(one_too_many);
	T_RUN(longest_free_first);
	T_RUN(rests);
	T_RUN(clock_wraps);
	T_RUN(shuffles);
	T_RUN(never_twice);
	T_RUN(turn_has_all);
	T_RUN(turn_spreads_addresses);
	return t_done();
}
