// SPDX-License-Identifier: GPL-2.0
/* Events of both families to plain structs. */
#include <linux/genetlink.h>

#include "attr_int.h"
#include "event.h"

static int event_attr(const struct nlattr *attr, void *data)
{
	static const char *const names[] = {
		[TCOPY_EVENT_ADDED] = "target-added",
		[TCOPY_EVENT_DELETED] = "target-deleted",
		[TCOPY_EVENT_STATE] = "state",
		[TCOPY_EVENT_COUNTS] = "counts",
		[TCOPY_EVENT_RESTS] = "rests",
		[TCOPY_EVENT_RELAY_UP] = "relay-up",
		[TCOPY_EVENT_RELAY_DOWN] = "relay-down",
	};
	struct event *to = data;
	u8 event = 0;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_EVENT_EVENT:
		if (attr_get_u8(&event, attr) < 0)
			return MNL_CB_ERROR;
		if (event < sizeof(names) / sizeof(*names))
			to->name = names[event];
		return MNL_CB_OK;
	case TCOPY_A_EVENT_TARGET:
		return attr_get_u32(&to->target, attr);
	case TCOPY_A_EVENT_NAME:
		return attr_get_str(to->target_name,
				    sizeof(to->target_name), attr);
	case TCOPY_A_EVENT_STATE:
		to->has_state = true;
		return attr_get_u8(&to->state, attr);
	case TCOPY_A_EVENT_REASON:
		return attr_get_str(to->reason, sizeof(to->reason), attr);
	case TCOPY_A_EVENT_COUNTER:
		return attr_get_u16(&to->counter, attr);
	case TCOPY_A_EVENT_VALUE:
		return attr_get_u64(&to->value, attr);
	case TCOPY_A_EVENT_ADDR:
		return attr_get_addr(&to->at, attr);
	case TCOPY_A_EVENT_PORT:
		return attr_get_u16(&to->at.port, attr);
	}
	return MNL_CB_OK;
}

/**
 * attr_event() - read TCOPY_A_EVENT of a message
 * @to:		filled as a whole
 * @nlh:	the message
 *
 * Return: false when it is malformed or absent.
 */
bool attr_event(struct event *to, const struct nlmsghdr *nlh)
{
	struct attr_nest nest = { TCOPY_A_EVENT, event_attr, to, false };

	memset(to, 0, sizeof(*to));
	return attr_read_nest(&nest, nlh);
}

static int icept_event_attr(const struct nlattr *attr, void *data)
{
	static const char *const names[] = {
		[TCOPY_ICEPT_EVENT_ADDED] = "intercept-added",
		[TCOPY_ICEPT_EVENT_DRAINING] = "intercept-draining",
		[TCOPY_ICEPT_EVENT_LEFT] = "intercept-left",
		[TCOPY_ICEPT_EVENT_RELAY_UP] = "relay-bound",
		[TCOPY_ICEPT_EVENT_RELAY_DOWN] = "relay-gone",
	};
	struct event *to = data;
	u8 event = 0;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_ICEPT_A_EVENT:
		if (attr_get_u8(&event, attr) < 0)
			return MNL_CB_ERROR;
		if (event < sizeof(names) / sizeof(*names))
			to->name = names[event];
		return MNL_CB_OK;
	case TCOPY_ICEPT_A_PORT:
		return attr_get_u16(&to->at.port, attr);
	case TCOPY_ICEPT_A_ADDR:
		return attr_get_addr(&to->at, attr);
	}
	return MNL_CB_OK;
}

/**
 * attr_icept_event() - read an event of the test host
 * @to:		filled as a whole
 * @nlh:	the message
 *
 * Return: false when it is malformed.
 */
bool attr_icept_event(struct event *to, const struct nlmsghdr *nlh)
{
	memset(to, 0, sizeof(*to));
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), icept_event_attr,
			      to) >= 0;
}
