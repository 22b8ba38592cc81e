// SPDX-License-Identifier: GPL-2.0
/* What -h prints, at 80 columns. */
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "out.h"
#include "out_text.h"

/** help_all() - of the program; ends it */
void help_all(void)
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
	     "exit codes: 0 done, 1 the kernel or this system's state refused, 2 bad usage,\n"
	     "            3 doctor found something.");
	out_none();
	leave(EXIT_DONE);
}

/* Where what is said of an option begins, in the line that begins it. */
static size_t option_hang(const char *line)
{
	const char *gap = strstr(line + 2, "  ");

	return gap ? (size_t)(gap - line) + strspn(gap, " ") : 0;
}

/*
 * Lines of prose that follow each other are one paragraph, and so are an
 * option and the indented lines below it.
 */
static void print_folded(const char *help)
{
	char text[2048];
	const char *end, *line, *word;
	size_t n = 0, hang = 0;

	for (line = help; (end = strchr(line, '\n')); line = end + 1) {
		word = line + strspn(line, " ");
		if (n && (word == end || !strncmp(line, "  -", 3))) {
			text_fold(text, 0, hang);
			putchar('\n');
			n = 0;
		}
		if (word == end) {
			putchar('\n');
			continue;
		}
		if (!n) {
			hang = *line == ' ' ? option_hang(line) : 0;
			word = line;
		}
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s",
				      n ? " " : "", (int)(end - word), word);
	}
	if (n) {
		text_fold(text, 0, hang);
		putchar('\n');
	}
}

/**
 * help_command() - of a command; ends the program
 * @cmd: the command
 */
void help_command(const struct command *cmd)
{
	const char *line, *end;

	printf("usage: tcopyctl %s%s%s\n\n%s.\n", cmd->name,
	       *cmd->synopsis ? " " : "", cmd->synopsis, cmd->summary);
	if (*cmd->help) {
		putchar('\n');
		print_folded(cmd->help);
	}
	puts("\nexamples:");
	for (line = cmd->examples; (end = strchr(line, '\n')); line = end + 1)
		printf("  %.*s\n", (int)(end - line), line);
	out_none();
	leave(EXIT_DONE);
}
