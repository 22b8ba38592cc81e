/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_HOLD_H
#define TCOPY_ONLINE_HOLD_H

#include <linux/skbuff.h>
#include "header.h"
#include "track.h"

struct tcopy_net;

/* Room for headers in a copy. */
#define TCOPY_HEADROOM		ALIGN(MAX_HEADER + 40 + TCOPY_HEADER_MAX, 16)

/**
 * struct tcopy_hold - the client's bytes that the copy may still need
 * @q:		skbs of payload, in order of sequence numbers, not overlapping
 * @next:	the first of them with bytes that were never sent; NULL when
 *		there is none before a gap
 * @contig:	the last one before the first gap; NULL when there is none
 * @sent:	behind the highest byte that was sent
 * @cap_nxt:	behind the last byte before the first gap
 * @own:	up to here payload is in pages of our own; NULL: up to nowhere
 * @bytes:	true size of @q
 * @shared:	skbs of @q with pages that are not our own
 *
 * Protected by tcopy_session.lock.
 */
struct tcopy_hold {
	struct sk_buff_head q;
	struct sk_buff *next;
	struct sk_buff *contig;
	struct sk_buff *own;
	u32 sent;
	u32 cap_nxt;
	u32 bytes;
	u32 shared;
};

/**
 * struct tcopy_hold_cb - in the cb of a held skb
 * @base:	sequence number of the skb's first byte
 * @seq:	first byte that is meant; what is before it was there already
 * @end:	behind the last byte that is meant
 * @ack:	what the client acknowledged with it
 * @gap_us:	time since the client's payload before
 * @since:	jiffies when it was added
 * @extra:	the part of a packet that another skb counts already
 * @begins:	it begins a request, for all that can be told of the client's
 *		packets alone
 * @shared:	it has pages that are not our own
 */
struct tcopy_hold_cb {
	u32 base;
	u32 seq;
	u32 end;
	u32 ack;
	u32 gap_us;
	u32 since;
	bool extra;
	bool begins;
	bool shared;
};

/**
 * struct tcopy_shared - payload that several skbs share; begins skb->head
 * @users:	skbs that do
 * @bytes:	true size of it, beyond that of a struct sk_buff: accounted
 *		once, until the last of them is dropped
 *
 * Of skbs with TCOPY_HOLD_SHARED as their mark, which is of no use to payload
 * that does not travel: packets are built beside it.
 */
struct tcopy_shared {
	atomic_t users;
	u32 bytes;
};

#define TCOPY_HOLD_SHARED	1

static inline struct tcopy_hold_cb *tcopy_hold_cb(struct sk_buff *skb)
{
	return (struct tcopy_hold_cb *)skb->cb;
}

/* The skb behind @skb, the first behind NULL; NULL behind the last. */
static inline struct sk_buff *tcopy_hold_after(const struct tcopy_hold *h,
					       struct sk_buff *skb)
{
	if (!skb)
		return skb_peek(&h->q);
	return skb_queue_is_last(&h->q, skb) ? NULL :
					       skb_queue_next(&h->q, skb);
}

void tcopy_hold_share(struct sk_buff *skb, struct tcopy_net *tn);
struct sk_buff *tcopy_hold_clone(struct sk_buff *skb, struct tcopy_net *tn);
void tcopy_hold_drop(struct sk_buff *skb, struct tcopy_net *tn);
void tcopy_hold_init(struct tcopy_hold *h, u32 seq);
int tcopy_hold_add(struct tcopy_hold *h, struct tcopy_net *tn,
		   struct sk_buff *skb, u32 seq, u32 ack, u32 gap_us,
		   bool begins);
bool tcopy_hold_restart(struct tcopy_hold *h, struct tcopy_net *tn, u32 seq,
			struct tcopy_chunk *first, unsigned int *lost,
			unsigned int *again);
bool tcopy_hold_next(const struct tcopy_hold *h, struct tcopy_chunk *chunk);
unsigned int tcopy_hold_sent(struct tcopy_hold *h, u32 end);
void tcopy_hold_release(struct tcopy_hold *h, struct tcopy_net *tn, u32 seq);
unsigned int tcopy_hold_purge(struct tcopy_hold *h, struct tcopy_net *tn);
unsigned int tcopy_hold_compact(struct tcopy_hold *h, struct tcopy_net *tn,
				u32 age);
struct sk_buff *tcopy_hold_copy(const struct sk_buff *from, unsigned int off,
				unsigned int len, unsigned int room,
				unsigned int linear);

/* hold_build.c */
struct sk_buff *tcopy_hold_build(const struct tcopy_hold *h, u32 seq, u32 len);

#endif
