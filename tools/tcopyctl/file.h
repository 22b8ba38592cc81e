/* SPDX-License-Identifier: GPL-2.0 */
/* Files that commands read and write. */
#ifndef TCOPYCTL_FILE_H
#define TCOPYCTL_FILE_H

#include <stdio.h>

#include "tcopyctl.h"

const char *file_arg(struct args *args);
void file_replace(const char *name, void (*print)(FILE *out, void *data),
		  void *data);

#endif
