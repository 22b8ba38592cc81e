// SPDX-License-Identifier: GPL-2.0
/* tools/tcopyctl/top_table.c, top_screen.c: rates, order, and what fits */
#include "t.h"
#include "top_screen.h"

enum { ID, NAME, HELD, SENT, LOST, FAR };

static const struct top_col cols[] = {
	[ID] = { "id", "ID", TOP_NOW, 3, 1 },
	[NAME] = { "name", "NAME", TOP_WORD, 8, 0 },
	[HELD] = { "held", "HELD", TOP_NOW, 5, 2 },
	[SENT] = { "sent", "SENT/s", TOP_RATE, 6, 0 },
	[LOST] = { "lost", "LOST/s", TOP_RATE, 6, 0 },
	[FAR] = { "far", "FAR", TOP_WORD, 10, 3 },
};

#define ROWS 8
static struct top_row old_rows[ROWS], now_rows[ROWS];
static struct top_table old, now;
static struct top_screen screen;

static void begin(struct top_table *t, struct top_row *rows)
{
	memset(rows, 0, ROWS * sizeof(*rows));
	t->cols = cols;
	t->cols_n = sizeof(cols) / sizeof(*cols);
	t->rows = rows;
	t->n = 0;
}

static struct top_row *add(struct top_table *t, const char *key, u64 held,
			   u64 sent, u64 lost)
{
	struct top_row *row = &t->rows[t->n++];

	snprintf(row->key, sizeof(row->key), "%s", key);
	snprintf(row->word[NAME], TOP_TEXT, "%s", key);
	row->value[HELD] = held;
	row->value[SENT] = sent;
	row->value[LOST] = lost;
	return row;
}

static void both(void)
{
	begin(&old, old_rows);
	begin(&now, now_rows);
}

static void rates(void)
{
	both();
	add(&old, "b", 0, 5, 0);
	add(&old, "a", 9, 1000, 10);
	add(&now, "a", 3, 1500, 10);
	add(&now, "b", 0, 5, 1);
	top_rates(&now, &old, 2000000);
	T_OK(now.rows[0].rated && now.rows[1].rated);
	T_EQ(now.rows[0].rate[SENT] * 10, 2500);
	T_EQ(now.rows[0].rate[LOST] * 10, 0);
	T_EQ(now.rows[1].rate[SENT] * 10, 0);
	T_EQ(now.rows[1].rate[LOST] * 10, 5);
}

/* All of them were set to 0, though one is further than it was already. */
static void reset_stats(void)
{
	both();
	add(&old, "a", 0, 1000, 2);
	add(&now, "a", 0, 300, 7);
	top_rates(&now, &old, 1000000);
	T_OK(now.rows[0].rated);
	T_EQ(now.rows[0].rate[SENT], 300);
	T_EQ(now.rows[0].rate[LOST], 7);
}

/* What is only held now goes down without a reset. */
static void gauge_falls(void)
{
	both();
	add(&old, "a", 500, 1000, 2);
	add(&now, "a", 1, 1300, 2);
	top_rates(&now, &old, 1000000);
	T_EQ(now.rows[0].rate[SENT], 300);
	T_EQ(now.rows[0].rate[LOST], 0);
}

/* The same ID, and another service behind it: nothing to compare with. */
static void made_anew(void)
{
	both();
	add(&old, "1 *:80 10.0.0.5:80", 0, 1000, 2);
	add(&now, "1 *:80 10.0.0.6:80", 0, 5000, 2);
	top_rates(&now, &old, 1000000);
	T_OK(!now.rows[0].rated);
	now.rows[0] = old.rows[0];
	top_rates(&now, &old, 0);
	T_OK(!now.rows[0].rated);
}

static const char *order(struct top_table *t)
{
	static char keys[64];
	size_t i;

	*keys = 0;
	for (i = 0; i < t->n; i++)
		strcat(keys, t->rows[i].key);
	return keys;
}

static void sorting(void)
{
	both();
	add(&now, "c", 2, 0, 0)->rate[SENT] = 5;
	add(&now, "a", 7, 0, 0)->rate[SENT] = 5;
	add(&now, "d", 7, 0, 0)->rate[SENT] = 0.5;
	add(&now, "b", 0, 0, 0)->rate[SENT] = 70;
	now.rows[0].rated = true;
	now.rows[1].rated = true;
	now.rows[2].rated = true;
	top_sort(&now, SENT, false);
	T_OK(!strcmp(order(&now), "cadb"));	/* b has no rate yet */
	top_sort(&now, SENT, false);
	T_OK(!strcmp(order(&now), "cadb"));	/* c and a stay */
	top_sort(&now, SENT, true);
	T_OK(!strcmp(order(&now), "bdca"));
	top_sort(&now, NAME, false);
	T_OK(!strcmp(order(&now), "abcd"));
	top_sort(&now, HELD, false);
	T_OK(!strcmp(order(&now), "adcb"));
	T_EQ(top_find(&now, "lost"), LOST);
	T_EQ(top_find(&now, "los") + 1, 0);
}

