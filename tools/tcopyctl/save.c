// SPDX-License-Identifier: GPL-2.0
/* tcopyctl save */
#include <stdlib.h>

#include "file.h"
#include "out.h"
#include "state.h"

static void print_all(FILE *out, const struct state_now *now)
{
	fputs("# What 'tcopyctl save' (" TCOPY_VERSION ") found; 'tcopyctl restore' brings it about.\n"
	      "# A line is a command as it is typed; # begins a comment.\n",
	      out);
	state_print(out, now);
}

/* One row a line, so that what reads JSON gets some. */
static void print_json(const struct state_now *now)
{
	char *text, *line, *rest;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		refuse("out of memory");
	state_print(out, now);
	if (fclose(out))
		refuse("out of memory");
	out_list(OUT_TABLE);
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		out_row();
		out_str("line", NULL, line);
		out_row_end();
	}
	out_list_end();
	free(text);
}

static void write_all(FILE *out, void *data)
{
	print_all(out, data);
}

static int run(struct args *args)
{
	const char *name = file_arg(args);
	struct state_now now;

	state_now_get(&now);
	if (name)
		file_replace(name, write_all, &now);
	else if (out_is_json())
		print_json(&now);
	else
		print_all(stdout, &now);
	state_now_put(&now);
	return EXIT_DONE;
}

const struct command cmd_save = {
	.name = "save",
	.synopsis = "[FILE]",
	.summary = "write all that is configured as command lines, for restore",
	.help =
	"To stdout, or as a whole or not at all to FILE.\n"
	"Targets, those that are paused, intercepts, and the limits of the host. Counters, sessions and\n"
	"the relay, which is a service of its own, are not in there.\n",
	.examples =
	"tcopyctl save /etc/tcopy.conf\n",
	.run = run,
};
