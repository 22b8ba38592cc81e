// SPDX-License-Identifier: GPL-2.0
/* tcopyctl restore: what there is becomes what a file says. */
#include <errno.h>
#include <stdlib.h>

#include "file.h"
#include "intercept.h"
#include "out.h"
#include "restore.h"

/* What was changed, as the command that does it. */
static void say(const struct restore *r, const char *line)
{
	fprintf(r->said, "%s\n", line);
}

/* Only when all went well: what was taken back was not changed. */
static void print_said(struct restore *r)
{
	char *line, *rest;

	if (!out_is_json()) {
		fputs(r->text, stdout);
		return;
	}
	out_list(OUT_TABLE);
	for (line = strtok_r(r->text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		out_row();
		out_str("change", NULL, line);
		out_row_end();
	}
	out_list_end();
}

static int failed(struct restore *r, unsigned int line, const char *what,
		  const struct err *err)
{
	if (line)
		err_set(&r->err, "%.256s:%u: %s: %s", r->want->name, line,
			what, err->msg);
	else
		err_set(&r->err, "%s: %s", what, err->msg);
	return -1;
}

static int set_host(struct restore *r)
{
	const struct want_host *want = &r->want->host;
	char text[128];
	struct err err;

	if (!r->want->host_line ||
	    ((!want->memory || want->memory == r->now->host.memory) &&
	     (!want->cpu || want->cpu == r->now->host.cpu)))
		return 0;
	if (want_host_set(&r->now->on, want, &err))
		return failed(r, r->want->host_line, "cannot set this", &err);
	snprintf(text, sizeof(text), "set --memory %llu --cpu %u",
		 (unsigned long long)(want->memory ? want->memory :
				      r->now->host.memory),
		 want->cpu ? want->cpu : r->now->host.cpu);
	say(r, text);
	return 0;
}

static int add_target(struct restore *r, size_t i)
{
	const struct want_target *want = &r->want->target[i];
	char text[ENDPOINT_TEXT * 5];
	struct err err;
	u32 id;

	if (want_target_add(&r->now->on, want, &id, &err))
		return failed(r, r->want->target_line[i],
			      "cannot add this target", &err);
	snprintf(text, sizeof(text), "add-target %s%s%s", want->to_text,
		 *want->name ? " --name " : "", want->name);
	say(r, text);
	return 0;
}

static int del_target(struct restore *r, const struct target *t)
{
	char text[64];
	struct err err;
	int rc;

	rc = want_target_cmd(&r->now->on, TCOPY_CMD_TARGET_DEL, t->id, &err);
	if (rc == -ENOENT)
		return 0;
	snprintf(text, sizeof(text), "del-target %s", t->name);
	if (!*t->name)
		snprintf(text, sizeof(text), "del-target %u", t->id);
	if (rc)
		return failed(r, 0, text, &err);
	say(r, text);
	return 0;
}

static int change_tune(struct restore *r, size_t i, const struct target *t)
{
	struct tune tune = r->want->target[i].tune, have;
	char *text = NULL;
	struct err err;
	size_t size;
	FILE *out;

	tune_of(&have, t);
	tune_rest(&tune, r->want->target[i].forward,
		  state_own(&r->want->target[i].from, t->direct));
	tune_diff(&tune, &have);
	if (!tune.has)
		return 0;
	if (want_tune_set(&r->now->on, t->id, &tune, &err))
		return failed(r, r->want->target_line[i],
			      "cannot change the target to this", &err);
	out = open_memstream(&text, &size);
	if (!out)
		refuse("out of memory");
	fprintf(out, "set-target %u", t->id);
	tune_print(out, &tune);
	fclose(out);
	say(r, text);
	free(text);
	return 0;
}

static int change_target(struct restore *r, size_t i, const struct target *t)
{
	bool paused = r->want->target[i].paused;
	char text[64];
	struct err err;

	/* first, so that nothing of the change is copied */
	if (paused != t->paused) {
		if (want_target_cmd(&r->now->on, paused ?
				    TCOPY_CMD_TARGET_PAUSE :
				    TCOPY_CMD_TARGET_RESUME, t->id, &err))
			return failed(r, r->want->target_line[i],
				      "cannot pause or resume the target",
				      &err);
		snprintf(text, sizeof(text), "%s-target %u",
			 paused ? "pause" : "resume", t->id);
		say(r, text);
	}
	return change_tune(r, i, t);
}

/* What is new first, what is lost last: until then all can be taken back. */
static int apply_targets(struct restore *r)
{
	const struct state_want *want = r->want;
	const struct state_now *now = r->now;
	size_t i;

	if (set_host(r))
		return -1;
	for (i = 0; i < want->target_n; i++)
		if (r->match[i] < 0 && !r->later[i] && add_target(r, i))
			return -1;
	for (i = 0; i < want->target_n; i++)
		if (r->match[i] >= 0 &&
		    change_target(r, i, &now->targets.v[r->match[i]]))
			return -1;
	for (i = 0; i < now->targets.n; i++)
		if (!r->keep[i] && del_target(r, &now->targets.v[i]))
			return -1;
	for (i = 0; i < want->target_n; i++)
		if (r->match[i] < 0 && r->later[i] && add_target(r, i))
			return -1;
	return 0;
}

static int add_icept(struct restore *r, size_t i)
{
	const struct want_icept *want = &r->want->icept[i];
	struct endpoint addr = want->at;
	char text[128], buf[ENDPOINT_TEXT];
	struct err err;

	if (want_icept_add(&r->now->te, want, &err))
		return failed(r, r->want->icept_line[i],
			      "cannot intercept this port", &err);
	addr.port = 0;
	snprintf(text, sizeof(text), "add-intercept %u%s%s", want->at.port,
		 addr.family ? " --addr " : "",
		 addr.family ? endpoint_text(buf, &addr) : "");
	say(r, text);
	return 0;
}

/* The kernel deletes by the port alone: each one once. */
static int del_icepts(struct restore *r)
{
	const struct icept_list *have = &r->now->icepts;
	char text[64];
	struct err err;
	size_t i, j;
	int rc;

	for (i = 0; i < have->n; i++) {
		if (r->icept_keep[i])
			continue;
		for (j = 0; j < i; j++)
			if (have->v[j].port == have->v[i].port)
				break;
		if (j < i)
			continue;
		snprintf(text, sizeof(text), "del-intercept %u",
			 have->v[i].port);
		rc = intercept_del(&r->now->te, have->v[i].port, false, &err);
		if (rc && rc != -ENOENT)
			return failed(r, 0, text, &err);
		if (!intercept_drained(&r->now->te, have->v[i].port, &err))
			return failed(r, 0, text, &err);
		say(r, text);
	}
	return 0;
}

static int apply(struct restore *r)
{
	const struct state_want *want = r->want;
	size_t i;

	for (i = 0; i < want->icept_n; i++)
		if (r->icept_add[i] && !r->icept_later[i] && add_icept(r, i))
			return -1;
	if (apply_targets(r) || del_icepts(r))
		return -1;
	for (i = 0; i < want->icept_n; i++)
		if (r->icept_add[i] && r->icept_later[i] && add_icept(r, i))
			return -1;
	return 0;
}

/* What the kernel refuses cannot be known before: bring back what there was. */
static bool take_back(const char *before, size_t size, struct err *err)
{
	FILE *in = fmemopen((void *)before, size, "r");
	struct state_want want;
	struct state_now now;
	struct restore r;
	int rc;

	if (!in)
		refuse("out of memory");
	state_read(&want, in, "before");
	fclose(in);
	state_now_get(&now);
	restore_plan(&r, &want, &now);
	rc = apply(&r);
	*err = r.err;
	restore_free(&r);
	state_want_free(&want);
	state_now_put(&now);
	return !rc;
}

/* For live connections, too, the answer is no before anything is changed. */
static void check_live(const struct restore *r)
{
	const struct args *before;
	struct args args;
	char name[] = "add-intercept", *word = name;
	char where[300];
	size_t i;

	for (i = 0; i < r->want->icept_n; i++) {
		if (!r->icept_add[i] || r->icept_later[i])
			continue;
		snprintf(where, sizeof(where), "%.256s:%u", r->want->name,
			 r->want->icept_line[i]);
		before = args_line(&args, &word, 1, where);
		want_icept_check(&r->want->icept[i]);
		args_back(before);
	}
}

static void need_modules(const struct state_want *want,
			 const struct state_now *now)
{
	if (!now->online && (want->target_n || want->host_line))
		refuse("%s:%u: the module tcopy is not loaded: 'modprobe tcopy', or 'insmod tcopy.ko' from the build directory",
		       want->name, want->target_n ? want->target_line[0] :
		       want->host_line);
	if (!now->test && want->icept_n)
		refuse("%s:%u: the module tcopy_intercept is not loaded: 'modprobe tcopy_intercept', or 'insmod tcopy_intercept.ko' from the build directory",
		       want->name, want->icept_line[0]);
}

static void read_file(struct state_want *want, const char *name)
{
	FILE *in = stdin;

	if (!name) {
		state_read(want, in, "stdin");
		return;
	}
	in = fopen(name, "re");
	if (!in)
		refuse("cannot read %s: %s", name, strerror(errno));
	state_read(want, in, name);
	fclose(in);
}

static int run(struct args *args)
{
	const char *name = file_arg(args);
	struct state_want want;
	struct state_now now;
	struct restore r;
	struct err err;
	char *before;
	size_t size;
	FILE *out;

	read_file(&want, name);
	state_now_get(&now);
	need_modules(&want, &now);
	restore_plan(&r, &want, &now);
	check_live(&r);

	out = open_memstream(&before, &size);
	if (!out)
		refuse("out of memory");
	fputs("# before\n", out);
	state_print(out, &now);
	if (fclose(out))
		refuse("out of memory");
	if (apply(&r)) {
		if (!take_back(before, size, &err))
			refuse("%s; and what there was before is not back as a whole: %s ('tcopyctl save' shows what there is)",
			       r.err.msg, err.msg);
		refuse("%s (what there was before was brought back)",
		       r.err.msg);
	}
	fflush(r.said);
	print_said(&r);
	free(before);
	restore_free(&r);
	state_want_free(&want);
	state_now_put(&now);
	return EXIT_DONE;
}

const struct command cmd_restore = {
	.name = "restore",
	.synopsis = "[FILE]",
	.summary = "bring about what save wrote, and nothing else",
	.help =
	"FILE (or stdin) holds lines of add-target, add-intercept and set, as they are typed. What is\n"
	"there and not in FILE is deleted, what differs is changed, what is the same is left alone, with\n"
	"its sessions: restoring twice changes nothing. Prints what it changes. Without a set line the\n"
	"host's limits stay as they are; --for of what ends by itself already is left to run.\n"
	"A wrong line is named, and then nothing is changed; when the kernel refuses one, what was\n"
	"there before is brought back. So one target that no route leads to yet, at boot say, holds all\n"
	"of FILE up: tcopy.service tries again every 5 seconds. To have the rest now, put a # in front\n"
	"of that target's line; restore again without it when there is a route. A name, relay, --direct\n"
	"or --hook that differs makes a new target, other --pass prefixes a new intercept, after a\n"
	"drain. A port that other hosts are connected to is refused as by add-intercept, unless its\n"
	"line says --force.\n",
	.examples =
	"tcopyctl restore /etc/tcopy.conf\n",
	.run = run,
};
