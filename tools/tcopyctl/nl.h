/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: find the family, ask, wait for the answer. */
#ifndef TCOPYCTL_NL_H
#define TCOPYCTL_NL_H

#include <libmnl/libmnl.h>

#include "parse.h"

#define NL_REQUEST_MAX	4096

/**
 * struct nl - a socket that talks to one family
 * @sock:	owned
 * @module:	the family's name; its module has the same
 * @family:	its number
 * @seq:	of the last request
 * @intr:	the last dump was changed while it was read
 */
struct nl {
	struct mnl_socket *sock;
	const char *module;
	uint16_t family;
	uint32_t seq;
	bool intr;
};

/**
 * struct nl_request - a message that is being written
 * @nlh:	its beginning, in @buf
 * @buf:	room
 */
struct nl_request {
	struct nlmsghdr *nlh;
	char buf[NL_REQUEST_MAX];
};

int nl_open(struct nl *nl, const char *family, struct err *err);
void nl_need(struct nl *nl, const char *family);
bool nl_may(struct nl *nl, const char *family);
void nl_close(struct nl *nl);
int nl_family(struct nl *nl, const char *name, mnl_cb_t cb, void *data,
	      struct err *err);
void nl_begin(struct nl *nl, struct nl_request *req, uint8_t cmd,
	      uint16_t flags);
int nl_call(struct nl *nl, struct nl_request *req, mnl_cb_t cb, void *data,
	    struct err *err);

#endif
