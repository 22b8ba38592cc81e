// SPDX-License-Identifier: GPL-2.0
/* What a service tells its manager, see notify.h */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "notify.h"

/* In the kernel's own words it is a path, or a name that begins with NUL. */
static bool read_socket(struct notify *n, const char *s, struct err *err)
{
	size_t len = strlen(s);

	if ((*s != '/' && *s != '@') || len < 2 ||
	    len >= sizeof(n->to.sun_path))
		return err_set(err, "NOTIFY_SOCKET: '%.128s' is neither the path of a unix socket nor @ and the name of one",
			       s);
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, s, len);
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (*s == '@')
		n->to.sun_path[0] = 0;
	else
		n->to_len++;
	return true;
}

/* Half of what the manager waits for, as sd_watchdog_enabled(3) advises. */
static bool read_watchdog(struct notify *n, struct err *err)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	u64 v;

	if (!usec)
		return true;
	if (pid) {
		if (!parse_number(&v, pid, 1, INT32_MAX, "WATCHDOG_PID", err))
			return false;
		/* meant for another process, and inherited */
		if ((pid_t)v != getpid())
			return true;
	}
	if (!parse_number(&v, usec, 1, UINT64_MAX / 2, "WATCHDOG_USEC", err))
		return false;
	n->pulse_ms = v / 2000 ? v / 2000 : 1;
	return true;
}

/**
 * notify_open() - learn from the environment who wants to know
 * @n:		filled; nobody does when this fails
 * @err:	set on failure
 *
 * Return: false: the environment makes no sense.
 */
bool notify_open(struct notify *n, struct err *err)
{
	const char *s = getenv("NOTIFY_SOCKET");

	memset(n, 0, sizeof(*n));
	n->fd = -1;
	if (!s || !*s)
		return true;
	if (!read_socket(n, s, err) || !read_watchdog(n, err))
		return false;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd < 0)
		return err_set(err, "NOTIFY_SOCKET: %s", strerror(errno));
	return true;
}

/* A manager that does not read must not stop the service: no waiting. */
static bool tell(const struct notify *n, const char *text, size_t len)
{
	return sendto(n->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&n->to,
		      n->to_len) == (ssize_t)len;
}

/**
 * notify_step() - tell what is new
 * @n:		opened
 * @status:	one line; told when it is another than before
 * @now_ms:	monotonic clock
 *
 * The first call tells that the service is up. To be called from the loop that
 * does the service's work, several times in @n->pulse_ms: what is due, or did
 * not get through, is sent by the next call.
 */
void notify_step(struct notify *n, const char *status, u64 now_ms)
{
	bool pulse = n->pulse_ms && (!n->ready ||
				     now_ms - n->pulsed_ms >= n->pulse_ms);
	bool news = strncmp(n->status, status, sizeof(n->status) - 1);
	char text[NOTIFY_STATUS + 64];
	int len;

	if (n->fd < 0 || (n->ready && !news && !pulse))
		return;
	len = snprintf(text, sizeof(text), "%s%s%.*s%s%s",
		       n->ready ? "" : "READY=1\n", news ? "STATUS=" : "",
		       news ? NOTIFY_STATUS - 1 : 0, status, news ? "\n" : "",
		       pulse ? "WATCHDOG=1\n" : "");
	if (!tell(n, text, (size_t)len))
		return;
	n->ready = true;
	if (pulse)
		n->pulsed_ms = now_ms;
	if (news)
		snprintf(n->status, sizeof(n->status), "%s", status);
}

/**
 * notify_stopping() - tell that the service ends
 * @n:		opened
 */
void notify_stopping(struct notify *n)
{
	static const char text[] = "STOPPING=1\n";

	if (n->fd >= 0)
		tell(n, text, sizeof(text) - 1);
}

/**
 * notify_close() - nobody wants to know any more
 * @n:		opened
 */
void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
