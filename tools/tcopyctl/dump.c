// SPDX-License-Identifier: GPL-2.0
/* What the kernel has, asked for as a whole. */
#include <errno.h>
#include <stdlib.h>

#include "attr_int.h"
#include "tcopyctl.h"

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

/* All of a kind into a list, of which @n counts: anew when it changed. */
static int dump(struct nl *nl, u8 cmd, mnl_cb_t cb, void *list, size_t *n,
		const char *what, struct err *err)
{
	struct nl_request req;
	int rc, tries = 0;

	do {
		*n = 0;
		nl_begin(nl, &req, cmd, NLM_F_DUMP);
		rc = nl_call(nl, &req, cb, list, err);
	} while (!rc && nl->intr && ++tries < DUMP_TRIES);
	if (!rc && nl->intr)
		warn("the %s changed while they were read: the list may be incomplete",
		     what);
	return rc;
}

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
	return dump(nl, TCOPY_CMD_TARGET_GET, target_cb, list, &list->n,
		    "targets", err);
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
	return dump(nl, TCOPY_ICEPT_CMD_GET, icept_cb, list, &list->n,
		    "intercepts", err);
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

/* A stage, and which it is, which may be told behind its figures */
struct stage_read {
	u8 which;
	struct stage stage;
};

static int stage_attr(const struct nlattr *attr, void *data)
{
	struct stage_read *to = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_STAGE_STAGE:
		return attr_get_u8(&to->which, attr);
	case TCOPY_A_STAGE_PACKETS:
		return attr_get_u64(&to->stage.packets, attr);
	case TCOPY_A_STAGE_TIME:
		return attr_get_u64(&to->stage.time, attr);
	case TCOPY_A_STAGE_P50:
		return attr_get_u32(&to->stage.p50, attr);
	case TCOPY_A_STAGE_P99:
		return attr_get_u32(&to->stage.p99, attr);
	}
	return MNL_CB_OK;
}

/* A stage of a newer module is left out. */
static int get_stage(struct host *host, const struct nlattr *attr)
{
	struct stage_read read = { .which = 0xff };
	int err = mnl_attr_parse_nested(attr, stage_attr, &read);

	if (err >= 0 && read.which <= TCOPY_STAGE_FEEDBACK)
		host->stage[read.which] = read.stage;
	return err;
}

static int host_attr(const struct nlattr *attr, void *data)
{
	struct host *host = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_HOST_MEMORY:
		return attr_get_u64(&host->memory, attr);
	case TCOPY_A_HOST_MEMORY_USED:
		return attr_get_u64(&host->used, attr);
	case TCOPY_A_HOST_SESSIONS:
		return attr_get_u32(&host->sessions, attr);
	case TCOPY_A_HOST_CPU:
		return attr_get_u32(&host->cpu, attr);
	case TCOPY_A_HOST_CPU_USED:
		return attr_get_u32(&host->cpu_used, attr);
	case TCOPY_A_HOST_VERSION:
		return attr_get_str(host->version, sizeof(host->version), attr);
	case TCOPY_A_HOST_PROFILE:
		return attr_get_u8(&host->profile, attr);
	case TCOPY_A_HOST_PROFILED:
		return attr_get_u64(&host->profiled, attr);
	case TCOPY_A_HOST_STAGE:
		return get_stage(host, attr);
	}
	return MNL_CB_OK;
}

static int host_cb(const struct nlmsghdr *nlh, void *data)
{
	struct attr_nest nest = { TCOPY_A_HOST, host_attr, data, false };

	return attr_read_nest(&nest, nlh) ? MNL_CB_OK : MNL_CB_ERROR;
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
