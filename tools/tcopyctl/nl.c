// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: find the family, ask, wait for the answer. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/tcopy.h>
#include <stdio.h>

#include "nl.h"
#include "tcopyctl.h"

/* From a 5.10's headers on all are known; names may be newer than ours. */
#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

/**
 * nl_begin() - start a request
 * @nl:		to whom
 * @req:	filled with the two headers; attributes go behind them
 * @cmd:	of the family
 * @flags:	NLM_F_ACK or NLM_F_DUMP
 */
void nl_begin(struct nl *nl, struct nl_request *req, uint8_t cmd,
	      uint16_t flags)
{
	struct genlmsghdr *genl;

	req->nlh = mnl_nlmsg_put_header(req->buf);
	req->nlh->nlmsg_type = nl->family;
	req->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	req->nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(req->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
}

/**
 * struct ext_ack - what the kernel says beside an errno
 * @msg:	its text, or NULL
 * @least:	range of the attribute that was out of it, with @ranged
 * @most:	the other end
 * @ranged:	there is one
 */
struct ext_ack {
	const char *msg;
	uint64_t least, most;
	bool ranged;
};

static int policy_attr(const struct nlattr *attr, void *data)
{
	struct ext_ack *ack = data;

	if (mnl_attr_get_payload_len(attr) != sizeof(uint64_t))
		return MNL_CB_OK;
	switch (mnl_attr_get_type(attr)) {
	case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
		ack->least = mnl_attr_get_u64(attr);
		break;
	case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
		ack->most = mnl_attr_get_u64(attr);
		ack->ranged = true;
		break;
	}
	return MNL_CB_OK;
}

static int ext_ack_attr(const struct nlattr *attr, void *data)
{
	struct ext_ack *ack = data;

	switch (mnl_attr_get_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			ack->msg = mnl_attr_get_str(attr);
		break;
	case NLMSGERR_ATTR_POLICY:
		mnl_attr_parse_nested(attr, policy_attr, ack);
		break;
	}
	return MNL_CB_OK;
}

/* Say in @err why a request failed; @off is where attributes may begin. */
static void explain(struct nl *nl, const struct nlmsghdr *nlh, size_t off,
		    int code, struct err *err)
{
	struct ext_ack ack = { 0 };

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
	    mnl_nlmsg_get_payload_len(nlh) > off)
		mnl_attr_parse(nlh, (unsigned int)off, ext_ack_attr, &ack);

	if (ack.msg && ack.ranged)
		err_set(err, "%s (%llu to %llu)", ack.msg,
			(unsigned long long)ack.least,
			(unsigned long long)ack.most);
	else if (ack.msg)
		err_set(err, "%s", ack.msg);
	else if (code == EPERM)
		err_set(err, "not permitted: it needs CAP_NET_ADMIN (run it as root)");
	else if (code == EOPNOTSUPP)
		err_set(err, "the loaded module %s does not know this request: is it older than this tool?",
			nl->module);
	else
		err_set(err, "%s", strerror(code));
}

static int ack_result(struct nl *nl, const struct nlmsghdr *nlh,
		      struct err *err)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t off = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e)) {
		err_set(err, "the kernel's answer is malformed");
		return -EBADMSG;
	}
	if (!e->error)
		return 0;
	/* without NETLINK_CAP_ACK the request comes before the attributes */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		off += mnl_nlmsg_get_payload_len(&e->msg);
	explain(nl, nlh, off, -e->error, err);
	return e->error;
}

static int done_result(struct nl *nl, const struct nlmsghdr *nlh,
		       struct err *err)
{
	int code = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	if (code < 0)
		explain(nl, nlh, sizeof(code), -code, err);
	return code < 0 ? code : 0;
}

/* One buffer of messages. 1: go on reading; 0: finished; negative: errno. */
static int take(struct nl *nl, char *buf, int len, mnl_cb_t cb, void *data,
		struct err *err)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != nl->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			nl->intr = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return ack_result(nl, nlh, err);
		if (nlh->nlmsg_type == NLMSG_DONE)
			return done_result(nl, nlh, err);
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && cb &&
		    cb(nlh, data) < 0) {
			err_set(err, "the kernel's answer is malformed");
			return -EBADMSG;
		}
	}
	return 1;
}

/**
 * nl_call() - send a request and read what answers it, to the end
 * @nl:		to whom
 * @req:	begun with nl_begin(), with NLM_F_ACK or NLM_F_DUMP
 * @cb:		called for every message that is an answer, or NULL
 * @data:	for @cb
 * @err:	set on failure
 *
 * Return: 0 or a negative errno. @nl->intr says that a dump was not consistent.
 */
