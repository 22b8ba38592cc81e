// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's UDP socket. IPv4 comes to it as ::ffff:a.b.c.d, so that there is
 * one kind of address; where the kernel has no IPv6 it is an IPv4 socket, and
 * only the two functions that know sockaddr and cmsg see a difference.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay_sock.h"

/* A burst of all peers' OPENs, and of HEADERS to a slow device. */
#define SOCK_BUFFER	(4 << 20)

static bool v4_only;

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static void map_v4(struct in6_addr *to, struct in_addr from)
{
	memset(to, 0, sizeof(*to));
	to->s6_addr[10] = 0xff;
	to->s6_addr[11] = 0xff;
	memcpy(to->s6_addr + 12, &from, 4);
}

static struct in_addr unmap_v4(const struct in6_addr *from)
{
	struct in_addr to;

	memcpy(&to, from->s6_addr + 12, 4);
	return to;
}

static socklen_t fill_address(union address *to, const struct in6_addr *addr,
			      __be16 port, u32 scope)
{
	memset(to, 0, sizeof(*to));
	if (v4_only) {
		to->in.sin_family = AF_INET;
		to->in.sin_port = port;
		to->in.sin_addr = unmap_v4(addr);
		return sizeof(to->in);
	}
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = port;
	to->in6.sin6_addr = *addr;
	to->in6.sin6_scope_id = scope;
	return sizeof(to->in6);
}

/* Say where an answer must come from: the address that was asked. */
static size_t fill_control(union control *to, const struct relay_path *path)
{
	struct cmsghdr *cmsg = &to->align;

	memset(to, 0, sizeof(*to));
	if (v4_only) {
		struct in_pktinfo info = {
			.ipi_spec_dst = unmap_v4(&path->local),
		};

		cmsg->cmsg_level = IPPROTO_IP;
		cmsg->cmsg_type = IP_PKTINFO;
		cmsg->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}

	/* the device is the route's to choose, but for a link-local peer */
	struct in6_pktinfo info = {
		.ipi6_addr = path->local,
		.ipi6_ifindex = path->scope,
	};

	cmsg->cmsg_level = IPPROTO_IPV6;
	cmsg->cmsg_type = IPV6_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	return CMSG_SPACE(sizeof(info));
}

static bool read_path(struct relay_path *to, struct msghdr *msg)
{
	const union address *from = msg->msg_name;
	struct cmsghdr *cmsg;

	memset(to, 0, sizeof(*to));
	if (v4_only) {
		map_v4(&to->remote, from->in.sin_addr);
		to->port = from->in.sin_port;
	} else {
		to->remote = from->in6.sin6_addr;
		to->port = from->in6.sin6_port;
		to->scope = from->in6.sin6_scope_id;
	}
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		struct in6_pktinfo info6;
		struct in_pktinfo info;

		if (cmsg->cmsg_level == IPPROTO_IPV6 &&
		    cmsg->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info6, CMSG_DATA(cmsg), sizeof(info6));
			to->local = info6.ipi6_addr;
			return to->port;
		}
		if (cmsg->cmsg_level == IPPROTO_IP &&
		    cmsg->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
			map_v4(&to->local, info.ipi_spec_dst);
			return to->port;
		}
	}
	return false;
}

/**
 * sock_open() - open and bind the socket
 * @at:		where to listen; family 0: every address. Its family is
 *		corrected to 4 on a host without IPv6
 * @err:	set on failure
 *
 * Return: the descriptor or -1.
 */
int sock_open(struct endpoint *at, struct err *err)
{
	struct in6_addr any = IN6ADDR_ANY_INIT;
	struct in_addr v4 = { at->addr.v4 };
	int fd, on = 1, off = 0, size = SOCK_BUFFER, rc;
	union address address;
	socklen_t len;

	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 && errno == EAFNOSUPPORT && at->family != 6) {
		v4_only = true;
		at->family = 4;
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    0);
	}
	if (fd < 0)
		goto failed;
	if (v4_only)
		rc = setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	else
		rc = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
				sizeof(off)) ?:
		     setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
				sizeof(on));
	if (rc)
		goto failed;
	/* bigger is better, but nothing depends on it */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));

	if (at->family == 6)
		memcpy(&any, at->addr.v6, sizeof(any));
	else if (at->family == 4)
		map_v4(&any, v4);
	len = fill_address(&address, &any, htons(at->port), at->ifindex);
	if (bind(fd, &address.sa, len))
		goto failed;
	return fd;
