/* SPDX-License-Identifier: GPL-2.0 */
/* A module that is one translation unit, -fwhole-program: these names are all
 * that is called from elsewhere.
 */
#ifndef TCOPY_COMPAT_MODULE_H
#define TCOPY_COMPAT_MODULE_H

#include <linux/module.h>

__visible int init_module(void);
__visible void cleanup_module(void);

#endif
