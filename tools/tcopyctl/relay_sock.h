/* SPDX-License-Identifier: GPL-2.0 */
/* The relay's UDP socket: one for IPv4 and IPv6. */
#ifndef TCOPYCTL_RELAY_SOCK_H
#define TCOPYCTL_RELAY_SOCK_H

#include "relay_core.h"

#define SOCK_BATCH	64	/* datagrams a system call */

int sock_open(struct endpoint *at, struct err *err);
int sock_receive(int fd, struct relay *r, u64 now_ms);
bool sock_reply(int fd, const struct relay_path *to, const u8 *p, size_t len);
u64 sock_send(int fd, const struct relay_datagram *v, unsigned int n);

#endif
