/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_CAPTURE_H
#define TCOPY_ONLINE_CAPTURE_H

struct net;

int tcopy_capture_hook(struct net *net, bool forward);
void tcopy_capture_unhook(struct net *net, bool forward);

#endif
