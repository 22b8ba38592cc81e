// SPDX-License-Identifier: GPL-2.0
/* tcopyctl top: what is copied, live in a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "out.h"
#include "tcopyctl.h"
#include "top_rows.h"
#include "top_term.h"

enum { OPT_SORT, OPT_S, OPT_DELAY, OPT_D, OPT_COUNT };

static const struct arg_def defs[] = {
	[OPT_SORT] = { "--sort", "FIELD", false },
	[OPT_S] = { "-s", "FIELD", false },
	[OPT_DELAY] = { "--delay", "DURATION", false },
	[OPT_D] = { "-d", "DURATION", false },
	[OPT_COUNT] = { "--count", "N", false },
	{ NULL, NULL, false }
};

#define DELAY_MAX	3600	/* seconds */

/**
 * struct view - what is looked at, and how
 * @delay:	seconds between two samples
 * @count:	screens until the end, 0: no end
 * @field:	that rows are sorted by, where a table has it
 * @reverse:	the other way round
 * @skip:	targets that were scrolled away
 * @now:	the last sample
 * @before:	the one before
 */
struct view {
	u32 delay;
	u64 count;
	const char *field;
	bool reverse;
	size_t skip;
	struct top_sample now, before;
};

static u64 clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000 + (u64)ts.tv_nsec / 1000;
}

/* A host that has both modules loaded is mostly one of the two all the same. */
static bool shows_test(const struct top_sample *now)
{
	return now->test && (now->icepts.n || now->relay || !now->online);
}

static bool shows_online(const struct top_sample *now)
{
	return now->online && (now->targets.n || !shows_test(now));
}

/* The table that keys move about in. */
static struct top_table *main_table(struct view *v)
{
	return shows_online(&v->now) || !shows_test(&v->now) ?
	       &v->now.targets : &v->now.icepts;
}

/* By its first rate where it has no such field. */
static void sort(const struct view *v, struct top_table *t)
{
	int by = top_find(t, v->field);

	if (by < 0)
		for (by = 0; t->cols[by].kind != TOP_RATE;)
			by++;
	top_sort(t, (unsigned int)by, v->reverse);
}

static void sample(struct view *v)
{
	struct state_now now;
	struct err err;

	top_sample_free(&v->before);
	v->before = v->now;
	if (state_now_try(&now, &err))
		top_sample_take(&v->now, &now, clock_us());
	else
		top_sample_none(&v->now, err.msg, clock_us());
	state_now_put(&now);
	top_sample_rates(&v->now, &v->before);
}

static const char *bytes_text(char buf[16], u64 bytes)
{
	top_number(buf, (double)bytes, true);
	return buf;
}

static void put_online(struct top_screen *s, const struct top_sample *now)
{
	char used[16], most[16];

	top_screen_line(s, TOP_PLAIN, "online host: %u sessions, %s of %s bytes held, CPU %u of %u %%",
			now->host.sessions, bytes_text(used, now->host.used),
			bytes_text(most, now->host.memory), now->host.cpu_used,
			now->host.cpu);
}

static void put_test(struct top_screen *s, const struct top_sample *now)
{
	const struct top_row *records = now->records.rows;
	char lost[16] = "-";

	if (records->rated)
		top_number(lost, records->rate[0], true);
	top_screen_line(s, now->relay ? TOP_PLAIN : TOP_BAD,
			"test host: %s, records lost: %llu, a second: %s",
			now->relay ? "a relay takes the answers" :
			"no relay takes the answers: run 'tcopyctl relay'",
			(unsigned long long)records->value[0], lost);
}

static void draw(struct view *v)
{
	static struct top_screen screen;
	struct top_screen *s = &screen;
	unsigned int width, height, spare;
	char text[16];
	struct tm tm;
	time_t now;

	now = time(NULL);
	strftime(text, sizeof(text), "%T", localtime_r(&now, &tm));
	sort(v, &v->now.targets);
	sort(v, &v->now.icepts);
	term_size(&width, &height);
	top_screen_begin(s, width, height);
	top_screen_line(s, TOP_PLAIN, "tcopyctl top  %s  each %u s  by %s%s   q quit, <> sort, r reverse",
			text, v->delay, v->field, v->reverse ? " up" : "");
	if (*v->now.why)
		top_screen_line(s, TOP_BAD, "%s", v->now.why);
	if (shows_online(&v->now))
		put_online(s, &v->now);
	if (shows_test(&v->now))
		put_test(s, &v->now);
	/* titles, an intercept and how many there are more */
	spare = shows_test(&v->now) ? 3 : 0;
	if (v->skip >= v->now.targets.n)
		v->skip = v->now.targets.n ? v->now.targets.n - 1 : 0;
	if (shows_online(&v->now))
		top_screen_table(s, &v->now.targets, v->skip, spare);
	if (shows_test(&v->now))
		top_screen_table(s, &v->now.icepts, 0, 0);
	term_draw(s);
}

