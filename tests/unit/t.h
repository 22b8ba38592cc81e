/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a unit test needs, and no more. A test is a function; it checks with
 * T_EQ() and T_OK(), which leave it at the first failure.
 *
 *	static void adds(void) { T_EQ(1 + 1, 2); }
 *	int main(void) { T_RUN(adds); return t_done(); }
 *
 * Prints `ok NAME` or `not ok NAME why` for each, then `N passed, N failed`.
 */
#ifndef TCOPY_TESTS_T_H
#define TCOPY_TESTS_T_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int t_passed, t_failed;
static char t_why[256];

#define T_FAIL(...) do {						\
		int t_n = snprintf(t_why, sizeof(t_why), "%s:%d: ",	\
				   __FILE__, __LINE__);			\
		snprintf(t_why + t_n, sizeof(t_why) - t_n, __VA_ARGS__); \
		return;							\
	} while (0)

#define T_OK(cond) do {							\
		if (!(cond))						\
			T_FAIL("%s", #cond);				\
		if (t_why[0])						\
			return;						\
	} while (0)

/* integers, compared as 64 bits; a is what came, b what was expected */
#define T_EQ(a, b) do {							\
		uint64_t t_a = (uint64_t)(a), t_b = (uint64_t)(b);	\
		if (t_a != t_b)						\
			T_FAIL("%s is %" PRIu64 " (0x%" PRIx64 "), not %s (%"\
			       PRIu64 ")", #a, t_a, t_a, #b, t_b);	\
		if (t_why[0])						\
			return;						\
	} while (0)

/* call a helper that checks by itself, and leave when it failed */
#define T_DO(call) do {							\
		call;							\
		if (t_why[0])						\
			return;						\
	} while (0)

#define T_RUN(fn) t_run(#fn, fn)

static inline void t_run(const char *name, void (*fn)(void))
{
	t_why[0] = 0;
	fn();
	if (t_why[0]) {
		printf("not ok %s %s\n", name, t_why);
		t_failed++;
	} else {
		printf("ok %s\n", name);
		t_passed++;
	}
	fflush(stdout);
}

/* to be returned from main() */
static inline int t_done(void)
{
	printf("%d passed, %d failed\n", t_passed, t_failed);
	return t_failed ? 1 : 0;
}

#endif
