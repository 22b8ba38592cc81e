// SPDX-License-Identifier: GPL-2.0
/* One printer for text and JSON. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "out_text.h"
#include "tcopyctl.h"

/* In a block: the longest name of a counter, and what it can count. */
#define BLOCK_TITLE	17
#define BLOCK_NUMBER	13
#define BLOCK_MEANING	(BLOCK_TITLE + 1 + BLOCK_NUMBER + 2)

/* The one output of this program: a process prints one list. */
static struct {
	bool json, pretty;
	bool printed;		/* something is on stdout that stands as JSON */
	enum out_shape shape;
	unsigned int rows;
	unsigned int fields;	/* of this row */
	struct text_table table;
	size_t at;		/* column of a block's line */
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

/* As printf(), printable; the caller frees it. */
static char *format(const char *fmt, va_list ap)
{
	char text[2048];

	vsnprintf(text, sizeof(text), fmt, ap);
	return copy_printable(text);
}

static void text_field(const char *title, const char *value, bool right)
{
	char *copy = copy_printable(value);

	if (out.shape != OUT_BLOCK) {
		text_table_cell(&out.table, title, copy, right);
		return;
	}
	if (out.fields++)
		putchar('\n');
	out.at = (size_t)printf("%-*s ", BLOCK_TITLE, title);
	if (right)
		out.at += (size_t)printf("%*s", BLOCK_NUMBER, copy);
	else
		out.at = text_fold(copy, out.at, out.at);
	free(copy);
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
		if (out.note) {
			text_fold(out.note, 0, 0);
			putchar('\n');
		}
		free(out.note);
	} else {
		text_table_row_end(&out.table, out.note);
	}
	out.note = NULL;
}

/** out_list_end() - end the list and print what is still kept */
void out_list_end(void)
{
	if (out.json) {
		if (out.rows)
			json_break(0);
		fputs("]\n", stdout);
	} else if (out.shape == OUT_TABLE) {
		text_table_print(&out.table);
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
 * out_strings() - a field that is a list, in JSON
 * @key:	its key
 * @values:	its entries
 * @n:		how many
 */
void out_strings(const char *key, const char *const *values, unsigned int n)
{
	unsigned int i;

	if (!out.json)
		return;
	json_key(key);
	putchar('[');
	for (i = 0; i < n; i++) {
		if (i)
			putchar(',');
		json_string(values[i]);
	}
	putchar(']');
}

/**
 * out_meaning() - explain the field just printed, in a block of text
 * @text:	one line
 */
void out_meaning(const char *text)
{
	if (out.json || out.shape != OUT_BLOCK)
		return;
	fputs("  ", stdout);
	text_fold(text, out.at + 2, BLOCK_MEANING);
}

/**
 * out_note() - a line below this row, in text; several come in this order
 * @fmt:	as in printf(), without newline
 */
void out_note(const char *fmt, ...)
{
	size_t len = out.note ? strlen(out.note) : 0;
	va_list ap;
	char *copy;

	if (out.json)
		return;
	va_start(ap, fmt);
	copy = format(fmt, ap);
	va_end(ap);
	out.note = xrealloc(out.note, len + strlen(copy) + 2, 1);
	sprintf(out.note + len, "%s%s", len ? "\n" : "", copy);
	free(copy);
}

/**
 * out_line() - a line that belongs to no list, in text, folded
 * @hang:	column where it goes on
 * @fmt:	as in printf(), without newline
 */
void out_line(unsigned int hang, const char *fmt, ...)
{
	va_list ap;
	char *copy;

	if (out.json)
		return;
	va_start(ap, fmt);
	copy = format(fmt, ap);
	va_end(ap);
	text_fold(copy, 0, hang);
	putchar('\n');
	free(copy);
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
