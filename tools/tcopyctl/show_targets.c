// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-targets */
#include <net/if.h>
#include <stdio.h>

#include "out.h"
#include "resolve.h"
#include "tcopyctl.h"

static void note(const struct target *t)
{
	u64 own = t->stat[TCOPY_A_STAT_OWN_SOURCE];
	u64 got = t->stat[TCOPY_A_STAT_ANSWER_BYTES];

	if (t->state != TCOPY_STATE_COPYING)
		out_note("%s: %s", state_text(t->state),
			 *t->reason ? t->reason : "no reason given");
	else if (t->direct)
		out_note("direct: answers come to this host and are swallowed, %llu bytes so far; copies leave with this host's address",
			 (unsigned long long)got);
	else if (t->source == TCOPY_SOURCE_OWN)
		out_note("source own: copies leave with this host's address and ports it does not use");
	else if (own)
		out_note("source own for %llu connections: their clients' addresses cannot travel (loopback, link-local)",
			 (unsigned long long)own);
	if (t->hook == TCOPY_HOOK_FORWARD)
		out_note("hook forward: what this host forwards is copied, whole connections only");
	else if (t->state == TCOPY_STATE_COPYING &&
		 t->sessions == TCOPY_SESSIONS_FULL)
		out_note("sessions full: connections older than the target are left alone");
}

static const char *source_text(char buf[ENDPOINT_TEXT], const struct target *t)
{
	if (t->source == TCOPY_SOURCE_PREFIX)
		return prefix_text(buf, &t->source_prefix);
	return t->source == TCOPY_SOURCE_OWN ? "own" : "client";
}

/* What keeps connections from being copied, and what copies look like. */
static void note_shape(const struct target *t)
{
	char prefix[ENDPOINT_TEXT], text[256], number[16], dev[IF_NAMESIZE];
	size_t n = 0;

#define ADD(...) (n += (size_t)snprintf(text + n, sizeof(text) - n, \
					__VA_ARGS__))
	*text = 0;
	if (t->copies > 1)
		ADD(", %u copies of each", t->copies);
	if (t->source == TCOPY_SOURCE_PREFIX)
		ADD(", source %s", source_text(prefix, t));
	if (t->client_n || t->not_client_n)
		ADD(", clients of %u prefixes, %u left out", t->client_n,
		    t->not_client_n);
	if (t->sample != TCOPY_SAMPLE_ALL || t->ramp)
		ADD(", sample %s %% (seed %u)", percent_text(number, t->sample),
		    t->seed);
	if (t->ramp)
		ADD(", ramp %s %% a second", percent_text(number, t->ramp));
	if (t->rate)
		ADD(", rate %u a second", t->rate);
	if (t->mss)
		ADD(", mss %u", t->mss);
	if (t->mark)
		ADD(", mark 0x%x", t->mark);
	if (t->dscp)
		ADD(", dscp %u", t->dscp);
	if (t->dev)
		ADD(", dev %s", if_indextoname(t->dev, dev) ? dev : "gone");
	if (t->ends)
		ADD(", ends in %u s", t->ends);
#undef ADD
	if (*text)
		out_note("%s", text + 2);
}

static void put_prefixes(const char *key, const struct prefix *prefix,
			 unsigned int n)
{
	char text[TCOPY_CLIENTS_MAX][ENDPOINT_TEXT];
	const char *values[TCOPY_CLIENTS_MAX];
	unsigned int i;

	for (i = 0; i < n; i++)
		values[i] = prefix_text(text[i], &prefix[i]);
	out_strings(key, values, n);
}

static void put_shape(const struct target *t)
{
	char number[16], dev[IF_NAMESIZE] = "";

	put_prefixes("client", t->client, t->client_n);
	put_prefixes("not_client", t->not_client, t->not_client_n);
	out_str("sample", NULL, percent_text(number, t->sample));
	out_num("seed", NULL, t->seed);
	out_str("ramp", NULL, percent_text(number, t->ramp));
	out_num("rate", NULL, t->rate);
	out_num("mss", NULL, t->mss);
	out_num("mark", NULL, t->mark);
	out_num("dscp", NULL, t->dscp);
	if (t->dev && !if_indextoname(t->dev, dev))
		snprintf(dev, sizeof(dev), "%u", t->dev);
	out_str("dev", NULL, dev);
	out_num("ends", NULL, t->ends);
}

static int run(struct args *args)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT], relay[ENDPOINT_TEXT];
	char source[ENDPOINT_TEXT];
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
		out_str("relay", NULL, t->direct ? "" :
			endpoint_text(relay, &t->relay));
		out_str("pace", NULL, t->pace == TCOPY_PACE_NONE ?
			"none" : "response");
		out_str("source", NULL, source_text(source, t));
		out_num("copies", NULL, t->copies);
		out_str("sessions_kind", NULL,
			t->sessions == TCOPY_SESSIONS_FULL ? "full" : "any");
		out_str("hook", NULL, t->hook == TCOPY_HOOK_FORWARD ?
			"forward" : "input");
		out_bool("direct", NULL, t->direct);
		out_num("max_sessions", NULL, t->max_sessions);
		out_num("idle", NULL, t->idle);
		out_num("wait", NULL, t->wait);
		put_shape(t);
		for (stat = TCOPY_A_STAT_MATCHED; stat <= TCOPY_A_STAT_MAX;
		     stat++)
			out_num(stat_infos[stat].name, NULL, t->stat[stat]);
		note(t);
		note_shape(t);
		out_row_end();
	}
	out_list_end();
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_show_targets = {
	.name = "show-targets",
	.synopsis = "",
	.summary = "list what is copied where, and what is in the way",
	.help =
	"A target that is not copying says why, and what to do, in the line below it.\n"
	"COPIED counts client packets; 'show-stats' has all counters, and so has -j.\n",
	.examples =
	"tcopyctl show-targets\n"
	"tcopyctl -n blue -j show-targets | jq -r '.[].reason'\n",
	.run = run,
};
