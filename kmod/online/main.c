// SPDX-License-Identifier: GPL-2.0
/* main: the module tcopy, on the online host. */

#include <linux/module.h>

#include "flow_hash.h"
#include "netlink.h"
#include "netns.h"
#include "session.h"

static int __init tcopy_init(void)
{
	int err;

	tcopy_flow_hash_init();
	err = tcopy_session_mem_init();
	if (err)
		return err;
	err = tcopy_netns_init();
	if (err)
		goto cache;
	err = tcopy_netlink_init();
	if (err)
		goto netns;
	return 0;

netns:
	tcopy_netns_exit();
cache:
	tcopy_session_mem_exit();
	return err;
}

static void __exit tcopy_exit(void)
{
	tcopy_netlink_exit();
	tcopy_netns_exit();
	rcu_barrier();
	tcopy_session_mem_exit();
}

module_init(tcopy_init);
module_exit(tcopy_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Copies live TCP traffic to a test host");
MODULE_VERSION(TCOPY_VERSION);
