// SPDX-License-Identifier: GPL-2.0
/*
 * hold: a client's payload, from its capture until the test service has
 * acknowledged it. track.c decides by sequence numbers; here are the bytes.
 */

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/skbuff.h>

#include "header.h"
#include "hold.h"
#include "netns.h"

/* Segments behind a gap that a session may hold. */
#define HOLD_GAP_MAX	4096
/* What one run makes our own, in bytes and in skbs looked at. */
#define HOLD_COMPACT_BYTES	(128 << 10)
#define HOLD_COMPACT_LOOKS	256
/* Up to this much of an skb goes into its head then, the rest into pages. */
#define HOLD_COMPACT_LINEAR	2048

static struct tcopy_shared *hold_shared(const struct sk_buff *skb)
{
	return (struct tcopy_shared *)skb->head;
}

/**
 * tcopy_hold_share() - payload will be shared by several copies
 * @skb:	in memory of its own, with room for struct tcopy_shared; its
 *		true size is accounted here
 * @tn:		the namespace
 *
 * From here on an skb that shares it counts for its own struct alone.
 */
void tcopy_hold_share(struct sk_buff *skb, struct tcopy_net *tn)
{
	u32 own = SKB_DATA_ALIGN(sizeof(struct sk_buff));

	tcopy_mem_add(tn, skb->truesize);
	atomic_set(&hold_shared(skb)->users, 1);
	hold_shared(skb)->bytes = skb->truesize - own;
	skb->truesize = own;
	skb->mark = TCOPY_HOLD_SHARED;
}

/**
 * tcopy_hold_clone() - another reference to payload
 * @skb:	captured, or of a copy
 * @tn:		the namespace; its true size is accounted here
 *
 * Context: BH.
 *
 * Return: the clone, for tcopy_hold_drop(); NULL without memory.
 */
struct sk_buff *tcopy_hold_clone(struct sk_buff *skb, struct tcopy_net *tn)
{
	struct sk_buff *clone = skb_clone(skb, TCOPY_GFP);

	if (!clone)
		return NULL;
	if (clone->mark == TCOPY_HOLD_SHARED)
		atomic_inc(&hold_shared(skb)->users);
	tcopy_mem_add(tn, clone->truesize);
	return clone;
}

/**
 * tcopy_hold_drop() - free payload, which was accounted
 * @skb:	consumed
 * @tn:		the namespace
 *
 * Context: process or BH.
 */
void tcopy_hold_drop(struct sk_buff *skb, struct tcopy_net *tn)
{
	s64 size = skb->truesize;

	if (skb->mark == TCOPY_HOLD_SHARED &&
	    atomic_dec_and_test(&hold_shared(skb)->users))
		size += hold_shared(skb)->bytes;
	tcopy_mem_add(tn, -size);
	kfree_skb(skb);
}

/**
 * tcopy_hold_init() - nothing is held yet
 * @h:		the hold
 * @seq:	first byte that the client will send
 */
void tcopy_hold_init(struct tcopy_hold *h, u32 seq)
{
	__skb_queue_head_init(&h->q);
	h->next = NULL;
	h->contig = NULL;
	h->own = NULL;
	h->sent = seq;
	h->cap_nxt = seq;
	h->bytes = 0;
	h->shared = 0;
}

static void hold_unlink(struct tcopy_hold *h, struct sk_buff *skb)
{
	if (skb == h->own)
		h->own = skb_queue_is_first(&h->q, skb) ? NULL :
				skb_queue_prev(&h->q, skb);
	__skb_unlink(skb, &h->q);
	h->shared -= tcopy_hold_cb(skb)->shared;
	h->bytes -= skb->truesize;
}

static void hold_free(struct tcopy_hold *h, struct tcopy_net *tn,
		      struct sk_buff *skb)
{
	hold_unlink(h, skb);
	tcopy_hold_drop(skb, tn);
}

