// SPDX-License-Identifier: GPL-2.0
/* tcopyctl: the table of commands and the global options. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "tcopyctl.h"

const struct command *const commands[] = {
	&cmd_add_target,
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
	&cmd_stop,
	NULL
};

static void print_help(void)
{
	const struct command *const *cmd;

	puts("usage: tcopyctl [-j] [-p] [-n NETNS] COMMAND [ARGUMENT...]\n"
	     "\n"
	     "tcopy copies live TCP traffic of this host's services to a test host.\n"
	     "\n"
	     "commands:");
	for (cmd = commands; *cmd; cmd++)
		printf("  %-16s %s\n", (*cmd)->name, (*cmd)->summary);
	puts("\n"
	     "global options:\n"
	     "  -j, --json         print JSON: a list of objects, [] when there is nothing\n"
	     "  -p, --pretty       with line breaks\n"
	     "  -n, --netns NAME   in the network namespace /run/netns/NAME\n"
	     "  -V, --version      print the version\n"
	     "  -h, --help         this text; behind a COMMAND its own\n"
	     "\n"
	     "exit codes: 0 done, 1 the kernel or this system's state refused, 2 bad usage.");
	out_none();
	leave(EXIT_DONE);
}

static void print_version(void)
{
	if (out_is_json()) {
		out_list(OUT_BLOCK);
		out_row();
		out_str("version", "version", TCOPY_VERSION);
		out_row_end();
		out_list_end();
	} else {
		puts("tcopyctl " TCOPY_VERSION);
	}
	leave(EXIT_DONE);
}

/* Before any socket is opened: a netlink socket keeps its namespace. */
static void enter_netns(const char *name)
{
	char path[128];
	int fd;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, "..") || strlen(name) > 64)
		misuse("--netns: '%.64s' is no namespace: a name from 'ip netns' would be",
		       name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		refuse("--netns: no network namespace '%s' ('ip netns' lists them): %s",
		       name, strerror(errno));
	if (setns(fd, CLONE_NEWNET))
		refuse("--netns: cannot enter '%s': %s%s", name,
		       strerror(errno), errno == EPERM ? " (run it as root)" : "");
	close(fd);
}

static const struct command *find_command(const char *name)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++)
		if (!strcmp((*cmd)->name, name))
			return *cmd;
	misuse("unknown command '%.64s'", name);
}

int main(int argc, char **argv)
{
	struct args args = { .argv = argv, .argc = argc, .at = 1 };
	const char *netns = NULL;
	bool version = false;

	while (args.at < argc && argv[args.at][0] == '-') {
		const char *word = argv[args.at++];

		if (!strcmp(word, "-V") || !strcmp(word, "--version")) {
			version = true;
		} else if (!strcmp(word, "-n") || !strcmp(word, "--netns")) {
			if (args.at == argc)
				misuse("--netns: lacks its value NAME");
			netns = argv[args.at++];
		} else if (!strncmp(word, "--netns=", 8)) {
			netns = word + 8;
		} else if (!args_global(&args, word)) {
			if (!strcmp(word, "--help") ||
			    (word[1] != '-' && strchr(word, 'h') &&
			     !word[1 + strspn(word + 1, "jph")]))
				print_help();
			misuse("unknown option '%.64s'", word);
		}
	}
	if (version)
		print_version();
	if (args.at == argc)
		misuse("which command?");
	args.cmd = find_command(argv[args.at++]);
	if (netns)
		enter_netns(netns);
	leave(args.cmd->run(&args));
}
