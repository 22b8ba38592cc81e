// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-stats */
#include <stdio.h>

#include "out.h"
#include "resolve.h"
#include "tcopyctl.h"

static const struct arg_def defs[] = {
	{ "--target", "ID|NAME", false },
	{ NULL, NULL, false }
};

/* The buckets, then what is not on the sheet. */
static void print_counters(const struct target *t, bool buckets)
{
	unsigned int i;
	char title[32];

	for (i = TCOPY_A_STAT_COPIED; i <= TCOPY_A_STAT_MAX; i++) {
		if (stat_is_bucket(i) != buckets)
			continue;
		snprintf(title, sizeof(title), "%s%s", buckets ? "  " : "",
			 stat_infos[i].name);
		out_num(stat_infos[i].name, title, t->stat[i]);
		out_meaning(stat_infos[i].meaning);
	}
}

static u64 sum_buckets(const struct target *t)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i <= TCOPY_A_STAT_MAX; i++)
		if (stat_is_bucket(i))
			sum += t->stat[i];
	return sum;
}

static void print_stats(const struct target *t)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT], text[256];
	u64 matched = t->stat[TCOPY_A_STAT_MATCHED], sum = sum_buckets(t);

	endpoint_text(from, &t->from);
	endpoint_text(to, &t->to);
	out_row();
	out_num("id", NULL, t->id);
	out_str("name", NULL, t->name);
	out_str("from", NULL, from);
	out_str("to", NULL, to);
	snprintf(text, sizeof(text), "%u %s%s%s -> %s", t->id, t->name,
		 *t->name ? " " : "", from, to);
	out_str(NULL, "target", text);
	out_num(stat_infos[TCOPY_A_STAT_MATCHED].name,
		stat_infos[TCOPY_A_STAT_MATCHED].name, matched);
	out_meaning(stat_infos[TCOPY_A_STAT_MATCHED].meaning);
	print_counters(t, true);
	print_counters(t, false);
	out_num("bucket_sum", NULL, sum);
	out_bool("adds_up", NULL, sum == matched);
	if (sum == matched)
		out_note("The sheet adds up: the indented lines are the %llu that matched.",
			 (unsigned long long)matched);
	else
		out_note("The sheet does not add up: %llu matched, the indented lines are %llu. While packets flow that is natural: ask again when they rest.",
			 (unsigned long long)matched, (unsigned long long)sum);
	out_row_end();
}

static int run(struct args *args)
{
	const char *selector = NULL, *value;
	struct target_list list = { 0 };
	struct nl nl;
	size_t i;
	int opt;

	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt == ARGS_WORD)
			misuse("show-stats: '%.64s' is one argument too many (--target %.64s?)",
			       value, value);
		selector = value;
	}
	resolve_targets(&nl, &list, selector, selector);
	nl_close(&nl);
	out_list(OUT_BLOCK);
	for (i = 0; i < list.n; i++)
		print_stats(&list.v[i]);
	out_list_end();
	return EXIT_DONE;
}

const struct command cmd_show_stats = {
	.name = "show-stats",
	.synopsis = "[--target ID|NAME|ADDR:PORT]",
	.summary = "show every counter with its meaning; do they add up?",
	.help =
	"Every packet that matched a target is in exactly one of the indented lines.\n",
	.examples =
	"tcopyctl show-stats --target web\n"
	"tcopyctl -j show-stats | jq '.[].copied'\n",
	.run = run,
};
