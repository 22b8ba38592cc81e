/* SPDX-License-Identifier: GPL-2.0 */
/* Names to numbers: hosts, devices, and selectors of targets. */
#ifndef TCOPYCTL_RESOLVE_H
#define TCOPYCTL_RESOLVE_H

#include "attr.h"

void resolve_endpoint(struct endpoint *to, const struct hostport *from,
		      const char *what);
void resolve_targets(struct nl *nl, struct target_list *list,
		     const char *selector, bool one);

#endif
