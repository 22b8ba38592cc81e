/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_NETLINK_H
#define TCOPY_ONLINE_NETLINK_H

int tcopy_netlink_init(void);
void tcopy_netlink_exit(void);

#endif
