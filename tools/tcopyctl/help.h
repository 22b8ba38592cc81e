/* SPDX-License-Identifier: GPL-2.0 */
/* What -h prints. */
#ifndef TCOPYCTL_HELP_H
#define TCOPYCTL_HELP_H

#include "tcopyctl.h"

void help_all(void) __attribute__((noreturn));
void help_command(const struct command *cmd) __attribute__((noreturn));

#endif
