// SPDX-License-Identifier: GPL-2.0
/* flow_hash: the numbers that flows are hashed by. */

#include <linux/cache.h>
#include <linux/random.h>

#include "flow_hash.h"

u64 tcopy_flow_keys[9] __ro_after_init;

/**
 * tcopy_flow_hash_init() - choose them
 *
 * Context: the module's init, before anything is hashed.
 */
void tcopy_flow_hash_init(void)
{
	get_random_bytes(tcopy_flow_keys, sizeof(tcopy_flow_keys));
}
