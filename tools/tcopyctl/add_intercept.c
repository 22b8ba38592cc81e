// SPDX-License-Identifier: GPL-2.0
/* tcopyctl add-intercept */
#include <errno.h>
#include <stdio.h>

#include "live.h"
#include "want.h"

enum { OPT_PASS, OPT_FORCE, OPT_ADDR, OPT_FOR };

#define FOR_MOST	(365 * 86400)

static const struct arg_def defs[] = {
	[OPT_PASS] = { "--pass", "PREFIX", true },
	[OPT_FORCE] = { "--force", NULL, false },
	[OPT_ADDR] = { "--addr", "ADDR", false },
	[OPT_FOR] = { "--for", "DURATION", false },
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

/**
 * want_icept_check() - the program ends when somebody is connected to the port
 * @want:	the intercept; nothing is asked when it has @force
 *
 * Who talks to this port now would never be answered again.
 */
void want_icept_check(const struct want_icept *want)
{
	struct live_list live;
	char text[ENDPOINT_TEXT];
	unsigned int i;

	if (want->force)
		return;
	if (live_ssh(&want->at))
		refuse("port %u carries your own SSH session: it would freeze (--force if you mean it)",
		       want->at.port);
	live_find(&live, &want->at, want->pass, want->pass_n);
	if (!live.n)
		return;
	warn("port %u has %u live connection%s from other hosts, whose answers would be stolen (--pass lets them through, --force does it anyway):",
	     want->at.port, live.n, live.n == 1 ? "" : "s");
	for (i = 0; i < live.n && i < LIVE_SHOWN; i++)
		fprintf(stderr, "  %s\n", endpoint_text(text, &live.v[i]));
	if (live.n > LIVE_SHOWN)
		fprintf(stderr, "  and %u more\n", live.n - LIVE_SHOWN);
	leave(EXIT_REFUSED);
}

static void read_option(struct want_icept *want, int opt, const char *value)
{
	u16 port = want->at.port;
	struct err err;

	switch (opt) {
	case OPT_FORCE:
		want->force = true;
		break;
	case OPT_PASS:
		if (want->pass_n == TCOPY_ICEPT_PASS_MAX)
			misuse("--pass: %u prefixes at most",
			       TCOPY_ICEPT_PASS_MAX);
		if (!parse_prefix(&want->pass[want->pass_n++], value, &err))
			misuse("--pass: %s", err.msg);
		break;
	case OPT_ADDR:
		if (!parse_addr(&want->at, value, &err) ||
		    !parse_addr_ok(&want->at, value, &err))
			misuse("--addr: %s", err.msg);
		want->at.port = port;
		break;
	case OPT_FOR:
		if (!parse_seconds(&want->ends, value, 1, FOR_MOST, &err))
			misuse("--for: %s", err.msg);
		break;
	}
}

/**
 * want_icept_read() - read the words behind add-intercept
 * @want:	filled; the program ends when they are wrong
 * @args:	at the first
 */
void want_icept_read(struct want_icept *want, struct args *args)
{
	const char *value, *word = NULL;
	struct err err;
	int opt;

	memset(want, 0, sizeof(*want));
	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt != ARGS_WORD) {
			read_option(want, opt, value);
		} else if (word) {
			misuse("add-intercept: '%.64s' is one argument too many",
			       value);
		} else {
			word = value;
			if (!parse_port(&want->at.port, word, &err))
				misuse("%s", err.msg);
		}
	}
	if (!word)
		misuse("add-intercept: PORT is missing");
}

/**
 * want_icept_add() - intercept a port
 * @nl:		to the family tcopy_intercept
 * @want:	the intercept
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int want_icept_add(struct nl *nl, const struct want_icept *want,
		   struct err *err)
{
	struct nl_request req;
	unsigned int i;

	nl_begin(nl, &req, TCOPY_ICEPT_CMD_ADD, NLM_F_ACK);
	mnl_attr_put_u16(req.nlh, TCOPY_ICEPT_A_PORT, want->at.port);
	if (want->at.family)
		attr_put_addr(req.nlh, TCOPY_ICEPT_A_ADDR, want->at.family,
			      &want->at.addr);
	if (want->ends)
		mnl_attr_put_u32(req.nlh, TCOPY_ICEPT_A_FOR, want->ends);
	for (i = 0; i < want->pass_n; i++)
		put_pass(req.nlh, &want->pass[i]);
	return nl_call(nl, &req, NULL, NULL, err);
}

static int run(struct args *args)
{
	struct want_icept want;
	struct err err;
	struct nl nl;

	want_icept_read(&want, args);
	nl_need(&nl, TCOPY_ICEPT_FAMILY_NAME);
	want_icept_check(&want);
	if (want_icept_add(&nl, &want, &err))
		refuse("cannot intercept port %u: %s", want.at.port, err.msg);
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_add_intercept = {
	.name = "add-intercept",
	.synopsis = "PORT [--addr ADDR] [--pass PREFIX]... [OPTION...]",
	.summary = "steal the answers of this host's test service on a port",
	.help =
	"From then on nobody but this host itself gets an answer from PORT: the service\n"
	"answers copies, and 'tcopyctl relay' sends the headers back to the online hosts.\n"
	"\n"
	"  --addr ADDR      answers from ADDR alone, those that this host forwards included: the\n"
	"                   service runs in a container here, or on a host whose answers are\n"
	"                   routed through this one. It is the address that the online hosts\n"
	"                   copy to: of a published port (DNAT) this host's, not the container's\n"
	"  --pass PREFIX    answer these clients as ever (repeatable, 32 at most): 10.1.0.0/16\n"
	"  --for DURATION   until then, as by del-intercept: 30s, 5m, 2h, 1d\n"
	"  --force          though other hosts have connections to PORT now\n",
	.examples =
	"tcopyctl add-intercept 80\n"
	"tcopyctl add-intercept 8080 --addr 172.17.0.2 --pass 192.0.2.7/32 --for 2h\n",
	.run = run,
};
