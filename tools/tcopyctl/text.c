// SPDX-License-Identifier: GPL-2.0
/* Endpoints, prefixes and states as text. */
#include <net/if.h>
#include <stdio.h>

#include "attr.h"
#include "tcopyctl.h"

static const char *addr_text(char *buf, size_t size, u8 family,
			     const union tcopy_addr *addr)
{
	return inet_ntop(family == 4 ? AF_INET : AF_INET6, addr, buf,
			 (socklen_t)size);
}

/**
 * endpoint_text() - an endpoint as it is typed
 * @buf:	filled
 * @ep:		family 0 becomes "*", port 0 is left out
 *
 * Return: @buf.
 */
const char *endpoint_text(char buf[ENDPOINT_TEXT], const struct endpoint *ep)
{
	char addr[INET6_ADDRSTRLEN] = "*", dev[IF_NAMESIZE + 1] = "";

	if (ep->family)
		addr_text(addr, sizeof(addr), ep->family, &ep->addr);
	if (ep->ifindex) {
		dev[0] = '%';
		/* the device may be gone: its number is better than nothing */
		if (!if_indextoname(ep->ifindex, dev + 1))
			snprintf(dev + 1, sizeof(dev) - 1, "%u", ep->ifindex);
	}
	if (!ep->port)
		snprintf(buf, ENDPOINT_TEXT, "%s%s", addr, dev);
	else if (ep->family == 6)
		snprintf(buf, ENDPOINT_TEXT, "[%s%s]:%u", addr, dev, ep->port);
	else
		snprintf(buf, ENDPOINT_TEXT, "%s:%u", addr, ep->port);
	return buf;
}

/**
 * endpoint_same_addr() - do two have the same address, or none?
 * @a:	one
 * @b:	the other
 */
bool endpoint_same_addr(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family &&
	       !memcmp(&a->addr, &b->addr, a->family == 4 ? 4 : 16);
}

/**
 * prefix_text() - a prefix as it is typed
 * @buf:	filled
 * @prefix:	the network
 *
 * Return: @buf.
 */
const char *prefix_text(char buf[ENDPOINT_TEXT], const struct prefix *prefix)
{
	char addr[INET6_ADDRSTRLEN] = "";

	addr_text(addr, sizeof(addr), prefix->family, &prefix->addr);
	snprintf(buf, ENDPOINT_TEXT, "%s/%u", addr, prefix->plen);
	return buf;
}

/**
 * percent_text() - a share as it is typed
 * @buf:	filled, 16 bytes at least
 * @share:	millionths
 *
 * Return: @buf.
 */
const char *percent_text(char *buf, u32 share)
{
	int len;

	len = snprintf(buf, 16, "%u.%04u", share / 10000, share % 10000);
	while (buf[len - 1] == '0')
		buf[--len] = 0;
	if (buf[len - 1] == '.')
		buf[--len] = 0;
	return buf;
}

/**
 * state_text() - a target's state in the words of the contract
 * @state:	enum tcopy_state
 */
const char *state_text(u8 state)
{
	static const char *const words[] = {
		[TCOPY_STATE_CONNECTING] = "connecting",
		[TCOPY_STATE_COPYING] = "copying",
		[TCOPY_STATE_REFUSED] = "refused",
		[TCOPY_STATE_PAUSED] = "paused",
	};

	return state < sizeof(words) / sizeof(words[0]) ? words[state] :
							  "unknown";
}
