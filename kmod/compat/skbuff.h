/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_COMPAT_SKBUFF_H
#define TCOPY_COMPAT_SKBUFF_H

#include <linux/skbuff.h>

/**
 * tcopy_skb_readable() - can the CPU read the payload?
 * @skb: any
 *
 * Devices that place payload in their own memory (device memory TCP) came with
 * 6.12, and skb_frags_readable() with them; Kbuild probes for it.
 */
static inline bool tcopy_skb_readable(const struct sk_buff *skb)
{
#ifdef TCOPY_HAVE_SKB_FRAGS_READABLE
	return skb_frags_readable(skb);
#else
	return true;
#endif
}

#endif
