/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that is configured in a network namespace, and its form in a file: lines
 * as they are typed, of add-target, add-intercept and set.
 */
#ifndef TCOPYCTL_STATE_H
#define TCOPYCTL_STATE_H

#include <stdio.h>

#include "want.h"

/**
 * struct state_now - what the kernel has
 * @online:	tcopy is loaded: @targets and @host hold
 * @test:	tcopy_intercept is loaded: @icepts hold
 * @on:		to the family tcopy
 * @te:		to the family tcopy_intercept
 * @targets:	all
 * @icepts:	all, those that drain too
 * @host:	the limits
 * @icept_all:	counters of the namespace
 */
struct state_now {
	bool online, test;
	struct nl on, te;
	struct target_list targets;
	struct icept_list icepts;
	struct host host;
	struct icept icept_all;
};

/**
 * struct state_want - what a file says
 * @name:	the file's
 * @target:	add-target lines, and @target_line where they are
 * @icept:	add-intercept lines, and @icept_line
 * @host:	the set line, and @host_line, 0: there is none
 * @lines:	how many lines say something
 */
struct state_want {
	const char *name;
	struct want_target *target;
	unsigned int *target_line;
	size_t target_n;
	struct want_icept *icept;
	unsigned int *icept_line;
	size_t icept_n;
	struct want_host host;
	unsigned int host_line;
	unsigned int lines;
};

bool state_now_try(struct state_now *now, struct err *err);
void state_now_get(struct state_now *now);
void state_now_put(struct state_now *now);
void state_print(FILE *out, const struct state_now *now);
void state_print_target(FILE *out, const struct target *t);
void state_print_icept(FILE *out, const struct icept *icept);

/* state_read.c */
bool state_own(const struct endpoint *from, bool direct);
void state_read(struct state_want *to, FILE *in, const char *name);
void state_want_free(struct state_want *want);
bool state_same_service(const struct want_target *want,
			const struct target *t);
bool state_overlap(const struct want_target *want, const struct target *t);

#endif
