// SPDX-License-Identifier: GPL-2.0
/* What the files of attr.h share: attributes of one kind, and nests of them. */
#include <linux/genetlink.h>
#include <stdio.h>

#include "attr_int.h"

/**
 * attr_get_addr() - read an address: 4 bytes or 16, the length is the family
 * @to:		filled on success: address and family
 * @attr:	the attribute
 *
 * Return: MNL_CB_OK, or MNL_CB_ERROR when it is of another kind.
 */
int attr_get_addr(struct endpoint *to, const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len != 4 && len != 16)
		return MNL_CB_ERROR;
	memset(&to->addr, 0, sizeof(to->addr));
	memcpy(&to->addr, mnl_attr_get_payload(attr), len);
	to->family = len == 4 ? 4 : 6;
	return MNL_CB_OK;
}

/**
 * attr_get_u8() - read a number
 * @to:		filled on success
 * @attr:	the attribute
 *
 * Return: MNL_CB_OK, or MNL_CB_ERROR when it is of another kind.
 */
int attr_get_u8(u8 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U8) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

/**
 * attr_get_u16() - read a number
 * @to:		filled on success
 * @attr:	the attribute
 *
 * Return: MNL_CB_OK, or MNL_CB_ERROR when it is of another kind.
 */
int attr_get_u16(u16 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

/**
 * attr_get_u32() - read a number
 * @to:		filled on success
 * @attr:	the attribute
 *
 * Return: MNL_CB_OK, or MNL_CB_ERROR when it is of another kind.
 */
int attr_get_u32(u32 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/**
 * attr_get_u64() - read a number
 * @to:		filled on success
 * @attr:	the attribute
 *
 * Return: MNL_CB_OK, or MNL_CB_ERROR when it is of another kind.
 */
int attr_get_u64(u64 *to, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
		return MNL_CB_ERROR;
	*to = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

/**
 * attr_get_str() - read a string, cut off at @size
 * @to:		filled on success
 * @size:	of @to
 * @attr:	the attribute
 *
 * Return: MNL_CB_OK, or MNL_CB_ERROR when it is of another kind.
 */
int attr_get_str(char *to, size_t size, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_ERROR;
	snprintf(to, size, "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int nest_attr(const struct nlattr *attr, void *data)
{
	struct attr_nest *nest = data;

	if (mnl_attr_get_type(attr) != nest->type)
		return MNL_CB_OK;
	nest->found = true;
	return mnl_attr_parse_nested(attr, nest->cb, nest->data);
}

/**
 * attr_read_nest() - read one attribute of a message
 * @nest:	which, and by whom
 * @nlh:	the message
 *
 * Return: false when it is malformed or absent.
 */
bool attr_read_nest(struct attr_nest *nest, const struct nlmsghdr *nlh)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), nest_attr,
			      nest) >= 0 && nest->found;
}
