// SPDX-License-Identifier: GPL-2.0
/* tcopyctl reset-stats */
#include "attr.h"
#include "tcopyctl.h"

static int run(struct args *args)
{
	struct nl_request req;
	struct err err;
	struct nl nl;

	args_none(args);
	nl_need(&nl, TCOPY_FAMILY_NAME);
	nl_begin(&nl, &req, TCOPY_CMD_STATS_RESET, NLM_F_ACK);
	if (nl_call(&nl, &req, NULL, NULL, &err))
		refuse("cannot reset the counters: %s", err.msg);
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_reset_stats = {
	.name = "reset-stats",
	.synopsis = "",
	.summary = "set the counters of every target to zero",
	.help = "What is held and how many sessions there are now stays as it is.\n",
	.examples =
	"tcopyctl reset-stats\n",
	.run = run,
};
