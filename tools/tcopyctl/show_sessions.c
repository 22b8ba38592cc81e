// SPDX-License-Identifier: GPL-2.0
/* tcopyctl show-sessions */
#include "out.h"
#include "resolve.h"
#include "tcopyctl.h"

enum { OPT_TARGET, OPT_CLIENT, OPT_STATE, OPT_HELD };

static const struct arg_def defs[] = {
	[OPT_TARGET] = { "--target", "ID|NAME", false },
	[OPT_CLIENT] = { "--client", "PREFIX", true },
	[OPT_STATE] = { "--state", "STATE", false },
	[OPT_HELD] = { "--held", NULL, false },
	{ NULL, NULL, false }
};

#define CLIENTS_MAX 32

/**
 * struct filter - which sessions are wanted
 * @selector:	of one target; NULL: all
 * @client:	in one of these, unless there is none
 * @client_n:	entries of @client
 * @state:	in that state; NULL: any
 * @held:	that keep something back
 */
struct filter {
	const char *selector;
	struct prefix client[CLIENTS_MAX];
	unsigned int client_n;
	const char *state;
	bool held;
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
	char client[ENDPOINT_TEXT], source[ENDPOINT_TEXT], text[ENDPOINT_TEXT];

	endpoint_text(client, &s->client);
	endpoint_text(source, &s->source);
	out_row();
	out_num("target", "ID", s->target);
	out_str("client", "CLIENT", client);
	out_str("from", "FROM", endpoint_text(text, &s->from));
	out_str("source", NULL, source);
	out_str("to", NULL, endpoint_text(text, &s->to));
	out_str("state", "STATE", s->state);
	out_num("held", "HELD", s->held);
	out_num("rtt_us", "RTT/us", s->rtt);
	out_num("sent", "SENT", s->sent);
	out_num("received", "RCVD", s->received);
	if (strcmp(client, source))
		out_note("source %s", source);
	out_row_end();
}

static void check_state(const char *state)
{
	static const char *const states[] = {
		"opening", "open", "closing", "ended"
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(state, states[i]))
			return;
	misuse("--state: '%.64s' is no state: opening, open, closing or ended is",
	       state);
}

static void read_args(struct filter *f, struct args *args)
{
	const char *value;
	struct err err;
	int opt;

	memset(f, 0, sizeof(*f));
	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_TARGET:
			f->selector = value;
			break;
		case OPT_CLIENT:
			if (f->client_n == CLIENTS_MAX)
				misuse("--client: %u prefixes at most",
				       CLIENTS_MAX);
			if (!parse_prefix(&f->client[f->client_n++], value,
					  &err))
				misuse("--client: %s", err.msg);
			break;
		case OPT_STATE:
			check_state(value);
			f->state = value;
			break;
		case OPT_HELD:
			f->held = true;
			break;
		default:
			misuse("show-sessions: '%.64s' is one argument too many (--target %.64s?)",
			       value, value);
		}
	}
}

static bool wanted(const struct filter *f, const struct session *s)
{
	unsigned int i;

	if ((f->state && strcmp(f->state, s->state)) || (f->held && !s->held))
		return false;
	for (i = 0; i < f->client_n; i++)
		if (prefix_holds(&f->client[i], s->client.family,
				 &s->client.addr))
			return true;
	return !f->client_n;
}

static int run(struct args *args)
{
	struct session_list list = { 0 };
	struct target_list targets = { 0 };
	struct nl_request req;
	struct err err;
	struct nl nl;
	struct filter f;
	size_t i;

	read_args(&f, args);
	if (f.selector)
		resolve_targets(&nl, &targets, f.selector, true);
	else
		nl_need(&nl, TCOPY_FAMILY_NAME);

	nl_begin(&nl, &req, TCOPY_CMD_SESSION_GET, NLM_F_DUMP);
	if (f.selector)
		attr_put_target_id(req.nlh, targets.v[0].id);
	if (nl_call(&nl, &req, session_cb, &list, &err))
		refuse("cannot read the sessions: %s", err.msg);
	if (nl.intr)
		warn("sessions came and went while they were read: the list may be incomplete");
	nl_close(&nl);

	out_list(OUT_TABLE);
	for (i = 0; i < list.n; i++)
		if (wanted(&f, &list.v[i]))
			print_session(&list.v[i]);
	out_list_end();
	return EXIT_DONE;
}

const struct command cmd_show_sessions = {
	.name = "show-sessions",
	.synopsis = "[--target ID|NAME|ADDR:PORT] [OPTION...]",
	.summary = "list the connections that are copied now",
	.help =
	"  --target ID|NAME   of this target alone\n"
	"  --client PREFIX    of clients in there (repeatable)\n"
	"  --state STATE      opening, open, closing or ended\n"
	"  --held             of which something is kept back now\n"
	"\n"
	"ID: the target's; 'show-targets' says where it copies to. FROM: what CLIENT asked.\n"
	"HELD: bytes kept back now. SENT, RCVD: payload bytes of the copy, modulo 2^32.\n"
	"RTT/us: to the test service, 0 when it is not measured yet.\n"
	"A line 'source' below: what the copy leaves with instead of CLIENT ('add-target -h').\n",
	.examples =
	"tcopyctl show-sessions --target web --held\n",
	.run = run,
};
