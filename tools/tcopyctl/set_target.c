// SPDX-License-Identifier: GPL-2.0
/* tcopyctl set-target, pause-target and resume-target */
#include <errno.h>
#include <stdio.h>

#include "out.h"
#include "resolve.h"
#include "want.h"

/* Given at add-target alone: known here, so that it can be said. */
enum {
	FIXED_FROM = TUNE_N, FIXED_NAME, FIXED_RELAY, FIXED_DIRECT, FIXED_HOOK,
	FIXED_PAUSED
};

static const struct arg_def defs[] = {
	TUNE_DEFS,
	[FIXED_FROM] = { "--from", "[ADDR:]PORT", false },
	[FIXED_NAME] = { "--name", "NAME", false },
	[FIXED_RELAY] = { "--relay", "[ADDR:]PORT", false },
	[FIXED_DIRECT] = { "--direct", NULL, false },
	[FIXED_HOOK] = { "--hook", "input|forward", false },
	[FIXED_PAUSED] = { "--paused", NULL, false },
	{ NULL, NULL, false }
};

/**
 * want_tune_set() - change a target
 * @nl:		to the family tcopy
 * @id:		the target's
 * @tune:	what is to be changed
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int want_tune_set(struct nl *nl, u32 id, const struct tune *tune,
		  struct err *err)
{
	struct nl_request req;
	struct nlattr *nest;

	nl_begin(nl, &req, TCOPY_CMD_TARGET_SET, NLM_F_ACK);
	nest = mnl_attr_nest_start(req.nlh, TCOPY_A_TARGET);
	mnl_attr_put_u32(req.nlh, TCOPY_A_TARGET_ID, id);
	tune_put(req.nlh, tune);
	mnl_attr_nest_end(req.nlh, nest);
	return nl_call(nl, &req, NULL, NULL, err);
}

/**
 * want_target_cmd() - a request that needs no more than a target's ID
 * @nl:		to the family tcopy
 * @cmd:	TCOPY_CMD_TARGET_DEL, _PAUSE or _RESUME
 * @id:		the target's
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int want_target_cmd(struct nl *nl, u8 cmd, u32 id, struct err *err)
{
	struct nl_request req;

	nl_begin(nl, &req, cmd, NLM_F_ACK);
	attr_put_target_id(req.nlh, id);
	return nl_call(nl, &req, NULL, NULL, err);
}

static int run_set(struct args *args)
{
	const char *value, *selector = NULL;
	struct target_list list = { 0 };
	struct tune tune = { 0 };
	struct err err;
	struct nl nl;
	int opt;

	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt == FIXED_PAUSED)
			misuse("--paused: with add-target alone: here it is pause-target");
		if (opt >= TUNE_N)
			misuse("%s: cannot be changed: del-target, and add-target anew",
			       defs[opt].name);
		if (opt != ARGS_WORD)
			tune_read(&tune, opt, defs[opt].name, value);
		else if (selector)
			misuse("set-target: '%.64s' is one argument too many",
			       value);
		else
			selector = value;
	}
	if (!selector)
		misuse("set-target: ID or NAME is missing");
	if (!tune.has)
		misuse("set-target: what? (--sample, --rate, --client, ...)");

	resolve_targets(&nl, &list, selector, true);
	if (want_tune_set(&nl, list.v[0].id, &tune, &err))
		refuse("cannot change target %u: %s", list.v[0].id, err.msg);
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_set_target = {
	.name = "set-target",
	.synopsis = "ID|NAME OPTION...",
	.summary = "change a target that copies",
	.help =
	"Connections that are being copied go on. --pace, --idle, --wait and --max-sessions hold\n"
	"for them too; all else holds for connections that begin, or are picked up, from now on.\n"
	"Addresses, ports and the name cannot be changed. --client and --not-client replace what\n"
	"was given before. --ramp begins at 0 again.\n"
	"\n"
	TUNE_HELP,
	.examples =
	"tcopyctl set-target web --sample 20 --rate 500\n"
	"tcopyctl set-target 1 --client 192.0.2.0/24 --ramp off\n",
	.run = run_set,
};

static int hold(struct args *args, u8 cmd, const char *what)
{
	const char *selector = args_only(args, NULL, "ID, NAME, ADDR:PORT or all");
	struct target_list list = { 0 };
	struct err err;
	struct nl nl;
	size_t i;
	int rc;

	resolve_targets(&nl, &list, selector, false);
	for (i = 0; i < list.n; i++) {
		rc = want_target_cmd(&nl, cmd, list.v[i].id, &err);
		/* gone meanwhile: of all, that is no failure */
		if (rc == -ENOENT && !strcmp(selector, "all"))
			continue;
		if (rc)
			refuse("cannot %s target %u: %s", what, list.v[i].id,
			       err.msg);
	}
	nl_close(&nl);
	return EXIT_DONE;
}

static int run_pause(struct args *args)
{
	return hold(args, TCOPY_CMD_TARGET_PAUSE, "pause");
}

static int run_resume(struct args *args)
{
	return hold(args, TCOPY_CMD_TARGET_RESUME, "resume");
}

const struct command cmd_pause_target = {
	.name = "pause-target",
	.synopsis = "ID|NAME|ADDR:PORT|all",
	.summary = "copy no further connections to a test service",
	.help =
	"Connections that are being copied go on to their end; 'del-target' resets them.\n",
	.examples =
	"tcopyctl pause-target web\n",
	.run = run_pause,
};

const struct command cmd_resume_target = {
	.name = "resume-target",
	.synopsis = "ID|NAME|ADDR:PORT|all",
	.summary = "copy further connections again, after pause-target",
	.help =
	"Connections that were open meanwhile are picked up as those older than a target are.\n",
	.examples =
	"tcopyctl resume-target all\n",
	.run = run_resume,
};
