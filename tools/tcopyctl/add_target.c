// SPDX-License-Identifier: GPL-2.0
/* tcopyctl add-target */
#include <stdio.h>

#include "out.h"
#include "resolve.h"
#include "tune.h"

enum { OPT_FROM = TUNE_N, OPT_NAME, OPT_RELAY, OPT_HOOK, OPT_DIRECT };

static const struct arg_def defs[] = {
	TUNE_DEFS,
	[OPT_FROM] = { "--from", "[ADDR:]PORT", false },
	[OPT_NAME] = { "--name", "NAME", false },
	[OPT_RELAY] = { "--relay", "[ADDR:]PORT", false },
	[OPT_HOOK] = { "--hook", "input|forward", false },
	[OPT_DIRECT] = { "--direct", NULL, false },
	{ NULL, NULL, false }
};

/**
 * struct request - what was asked for, as text where it must be looked up
 * @to:		the test service
 * @from:	the online service; port 0: as @to
 * @relay:	host "": as @to; port 0: the default
 * @name:	"": none
 * @forward:	TCOPY_HOOK_FORWARD is wanted
 * @direct:	answers are to come to this host
 * @tune:	what can be changed later
 */
struct request {
	struct hostport to, from, relay;
	const char *to_text;
	char name[TCOPY_NAME_MAX + 1];
	bool forward;
	bool direct;
	struct tune tune;
};

static void read_option(struct request *r, int i, const char *value)
{
	const char *name = defs[i].name;
	struct err err;
	bool ok = true;

	switch (i) {
	case OPT_FROM:
		ok = parse_hostport(&r->from, value, HOSTPORT_PORT_ONLY, &err);
		break;
	case OPT_NAME:
		ok = parse_name(r->name, value, &err);
		break;
	case OPT_RELAY:
		ok = parse_hostport(&r->relay, value, HOSTPORT_PORT_ONLY, &err);
		break;
	case OPT_HOOK:
		r->forward = !strcmp(value, "forward");
		if (!r->forward && strcmp(value, "input"))
			ok = err_set(&err, "'%.64s' is no hook: input or forward is",
				     value);
		break;
	case OPT_DIRECT:
		r->direct = true;
		break;
	default:
		tune_read(&r->tune, i, name, value);
	}
	if (!ok)
		misuse("%s: %s", name, err.msg);
}

static void read_args(struct request *r, struct args *args)
{
	const char *value;
	struct err err;
	int i;

	memset(r, 0, sizeof(*r));
	while ((i = args_next(args, defs, &value)) != ARGS_END) {
		if (i != ARGS_WORD) {
			read_option(r, i, value);
			continue;
		}
		if (r->to_text)
			misuse("add-target: '%.64s' is one argument too many",
			       value);
		r->to_text = value;
		if (!parse_hostport(&r->to, value, 0, &err))
			misuse("%s", err.msg);
	}
	if (!r->to_text)
		misuse("add-target: ADDR:PORT of the test service is missing");
	if (r->direct && (*r->relay.host || r->relay.port))
		misuse("--direct: takes no --relay: answers come to this host, nothing runs on the test host");
	if (r->direct && r->tune.has & 1u << TUNE_SOURCE &&
	    r->tune.value[TUNE_SOURCE] != TCOPY_SOURCE_OWN)
		misuse("--direct: answers come to this host, so only --source own goes with it");
	if (r->direct && r->forward)
		misuse("--direct: goes with --hook input only, where this host has the online service's connections itself");
	if (r->forward && !*r->from.host)
		misuse("--hook forward: needs --from ADDR:PORT, the online service's own address (behind DNAT)");
}

