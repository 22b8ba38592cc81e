// SPDX-License-Identifier: GPL-2.0
/* The relay's netlink sockets, see relay_nl.h */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "relay_nl.h"
#include "tcopyctl.h"

#define RECORDS_BUFFER	(16 << 20)	/* of the kernel, for a stalled relay */
#define RECORDS_BATCH	RELAY_BATCH
static_assert(TCOPY_ICEPT_PEERS_MAX * sizeof(struct tcopy_icept_peer) <
	      NL_REQUEST_MAX - 64, "fits a request");
static_assert(TCOPY_ICEPT_FLOWS_MAX * sizeof(struct tcopy_icept_flow) <
	      NL_REQUEST_MAX - 64, "fits a request");

#define MESSAGE_MAX	4096		/* three times a batch of records */

static bool bind_records(struct relay_nl *rn, struct err *err)
{
	int fd = mnl_socket_get_fd(rn->records.sock);
	int size = RECORDS_BUFFER, on = 1;
	struct nl_request req;

	/*
	 * A socket that ran over would else take nothing more until all of it
	 * is read. The kernel counts what it drops either way.
	 */
	setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	nl_begin(&rn->records, &req, TCOPY_ICEPT_CMD_BIND, NLM_F_ACK);
	return !nl_call(&rn->records, &req, NULL, NULL, err);
}

/**
 * relay_nl_open() - become the relay of this network namespace
 * @rn:		filled
 * @err:	set on failure
 *
 * Return: 0; -ENOENT: the module is not loaded; another negative errno.
 */
int relay_nl_open(struct relay_nl *rn, struct err *err)
{
	struct icept stats;
	int rc;

	rc = nl_open(&rn->ask, TCOPY_ICEPT_FAMILY_NAME, err);
	if (rc)
		return rc;
	rc = nl_open(&rn->records, TCOPY_ICEPT_FAMILY_NAME, err);
	if (rc)
		goto failed;
	rc = -EBUSY;
	if (!bind_records(rn, err))
		goto failed;
	rc = icept_stats(&rn->ask, &stats, err);
	if (rc)
		goto failed;
	rn->lost_base = stats.lost;
	rn->up = true;
	return 0;
failed:
	relay_nl_close(rn);
	return rc;
}

/**
 * relay_nl_close() - no longer be the relay
 * @rn:		may be closed already
 */
void relay_nl_close(struct relay_nl *rn)
{
	nl_close(&rn->records);
	nl_close(&rn->ask);
	rn->up = false;
}

/**
 * struct batch - TCOPY_ICEPT_CMD_RECORDS as it is read
 * @p:		the records
 * @len:	bytes
 * @n:		how many
 */
struct batch {
	const u8 *p;
	size_t len;
	u16 n;
};

static int batch_attr(const struct nlattr *attr, void *data)
{
	struct batch *batch = data;

	switch (mnl_attr_get_type(attr)) {
	case TCOPY_ICEPT_A_RECORDS:
		batch->p = mnl_attr_get_payload(attr);
		batch->len = mnl_attr_get_payload_len(attr);
		break;
	case TCOPY_ICEPT_A_RECORDS_N:
		if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
			return MNL_CB_ERROR;
		batch->n = mnl_attr_get_u16(attr);
		break;
	}
	return MNL_CB_OK;
}

static void take_message(struct relay_nl *rn, struct relay *r, const u8 *p,
			 int len, u64 now_ms)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)p;
	const struct genlmsghdr *genl;
	struct batch batch;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != rn->records.family ||
		    mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
			continue;
		genl = mnl_nlmsg_get_payload(nlh);
		if (genl->cmd != TCOPY_ICEPT_CMD_RECORDS)
			continue;
		memset(&batch, 0, sizeof(batch));
		if (mnl_attr_parse(nlh, sizeof(*genl), batch_attr,
				   &batch) < 0 || !batch.p)
			r->stats.bad_records++;
		else
			relay_core_records(r, batch.p, batch.len, batch.n,
					   now_ms);
	}
}

/**
 * relay_nl_receive() - hand records of the kernel to the relay
 * @rn:		open
 * @r:		the relay; what it got is sent when this returns
 * @now_ms:	monotonic clock
 *
 * Return: true when there may be more now.
 */