failed:
	rc = errno;
	if (fd >= 0)
		close(fd);
	err_set(err, "%s%s", strerror(rc),
		rc == EADDRINUSE ? " (does another relay run?)" :
		rc == EADDRNOTAVAIL ? " (no address of this host)" : "");
	return -1;
}

/**
 * sock_receive() - hand what has come to the relay, up to SOCK_BATCH datagrams
 * @fd:		from sock_open()
 * @r:		the relay
 * @now_ms:	monotonic clock
 *
 * Return: how many there were; below SOCK_BATCH: no more now.
 */
int sock_receive(int fd, struct relay *r, u64 now_ms)
{
	static u8 bufs[SOCK_BATCH][2048];
	static union control controls[SOCK_BATCH];
	static union address names[SOCK_BATCH];
	static struct iovec iov[SOCK_BATCH];
	static struct mmsghdr msgs[SOCK_BATCH];
	struct relay_path from;
	int i, n;

	for (i = 0; i < SOCK_BATCH; i++) {
		iov[i].iov_base = bufs[i];
		iov[i].iov_len = sizeof(bufs[i]);
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &names[i],
			.msg_namelen = sizeof(names[i]),
			.msg_iov = &iov[i],
			.msg_iovlen = 1,
			.msg_control = &controls[i],
			.msg_controllen = sizeof(controls[i]),
		};
	}
	/* an error here is that of one peer, and was taken off the socket */
	n = recvmmsg(fd, msgs, SOCK_BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < n; i++) {
		if (!read_path(&from, &msgs[i].msg_hdr) ||
		    msgs[i].msg_hdr.msg_flags & MSG_TRUNC) {
			r->stats.malformed++;
			continue;
		}
		relay_core_datagram(r, &from, bufs[i], msgs[i].msg_len, now_ms);
	}
	return n < 0 ? 0 : n;
}

/**
 * sock_reply() - send one datagram
 * @fd:		from sock_open()
 * @to:		to whom
 * @p:		its bytes
 * @len:	how many
 *
 * Return: false when it did not leave.
 */
bool sock_reply(int fd, const struct relay_path *to, const u8 *p, size_t len)
{
	struct iovec iov = { .iov_base = (u8 *)p, .iov_len = len };
	union control control;
	union address name;
	struct msghdr msg = {
		.msg_name = &name,
		.msg_namelen = fill_address(&name, &to->remote, to->port,
					    to->scope),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = fill_control(&control, to),
	};

	return sendmsg(fd, &msg, MSG_DONTWAIT) == (ssize_t)len;
}

/**
 * sock_send() - send HEADERS
 * @fd:		from sock_open()
 * @v:		the datagrams
 * @n:		how many, RELAY_BATCH at most
 *
 * One that does not leave (its peer is dead, the device is full) is left out;
 * the rest is sent.
 *
 * Return: records in those that did not leave.
 */
u64 sock_send(int fd, const struct relay_datagram *v, unsigned int n)
{
	static struct mmsghdr msgs[RELAY_BATCH];
	static struct iovec iov[RELAY_BATCH][2];
	static union control controls[RELAY_BATCH];
	static union address names[RELAY_BATCH];
	unsigned int i;
	u64 lost = 0;
	int sent;

	for (i = 0; i < n; i++) {
		iov[i][0].iov_base = (u8 *)v[i].head;
		iov[i][0].iov_len = sizeof(v[i].head);
		iov[i][1].iov_base = (u8 *)v[i].body;
		iov[i][1].iov_len = v[i].len;
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &names[i],
			.msg_namelen = fill_address(&names[i],
						    &v[i].path.remote,
						    v[i].path.port,
						    v[i].path.scope),
			.msg_iov = iov[i],
			.msg_iovlen = 2,
			.msg_control = &controls[i],
			.msg_controllen = fill_control(&controls[i],
						       &v[i].path),
		};
	}
	for (i = 0; i < n;) {
		sent = sendmmsg(fd, msgs + i, n - i, MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) {
			lost += v[i].records_n;
			sent = 1;
		}
		i += (unsigned int)sent;
	}
	return lost;
}
