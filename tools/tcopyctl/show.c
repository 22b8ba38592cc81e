// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show */

#include "attr.h"
#include "out.h"
#include "tcopyctl.h"

static void show_online(struct nl *nl)
{
	struct host host;
	struct err err;

	if (host_get(nl, &host, &err))
		refuse("cannot read the limits of tcopy: %s", err.msg);
	out_row();
	out_str("module", "module", TCOPY_FAMILY_NAME);
	out_str("version", "version", host.version);
	out_num("memory", "memory", host.memory);
	out_meaning("bytes that held data and sessions may take");
	out_num("memory_used", "memory_used", host.used);
	out_meaning("bytes of it in use");
	out_num("cpu", "cpu", host.cpu);
	out_meaning("percent of each CPU's time that copying may take");
	out_num("cpu_used", "cpu_used", host.cpu_used);
	out_meaning("percent it took of the busiest CPU in the last second");
	out_num("sessions", "sessions", host.sessions);
	out_meaning("sessions now");
	out_row_end();
}

static void show_intercept(struct nl *nl)
{
	struct icept stats = { 0 };
	struct err err;

	if (icept_stats(nl, &stats, &err))
		refuse("cannot read the counters of tcopy_intercept: %s",
		       err.msg);
	out_row();
	out_str("module", "module", TCOPY_ICEPT_FAMILY_NAME);
	out_str("version", "version", stats.version);
	out_bool("relay", "relay", stats.relay);
	out_meaning("a 'tcopyctl relay' takes the answers");
	out_num("stolen", "stolen", stats.stolen);
	out_meaning("answers stolen");
	out_num("passed", "passed", stats.passed);
	out_meaning("answers let through to pass prefixes");
	out_num("own", "own", stats.own);
	out_meaning("packets of this host's own connections");
	out_num("lost", "lost", stats.lost);
	out_meaning("records lost: no relay, its socket full, or no memory");
	out_num("superseded", "superseded", stats.superseded);
	out_meaning("pure ACKs left out of a batch");
	out_num("malformed", "malformed", stats.malformed);
	out_meaning("stolen without a record: no valid TCP header");
	out_num("errors", "errors", stats.errors);
	out_meaning("ICMP errors about copies, stolen");
	out_num("aborted", "aborted", stats.aborted);
	out_meaning("sockets of copies aborted");
	out_row_end();
}

static int run(struct args *args)
{
	bool online, test;
	struct nl on, te;

	args_none(args);
	online = nl_may(&on, TCOPY_FAMILY_NAME);
	test = nl_may(&te, TCOPY_ICEPT_FAMILY_NAME);
	if (!online && !test)
		refuse("neither tcopy (online host) nor tcopy_intercept (test host) is loaded: 'modprobe tcopy' or 'modprobe tcopy_intercept', or insmod the .ko");
	out_list(OUT_BLOCK);
	if (online)
		show_online(&on);
	if (test)
		show_intercept(&te);
	out_list_end();
	nl_close(&on);
	nl_close(&te);
	return EXIT_DONE;
}

const struct command cmd_show = {
	.name = "show",
	.synopsis = "",
	.summary = "show the limits and counters of this host, whichever it is",
	.help = "",
	.examples =
	"tcopyctl show\n",
	.run = run,
};
