/* SPDX-License-Identifier: GPL-2.0 */
/* The terminal of top, by ncurses. */
#ifndef TCOPYCTL_TOP_TERM_H
#define TCOPYCTL_TOP_TERM_H

#include "top_screen.h"

/* What somebody did at the terminal. */
enum top_key {
	TOP_KEY_NONE,	/* the time is over */
	TOP_KEY_QUIT,	/* q, SIGINT, SIGTERM, SIGHUP */
	TOP_KEY_RESIZE,
	TOP_KEY_LEFT, TOP_KEY_RIGHT, TOP_KEY_REVERSE,
	TOP_KEY_UP, TOP_KEY_DOWN,
	TOP_KEY_NOW,	/* space */
	TOP_KEY_OTHER,
};

void term_check(void);
void term_open(void);
void term_close(void);
void term_size(unsigned int *width, unsigned int *height);
void term_draw(const struct top_screen *s);
enum top_key term_key(int ms);

#endif
