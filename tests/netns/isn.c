// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded in the guest with KASAN (tests/netns/run): the sequence numbers of
 * most that connect begin so high that they start over at 0 early, at another
 * byte in each connection.
 *
 * A socket under repair can be told its first sequence number (TCP_QUEUE_SEQ in
 * net/ipv4/tcp.c), and is connected as usual after that. Needs CAP_NET_ADMIN in
 * its network namespace; without, everything is as it would have been.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes that are sent before 0 comes; -1: as usual. */
static const int before[] = { 0, 1, 40, 700, 1448, 9000, 70000, -1 };
static unsigned int count;

static void begin_late(int fd)
{
	int type = 0, reuse = 0, on = 1, off = 0, queue = TCP_SEND_QUEUE;
	unsigned int nth = getpid();
	socklen_t len = sizeof(int);
	uint32_t isn;
	int n;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) ||
	    type != SOCK_STREAM)
		return;
	nth += __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
	n = before[nth % (sizeof(before) / sizeof(*before))];
	/* Repair changes it. */
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, &len) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
		return;
	isn = UINT32_MAX - n;
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue));
	setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &isn, sizeof(isn));
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	static typeof(connect) *next;
	int error = errno;

	if (!next)
		next = dlsym(RTLD_NEXT, "connect");
	if (addr->sa_family == AF_INET || addr->sa_family == AF_INET6)
		begin_late(fd);
	errno = error;
	return next(fd, addr, len);
}
