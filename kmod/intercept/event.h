/* SPDX-License-Identifier: GPL-2.0 */
/*
 * event: what those who watch are told: netlink_event.c sends it to the group
 * TCOPY_ICEPT_MCGRP_EVENTS.
 */
#ifndef TCOPY_INTERCEPT_EVENT_H
#define TCOPY_INTERCEPT_EVENT_H

#include <linux/types.h>

struct icept_port;
struct net;

void icept_event_port(struct net *net, const struct icept_port *port, u8 event);
void icept_event_relay(struct net *net, u8 event);

#endif
