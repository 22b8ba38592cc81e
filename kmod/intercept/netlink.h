/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netlink: the generic netlink family "tcopy_intercept".
 */
#ifndef TCOPY_INTERCEPT_NETLINK_H
#define TCOPY_INTERCEPT_NETLINK_H

struct genl_family;

extern struct genl_family icept_netlink_family;

int icept_netlink_register(void);
void icept_netlink_unregister(void);

#endif
