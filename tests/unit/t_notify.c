// SPDX-License-Identifier: GPL-2.0
/* tools/tcopyctl/notify.c: what a service manager is told, and when */
#include <unistd.h>

#include "notify.h"
#include "t.h"

static struct notify n;
static struct err err;
static char got[512];

/* A manager's socket; its name is this process's own. */
static int manager(char name[64])
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0), len;

	len = snprintf(name, 64, "@tcopy-t_notify-%d", (int)getpid());
	memcpy(at.sun_path + 1, name + 1, (size_t)len - 1);
	if (bind(fd, (struct sockaddr *)&at,
		 (socklen_t)(sizeof(at.sun_family) + (size_t)len)))
		perror("bind");
	return fd;
}

/* What came, "" when nothing did. */
static const char *next(int fd)
{
	ssize_t len = recv(fd, got, sizeof(got) - 1, 0);

	got[len > 0 ? len : 0] = 0;
	return got;
}

static int begin(const char *usec, const char *pid)
{
	char name[64];
	int fd = manager(name);

	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (usec)
		setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	return fd;
}

static void end(int fd)
{
	notify_close(&n);
	close(fd);
}

static void nobody_asks(void)
{
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "1000000", 1);
	T_OK(notify_open(&n, &err));
	T_OK(n.fd < 0);
	notify_step(&n, "up", 1);
	notify_stopping(&n);
	notify_close(&n);
}

static void ready_once(void)
{
	int fd = begin(NULL, NULL);

	T_OK(notify_open(&n, &err));
	notify_step(&n, "up", 1000);
	T_OK(!strcmp(next(fd), "READY=1\nSTATUS=up\n"));
	notify_step(&n, "up", 1000000);
	T_OK(!*next(fd));
	notify_step(&n, "upper", 1000001);
	T_OK(!strcmp(next(fd), "STATUS=upper\n"));
	notify_stopping(&n);
	T_OK(!strcmp(next(fd), "STOPPING=1\n"));
	end(fd);
}

static void pulses_at_half(void)
{
	int fd = begin("4000000", NULL);

	T_OK(notify_open(&n, &err));
	notify_step(&n, "", 10000);
	T_OK(!strcmp(next(fd), "READY=1\nWATCHDOG=1\n"));
	notify_step(&n, "", 11999);
	T_OK(!*next(fd));
	notify_step(&n, "", 12000);
	T_OK(!strcmp(next(fd), "WATCHDOG=1\n"));
	notify_step(&n, "busy", 14100);
	T_OK(!strcmp(next(fd), "STATUS=busy\nWATCHDOG=1\n"));
	end(fd);
}

static void watchdog_of_another(void)
{
	char pid[16];
	int fd = begin("2", "1");

	T_OK(notify_open(&n, &err));
	T_EQ(n.pulse_ms, 0);
	end(fd);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	fd = begin("2", pid);
	T_OK(notify_open(&n, &err));
	T_EQ(n.pulse_ms, 1);
	end(fd);
}

/* A manager that does not read stops nobody, and is told when it does. */
static void full_socket(void)
{
	int fd = begin("2000", NULL), i;

	T_OK(notify_open(&n, &err));
	for (i = 0; i < 100000 && n.pulsed_ms == (u64)i; i++)
		notify_step(&n, "up", (u64)i + 1);
	T_OK(i < 100000);
	notify_step(&n, "down", (u64)i + 1);
	T_OK(!strcmp(n.status, "up"));
	T_OK(!strcmp(next(fd), "READY=1\nSTATUS=up\nWATCHDOG=1\n"));
	while (*next(fd))
		;
	notify_step(&n, "down", (u64)i + 2);
	T_OK(!strcmp(next(fd), "STATUS=down\nWATCHDOG=1\n"));
	end(fd);
}

static void unreadable(const char *name, const char *value, const char *why)
{
	int fd = begin(NULL, NULL);

	setenv(name, value, 1);
	T_OK(!notify_open(&n, &err));
	T_OK(n.fd < 0);
	if (!strstr(err.msg, name) || !strstr(err.msg, why))
		T_FAIL("%.20s=%.20s: '%.80s' does not say '%.40s'", name,
		       value, err.msg, why);
	notify_step(&n, "up", 1);
	T_OK(!*next(fd));
	end(fd);
}

static void refused(void)
{
	char longer[200];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = 0;
	T_DO(unreadable("NOTIFY_SOCKET", "run/notify", "neither the path"));
	T_DO(unreadable("NOTIFY_SOCKET", "vsock:2:1234", "neither the path"));
	T_DO(unreadable("NOTIFY_SOCKET", "@", "neither the path"));
	T_DO(unreadable("NOTIFY_SOCKET", longer, "neither the path"));
	setenv("WATCHDOG_USEC", "1000000", 1);
	T_DO(unreadable("WATCHDOG_USEC", "soon", "soon"));
	T_DO(unreadable("WATCHDOG_USEC", "0", "1"));
}

int main(void)
{
	T_RUN(nobody_asks);
	T_RUN(ready_once);
	T_RUN(pulses_at_half);
	T_RUN(watchdog_of_another);
	T_RUN(full_socket);
	T_RUN(refused);
	return t_done();
}
