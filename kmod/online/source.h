/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_SOURCE_H
#define TCOPY_ONLINE_SOURCE_H

#include "rule.h"

struct tcopy_pool;

int tcopy_source_attach(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_source_detach(struct tcopy_target *t);
bool tcopy_source_is_own(const struct tcopy_target *t,
			 const struct tcopy_flow *flow);
int tcopy_source_get(struct tcopy_net *tn, struct tcopy_target *t,
		     struct tcopy_flow *copy, struct tcopy_pool **pool);
int tcopy_source_pick(struct tcopy_net *tn, struct tcopy_target *t,
		      struct tcopy_flow *copy);
void tcopy_source_put(struct tcopy_pool *pool, __be16 port);
u32 tcopy_source_isn(const struct tcopy_net *tn, const struct tcopy_flow *copy);
u32 tcopy_source_tsval(const struct tcopy_net *tn,
		       const struct tcopy_flow *copy, u64 now_us);

#endif
