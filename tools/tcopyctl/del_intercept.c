// SPDX-License-Identifier: GPL-2.0
/* tcopyctl del-intercept */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "intercept.h"
#include "tcopyctl.h"

static const struct arg_def defs[] = {
	{ "--force", NULL, false },
	{ NULL, NULL, false }
};

/* The kernel drains for 18 s at most; the rest is for a busy machine. */
#define DRAIN_LIMIT_MS	30000
#define DRAIN_POLL_MS	20

/**
 * intercept_del() - ask the kernel to stop stealing
 * @nl:		to the family tcopy_intercept
 * @port:	0: every port
 * @force:	without the drain
 * @err:	set on failure
 *
 * Return: 0 or a negative errno; -ENOENT: not intercepted.
 */
int intercept_del(struct nl *nl, u16 port, bool force, struct err *err)
{
	struct nl_request req;

	nl_begin(nl, &req, TCOPY_ICEPT_CMD_DEL, NLM_F_ACK);
	if (port)
		mnl_attr_put_u16(req.nlh, TCOPY_ICEPT_A_PORT, port);
	if (force)
		mnl_attr_put(req.nlh, TCOPY_ICEPT_A_FORCE, 0, NULL);
	return nl_call(nl, &req, NULL, NULL, err);
}

/* One with an address waits for sockets of another host: nobody else does. */
static bool still_there(const struct icept_list *list, u16 port, bool addr)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if ((!port || list->v[i].port == port) &&
		    !list->v[i].addr.family == !addr)
			return true;
	return false;
}

/**
 * intercept_drained() - wait until a port is no longer intercepted
 * @nl:		to the family tcopy_intercept
 * @port:	0: every port
 * @err:	set on failure
 *
 * Says so of those with an address, which stay until their service is quiet.
 *
 * Return: false when it still is after the drain's time, or cannot be asked.
 */
bool intercept_drained(struct nl *nl, u16 port, struct err *err)
{
	const struct timespec pause = { .tv_nsec = DRAIN_POLL_MS * 1000000 };
	struct icept_list list = { 0 };
	bool gone = false;
	int ms;

	for (ms = 0; ms < DRAIN_LIMIT_MS; ms += DRAIN_POLL_MS) {
		if (icept_dump(nl, &list, err))
			goto out;
		gone = !still_there(&list, port, false);
		if (gone && still_there(&list, port, true))
			warn("an intercept with --addr drains until no answer has passed for %d s: 'tcopyctl show-intercepts' says when it has left",
			     TCOPY_ICEPT_QUIET);
		if (gone)
			goto out;
		nanosleep(&pause, NULL);
	}
	err_set(err, "still draining after %d s: look at it with 'tcopyctl show-intercepts', or use del-intercept --force",
		DRAIN_LIMIT_MS / 1000);
out:
	free(list.v);
	return gone;
}

static int run(struct args *args)
{
	const char *word = args_only(args, defs, "PORT or all");
	bool force = args->seen & 1, all = !strcmp(word, "all");
	struct err err;
	struct nl nl;
	u16 port = 0;
	int rc;

	if (!all && !parse_port(&port, word, &err))
		misuse("%s, or 'all'", err.msg);

	nl_need(&nl, TCOPY_ICEPT_FAMILY_NAME);
	rc = intercept_del(&nl, port, force, &err);
	if (rc == -ENOENT && all)
		rc = 0;
	else if (rc == -ENOENT)
		refuse("port %u is not intercepted ('tcopyctl show-intercepts' lists what is)",
		       port);
	if (rc)
		refuse("cannot delete intercept %s: %s", word, err.msg);
	if (!intercept_drained(&nl, port, &err))
		refuse("%s", err.msg);
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_del_intercept = {
	.name = "del-intercept",
	.synopsis = "PORT|all [--force]",
	.summary = "stop stealing the answers of a test service, after a drain",
	.help =
	"Answers are still stolen until the copies are reset, 3 s at most, or 18 s after the end of the\n"
	"relay, which tells online hosts; then what is left of copies' connections is aborted, and the\n"
	"command returns. An intercept with --addr, whose connections are on another host, goes on\n"
	"in the background until no answer has passed for 60 s. 'all' where nothing is intercepted\n"
	"is done at once, with exit code 0.\n"
	"\n"
	"  --force   without waiting; copies' connections are aborted all the same\n",
	.examples =
	"tcopyctl del-intercept 80\n",
	.run = run,
};
