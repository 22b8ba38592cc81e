/* SPDX-License-Identifier: GPL-2.0 */
/*
 * drain: how intercepts end, and what has to be gone before they do.
 */
#ifndef TCOPY_INTERCEPT_DRAIN_H
#define TCOPY_INTERCEPT_DRAIN_H

struct icept_net;
struct icept_port;

void icept_drain_init(struct icept_net *in);
void icept_drain_kick_locked(struct icept_net *in);
void icept_drain_begin_locked(struct icept_net *in, struct icept_port *port);
void icept_drain_told_locked(struct icept_port *port);
void icept_drain_wait(struct icept_net *in);
void icept_drain_stop(struct icept_net *in);

#endif
