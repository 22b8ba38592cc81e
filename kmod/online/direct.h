/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_DIRECT_H
#define TCOPY_ONLINE_DIRECT_H

#include <linux/bitmap.h>
#include "look.h"
#include "netns.h"
#include "rule.h"

/**
 * struct tcopy_direct - answers that come to this host as packets
 * @ports:	a bit for each port that they come from; set_bit(), clear_bit()
 * @tn:		the namespace; immutable
 * @look:	looks at the states of targets with @direct
 * @users:	targets; tcopy_net.lock
 * @local_users: of these, whose test services are on this host; tcopy_net.lock
 */
struct tcopy_direct {
	DECLARE_BITMAP(ports, 65536);
	struct tcopy_net *tn;
	struct tcopy_look look;
	unsigned int users;
	unsigned int local_users;
};

/* direct_users.c */
int tcopy_direct_attach(struct tcopy_net *tn, struct tcopy_target *t,
			work_func_t work);
void tcopy_direct_detach(struct tcopy_net *tn, struct tcopy_target *t);

/* direct.c */
int tcopy_direct_hook(struct net *net, bool out);
void tcopy_direct_unhook(struct net *net, bool out);

/* direct_run.c */
void tcopy_direct_run(struct tcopy_net *tn, struct sk_buff_head *list,
		      u64 now_us);

#endif
