// SPDX-License-Identifier: GPL-2.0
/*
 * Whether IPVS balances a service in this namespace, from /proc/net/ip_vs. Its
 * director takes the packets off before any hook of ours.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "ipvs.h"
#include "tcopyctl.h"

/* "TCP  0A010064:0050 rr" or "TCP  [fd01:0000:...:0064]:0050 rr" */
static bool read_service(struct endpoint *to, const char *line)
{
	unsigned int port, word;
	char text[40];

	memset(to, 0, sizeof(*to));
	if (sscanf(line, "TCP %8x:%4x ", &word, &port) == 2) {
		to->family = 4;
		to->addr.w[0] = htonl(word);
	} else if (sscanf(line, "TCP [%39[0-9a-fA-F:]]:%4x ", text,
			  &port) == 2 &&
		   inet_pton(AF_INET6, text, &to->addr) == 1) {
		to->family = 6;
	} else {
		return false;
	}
	to->port = (u16)port;
	return true;
}

/**
 * ipvs_has() - is this a virtual service?
 * @from:	the service: an address and a port
 *
 * Services that IPVS knows by a firewall mark alone are not found.
 */
bool ipvs_has(const struct endpoint *from)
{
	FILE *f = fopen("/proc/net/ip_vs", "re");
	struct endpoint service;
	bool found = false;
	char line[256];

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = read_service(&service, line) &&
			service.family == from->family &&
			service.port == from->port &&
			!memcmp(&service.addr, &from->addr, sizeof(from->addr));
	fclose(f);
	return found;
}
