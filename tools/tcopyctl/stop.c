// SPDX-License-Identifier: GPL-2.0
/* tcopyctl stop */
#include <errno.h>

#include "intercept.h"
#include "tcopyctl.h"

/* Each half is tried whatever became of the other: this is the panic button. */
static int stop_online(bool *here)
{
	struct nl_request req;
	struct err err;
	struct nl nl;
	int rc;

	rc = nl_open(&nl, TCOPY_FAMILY_NAME, &err);
	*here = rc != -ENOENT;
	if (!*here)
		return EXIT_DONE;
	if (!rc) {
		nl_begin(&nl, &req, TCOPY_CMD_STOP, NLM_F_ACK);
		rc = nl_call(&nl, &req, NULL, NULL, &err);
	}
	if (rc)
		warn("cannot stop tcopy: %s", err.msg);
	nl_close(&nl);
	return rc ? EXIT_REFUSED : EXIT_DONE;
}

static int stop_intercept(bool *here)
{
	struct err err;
	struct nl nl;
	int rc;

	rc = nl_open(&nl, TCOPY_ICEPT_FAMILY_NAME, &err);
	*here = rc != -ENOENT;
	if (!*here)
		return EXIT_DONE;
	if (!rc)
		rc = intercept_del(&nl, 0, false, &err);
	if (rc == -ENOENT)
		rc = 0;
	if (!rc && !intercept_drained(&nl, 0, &err))
		rc = -ETIMEDOUT;
	if (rc)
		warn("cannot stop tcopy_intercept: %s", err.msg);
	nl_close(&nl);
	return rc ? EXIT_REFUSED : EXIT_DONE;
}

static int run(struct args *args)
{
	bool online, test;
	int code;

	args_none(args);
	code = stop_online(&online);
	code |= stop_intercept(&test);
	if (!online && !test)
		refuse("nothing to stop: neither tcopy nor tcopy_intercept is loaded");
	return code;
}

const struct command cmd_stop = {
	.name = "stop",
	.synopsis = "",
	.summary = "the panic button: everything off in this network namespace",
	.help =
	"Deletes every target at once, and every intercept after its drain (3 s at most, or 18 s\n"
	"after the end of the relay).\n"
	"Works on the online host and on the test host. The modules stay loaded.\n",
	.examples =
	"tcopyctl stop\n",
	.run = run,
};
