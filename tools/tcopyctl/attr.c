// SPDX-License-Identifier: GPL-2.0
/* Netlink attributes to plain structs and back, and endpoints to text. */
#include <errno.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "attr.h"
#include "event.h"
#include "tcopyctl.h"

/* 4 bytes or 16: the length is the family. */
static int get_addr(struct endpoint *to, const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len != 4 && len != 16)
		return MNL_CB_ERROR;
	memset(&to->addr, 0, sizeof(to->addr));
	memcpy(&to->addr, mnl_attr_get_payload(attr), len);
	to->family = len == 4 ? 4 : 6;
	return MNL_CB_OK;
}

static int get_u8(u8 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U8) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

static int get_u16(u16 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int get_u32(u32 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int get_u64(u64 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

static int get_str(char *to, size_t size, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_ERROR;
	snprintf(to, size, "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int stat_attr(const struct nlattr *attr, void *data)
{
	u16 type = mnl_attr_get_type(attr);
	struct target *to = data;

	/* a newer module counts more than we know */
	if (type == TCOPY_A_STAT_PAD || type > TCOPY_A_STAT_MAX)
		return MNL_CB_OK;
	return get_u64(&to->stat[type], attr);
}

/* enum tcopy_a_prefix and tcopy_icept_a_pass: the same */
static int prefix_attr(const struct nlattr *attr, void *data)
{
	struct prefix *to = data;
	struct endpoint ep;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_PREFIX_ADDR:
		if (get_addr(&ep, attr) < 0)
			return MNL_CB_ERROR;
		to->addr = ep.addr;
		to->family = ep.family;
		return MNL_CB_OK;
	case TCOPY_A_PREFIX_PLEN:
		return get_u8(&to->plen, attr);
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
		return get_u32(&to->id, attr);
	case TCOPY_A_TARGET_NAME:
		return get_str(to->name, sizeof(to->name), attr);
	case TCOPY_A_TARGET_FROM_ADDR:
		return get_addr(&to->from, attr);
	case TCOPY_A_TARGET_FROM_PORT:
		return get_u16(&to->from.port, attr);
	case TCOPY_A_TARGET_TO_ADDR:
		return get_addr(&to->to, attr);
	case TCOPY_A_TARGET_TO_PORT:
		return get_u16(&to->to.port, attr);
	case TCOPY_A_TARGET_TO_IFINDEX:
		return get_u32(&to->to.ifindex, attr);
	case TCOPY_A_TARGET_RELAY_ADDR:
		return get_addr(&to->relay, attr);
	case TCOPY_A_TARGET_RELAY_PORT:
		return get_u16(&to->relay.port, attr);
	case TCOPY_A_TARGET_PACE:
		return get_u8(&to->pace, attr);
	case TCOPY_A_TARGET_MAX_SESSIONS:
		return get_u32(&to->max_sessions, attr);
	case TCOPY_A_TARGET_IDLE:
		return get_u32(&to->idle, attr);
	case TCOPY_A_TARGET_WAIT:
		return get_u32(&to->wait, attr);
	case TCOPY_A_TARGET_SOURCE:
		return get_u8(&to->source, attr);
	case TCOPY_A_TARGET_SESSIONS:
		return get_u8(&to->sessions, attr);
	case TCOPY_A_TARGET_COPIES:
		return get_u32(&to->copies, attr);
	case TCOPY_A_TARGET_SOURCE_PREFIX:
		return mnl_attr_parse_nested(attr, prefix_attr,
					     &to->source_prefix);
	case TCOPY_A_TARGET_SAMPLE:
		return get_u32(&to->sample, attr);
	case TCOPY_A_TARGET_SEED:
		return get_u32(&to->seed, attr);
	case TCOPY_A_TARGET_RAMP:
		return get_u32(&to->ramp, attr);
	case TCOPY_A_TARGET_RATE:
		return get_u32(&to->rate, attr);
	case TCOPY_A_TARGET_MSS:
		return get_u32(&to->mss, attr);
	case TCOPY_A_TARGET_MARK:
		return get_u32(&to->mark, attr);
	case TCOPY_A_TARGET_DSCP:
		return get_u8(&to->dscp, attr);
	case TCOPY_A_TARGET_DEV:
		return get_u32(&to->dev, attr);
	case TCOPY_A_TARGET_FOR:
		return get_u32(&to->ends, attr);
	case TCOPY_A_TARGET_CLIENT:
		return get_client(to->client, &to->client_n, attr);
	case TCOPY_A_TARGET_NOT_CLIENT:
		return get_client(to->not_client, &to->not_client_n, attr);
	case TCOPY_A_TARGET_DIRECT:
		to->direct = true;
		return MNL_CB_OK;
	case TCOPY_A_TARGET_RTT:
		return get_u32(&to->rtt, attr);
	case TCOPY_A_TARGET_HEARD:
		to->heard = true;
		return get_u32(&to->heard_ms, attr);
	case TCOPY_A_TARGET_PAUSED:
		to->paused = true;
		return MNL_CB_OK;
	case TCOPY_A_TARGET_HOOK:
		return get_u8(&to->hook, attr);
	case TCOPY_A_TARGET_STATE:
		return get_u8(&to->state, attr);
	case TCOPY_A_TARGET_REASON:
		return get_str(to->reason, sizeof(to->reason), attr);
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
		return get_u32(&to->target, attr);
	case TCOPY_A_SESSION_CLIENT_ADDR:
		return get_addr(&to->client, attr);
	case TCOPY_A_SESSION_CLIENT_PORT:
		return get_u16(&to->client.port, attr);
	case TCOPY_A_SESSION_FROM_ADDR:
		return get_addr(&to->from, attr);
	case TCOPY_A_SESSION_FROM_PORT:
		return get_u16(&to->from.port, attr);
	case TCOPY_A_SESSION_TO_ADDR:
		return get_addr(&to->to, attr);
	case TCOPY_A_SESSION_TO_PORT:
		return get_u16(&to->to.port, attr);
	case TCOPY_A_SESSION_SOURCE_ADDR:
		return get_addr(&to->source, attr);
	case TCOPY_A_SESSION_SOURCE_PORT:
		return get_u16(&to->source.port, attr);
	case TCOPY_A_SESSION_STATE:
		return get_str(to->state, sizeof(to->state), attr);
	case TCOPY_A_SESSION_HELD:
		return get_u32(&to->held, attr);
	case TCOPY_A_SESSION_RTT:
		return get_u32(&to->rtt, attr);
	case TCOPY_A_SESSION_SENT:
		return get_u32(&to->sent, attr);
	case TCOPY_A_SESSION_RECEIVED:
		return get_u32(&to->received, attr);
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
		return get_u16(&to->port, attr);
	case TCOPY_ICEPT_A_PASS:
		if (to->pass_n == TCOPY_ICEPT_PASS_MAX)
			return MNL_CB_OK;
		return mnl_attr_parse_nested(attr, prefix_attr,
					     &to->pass[to->pass_n++]);
	case TCOPY_ICEPT_A_STATE:
		return get_u8(&to->state, attr);
	case TCOPY_ICEPT_A_RELAY:
		to->relay = true;
		return MNL_CB_OK;
	case TCOPY_ICEPT_A_STOLEN:
		return get_u64(&to->stolen, attr);
	case TCOPY_ICEPT_A_PASSED:
		return get_u64(&to->passed, attr);
	case TCOPY_ICEPT_A_OWN:
		return get_u64(&to->own, attr);
	case TCOPY_ICEPT_A_LOST:
		return get_u64(&to->lost, attr);
	case TCOPY_ICEPT_A_SUPERSEDED:
		return get_u64(&to->superseded, attr);
	case TCOPY_ICEPT_A_MALFORMED:
		return get_u64(&to->malformed, attr);
	case TCOPY_ICEPT_A_ERRORS:
		return get_u64(&to->errors, attr);
	case TCOPY_ICEPT_A_ABORTED:
		return get_u64(&to->aborted, attr);
	case TCOPY_ICEPT_A_ADDR:
		return get_addr(&to->addr, attr);
	case TCOPY_ICEPT_A_FOR:
		return get_u32(&to->ends, attr);
	case TCOPY_ICEPT_A_VERSION:
		return get_str(to->version, sizeof(to->version), attr);
	}
	return MNL_CB_OK;
}

/**
 * struct nest - the attribute of a message that is looked for
 * @type:	enum tcopy_a
 * @cb:		called for each attribute inside
 * @data:	for @cb
 * @found:	it was there
 */
struct nest {
	u16 type;
	mnl_attr_cb_t cb;
	void *data;
	bool found;
};

static int nest_attr(const struct nlattr *attr, void *data)
{
	struct nest *nest = data;

	if (mnl_attr_get_type(attr) != nest->type)
		return MNL_CB_OK;
	nest->found = true;
	return mnl_attr_parse_nested(attr, nest->cb, nest->data);
}

static bool read_nest(struct nest *nest, const struct nlmsghdr *nlh)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), nest_attr,
			      nest) >= 0 && nest->found;
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
	struct nest nest = { TCOPY_A_TARGET, target_attr, to, false };

	memset(to, 0, sizeof(*to));
	if (!read_nest(&nest, nlh))
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
	struct nest nest = { TCOPY_A_SESSION, session_attr, to, false };

	memset(to, 0, sizeof(*to));
	return read_nest(&nest, nlh);
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
		if (get_u8(&event, attr) < 0)
			return MNL_CB_ERROR;
		if (event < sizeof(names) / sizeof(*names))
			to->name = names[event];
		return MNL_CB_OK;
	case TCOPY_A_EVENT_TARGET:
		return get_u32(&to->target, attr);
	case TCOPY_A_EVENT_NAME:
		return get_str(to->target_name, sizeof(to->target_name), attr);
	case TCOPY_A_EVENT_STATE:
		to->has_state = true;
		return get_u8(&to->state, attr);
	case TCOPY_A_EVENT_REASON:
		return get_str(to->reason, sizeof(to->reason), attr);
	case TCOPY_A_EVENT_COUNTER:
		return get_u16(&to->counter, attr);
	case TCOPY_A_EVENT_VALUE:
		return get_u64(&to->value, attr);
	case TCOPY_A_EVENT_ADDR:
		return get_addr(&to->at, attr);
	case TCOPY_A_EVENT_PORT:
		return get_u16(&to->at.port, attr);
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
	struct nest nest = { TCOPY_A_EVENT, event_attr, to, false };

	memset(to, 0, sizeof(*to));
	return read_nest(&nest, nlh);
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
		if (get_u8(&event, attr) < 0)
			return MNL_CB_ERROR;
		if (event < sizeof(names) / sizeof(*names))
			to->name = names[event];
		return MNL_CB_OK;
	case TCOPY_ICEPT_A_PORT:
		return get_u16(&to->at.port, attr);
	case TCOPY_ICEPT_A_ADDR:
		return get_addr(&to->at, attr);
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

static int target_cb(const struct nlmsghdr *nlh, void *data)
{
	struct target_list *list = data;

	list->v = xrealloc(list->v, list->n + 1, sizeof(*list->v));
	if (!attr_target(&list->v[list->n], nlh))
		return MNL_CB_ERROR;
	list->n++;
	return MNL_CB_OK;
}

static int icept_cb(const struct nlmsghdr *nlh, void *data)
{
	struct icept_list *list = data;

	list->v = xrealloc(list->v, list->n + 1, sizeof(*list->v));
	if (!attr_icept(&list->v[list->n], nlh))
		return MNL_CB_ERROR;
	list->n++;
	return MNL_CB_OK;
}

static int stats_cb(const struct nlmsghdr *nlh, void *data)
{
	return attr_icept(data, nlh) ? MNL_CB_OK : MNL_CB_ERROR;
}

/* A list that changed while it was read is read again, but not for ever. */
#define DUMP_TRIES 5

/**
 * target_dump() - read all targets
 * @nl:		to the family tcopy
 * @list:	filled; what it held is overwritten; free @list->v
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int target_dump(struct nl *nl, struct target_list *list, struct err *err)
{
	struct nl_request req;
	int rc, tries = 0;

	do {
		list->n = 0;
		nl_begin(nl, &req, TCOPY_CMD_TARGET_GET, NLM_F_DUMP);
		rc = nl_call(nl, &req, target_cb, list, err);
	} while (!rc && nl->intr && ++tries < DUMP_TRIES);
	if (!rc && nl->intr)
		warn("the targets changed while they were read: the list may be incomplete");
	return rc;
}

/**
 * icept_dump() - read all intercepts
 * @nl:		to the family tcopy_intercept
 * @list:	filled; what it held is overwritten; free @list->v
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int icept_dump(struct nl *nl, struct icept_list *list, struct err *err)
{
	struct nl_request req;
	int rc, tries = 0;

	do {
		list->n = 0;
		nl_begin(nl, &req, TCOPY_ICEPT_CMD_GET, NLM_F_DUMP);
		rc = nl_call(nl, &req, icept_cb, list, err);
	} while (!rc && nl->intr && ++tries < DUMP_TRIES);
	if (!rc && nl->intr)
		warn("the intercepts changed while they were read: the list may be incomplete");
	return rc;
}

/**
 * icept_stats() - read the namespace's counters
 * @nl:		to the family tcopy_intercept
 * @to:		filled; port, state and prefixes mean nothing
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int icept_stats(struct nl *nl, struct icept *to, struct err *err)
{
	struct nl_request req;

	nl_begin(nl, &req, TCOPY_ICEPT_CMD_STATS, NLM_F_ACK);
	return nl_call(nl, &req, stats_cb, to, err);
}

static int host_attr(const struct nlattr *attr, void *data)
{
	struct host *host = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_HOST_MEMORY:
		return get_u64(&host->memory, attr);
	case TCOPY_A_HOST_MEMORY_USED:
		return get_u64(&host->used, attr);
	case TCOPY_A_HOST_SESSIONS:
		return get_u32(&host->sessions, attr);
	case TCOPY_A_HOST_CPU:
		return get_u32(&host->cpu, attr);
	case TCOPY_A_HOST_CPU_USED:
		return get_u32(&host->cpu_used, attr);
	case TCOPY_A_HOST_VERSION:
		return get_str(host->version, sizeof(host->version), attr);
	}
	return MNL_CB_OK;
}

static int host_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nest nest = { TCOPY_A_HOST, host_attr, data, false };

	return read_nest(&nest, nlh) ? MNL_CB_OK : MNL_CB_ERROR;
}

/**
 * host_get() - read the limits of this host
 * @nl:		to the family tcopy
 * @to:		filled
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int host_get(struct nl *nl, struct host *to, struct err *err)
{
	struct nl_request req;

	memset(to, 0, sizeof(*to));
	nl_begin(nl, &req, TCOPY_CMD_HOST_GET, NLM_F_ACK);
	return nl_call(nl, &req, host_cb, to, err);
}

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
