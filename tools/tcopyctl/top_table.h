/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of top: rates out of two samples, order, and lines of a given
 * width. Pure: no kernel, no terminal, no clock; so it is unit-tested as it is.
 */
#ifndef TCOPYCTL_TOP_TABLE_H
#define TCOPYCTL_TOP_TABLE_H

#include "types.h"

#define TOP_COLS	13	/* of a table, at most */
#define TOP_KEY		192
#define TOP_TEXT	96
#define TOP_NOTE	272
#define TOP_LINE	512	/* a line's bytes at most, its NUL included */

enum top_kind {
	TOP_WORD,	/* text, to the left */
	TOP_NOW,	/* a number as it is */
	TOP_RATE,	/* a counter: how much a second */
};

/**
 * struct top_col - a column
 * @field:	as --sort names it
 * @title:	above it
 * @kind:	what its cells are
 * @width:	columns of the terminal, at least; the first TOP_WORD gets
 *		what is left over
 * @drop:	in a narrow terminal the highest goes first; 0: it stays
 */
struct top_col {
	const char *field;
	const char *title;
	enum top_kind kind;
	unsigned int width;
	unsigned int drop;
};

/**
 * struct top_row - one target, or one intercept
 * @key:	what makes it the same one in two samples
 * @word:	of TOP_WORD columns
 * @value:	of the others
 * @rate:	a second, of TOP_RATE columns, when @rated
 * @rated:	it was there before, so there are rates
 * @bad:	not as it should be
 * @note:	a line below it, "" for none
 */
struct top_row {
	char key[TOP_KEY];
	char word[TOP_COLS][TOP_TEXT];
	u64 value[TOP_COLS];
	double rate[TOP_COLS];
	bool rated;
	bool bad;
	char note[TOP_NOTE];
};

/**
 * struct top_table - columns, and what stands in them
 * @cols:	@cols_n of them, TOP_COLS at most
 * @rows:	@n of them; grown with xrealloc() by who fills it
 */
struct top_table {
	const struct top_col *cols;
	unsigned int cols_n;
	struct top_row *rows;
	size_t n;
};

void top_rates(struct top_table *now, const struct top_table *before,
	       u64 passed_us);
int top_find(const struct top_table *t, const char *field);
void top_sort(struct top_table *t, unsigned int by, bool reverse);
void top_fit(const struct top_table *t, unsigned int width,
	     unsigned int widths[TOP_COLS]);
void top_titles(char line[TOP_LINE], const struct top_table *t,
		const unsigned int widths[TOP_COLS]);
void top_cells(char line[TOP_LINE], const struct top_table *t, size_t row,
	       const unsigned int widths[TOP_COLS]);
void top_number(char buf[16], double v, bool fraction);

#endif