/* Link @skb behind @prev (NULL: in front) and see how far the stream goes. */
static void hold_link(struct tcopy_hold *h, struct sk_buff *skb,
		      struct sk_buff *prev)
{
	if (prev)
		__skb_queue_after(&h->q, prev, skb);
	else
		__skb_queue_head(&h->q, skb);
	h->bytes += skb->truesize;
	h->shared += tcopy_hold_cb(skb)->shared;
	/* In front of what was looked at already: look again. */
	if (h->own && prev != h->own &&
	    before(tcopy_hold_cb(skb)->seq, tcopy_hold_cb(h->own)->seq))
		h->own = NULL;

	while (skb && tcopy_hold_cb(skb)->seq == h->cap_nxt) {
		h->cap_nxt = tcopy_hold_cb(skb)->end;
		h->contig = skb;
		if (!h->next)
			h->next = skb;
		skb = tcopy_hold_after(h, skb);
	}
}

/**
 * tcopy_hold_add() - keep a client's payload
 * @h:		the hold
 * @tn:		the namespace; the skb's true size is accounted there already
 * @skb:	its whole data is payload; consumed when something of it is new,
 *		else still the caller's
 * @seq:	sequence number of its first byte
 * @ack:	what the client acknowledged with it
 * @gap_us:	time since the client's payload before
 * @begins:	its first byte begins a request
 *
 * Bytes that are held already, or were sent, are left out. What is new may fall
 * into several gaps: then further references to the same data are held.
 *
 * Context: tcopy_session.lock held.
 *
 * Return: 1 when something of it is new, 0 when nothing is; -ENOMEM or -ENOBUFS
 * (too many segments behind a gap) when bytes were lost, and with them the
 * copy.
 */
int tcopy_hold_add(struct tcopy_hold *h, struct tcopy_net *tn,
		   struct sk_buff *skb, u32 seq, u32 ack, u32 gap_us,
		   bool begins)
{
	u32 base = seq, end = seq + skb->len;
	struct sk_buff *prev, *next, *part;
	bool extra = false;
	u32 stop;

	if (before(seq, h->cap_nxt))
		seq = h->cap_nxt;
	if (!after(end, seq))
		return 0;

	/* In order, nearly always; else from the end, where the client's
	 * later segments go one behind the other.
	 */
	prev = h->contig;
	if (seq != h->cap_nxt) {
		prev = skb_peek_tail(&h->q);
		while (prev && prev != h->contig &&
		       after(tcopy_hold_cb(prev)->seq, seq))
			prev = skb_queue_is_first(&h->q, prev) ? NULL :
					skb_queue_prev(&h->q, prev);
		if (skb_queue_len(&h->q) >= HOLD_GAP_MAX)
			return -ENOBUFS;
	}

	for (;;) {
		if (prev && before(seq, tcopy_hold_cb(prev)->end))
			seq = tcopy_hold_cb(prev)->end;
		next = tcopy_hold_after(h, prev);
		stop = end;
		if (next && before(tcopy_hold_cb(next)->seq, stop))
			stop = tcopy_hold_cb(next)->seq;

		if (after(stop, seq)) {
			part = skb;
			if (stop != end) {
				part = tcopy_hold_clone(skb, tn);
				if (!part)
					return -ENOMEM;
			}
			*tcopy_hold_cb(part) = (struct tcopy_hold_cb) {
				.base = base, .seq = seq, .end = stop,
				.ack = ack, .gap_us = gap_us, .extra = extra,
				.begins = begins && seq == base,
				.since = (u32)jiffies,
				.shared = skb_shinfo(part)->nr_frags > 0 &&
					  part->mark != TCOPY_HOLD_SHARED,
			};
			hold_link(h, part, prev);
			if (part == skb)
				return 1;
			extra = true;
		}
		if (!next || !after(end, tcopy_hold_cb(next)->end))
			break;
		prev = next;
	}
	if (extra)
		tcopy_hold_drop(skb, tn);
	return extra;
}

