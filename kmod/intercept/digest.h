/* SPDX-License-Identifier: GPL-2.0 */
/*
 * digest: the headers of one answer as one record. Pure: bytes in, bytes out.
 */
#ifndef TCOPY_INTERCEPT_DIGEST_H
#define TCOPY_INTERCEPT_DIGEST_H

#include "../lib/types.h"

int icept_digest_fill(u8 *buf, size_t room, const u8 *ip, const u8 *th,
		      unsigned int avail, u32 payload);
bool icept_digest_supersedes(const u8 *rec, size_t len, const u8 *old,
			     size_t old_len);

#endif
