// SPDX-License-Identifier: GPL-2.0
/* Multicast groups of generic netlink families. */
#include <errno.h>
#include <linux/genetlink.h>

#include "nl_group.h"

/**
 * struct search - a group that is looked for
 * @name:	its name
 * @this:	the entry that is read has it
 * @id:		number of the entry that is read
 * @found:	filled
 */
struct search {
	const char *name;
	bool this;
	uint32_t id;
	struct nl_group *found;
};

static int entry_attr(const struct nlattr *attr, void *data)
{
	struct search *s = data;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_MCAST_GRP_NAME:
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			s->this = !strcmp(mnl_attr_get_str(attr), s->name);
		break;
	case CTRL_ATTR_MCAST_GRP_ID:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			s->id = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int group_attr(const struct nlattr *attr, void *data)
{
	struct search *s = data;

	s->this = false;
	s->id = 0;
	if (mnl_attr_parse_nested(attr, entry_attr, s) < 0)
		return MNL_CB_ERROR;
	if (s->this)
		s->found->group = s->id;
	return MNL_CB_OK;
}

static int family_attr(const struct nlattr *attr, void *data)
{
	struct search *s = data;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
			s->found->family = mnl_attr_get_u16(attr);
		break;
	case CTRL_ATTR_MCAST_GROUPS:
		return mnl_attr_parse_nested(attr, group_attr, s);
	}
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_attr,
			      data);
}

/**
 * nl_group_find() - the numbers of a family and its group
 * @to:		filled
 * @family:	its name
 * @group:	the group's name
 * @err:	set on failure
 *
 * Return: 0; -ENOENT: there is no such family; another negative errno.
 */
int nl_group_find(struct nl_group *to, const char *family, const char *group,
		  struct err *err)
{
	struct search s = { .name = group, .found = to };
	struct nl nl;
	int rc;

	memset(to, 0, sizeof(*to));
	rc = nl_open(&nl, "nlctrl", err);
	if (rc)
		return rc;
	rc = nl_family(&nl, family, family_cb, &s, err);
	nl_close(&nl);
	return rc;
}

/**
 * nl_group_join() - hear what is sent to a group
 * @sock:	a bound socket
 * @group:	the group
 *
 * Return: 0 or a negative errno.
 */
int nl_group_join(struct mnl_socket *sock, const struct nl_group *group)
{
	int id = (int)group->group;

	if (mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &id,
				  sizeof(id)) < 0)
		return -errno;
	return 0;
}

static int name_attr(const struct nlattr *attr, void *data)
{
	const char **name = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		*name = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

/**
 * nl_group_family() - the family that a message of nlctrl is about
 * @nlh:	the message
 *
 * Return: its name, in the message; "" when it names none.
 */
const char *nl_group_family(const struct nlmsghdr *nlh)
{
	const char *name = "";

	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), name_attr, &name);
	return name;
}
