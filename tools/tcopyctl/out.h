/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One printer for text and JSON. A command prints a list of rows; a row is a
 * list of fields. In JSON that is an array of objects, always valid, [] when
 * empty. In text it is a table, or a block of lines a row, of 80 columns: see
 * out_text.h.
 *
 *	out_list(OUT_TABLE);
 *	out_row();
 *	out_num("id", "ID", 1);
 *	out_str("name", "NAME", "web");
 *	out_note("reason: ...");
 *	out_row_end();
 *	out_list_end();
 */
#ifndef TCOPYCTL_OUT_H
#define TCOPYCTL_OUT_H

#include <stdbool.h>
#include <stdint.h>

enum out_shape {
	OUT_TABLE,	/* a line a row below a line of titles */
	OUT_BLOCK,	/* a line a field, "title value meaning" */
	OUT_LINES,	/* JSON alone: an object a line, no list around them */
};

void out_set_json(void);
void out_set_pretty(void);
bool out_is_json(void);

void out_list(enum out_shape shape);
void out_list_end(void);
void out_row(void);
void out_row_end(void);

/* @key is JSON's, NULL: text only; @title is the text's, NULL: JSON only */
void out_str(const char *key, const char *title, const char *value);
void out_num(const char *key, const char *title, uint64_t value);
void out_bool(const char *key, const char *title, bool value);
void out_strings(const char *key, const char *const *values, unsigned int n);
void out_meaning(const char *text);
void out_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void out_line(unsigned int hang, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void out_none(void);
void out_finish(void);

#endif
