// SPDX-License-Identifier: GPL-2.0
/* tcopyctl metrics: Prometheus' text exposition format. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "file.h"
#include "out.h"
#include "relay_count.h"
#include "state.h"

/* Where samples go: a stream, or rows of JSON when it is NULL. */
static FILE *to;
static char family[64];
static const char *family_type;

/* One comes once, with all of its samples behind it. */
static void begin(const char *name, const char *type, const char *help)
{
	snprintf(family, sizeof(family), "%s", name);
	family_type = type;
	if (to)
		fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
			type);
}

static void sample_text(const char *labels, const char *value)
{
	if (to) {
		fprintf(to, "%s%s%s%s %s\n", family, *labels ? "{" : "",
			labels, *labels ? "}" : "", value);
		return;
	}
	out_row();
	out_str("metric", NULL, family);
	out_str("type", NULL, family_type);
	out_str("labels", NULL, labels);
	out_str("value", NULL, value);
	out_row_end();
}

static void sample(const char *labels, u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	sample_text(labels, text);
}

static void sample_percent(const char *labels, u32 percent)
{
	char text[24];

	snprintf(text, sizeof(text), "%u.%02u", percent / 100, percent % 100);
	sample_text(labels, text);
}

/* 31 bytes may become twice as many */
#define LABELS (4 * ENDPOINT_TEXT)

static void escape(char *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			*buf++ = '\\';
		*buf++ = *text;
	}
	*buf = 0;
}

/* What tells targets apart, and one more label perhaps. */
static const char *target_labels(char buf[LABELS], const struct target *t,
				 const char *more, const char *value)
{
	char from[ENDPOINT_TEXT], dest[ENDPOINT_TEXT];
	char name[2 * sizeof(t->name)];

	escape(name, t->name);
	snprintf(buf, LABELS, "id=\"%u\",name=\"%s\",from=\"%s\",to=\"%s\"%s%s%s%s%s",
		 t->id, name, endpoint_text(from, &t->from),
		 endpoint_text(dest, &t->to), more ? "," : "",
		 more ? more : "", more ? "=\"" : "", more ? value : "",
		 more ? "\"" : "");
	return buf;
}

/* Counters that share a family, told apart by a label. */
static void print_grouped(const struct target_list *list, const char *label,
			  bool (*in_group)(unsigned int stat))
{
	const char *value;
	char buf[LABELS];
	unsigned int i;
	size_t n;

	for (n = 0; n < list->n; n++)
		for (i = TCOPY_A_STAT_COPIED; i <= TCOPY_A_STAT_MAX; i++) {
			if (!in_group(i) || i == TCOPY_A_STAT_HELD)
				continue;
			value = stat_infos[i].name;
			if (!strncmp(value, "end_", 4))
				value += 4;
			sample(target_labels(buf, &list->v[n], label, value),
			       list->v[n].stat[i]);
		}
}

static void print_stat(const struct target_list *list, unsigned int stat)
{
	char buf[LABELS];
	size_t n;

	for (n = 0; n < list->n; n++)
		sample(target_labels(buf, &list->v[n], NULL, NULL),
		       list->v[n].stat[stat]);
}

static void print_states(const struct target_list *list)
{
	char buf[LABELS];
	size_t n;
	u8 state;

	begin("tcopy_target_state", "gauge",
	      "1 for the state that the target is in, 0 for the others");
	for (n = 0; n < list->n; n++)
		for (state = 0; state <= TCOPY_STATE_PAUSED; state++)
			sample(target_labels(buf, &list->v[n], "state",
					     state_text(state)),
			       list->v[n].state == state);
}

static void print_targets(const struct target_list *list)
{
	char name[64];
	unsigned int i;

	print_states(list);
	begin("tcopy_target_sessions", "gauge", "Connections copied now");
	print_stat(list, TCOPY_A_STAT_SESSIONS);
	begin("tcopy_target_held_packets", "gauge",
	      "Client packets kept back right now (window, pace, handshake)");
	print_stat(list, TCOPY_A_STAT_HELD);
	begin("tcopy_target_client_packets_total", "counter",
	      "Client packets by what became of them; with tcopy_target_held_packets they add up to tcopy_target_matched_total");
	print_grouped(list, "fate", stat_is_bucket);
	begin("tcopy_target_sessions_ended_total", "counter",
	      "Copies that ended, by why");
	print_grouped(list, "reason", stat_is_end);
	for (i = TCOPY_A_STAT_MATCHED; i <= TCOPY_A_STAT_MAX; i++) {
		if (i == TCOPY_A_STAT_SESSIONS || stat_is_bucket(i) ||
		    stat_is_end(i))
			continue;
		snprintf(name, sizeof(name), "tcopy_target_%s_total",
			 stat_infos[i].name);
		begin(name, "counter", stat_infos[i].meaning);
		print_stat(list, i);
	}
}

