/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a service tells its manager, as sd_notify(3) describes: datagrams of
 * lines NAME=VALUE to the unix socket $NOTIFY_SOCKET. The manual calls that
 * protocol stable and free to be spoken without libsystemd; so a daemon that
 * faces the network does not load that library and what it brings along.
 */
#ifndef TCOPYCTL_NOTIFY_H
#define TCOPYCTL_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "parse.h"

/* a status, and its NUL */
#define NOTIFY_STATUS	128

/**
 * struct notify - the service's manager
 * @fd:		-1: nobody wants to know
 * @to:		where it listens
 * @to_len:	bytes of @to
 * @pulse_ms:	a sign of life each so often, 0: none is wanted
 * @pulsed_ms:	when the last one was sent
 * @ready:	it was told that the service is up
 * @status:	as it was told last
 */
struct notify {
	int fd;
	struct sockaddr_un to;
	socklen_t to_len;
	u64 pulse_ms;
	u64 pulsed_ms;
	bool ready;
	char status[NOTIFY_STATUS];
};

bool notify_open(struct notify *n, struct err *err);
void notify_step(struct notify *n, const char *status, u64 now_ms);
void notify_stopping(struct notify *n);
void notify_close(struct notify *n);

#endif
