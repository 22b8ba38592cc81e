/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_TARGET_H
#define TCOPY_ONLINE_TARGET_H

#include "rule.h"

struct netlink_ext_ack;

/**
 * struct tcopy_target_spec - what is wanted of a new target
 * @t:			a target with the fields that the user gives; taken over
 * @conf:		what can be changed of it; taken over
 * @ends_s:		seconds until it ends by itself, 0: never
 * @held:		new connections are held back from the beginning
 * @relay_addr:		the relay's address
 * @relay_port:		its port
 * @relay_family:	4 or 6
 */
struct tcopy_target_spec {
	struct tcopy_target *t;
	struct tcopy_conf *conf;
	u32 ends_s;
	bool held;
	union tcopy_addr relay_addr;
	__be16 relay_port;
	u8 relay_family;
};

int tcopy_target_add(struct tcopy_net *tn, struct tcopy_target_spec *spec,
		     struct netlink_ext_ack *extack);
bool tcopy_target_is_own(struct tcopy_net *tn, u8 family,
			 const union tcopy_addr *addr);
void tcopy_target_del(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_target_del_all(struct tcopy_net *tn);
void tcopy_target_change(struct tcopy_net *tn, struct tcopy_target *t,
			 struct tcopy_conf *conf, bool ramp);
void tcopy_target_hold(struct tcopy_net *tn, struct tcopy_target *t,
		       bool held);
void tcopy_target_ends(struct tcopy_net *tn, struct tcopy_target *t,
		       u32 seconds);
u32 tcopy_target_left_s(const struct tcopy_target *t);
void tcopy_target_ends_work(struct work_struct *work);
struct tcopy_target *tcopy_target_find(struct tcopy_net *tn, u32 id);

#endif
