// SPDX-License-Identifier: GPL-2.0
/* The terminal of top, by ncurses, which no other file knows of. */
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <term.h>
#include <unistd.h>

#include "tcopyctl.h"
#include "top_term.h"

static int signals = -1;
static bool open_now;

/* Signals come as events, so that each leaves the terminal as it was. */
static void open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		refuse("top: %s", strerror(errno));
}

/**
 * term_check() - end the program where there is no terminal
 */
void term_check(void)
{
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		refuse("top: %s is no terminal: 'show-targets' and 'show-stats' print once, 'monitor' a line for each event, 'metrics' for programs",
		       isatty(STDOUT_FILENO) ? "stdin" : "stdout");
}

/**
 * term_open() - take the terminal, or end the program
 *
 * Whatever ends the program gives it back, and what is said then is said on
 * the screen of before.
 */
void term_open(void)
{
	const char *type = getenv("TERM");

	if (!newterm(NULL, stdout, stdin) || !cursor_address)
		refuse("top: the terminal type '%.64s' (TERM) is unknown here, or cannot move its cursor: TERM=vt100 would be one that can",
		       type ? type : "");
	open_now = true;
	before_words = term_close;
	atexit(term_close);
	open_signals();
	set_escdelay(25);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
}

/**
 * term_close() - give the terminal back; term_draw() takes it again
 */
void term_close(void)
{
	if (open_now)
		endwin();
	open_now = false;
}

/**
 * term_size() - as it is now
 * @width:	set
 * @height:	set
 */
void term_size(unsigned int *width, unsigned int *height)
{
	*width = (unsigned int)COLS;
	*height = (unsigned int)LINES;
}

/**
 * term_draw() - show a screen
 * @s:		of term_size()
 */
void term_draw(const struct top_screen *s)
{
	static const attr_t looks[] = {
		[TOP_PLAIN] = A_NORMAL,
		[TOP_TITLE] = A_REVERSE,
		[TOP_BAD] = A_BOLD,
	};
	unsigned int i;

	open_now = true;
	erase();
	for (i = 0; i < s->n; i++) {
		attrset((int)looks[s->line[i].look]);
		mvaddnstr((int)i, 0, s->line[i].text, (int)s->width);
	}
	attrset(A_NORMAL);
	refresh();
}

static enum top_key take_signals(void)
{
	enum top_key key = TOP_KEY_NONE;
	struct signalfd_siginfo info;
	struct winsize size;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGWINCH)
			return TOP_KEY_QUIT;
		if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) &&
		    size.ws_row && size.ws_col)
			resizeterm(size.ws_row, size.ws_col);
		key = TOP_KEY_RESIZE;
	}
	return key;
}

static enum top_key take_key(void)
{
	switch (getch()) {
	case ERR:
		return TOP_KEY_NONE;
	case 'q':
	case 'Q':
		return TOP_KEY_QUIT;
	case KEY_RESIZE:
		return TOP_KEY_RESIZE;
	case '<':
	case KEY_LEFT:
		return TOP_KEY_LEFT;
	case '>':
	case KEY_RIGHT:
		return TOP_KEY_RIGHT;
	case KEY_UP:
	case 'k':
		return TOP_KEY_UP;
	case KEY_DOWN:
	case 'j':
		return TOP_KEY_DOWN;
	case 'r':
	case 'R':
		return TOP_KEY_REVERSE;
	case ' ':
		return TOP_KEY_NOW;
	}
	return TOP_KEY_OTHER;
}

/**
 * term_key() - wait for somebody to do something
 * @ms:		so long at most
 *
 * Return: what it was. A terminal that is gone counts as QUIT.
 */
enum top_key term_key(int ms)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	enum top_key key = take_key();	/* what ncurses has read already */

	if (key != TOP_KEY_NONE)
		return key;
	if (poll(fds, 2, ms) < 0)
		return errno == EINTR ? TOP_KEY_OTHER : TOP_KEY_QUIT;
	if (fds[0].revents)
		return take_signals();
	if (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL))
		return TOP_KEY_QUIT;
	if (!fds[1].revents)
		return TOP_KEY_NONE;
	/* readable, and no key yet: the beginning of one */
	key = take_key();
	return key == TOP_KEY_NONE ? TOP_KEY_OTHER : key;
}
