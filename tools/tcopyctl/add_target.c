// SPDX-License-Identifier: GPL-2.0
/* tcopyctl add-target */
#include <errno.h>
#include <stdio.h>

#include "ipvs.h"
#include "out.h"
#include "resolve.h"
#include "want.h"

enum {
	OPT_FROM = TUNE_N, OPT_NAME, OPT_RELAY, OPT_HOOK, OPT_DIRECT, OPT_PAUSED
};

static const struct arg_def defs[] = {
	TUNE_DEFS,
	[OPT_FROM] = { "--from", "[ADDR:]PORT", false },
	[OPT_NAME] = { "--name", "NAME", false },
	[OPT_RELAY] = { "--relay", "[ADDR:]PORT", false },
	[OPT_HOOK] = { "--hook", "input|forward", false },
	[OPT_DIRECT] = { "--direct", NULL, false },
	[OPT_PAUSED] = { "--paused", NULL, false },
	{ NULL, NULL, false }
};

/**
 * struct request - what was asked for, as text where it must be looked up
 * @want:	the rest
 * @to:		the test service
 * @from:	the online service; port 0: as @to
 * @relay:	host "": as @to; port 0: the default
 */
struct request {
	struct want_target *want;
	struct hostport to, from, relay;
};

static void read_option(struct request *r, int i, const char *value)
{
	struct want_target *want = r->want;
	const char *name = defs[i].name;
	struct err err;
	bool ok = true;

	switch (i) {
	case OPT_FROM:
		ok = parse_hostport(&r->from, value, HOSTPORT_PORT_ONLY, &err);
		break;
	case OPT_NAME:
		ok = parse_name(want->name, value, &err);
		break;
	case OPT_RELAY:
		ok = parse_hostport(&r->relay, value, HOSTPORT_PORT_ONLY, &err);
		break;
	case OPT_HOOK:
		want->forward = !strcmp(value, "forward");
		if (!want->forward && strcmp(value, "input"))
			ok = err_set(&err, "'%.64s' is no hook: input or forward is",
				     value);
		break;
	case OPT_DIRECT:
		want->direct = true;
		break;
	case OPT_PAUSED:
		want->paused = true;
		break;
	default:
		tune_read(&want->tune, i, name, value);
	}
	if (!ok)
		misuse("%s: %s", name, err.msg);
}

/* Options that do not go together. */
static void check_mode(const struct request *r)
{
	const struct want_target *want = r->want;

	if (want->direct && (*r->relay.host || r->relay.port))
		misuse("--direct: takes no --relay: answers come to this host, nothing runs on the test host");
	if (want->direct && want->tune.has & 1u << TUNE_SOURCE &&
	    want->tune.value[TUNE_SOURCE] != TCOPY_SOURCE_OWN)
		misuse("--direct: answers come to this host, so only --source own goes with it");
	if (want->direct && want->forward)
		misuse("--direct: goes with --hook input only, where this host has the online service's connections itself");
	if (want->forward && !*r->from.host)
		misuse("--hook forward: needs --from ADDR:PORT, the online service's own address (behind DNAT)");
}

/**
 * want_target_read() - read the words behind add-target
 * @want:	filled; the program ends when they are wrong
 * @args:	at the first
 */
void want_target_read(struct want_target *want, struct args *args)
{
	struct request r = { .want = want };
	const char *value;
	struct err err;
	int i;

	memset(want, 0, sizeof(*want));
	while ((i = args_next(args, defs, &value)) != ARGS_END) {
		if (i != ARGS_WORD) {
			read_option(&r, i, value);
			continue;
		}
		if (*want->to_text)
			misuse("add-target: '%.64s' is one argument too many",
			       value);
		if (!parse_hostport(&r.to, value, 0, &err))
			misuse("%s", err.msg);
		snprintf(want->to_text, sizeof(want->to_text), "%s", value);
	}
	if (!*want->to_text)
		misuse("add-target: ADDR:PORT of the test service is missing");
	check_mode(&r);
	resolve_endpoint(&want->to, &r.to, "add-target");
	resolve_endpoint(&want->from, &r.from, "--from");
	resolve_endpoint(&want->relay, &r.relay, "--relay");
	if (want->from.family && want->from.family != want->to.family)
		misuse("--from: an IPv%u service cannot be copied to an IPv%u address",
		       want->from.family, want->to.family);
	if (want->from.ifindex)
		misuse("--from: takes no device");
	if (want->relay.ifindex && want->relay.ifindex != want->to.ifindex)
		misuse("--relay: its device can only be the target's own");
}

