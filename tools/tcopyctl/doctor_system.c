// SPDX-License-Identifier: GPL-2.0
/* doctor: what /proc says of this network namespace. */
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>

#include "doctor.h"
#include "live.h"

/**
 * system_read() - read a number
 * @to:		set on success
 * @fmt:	path
 *
 * Return: false when there is none.
 */
bool system_read(long *to, const char *fmt, ...)
{
	char path[256];
	va_list ap;
	FILE *file;
	bool ok;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	file = fopen(path, "re");
	if (!file)
		return false;
	ok = fscanf(file, "%ld", to) == 1;
	fclose(file);
	return ok;
}

static bool any_address(const struct endpoint *ep)
{
	static const union tcopy_addr zero;

	return !memcmp(&ep->addr, &zero, sizeof(zero));
}

static bool table_listens(const char *path, const struct endpoint *at)
{
	struct endpoint local, remote;
	unsigned int state;
	bool found = false;
	char line[512];
	FILE *file;

	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = live_read_line(&local, &remote, &state, line) &&
			state == TCP_LISTEN && local.port == at->port &&
			(!at->family || any_address(&local) ||
			 endpoint_same_addr(&local, at));
	fclose(file);
	return found;
}

/**
 * system_listens() - does a service of this namespace listen there?
 * @at:	port, and address unless family is 0
 */
bool system_listens(const struct endpoint *at)
{
	return table_listens("/proc/self/net/tcp", at) ||
	       table_listens("/proc/self/net/tcp6", at);
}
