// SPDX-License-Identifier: GPL-2.0
/* Netlink attributes to plain structs and back. */
#include <linux/genetlink.h>

#include "attr_int.h"

static int stat_attr(const struct nlattr *attr, void *data)
{
	u16 type = mnl_attr_get_type(attr);
	struct target *to = data;

	/* a newer module counts more than we know */
	if (type == TCOPY_A_STAT_PAD || type > TCOPY_A_STAT_MAX)
		return MNL_CB_OK;
	return attr_get_u64(&to->stat[type], attr);
}

/* enum tcopy_a_prefix and tcopy_icept_a_pass: the same */
static int prefix_attr(const struct nlattr *attr, void *data)
{
	struct prefix *to = data;
	struct endpoint ep;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_PREFIX_ADDR:
		if (attr_get_addr(&ep, attr) < 0)
			return MNL_CB_ERROR;
		to->addr = ep.addr;
		to->family = ep.family;
		return MNL_CB_OK;
	case TCOPY_A_PREFIX_PLEN:
		return attr_get_u8(&to->plen, attr);
	}
	return MNL_CB_OK;
}

static int get_client(struct prefix *to, unsigned int *n,
		      const struct nlattr *attr)
{
	if (*n == TCOPY_CLIENTS_MAX)
		return MNL_CB_OK;
	return mnl_attr_parse_nested(attr, prefix_attr, &to[(*n)++]);
}

static int target_attr(const struct nlattr *attr, void *data)
{
	struct target *to = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_TARGET_ID:
		return attr_get_u32(&to->id, attr);
	case TCOPY_A_TARGET_NAME:
		return attr_get_str(to->name, sizeof(to->name), attr);
	case TCOPY_A_TARGET_FROM_ADDR:
		return attr_get_addr(&to->from, attr);
	case TCOPY_A_TARGET_FROM_PORT:
		return attr_get_u16(&to->from.port, attr);
	case TCOPY_A_TARGET_TO_ADDR:
		return attr_get_addr(&to->to, attr);
	case TCOPY_A_TARGET_TO_PORT:
		return attr_get_u16(&to->to.port, attr);
	case TCOPY_A_TARGET_TO_IFINDEX:
		return attr_get_u32(&to->to.ifindex, attr);
	case TCOPY_A_TARGET_RELAY_ADDR:
		return attr_get_addr(&to->relay, attr);
	case TCOPY_A_TARGET_RELAY_PORT:
		return attr_get_u16(&to->relay.port, attr);
	case TCOPY_A_TARGET_PACE:
		return attr_get_u8(&to->pace, attr);
	case TCOPY_A_TARGET_MAX_SESSIONS:
		return attr_get_u32(&to->max_sessions, attr);
	case TCOPY_A_TARGET_IDLE:
		return attr_get_u32(&to->idle, attr);
	case TCOPY_A_TARGET_WAIT:
		return attr_get_u32(&to->wait, attr);
	case TCOPY_A_TARGET_SOURCE:
		return attr_get_u8(&to->source, attr);
	case TCOPY_A_TARGET_SESSIONS:
		return attr_get_u8(&to->sessions, attr);
	case TCOPY_A_TARGET_COPIES:
		return attr_get_u32(&to->copies, attr);
	case TCOPY_A_TARGET_SOURCE_PREFIX:
		return mnl_attr_parse_nested(attr, prefix_attr,
					     &to->source_prefix);
	case TCOPY_A_TARGET_SAMPLE:
		return attr_get_u32(&to->sample, attr);
	case TCOPY_A_TARGET_SEED:
		return attr_get_u32(&to->seed, attr);
	case TCOPY_A_TARGET_RAMP:
		return attr_get_u32(&to->ramp, attr);
	case TCOPY_A_TARGET_RATE:
		return attr_get_u32(&to->rate, attr);
	case TCOPY_A_TARGET_MSS:
		return attr_get_u32(&to->mss, attr);
	case TCOPY_A_TARGET_MARK:
		return attr_get_u32(&to->mark, attr);
	case TCOPY_A_TARGET_DSCP:
		return attr_get_u8(&to->dscp, attr);
	case TCOPY_A_TARGET_DEV:
		return attr_get_u32(&to->dev, attr);
	case TCOPY_A_TARGET_FOR:
		return attr_get_u32(&to->ends, attr);
	case TCOPY_A_TARGET_CLIENT:
		return get_client(to->client, &to->client_n, attr);
	case TCOPY_A_TARGET_NOT_CLIENT:
		return get_client(to->not_client, &to->not_client_n, attr);
	case TCOPY_A_TARGET_DIRECT:
		to->direct = true;
		return MNL_CB_OK;
	case TCOPY_A_TARGET_RTT:
		return attr_get_u32(&to->rtt, attr);
	case TCOPY_A_TARGET_HEARD:
		to->heard = true;
		return attr_get_u32(&to->heard_ms, attr);
	case TCOPY_A_TARGET_PAUSED:
		to->paused = true;
		return MNL_CB_OK;
	case TCOPY_A_TARGET_HOOK:
		return attr_get_u8(&to->hook, attr);
	case TCOPY_A_TARGET_STATE:
		return attr_get_u8(&to->state, attr);
	case TCOPY_A_TARGET_REASON:
		return attr_get_str(to->reason, sizeof(to->reason), attr);
	case TCOPY_A_TARGET_STATS:
		return mnl_attr_parse_nested(attr, stat_attr, to);
	}
	return MNL_CB_OK;
}

