/* SPDX-License-Identifier: GPL-2.0 */
/* What has happened, as the kernel tells it. */
#ifndef TCOPYCTL_EVENT_H
#define TCOPYCTL_EVENT_H

#include "attr.h"

/**
 * struct event - an event of either family
 * @name:	what has happened, in the words of monitor; NULL: unknown
 * @target:	ID; 0: it is about no target
 * @target_name: "" when it has none
 * @state:	enum tcopy_state, when @has_state
 * @has_state:	it tells a state
 * @reason:	"" when there is none
 * @counter:	enum tcopy_a_stat; 0: none
 * @value:	of the counter
 * @at:		a relay's address and port; or an intercept's, whose address
 *		may be any; port 0: neither
 */
struct event {
	const char *name;
	u32 target;
	char target_name[TCOPY_NAME_MAX + 1];
	u8 state;
	bool has_state;
	char reason[256];
	u16 counter;
	u64 value;
	struct endpoint at;
};

bool attr_event(struct event *to, const struct nlmsghdr *nlh);
bool attr_icept_event(struct event *to, const struct nlmsghdr *nlh);

#endif
