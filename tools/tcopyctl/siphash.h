/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash whose value nobody
 * without the key can guess or steer. For cookies and hash tables.
 */
#ifndef TCOPYCTL_SIPHASH_H
#define TCOPYCTL_SIPHASH_H

#include "types.h"

u64 siphash(const u64 key[2], const void *data, size_t len);

#endif
