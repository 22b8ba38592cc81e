/* SPDX-License-Identifier: GPL-2.0 */
/* The lines that top shows: of a terminal's size, whatever that is. Pure. */
#ifndef TCOPYCTL_TOP_SCREEN_H
#define TCOPYCTL_TOP_SCREEN_H

#include "top_table.h"

enum top_look {
	TOP_PLAIN,
	TOP_TITLE,	/* of a table */
	TOP_BAD,	/* not as it should be */
};

/**
 * struct top_line - a line of the screen
 * @text:	printable ASCII, not wider than the screen
 * @look:	how it stands out
 */
struct top_line {
	char text[TOP_LINE];
	enum top_look look;
};

#define TOP_HEIGHT	512	/* a terminal's lines that are used, at most */

/**
 * struct top_screen - what is shown at once
 * @width:	of the terminal
 * @height:	of the terminal
 * @n:		lines used, @height and TOP_HEIGHT at most
 * @line:	the lines
 */
struct top_screen {
	unsigned int width;
	unsigned int height;
	unsigned int n;
	struct top_line line[TOP_HEIGHT];
};

void top_screen_begin(struct top_screen *s, unsigned int width,
		      unsigned int height);
void top_screen_line(struct top_screen *s, enum top_look look, const char *fmt,
		     ...) __attribute__((format(printf, 3, 4)));
void top_screen_table(struct top_screen *s, const struct top_table *t,
		      size_t skip, unsigned int spare);

#endif
