// SPDX-License-Identifier: GPL-2.0
/* tcopyctl add-intercept */
#include <errno.h>
#include <stdio.h>

#include "attr.h"
#include "live.h"
#include "tcopyctl.h"

enum { OPT_PASS, OPT_FORCE };

static const struct arg_def defs[] = {
	[OPT_PASS] = { "--pass", "PREFIX", true },
	[OPT_FORCE] = { "--force", NULL, false },
	{ NULL, NULL, false }
};

static void put_pass(struct nlmsghdr *nlh, const struct prefix *prefix)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCOPY_ICEPT_A_PASS);

	attr_put_addr(nlh, TCOPY_ICEPT_A_PASS_ADDR, prefix->family,
		      &prefix->addr);
	mnl_attr_put_u8(nlh, TCOPY_ICEPT_A_PASS_PLEN, prefix->plen);
	mnl_attr_nest_end(nlh, nest);
}

/* Who talks to this port now would never be answered again. */
static void check_live(u16 port, const struct prefix *pass, unsigned int pass_n)
{
	struct live_list live;
	char text[ENDPOINT_TEXT];
	unsigned int i;

	if (live_ssh_port() == port)
		refuse("port %u carries your own SSH session: it would freeze (--force if you mean it)",
		       port);
	live_find(&live, port, pass, pass_n);
	if (!live.n)
		return;
	warn("port %u has %u live connection%s from other hosts, whose answers would be stolen (--pass lets them through, --force does it anyway):",
	     port, live.n, live.n == 1 ? "" : "s");
	for (i = 0; i < live.n && i < LIVE_SHOWN; i++)
		fprintf(stderr, "  %s\n", endpoint_text(text, &live.v[i]));
	if (live.n > LIVE_SHOWN)
		fprintf(stderr, "  and %u more\n", live.n - LIVE_SHOWN);
	leave(EXIT_REFUSED);
}

static int run(struct args *args)
{
	struct prefix pass[TCOPY_ICEPT_PASS_MAX];
	const char *value, *word = NULL;
	unsigned int pass_n = 0, i;
	struct nl_request req;
	bool force = false;
	struct err err;
	struct nl nl;
	u16 port = 0;
	int opt;

	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt == OPT_FORCE) {
			force = true;
		} else if (opt == OPT_PASS) {
			if (pass_n == TCOPY_ICEPT_PASS_MAX)
				misuse("--pass: %u prefixes at most",
				       TCOPY_ICEPT_PASS_MAX);
			if (!parse_prefix(&pass[pass_n++], value, &err))
				misuse("--pass: %s", err.msg);
		} else if (word) {
			misuse("add-intercept: '%.64s' is one argument too many",
			       value);
		} else {
			word = value;
			if (!parse_port(&port, word, &err))
				misuse("%s", err.msg);
		}
	}
	if (!word)
		misuse("add-intercept: PORT is missing");

	nl_need(&nl, TCOPY_ICEPT_FAMILY_NAME);
	if (!force)
		check_live(port, pass, pass_n);
	nl_begin(&nl, &req, TCOPY_ICEPT_CMD_ADD, NLM_F_ACK);
	mnl_attr_put_u16(req.nlh, TCOPY_ICEPT_A_PORT, port);
	for (i = 0; i < pass_n; i++)
		put_pass(req.nlh, &pass[i]);
	if (nl_call(&nl, &req, NULL, NULL, &err))
		refuse("cannot intercept port %u: %s", port, err.msg);
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_add_intercept = {
	.name = "add-intercept",
	.synopsis = "PORT [--pass PREFIX]... [--force]",
	.summary = "steal the answers of this host's test service on a port",
	.help =
	"From then on nobody but this host itself gets an answer from PORT: the service\n"
	"answers copies, and 'tcopyctl relay' sends the headers back to the online hosts.\n"
	"\n"
	"  --pass PREFIX   answer these clients as ever (repeatable, 32 at most): 10.1.0.0/16\n"
	"  --force         though other hosts have connections to PORT now\n",
	.run = run,
};
