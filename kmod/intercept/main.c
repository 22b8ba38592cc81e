// SPDX-License-Identifier: GPL-2.0
/*
 * tcopy_intercept: on the test host, steal the service's answers to copied
 * connections and hand their headers to the relay.
 */
#include <linux/module.h>

#include "netlink.h"
#include "netns.h"

static int __init icept_init(void)
{
	int err;

	err = icept_netns_register(&icept_netlink_family);
	if (err)
		return err;
	err = icept_netlink_register();
	if (err)
		icept_netns_unregister();
	return err;
}

/* Nothing of ours is called by call_rcu(), so there is no rcu_barrier(): what
 * kfree_rcu() frees later needs no code of this module.
 */
static void __exit icept_exit(void)
{
	icept_netlink_unregister();
	icept_netns_unregister();
}

module_init(icept_init);
module_exit(icept_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("tcopy: steal a test service's answers to copied connections");
MODULE_VERSION("0.1.0");
