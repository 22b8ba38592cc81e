// SPDX-License-Identifier: GPL-2.0
/* tcopyctl monitor: events as they happen. */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "event.h"
#include "nl_group.h"
#include "out.h"
#include "tcopyctl.h"

/* UTC for programs, this host's time for people. */
static const char *now_text(char buf[40])
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out_is_json()) {
		gmtime_r(&now.tv_sec, &tm);
		len = strftime(buf, 40, "%FT%T", &tm);
		snprintf(buf + len, 40 - len, ".%03ldZ",
			 now.tv_nsec / 1000000);
	} else {
		localtime_r(&now.tv_sec, &tm);
		strftime(buf, 40, "%F %T", &tm);
	}
	return buf;
}

/* About what it is. */
static const char *subject(char buf[128], const char *module,
			   const struct event *e)
{
	char at[ENDPOINT_TEXT];

	if (e->target)
		snprintf(buf, 128, "target %u%s%s", e->target,
			 *e->target_name ? " " : "", e->target_name);
	else if (e->at.port)
		snprintf(buf, 128, "%s %s",
			 strncmp(e->name, "relay", 5) ? "port" : "relay",
			 endpoint_text(at, &e->at));
	else
		snprintf(buf, 128, "%s", module);
	return buf;
}

static const struct stat_info *counter_info(const struct event *e)
{
	static const struct stat_info newer = { "counter", "unknown here" };

	if (e->counter > TCOPY_A_STAT_MAX || !stat_infos[e->counter].name)
		return &newer;
	return &stat_infos[e->counter];
}

static void print_text(const char *module, const struct event *e)
{
	char buf[128], time[40];

	printf("%s %s: %s", now_text(time), subject(buf, module, e),
	       e->has_state ? state_text(e->state) : e->name);
	if (*e->reason)
		printf(": %s", e->reason);
	if (e->counter)
		printf(": %s %llu, %s", counter_info(e)->name,
		       (unsigned long long)e->value, counter_info(e)->meaning);
	putchar('\n');
}

static void print_json(const char *module, const struct event *e)
{
	char text[ENDPOINT_TEXT], time[40];

	out_row();
	out_str("time", NULL, now_text(time));
	out_str("module", NULL, module);
	out_str("event", NULL, e->name);
	if (e->target) {
		out_num("target", NULL, e->target);
		out_str("name", NULL, e->target_name);
	}
	if (e->has_state) {
		out_str("state", NULL, state_text(e->state));
		out_str("reason", NULL, e->reason);
	}
	if (e->counter) {
		out_str("counter", NULL, counter_info(e)->name);
		out_num("value", NULL, e->value);
	}
	if (e->at.port)
		out_str("at", NULL, endpoint_text(text, &e->at));
	out_row_end();
}

/* At once: whoever reads this waits for it. */
static void print(const char *module, const struct event *e)
{
	if (!e->name)
		return;
	if (out_is_json())
		print_json(module, e);
	else
		print_text(module, e);
	if (fflush(stdout))
		leave(EXIT_DONE);
}

static void print_plain(const char *module, const char *name)
{
	const struct event e = { .name = name };

	print(module, &e);
}

/**
 * struct source - a module that sends events
 * @module:	its name, and its family's
 * @group:	of its events
 * @read:	reads one
 * @at:		where it is, as nlctrl says; family 0: not loaded
 */
struct source {
	const char *module;
	const char *group;
	bool (*read)(struct event *to, const struct nlmsghdr *nlh);
	struct nl_group at;
};

static struct source sources[] = {
	{ TCOPY_FAMILY_NAME, TCOPY_MCGRP_EVENTS, attr_event, { 0, 0 } },
	{ TCOPY_ICEPT_FAMILY_NAME, TCOPY_ICEPT_MCGRP_EVENTS, attr_icept_event,
	  { 0, 0 } },
};

#define SOURCES (sizeof(sources) / sizeof(*sources))

static void join(struct mnl_socket *sock, struct source *s)
{
	struct err err;
	int rc;

	rc = nl_group_find(&s->at, s->module, s->group, &err);
	if (rc == -ENOENT)
		return;
	if (rc)
		refuse("%s", err.msg);
	if (!s->at.group)
		refuse("the loaded module %s sends no events: is it older than this tool?",
		       s->module);
	rc = nl_group_join(sock, &s->at);
	if (rc)
		refuse("cannot listen to %s: %s", s->module, strerror(-rc));
}

