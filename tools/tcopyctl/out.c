// SPDX-License-Identifier: GPL-2.0
/* One printer for text and JSON. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "tcopyctl.h"

#define COLUMNS 16

/**
 * struct cell - one line's worth of a text table, or a note between two
 * @text:	owned
 * @right:	a number: aligned to the right
 */
struct cell {
	char *text;
	bool right;
};

/* The one output of this program: a process prints one list. */
static struct {
	bool json, pretty;
	bool printed;		/* something is on stdout that stands as JSON */
	enum out_shape shape;
	unsigned int rows;
	unsigned int fields;	/* of this row */
	unsigned int columns;
	const char *titles[COLUMNS];
	size_t width[COLUMNS];
	struct cell *cells;	/* row by row; a note is a row of its own */
	size_t cells_n, cells_room;
	unsigned int column;	/* next in this row */
	char *note;
} out;

/** out_set_json() - print JSON from now on */
void out_set_json(void)
{
	out.json = true;
}

/** out_set_pretty() - print JSON with line breaks; without JSON no change */
void out_set_pretty(void)
{
	out.pretty = true;
}

/** out_is_json() - is JSON printed? */
bool out_is_json(void)
{
	return out.json;
}

/* Length of the UTF-8 sequence at @s (RFC 3629), 0 when there is none. */
static unsigned int utf8_len(const unsigned char *s)
{
	unsigned int len, i;
	uint32_t c;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	c = s[0] & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((len == 3 && c < 0x800) || (len == 4 && c < 0x10000) ||
	    c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

/* Names come from users: whatever the bytes are, what is printed is JSON. */
static void json_string(const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	unsigned int len;

	putchar('"');
	while (*s) {
		len = utf8_len(s);
		if (!len) {
			fputs("\\ufffd", stdout);
			s++;
			continue;
		}
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if (*s < ' ' || *s == 0x7f)
			printf("\\u%04x", *s);
		else
			fwrite(s, 1, len, stdout);
		s += len;
	}
	putchar('"');
}

static void json_break(unsigned int depth)
{
	if (!out.pretty || out.shape == OUT_LINES)
		return;
	putchar('\n');
	while (depth--)
		putchar('\t');
}

static void json_key(const char *key)
{
	if (out.fields++)
		putchar(',');
	json_break(2);
	json_string(key);
	fputs(out.pretty ? ": " : ":", stdout);
}

static void add_cell(char *text, bool right)
{
	if (out.cells_n == out.cells_room) {
		out.cells_room = out.cells_room ? out.cells_room * 2 : 256;
		out.cells = xrealloc(out.cells, out.cells_room,
				     sizeof(*out.cells));
	}
	out.cells[out.cells_n].text = text;
	out.cells[out.cells_n++].right = right;
}

static char *copy_printable(const char *value)
{
	char *copy = xrealloc(NULL, strlen(value) + 1, 1);
	char *p;

	strcpy(copy, value);
	for (p = copy; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return copy;
}

static void text_field(const char *title, const char *value, bool right)
{
	size_t len = strlen(value);

	if (out.shape == OUT_BLOCK) {
		char *copy = copy_printable(value);

		if (out.fields++)
			putchar('\n');
		printf(right ? "%-18s %15s" : "%-18s %s", title, copy);
		free(copy);
		return;
	}
	if (out.column == COLUMNS)
		return;
	if (out.rows == 1) {
		out.titles[out.column] = title;
		out.width[out.column] = strlen(title);
		out.columns = out.column + 1;
	}
	if (len > out.width[out.column])
		out.width[out.column] = len;
	out.column++;
	add_cell(copy_printable(value), right);
}

/**
 * out_list() - begin the list
 * @shape:	of the text
 */
void out_list(enum out_shape shape)
{
	out.shape = shape;
	out.printed = true;
	if (out.json && shape != OUT_LINES)
		putchar('[');
}

/** out_row() - begin a row */
void out_row(void)
{
	out.fields = 0;
	out.column = 0;
	if (out.json) {
		if (out.rows && out.shape != OUT_LINES)
			putchar(',');
		json_break(1);
		putchar('{');
	} else if (out.shape == OUT_BLOCK && out.rows) {
		putchar('\n');
	}
	out.rows++;
}

/** out_row_end() - end a row */
void out_row_end(void)
{
	if (out.json) {
		json_break(1);
		putchar('}');
		if (out.shape == OUT_LINES)
			putchar('\n');
		return;
	}
	if (out.shape == OUT_BLOCK) {
		putchar('\n');
		if (out.note)
			printf("%s\n", out.note);
		free(out.note);
	} else {
		/* a note, or NULL, ends each row of cells */
		add_cell(out.note, false);
	}
	out.note = NULL;
}

static void print_table(void)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < out.columns; i++)
		printf("%s%-*s", i ? "  " : "",
		       i + 1 < out.columns ? (int)out.width[i] : 0,
		       out.titles[i]);
	if (out.columns)
		putchar('\n');
	while (at < out.cells_n) {
		for (i = 0; i < out.columns; i++) {
			struct cell *cell = &out.cells[at++];
			int width = (int)out.width[i];

			if (!cell->right && i + 1 == out.columns)
				width = 0;
			printf("%s%*s", i ? "  " : "",
			       cell->right ? width : -width, cell->text);
			free(cell->text);
		}
		putchar('\n');
		if (out.cells[at].text)
			printf("    %s\n", out.cells[at].text);
		free(out.cells[at++].text);
	}
	free(out.cells);
	out.cells = NULL;
	out.cells_n = 0;
	out.cells_room = 0;
}

/** out_list_end() - end the list and print what is still kept */
void out_list_end(void)
{
	if (out.json) {
		if (out.rows)
			json_break(0);
		fputs("]\n", stdout);
	} else if (out.shape == OUT_TABLE) {
		print_table();
	}
}

/**
 * out_str() - a field that is text
 * @key:	in JSON, or NULL
 * @title:	in text, or NULL
 * @value:	any bytes
 */
void out_str(const char *key, const char *title, const char *value)
{
	if (out.json && key) {
		json_key(key);
		json_string(value);
	} else if (!out.json && title) {
		text_field(title, value, false);
	}
}

/**
 * out_num() - a field that is a number
 * @key:	in JSON, or NULL
 * @title:	in text, or NULL
 * @value:	the number
 */
void out_num(const char *key, const char *title, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	if (out.json && key) {
		json_key(key);
		fputs(text, stdout);
	} else if (!out.json && title) {
		text_field(title, text, true);
	}
}

/**
 * out_bool() - a field that is true or not
 * @key:	in JSON, or NULL
 * @title:	in text, or NULL
 * @value:	yes or no
 */
void out_bool(const char *key, const char *title, bool value)
{
	if (out.json && key) {
		json_key(key);
		fputs(value ? "true" : "false", stdout);
	} else if (!out.json && title) {
		text_field(title, value ? "yes" : "no", false);
	}
}

/**
 * out_strings() - a field that is a list
 * @key:	in JSON, or NULL
 * @title:	in text, or NULL
 * @values:	its entries
 * @n:		how many
 */
void out_strings(const char *key, const char *title, const char *const *values,
		 unsigned int n)
{
	char text[2048];
	size_t len = 0;
	unsigned int i;

	if (out.json && key) {
		json_key(key);
		putchar('[');
		for (i = 0; i < n; i++) {
			if (i)
				putchar(',');
			json_string(values[i]);
		}
		putchar(']');
	} else if (!out.json && title) {
		snprintf(text, sizeof(text), "-");
		for (i = 0; i < n && len < sizeof(text); i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%s", i ? "," : "",
						values[i]);
		text_field(title, text, false);
	}
}

/**
 * out_meaning() - explain the field just printed, in a block of text
 * @text:	one line
 */
void out_meaning(const char *text)
{
	if (!out.json && out.shape == OUT_BLOCK)
		printf("  %s", text);
}

/**
 * out_note() - a line below this row, in text
 * @fmt:	as in printf(), without newline
 */
void out_note(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (out.json)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	free(out.note);
	out.note = copy_printable(text);
}

/** out_none() - what is on stdout by now is not data: add nothing to it */
void out_none(void)
{
	out.printed = true;
}

/** out_finish() - a program that was asked for JSON prints some, [] at least */
void out_finish(void)
{
	if (out.json && !out.printed)
		fputs("[]\n", stdout);
	out.printed = true;
}
