/* SPDX-License-Identifier: GPL-2.0 */
/* Multicast groups of generic netlink families. */
#ifndef TCOPYCTL_NL_GROUP_H
#define TCOPYCTL_NL_GROUP_H

#include "nl.h"

/**
 * struct nl_group - a family, and one of its groups
 * @family:	the family's number; 0: it is not there
 * @group:	the group's number; 0: the family has none of that name
 */
struct nl_group {
	uint16_t family;
	uint32_t group;
};

int nl_group_find(struct nl_group *to, const char *family, const char *group,
		  struct err *err);
int nl_group_join(struct mnl_socket *sock, const struct nl_group *group);
const char *nl_group_family(const struct nlmsghdr *nlh);

#endif