static void titles_are(unsigned int width, const char *want)
{
	unsigned int widths[TOP_COLS];
	char line[TOP_LINE];

	top_fit(&now, width, widths);
	top_titles(line, &now, widths);
	if (strcmp(line, want))
		T_FAIL("in %u columns: '%.80s'", width, line);
}

static void fitting(void)
{
	both();
	T_DO(titles_are(45, " ID NAME        HELD SENT/s LOST/s FAR       "));
	T_DO(titles_are(43, " ID NAME      HELD SENT/s LOST/s FAR       "));
	T_DO(titles_are(42, " ID NAME                HELD SENT/s LOST/s"));
	T_DO(titles_are(32, " ID NAME      HELD SENT/s LOST/s"));
	T_DO(titles_are(31, " ID NAME          SENT/s LOST/s"));
	T_DO(titles_are(22, "NAME     SENT/s LOST/s"));
	T_DO(titles_are(5, "NAME     SENT/s LOST/s"));
}

static void cells(void)
{
	unsigned int widths[TOP_COLS];
	char line[TOP_LINE];
	struct top_row *row;

	both();
	row = add(&now, "somewhat-long", 12345, 0, 0);
	row->value[ID] = 7;
	snprintf(row->word[FAR], TOP_TEXT, "far");
	top_fit(&now, 43, widths);
	top_cells(line, &now, 0, widths);
	T_OK(!strcmp(line, "  7 somewha~ 12345      -      - far       "));
	row->rated = true;
	row->rate[SENT] = 12.5;
	top_cells(line, &now, 0, widths);
	T_OK(!strcmp(line, "  7 somewha~ 12345     12      0 far       "));
}

static void numbers(void)
{
	static const struct {
		double v;
		bool fraction;
		const char *want;
	} t[] = {
		{ 0, true, "0" }, { 0.001, true, "0.1" }, { 0.25, true, "0.2" },
		{ 9.99, true, "9.9" }, { 10, true, "10" },
		{ 999.9, true, "999" },
		{ 1000, true, "1.0k" }, { 9999, true, "9.9k" },
		{ 999999, true, "999k" }, { 1e6, true, "1.0M" },
		{ 99999, false, "99999" }, { 100000, false, "100k" },
	};
	char buf[16];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		top_number(buf, t[i].v, t[i].fraction);
		if (strcmp(buf, t[i].want))
			T_FAIL("%f became %s", t[i].v, buf);
	}
	top_number(buf, 18446744073709551615.0, true);
	T_OK(!strcmp(buf, "lots"));
	T_OK(strlen(buf) <= 5);
}

/* Never wider or higher than the terminal; what is missing is counted. */
static void screens(void)
{
	unsigned int width, height, i;

	both();
	for (i = 0; i < ROWS; i++)
		add(&now, "a-name-that-is-long", 1, 2, 3);
	snprintf(now.rows[1].note, TOP_NOTE, "%0200d", 0);
	for (width = 1; width < 200; width++)
		for (height = 1; height < 24; height++) {
			top_screen_begin(&screen, width, height);
			top_screen_line(&screen, TOP_PLAIN, "a head");
			top_screen_table(&screen, &now, 0, 0);
			T_OK(screen.n <= height);
			for (i = 0; i < screen.n; i++)
				T_OK(strlen(screen.line[i].text) <= width);
			if (height > 2 && height < 11)
				T_OK(!!strstr(screen.line[screen.n - 1].text,
					      width < 6 ? "" : " more"));
		}
	top_screen_begin(&screen, 80, 24);
	top_screen_line(&screen, TOP_BAD, "a head\twith\x1b a \xff");
	T_OK(!strcmp(screen.line[0].text, "a head?with? a ?"));
	T_EQ(screen.line[0].look, TOP_BAD);
	top_screen_table(&screen, &now, 0, 0);
	T_EQ(screen.n, 1 + 1 + ROWS + 1);
	T_EQ(strlen(screen.line[1].text), 80);
	T_EQ(screen.line[1].look, TOP_TITLE);
	T_OK(!strncmp(screen.line[4].text, "  000", 5));

	/* six lines: titles, one row, one with its note, how many more */
	top_screen_begin(&screen, 80, 5);
	top_screen_table(&screen, &now, 0, 0);
	T_EQ(screen.n, 5);
	T_OK(!strcmp(screen.line[4].text, "6 more"));
	top_screen_begin(&screen, 80, 5);
	top_screen_table(&screen, &now, 5, 0);
	T_EQ(screen.n, 4);
	top_screen_begin(&screen, 80, 8);
	top_screen_table(&screen, &now, 2, 4);
	T_EQ(screen.n, 4);
	T_OK(!strcmp(screen.line[3].text, "4 more"));
}

int main(void)
{
	T_RUN(rates);
	T_RUN(reset_stats);
	T_RUN(gauge_falls);
	T_RUN(made_anew);
	T_RUN(sorting);
	T_RUN(fitting);
	T_RUN(cells);
	T_RUN(numbers);
	T_RUN(screens);
	return t_done();
}