/**
 * tcopy_hold_next() - what may be sent next for the first time
 * @h:		the hold
 * @chunk:	filled when there is something
 *
 * Context: tcopy_session.lock held.
 */
bool tcopy_hold_next(const struct tcopy_hold *h, struct tcopy_chunk *chunk)
{
	const struct tcopy_hold_cb *cb;

	if (!h->next)
		return false;
	cb = tcopy_hold_cb(h->next);
	chunk->seq = cb->seq;
	chunk->end = cb->end;
	chunk->ack = cb->ack;
	chunk->gap_us = cb->gap_us;
	return true;
}

/**
 * tcopy_hold_sent() - bytes were sent for the first time
 * @h:		the hold
 * @end:	behind the last of them
 *
 * Context: tcopy_session.lock held.
 *
 * Return: how many captured packets have been sent whole by that.
 */
unsigned int tcopy_hold_sent(struct tcopy_hold *h, u32 end)
{
	unsigned int packets = 0;

	h->sent = end;
	while (h->next && !after(tcopy_hold_cb(h->next)->end, end)) {
		packets += !tcopy_hold_cb(h->next)->extra;
		h->next = h->next == h->contig ? NULL :
						 tcopy_hold_after(h, h->next);
	}
	return packets;
}

/**
 * tcopy_hold_release() - the test service has acknowledged bytes
 * @h:		the hold
 * @tn:		the namespace
 * @seq:	behind the last of them; what was never sent stays
 *
 * Context: tcopy_session.lock held.
 */
void tcopy_hold_release(struct tcopy_hold *h, struct tcopy_net *tn, u32 seq)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&h->q)) && skb != h->next &&
	       !after(tcopy_hold_cb(skb)->end, seq) &&
	       !after(tcopy_hold_cb(skb)->end, h->sent)) {
		if (skb == h->contig)
			h->contig = NULL;
		hold_unlink(h, skb);
		if (!tcopy_spare_give(tn, skb))
			tcopy_hold_drop(skb, tn);
	}
}

/**
 * tcopy_hold_purge() - free all that is held
 * @h:	the hold
 * @tn:	the namespace
 *
 * Context: tcopy_session.lock held, or the last user.
 *
 * Return: how many captured packets had not been sent whole.
 */
unsigned int tcopy_hold_purge(struct tcopy_hold *h, struct tcopy_net *tn)
{
	unsigned int packets = 0;
	struct sk_buff *skb;

	while ((skb = skb_peek(&h->q))) {
		if (after(tcopy_hold_cb(skb)->end, h->sent))
			packets += !tcopy_hold_cb(skb)->extra;
		hold_free(h, tn, skb);
	}
	h->next = NULL;
	h->contig = NULL;
	return packets;
}

/**
 * tcopy_hold_restart() - go on from the next request
 * @h:		the hold
 * @tn:		the namespace
 * @seq:	the request begins here or behind; what is before it is freed
 * @first:	filled with its first chunk
 * @lost:	set to how many captured packets were freed that had not been
 *		sent whole
 * @again:	set to how many are held that had been, and are to be again
 *
 * Context: tcopy_session.lock held.
 *
 * Return: false when none is held before a gap: then nothing is held any more.
 */
bool tcopy_hold_restart(struct tcopy_hold *h, struct tcopy_net *tn, u32 seq,
			struct tcopy_chunk *first, unsigned int *lost,
			unsigned int *again)
{
	const struct tcopy_hold_cb *cb;
	struct sk_buff *skb;

	*lost = 0;
	*again = 0;
	while ((skb = skb_peek(&h->q))) {
		cb = tcopy_hold_cb(skb);
		if (!before(cb->seq, h->cap_nxt))
			break;
		if (cb->begins && !before(cb->seq, seq))
			goto found;
		if (after(cb->end, h->sent))
			*lost += !cb->extra;
		if (skb == h->contig)
			h->contig = NULL;
		hold_free(h, tn, skb);
	}
	*lost += tcopy_hold_purge(h, tn);
	h->sent = h->cap_nxt;
	return false;

found:
	for (skb = h->q.next; !after(tcopy_hold_cb(skb)->end, h->sent);
	     skb = skb->next) {
		*again += !tcopy_hold_cb(skb)->extra;
		if (skb_queue_is_last(&h->q, skb))
			break;
	}
	h->next = skb_peek(&h->q);
	h->sent = cb->seq;
	tcopy_hold_next(h, first);
	return true;
}

