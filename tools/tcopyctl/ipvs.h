/* SPDX-License-Identifier: GPL-2.0 */
/* Whether IPVS balances a service in this namespace. */
#ifndef TCOPYCTL_IPVS_H
#define TCOPYCTL_IPVS_H

#include "parse.h"

bool ipvs_has(const struct endpoint *from);

#endif
