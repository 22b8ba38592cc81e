// SPDX-License-Identifier: GPL-2.0
/* kmod/online/spread.h */
#include "spread.h"
#include "t.h"

static void slots_are_in_order(void)
{
	unsigned int slot, last = 0;
	u64 ns;

	for (ns = 0; ns < 70000; ns++) {
		slot = tcopy_spread_slot(ns);
		T_OK(slot == last || slot == last + 1);
		T_OK(ns <= tcopy_spread_most(slot));
		T_OK(!slot || ns > tcopy_spread_most(slot - 1));
		last = slot;
	}
	for (slot = 0; slot < TCOPY_SPREAD_SLOTS; slot++)
		T_EQ(tcopy_spread_slot(tcopy_spread_most(slot)), slot);
	T_EQ(tcopy_spread_most(TCOPY_SPREAD_SLOTS - 1), 0xffffffffU);
	T_EQ(tcopy_spread_slot(~0ULL), TCOPY_SPREAD_SLOTS - 1);
}

static void is_a_quarter_off_at_most(void)
{
	u64 ns;

	for (ns = 1; ns < 0xffffffffULL; ns += ns / 7 + 1)
		T_OK(tcopy_spread_most(tcopy_spread_slot(ns)) <= ns + ns / 4);
}

static void tells_percentiles(void)
{
	struct tcopy_spread s = { 0 };

	T_EQ(tcopy_spread_percentile(&s, 50), 0);
	T_EQ(tcopy_spread_percentile(&s, 99), 0);
	s.n[tcopy_spread_slot(3)] = 1;
	T_EQ(tcopy_spread_percentile(&s, 1), 3);
	T_EQ(tcopy_spread_percentile(&s, 100), 3);
	/* 98 short ones, two long ones: the longest of 99 is long */
	s.n[tcopy_spread_slot(3)] = 98;
	s.n[tcopy_spread_slot(1000)] = 2;
	T_EQ(tcopy_spread_count(&s), 100);
	T_EQ(tcopy_spread_percentile(&s, 50), 3);
	T_EQ(tcopy_spread_percentile(&s, 98), 3);
	T_EQ(tcopy_spread_percentile(&s, 99), 1023);
	s.n[tcopy_spread_slot(3)] = 99;
	s.n[tcopy_spread_slot(1000)] = 1;
	T_EQ(tcopy_spread_percentile(&s, 99), 3);
	T_EQ(tcopy_spread_percentile(&s, 100), 1023);
}

int main(void)
{
	T_RUN(slots_are_in_order);
	T_RUN(is_a_quarter_off_at_most);
	T_RUN(tells_percentiles);
	return t_done();
}