/**
 * tcopy_hold_copy() - payload in memory of its own
 * @from:	read only
 * @off:	first byte
 * @len:	bytes
 * @room:	left in front of them
 * @linear:	up to so many bytes go into the head, more into pages
 *
 * Context: any.
 *
 * Return: the skb; the caller owns it. NULL without memory.
 */
struct sk_buff *tcopy_hold_copy(const struct sk_buff *from, unsigned int off,
				unsigned int len, unsigned int room,
				unsigned int linear)
{
	struct sk_buff *skb;
	unsigned int i;
	int err;

	if (len <= linear) {
		/* It will be cloned, to leave. */
		skb = alloc_skb_fclone(room + len, TCOPY_GFP);
		if (!skb)
			return NULL;
		skb_reserve(skb, room);
		skb_copy_bits(from, off, __skb_put(skb, len), len);
		return skb;
	}

	skb = alloc_skb_with_frags(room, len, PAGE_ALLOC_COSTLY_ORDER, &err,
				   TCOPY_GFP);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	skb->data_len = len;
	skb->len = len;
	for (i = 0; i < skb_shinfo(skb)->nr_frags && len; i++) {
		skb_frag_t *frag = &skb_shinfo(skb)->frags[i];
		unsigned int part = min(len, skb_frag_size(frag));

		skb_copy_bits(from, off, skb_frag_address(frag), part);
		off += part;
		len -= part;
	}
	return skb;
}

/* Put @skb in the place of @old. */
static void hold_replace(struct tcopy_hold *h, struct tcopy_net *tn,
			 struct sk_buff *old, struct sk_buff *skb)
{
	struct tcopy_hold_cb *cb = tcopy_hold_cb(skb);

	*cb = *tcopy_hold_cb(old);
	cb->base = cb->seq;
	cb->shared = false;
	tcopy_mem_add(tn, skb->truesize);
	h->bytes += skb->truesize;
	__skb_queue_after(&h->q, old, skb);
	if (h->next == old)
		h->next = skb;
	if (h->contig == old)
		h->contig = skb;
	hold_free(h, tn, old);
}

/**
 * tcopy_hold_compact() - give back pages that we share for long
 * @h:		the hold
 * @tn:		the namespace
 * @age:	jiffies; what was added less long ago may share on
 *
 * The pages belong to a device's pool, which must not starve because a test
 * service is slow. A bounded part is done, from the front; what there is no
 * memory for goes on sharing, and is tried again.
 *
 * Context: tcopy_session.lock held.
 *
 * Return: how many skbs were copied.
 */
unsigned int tcopy_hold_compact(struct tcopy_hold *h, struct tcopy_net *tn,
				u32 age)
{
	unsigned int done = 0, bytes = 0, looks = 0;
	struct sk_buff *skb, *own;

	while (h->shared && bytes < HOLD_COMPACT_BYTES &&
	       looks++ < HOLD_COMPACT_LOOKS) {
		const struct tcopy_hold_cb *cb;

		skb = tcopy_hold_after(h, h->own);
		if (!skb)
			break;
		cb = tcopy_hold_cb(skb);
		if (cb->shared) {
			if ((u32)jiffies - cb->since < age)
				break;
			own = tcopy_hold_copy(skb, cb->seq - cb->base,
					      cb->end - cb->seq, 0,
					      HOLD_COMPACT_LINEAR);
			if (!own)
				break;
			bytes += own->len;
			done++;
			hold_replace(h, tn, skb, own);
			skb = own;
		}
		h->own = skb;
	}
	return done;
}
