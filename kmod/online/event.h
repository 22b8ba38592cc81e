/* SPDX-License-Identifier: GPL-2.0 */
/*
 * event: what those who watch are told: netlink_event.c sends it to the group
 * TCOPY_MCGRP_EVENTS. A change of a state is an event, a packet never is.
 */
#ifndef TCOPY_ONLINE_EVENT_H
#define TCOPY_ONLINE_EVENT_H

#include "relay.h"
#include "rule.h"

bool tcopy_event_wanted(const struct tcopy_net *tn);
void tcopy_event_target(const struct tcopy_target *t, u8 event);
void tcopy_event_counter(const struct tcopy_target *t, u8 event, u16 counter,
			 u64 value);
void tcopy_event_relay(const struct tcopy_relay *relay, u8 event);

#endif