static void print_targets(void)
{
	struct target_list list = { 0 };
	struct err err;
	struct nl nl;
	size_t i;

	if (!nl_may(&nl, TCOPY_FAMILY_NAME))
		return;
	if (target_dump(&nl, &list, &err))
		refuse("cannot read the targets: %s", err.msg);
	for (i = 0; i < list.n; i++) {
		struct event e = {
			.name = "now", .target = list.v[i].id,
			.state = list.v[i].state, .has_state = true
		};

		snprintf(e.target_name, sizeof(e.target_name), "%s",
			 list.v[i].name);
		snprintf(e.reason, sizeof(e.reason), "%s", list.v[i].reason);
		print(TCOPY_FAMILY_NAME, &e);
	}
	free(list.v);
	nl_close(&nl);
}

static void print_icepts(void)
{
	struct icept_list list = { 0 };
	struct err err;
	struct nl nl;
	size_t i;

	if (!nl_may(&nl, TCOPY_ICEPT_FAMILY_NAME))
		return;
	if (icept_dump(&nl, &list, &err))
		refuse("cannot read the intercepts: %s", err.msg);
	for (i = 0; i < list.n; i++) {
		struct event e = { .name = "now", .at = list.v[i].addr };

		e.at.port = list.v[i].port;
		snprintf(e.reason, sizeof(e.reason), "%s, %s",
			 list.v[i].state == TCOPY_ICEPT_DRAINING ?
			 "draining" : "intercepting", list.v[i].relay ?
			 "a relay is bound" : "no relay is bound");
		print(TCOPY_ICEPT_FAMILY_NAME, &e);
	}
	free(list.v);
	nl_close(&nl);
}

/* How things stand: at the beginning, and when events were missed. */
static void print_now(void)
{
	print_targets();
	print_icepts();
}

/* A module comes or goes. */
static void on_ctrl(struct mnl_socket *sock, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const char *family = nl_group_family(nlh);
	size_t i;

	for (i = 0; i < SOURCES; i++) {
		struct source *s = &sources[i];

		if (strcmp(s->module, family))
			continue;
		if (genl->cmd == CTRL_CMD_DELFAMILY && s->at.family) {
			memset(&s->at, 0, sizeof(s->at));
			print_plain(s->module, "module-unloaded");
		} else if (genl->cmd == CTRL_CMD_NEWFAMILY && !s->at.family) {
			join(sock, s);
			print_plain(s->module, "module-loaded");
		}
	}
}

static void on_message(struct mnl_socket *sock, const struct nlmsghdr *nlh)
{
	struct event e;
	size_t i;

	if (nlh->nlmsg_type == GENL_ID_CTRL)
		on_ctrl(sock, nlh);
	for (i = 0; i < SOURCES; i++)
		if (sources[i].at.family == nlh->nlmsg_type &&
		    sources[i].read(&e, nlh))
			print(sources[i].module, &e);
}

static struct mnl_socket *begin(void)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_GENERIC,
						   SOCK_CLOEXEC);
	struct nl_group ctrl;
	struct err err;
	size_t i;

	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		refuse("cannot open a netlink socket: %s", strerror(errno));
	if (nl_group_find(&ctrl, "nlctrl", "notify", &err))
		refuse("%s", err.msg);
	if (nl_group_join(sock, &ctrl))
		refuse("cannot listen to nlctrl: %s", strerror(errno));
	for (i = 0; i < SOURCES; i++)
		join(sock, &sources[i]);
	return sock;
}

static void __attribute__((noreturn)) listen_on(struct mnl_socket *sock)
{
	static char buf[32768] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	for (;;) {
		got = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == ENOBUFS) {
			print_plain("tcopyctl", "missed");
			print_now();
			continue;
		}
		if (got < 0)
			refuse("netlink: %s", strerror(errno));
		len = (int)got;
		nlh = (const struct nlmsghdr *)buf;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			on_message(sock, nlh);
	}
}

static int run(struct args *args)
{
	struct mnl_socket *sock;

	args_none(args);
	sock = begin();
	out_list(OUT_LINES);
	if (!sources[0].at.family && !sources[1].at.family)
		warn("neither tcopy nor tcopy_intercept is loaded: waiting for one");
	print_now();
	listen_on(sock);
}

const struct command cmd_monitor = {
	.name = "monitor",
	.synopsis = "",
	.summary = "print what happens on either host, until it is interrupted",
	.help =
	"How things stand, then a line for each change: of a target's state, with its reason; of counters\n"
	"that tell of limits, refused and lost sessions, when they begin to grow and when they rest; of\n"
	"relays, intercepts and modules. With -j each line is a JSON object. It names no clients.\n"
	"'missed' says that events came faster than they were read; how things stand follows.\n",
	.examples =
	"tcopyctl monitor\n"
	"tcopyctl -j monitor | jq 'select(.state and .state != \"copying\")'\n",
	.run = run,
};
