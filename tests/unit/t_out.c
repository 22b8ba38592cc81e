// SPDX-License-Identifier: GPL-2.0
/* tools/tcopyctl/out_text.c: tables and lines in 80 columns, nothing cut off */
#include "t.h"
#include "out_text.h"

void *xrealloc(void *p, size_t n, size_t size);

void *xrealloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		abort();
	return p;
}

static char *said;
static size_t said_len;
static FILE *terminal;

/* What is printed until heard() lands in said. */
static void listen(void)
{
	fflush(stdout);
	terminal = stdout;
	stdout = open_memstream(&said, &said_len);
}

static void heard(void)
{
	fclose(stdout);
	stdout = terminal;
}

static void is(const char *want)
{
	bool same = !strcmp(said, want);

	if (!same)
		fprintf(stderr, "--- printed\n%s\n--- not\n%s\n", said, want);
	free(said);
	T_OK(same);
}

/* The widest line. */
static size_t said_width(void)
{
	const char *p = said;
	size_t width = 0, len;

	while (*p) {
		len = strcspn(p, "\n");
		width = len > width ? len : width;
		p += len + !!p[len];
	}
	return width;
}

static void row(struct text_table *t, const char *client, const char *from,
		const char *sent)
{
	text_table_cell(t, "ID", strdup("1"), true);
	text_table_cell(t, "CLIENT", strdup(client), false);
	text_table_cell(t, "FROM", strdup(from), false);
	text_table_cell(t, "STATE", strdup("open"), false);
	text_table_cell(t, "SENT", strdup(sent), true);
}

static void table_fits(void)
{
	struct text_table t = { 0 };

	row(&t, "10.1.0.10:2000", "10.1.0.1:80", "7");
	text_table_row_end(&t, strdup("source 10.1.0.1:6000"));
	row(&t, "10.1.0.9:1", "10.1.0.1:80", "4294967295");
	text_table_row_end(&t, NULL);
	listen();
	text_table_print(&t);
	heard();
	is("ID  CLIENT          FROM         STATE  SENT\n"
	   " 1  10.1.0.10:2000  10.1.0.1:80  open            7\n"
	   "    source 10.1.0.1:6000\n"
	   " 1  10.1.0.9:1      10.1.0.1:80  open   4294967295\n");
}

static void table_of_nothing(void)
{
	struct text_table t = { 0 };

	listen();
	text_table_print(&t);
	heard();
	is("");
}

/* One long row does not break the others. */
static void table_breaks_a_row(void)
{
	struct text_table t = { 0 };

	row(&t, "10.1.0.10:2000", "10.1.0.1:80", "7");
	text_table_row_end(&t, NULL);
	row(&t, "[2001:db8:1111:2222:3333:4444:5555:6666]:50000",
	    "[2001:db8::1]:80", "8");
	text_table_row_end(&t, strdup("below it"));
	listen();
	text_table_print(&t);
	heard();
	is("ID  CLIENT          FROM              STATE  SENT\n"
	   " 1  10.1.0.10:2000  10.1.0.1:80       open      7\n"
	   " 1  [2001:db8:1111:2222:3333:4444:5555:6666]:50000\n"
	   "                    [2001:db8::1]:80  open      8\n"
	   "    below it\n");
}

/* Where all are long, each stands below its title. */
static void table_breaks_all(void)
{
	struct text_table t = { 0 };

	row(&t, "[2001:db8:1111:2222:3333:4444:5555:6666]:50000",
	    "[2001:db8:1111:2222:3333:4444:5555:7777]:443", "4294967295");
	text_table_row_end(&t, NULL);
	listen();
	text_table_print(&t);
	heard();
	T_OK(said_width() <= TEXT_WIDTH);
	is("ID  CLIENT  FROM                                          STATE  SENT\n"
	   " 1  [2001:db8:1111:2222:3333:4444:5555:6666]:50000\n"
	   "            [2001:db8:1111:2222:3333:4444:5555:7777]:443  open   4294967295\n");
}

static void fold(const char *text, size_t hang)
{
	listen();
	text_fold(text, 0, hang);
	heard();
}

static void folds_between_words(void)
{
	fold("aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb ccccccccccccccccccc ddddddddddddddddddd1 e",
	     2);
	is("aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb ccccccccccccccccccc ddddddddddddddddddd1\n"
	   "  e");
	fold("aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb ccccccccccccccccccc ddddddddddddddddddd12 e",
	     2);
	is("aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb ccccccccccccccccccc\n"
	   "  ddddddddddddddddddd12 e");
	fold("one\ntwo ", 2);
	is("one\ntwo");
}

/* Apostrophes are no quotes. */
static void folds_no_command(void)
{
	fold("  mend: this host's service has to be started, or named: 'tcopyctl add-target ADDR:PORT --from [ADDR:]PORT'; then",
	     8);
	is("  mend: this host's service has to be started, or named:\n"
	   "        'tcopyctl add-target ADDR:PORT --from [ADDR:]PORT'; then");
	fold("                                                   or ('del-intercept 80 --force')",
	     2);
	is("                                                   or\n"
	   "  ('del-intercept 80 --force')");
}

/* One that is wider than the screen stands there whole. */
static void folds_no_word(void)
{
	fold("a 'nft insert rule inet filter input ip saddr 192.0.2.0/24 ip daddr 198.51.100.0/24 tcp dport 80 accept' b",
	     4);
	is("a\n"
	   "    'nft insert rule inet filter input ip saddr 192.0.2.0/24 ip daddr 198.51.100.0/24 tcp dport 80 accept'\n"
	   "    b");
}

int main(void)
{
	T_RUN(table_fits);
	T_RUN(table_of_nothing);
	T_RUN(table_breaks_a_row);
	T_RUN(table_breaks_all);
	T_RUN(folds_between_words);
	T_RUN(folds_no_command);
	T_RUN(folds_no_word);
	return t_done();
}