static void print_host(const struct host *host)
{
	char buf[64];

	begin("tcopy_build_info", "gauge", "1, with the module's version");
	snprintf(buf, sizeof(buf), "version=\"%s\"", host->version);
	sample(buf, 1);
	begin("tcopy_sessions", "gauge",
	      "Connections copied now, over all targets");
	sample("", host->sessions);
	begin("tcopy_memory_limit_bytes", "gauge",
	      "Memory that held data and sessions may take");
	sample("", host->memory);
	begin("tcopy_memory_used_bytes", "gauge",
	      "Memory that held data and sessions take");
	sample("", host->used);
	begin("tcopy_cpu_limit_ratio", "gauge",
	      "Share of each CPU that copying may take");
	sample_percent("", host->cpu);
	begin("tcopy_cpu_used_ratio", "gauge",
	      "Share that copying took of late of the CPU where it took most");
	sample_percent("", host->cpu_used);
}

/**
 * struct icept_metric - a counter of an intercept
 * @name:	of its family
 * @help:	what it means
 * @offset:	in struct icept
 */
struct icept_metric {
	const char *name;
	const char *help;
	size_t offset;
};

static const struct icept_metric icept_metrics[] = {
	{ "tcopy_intercept_stolen_total", "Answers stolen",
	  offsetof(struct icept, stolen) },
	{ "tcopy_intercept_passed_total", "Answers let through to pass prefixes",
	  offsetof(struct icept, passed) },
	{ "tcopy_intercept_own_total", "Packets of the host's own connections",
	  offsetof(struct icept, own) },
	{ "tcopy_intercept_malformed_total",
	  "Answers stolen without a record: no valid TCP header",
	  offsetof(struct icept, malformed) },
	{ "tcopy_intercept_icmp_errors_total",
	  "ICMP errors about copies, stolen", offsetof(struct icept, errors) },
	{ "tcopy_intercept_aborted_total", "Sockets of copies aborted",
	  offsetof(struct icept, aborted) },
};

static const char *icept_labels(char buf[LABELS], const struct icept *icept)
{
	struct endpoint addr = icept->addr;
	char text[ENDPOINT_TEXT];

	addr.port = 0;
	snprintf(buf, LABELS, "port=\"%u\",addr=\"%s\"", icept->port,
		 endpoint_text(text, &addr));
	return buf;
}

static u64 icept_value(const struct icept *icept, const struct icept_metric *m)
{
	return *(const u64 *)((const char *)icept + m->offset);
}

static void print_icepts(const struct icept_list *list,
			 const struct icept *all)
{
	const size_t metrics = sizeof(icept_metrics) / sizeof(*icept_metrics);
	char buf[LABELS];
	size_t i, n;

	begin("tcopy_intercept_relay_bound", "gauge",
	      "1 while a relay takes the headers of answers");
	sample("", all->relay);
	begin("tcopy_intercept_records_lost_total", "counter",
	      "Records of answers lost: no relay, its socket full, or no memory");
	sample("", all->lost);
	begin("tcopy_intercept_records_superseded_total", "counter",
	      "Pure acknowledgments left out of a batch");
	sample("", all->superseded);
	begin("tcopy_intercept_draining", "gauge",
	      "1 while the intercept drains, 0 while it intercepts");
	for (n = 0; n < list->n; n++)
		sample(icept_labels(buf, &list->v[n]),
		       list->v[n].state == TCOPY_ICEPT_DRAINING);
	for (i = 0; i < metrics; i++) {
		begin(icept_metrics[i].name, "counter", icept_metrics[i].help);
		for (n = 0; n < list->n; n++)
			sample(icept_labels(buf, &list->v[n]),
			       icept_value(&list->v[n], &icept_metrics[i]));
	}
}

/* Of this namespace's relay, when it runs. */
static void print_relay(void)
{
	const struct relay_stat_info *info;
	struct relay_counts counts;
	char name[64];

	if (!relay_count_get(&counts))
		return;
	begin("tcopy_relay_peers", "gauge", "Online hosts now");
	sample("", counts.peers);
	for (info = relay_stat_infos; info->name; info++) {
		if (!counts.known[info - relay_stat_infos])
			continue;
		snprintf(name, sizeof(name), "tcopy_relay_%s_total",
			 info->name);
		begin(name, "counter", info->meaning);
		sample("", counts.value[info - relay_stat_infos]);
	}
}

static void print_all(FILE *out, void *data)
{
	struct state_now *now = data;

	to = out;
	if (now->online) {
		print_host(&now->host);
		print_targets(&now->targets);
	}
	if (now->test) {
		print_icepts(&now->icepts, &now->icept_all);
		print_relay();
	}
}

static int run(struct args *args)
{
	const char *name = file_arg(args);
	struct state_now now;

	state_now_get(&now);
	if (name) {
		file_replace(name, print_all, &now);
	} else if (out_is_json()) {
		out_list(OUT_TABLE);
		print_all(NULL, &now);
		out_list_end();
	} else {
		print_all(stdout, &now);
	}
	state_now_put(&now);
	return EXIT_DONE;
}

const struct command cmd_metrics = {
	.name = "metrics",
	.synopsis = "[FILE]",
	.summary = "print all counters for Prometheus",
	.help =
	"In its text exposition format, to stdout, or as a whole to FILE, where node_exporter's textfile\n"
	"collector reads it.\n"
	"\n"
	"Those of a relay that runs in this network namespace are among them. tcopy-metrics.timer does\n"
	"so every 15 seconds.\n",
	.examples =
	"tcopyctl metrics /var/lib/prometheus/node-exporter/tcopy.prom\n",
	.run = run,
};
