// SPDX-License-Identifier: GPL-2.0
/* Text for a terminal of 80 columns, see out_text.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out_text.h"
#include "tcopyctl.h"

#define GAP	2	/* blanks between two columns */
#define INDENT	4	/* of a note */
#define HANG	2	/* of its further lines, from there */

/* The word at @s, with its commas: what is in '' is one. */
static size_t word_len(const char *s)
{
	const char *end;
	size_t len = 0;

	if (*s == '\'' || (*s == '(' && s[1] == '\'')) {
		len = *s == '(' ? 2 : 1;
		end = strchr(s + len, '\'');
		len = end ? (size_t)(end - s) + 1 : 0;
	}
	return len + strcspn(s + len, "\n ");
}

/**
 * text_fold() - print a line, or several, that go on below where they are long
 * @text:	a newline begins a line
 * @at:		column where the first one begins, and stdout is there now
 * @hang:	column where those begin that go on
 *
 * Ends without a newline.
 *
 * Return: column where it ended.
 */
size_t text_fold(const char *text, size_t at, size_t hang)
{
	size_t begin = at, blanks, len;
	bool first = true;

	while (*text) {
		if (*text == '\n') {
			printf("\n%*s", (int)begin, "");
			at = begin;
			first = true;
			text++;
			continue;
		}
		blanks = strspn(text, " ");
		text += blanks;
		if (!*text || *text == '\n')
			continue;
		len = word_len(text);
		if (!first && at + blanks + len > TEXT_WIDTH) {
			printf("\n%*s", (int)hang, "");
			at = hang;
			blanks = 0;
		}
		printf("%*s%.*s", (int)blanks, "", (int)len, text);
		at += blanks + len;
		text += len;
		first = false;
	}
	return at;
}

static void add_cell(struct text_table *t, char *text, bool right)
{
	if (t->cells_n == t->cells_room) {
		t->cells_room = t->cells_room ? t->cells_room * 2 : 256;
		t->cells = xrealloc(t->cells, t->cells_room,
				    sizeof(*t->cells));
	}
	t->cells[t->cells_n].text = text;
	t->cells[t->cells_n++].right = right;
}

/**
 * text_table_cell() - add one to this row
 * @t:		zeroed before the first
 * @title:	of its column; that of the first row counts
 * @value:	on the heap; the table's from now on
 * @right:	a number, which is never folded
 */
void text_table_cell(struct text_table *t, const char *title, char *value,
		     bool right)
{
	if (t->column == TEXT_COLUMNS) {
		free(value);
		return;
	}
	if (!t->rows) {
		t->titles[t->column] = title;
		t->columns = t->column + 1;
	}
	t->column++;
	add_cell(t, value, right);
}

/**
 * text_table_row_end() - end this row
 * @t:		the table
 * @note:	lines below it, on the heap, the table's from now on; or NULL
 */
void text_table_row_end(struct text_table *t, char *note)
{
	add_cell(t, note, false);
	t->column = 0;
	t->rows++;
}

static const struct text_cell *cell(const struct text_table *t,
				    unsigned int row, unsigned int column)
{
	return &t->cells[row * (t->columns + 1) + column];
}

/* The longest text of a column that is shorter than @below, or its title. */
static size_t column_width(const struct text_table *t, unsigned int column,
			   size_t below)
{
	size_t width = strlen(t->titles[column]), len;
	unsigned int row;

	for (row = 0; row < t->rows; row++) {
		len = strlen(cell(t, row, column)->text);
		if (len > width && len < below)
			width = len;
	}
	return width;
}

/* What the widest cells of text need is what the others can do without. */
static void narrow(const struct text_table *t, size_t *width, size_t sum)
{
	size_t less[TEXT_COLUMNS];
	unsigned int i, widest;

	for (i = 0; i < t->columns; i++)
		less[i] = cell(t, 0, i)->right ? width[i] :
			  column_width(t, i, width[i]);
	while (sum > TEXT_WIDTH) {
		widest = t->columns;
		for (i = 0; i < t->columns; i++)
			if (less[i] < width[i] &&
			    (widest == t->columns || width[i] > width[widest]))
				widest = i;
		if (widest == t->columns)
			return;
		sum -= width[widest] - less[widest];
		width[widest] = less[widest];
		less[widest] = column_width(t, widest, width[widest]);
	}
}

/* Print @text in its column; @at is where stdout is in its line. */
static size_t print_cell(const char *text, bool right, size_t at, size_t start,
			 size_t width)
{
	size_t len = strlen(text);

	if (at && at + GAP > start) {
		putchar('\n');
		at = 0;
	}
	if (right && len < width)
		start += width - len;
	printf("%*s%s", (int)(start - at), "", text);
	return start + len;
}

static void print_row(const struct text_table *t, const size_t *width,
		      const struct text_cell *cells)
{
	size_t at = 0, start = 0;
	unsigned int i;

	for (i = 0; i < t->columns; i++) {
		if (cells)
			at = print_cell(cells[i].text, cells[i].right, at,
					start, width[i]);
		else
			at = print_cell(t->titles[i], false, at, start,
					width[i]);
		start += width[i] + GAP;
	}
	putchar('\n');
}

/**
 * text_table_print() - print it, and forget its rows
 * @t:		every row has as many cells as the first
 */
void text_table_print(struct text_table *t)
{
	const struct text_cell *row;
	size_t width[TEXT_COLUMNS], sum = 0, at;
	unsigned int i;

	for (i = 0; i < t->columns; i++) {
		width[i] = column_width(t, i, (size_t)-1);
		sum += width[i] + (i ? GAP : 0);
	}
	if (t->rows)
		narrow(t, width, sum);
	if (t->columns)
		print_row(t, width, NULL);
	for (i = 0; i < t->rows && t->columns; i++) {
		row = cell(t, i, 0);
		print_row(t, width, row);
		if (!row[t->columns].text)
			continue;
		printf("%*s", INDENT, "");
		text_fold(row[t->columns].text, INDENT, INDENT + HANG);
		putchar('\n');
	}
	for (at = 0; at < t->cells_n; at++)
		free(t->cells[at].text);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}
