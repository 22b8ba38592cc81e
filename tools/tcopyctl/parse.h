/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text to values. Pure: no look-ups, no allocation, nothing printed; so it is
 * unit-tested and fuzzed as it is. Every refusal names the culprit and what
 * would be right.
 */
#ifndef TCOPYCTL_PARSE_H
#define TCOPYCTL_PARSE_H

#include "flow.h"

/**
 * struct err - why something was refused
 * @msg:	one line, without newline
 */
struct err {
	char msg[512];
};

bool err_set(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * struct endpoint - an address and a port, either may be absent
 * @addr:	zeroed as a whole before it is filled
 * @family:	4 or 6; 0: no address
 * @ifindex:	device of a link-local address, else 0
 * @port:	host byte order; 0: none
 */
struct endpoint {
	union tcopy_addr addr;
	u32 ifindex;
	u16 port;
	u8 family;
};

/**
 * struct prefix - a network
 * @addr:	host bits zero
 * @family:	4 or 6
 * @plen:	length in bits
 */
struct prefix {
	union tcopy_addr addr;
	u8 family;
	u8 plen;
};

/**
 * struct hostport - an endpoint as it was written, names not resolved
 * @host:	"" when there was only a port
 * @dev:	"" when there was none
 * @port:	host byte order, 1 or more; 0: there was none
 * @bracketed:	@host was in brackets: IPv6 and nothing else
 */
struct hostport {
	char host[256];
	char dev[16];
	u16 port;
	bool bracketed;
};

/* what parse_hostport() asks for */
#define HOSTPORT_PORT_ONLY	1	/* a port alone will do */
#define HOSTPORT_ADDR_ONLY	2	/* an address alone will do */

enum selector_kind {
	SELECT_ALL,
	SELECT_ID,
	SELECT_NAME,
	SELECT_ENDPOINT,
};

/**
 * struct selector - which targets are meant
 * @kind:	which of the others holds
 * @id:		with SELECT_ID
 * @name:	with SELECT_NAME
 * @hostport:	with SELECT_ENDPOINT
 */
struct selector {
	enum selector_kind kind;
	u32 id;
	char name[32];
	struct hostport hostport;
};

bool all_digits(const char *s);
bool parse_number(u64 *to, const char *s, u64 least, u64 most, const char *what,
		  struct err *err);
bool parse_port(u16 *to, const char *s, struct err *err);
bool parse_seconds(u32 *to, const char *s, u32 least, u32 most,
		   struct err *err);
bool parse_percent(u32 *to, const char *s, struct err *err);
bool parse_mark(u32 *to, const char *s, struct err *err);
bool parse_size(u64 *to, const char *s, struct err *err);
bool parse_name(char to[32], const char *s, struct err *err);
bool parse_selector(struct selector *to, const char *s, struct err *err);

/* parse_addr.c */
bool parse_addr(struct endpoint *to, const char *s, struct err *err);
bool parse_addr_ok(const struct endpoint *ep, const char *s, struct err *err);
bool parse_prefix(struct prefix *to, const char *s, struct err *err);
bool parse_hostport(struct hostport *to, const char *s, unsigned int flags,
		    struct err *err);
bool prefix_holds(const struct prefix *prefix, u8 family,
		  const union tcopy_addr *addr);

#endif