int nl_call(struct nl *nl, struct nl_request *req, mnl_cb_t cb, void *data,
	    struct err *err)
{
	/* the kernel fills at most 32 KB at once, and as much as was asked */
	static char buf[32768] __attribute__((aligned(8)));
	ssize_t len;
	int rc;

	nl->intr = false;
	if (mnl_socket_sendto(nl->sock, req->nlh, req->nlh->nlmsg_len) < 0)
		goto failed;
	do {
		len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
		if (len < 0 && errno == EINTR) {
			rc = 1;
			continue;
		}
		if (len < 0)
			goto failed;
		rc = take(nl, buf, (int)len, cb, data, err);
	} while (rc > 0);
	return rc;
failed:
	rc = -errno;
	err_set(err, "netlink: %s", strerror(errno));
	return rc;
}

/**
 * struct search - a family that is looked for
 * @name:	its name
 * @this:	the message that is read is about it
 * @cb:		called with that
 * @data:	for @cb
 * @found:	there is one
 */
struct search {
	const char *name;
	bool this;
	mnl_cb_t cb;
	void *data;
	bool found;
};

static int name_attr(const struct nlattr *attr, void *data)
{
	struct search *s = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		s->this = !strcmp(mnl_attr_get_str(attr), s->name);
	return MNL_CB_OK;
}

static int search_cb(const struct nlmsghdr *nlh, void *data)
{
	struct search *s = data;

	s->this = false;
	if (mnl_attr_parse(nlh, sizeof(struct genlmsghdr), name_attr, s) < 0)
		return MNL_CB_ERROR;
	if (!s->this)
		return MNL_CB_OK;
	s->found = true;
	return s->cb(nlh, s->data);
}

/**
 * nl_family() - what the kernel says of a family
 * @nl:		to nlctrl
 * @name:	the family's
 * @cb:		called with the message about it
 * @data:	for @cb
 * @err:	set on failure
 *
 * Asks for all there are. Asked for one by its name that is not there, the
 * kernel runs modprobe each time, and our modules are not found by that.
 *
 * Return: 0; -ENOENT: there is none, its module is not loaded; or another
 * negative errno.
 */
int nl_family(struct nl *nl, const char *name, mnl_cb_t cb, void *data,
	      struct err *err)
{
	struct search s = { .name = name, .cb = cb, .data = data };
	struct nl_request req;
	int rc;

	nl_begin(nl, &req, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
	rc = nl_call(nl, &req, search_cb, &s, err);
	if (rc || s.found)
		return rc;
	err_set(err, "the module %s is not loaded, which belongs on %s: 'modprobe %s', or 'insmod %s.ko' from the build directory",
		name, strcmp(name, TCOPY_FAMILY_NAME) ? "a test host" :
		"an online host", name, name);
	return -ENOENT;
}

static int family_attr(const struct nlattr *attr, void *data)
{
	uint16_t *family = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
	    mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
		*family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), family_attr,
			      data);
}

/**
 * nl_open() - open a socket to a family
 * @nl:		filled on success
 * @family:	its name
 * @err:	set on failure
 *
 * Return: 0; -ENOENT: its module is not loaded, or another negative errno.
 */
int nl_open(struct nl *nl, const char *family, struct err *err)
{
	uint16_t id = 0;
	int on = 1, rc;

	memset(nl, 0, sizeof(*nl));
	nl->module = family;
	nl->family = GENL_ID_CTRL;
	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		rc = -errno;
		err_set(err, "cannot open a netlink socket: %s",
			strerror(errno));
		goto failed;
	}
	/* all three only make errors better */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));

	rc = nl_family(nl, family, family_cb, &id, err);
	if (!rc) {
		nl->family = id;
		return 0;
	}
failed:
	nl_close(nl);
	return rc;
}

/**
 * nl_need() - the same, or the end of the program
 * @nl:		filled
 * @family:	its name
 */
void nl_need(struct nl *nl, const char *family)
{
	struct err err;

	if (nl_open(nl, family, &err))
		refuse("%s", err.msg);
}

/**
 * nl_may() - the same, where the other host's module may be loaded instead
 * @nl:		filled; closed when there is none
 * @family:	its name
 *
 * Any other failure ends the program.
 *
 * Return: false when the module is not loaded.
 */
bool nl_may(struct nl *nl, const char *family)
{
	struct err err;
	int rc = nl_open(nl, family, &err);

	if (rc && rc != -ENOENT)
		refuse("%s", err.msg);
	return !rc;
}

/**
 * nl_close() - close the socket
 * @nl:		may be closed already
 */
void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}
