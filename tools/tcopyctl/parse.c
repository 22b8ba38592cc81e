// SPDX-License-Identifier: GPL-2.0
/* Text to values: numbers, durations, sizes, names. Addresses: parse_addr.c. */
#include <stdarg.h>
#include <stdio.h>

#include "parse.h"

/**
 * err_set() - say why
 * @err:	filled, cut to its size
 * @fmt:	as in printf()
 *
 * Return: false, so that a parser can return it.
 */
bool err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return false;
}

/**
 * all_digits() - nothing but digits, and one at least
 * @s:	text
 */
bool all_digits(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (*s < '0' || *s > '9')
			return false;
	return true;
}

/* The digits @s begins with; *end is what follows. False: too large. */
static bool read_digits(u64 *to, const char *s, const char **end)
{
	bool fits = true;
	u64 n = 0;

	for (; *s >= '0' && *s <= '9'; s++) {
		unsigned int digit = (unsigned int)(*s - '0');

		if (n > (UINT64_MAX - digit) / 10)
			fits = false;
		else
			n = n * 10 + digit;
	}
	*end = s;
	*to = n;
	return fits;
}

/**
 * parse_number() - a whole number in a range
 * @to:		set on success
 * @s:		decimal digits
 * @least:	lowest that will do
 * @most:	highest that will do
 * @what:	what it is, for the error
 * @err:	set on failure
 */
bool parse_number(u64 *to, const char *s, u64 least, u64 most, const char *what,
		  struct err *err)
{
	const char *end;
	u64 n;

	if (!all_digits(s) || !read_digits(&n, s, &end) || n < least ||
	    n > most)
		return err_set(err, "'%.64s' is no %s: a number from %llu to %llu is",
			       s, what, (unsigned long long)least,
			       (unsigned long long)most);
	*to = n;
	return true;
}

/**
 * parse_port() - a TCP or UDP port
 * @to:		set on success, host byte order
 * @s:		1 to 65535
 * @err:	set on failure
 */
bool parse_port(u16 *to, const char *s, struct err *err)
{
	u64 n;

	if (!parse_number(&n, s, 1, 65535, "port", err))
		return false;
	*to = (u16)n;
	return true;
}

/**
 * parse_seconds() - a duration in whole seconds
 * @to:		set on success
 * @s:		30, 30s, 5m, 2h or 1d
 * @least:	shortest that will do
 * @most:	longest that will do
 * @err:	set on failure
 */
bool parse_seconds(u32 *to, const char *s, u32 least, u32 most,
		   struct err *err)
{
	const char *end;
	u64 unit = 1;
	bool fits;
	u64 n;

	fits = read_digits(&n, s, &end);
	if (end == s)
		goto wrong;
	if (end[0] && end[1])
		goto wrong;
	switch (*end) {
	case 0:
	case 's':
		break;
	case 'm':
		unit = 60;
		break;
	case 'h':
		unit = 3600;
		break;
	case 'd':
		unit = 86400;
		break;
	default:
		goto wrong;
	}
	if (!fits || n > UINT32_MAX || n * unit < least || n * unit > most)
		return err_set(err, "'%.64s' is out of range: %u to %u seconds would be right",
			       s, least, most);
	*to = (u32)(n * unit);
	return true;
wrong:
	return err_set(err, "'%.64s' is no duration: 90, 90s, 5m, 2h or 1d would be",
		       s);
}

/**
 * parse_percent() - a share, fractions allowed
 * @to:		set on success: millionths, 1 to 1000000
 * @s:		0.0001 to 100, four digits behind the point at most
 * @err:	set on failure
 */
bool parse_percent(u32 *to, const char *s, struct err *err)
{
	u64 whole, part = 0;
	const char *end;
	bool fits;
	int left = 4;

	fits = read_digits(&whole, s, &end);
	if (end == s)
		goto wrong;
	if (*end == '.' && end[1]) {
		for (end++; *end >= '0' && *end <= '9' && left; end++, left--)
			part = part * 10 + (unsigned int)(*end - '0');
		for (; left; left--)
			part *= 10;
	}
	if (*end)
		goto wrong;
	if (!fits || whole > 100 || whole * 10000 + part > 1000000 ||
	    !(whole || part))
		return err_set(err, "'%.64s' is out of range: 0.0001 to 100 percent would be right",
			       s);
	*to = (u32)(whole * 10000 + part);
	return true;
wrong:
	return err_set(err, "'%.64s' is no percentage: 10, 0.5 or 12.25 would be",
		       s);
}

