// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-sessions */
#include "out.h"
#include "resolve.h"
#include "tcopyctl.h"

static const struct arg_def defs[] = {
	{ "--target", "ID|NAME", false },
	{ NULL, NULL, false }
};

/**
 * struct session_list - what the dump has said so far
 * @v:		grown with xrealloc()
 * @n:		entries
 * @room:	for so many
 */
struct session_list {
	struct session *v;
	size_t n, room;
};

static int session_cb(const struct nlmsghdr *nlh, void *data)
{
	struct session_list *list = data;

	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->v = xrealloc(list->v, list->room, sizeof(*list->v));
	}
	if (!attr_session(&list->v[list->n], nlh))
		return MNL_CB_ERROR;
	list->n++;
	return MNL_CB_OK;
}

static void print_session(const struct session *s)
{
	char text[ENDPOINT_TEXT];

	out_row();
	out_num("target", "TARGET", s->target);
	out_str("client", "CLIENT", endpoint_text(text, &s->client));
	out_str("from", "FROM", endpoint_text(text, &s->from));
	out_str("source", "SOURCE", endpoint_text(text, &s->source));
	out_str("to", "TO", endpoint_text(text, &s->to));
	out_str("state", "STATE", s->state);
	out_num("held", "HELD", s->held);
	out_num("rtt_us", "RTT/us", s->rtt);
	out_num("sent", "SENT", s->sent);
	out_num("received", "RECEIVED", s->received);
	out_row_end();
}

static int run(struct args *args)
{
	const char *selector = NULL, *value;
	struct session_list list = { 0 };
	struct target_list targets = { 0 };
	struct nl_request req;
	struct err err;
	struct nl nl;
	size_t i;
	int opt;

	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt == ARGS_WORD)
			misuse("show-sessions: '%.64s' is one argument too many (--target %.64s?)",
			       value, value);
		selector = value;
	}
	if (selector)
		resolve_targets(&nl, &targets, selector, true);
	else
		nl_need(&nl, TCOPY_FAMILY_NAME);

	nl_begin(&nl, &req, TCOPY_CMD_SESSION_GET, NLM_F_DUMP);
	if (selector)
		attr_put_target_id(req.nlh, targets.v[0].id);
	if (nl_call(&nl, &req, session_cb, &list, &err))
		refuse("cannot read the sessions: %s", err.msg);
	if (nl.intr)
		warn("sessions came and went while they were read: the list may be incomplete");
	nl_close(&nl);

	out_list(OUT_TABLE);
	for (i = 0; i < list.n; i++)
		print_session(&list.v[i]);
	out_list_end();
	return EXIT_DONE;
}

const struct command cmd_show_sessions = {
	.name = "show-sessions",
	.synopsis = "[--target ID|NAME|ADDR:PORT]",
	.summary = "list the connections that are copied now",
	.help =
	"SOURCE: what the copy leaves with: CLIENT, or this host's own address ('add-target -h').\n"
	"HELD: bytes kept back now. SENT and RECEIVED: payload bytes of the copy, modulo 2^32.\n"
	"RTT: to the test service, 0 when it is not measured yet.\n",
	.run = run,
};
