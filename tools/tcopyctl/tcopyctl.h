/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every command shares: its place in the table, its arguments, its exit.
 *
 * Exit codes are a contract. EXIT_DONE; EXIT_REFUSED when the kernel or the
 * state of this system said no (another day the same line may work);
 * EXIT_USAGE when the line itself is wrong; EXIT_FOUND when doctor found
 * something.
 */
#ifndef TCOPYCTL_H
#define TCOPYCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXIT_DONE	0
#define EXIT_REFUSED	1
#define EXIT_USAGE	2
#define EXIT_FOUND	3

struct args;

/**
 * struct command - one entry of the table in main.c
 * @name:	as it is typed
 * @synopsis:	its arguments, for the usage line; "" when it has none
 * @summary:	one line
 * @help:	what `tcopyctl NAME -h` says behind the usage line, lines ended;
 *		it is folded anew: prose, and below it options
 * @examples:	command lines behind that, 78 columns at most, lines ended
 * @run:	returns an exit code, or leaves by refuse() or misuse()
 */
struct command {
	const char *name;
	const char *synopsis;
	const char *summary;
	const char *help;
	const char *examples;
	int (*run)(struct args *args);
};

extern const struct command cmd_add_intercept, cmd_add_target,
	cmd_del_intercept, cmd_del_target, cmd_doctor, cmd_metrics, cmd_monitor,
	cmd_pause_target, cmd_relay, cmd_reset_stats, cmd_restore,
	cmd_resume_target, cmd_save, cmd_set, cmd_set_target, cmd_show,
	cmd_show_intercepts, cmd_show_sessions, cmd_show_stats,
	cmd_show_targets, cmd_stop, cmd_top;

/**
 * struct arg_def - an option of a command
 * @name:	with its dashes; NULL ends a table
 * @value:	what its value is called, NULL when it takes none
 * @many:	may be given more than once
 */
struct arg_def {
	const char *name;
	const char *value;
	bool many;
};

/**
 * struct args - a command's arguments, taken one by one with args_next()
 * @cmd:	the command, NULL before it was read
 * @argv:	all words of the command line
 * @argc:	how many
 * @at:		the next one
 * @seen:	bit per arg_def that was given
 * @netns:	network namespace, entered at the end of the arguments; or NULL
 * @where:	file and line of these words; NULL: the command line
 * @ask:	'h' or 'V': asked for help or the version
 * @words_only:	behind "--"
 */
struct args {
	const struct command *cmd;
	char **argv;
	int argc;
	int at;
	uint32_t seen;
	const char *netns;
	const char *where;
	char ask;
	bool words_only;
};

enum {
	ARGS_END = -1,		/* no more */
	ARGS_WORD = -2,		/* not an option */
};

void args_command(struct args *args);
const struct args *args_line(struct args *args, char **argv, int argc,
			     const char *where);
void args_back(const struct args *before);
int args_next(struct args *args, const struct arg_def *defs,
	      const char **value);
void args_none(struct args *args);
const char *args_only(struct args *args, const struct arg_def *defs,
		      const char *what);

/* called before anything is said on stderr, when there is one */
extern void (*before_words)(void);

void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void refuse(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));
void misuse(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));
void leave(int code) __attribute__((noreturn));
void *xrealloc(void *p, size_t n, size_t size);

extern const struct command *const commands[];

#endif
