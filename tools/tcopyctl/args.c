// SPDX-License-Identifier: GPL-2.0
/* The words of a command line, and the ways to leave the program. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "help.h"
#include "out.h"
#include "tcopyctl.h"

static const struct args *current;

void (*before_words)(void);

static void say(const char *fmt, va_list ap)
{
	if (before_words)
		before_words();
	fflush(stdout);
	fputs("tcopyctl: ", stderr);
	if (current && current->where)
		fprintf(stderr, "%s: ", current->where);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

/**
 * warn() - say something on stderr
 * @fmt:	as in printf(), without newline
 */
void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

/**
 * leave() - end the program
 * @code:	exit code, if what was printed arrived; EXIT_REFUSED if not
 */
void leave(int code)
{
	out_finish();
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "tcopyctl: cannot write to stdout: %s\n",
			strerror(errno));
		if (code == EXIT_DONE)
			code = EXIT_REFUSED;
	}
	exit(code);
}

/**
 * refuse() - the kernel or the state of this system said no
 * @fmt:	as in printf(), without newline
 */
void refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	leave(EXIT_REFUSED);
}

/**
 * misuse() - the command line itself is wrong
 * @fmt:	as in printf(), without newline
 */
void misuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	if (current && current->cmd)
		fprintf(stderr, "usage: tcopyctl %s%s%s  (more with -h)\n",
			current->cmd->name,
			*current->cmd->synopsis ? " " : "",
			current->cmd->synopsis);
	else if (!current || !current->where)
		fputs("usage: tcopyctl [-j] [-p] [-n NETNS] COMMAND [ARGUMENT...]  (more with -h)\n",
		      stderr);
	leave(EXIT_USAGE);
}

/**
 * xrealloc() - an array that grows, or the end of the program
 * @p:		what there is, or NULL
 * @n:		entries wanted
 * @size:	of one
 */
void *xrealloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		refuse("out of memory");
	return p;
}

/* Before any socket is opened: a netlink socket keeps its namespace. */
static void enter_netns(const char *name)
{
	char path[128];
	int fd;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, "..") || strlen(name) > 64)
		misuse("--netns: '%.64s' is no namespace: a name from 'ip netns' would be",
		       name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		refuse("--netns: no network namespace '%s' ('ip netns' lists them): %s",
		       name, strerror(errno));
	if (setns(fd, CLONE_NEWNET))
		refuse("--netns: cannot enter '%s': %s%s", name,
		       strerror(errno),
		       errno == EPERM ? " (run it as root)" : "");
	close(fd);
}

static bool take_netns(struct args *args, const char *word)
{
	const char *name;

	if (!strncmp(word, "--netns=", 8))
		name = word + 8;
	else if (strcmp(word, "-n") && strcmp(word, "--netns"))
		return false;
	else if (args->at < args->argc)
		name = args->argv[args->at++];
	else
		misuse("--netns: lacks its value NAME");
	if (args->netns)
		misuse("--netns: given twice");
	args->netns = name;
	return true;
}

static void print_version(void)
{
	if (out_is_json()) {
		out_list(OUT_BLOCK);
		out_row();
		out_str("version", "version", TCOPY_VERSION);
		out_row_end();
		out_list_end();
	} else {
		puts("tcopyctl " TCOPY_VERSION);
		out_none();
	}
	leave(EXIT_DONE);
}

/* Take an option that any command has, wherever it stands. */
static bool args_global(struct args *args, const char *word)
{
	const char *p;

	if (take_netns(args, word))
		return true;
	if (!strcmp(word, "--help"))
		word = "-h";
	else if (!strcmp(word, "--json"))
		word = "-j";
	else if (!strcmp(word, "--pretty"))
		word = "-p";
	else if (!strcmp(word, "--version"))
		word = "-V";
	if (word[1] == '-' || !word[1] || word[1 + strspn(word + 1, "jphV")])
		return false;
	for (p = word + 1; *p; p++) {
		if (*p == 'j')
			out_set_json();
		else if (*p == 'p')
			out_set_pretty();
		else
			args->ask = *p;
	}
	return true;
}

/* When all is read, so that -V -j is what -j -V is. */
static void args_asked(struct args *args)
{
	if (args->ask == 'V')
		print_version();
	if (args->ask && args->cmd)
		help_command(args->cmd);
	if (args->ask)
		help_all();
}

