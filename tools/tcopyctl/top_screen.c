// SPDX-License-Identifier: GPL-2.0
/* The lines that top shows, see top_screen.h */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "top_screen.h"

/**
 * top_screen_begin() - an empty screen
 * @s:		emptied
 * @width:	of the terminal
 * @height:	of the terminal
 */
void top_screen_begin(struct top_screen *s, unsigned int width,
		      unsigned int height)
{
	s->width = width < TOP_LINE - 1 ? width : TOP_LINE - 1;
	s->height = height < TOP_HEIGHT ? height : TOP_HEIGHT;
	s->n = 0;
}

/**
 * top_screen_line() - one more line, if there is room
 * @s:		begun
 * @look:	how it stands out
 * @fmt:	as in printf(); what is too wide is cut
 *
 * A name may hold any byte that is no control character: what is not ASCII
 * would be wider or narrower than its bytes, and becomes "?".
 */
void top_screen_line(struct top_screen *s, enum top_look look, const char *fmt,
		     ...)
{
	struct top_line *line;
	va_list ap;
	char *p;

	if (s->n >= s->height)
		return;
	line = &s->line[s->n++];
	line->look = look;
	va_start(ap, fmt);
	vsnprintf(line->text, sizeof(line->text), fmt, ap);
	va_end(ap);
	line->text[s->width] = 0;
	for (p = line->text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

static unsigned int height_of(const struct top_row *row)
{
	return *row->note ? 2 : 1;
}

/**
 * top_screen_table() - titles and rows, with what is to be said about them
 * @s:		begun
 * @t:		the table, in the order of the screen
 * @skip:	rows that were scrolled away
 * @spare:	lines to leave for what comes behind
 *
 * Rows that have no room are counted in the last line.
 */
void top_screen_table(struct top_screen *s, const struct top_table *t,
		      size_t skip, unsigned int spare)
{
	unsigned int widths[TOP_COLS], end;
	char line[TOP_LINE];
	size_t i;

	end = s->height > spare ? s->height - spare : 0;
	top_fit(t, s->width, widths);
	top_titles(line, t, widths);
	top_screen_line(s, TOP_TITLE, "%-*s", (int)s->width, line);
	for (i = skip; i < t->n; i++) {
		const struct top_row *row = &t->rows[i];
		bool last = i + 1 == t->n;

		/* a line for how many are missing, unless none is */
		if (s->n + height_of(row) + !last > end) {
			top_screen_line(s, TOP_PLAIN, "%zu more", t->n - i);
			return;
		}
		top_cells(line, t, i, widths);
		top_screen_line(s, row->bad ? TOP_BAD : TOP_PLAIN, "%s", line);
		if (*row->note)
			top_screen_line(s, TOP_PLAIN, "  %s", row->note);
	}
}
