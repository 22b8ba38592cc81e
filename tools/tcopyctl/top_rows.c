// SPDX-License-Identifier: GPL-2.0
/* What the kernel has, as the tables of top. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcopyctl.h"
#include "top_rows.h"

enum {
	COL_ID, COL_NAME, COL_STATE, COL_SESSIONS, COL_NEW, COL_PACKETS,
	COL_BYTES, COL_HELD, COL_LOST, COL_AGAIN, COL_SENT, COL_ANSWERS, COL_TO,
	TARGET_COLS
};

static const struct top_col target_cols[TARGET_COLS] = {
	[COL_ID] = { "id", "ID", TOP_NOW, 3, 2 },
	[COL_NAME] = { "name", "NAME", TOP_WORD, 16, 0 },
	[COL_STATE] = { "state", "STATE", TOP_WORD, 10, 0 },
	[COL_SESSIONS] = { "sessions", "SESS", TOP_NOW, 5, 0 },
	[COL_NEW] = { "new", "NEW/s", TOP_RATE, 5, 4 },
	[COL_PACKETS] = { "packets", "PKT/s", TOP_RATE, 5, 0 },
	[COL_BYTES] = { "bytes", "B/s", TOP_RATE, 5, 3 },
	[COL_HELD] = { "held", "HELD", TOP_NOW, 5, 5 },
	[COL_LOST] = { "lost", "LOST/s", TOP_RATE, 6, 0 },
	[COL_AGAIN] = { "again", "AGN/s", TOP_RATE, 5, 6 },
	[COL_SENT] = { "sent", "SENT/s", TOP_RATE, 6, 7 },
	[COL_ANSWERS] = { "answers", "ANSW/s", TOP_RATE, 6, 8 },
	[COL_TO] = { "to", "TO", TOP_WORD, 21, 9 },
};

enum {
	COL_PORT, COL_ADDR, COL_ISTATE, COL_STOLEN, COL_PASSED, COL_OWN,
	COL_MALFORMED, COL_ERRORS, COL_ABORTED, ICEPT_COLS
};

static const struct top_col icept_cols[ICEPT_COLS] = {
	[COL_PORT] = { "port", "PORT", TOP_NOW, 5, 0 },
	[COL_ADDR] = { "addr", "ADDR", TOP_WORD, 10, 0 },
	[COL_ISTATE] = { "state", "STATE", TOP_WORD, 12, 0 },
	[COL_STOLEN] = { "stolen", "STOLEN/s", TOP_RATE, 8, 0 },
	[COL_PASSED] = { "passed", "PASS/s", TOP_RATE, 6, 2 },
	[COL_OWN] = { "own", "OWN/s", TOP_RATE, 5, 4 },
	[COL_MALFORMED] = { "malformed", "BAD/s", TOP_RATE, 5, 5 },
	[COL_ERRORS] = { "errors", "ICMP/s", TOP_RATE, 6, 6 },
	[COL_ABORTED] = { "aborted", "ABORT", TOP_NOW, 5, 3 },
};

static const struct top_col record_cols[] = {
	{ "lost", "LOST/s", TOP_RATE, 6, 0 },
	{ "superseded", "LESS/s", TOP_RATE, 6, 0 },
};

static void begin(struct top_table *t, const struct top_col *cols,
		  unsigned int cols_n, size_t rows)
{
	t->cols = cols;
	t->cols_n = cols_n;
	t->n = rows;
	if (!rows)
		return;
	t->rows = xrealloc(NULL, rows, sizeof(*t->rows));
	memset(t->rows, 0, rows * sizeof(*t->rows));
}

/* Client packets that no option kept from being copied, and that were not. */
static u64 lost(const struct target *t)
{
	unsigned int i;
	u64 sum = 0;

	for (i = TCOPY_A_STAT_MATCHED; i <= TCOPY_A_STAT_MAX; i++)
		switch (i) {
		case TCOPY_A_STAT_COPIED:
		case TCOPY_A_STAT_NOT_NEEDED:
		case TCOPY_A_STAT_HELD:
		case TCOPY_A_STAT_PASSED:
		case TCOPY_A_STAT_FILTERED:
		case TCOPY_A_STAT_SAMPLED:
		case TCOPY_A_STAT_RATE_LIMIT:
			break;
		default:
			if (stat_is_bucket(i))
				sum += t->stat[i];
		}
	return sum;
}