static const struct command *find_command(const char *word)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++)
		if (!strcmp((*cmd)->name, word))
			return *cmd;
	return NULL;
}

/**
 * args_line() - begin with the words of a line of a file
 * @args:	filled; what is said from now on names @where, until args_back()
 * @argv:	the words, the command first
 * @argc:	how many, 1 at least
 * @where:	file and line
 *
 * Global options are unknown in there.
 *
 * Return: what to hand to args_back().
 */
const struct args *args_line(struct args *args, char **argv, int argc,
			     const char *where)
{
	const struct args *before = current;

	memset(args, 0, sizeof(*args));
	args->argv = argv;
	args->argc = argc;
	args->at = 1;
	args->where = where;
	current = args;
	args->cmd = find_command(argv[0]);
	return before;
}

/**
 * args_back() - the line was read
 * @before:	from args_line()
 */
void args_back(const struct args *before)
{
	current = before;
}

/**
 * args_command() - take the command
 * @args:	at the beginning; its command is set
 */
void args_command(struct args *args)
{
	const char *word;

	current = args;
	while (args->at < args->argc) {
		word = args->argv[args->at++];
		if (word[0] == '-') {
			if (!args_global(args, word))
				misuse("unknown option '%.64s'", word);
			continue;
		}
		args->cmd = find_command(word);
		if (!args->cmd)
			misuse("unknown command '%.64s'", word);
		return;
	}
	args_asked(args);
	misuse("which command?");
}

/**
 * args_next() - take the next argument
 * @args:	where we are
 * @defs:	the command's options, at most 32; NULL: it has none
 * @value:	set to the option's value, or to the word itself
 *
 * Takes --option VALUE and --option=VALUE; options are not abbreviated, since
 * what is short today is ambiguous tomorrow. An unknown option, a missing
 * value and a repetition end the program.
 *
 * Return: index in @defs, ARGS_WORD or ARGS_END.
 */
int args_next(struct args *args, const struct arg_def *defs,
	      const char **value)
{
	const char *word, *equals;
	size_t len;
	int i;

again:
	if (args->at >= args->argc) {
		args_asked(args);
		if (args->netns)
			enter_netns(args->netns);
		return ARGS_END;
	}
	word = args->argv[args->at++];
	*value = word;
	if (args->words_only || word[0] != '-' || !word[1])
		return ARGS_WORD;
	if (!strcmp(word, "--")) {
		args->words_only = true;
		goto again;
	}
	if (!args->where && args_global(args, word))
		goto again;

	equals = strchr(word, '=');
	len = equals ? (size_t)(equals - word) : strlen(word);
	for (i = 0; defs && defs[i].name; i++) {
		const struct arg_def *def = &defs[i];

		if (strlen(def->name) != len || strncmp(def->name, word, len))
			continue;
		if (args->seen & 1u << i && !def->many)
			misuse("%s: given twice", def->name);
		args->seen |= 1u << i;
		if (!def->value) {
			if (equals)
				misuse("%s: takes no value", def->name);
			return i;
		}
		if (equals)
			*value = equals + 1;
		else if (args->at < args->argc)
			*value = args->argv[args->at++];
		else
			misuse("%s: lacks its value %s", def->name, def->value);
		return i;
	}
	misuse("%s: unknown option '%.*s'", args->cmd->name, (int)len, word);
}

/**
 * args_none() - the command takes no arguments
 * @args:	where we are
 */
void args_none(struct args *args)
{
	const char *value;

	if (args_next(args, NULL, &value) == ARGS_WORD)
		misuse("%s: '%.64s' is one argument too many", args->cmd->name,
		       value);
}

/**
 * args_only() - the command takes one word and no options of its own
 * @args:	where we are
 * @defs:	flags that are only to be seen in @args->seen, or NULL
 * @what:	what the word is
 */
const char *args_only(struct args *args, const struct arg_def *defs,
		      const char *what)
{
	const char *value, *word = NULL;
	int i;

	while ((i = args_next(args, defs, &value)) != ARGS_END) {
		if (i != ARGS_WORD)
			continue;
		if (word)
			misuse("%s: '%.64s' is one argument too many",
			       args->cmd->name, value);
		word = value;
	}
	if (!word)
		misuse("%s: %s is missing", args->cmd->name, what);
	return word;
}
