// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show */

#include <stdio.h>

#include "attr.h"
#include "out.h"
#include "tcopyctl.h"

/* The words of enum tcopy_stage; keys must last as long as the row. */
static const struct {
	const char *packets, *p50, *p99, *cpu, *ppm, *meaning;
} stage_text[] = {
	[TCOPY_STAGE_CAPTURE] = {
		"capture_packets", "capture_p50_ns", "capture_p99_ns",
		"capture_cpu", "capture_cpu_ppm",
		"packets seen by the hook since" },
	[TCOPY_STAGE_ENGINE] = {
		"engine_packets", "engine_p50_ns", "engine_p99_ns",
		"engine_cpu", "engine_cpu_ppm",
		"packets that went through their sessions since" },
	[TCOPY_STAGE_FEEDBACK] = {
		"feedback_packets", "feedback_p50_ns", "feedback_p99_ns",
		"feedback_cpu", "feedback_cpu_ppm",
		"headers of answers worked off since" },
};

static void show_stage(const struct host *host, unsigned int i)
{
	const struct stage *stage = &host->stage[i];
	u64 ppm = host->profiled ?
		  (u64)((double)stage->time * 1e6 / (double)host->profiled) : 0;
	char percent[32];

	snprintf(percent, sizeof(percent), "%llu.%02llu%%",
		 (unsigned long long)(ppm / 10000),
		 (unsigned long long)(ppm / 100 % 100));
	out_num(stage_text[i].packets, stage_text[i].packets, stage->packets);
	out_meaning(stage_text[i].meaning);
	out_num(stage_text[i].p50, stage_text[i].p50, stage->p50);
	out_meaning("nanoseconds that half of them did not exceed");
	out_num(stage_text[i].p99, stage_text[i].p99, stage->p99);
	out_meaning("nanoseconds that 99 of 100 did not exceed");
	out_num(stage_text[i].ppm, NULL, ppm);
	out_str(NULL, stage_text[i].cpu, percent);
	out_meaning("of one CPU");
}

static void show_profile(const struct host *host)
{
	unsigned int i;

	out_bool("profile", "profile", host->profile);
	out_meaning("what a packet takes is measured ('set --profile on')");
	if (!host->profile)
		return;
	out_num("profiled_ms", "profiled_ms", host->profiled / 1000000);
	out_meaning("milliseconds since it was switched on");
	for (i = 0; i < sizeof(stage_text) / sizeof(*stage_text); i++)
		show_stage(host, i);
}

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
	show_profile(&host);
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
