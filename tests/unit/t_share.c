// SPDX-License-Identifier: GPL-2.0
/* kmod/online/share.c */
#include "share.h"
#include "t.h"

#define US	1000ULL
#define MS	1000000ULL
#define S	1000000000ULL

/* Works off entries of @cost_ns for @ns: what share of the time did they take?
 * In tenths of a percent.
 */
static unsigned int busy(struct tcopy_share *s, unsigned int percent,
			 u64 cost_ns, u64 ns, u64 *now)
{
	u64 end = *now + ns, used = 0, since, wait;
	unsigned int n;

	while (*now < end) {
		since = *now;
		n = tcopy_share_allow(s, percent, 128, since);
		if (n) {
			*now += n * cost_ns;
			used += n * cost_ns;
			tcopy_share_charge(s, percent, n, since, *now);
		}
		wait = tcopy_share_wait(s, percent);
		*now += max_t(u64, wait, 20 * US);
	}
	return (unsigned int)(used * 1000 / ns);
}

static void keeps_to_its_share(void)
{
	static const unsigned int percents[] = { 1, 5, 20, 50, 90 };
	static const u64 costs[] = { 500, 3000, 100 * US };
	struct tcopy_share s;
	unsigned int i, j, got;
	u64 now = 5 * S;

	for (i = 0; i < 5; i++)
		for (j = 0; j < 3; j++) {
			tcopy_share_init(&s, now);
			got = busy(&s, percents[i], costs[j], 20 * S, &now);
			/* and does not leave it unused either */
			T_OK(got <= percents[i] * 10 + percents[i] / 2 + 3);
			T_OK(got + 1 >= percents[i] * 8);
			T_OK(tcopy_share_lately(&s, now) + 1 >= percents[i] *
								 8 / 10);
			T_OK(tcopy_share_lately(&s, now) <= percents[i] + 2);
		}
}

static void all_is_no_limit(void)
{
	struct tcopy_share s;
	u64 now = S;

	tcopy_share_init(&s, now);
	T_OK(busy(&s, 100, 3000, 5 * S, &now) > 900);
	T_EQ(tcopy_share_allow(&s, 100, 128, now), 128);
	T_EQ(tcopy_share_wait(&s, 100), 0);
	/* what was used without a limit is not owed for long under one */
	tcopy_share_charge(&s, 100, 0, now - 10 * S, now);
	T_OK(tcopy_share_allow(&s, 20, 128, now + S) > 0);
}

static void a_burst_uses_what_was_not_used(void)
{
	struct tcopy_share s;
	u64 now = S, used = 0;
	unsigned int n;

	tcopy_share_init(&s, now);
	now += 10 * S;
	while ((n = tcopy_share_allow(&s, 20, 128, now))) {
		used += n * 5 * US;
		now += n * 5 * US;
		tcopy_share_charge(&s, 20, n, now - n * 5 * US, now);
	}
	/* 50 ms of 20 percent, and a little for the time it took; no more */
	T_OK(used >= 10 * MS && used <= 14 * MS);
}

static void one_long_reading_is_not_held_against_it(void)
{
	struct tcopy_share s;
	u64 now = S;

	tcopy_share_init(&s, now);
	T_OK(tcopy_share_allow(&s, 1, 128, now) > 0);
	tcopy_share_charge(&s, 1, 1, now, now + 3 * S);
	T_OK(tcopy_share_wait(&s, 1) <= 250 * MS);
	T_OK(tcopy_share_wait(&s, 1) >= 10 * MS);
	now += 3 * S + tcopy_share_wait(&s, 1);
	T_OK(tcopy_share_allow(&s, 1, 128, now) > 0);
}

static void dear_entries_come_in_small_batches(void)
{
	struct tcopy_share s;
	unsigned int i, n = 0;
	u64 now = S;

	tcopy_share_init(&s, now);
	for (i = 0; i < 100; i++) {
		now += S;
		n = tcopy_share_allow(&s, 20, 128, now);
		T_OK(n > 0);
		now += n * MS;
		tcopy_share_charge(&s, 20, n, now - n * MS, now);
	}
	T_OK(n <= 12);
}

static void idle_is_nothing(void)
{
	struct tcopy_share s;
	u64 now = S;

	tcopy_share_init(&s, now);
	T_EQ(tcopy_share_lately(&s, now + 10 * S), 0);
	busy(&s, 20, 3000, 3 * S, &now);
	T_OK(tcopy_share_lately(&s, now) >= 16);
	now += 100 * S;
	T_OK(tcopy_share_lately(&s, now) <= 1);
	/* a clock that is read on another CPU may be a little behind */
	tcopy_share_charge(&s, 20, 1, now, now - 5);
	T_OK(tcopy_share_allow(&s, 20, 128, now - 7) > 0);
}

int main(void)
{
	T_RUN(keeps_to_its_share);
	T_RUN(all_is_no_limit);
	T_RUN(a_burst_uses_what_was_not_used);
	T_RUN(one_long_reading_is_not_held_against_it);
	T_RUN(dear_entries_come_in_small_batches);
	T_RUN(idle_is_nothing);
	return t_done();
}
