/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netlink: the generic netlink family "tcopy_intercept".
 */
#ifndef TCOPY_INTERCEPT_NETLINK_H
#define TCOPY_INTERCEPT_NETLINK_H

#include <net/genetlink.h>

enum {
	ICEPT_NETLINK_GROUP_EVENTS,

	ICEPT_NETLINK_GROUPS
};

extern const struct genl_multicast_group
icept_netlink_groups[ICEPT_NETLINK_GROUPS];
extern struct genl_family icept_netlink_family;
extern bool icept_netlink_open;

int icept_netlink_register(void);
void icept_netlink_unregister(void);

/* netlink_show.c */
int icept_netlink_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int icept_netlink_stats_doit(struct sk_buff *skb, struct genl_info *info);

#endif
