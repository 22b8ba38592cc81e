/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is wanted, as the lines of a command say it: add-target, add-intercept
 * and set each read theirs, and do it. A saved state is a list of such lines.
 */
#ifndef TCOPYCTL_WANT_H
#define TCOPYCTL_WANT_H

#include "attr.h"
#include "tune.h"

/**
 * struct want_target - what add-target was asked for
 * @to:		the test service
 * @from:	the online service; family 0: any local address; port 0: as @to
 * @relay:	family 0: as @to; port 0: the default
 * @to_text:	@to as it was written
 * @name:	"": none
 * @forward:	TCOPY_HOOK_FORWARD is wanted
 * @direct:	answers are to come to this host
 * @paused:	it is to begin as by pause-target
 * @tune:	what can be changed later
 */
struct want_target {
	struct endpoint to, from, relay;
	char to_text[ENDPOINT_TEXT * 4];
	char name[TCOPY_NAME_MAX + 1];
	bool forward, direct, paused;
	struct tune tune;
};

/**
 * struct want_icept - what add-intercept was asked for
 * @at:		the port, and an address if one was given
 * @ends:	seconds, 0: never
 * @force:	whoever is connected
 * @pass_n:	entries of @pass
 * @pass:	clients whose answers are not stolen
 */
struct want_icept {
	struct endpoint at;
	u32 ends;
	bool force;
	unsigned int pass_n;
	struct prefix pass[TCOPY_ICEPT_PASS_MAX];
};

/**
 * struct want_host - what set was asked for
 * @memory:	bytes, 0: as it is
 * @cpu:	percent, 0: as it is
 * @profile:	measure what a packet takes; when @has_profile
 * @has_profile: that was said
 */
struct want_host {
	u64 memory;
	u32 cpu;
	bool profile;
	bool has_profile;
};

/* add_target.c */
void want_target_read(struct want_target *want, struct args *args);
int want_target_add(struct nl *nl, const struct want_target *want, u32 *id,
		    struct err *err);

/* add_intercept.c */
void want_icept_read(struct want_icept *want, struct args *args);
void want_icept_check(const struct want_icept *want);
int want_icept_add(struct nl *nl, const struct want_icept *want,
		   struct err *err);

/* set.c */
void want_host_read(struct want_host *want, struct args *args);
int want_host_set(struct nl *nl, const struct want_host *want,
		  struct err *err);

/* set_target.c */
int want_tune_set(struct nl *nl, u32 id, const struct tune *tune,
		  struct err *err);
int want_target_cmd(struct nl *nl, u8 cmd, u32 id, struct err *err);

#endif
