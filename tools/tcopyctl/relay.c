// SPDX-License-Identifier: GPL-2.0
/* tcopyctl relay */
#include "attr.h"
#include "tcopyctl.h"

static int run(struct args *args)
{
	args_none(args);
	refuse("not yet");
}

const struct command cmd_relay = {
	.name = "relay",
	.synopsis = "[--listen [ADDR:]PORT] [--allow PREFIX]...",
	.summary = "the test host's daemon: send headers of answers to the online hosts",
	.help = "",
	.run = run,
};