static int session_attr(const struct nlattr *attr, void *data)
{
	struct session *to = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_SESSION_TARGET:
		return attr_get_u32(&to->target, attr);
	case TCOPY_A_SESSION_CLIENT_ADDR:
		return attr_get_addr(&to->client, attr);
	case TCOPY_A_SESSION_CLIENT_PORT:
		return attr_get_u16(&to->client.port, attr);
	case TCOPY_A_SESSION_FROM_ADDR:
		return attr_get_addr(&to->from, attr);
	case TCOPY_A_SESSION_FROM_PORT:
		return attr_get_u16(&to->from.port, attr);
	case TCOPY_A_SESSION_TO_ADDR:
		return attr_get_addr(&to->to, attr);
	case TCOPY_A_SESSION_TO_PORT:
		return attr_get_u16(&to->to.port, attr);
	case TCOPY_A_SESSION_SOURCE_ADDR:
		return attr_get_addr(&to->source, attr);
	case TCOPY_A_SESSION_SOURCE_PORT:
		return attr_get_u16(&to->source.port, attr);
	case TCOPY_A_SESSION_STATE:
		return attr_get_str(to->state, sizeof(to->state), attr);
	case TCOPY_A_SESSION_HELD:
		return attr_get_u32(&to->held, attr);
	case TCOPY_A_SESSION_RTT:
		return attr_get_u32(&to->rtt, attr);
	case TCOPY_A_SESSION_SENT:
		return attr_get_u32(&to->sent, attr);
	case TCOPY_A_SESSION_RECEIVED:
		return attr_get_u32(&to->received, attr);
	}
	return MNL_CB_OK;
}

_Static_assert((int)TCOPY_ICEPT_A_PASS_ADDR == (int)TCOPY_A_PREFIX_ADDR &&
	       (int)TCOPY_ICEPT_A_PASS_PLEN == (int)TCOPY_A_PREFIX_PLEN,
	       "prefix_attr() reads both");

static int icept_attr(const struct nlattr *attr, void *data)
{
	struct icept *to = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_ICEPT_A_PORT:
		return attr_get_u16(&to->port, attr);
	case TCOPY_ICEPT_A_PASS:
		if (to->pass_n == TCOPY_ICEPT_PASS_MAX)
			return MNL_CB_OK;
		return mnl_attr_parse_nested(attr, prefix_attr,
					     &to->pass[to->pass_n++]);
	case TCOPY_ICEPT_A_STATE:
		return attr_get_u8(&to->state, attr);
	case TCOPY_ICEPT_A_RELAY:
		to->relay = true;
		return MNL_CB_OK;
	case TCOPY_ICEPT_A_STOLEN:
		return attr_get_u64(&to->stolen, attr);
	case TCOPY_ICEPT_A_PASSED:
		return attr_get_u64(&to->passed, attr);
	case TCOPY_ICEPT_A_OWN:
		return attr_get_u64(&to->own, attr);
	case TCOPY_ICEPT_A_LOST:
		return attr_get_u64(&to->lost, attr);
	case TCOPY_ICEPT_A_SUPERSEDED:
		return attr_get_u64(&to->superseded, attr);
	case TCOPY_ICEPT_A_MALFORMED:
		return attr_get_u64(&to->malformed, attr);
	case TCOPY_ICEPT_A_ERRORS:
		return attr_get_u64(&to->errors, attr);
	case TCOPY_ICEPT_A_ABORTED:
		return attr_get_u64(&to->aborted, attr);
	case TCOPY_ICEPT_A_ADDR:
		return attr_get_addr(&to->addr, attr);
	case TCOPY_ICEPT_A_FOR:
		return attr_get_u32(&to->ends, attr);
	case TCOPY_ICEPT_A_VERSION:
		return attr_get_str(to->version, sizeof(to->version), attr);
	}
	return MNL_CB_OK;
}

/**
 * attr_target() - read TCOPY_A_TARGET of a message
 * @to:		filled as a whole
 * @nlh:	the message
 *
 * Return: false when it is malformed or absent.
 */
bool attr_target(struct target *to, const struct nlmsghdr *nlh)
{
	struct attr_nest nest = { TCOPY_A_TARGET, target_attr, to, false };

	memset(to, 0, sizeof(*to));
	if (!attr_read_nest(&nest, nlh))
		return false;
	if (!to->from.port)
		to->from.port = to->to.port;
	return true;
}

/**
 * attr_session() - read TCOPY_A_SESSION of a message
 * @to:		filled as a whole
 * @nlh:	the message
 *
 * Return: false when it is malformed or absent.
 */
bool attr_session(struct session *to, const struct nlmsghdr *nlh)
{
	struct attr_nest nest = { TCOPY_A_SESSION, session_attr, to, false };

	memset(to, 0, sizeof(*to));
	return attr_read_nest(&nest, nlh);
}

/**
 * attr_icept() - read one intercept, or the namespace's counters
 * @to:		filled as a whole
 * @nlh:	the message
 *
 * Return: false when it is malformed.
 */
bool attr_icept(struct icept *to, const struct nlmsghdr *nlh)
{
	memset(to, 0, sizeof(*to));
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), icept_attr,
			      to) >= 0;
}

/**
 * attr_put_addr() - write an address
 * @nlh:	a message with room
 * @type:	of the attribute
 * @family:	4 or 6
 * @addr:	the address
 */
void attr_put_addr(struct nlmsghdr *nlh, u16 type, u8 family,
		   const union tcopy_addr *addr)
{
	mnl_attr_put(nlh, type, family == 4 ? 4 : 16, addr);
}

/**
 * attr_put_target_id() - say which target is meant
 * @nlh:	a message with room
 * @id:		the target's
 */
void attr_put_target_id(struct nlmsghdr *nlh, u32 id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCOPY_A_TARGET);

	mnl_attr_put_u32(nlh, TCOPY_A_TARGET_ID, id);
	mnl_attr_nest_end(nlh, nest);
}
