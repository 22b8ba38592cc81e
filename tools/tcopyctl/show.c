// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>

#include "attr.h"
#include "out.h"
#include "tcopyctl.h"

/**
 * struct host - the online host as the kernel tells it
 * @memory:	limit in bytes
 * @used:	of it
 * @cpu:	limit, percent of each CPU
 * @cpu_used:	percent of the busiest CPU of late
 * @sessions:	now
 * @version:	of the module
 */
struct host {
	u64 memory, used;
	u32 cpu, cpu_used;
	u32 sessions;
	char version[32];
};

static int host_attr(const struct nlattr *attr, void *data)
{
	struct host *host = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_A_HOST_MEMORY:
		if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
			return MNL_CB_ERROR;
		host->memory = mnl_attr_get_u64(attr);
		break;
	case TCOPY_A_HOST_MEMORY_USED:
		if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
			return MNL_CB_ERROR;
		host->used = mnl_attr_get_u64(attr);
		break;
	case TCOPY_A_HOST_SESSIONS:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		host->sessions = mnl_attr_get_u32(attr);
		break;
	case TCOPY_A_HOST_CPU:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		host->cpu = mnl_attr_get_u32(attr);
		break;
	case TCOPY_A_HOST_CPU_USED:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		host->cpu_used = mnl_attr_get_u32(attr);
		break;
	case TCOPY_A_HOST_VERSION:
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			return MNL_CB_ERROR;
		snprintf(host->version, sizeof(host->version), "%s",
			 mnl_attr_get_str(attr));
		break;
	}
	return MNL_CB_OK;
}

static int message_attr(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) != TCOPY_A_HOST)
		return MNL_CB_OK;
	return mnl_attr_parse_nested(attr, host_attr, data);
}

static int host_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), message_attr,
			      data);
}

static void show_online(struct nl *nl)
{
	struct host host = { 0 };
	struct nl_request req;
	struct err err;

	nl_begin(nl, &req, TCOPY_CMD_HOST_GET, NLM_F_ACK);
	if (nl_call(nl, &req, host_cb, &host, &err))
		refuse("cannot read the limits of tcopy: %s", err.msg);
	out_row();
	out_str("module", "module", TCOPY_FAMILY_NAME);
	out_str("version", "version", host.version);
	out_num("memory", "memory", host.memory);
	out_meaning("bytes that held data and sessions may take");
	out_num("memory_used", "memory_used", host.used);
	out_meaning("bytes of it in use");
	out_num("cpu", "cpu", host.cpu);
	out_meaning("percent of each CPU's time that copying may take");
	out_num("cpu_used", "cpu_used", host.cpu_used);
	out_meaning("percent it took of the busiest CPU in the last second");
	out_num("sessions", "sessions", host.sessions);
	out_meaning("sessions now");
	out_row_end();
}

static void show_intercept(struct nl *nl)
{
	struct icept stats = { 0 };
	struct err err;

	if (icept_stats(nl, &stats, &err))
		refuse("cannot read the counters of tcopy_intercept: %s",
		       err.msg);
	out_row();
	out_str("module", "module", TCOPY_ICEPT_FAMILY_NAME);
	out_bool("relay", "relay", stats.relay);
	out_meaning("a 'tcopyctl relay' takes the answers");
	out_num("stolen", "stolen", stats.stolen);
	out_meaning("answers stolen");
	out_num("passed", "passed", stats.passed);
	out_meaning("answers let through to pass prefixes");
	out_num("own", "own", stats.own);
	out_meaning("packets of this host's own connections");
	out_num("lost", "lost", stats.lost);
	out_meaning("records lost: no relay, its socket full, or no memory");
	out_num("superseded", "superseded", stats.superseded);
	out_meaning("pure ACKs left out of a batch");
	out_num("malformed", "malformed", stats.malformed);
	out_meaning("stolen without a record: no valid TCP header");
	out_num("errors", "errors", stats.errors);
	out_meaning("ICMP errors about copies, stolen");
	out_num("aborted", "aborted", stats.aborted);
	out_meaning("sockets of copies aborted");
	out_row_end();
}

/* Either host's module may be here; only neither is an error. */
static bool try_module(struct nl *nl, const char *family)
{
	struct err err;
	int rc = nl_open(nl, family, &err);

	if (rc && rc != -ENOENT)
		refuse("%s", err.msg);
	return !rc;
}

static int run(struct args *args)
{
	bool online, test;
	struct nl on, te;

	args_none(args);
	online = try_module(&on, TCOPY_FAMILY_NAME);
	test = try_module(&te, TCOPY_ICEPT_FAMILY_NAME);
	if (!online && !test)
		refuse("neither tcopy (online host) nor tcopy_intercept (test host) is loaded: 'modprobe tcopy' or 'modprobe tcopy_intercept', or insmod the .ko");
	out_list(OUT_BLOCK);
	if (online)
		show_online(&on);
	if (test)
		show_intercept(&te);
	out_list_end();
	nl_close(&on);
	nl_close(&te);
	return EXIT_DONE;
}

const struct command cmd_show = {
	.name = "show",
	.synopsis = "",
	.summary = "show the limits and counters of this host, whichever it is",
	.help = "",
	.run = run,
};
