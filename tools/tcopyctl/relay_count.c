// SPDX-License-Identifier: GPL-2.0
/* The relay's counters, told and asked for: see relay_count.h. */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "relay_count.h"

/* of a namespace, where the kernel lets no second relay be */
#define NAME		"tcopy-relay"

#define ASK_S		2	/* who does not answer in time is none */

static socklen_t name_fill(struct sockaddr_un *to)
{
	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	memcpy(to->sun_path + 1, NAME, sizeof(NAME) - 1);
	return offsetof(struct sockaddr_un, sun_path) + sizeof(NAME);
}

/**
 * relay_count_listen() - let counters be asked for
 * @err:	set on failure
 *
 * Return: a socket for relay_count_serve(), or a negative errno.
 */
int relay_count_listen(struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un name;
	int rc;

	if (fd >= 0 && !bind(fd, (void *)&name, name_fill(&name)) &&
	    !listen(fd, 8))
		return fd;
	rc = -errno;
	err_set(err, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

/**
 * relay_count_serve() - answer one who asks
 * @fd:	by relay_count_listen()
 * @r:	whose counters
 *
 * Never waits: all of it fits into the socket's buffer.
 */
void relay_count_serve(int fd, const struct relay *r)
{
	int to = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	const struct relay_stat_info *info;
	char buf[2048];
	size_t len;

	if (to < 0)
		return;
	len = (size_t)snprintf(buf, sizeof(buf), "peers %u\n", r->peers_n);
	for (info = relay_stat_infos; info->name; info++)
		len += (size_t)snprintf(buf + len, sizeof(buf) - len,
					"%s %" PRIu64 "\n", info->name,
					*(const u64 *)((const u8 *)&r->stats +
						       info->offset));
	send(to, buf, len, MSG_NOSIGNAL);
	close(to);
}

static size_t read_of(char *buf, size_t size, const char *fmt, int pid)
{
	char path[64];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), fmt, pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	n = fread(buf, 1, size, file);
	fclose(file);
	return n;
}

/*
 * Anybody can take the name; a relay is allowed to ask the module, here and not
 * just in a user namespace of its own, where everybody may do everything.
 */
static bool is_relay(int fd)
{
	char status[8192], map[512], own[512];
	struct ucred who;
	socklen_t len = sizeof(who);
	uint64_t caps = 0;
	const char *at;
	size_t n;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len))
		return false;
	n = read_of(map, sizeof(map), "/proc/%d/uid_map", (int)who.pid);
	/* neither is there in a kernel without user namespaces */
	if (n != read_of(own, sizeof(own), "/proc/%d/uid_map", (int)getpid()) ||
	    memcmp(map, own, n))
		return false;
	n = read_of(status, sizeof(status) - 1, "/proc/%d/status",
		    (int)who.pid);
	status[n] = 0;
	at = strstr(status, "\nCapEff:");
	if (!at || sscanf(at, " CapEff: %" SCNx64, &caps) != 1)
		return false;
	return caps >> CAP_NET_ADMIN & 1;
}

static void read_line(struct relay_counts *to, const char *line)
{
	char name[32];
	uint64_t value;
	size_t i;

	if (sscanf(line, "%31s %" SCNu64, name, &value) != 2)
		return;
	if (!strcmp(name, "peers"))
		to->peers = value;
	for (i = 0; relay_stat_infos[i].name; i++)
		if (!strcmp(relay_stat_infos[i].name, name)) {
			to->value[i] = value;
			to->known[i] = true;
		}
}

/**
 * relay_count_get() - ask the relay of this network namespace
 * @to:	filled
 *
 * Return: false: none runs here, or it tells nothing.
 */
bool relay_count_get(struct relay_counts *to)
{
	const struct timeval patience = { .tv_sec = ASK_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un name;
	FILE *in = NULL;
	char line[128];
	bool any = false;

	memset(to, 0, sizeof(*to));
	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (void *)&name, name_fill(&name)) && is_relay(fd))
		in = fdopen(fd, "r");
	if (!in) {
		close(fd);
		return false;
	}
	while (fgets(line, sizeof(line), in)) {
		read_line(to, line);
		any = true;
	}
	fclose(in);
	return any;
}