/* The next field, or the one before. */
static void move_sort(struct view *v, int by)
{
	const struct top_table *t = main_table(v);
	int c = top_find(t, v->field) + by;

	if (c >= 0 && c < (int)t->cols_n)
		v->field = t->cols[c].field;
}

/* Return: false: it is time for another sample. */
static bool take_key(struct view *v, enum top_key key)
{
	switch (key) {
	case TOP_KEY_NONE:
	case TOP_KEY_NOW:
		return false;
	case TOP_KEY_QUIT:
		leave(EXIT_DONE);
	case TOP_KEY_LEFT:
		move_sort(v, -1);
		break;
	case TOP_KEY_RIGHT:
		move_sort(v, 1);
		break;
	case TOP_KEY_REVERSE:
		v->reverse = !v->reverse;
		break;
	case TOP_KEY_UP:
		v->skip -= v->skip ? 1 : 0;
		break;
	case TOP_KEY_DOWN:
		v->skip++;
		break;
	case TOP_KEY_RESIZE:
	case TOP_KEY_OTHER:
		break;
	}
	draw(v);
	return true;
}

static void wait_and_see(struct view *v)
{
	u64 until_us = v->now.at_us + (u64)v->delay * 1000000, now_us;

	do {
		now_us = clock_us();
		/* a millisecond more than too early */
	} while (take_key(v, now_us >= until_us ? TOP_KEY_NONE :
			  term_key((int)((until_us - now_us) / 1000) + 1)));
}

/* Of both tables, since either module may be loaded later. */
static void check_field(const char *field)
{
	struct state_now nothing = { 0 };
	struct top_sample none;
	const struct top_table *const tables[] = { &none.targets,
						   &none.icepts };
	char names[2][160];
	unsigned int c, i;
	size_t len;

	top_sample_take(&none, &nothing, 0);
	for (i = 0; i < 2; i++) {
		if (top_find(tables[i], field) >= 0)
			return;
		for (c = 0, len = 0; c < tables[i]->cols_n; c++)
			len += (size_t)snprintf(names[i] + len,
						sizeof(names[i]) - len, "%s%s",
						c ? ", " : "",
						tables[i]->cols[c].field);
	}
	misuse("--sort: '%.64s' is no field: %s; of intercepts %s", field,
	       names[0], names[1]);
}

static void read_args(struct view *v, struct args *args)
{
	const char *value;
	struct err err;
	int opt;

	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		switch (opt) {
		case ARGS_WORD:
			misuse("top: '%.64s' is one argument too many", value);
		case OPT_SORT:
		case OPT_S:
			check_field(value);
			v->field = value;
			break;
		case OPT_DELAY:
		case OPT_D:
			if (!parse_seconds(&v->delay, value, 1, DELAY_MAX,
					   &err))
				misuse("--delay: %s", err.msg);
			break;
		case OPT_COUNT:
			if (!parse_number(&v->count, value, 1, UINT32_MAX,
					  "count", &err))
				misuse("--count: %s", err.msg);
			break;
		}
	}
	if (args->seen & 1u << OPT_SORT && args->seen & 1u << OPT_S)
		misuse("--sort: given twice");
	if (args->seen & 1u << OPT_DELAY && args->seen & 1u << OPT_D)
		misuse("--delay: given twice");
	if (out_is_json())
		misuse("top: shows a screen, and no JSON: 'show-targets' and 'monitor' do");
}

static int run(struct args *args)
{
	struct view v = { .delay = 1, .field = "packets" };
	struct state_now now;
	u64 shown = 0;

	read_args(&v, args);
	term_check();
	/* what is wrong from the beginning is said without a screen */
	state_now_get(&now);
	state_now_put(&now);
	term_open();
	for (;;) {
		sample(&v);
		draw(&v);
		if (++shown == v.count)
			return EXIT_DONE;
		wait_and_see(&v);
	}
}

const struct command cmd_top = {
	.name = "top",
	.synopsis = "[--sort FIELD] [--delay DURATION] [--count N]",
	.summary = "watch targets and intercepts live in a terminal",
	.help =
	"On either host, until q. A target that is not copying says why below it. Rates are of the\n"
	"time since the screen before, '-' where there is none yet.\n"
	"\n"
	"  -s, --sort FIELD        by id, name, state, sessions, new, packets (default), bytes, held,\n"
	"                          lost, again, sent, answers or to; intercepts by port, addr, state,\n"
	"                          stolen, passed, own, malformed, errors or aborted\n"
	"  -d, --delay DURATION    between two screens, 1s (default) to 1h\n"
	"  --count N               ends after N screens\n"
	"\n"
	"NEW/s sessions begun, PKT/s client packets copied, B/s their bytes, HELD packets kept back\n"
	"now, LOST/s packets not copied though no option left them out, AGN/s segments sent again.\n"
	"A wide terminal has SENT/s, packets sent, ANSW/s, answer headers, and TO.\n"
	"Keys: < > sort by another field, r the other way round, up and down scroll, space at once.\n",
	.examples =
	"tcopyctl top\n"
	"tcopyctl -n blue top --sort lost --delay 5s\n",
	.run = run,
};
