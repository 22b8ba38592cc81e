// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-intercepts */
#include "attr.h"
#include "out.h"
#include "tcopyctl.h"

static void print_icept(const struct icept *icept)
{
	char text[TCOPY_ICEPT_PASS_MAX][ENDPOINT_TEXT], addr[ENDPOINT_TEXT];
	const char *pass[TCOPY_ICEPT_PASS_MAX];
	unsigned int i;

	for (i = 0; i < icept->pass_n; i++)
		pass[i] = prefix_text(text[i], &icept->pass[i]);
	out_row();
	out_num("port", "PORT", icept->port);
	out_str("addr", "ADDR", endpoint_text(addr, &icept->addr));
	out_str("state", "STATE", icept->state == TCOPY_ICEPT_DRAINING ?
		"draining" : "intercepting");
	out_bool("relay", "RELAY", icept->relay);
	out_num("stolen", "STOLEN", icept->stolen);
	out_num("passed", "PASSED", icept->passed);
	out_num("own", "OWN", icept->own);
	out_num("malformed", "MALFORMED", icept->malformed);
	out_num("errors", "ERRORS", icept->errors);
	out_num("aborted", "ABORTED", icept->aborted);
	out_num("for", "FOR", icept->ends);
	out_strings("pass", "PASS", pass, icept->pass_n);
	if (!icept->relay)
		out_note("no relay takes the answers, nothing is copied here: run 'tcopyctl relay'");
	out_row_end();
}

static int run(struct args *args)
{
	struct icept_list list = { 0 };
	struct err err;
	struct nl nl;
	size_t i;

	args_none(args);
	nl_need(&nl, TCOPY_ICEPT_FAMILY_NAME);
	if (icept_dump(&nl, &list, &err))
		refuse("cannot read the intercepts: %s", err.msg);
	nl_close(&nl);
	out_list(OUT_TABLE);
	for (i = 0; i < list.n; i++)
		print_icept(&list.v[i]);
	out_list_end();
	return EXIT_DONE;
}

const struct command cmd_show_intercepts = {
	.name = "show-intercepts",
	.synopsis = "",
	.summary = "list the ports whose answers are stolen",
	.help = "'tcopyctl show' has the counters of the whole test host.\n",
	.examples =
	"tcopyctl show-intercepts\n",
	.run = run,
};
