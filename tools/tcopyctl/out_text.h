/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text for a terminal of 80 columns: tables, and lines that are folded. One
 * rule for all commands: nothing is cut off, and nothing is wider, unless it
 * is a single word.
 *
 *	In a table what has no room in its column stands there all the same,
 *	and the row goes on in the next line, below the next column's title.
 *	A long line goes on below, between words, and between those in '' not:
 *	they are a command, to be typed as it stands.
 */
#ifndef TCOPYCTL_OUT_TEXT_H
#define TCOPYCTL_OUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_WIDTH	80
#define TEXT_COLUMNS	16

/**
 * struct text_cell - one line's worth of a text table, or a note between two
 * @text:	owned
 * @right:	a number: aligned to the right
 */
struct text_cell {
	char *text;
	bool right;
};

/**
 * struct text_table - what is printed when all of it is known
 * @titles:	of the columns; they must last
 * @columns:	as many as the first row had cells, TEXT_COLUMNS at most
 * @column:	next in this row
 * @rows:	that have ended
 * @cells:	row by row, behind each its note or NULL; grown with xrealloc()
 * @cells_n:	entries of @cells
 * @cells_room:	for so many
 */
struct text_table {
	const char *titles[TEXT_COLUMNS];
	unsigned int columns, column, rows;
	struct text_cell *cells;
	size_t cells_n, cells_room;
};

void text_table_cell(struct text_table *t, const char *title, char *value,
		     bool right);
void text_table_row_end(struct text_table *t, char *note);
void text_table_print(struct text_table *t);

size_t text_fold(const char *text, size_t at, size_t hang);

#endif
