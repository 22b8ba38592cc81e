// SPDX-License-Identifier: GPL-2.0
/* tcopyctl set */
#include <string.h>

#include "want.h"

enum { SET_MEMORY, SET_CPU, SET_PROFILE };

static const struct arg_def defs[] = {
	{ "--memory", "SIZE", false },
	{ "--cpu", "PERCENT", false },
	{ "--profile", "on|off", false },
	{ NULL, NULL, false }
};

/**
 * want_host_read() - read the words behind set
 * @want:	filled; the program ends when they are wrong
 * @args:	at the first
 */
void want_host_read(struct want_host *want, struct args *args)
{
	const char *value;
	struct err err;
	u64 cpu = 0;
	int opt;

	memset(want, 0, sizeof(*want));
	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt == ARGS_WORD)
			misuse("set: '%.64s' is no option", value);
		switch (opt) {
		case SET_MEMORY:
			if (!parse_size(&want->memory, value, &err))
				misuse("--memory: %s", err.msg);
			break;
		case SET_CPU:
			if (!parse_number(&cpu, value, 1, 100, "percentage",
					  &err))
				misuse("--cpu: %s", err.msg);
			break;
		case SET_PROFILE:
			want->profile = !strcmp(value, "on");
			if (!want->profile && strcmp(value, "off"))
				misuse("--profile: '%.64s' is neither on nor off",
				       value);
			want->has_profile = true;
			break;
		}
	}
	want->cpu = (u32)cpu;
	if (!want->memory && !cpu && !want->has_profile)
		misuse("set: what? (--memory SIZE, --cpu PERCENT, --profile on|off)");
}

/**
 * want_host_set() - set limits of the host
 * @nl:		to the family tcopy
 * @want:	the limits
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int want_host_set(struct nl *nl, const struct want_host *want, struct err *err)
{
	struct nl_request req;
	struct nlattr *nest;

	nl_begin(nl, &req, TCOPY_CMD_HOST_SET, NLM_F_ACK);
	nest = mnl_attr_nest_start(req.nlh, TCOPY_A_HOST);
	if (want->memory)
		mnl_attr_put_u64(req.nlh, TCOPY_A_HOST_MEMORY, want->memory);
	if (want->cpu)
		mnl_attr_put_u32(req.nlh, TCOPY_A_HOST_CPU, want->cpu);
	if (want->has_profile)
		mnl_attr_put_u8(req.nlh, TCOPY_A_HOST_PROFILE, want->profile);
	mnl_attr_nest_end(req.nlh, nest);
	return nl_call(nl, &req, NULL, NULL, err);
}

static int run(struct args *args)
{
	struct want_host want;
	struct err err;
	struct nl nl;

	want_host_read(&want, args);
	nl_need(&nl, TCOPY_FAMILY_NAME);
	if (want_host_set(&nl, &want, &err))
		refuse("cannot set this: %s", err.msg);
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_set = {
	.name = "set",
	.synopsis = "[--memory SIZE] [--cpu PERCENT] [--profile on|off]",
	.summary = "set the limits of this host, over all its targets",
	.help =
	"  --memory SIZE   what held data and sessions may take: 1M to half of RAM\n"
	"                  (default 5 % of RAM, 1G at most); at the limit copies are shed\n"
	"  --cpu PERCENT   what copying may take of each CPU: 1 to 100 (default 20; 100: no\n"
	"                  limit); when that is not enough for long, new connections are not\n"
	"                  copied, then copies are ended; the service itself never waits\n"
	"  --profile on|off  measure what a packet takes in the hook, in the engine and at\n"
	"                  feedback, from now on: 'show' tells; off (the default) it costs\n"
	"                  nothing. 'save' does not keep it\n",
	.examples =
	"tcopyctl set --memory 512M --cpu 10\n"
	"tcopyctl set --profile on\n",
	.run = run,
};
