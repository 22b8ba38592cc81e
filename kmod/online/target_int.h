/* SPDX-License-Identifier: GPL-2.0 */
/* What target.c (they come and go) has of target_step.c (their state). */
#ifndef TCOPY_ONLINE_TARGET_INT_H
#define TCOPY_ONLINE_TARGET_INT_H

#include "target.h"

bool tcopy_target_step(struct tcopy_net *tn, struct tcopy_target *t,
		       u64 now_us);
bool tcopy_target_is_itself(struct tcopy_net *tn, const struct tcopy_target *t);
void tcopy_target_relay_work(struct work_struct *work);
void tcopy_target_direct_work(struct work_struct *work);

#endif
