/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files that read attributes of messages: attr_get.c. */
#ifndef TCOPYCTL_ATTR_INT_H
#define TCOPYCTL_ATTR_INT_H

#include "attr.h"

/**
 * struct attr_nest - the attribute of a message that is looked for
 * @type:	enum tcopy_a
 * @cb:		called for each attribute inside
 * @data:	for @cb
 * @found:	it was there
 */
struct attr_nest {
	u16 type;
	mnl_attr_cb_t cb;
	void *data;
	bool found;
};

int attr_get_addr(struct endpoint *to, const struct nlattr *attr);
int attr_get_u8(u8 *to, const struct nlattr *attr);
int attr_get_u16(u16 *to, const struct nlattr *attr);
int attr_get_u32(u32 *to, const struct nlattr *attr);
int attr_get_u64(u64 *to, const struct nlattr *attr);
int attr_get_str(char *to, size_t size, const struct nlattr *attr);
bool attr_read_nest(struct attr_nest *nest, const struct nlmsghdr *nlh);

#endif
