// SPDX-License-Identifier: GPL-2.0
/* tcopyctl: the table of commands. */
#include "tcopyctl.h"

const struct command *const commands[] = {
	&cmd_add_target,
	&cmd_set_target,
	&cmd_pause_target,
	&cmd_resume_target,
	&cmd_del_target,
	&cmd_show_targets,
	&cmd_show_sessions,
	&cmd_show_stats,
	&cmd_reset_stats,
	&cmd_set,
	&cmd_add_intercept,
	&cmd_del_intercept,
	&cmd_show_intercepts,
	&cmd_relay,
	&cmd_show,
	&cmd_doctor,
	&cmd_monitor,
	&cmd_top,
	&cmd_metrics,
	&cmd_save,
	&cmd_restore,
	&cmd_stop,
	NULL
};

int main(int argc, char **argv)
{
	struct args args = { .argv = argv, .argc = argc, .at = 1 };

	args_command(&args);
	leave(args.cmd->run(&args));
}