bool relay_nl_receive(struct relay_nl *rn, struct relay *r, u64 now_ms)
{
	static u8 bufs[RECORDS_BATCH][MESSAGE_MAX]
		__attribute__((aligned(8)));
	static struct sockaddr_nl names[RECORDS_BATCH];
	static struct mmsghdr msgs[RECORDS_BATCH];
	static struct iovec iov[RECORDS_BATCH];
	int i, n;

	for (i = 0; i < RECORDS_BATCH; i++) {
		iov[i].iov_base = bufs[i];
		iov[i].iov_len = sizeof(bufs[i]);
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &names[i],
			.msg_namelen = sizeof(names[i]),
			.msg_iov = &iov[i],
			.msg_iovlen = 1,
		};
	}
	n = recvmmsg(mnl_socket_get_fd(rn->records.sock), msgs, RECORDS_BATCH,
		     MSG_DONTWAIT, NULL);
	if (n < 0) {
		if (errno == ENOBUFS)
			r->stats.overruns++;
		return errno == ENOBUFS || errno == EINTR;
	}
	for (i = 0; i < n; i++) {
		/* port 0 is the kernel: nobody else's word is an answer */
		if (names[i].nl_pid)
			continue;
		if (msgs[i].msg_hdr.msg_flags & MSG_TRUNC)
			r->stats.bad_records++;
		else
			take_message(rn, r, bufs[i], (int)msgs[i].msg_len,
				     now_ms);
	}
	relay_core_flush(r);
	return n == RECORDS_BATCH;
}

static void fill_icept(struct relay_icept *to, const struct icept *from)
{
	memset(to, 0, sizeof(*to));
	to->addr = from->addr.addr;
	to->family = from->addr.family;
	to->port = from->port;
	to->state = from->state == TCOPY_ICEPT_DRAINING ?
		    TCOPY_WIRE_DRAINING : TCOPY_WIRE_INTERCEPTED;
	to->pass_n = (u8)from->pass_n;
	memcpy(to->pass, from->pass, from->pass_n * sizeof(from->pass[0]));
}

/**
 * relay_nl_ask() - tell the relay what is intercepted now
 * @rn:		open
 * @r:		the relay
 * @now_ms:	monotonic clock
 *
 * Return: false when the kernel did not say: the module is gone.
 */
bool relay_nl_ask(struct relay_nl *rn, struct relay *r, u64 now_ms)
{
	static struct relay_icept v[RELAY_ICEPTS];
	struct icept stats;
	unsigned int n = 0;
	struct err err;

	rn->asked_ms = now_ms;
	if (icept_dump(&rn->ask, &rn->list, &err) ||
	    icept_stats(&rn->ask, &stats, &err)) {
		warn("relay: cannot ask tcopy_intercept: %s", err.msg);
		relay_core_intercepts(r, NULL, 0, rn->lost);
		return false;
	}
	for (; n < rn->list.n && n < RELAY_ICEPTS; n++)
		fill_icept(&v[n], &rn->list.v[n]);
	/* never backwards: a module that was loaded again begins with 0 */
	if (stats.lost >= rn->lost_base) {
		rn->lost += stats.lost - rn->lost_base;
		rn->lost_base = stats.lost;
	} else {
		rn->lost_base = stats.lost;
	}
	relay_core_intercepts(r, v, n, rn->lost);
	return true;
}

/**
 * relay_nl_peers() - tell the kernel who is never passed
 * @rn:		open or not
 * @v:		instead of those it knows
 * @n:		how many, TCOPY_ICEPT_PEERS_MAX at most
 *
 * Return: false when it did not take them.
 */
bool relay_nl_peers(struct relay_nl *rn, const struct tcopy_icept_peer *v,
		    unsigned int n)
{
	struct nl_request req;
	struct err err;

	if (!rn->up)
		return false;
	nl_begin(&rn->ask, &req, TCOPY_ICEPT_CMD_PEERS, NLM_F_ACK);
	mnl_attr_put(req.nlh, TCOPY_ICEPT_A_PEERS, n * sizeof(*v), v);
	return !nl_call(&rn->ask, &req, NULL, NULL, &err);
}

/**
 * relay_nl_abort_port() - nobody copies to a port any more
 * @rn:		open or not
 * @port:	host byte order
 */
void relay_nl_abort_port(struct relay_nl *rn, u16 port)
{
	struct nl_request req;
	struct err err;
	int rc;

	if (!rn->up)
		return;
	nl_begin(&rn->ask, &req, TCOPY_ICEPT_CMD_ABORT, NLM_F_ACK);
	mnl_attr_put_u16(req.nlh, TCOPY_ICEPT_A_PORT, port);
	rc = nl_call(&rn->ask, &req, NULL, NULL, &err);
	/* a port that is intercepted no longer has none left */
	if (rc && rc != -ENOENT)
		warn("relay: cannot abort copies to port %u: %s", port,
		     err.msg);
}

/**
 * relay_nl_abort_flows() - nobody will reset these copies
 * @rn:		open or not
 * @v:		the copies
 * @n:		how many, TCOPY_ICEPT_FLOWS_MAX at most
 */
void relay_nl_abort_flows(struct relay_nl *rn, const struct tcopy_icept_flow *v,
			  unsigned int n)
{
	struct nl_request req;
	struct err err;

	if (!rn->up)
		return;
	nl_begin(&rn->ask, &req, TCOPY_ICEPT_CMD_ABORT, NLM_F_ACK);
	mnl_attr_put(req.nlh, TCOPY_ICEPT_A_FLOWS, n * sizeof(*v), v);
	if (nl_call(&rn->ask, &req, NULL, NULL, &err))
		warn("relay: cannot abort copies: %s", err.msg);
}
