// SPDX-License-Identifier: GPL-2.0
/* netlink: events, TCOPY_ICEPT_CMD_EVENT */

#include <linux/tcopy_intercept.h>
#include <net/genetlink.h>

#include "event.h"
#include "netlink.h"
#include "respond.h"

#define EVENT_SIZE	64

/* Namespaces outlive the family: without it, the numbers of its groups are
 * somebody else's.
 */
bool icept_netlink_open;

const struct genl_multicast_group icept_netlink_groups[ICEPT_NETLINK_GROUPS] = {
	[ICEPT_NETLINK_GROUP_EVENTS] = { .name = TCOPY_ICEPT_MCGRP_EVENTS },
};

static bool put_event(struct sk_buff *msg, const struct icept_port *port,
		      u8 event)
{
	if (nla_put_u8(msg, TCOPY_ICEPT_A_EVENT, event))
		return false;
	if (!port)
		return true;
	return !nla_put_u16(msg, TCOPY_ICEPT_A_PORT, port->port) &&
	       (!port->family ||
		!nla_put(msg, TCOPY_ICEPT_A_ADDR, port->family == 4 ? 4 : 16,
			 &port->addr));
}

/* GFP_ATOMIC: a relay may be found gone where its records are sent. */
static void event_send(struct net *net, const struct icept_port *port, u8 event)
{
	struct sk_buff *msg;
	void *hdr;

	if (!READ_ONCE(icept_netlink_open) ||
	    !genl_has_listeners(&icept_netlink_family, net,
				ICEPT_NETLINK_GROUP_EVENTS))
		return;
	msg = genlmsg_new(EVENT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &icept_netlink_family, 0,
			  TCOPY_ICEPT_CMD_EVENT);
	if (!hdr || !put_event(msg, port, event)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&icept_netlink_family, net, msg, 0,
				ICEPT_NETLINK_GROUP_EVENTS, GFP_ATOMIC);
}

/**
 * icept_event_port() - an intercept came, drains, or is gone
 * @net:	the namespace
 * @port:	the intercept
 * @event:	enum tcopy_icept_event_type
 *
 * Context: any.
 */
void icept_event_port(struct net *net, const struct icept_port *port, u8 event)
{
	event_send(net, port, event);
}

/**
 * icept_event_relay() - a relay was bound, or is gone
 * @net:	the namespace
 * @event:	enum tcopy_icept_event_type
 *
 * Context: any.
 */
void icept_event_relay(struct net *net, u8 event)
{
	event_send(net, NULL, event);
}
