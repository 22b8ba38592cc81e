// SPDX-License-Identifier: GPL-2.0
/* Text to values: addresses, ports, prefixes, durations, sizes, names. */
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

static bool all_digits(const char *s)
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

/* inet_pton() is strict: four decimal parts, no octal, no spaces. */
static bool read_addr(union tcopy_addr *to, u8 *family, const char *s)
{
	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, s, &to->v4) == 1) {
		*family = 4;
		return true;
	}
	if (inet_pton(AF_INET6, s, to->v6) == 1) {
		*family = 6;
		return true;
	}
	memset(to, 0, sizeof(*to));
	return false;
}

static bool is_v4mapped(const union tcopy_addr *addr)
{
	return !addr->w[0] && !addr->w[1] && addr->w[2] == htonl(0xffff);
}

static bool is_linklocal(const struct endpoint *ep)
{
	return ep->family == 6 && ep->addr.v6[0] == 0xfe &&
	       (ep->addr.v6[1] & 0xc0) == 0x80;
}

/**
 * parse_addr() - a numeric address, without port
 * @to:		address and family are set on success, the rest is cleared
 * @s:		1.2.3.4 or 2001:db8::1, no brackets
 * @err:	set on failure
 */
bool parse_addr(struct endpoint *to, const char *s, struct err *err)
{
	memset(to, 0, sizeof(*to));
	if (!read_addr(&to->addr, &to->family, s))
		return err_set(err, "'%.64s' is no address", s);
	if (to->family == 6 && is_v4mapped(&to->addr))
		return err_set(err,
			       "'%.64s' is an IPv4 address in IPv6 clothes: write it as IPv4",
			       s);
	return true;
}

/**
 * parse_addr_ok() - can this address be a service's?
 * @ep:		numeric by now; with its device when there is one
 * @s:		as it was written, for the error
 * @err:	set on failure
 *
 * Refuses what no packet can be sent to, a link-local address without a device
 * and a device with any other address.
 */
bool parse_addr_ok(const struct endpoint *ep, const char *s, struct err *err)
{
	static const union tcopy_addr zero;
	u32 v4 = ntohl(ep->addr.v4);

	if (!memcmp(&ep->addr, &zero, sizeof(zero)) ||
	    (ep->family == 4 && v4 >> 24 == 0))
		return err_set(err, "'%.64s' is no host's address", s);
	if (ep->family == 4 && (v4 >> 28 == 14 || v4 == 0xffffffff))
		return err_set(err,
			       "'%.64s' is multicast or broadcast: a host's address is wanted",
			       s);
	if (ep->family == 6 && ep->addr.v6[0] == 0xff)
		return err_set(err,
			       "'%.64s' is multicast: a host's address is wanted",
			       s);
	if (is_linklocal(ep) && !ep->ifindex)
		return err_set(err,
			       "'%.64s' is link-local: say its device, as in [fe80::1%%eth0]:80",
			       s);
	if (!is_linklocal(ep) && ep->ifindex)
		return err_set(err,
			       "'%.64s': only a link-local address (fe80::/10) takes a device",
			       s);
	return true;
}

static bool host_bits_zero(const union tcopy_addr *addr, unsigned int plen,
			   unsigned int bits)
{
	for (; plen < bits; plen++)
		if (addr->v6[plen / 8] & 0x80 >> plen % 8)
			return false;
	return true;
}

static void clear_host_bits(union tcopy_addr *addr, unsigned int plen,
			    unsigned int bits)
{
	for (; plen < bits; plen++)
		addr->v6[plen / 8] &= (u8)~(0x80 >> plen % 8);
}

/**
 * parse_prefix() - a network
 * @to:		filled on success
 * @s:		ADDR/LENGTH, or ADDR for that host alone
 * @err:	set on failure
 */
bool parse_prefix(struct prefix *to, const char *s, struct err *err)
{
	const char *slash = strchr(s, '/');
	char text[INET6_ADDRSTRLEN];
	struct endpoint ep;
	struct err why;
	unsigned int bits;
	char host[64];
	size_t len;
	u64 plen;

	len = slash ? (size_t)(slash - s) : strlen(s);
	if (len >= sizeof(host))
		return err_set(err, "'%.64s' is no prefix: 10.0.0.0/8 is", s);
	memcpy(host, s, len);
	host[len] = 0;
	if (!parse_addr(&ep, host, &why))
		return err_set(err,
			       "'%.64s' is no prefix: 10.0.0.0/8, 2001:db8::/32 or an address is",
			       s);

	bits = ep.family == 4 ? 32 : 128;
	plen = bits;
	if (slash && !parse_number(&plen, slash + 1, 0, bits, "prefix length",
				   err))
		return false;

	memset(to, 0, sizeof(*to));
	to->addr = ep.addr;
	to->family = ep.family;
	to->plen = (u8)plen;
	if (!host_bits_zero(&to->addr, to->plen, bits)) {
		clear_host_bits(&to->addr, to->plen, bits);
		inet_ntop(to->family == 4 ? AF_INET : AF_INET6, &to->addr, text,
			  sizeof(text));
		return err_set(err,
			       "'%.64s' has bits set behind its length: did you mean %s/%u?",
			       s, text, to->plen);
	}
	return true;
}

