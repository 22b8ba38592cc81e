// SPDX-License-Identifier: GPL-2.0
/* kmod/lib/types.h: sequence arithmetic across the wrap */
#include "types.h"
#include "t.h"

static void before_is_wrap_safe(void)
{
	T_OK(before(1, 2));
	T_OK(!before(2, 2));
	T_OK(before(0xffffffff, 0));
	T_OK(before(0xfffffff0, 0x10));
	T_OK(!before(0x10, 0xfffffff0));
}

static void after_mirrors_before(void)
{
	T_OK(after(0, 0xffffffff));
	T_OK(!after(0xffffffff, 0));
	T_OK(!after(5, 5));
}

int main(void)
{
	T_RUN(before_is_wrap_safe);
	T_RUN(after_mirrors_before);
	return t_done();
}
