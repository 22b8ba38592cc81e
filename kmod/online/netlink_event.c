// SPDX-License-Identifier: GPL-2.0
/* netlink: events, TCOPY_CMD_EVENT */

#include "event.h"
#include "netlink_int.h"

/* With the longest name and reason; small, so that a burst of them fits the
 * buffer of whoever listens.
 */
#define EVENT_SIZE	512

const struct genl_multicast_group tcopy_netlink_groups[NETLINK_GROUPS] = {
	[NETLINK_GROUP_EVENTS] = { .name = TCOPY_MCGRP_EVENTS },
};

/* Targets outlive the family: without it, the numbers of its groups are
 * somebody else's.
 */
bool tcopy_netlink_open;

/**
 * tcopy_event_wanted() - does anybody listen?
 * @tn:	the namespace
 *
 * Context: any.
 */
bool tcopy_event_wanted(const struct tcopy_net *tn)
{
	return READ_ONCE(tcopy_netlink_open) &&
	       genl_has_listeners(&tcopy_netlink_family, tn->net,
				  NETLINK_GROUP_EVENTS);
}

/**
 * struct event - a message that is being written
 * @msg:	NULL: nobody listens, or there is no memory
 * @hdr:	its header
 * @nest:	TCOPY_A_EVENT
 * @full:	something did not fit
 */
struct event {
	struct sk_buff *msg;
	void *hdr;
	struct nlattr *nest;
	bool full;
};

static bool event_begin(struct event *e, const struct tcopy_net *tn, u8 event)
{
	memset(e, 0, sizeof(*e));
	if (!tcopy_event_wanted(tn))
		return false;
	e->msg = nlmsg_new(EVENT_SIZE, GFP_KERNEL);
	if (!e->msg)
		return false;
	e->hdr = genlmsg_put(e->msg, 0, 0, &tcopy_netlink_family, 0,
			     TCOPY_CMD_EVENT);
	e->nest = nla_nest_start(e->msg, TCOPY_A_EVENT);
	e->full = !e->hdr || !e->nest ||
		  nla_put_u8(e->msg, TCOPY_A_EVENT_EVENT, event);
	return true;
}

static void event_send(struct event *e, const struct tcopy_net *tn)
{
	if (e->full) {
		nlmsg_free(e->msg);
		return;
	}
	nla_nest_end(e->msg, e->nest);
	genlmsg_end(e->msg, e->hdr);
	/* A listener that is too slow is told so by its socket. */
	genlmsg_multicast_netns(&tcopy_netlink_family, tn->net, e->msg, 0,
				NETLINK_GROUP_EVENTS, GFP_KERNEL);
}

static bool event_begin_target(struct event *e, const struct tcopy_target *t,
			       u8 event)
{
	if (!event_begin(e, t->tn, event))
		return false;
	e->full = e->full ||
		  nla_put_u32(e->msg, TCOPY_A_EVENT_TARGET, t->id) ||
		  (t->name[0] &&
		   nla_put_string(e->msg, TCOPY_A_EVENT_NAME, t->name));
	return true;
}

/**
 * tcopy_event_target() - a target came, went, or is in another state
 * @t:		the target; has an ID
 * @event:	TCOPY_EVENT_ADDED, _DELETED or _STATE
 *
 * Context: process; tcopy_net.lock held; may sleep.
 */
void tcopy_event_target(const struct tcopy_target *t, u8 event)
{
	struct event e;

	if (!event_begin_target(&e, t, event))
		return;
	if (event == TCOPY_EVENT_STATE)
		e.full = e.full ||
			 nla_put_u8(e.msg, TCOPY_A_EVENT_STATE, t->state) ||
			 nla_put_string(e.msg, TCOPY_A_EVENT_REASON, t->reason);
	event_send(&e, t->tn);
}

/**
 * tcopy_event_counter() - a counter that tells of trouble grows, or rests
 * @t:		the target
 * @event:	TCOPY_EVENT_COUNTS or _RESTS
 * @counter:	enum tcopy_a_stat
 * @value:	of it
 *
 * Context: process; tcopy_net.lock held; may sleep.
 */
void tcopy_event_counter(const struct tcopy_target *t, u8 event, u16 counter,
			 u64 value)
{
	struct event e;

	if (!event_begin_target(&e, t, event))
		return;
	e.full = e.full ||
		 nla_put_u16(e.msg, TCOPY_A_EVENT_COUNTER, counter) ||
		 nla_put_u64_64bit(e.msg, TCOPY_A_EVENT_VALUE, value,
				   TCOPY_A_EVENT_PAD);
	event_send(&e, t->tn);
}

/**
 * tcopy_event_relay() - a relay answers, or does so no longer
 * @relay:	the relay
 * @event:	TCOPY_EVENT_RELAY_UP or _DOWN
 *
 * Context: process; tcopy_net.lock held; may sleep.
 */
void tcopy_event_relay(const struct tcopy_relay *relay, u8 event)
{
	struct event e;

	if (!event_begin(&e, relay->tn, event))
		return;
	e.full = e.full ||
		 put_addr(e.msg, TCOPY_A_EVENT_ADDR, relay->family,
			  &relay->addr) ||
		 nla_put_u16(e.msg, TCOPY_A_EVENT_PORT, ntohs(relay->port));
	event_send(&e, relay->tn);
}
