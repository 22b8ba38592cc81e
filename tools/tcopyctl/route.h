/* SPDX-License-Identifier: GPL-2.0 */
/* What this host's routing says of an address. */
#ifndef TCOPYCTL_ROUTE_H
#define TCOPYCTL_ROUTE_H

#include "parse.h"

/**
 * struct route - how packets to an address travel
 * @type:	RTN_UNICAST, RTN_LOCAL, ...
 * @oif:	index of the device
 * @mtu:	of the route; 0: the device's
 * @source:	family 0: none was told
 * @gateway:	family 0: on the link
 */
struct route {
	u8 type;
	u32 oif;
	u32 mtu;
	struct endpoint source;
	struct endpoint gateway;
};

int route_get(struct route *to, const struct endpoint *dst, u32 oif, u32 mark);
bool route_is_own(const struct endpoint *ep);

#endif
