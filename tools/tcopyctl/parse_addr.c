// SPDX-License-Identifier: GPL-2.0
/* Text to values: addresses, prefixes, ADDR:PORT. */
#include <stdio.h>

#include "parse.h"

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
