/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose a copied connection is. A table of fixed size: what is announced when
 * a bucket is full takes the place of the entry that was quiet for longest.
 */
#ifndef TCOPYCTL_OWNERS_H
#define TCOPYCTL_OWNERS_H

#include "flow.h"

#define OWNERS_WAYS	8
#define OWNERS_QUIET_S	60	/* then another may have the flow */

/**
 * struct owner - one connection
 * @flow:	direction of the answers; family 0: entry is free
 * @generation:	of the owner's registration: another one is another owner
 * @stamp:	seconds, of the last OPEN or answer
 * @peer:	index of the owner
 * @closed:	an answer ended the connection: another may have the flow
 * @again:	announced again by its owner: the next end is that of the
 *		connection before, which the client did not wait for
 */
struct owner {
	struct tcopy_flow flow;
	u32 generation;
	u32 stamp;
	u16 peer;
	bool closed;
	bool again;
};

/**
 * struct owners - the table
 * @key:	of the hash: a client must not be able to fill one bucket
 * @mask:	buckets less one
 * @entries:	OWNERS_WAYS a bucket
 */
struct owners {
	u64 key[2];
	u32 mask;
	struct owner *entries;
};

bool owners_new(struct owners *owners, unsigned int bits, const u64 key[2]);
void owners_free(struct owners *owners);
struct owner *owners_find(struct owners *owners, const struct tcopy_flow *flow);
struct owner *owners_add(struct owners *owners, const struct tcopy_flow *flow);

#endif
