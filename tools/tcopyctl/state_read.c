// SPDX-License-Identifier: GPL-2.0
/* state: lines of a file become what is wanted. */
#include <errno.h>
#include <stdlib.h>

#include "state.h"

#define BLANKS " \t\r\n"

/**
 * state_own() - is this host's address the source of copies by itself?
 * @from:	the online service
 * @direct:	answers come to this host
 */
bool state_own(const struct endpoint *from, bool direct)
{
	static const u8 loopback6[16] = { [15] = 1 };

	if (direct)
		return true;
	if (from->family == 6)
		return !memcmp(from->addr.v6, loopback6, 16);
	return from->family == 4 && (ntohl(from->addr.v4) >> 24) == 127;
}

static u16 from_port(const struct want_target *want)
{
	return want->from.port ? want->from.port : want->to.port;
}

/**
 * state_same_service() - is this target the one that is wanted?
 * @want:	what is wanted
 * @t:		a target
 *
 * By what cannot be changed of one.
 */
bool state_same_service(const struct want_target *want, const struct target *t)
{
	return state_overlap(want, t) &&
	       want->to.ifindex == t->to.ifindex &&
	       want->from.family == t->from.family;
}

/**
 * state_overlap() - would the kernel refuse one because of the other?
 * @want:	a target
 * @t:		another
 */
bool state_overlap(const struct want_target *want, const struct target *t)
{
	return endpoint_same_addr(&want->to, &t->to) &&
	       want->to.port == t->to.port &&
	       from_port(want) == t->from.port &&
	       want->forward == (t->hook == TCOPY_HOOK_FORWARD) &&
	       (!want->from.family || !t->from.family ||
		endpoint_same_addr(&want->from, &t->from));
}

/* The same line twice is a slip of the editor's, and the second is refused. */
static void check_target(const struct state_want *to,
			 const struct want_target *new)
{
	const struct want_target *old;
	struct target t = { 0 };
	size_t i;

	for (i = 0; i < to->target_n; i++) {
		old = &to->target[i];
		if (*new->name && !strcmp(new->name, old->name))
			misuse("line %u has a target named %s, too",
			       to->target_line[i], new->name);
		t.to = old->to;
		t.from = old->from;
		t.from.port = from_port(old);
		t.hook = old->forward ? TCOPY_HOOK_FORWARD : TCOPY_HOOK_INPUT;
		if (state_overlap(new, &t))
			misuse("line %u copies this service to this target already",
			       to->target_line[i]);
	}
}

static void check_icept(const struct state_want *to,
			const struct want_icept *new)
{
	size_t i;

	for (i = 0; i < to->icept_n; i++)
		if (to->icept[i].at.port == new->at.port &&
		    endpoint_same_addr(&to->icept[i].at, &new->at))
			misuse("line %u intercepts port %u already",
			       to->icept_line[i], new->at.port);
}

static void add_target(struct state_want *to, struct args *args,
		       unsigned int line)
{
	size_t n = to->target_n;
	struct want_target *new;

	to->target = xrealloc(to->target, n + 1, sizeof(*to->target));
	to->target_line = xrealloc(to->target_line, n + 1, sizeof(line));
	new = &to->target[n];
	want_target_read(new, args);
	check_target(to, new);
	tune_check(&new->tune);
	to->target_line[n] = line;
	to->target_n++;
}

static void add_icept(struct state_want *to, struct args *args,
		      unsigned int line)
{
	size_t n = to->icept_n;

	to->icept = xrealloc(to->icept, n + 1, sizeof(*to->icept));
	to->icept_line = xrealloc(to->icept_line, n + 1, sizeof(line));
	want_icept_read(&to->icept[n], args);
	check_icept(to, &to->icept[n]);
	to->icept_line[n] = line;
	to->icept_n++;
}

static void set_host(struct state_want *to, struct args *args,
		     unsigned int line)
{
	if (to->host_line)
		misuse("line %u is a set, too", to->host_line);
	want_host_read(&to->host, args);
	if (to->host.has_profile)
		misuse("--profile is no configuration: it is for a look, by 'tcopyctl set'");
	to->host_line = line;
}

static void read_words(struct state_want *to, char **words, int n,
		       unsigned int line)
{
	const struct args *before;
	struct args args;
	char where[300];

	snprintf(where, sizeof(where), "%.256s:%u", to->name, line);
	before = args_line(&args, words, n, where);
	if (args.cmd == &cmd_add_target)
		add_target(to, &args, line);
	else if (args.cmd == &cmd_add_intercept)
		add_icept(to, &args, line);
	else if (args.cmd == &cmd_set)
		set_host(to, &args, line);
	else
		misuse("'%.64s' stands for nothing here: a line begins with add-target, add-intercept, set or #",
		       words[0]);
	args_back(before);
}

/**
 * state_read() - read a file
 * @to:		filled; state_want_free() it
 * @in:		the file
 * @name:	its name, for errors; stays the caller's
 *
 * A line is split at blanks; there is no quoting. The program ends when a line
 * is wrong, or when none says anything: that is rather an accident than the
 * wish to end everything.
 */
void state_read(struct state_want *to, FILE *in, const char *name)
{
	char *text = NULL, *word, *rest, **words = NULL;
	unsigned int line = 0;
	size_t room = 0;
	ssize_t len;
	int n;

	memset(to, 0, sizeof(*to));
	to->name = name;
	while ((len = getline(&text, &room, in)) >= 0) {
		line++;
		if (strlen(text) != (size_t)len)
			misuse("%s:%u: a zero byte: this is no text", name,
			       line);
		to->lines++;
		n = 0;
		for (word = strtok_r(text, BLANKS, &rest); word;
		     word = strtok_r(NULL, BLANKS, &rest)) {
			words = xrealloc(words, (size_t)n + 1, sizeof(*words));
			words[n++] = word;
		}
		if (n && *words[0] != '#')
			read_words(to, words, n, line);
	}
	if (ferror(in))
		refuse("cannot read %s: %s", name, strerror(errno));
	if (!to->lines)
		misuse("%s is empty ('tcopyctl stop' ends everything; a file with nothing but a comment does, too)",
		       name);
	free(words);
	free(text);
}

/**
 * state_want_free() - free the lists
 * @want:	from state_read()
 */
void state_want_free(struct state_want *want)
{
	free(want->target);
	free(want->target_line);
	free(want->icept);
	free(want->icept_line);
}
