/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands of the test host share. */
#ifndef TCOPYCTL_INTERCEPT_H
#define TCOPYCTL_INTERCEPT_H

#include "attr.h"

int intercept_del(struct nl *nl, u16 port, bool force, struct err *err);
bool intercept_drained(struct nl *nl, u16 port, struct err *err);

#endif