static void put_target(struct nlmsghdr *nlh, const struct request *r,
		       const struct endpoint *to, const struct endpoint *from,
		       const struct endpoint *relay)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCOPY_A_TARGET);

	attr_put_addr(nlh, TCOPY_A_TARGET_TO_ADDR, to->family, &to->addr);
	mnl_attr_put_u16(nlh, TCOPY_A_TARGET_TO_PORT, to->port);
	if (to->ifindex)
		mnl_attr_put_u32(nlh, TCOPY_A_TARGET_TO_IFINDEX, to->ifindex);
	if (*r->name)
		mnl_attr_put_strz(nlh, TCOPY_A_TARGET_NAME, r->name);
	if (from->family)
		attr_put_addr(nlh, TCOPY_A_TARGET_FROM_ADDR, from->family,
			      &from->addr);
	if (from->port)
		mnl_attr_put_u16(nlh, TCOPY_A_TARGET_FROM_PORT, from->port);
	if (relay->family)
		attr_put_addr(nlh, TCOPY_A_TARGET_RELAY_ADDR, relay->family,
			      &relay->addr);
	if (relay->port)
		mnl_attr_put_u16(nlh, TCOPY_A_TARGET_RELAY_PORT, relay->port);
	if (r->direct)
		mnl_attr_put(nlh, TCOPY_A_TARGET_DIRECT, 0, NULL);
	if (r->forward)
		mnl_attr_put_u8(nlh, TCOPY_A_TARGET_HOOK, TCOPY_HOOK_FORWARD);
	tune_put(nlh, &r->tune);
	mnl_attr_nest_end(nlh, nest);
}

static int answer_cb(const struct nlmsghdr *nlh, void *data)
{
	return attr_target(data, nlh) ? MNL_CB_OK : MNL_CB_ERROR;
}

static int run(struct args *args)
{
	struct endpoint to, from, relay;
	struct target made = { 0 };
	struct nl_request req;
	struct request r;
	struct err err;
	struct nl nl;

	read_args(&r, args);
	resolve_endpoint(&to, &r.to, "add-target");
	resolve_endpoint(&from, &r.from, "--from");
	resolve_endpoint(&relay, &r.relay, "--relay");
	if (from.family && from.family != to.family)
		misuse("--from: an IPv%u service cannot be copied to an IPv%u address",
		       from.family, to.family);
	if (from.ifindex)
		misuse("--from: takes no device");
	if (relay.ifindex && relay.ifindex != to.ifindex)
		misuse("--relay: its device can only be the target's own");

	nl_need(&nl, TCOPY_FAMILY_NAME);
	nl_begin(&nl, &req, TCOPY_CMD_TARGET_ADD, NLM_F_ACK);
	put_target(req.nlh, &r, &to, &from, &relay);
	if (nl_call(&nl, &req, answer_cb, &made, &err))
		refuse("cannot add target %s: %s", r.to_text, err.msg);
	nl_close(&nl);

	if (out_is_json()) {
		out_list(OUT_TABLE);
		out_row();
		out_num("id", NULL, made.id);
		out_row_end();
		out_list_end();
	} else {
		printf("%u\n", made.id);
	}
	return EXIT_DONE;
}

const struct command cmd_add_target = {
	.name = "add-target",
	.synopsis = "ADDR:PORT [--from [ADDR:]PORT] [--name NAME] [--relay [ADDR:]PORT] [OPTION...]",
	.summary = "copy a service of this host to a test service",
	.help =
	"ADDR:PORT is the test service: 10.0.0.5:80, [2001:db8::5]:80, [fe80::5%eth0]:80 or a\n"
	"name with one address. Prints the ID of the new target. What was copied is executed\n"
	"by the test service: writes too. See that it does no harm there.\n"
	"\n"
	"  --from [ADDR:]PORT     the online service (default: the target's port, any local address)\n"
	"  --name NAME            1 to 31 bytes; no number, not 'all', no colon\n"
	"  --relay [ADDR:]PORT    where 'tcopyctl relay' listens (default: ADDR, UDP 36524)\n"
	"  --hook input|forward   copy what this host receives (default), or what it forwards to the\n"
	"                         online service and back: a gateway, a host of containers\n"
	"  --direct               answers come to this host, which swallows them: nothing is installed on\n"
	"                         the test host; costs their bandwidth. By itself for a target on this host\n"
	TUNE_HELP,
	.run = run,
};
