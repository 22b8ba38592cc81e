// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-intercepts */
#include <stdio.h>

#include "attr.h"
#include "out.h"
#include "tcopyctl.h"

static void note_pass(const char *const *pass, unsigned int n)
{
	char text[TCOPY_ICEPT_PASS_MAX * (INET6_ADDRSTRLEN + 6)];
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
					i ? ", " : "", pass[i]);
	if (n)
		out_note("pass %s", text);
}

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
	out_bool("relay", NULL, icept->relay);
	out_num("stolen", "STOLEN", icept->stolen);
	out_num("passed", "PASSED", icept->passed);
	out_num("own", "OWN", icept->own);
	out_num("malformed", "BAD", icept->malformed);
	out_num("errors", "ICMP", icept->errors);
	out_num("aborted", "ABORTED", icept->aborted);
	out_num("for", NULL, icept->ends);
	out_strings("pass", pass, icept->pass_n);
	if (!icept->relay)
		out_note("no relay takes the answers, nothing is copied here: run 'tcopyctl relay'");
	if (icept->ends)
		out_note("ends in %u s", icept->ends);
	note_pass(pass, icept->pass_n);
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
	.help =
	"STOLEN: answers. PASSED: let through to pass prefixes. OWN: of this host's own\n"
	"connections. BAD: stolen without a record, since they have no valid TCP header.\n"
	"ICMP: errors about copies, stolen. ABORTED: sockets of copies.\n"
	"Lines below: no relay, when it ends by '--for', pass prefixes.\n"
	"'tcopyctl show' has the counters of the whole test host.\n",
	.examples =
	"tcopyctl show-intercepts\n",
	.run = run,
};