/* @s is @len bytes long; a copy that fits or nothing. */
static bool copy_part(char *to, size_t size, const char *s, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, s, len);
	to[len] = 0;
	return true;
}

static bool hostport_wants(const char *s, unsigned int flags, struct err *err)
{
	if (flags & HOSTPORT_PORT_ONLY)
		return err_set(err,
			       "'%.64s' is neither a port nor ADDR:PORT: 80, 10.0.0.5:80 or [2001:db8::5]:80 would be",
			       s);
	return err_set(err,
		       "'%.64s' is not ADDR:PORT: 10.0.0.5:80 or [2001:db8::5]:80 would be",
		       s);
}

static bool split_brackets(struct hostport *to, const char *s,
			   const char **port, struct err *err)
{
	const char *close = strchr(s, ']');
	const char *percent;
	struct endpoint ep;
	struct err why;
	size_t len;

	if (!close)
		return err_set(err, "'%.64s' lacks its ']'", s);
	percent = memchr(s, '%', (size_t)(close - s));
	len = (size_t)((percent ? percent : close) - s - 1);
	if (!copy_part(to->host, sizeof(to->host), s + 1, len) ||
	    !parse_addr(&ep, to->host, &why) || ep.family != 6)
		return err_set(err,
			       "'%.64s': an IPv6 address goes into the brackets, as in [2001:db8::5]:80",
			       s);
	if (percent &&
	    (close == percent + 1 ||
	     !copy_part(to->dev, sizeof(to->dev), percent + 1,
			(size_t)(close - percent - 1))))
		return err_set(err,
			       "'%.64s': a device's name of 1 to 15 letters goes behind the %%",
			       s);
	to->bracketed = true;
	if (close[1] && close[1] != ':')
		return err_set(err, "'%.64s' goes on behind its ']': only :PORT may follow",
			       s);
	*port = close[1] ? close + 2 : NULL;
	return true;
}

static bool is_hostname(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      (c == '-' && i)))
			return false;
	}
	return i > 0;
}

/* Only digits and dots: meant as an address, never a name to be looked up. */
static bool looks_numeric(const char *s)
{
	return s[strspn(s, "0123456789.")] == 0;
}

/**
 * parse_hostport() - split an address, or a name, and a port
 * @to:		filled on success; a name is not looked up
 * @s:		ADDR:PORT, NAME:PORT, [V6]:PORT or [V6%DEV]:PORT
 * @flags:	HOSTPORT_PORT_ONLY: PORT alone will do; HOSTPORT_ADDR_ONLY: so
 *		will an address or a name alone
 * @err:	set on failure
 */
bool parse_hostport(struct hostport *to, const char *s, unsigned int flags,
		    struct err *err)
{
	const char *colon, *port = NULL;
	struct endpoint ep;
	struct err why;

	memset(to, 0, sizeof(*to));
	if (!*s)
		return hostport_wants(s, flags, err);
	if ((flags & HOSTPORT_PORT_ONLY) && all_digits(s))
		return parse_port(&to->port, s, err);

	if (*s == '[') {
		if (!split_brackets(to, s, &port, err))
			return false;
		goto have_host;
	}

	colon = strchr(s, ':');
	if (colon && strchr(colon + 1, ':')) {
		/* 2001:db8::5:80 could be either; never guess */
		if (!(flags & HOSTPORT_ADDR_ONLY) || !parse_addr(&ep, s, &why))
			return err_set(err,
				       "'%.64s': an IPv6 address goes into brackets, as in [2001:db8::5]:80",
				       s);
		snprintf(to->host, sizeof(to->host), "%s", s);
		to->bracketed = true;
		return true;
	}
	if (colon)
		port = colon + 1;
	if (!copy_part(to->host, sizeof(to->host), s,
		       colon ? (size_t)(colon - s) : strlen(s)) ||
	    !is_hostname(to->host) || all_digits(to->host))
		return hostport_wants(s, flags, err);
	if (looks_numeric(to->host) && !parse_addr(&ep, to->host, &why))
		return err_set(err, "'%.64s' is no IPv4 address", to->host);

have_host:
	if (!port) {
		if (flags & HOSTPORT_ADDR_ONLY)
			return true;
		return err_set(err, "'%.64s' lacks its port: %.64s:80 would be right",
			       s, s);
	}
	return parse_port(&to->port, port, err);
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

/**
 * prefix_holds() - is this address inside?
 * @prefix:	the network
 * @family:	4 or 6, of @addr
 * @addr:	an address
 */
bool prefix_holds(const struct prefix *prefix, u8 family,
		  const union tcopy_addr *addr)
{
	unsigned int whole = prefix->plen / 8, rest = prefix->plen % 8;

	if (prefix->family != family || prefix->plen > (family == 4 ? 32 : 128))
		return false;
	if (memcmp(prefix->addr.v6, addr->v6, whole))
		return false;
	return !rest || !((prefix->addr.v6[whole] ^ addr->v6[whole]) >>
			  (8 - rest));
}