static void put_target(struct nlmsghdr *nlh, const struct want_target *want)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, TCOPY_A_TARGET);
	const struct endpoint *to = &want->to, *from = &want->from;
	const struct endpoint *relay = &want->relay;

	attr_put_addr(nlh, TCOPY_A_TARGET_TO_ADDR, to->family, &to->addr);
	mnl_attr_put_u16(nlh, TCOPY_A_TARGET_TO_PORT, to->port);
	if (to->ifindex)
		mnl_attr_put_u32(nlh, TCOPY_A_TARGET_TO_IFINDEX, to->ifindex);
	if (*want->name)
		mnl_attr_put_strz(nlh, TCOPY_A_TARGET_NAME, want->name);
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
	if (want->direct)
		mnl_attr_put(nlh, TCOPY_A_TARGET_DIRECT, 0, NULL);
	if (want->paused)
		mnl_attr_put(nlh, TCOPY_A_TARGET_PAUSED, 0, NULL);
	if (want->forward)
		mnl_attr_put_u8(nlh, TCOPY_A_TARGET_HOOK, TCOPY_HOOK_FORWARD);
	tune_put(nlh, &want->tune);
	mnl_attr_nest_end(nlh, nest);
}

static int answer_cb(const struct nlmsghdr *nlh, void *data)
{
	return attr_target(data, nlh) ? MNL_CB_OK : MNL_CB_ERROR;
}

/**
 * want_target_add() - add a target
 * @nl:		to the family tcopy
 * @want:	the target
 * @id:		set to its ID
 * @err:	set on failure
 *
 * Return: 0 or a negative errno.
 */
int want_target_add(struct nl *nl, const struct want_target *want, u32 *id,
		    struct err *err)
{
	struct target made = { 0 };
	struct nl_request req;
	int rc;

	if (want->from.family && ipvs_has(&want->from)) {
		err_set(err, "--from is a virtual service of IPVS, which takes its packets before they can be copied: copy on the real servers");
		return -EADDRNOTAVAIL;
	}
	nl_begin(nl, &req, TCOPY_CMD_TARGET_ADD, NLM_F_ACK);
	put_target(req.nlh, want);
	rc = nl_call(nl, &req, answer_cb, &made, err);
	*id = made.id;
	return rc;
}

static int run(struct args *args)
{
	struct want_target want;
	struct err err;
	struct nl nl;
	u32 id;

	want_target_read(&want, args);
	nl_need(&nl, TCOPY_FAMILY_NAME);
	if (want_target_add(&nl, &want, &id, &err))
		refuse("cannot add target %s: %s", want.to_text, err.msg);
	nl_close(&nl);

	if (out_is_json()) {
		out_list(OUT_TABLE);
		out_row();
		out_num("id", NULL, id);
		out_row_end();
		out_list_end();
	} else {
		printf("%u\n", id);
	}
	return EXIT_DONE;
}

const struct command cmd_add_target = {
	.name = "add-target",
	.synopsis = "ADDR:PORT [--from [ADDR:]PORT] [OPTION...]",
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
	"  --paused               begin as by pause-target: resume-target lets it copy\n"
	TUNE_HELP,
	.examples =
	"tcopyctl add-target 10.0.0.5:80 --name web --sample 5\n"
	"tcopyctl add-target 10.0.0.5:8080 --from 127.0.0.1:8080 --source own\n"
	"tcopyctl add-target '[2001:db8::5]:80' --direct --for 30m\n",
	.run = run,
};
