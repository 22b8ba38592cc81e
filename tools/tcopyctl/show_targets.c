// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-targets */
#include "out.h"
#include "resolve.h"
#include "tcopyctl.h"

static void note(const struct target *t)
{
	u64 own = t->stat[TCOPY_A_STAT_OWN_SOURCE];

	if (t->state != TCOPY_STATE_COPYING)
		out_note("%s: %s", state_text(t->state),
			 *t->reason ? t->reason : "no reason given");
	else if (t->source == TCOPY_SOURCE_OWN)
		out_note("source own: copies leave with this host's address and ports it does not use");
	else if (own)
		out_note("source own for %llu connections: their clients' addresses cannot travel (loopback, link-local)",
			 (unsigned long long)own);
	if (t->state == TCOPY_STATE_COPYING &&
	    t->sessions == TCOPY_SESSIONS_FULL)
		out_note("sessions full: connections older than the target are left alone");
}

static int run(struct args *args)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT], relay[ENDPOINT_TEXT];
	struct target_list list = { 0 };
	const struct target *t;
	unsigned int stat;
	struct nl nl;
	size_t i;

	args_none(args);
	resolve_targets(&nl, &list, NULL, false);
	out_list(OUT_TABLE);
	for (i = 0; i < list.n; i++) {
		t = &list.v[i];
		out_row();
		out_num("id", "ID", t->id);
		out_str("name", NULL, t->name);
		out_str(NULL, "NAME", *t->name ? t->name : "-");
		out_str("from", "FROM", endpoint_text(from, &t->from));
		out_str("to", "TO", endpoint_text(to, &t->to));
		out_str("state", "STATE", state_text(t->state));
		out_str("reason", NULL, t->reason);
		out_num(NULL, "SESSIONS", t->stat[TCOPY_A_STAT_SESSIONS]);
		out_num(NULL, "COPIED", t->stat[TCOPY_A_STAT_COPIED]);
		out_str("relay", NULL, endpoint_text(relay, &t->relay));
		out_str("pace", NULL, t->pace == TCOPY_PACE_NONE ?
			"none" : "response");
		out_str("source", NULL, t->source == TCOPY_SOURCE_OWN ?
			"own" : "client");
		out_str("sessions_kind", NULL,
			t->sessions == TCOPY_SESSIONS_FULL ? "full" : "any");
		out_num("max_sessions", NULL, t->max_sessions);
		out_num("idle", NULL, t->idle);
		out_num("wait", NULL, t->wait);
		for (stat = TCOPY_A_STAT_MATCHED; stat <= TCOPY_A_STAT_MAX;
		     stat++)
			out_num(stat_infos[stat].name, NULL, t->stat[stat]);
		note(t);
		out_row_end();
	}
	out_list_end();
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_show_targets = {
	.name = "show-targets",
	.synopsis = "",
	.summary = "list what is copied where, and what keeps it from being copied",
	.help =
	"A target that is not copying says why, and what to do, in the line below it.\n"
	"COPIED counts client packets; 'show-stats' has all counters, and so has -j.\n",
	.run = run,
};
