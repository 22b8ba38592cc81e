// SPDX-License-Identifier: GPL-2.0
/* tcopyctl del-target */
#include <errno.h>

#include "out.h"
#include "resolve.h"
#include "tcopyctl.h"

static int run(struct args *args)
{
	const char *selector = args_only(args, NULL, "ID, NAME, ADDR:PORT or all");
	struct target_list list = { 0 };
	struct nl_request req;
	struct err err;
	struct nl nl;
	size_t i;
	int rc;

	resolve_targets(&nl, &list, selector, false);
	if (out_is_json())
		out_list(OUT_TABLE);
	for (i = 0; i < list.n; i++) {
		nl_begin(&nl, &req, TCOPY_CMD_TARGET_DEL, NLM_F_ACK);
		attr_put_target_id(req.nlh, list.v[i].id);
		rc = nl_call(&nl, &req, NULL, NULL, &err);
		/* somebody else was faster: of all, that is no failure */
		if (rc == -ENOENT && !strcmp(selector, "all"))
			continue;
		if (rc) {
			if (out_is_json())
				out_list_end();
			refuse("cannot delete target %u: %s", list.v[i].id,
			       err.msg);
		}
		if (out_is_json()) {
			out_row();
			out_num("id", NULL, list.v[i].id);
			out_str("name", NULL, list.v[i].name);
			out_row_end();
		}
	}
	if (out_is_json())
		out_list_end();
	nl_close(&nl);
	return EXIT_DONE;
}

const struct command cmd_del_target = {
	.name = "del-target",
	.synopsis = "ID|NAME|ADDR:PORT|all",
	.summary = "stop copying to a test service",
	.help =
	"Resets the connections that were copied, so that the test service keeps no orphans.\n"
	"ADDR:PORT is that of the test service. A selector that matches nothing is refused,\n"
	"one that matches several targets is refused with their list; 'all' where there is no\n"
	"target is done at once, with exit code 0.\n",
	.examples =
	"tcopyctl del-target web\n"
	"tcopyctl del-target 10.0.0.5:80\n",
	.run = run,
};