/**
 * parse_mark() - a packet's mark
 * @to:		set on success
 * @s:		decimal, or hexadecimal behind 0x
 * @err:	set on failure
 */
bool parse_mark(u32 *to, const char *s, struct err *err)
{
	const char *p = s;
	u64 n = 0;

	if (s[0] != '0' || (s[1] != 'x' && s[1] != 'X')) {
		if (!parse_number(&n, s, 0, UINT32_MAX, "mark", err))
			return false;
		*to = (u32)n;
		return true;
	}
	for (p = s + 2; *p; p++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, *p | 0x20);

		if (!at || p - s > 9)
			break;
		n = n << 4 | (u64)(at - digits);
	}
	if (*p || p == s + 2)
		return err_set(err, "'%.64s' is no mark: 7, 0x10 or up to 0xffffffff is",
			       s);
	*to = (u32)n;
	return true;
}

/**
 * parse_size() - a number of bytes
 * @to:		set on success, never 0
 * @s:		bytes, or with K, M, G or T behind it (powers of 1024)
 * @err:	set on failure
 */
bool parse_size(u64 *to, const char *s, struct err *err)
{
	static const char units[] = "KMGT";
	unsigned int shift = 0;
	const char *end, *unit;
	bool fits;
	u64 n;

	fits = read_digits(&n, s, &end);
	if (end == s || (end[0] && end[1]))
		goto wrong;
	if (*end) {
		unit = strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end);
		if (!unit)
			goto wrong;
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	if (!fits || n > UINT64_MAX >> shift || !n)
		return err_set(err, "'%.64s' is out of range: a size like 512M would be right",
			       s);
	*to = n << shift;
	return true;
wrong:
	return err_set(err, "'%.64s' is no size: 512M, 2G or a number of bytes would be",
		       s);
}

/**
 * parse_name() - a target's name
 * @to:		filled on success
 * @s:		1 to 31 printable bytes without space; no number, not "all", no
 *		colon: those select targets in other ways
 * @err:	set on failure
 */
bool parse_name(char to[32], const char *s, struct err *err)
{
	size_t i, len = strlen(s);

	if (!len || len > 31)
		return err_set(err, "'%.64s' is no name: 1 to 31 bytes would be",
			       s);
	if (all_digits(s))
		return err_set(err, "'%.64s' is no name: a number selects by ID",
			       s);
	if (!strcmp(s, "all"))
		return err_set(err, "'all' is no name: it selects every target");
	if (strchr(s, ':'))
		return err_set(err, "'%.64s' is no name: a colon makes it ADDR:PORT",
			       s);
	if (*s == '-')
		return err_set(err, "'%.64s' is no name: a dash begins an option",
			       s);
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			return err_set(err,
				       "a name holds no spaces and no control characters");
	memcpy(to, s, len + 1);
	return true;
}

/**
 * parse_selector() - which targets are meant
 * @to:		filled on success
 * @s:		ID, NAME, ADDR:PORT (of the test service) or all
 * @err:	set on failure
 */
bool parse_selector(struct selector *to, const char *s, struct err *err)
{
	struct err why;
	u64 n;

	memset(to, 0, sizeof(*to));
	if (!strcmp(s, "all")) {
		to->kind = SELECT_ALL;
		return true;
	}
	if (all_digits(s)) {
		if (!parse_number(&n, s, 1, UINT32_MAX, "ID", err))
			return false;
		to->kind = SELECT_ID;
		to->id = (u32)n;
		return true;
	}
	if (strchr(s, ':')) {
		to->kind = SELECT_ENDPOINT;
		return parse_hostport(&to->hostport, s, 0, err);
	}
	to->kind = SELECT_NAME;
	if (!parse_name(to->name, s, &why))
		return err_set(err, "'%.64s' is no target: ID, NAME, ADDR:PORT or all would be",
			       s);
	return true;
}