static void target_row(struct top_row *row, const struct target *t)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT];

	endpoint_text(from, &t->from);
	endpoint_text(to, &t->to);
	snprintf(row->key, sizeof(row->key), "%u %s %s", t->id, from, to);
	snprintf(row->word[COL_NAME], TOP_TEXT, "%s", *t->name ? t->name : to);
	snprintf(row->word[COL_STATE], TOP_TEXT, "%s", state_text(t->state));
	snprintf(row->word[COL_TO], TOP_TEXT, "%s", to);
	row->value[COL_ID] = t->id;
	row->value[COL_SESSIONS] = t->stat[TCOPY_A_STAT_SESSIONS];
	row->value[COL_NEW] = t->stat[TCOPY_A_STAT_OPENED];
	row->value[COL_PACKETS] = t->stat[TCOPY_A_STAT_COPIED];
	row->value[COL_BYTES] = t->stat[TCOPY_A_STAT_BYTES];
	row->value[COL_HELD] = t->stat[TCOPY_A_STAT_HELD];
	row->value[COL_LOST] = lost(t);
	row->value[COL_AGAIN] = t->stat[TCOPY_A_STAT_RETRANSMITS];
	row->value[COL_SENT] = t->stat[TCOPY_A_STAT_PACKETS];
	row->value[COL_ANSWERS] = t->stat[TCOPY_A_STAT_HEADERS];
	row->bad = t->state != TCOPY_STATE_COPYING;
	if (row->bad)
		snprintf(row->note, sizeof(row->note), "%s", t->reason);
}

static void icept_row(struct top_row *row, const struct icept *icept)
{
	struct endpoint addr = icept->addr;
	char text[ENDPOINT_TEXT];

	addr.port = 0;
	endpoint_text(text, &addr);
	snprintf(row->key, sizeof(row->key), "%u %s", icept->port, text);
	snprintf(row->word[COL_ADDR], TOP_TEXT, "%s", text);
	snprintf(row->word[COL_ISTATE], TOP_TEXT, "%s",
		 icept->state == TCOPY_ICEPT_DRAINING ? "draining" :
							"intercepting");
	row->value[COL_PORT] = icept->port;
	row->value[COL_STOLEN] = icept->stolen;
	row->value[COL_PASSED] = icept->passed;
	row->value[COL_OWN] = icept->own;
	row->value[COL_MALFORMED] = icept->malformed;
	row->value[COL_ERRORS] = icept->errors;
	row->value[COL_ABORTED] = icept->aborted;
	row->bad = icept->state == TCOPY_ICEPT_DRAINING;
}

/**
 * top_sample_take() - what the kernel said, as tables
 * @to:		filled; to be freed
 * @now:	from state_now_try()
 * @at_us:	monotonic clock
 */
void top_sample_take(struct top_sample *to, const struct state_now *now,
		     u64 at_us)
{
	size_t i;

	memset(to, 0, sizeof(*to));
	to->at_us = at_us;
	to->online = now->online;
	to->test = now->test;
	to->host = now->host;
	to->relay = now->icept_all.relay;
	begin(&to->targets, target_cols, TARGET_COLS, now->targets.n);
	begin(&to->icepts, icept_cols, ICEPT_COLS, now->icepts.n);
	begin(&to->records, record_cols, 2, now->test);
	for (i = 0; i < now->targets.n; i++)
		target_row(&to->targets.rows[i], &now->targets.v[i]);
	for (i = 0; i < now->icepts.n; i++)
		icept_row(&to->icepts.rows[i], &now->icepts.v[i]);
	if (now->test) {
		to->records.rows[0].value[0] = now->icept_all.lost;
		to->records.rows[0].value[1] = now->icept_all.superseded;
	}
}

/**
 * top_sample_none() - the kernel said nothing
 * @to:		filled
 * @why:	why
 * @at_us:	monotonic clock
 */
void top_sample_none(struct top_sample *to, const char *why, u64 at_us)
{
	struct state_now nothing = { 0 };

	top_sample_take(to, &nothing, at_us);
	snprintf(to->why, sizeof(to->why), "%s", why);
}

/**
 * top_sample_rates() - how much a second, since the sample before
 * @now:	its rows get rates
 * @before:	the other
 */
void top_sample_rates(struct top_sample *now, const struct top_sample *before)
{
	u64 passed_us = now->at_us - before->at_us;

	top_rates(&now->targets, &before->targets, passed_us);
	top_rates(&now->icepts, &before->icepts, passed_us);
	top_rates(&now->records, &before->records, passed_us);
}

/**
 * top_sample_free() - give its rows back
 * @sample:	may be empty
 */
void top_sample_free(struct top_sample *sample)
{
	free(sample->targets.rows);
	free(sample->icepts.rows);
	free(sample->records.rows);
}
