// SPDX-License-Identifier: GPL-2.0
/* The tables of top, see top_table.h */
#include <stdio.h>
#include <string.h>

#include "top_table.h"

static const struct top_row *same_row(const struct top_table *t,
				      const struct top_row *row)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (!strcmp(t->rows[i].key, row->key))
			return &t->rows[i];
	return NULL;
}

/* One counter that went back: all of them began anew. */
static bool was_reset(const struct top_table *t, const struct top_row *now,
		      const struct top_row *before)
{
	unsigned int c;

	for (c = 0; c < t->cols_n; c++)
		if (t->cols[c].kind == TOP_RATE &&
		    now->value[c] < before->value[c])
			return true;
	return false;
}

/**
 * top_rates() - how much a second, since the sample before
 * @now:	its rows get their rates
 * @before:	of the same columns; rows in any order
 * @passed_us:	between the two
 *
 * Counters of a row that went back, by reset-stats or because it was made anew
 * under the same name, count from 0: what they have now came since then.
 */
void top_rates(struct top_table *now, const struct top_table *before,
	       u64 passed_us)
{
	const struct top_row *old;
	struct top_row *row;
	unsigned int c;
	bool reset;
	size_t i;

	for (i = 0; i < now->n; i++) {
		row = &now->rows[i];
		old = same_row(before, row);
		row->rated = old && passed_us;
		if (!row->rated)
			continue;
		reset = was_reset(now, row, old);
		for (c = 0; c < now->cols_n; c++)
			row->rate[c] = (double)(row->value[c] -
						(reset ? 0 : old->value[c])) *
				       1e6 / (double)passed_us;
	}
}

/**
 * top_find() - the column of a name
 * @t:		the table
 * @field:	as --sort names it
 *
 * Return: its index, or -1.
 */
int top_find(const struct top_table *t, const char *field)
{
	unsigned int c;

	for (c = 0; c < t->cols_n; c++)
		if (!strcmp(t->cols[c].field, field))
			return (int)c;
	return -1;
}

/* Below 0: @a comes first. Numbers begin with the largest, words with A. */
static int compare(const struct top_col *col, unsigned int c,
		   const struct top_row *a, const struct top_row *b)
{
	if (col->kind == TOP_WORD)
		return strcmp(a->word[c], b->word[c]);
	if (col->kind == TOP_NOW)
		return a->value[c] > b->value[c] ? -1 :
		       a->value[c] < b->value[c];
	/* what has none yet is behind what rests */
	if (a->rated != b->rated)
		return a->rated ? -1 : 1;
	return a->rate[c] > b->rate[c] ? -1 : a->rate[c] < b->rate[c];
}

/**
 * top_sort() - bring rows into order
 * @t:		the table; its rows are moved
 * @by:		index of a column
 * @reverse:	the other way round
 *
 * Rows that are equal stay as they are, so that nothing dances on the screen.
 * There are tens of rows, rarely hundreds: insertion will do.
 */
void top_sort(struct top_table *t, unsigned int by, bool reverse)
{
	const struct top_col *col = &t->cols[by];
	struct top_row row;
	size_t i, at;
	int order;

	for (i = 1; i < t->n; i++) {
		row = t->rows[i];
		for (at = i; at; at--) {
			order = compare(col, by, &row, &t->rows[at - 1]);
			if (reverse ? order <= 0 : order >= 0)
				break;
			t->rows[at] = t->rows[at - 1];
		}
		t->rows[at] = row;
	}
}

static unsigned int taken(const struct top_table *t, const unsigned int *widths)
{
	unsigned int c, sum = 0;

	for (c = 0; c < t->cols_n; c++)
		if (widths[c])
			sum += widths[c] + (sum ? 1 : 0);
	return sum;
}

/**
 * top_fit() - which columns a terminal has room for
 * @t:		the table
 * @width:	of the terminal
 * @widths:	filled; 0: left out
 *
 * Those that may never go can still be too wide together: lines are cut.
 */
