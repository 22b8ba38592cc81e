// SPDX-License-Identifier: GPL-2.0
/* Whose a copied connection is, see owners.h */
#include <stdlib.h>

#include "owners.h"
#include "siphash.h"

/**
 * owners_new() - make an empty table
 * @owners:	filled
 * @bits:	it holds 2^@bits buckets
 * @key:	random
 *
 * Memory is zeroed pages, taken from the system as they are used.
 *
 * Return: false without memory.
 */
bool owners_new(struct owners *owners, unsigned int bits, const u64 key[2])
{
	memcpy(owners->key, key, sizeof(owners->key));
	owners->mask = (1u << bits) - 1;
	owners->entries = calloc(((size_t)owners->mask + 1) * OWNERS_WAYS,
				 sizeof(*owners->entries));
	return owners->entries;
}

/**
 * owners_free() - give the memory back
 * @owners:	made by owners_new()
 */
void owners_free(struct owners *owners)
{
	free(owners->entries);
	owners->entries = NULL;
}

static struct owner *bucket(struct owners *owners,
			    const struct tcopy_flow *flow)
{
	u64 hash = siphash(owners->key, flow, sizeof(*flow));

	return owners->entries + ((u32)hash & owners->mask) * OWNERS_WAYS;
}

/**
 * owners_find() - look a connection up
 * @owners:	the table
 * @flow:	direction of the answers
 *
 * Return: its entry or NULL; valid until the next owners_add().
 */
struct owner *owners_find(struct owners *owners, const struct tcopy_flow *flow)
{
	struct owner *o = bucket(owners, flow);
	unsigned int i;

	for (i = 0; i < OWNERS_WAYS; i++)
		if (!memcmp(&o[i].flow, flow, sizeof(*flow)))
			return &o[i];
	return NULL;
}

/**
 * owners_add() - the entry for a connection, for the caller to fill
 * @owners:	the table
 * @flow:	direction of the answers; not in the table
 *
 * Return: an entry of which @flow alone is set, the rest is zero.
 */
struct owner *owners_add(struct owners *owners, const struct tcopy_flow *flow)
{
	struct owner *o = bucket(owners, flow), *best = o;
	unsigned int i;

	for (i = 0; i < OWNERS_WAYS; i++) {
		if (!o[i].flow.family) {
			best = &o[i];
			break;
		}
		if (o[i].closed == best->closed ?
		    before(o[i].stamp, best->stamp) : o[i].closed)
			best = &o[i];
	}
	memset(best, 0, sizeof(*best));
	best->flow = *flow;
	return best;
}
