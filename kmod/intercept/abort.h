/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abort: the test service's sockets of copies, counted and aborted.
 */
#ifndef TCOPY_INTERCEPT_ABORT_H
#define TCOPY_INTERCEPT_ABORT_H

#include "respond.h"

void icept_abort_look(struct icept_respond *r);
void icept_abort_sweep(struct icept_respond *r);
void icept_abort_flow(struct icept_respond *r, const struct tcopy_flow *answer);

#endif