void top_fit(const struct top_table *t, unsigned int width,
	     unsigned int widths[TOP_COLS])
{
	unsigned int c, most, worst, sum;

	for (c = 0; c < t->cols_n; c++)
		widths[c] = t->cols[c].width;
	while ((sum = taken(t, widths)) > width) {
		for (c = 0, most = 0; c < t->cols_n; c++)
			if (widths[c] && t->cols[c].drop > most) {
				worst = c;
				most = t->cols[c].drop;
			}
		if (!most)
			return;
		widths[worst] = 0;
	}
	for (c = 0; c < t->cols_n; c++)
		if (t->cols[c].kind == TOP_WORD) {
			widths[c] += width - sum;
			return;
		}
}

/* Append a cell; what is too long ends with a "~". */
static size_t put_cell(char line[TOP_LINE], size_t at, const char *text,
		       unsigned int width, bool left)
{
	size_t len = strlen(text), pad = 0;

	if (at + width + 2 > TOP_LINE)
		return at;
	if (at)
		line[at++] = ' ';
	if (len < width)
		pad = width - len;
	else
		len = width;
	if (!left) {
		memset(line + at, ' ', pad);
		at += pad;
	}
	memcpy(line + at, text, len);
	if (text[len] && len)
		line[at + len - 1] = '~';
	at += len;
	if (left) {
		memset(line + at, ' ', pad);
		at += pad;
	}
	line[at] = 0;
	return at;
}

/**
 * top_titles() - the line above a table
 * @line:	filled
 * @t:		the table
 * @widths:	from top_fit()
 */
void top_titles(char line[TOP_LINE], const struct top_table *t,
		const unsigned int widths[TOP_COLS])
{
	unsigned int c;
	size_t at = 0;

	*line = 0;
	for (c = 0; c < t->cols_n; c++)
		if (widths[c])
			at = put_cell(line, at, t->cols[c].title, widths[c],
				      t->cols[c].kind == TOP_WORD);
}

/**
 * top_cells() - a row as a line
 * @line:	filled
 * @t:		the table
 * @row:	index of the row
 * @widths:	from top_fit()
 */
void top_cells(char line[TOP_LINE], const struct top_table *t, size_t row,
	       const unsigned int widths[TOP_COLS])
{
	const struct top_row *r = &t->rows[row];
	unsigned int c;
	char text[16];
	size_t at = 0;

	*line = 0;
	for (c = 0; c < t->cols_n; c++) {
		if (!widths[c])
			continue;
		if (t->cols[c].kind == TOP_WORD) {
			at = put_cell(line, at, r->word[c], widths[c], true);
			continue;
		}
		if (t->cols[c].kind == TOP_NOW)
			top_number(text, (double)r->value[c], false);
		else if (r->rated)
			top_number(text, r->rate[c], true);
		else
			snprintf(text, sizeof(text), "-");
		at = put_cell(line, at, text, widths[c], false);
	}
}

/**
 * top_number() - a number in five columns at most
 * @buf:	filled
 * @v:		0 or more
 * @fraction:	with a decimal below 10, 0.1 for anything that is not 0
 *
 * From 100,000 on (with @fraction from 1,000 on) in thousands, millions and so
 * on, rounded down; what is more than that in P is a lot.
 */
void top_number(char buf[16], double v, bool fraction)
{
	static const char units[] = " kMGTP";
	unsigned int unit = 0;

	if (!fraction && v < 100000) {
		snprintf(buf, 16, "%u", (unsigned int)v);
		return;
	}
	while (v >= 1000 && units[unit + 1]) {
		v /= 1000;
		unit++;
	}
	if (v >= 9999)
		snprintf(buf, 16, "lots");
	else if (v >= 10 || v == 0)
		snprintf(buf, 16, "%u%.*s", (unsigned int)v, !!unit,
			 units + unit);
	else if (v < 0.1)
		snprintf(buf, 16, "0.1");
	else
		snprintf(buf, 16, "%u.%u%.*s", (unsigned int)v,
			 (unsigned int)(v * 10) % 10, !!unit, units + unit);
}
