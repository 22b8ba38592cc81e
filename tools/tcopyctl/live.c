// SPDX-License-Identifier: GPL-2.0
/*
 * Who is connected to a port of this host now, from /proc/net/tcp and tcp6:
 * they are there on every kernel and need no module.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

#include "live.h"
#include "tcopyctl.h"

/* Addresses are words in host byte order, in hexadecimal: 4 or 1 of them. */
static bool read_address(struct endpoint *to, const char *s, unsigned int port)
{
	size_t len = strlen(s);
	unsigned int i, word;

	memset(to, 0, sizeof(*to));
	if (len != 8 && len != 32)
		return false;
	for (i = 0; i < len / 8; i++) {
		if (sscanf(s + 8 * i, "%8x", &word) != 1)
			return false;
		to->addr.w[i] = word;
	}
	to->family = len == 8 ? 4 : 6;
	to->port = (u16)port;
	if (to->family == 6 && !to->addr.w[0] && !to->addr.w[1] &&
	    to->addr.w[2] == htonl(0xffff)) {
		to->addr.w[0] = to->addr.w[3];
		to->addr.w[2] = 0;
		to->addr.w[3] = 0;
		to->family = 4;
	}
	return true;
}

/**
 * live_read_line() - read a line of /proc/net/tcp or tcp6
 * @local:	filled on success
 * @remote:	filled on success
 * @state:	TCP_ESTABLISHED ...
 * @line:	the line
 *
 * Return: false when it is none, as the first of the file.
 */
bool live_read_line(struct endpoint *local, struct endpoint *remote,
		    unsigned int *state, const char *line)
{
	unsigned int lport, rport;
	char laddr[33], raddr[33];

	return sscanf(line, " %*u: %32[0-9A-F]:%4x %32[0-9A-F]:%4x %2x", laddr,
		      &lport, raddr, &rport, state) == 5 &&
	       read_address(local, laddr, lport) &&
	       read_address(remote, raddr, rport);
}

static bool is_own(const struct ifaddrs *ifs, const struct endpoint *ep)
{
	for (; ifs; ifs = ifs->ifa_next) {
		const struct sockaddr *sa = ifs->ifa_addr;

		if (!sa)
			continue;
		if (ep->family == 4 && sa->sa_family == AF_INET &&
		    ((const struct sockaddr_in *)sa)->sin_addr.s_addr ==
			    ep->addr.v4)
			return true;
		if (ep->family == 6 && sa->sa_family == AF_INET6 &&
		    !memcmp(&((const struct sockaddr_in6 *)sa)->sin6_addr,
			    ep->addr.v6, 16))
			return true;
	}
	/* all of 127.0.0.0/8 is local, whatever the devices say */
	return ep->family == 4 && ntohl(ep->addr.v4) >> 24 == 127;
}

static bool is_live(unsigned int state)
{
	return state != TCP_LISTEN && state != TCP_CLOSE &&
	       state != TCP_TIME_WAIT && state != TCP_SYN_RECV;
}

static bool is_at(const struct endpoint *ep, const struct endpoint *local)
{
	return ep->port == local->port &&
	       (!local->family || (ep->family == local->family &&
				   !memcmp(&ep->addr, &local->addr,
					   sizeof(ep->addr))));
}

static void read_table(struct live_list *list, const char *path,
		       const struct endpoint *at, const struct prefix *pass,
		       unsigned int pass_n, const struct ifaddrs *ifs)
{
	struct endpoint local, remote;
	unsigned int state, i;
	char line[512];
	FILE *file;

	file = fopen(path, "re");
	if (!file) {
		/* no IPv6 here is no failure; no /proc is */
		if (errno != ENOENT || !strstr(path, "tcp6"))
			refuse("cannot see who uses port %u: %s: %s (--force goes without)",
			       at->port, path, strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (!live_read_line(&local, &remote, &state, line) ||
		    !is_at(&local, at) || !is_live(state) ||
		    is_own(ifs, &remote))
			continue;
		for (i = 0; i < pass_n; i++)
			if (prefix_holds(&pass[i], remote.family, &remote.addr))
				break;
		if (i < pass_n)
			continue;
		if (list->n < LIVE_SHOWN)
			list->v[list->n] = remote;
		list->n++;
	}
	fclose(file);
}

/**
 * live_find() - the connections that an intercept would cut off
 * @list:	filled
 * @at:		local port, and address if it has one
 * @pass:	clients that would still be answered
 * @pass_n:	how many
 *
 * Looks in the network namespace of this process.
 */
void live_find(struct live_list *list, const struct endpoint *at,
	       const struct prefix *pass, unsigned int pass_n)
{
	struct ifaddrs *ifs = NULL;

	memset(list, 0, sizeof(*list));
	if (getifaddrs(&ifs))
		ifs = NULL;
	read_table(list, "/proc/self/net/tcp", at, pass, pass_n, ifs);
	read_table(list, "/proc/self/net/tcp6", at, pass, pass_n, ifs);
	freeifaddrs(ifs);
}

/**
 * live_ssh() - is this the local end of the SSH session that runs this program?
 * @at:		local port, and address if it has one
 *
 * Return: false too when sudo has hidden it (its connection is then found by
 * live_find()).
 */
bool live_ssh(const struct endpoint *at)
{
	const char *ssh = getenv("SSH_CONNECTION");
	struct endpoint local;
	unsigned int port;
	struct err err;
	char addr[64];

	if (!ssh || sscanf(ssh, "%*s %*u %63s %u", addr, &port) != 2)
		return false;
	/* an address that cannot be read may be this one */
	if (!parse_addr(&local, addr, &err))
		local = *at;
	local.port = (u16)port;
	return port <= 65535 && is_at(&local, at);
}
