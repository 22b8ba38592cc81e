// SPDX-License-Identifier: GPL-2.0
/* doctor: what /proc and rtnetlink say of this network namespace. */
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

/**
 * system_dump() - ask rtnetlink for all of a kind
 * @type:	RTM_GETLINK, ...
 * @head:	the message's fixed part
 * @size:	of it
 * @cb:		called for each
 * @data:	for @cb
 *
 * Return: false when it failed.
 */
bool system_dump(u16 type, const void *head, size_t size, mnl_cb_t cb,
		 void *data)
{
	struct nl nl = { .module = "rtnetlink", .seq = 1 };
	struct nl_request req;
	struct err err;
	bool ok;

	req.nlh = mnl_nlmsg_put_header(req.buf);
	req.nlh->nlmsg_type = type;
	req.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req.nlh->nlmsg_seq = nl.seq;
	memcpy(mnl_nlmsg_put_extra_header(req.nlh, size), head, size);
	nl.sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	ok = nl.sock && mnl_socket_bind(nl.sock, 0, MNL_SOCKET_AUTOPID) >= 0 &&
	     !nl_call(&nl, &req, cb, data, &err);
	nl_close(&nl);
	return ok;
}
