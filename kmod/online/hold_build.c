// SPDX-License-Identifier: GPL-2.0
/* hold: outgoing packets of what is held. */

#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "header.h"
#include "hold.h"
#include "netns.h"

/* Payload copied into the head of one outgoing packet. */
#define HOLD_LINEAR_MAX	16384

/* Append [off, off + len) of @from to @to, pages by reference. As much as fits:
 * returns how much that was.
 */
static u32 hold_append(struct sk_buff *to, struct sk_buff *from, u32 off,
		       u32 len)
{
	struct skb_shared_info *ti = skb_shinfo(to), *fi = skb_shinfo(from);
	u32 done = 0, headlen = skb_headlen(from), part, start;
	unsigned int i;

	if (off < headlen) {
		/* The head of an outgoing packet is filled before its pages. */
		if (ti->nr_frags)
			return 0;
		part = min3(len, headlen - off, (u32)skb_tailroom(to));
		skb_put_data(to, from->data + off, part);
		done = part;
		if (part < min(len, headlen - off))
			return done;
	}

	start = headlen;
	for (i = 0; i < fi->nr_frags && done < len; i++) {
		const skb_frag_t *frag = &fi->frags[i];
		u32 size = skb_frag_size(frag), skip;

		if (off + done >= start + size) {
			start += size;
			continue;
		}
		if (ti->nr_frags == MAX_SKB_FRAGS)
			break;
		skip = off + done - start;
		part = min(len - done, size - skip);
		get_page(skb_frag_page(frag));
		skb_fill_page_desc(to, ti->nr_frags, skb_frag_page(frag),
				   skb_frag_off(frag) + skip, part);
		skb_len_add(to, part);
		done += part;
		start += size;
	}
	ti->flags |= fi->flags & SKBFL_SHARED_FRAG;
	return done;
}

/* Mostly what leaves is what came in one packet: then the headers go in front
 * of the held skb's own payload, and it is a clone of that. Not while an
 * earlier clone is on its way with other headers in there, and not when several
 * copies share the payload.
 */
static struct sk_buff *hold_whole(struct sk_buff *held, u32 seq, u32 len)
{
	const struct tcopy_hold_cb *cb = tcopy_hold_cb(held);
	struct skb_shared_info *info = skb_shinfo(held);
	struct sk_buff *skb;

	if (cb->base != seq || cb->seq != seq || cb->end != seq + len ||
	    held->len != len || skb_cloned(held) ||
	    skb_headroom(held) < TCOPY_HEADROOM ||
	    held->mark == TCOPY_HOLD_SHARED)
		return NULL;
	/* Segments may have been smaller when it left before. */
	info->gso_size = 0;
	info->gso_segs = 0;
	info->gso_type = 0;
	skb = skb_clone(held, TCOPY_GFP);
	/* What IP looks at when a packet begins here, and no more of it */
	if (skb)
		memset(skb->cb, 0, max(sizeof(struct inet_skb_parm),
				       sizeof(struct inet6_skb_parm)));
	return skb;
}

/**
 * tcopy_hold_build() - an skb with held payload
 * @h:		the hold
 * @seq:	first byte
 * @len:	bytes; all are held
 *
 * Payload in pages is shared, not copied. When it takes more pages or linear
 * bytes than one skb can have, the skb holds less than @len, but not nothing.
 *
 * Context: tcopy_session.lock held.
 *
 * Return: the skb, with TCOPY_HEADROOM in front; the caller owns it. NULL
 * without memory, or when @seq is not held.
 */
struct sk_buff *tcopy_hold_build(const struct tcopy_hold *h, u32 seq, u32 len)
{
	struct sk_buff *from, *first, *to;
	u32 linear = 0, end = seq + len;

	first = h->next;
	if (!first || before(seq, tcopy_hold_cb(first)->seq))
		first = skb_peek(&h->q);
	while (first && !after(tcopy_hold_cb(first)->end, seq))
		first = tcopy_hold_after(h, first);
	if (!first || after(tcopy_hold_cb(first)->seq, seq))
		return NULL;
	to = hold_whole(first, seq, len);
	if (to)
		return to;

	for (from = first; from && before(tcopy_hold_cb(from)->seq, end);
	     from = tcopy_hold_after(h, from)) {
		linear += skb_headlen(from);
		if (skb_shinfo(from)->nr_frags || linear > HOLD_LINEAR_MAX)
			break;
	}
	linear = min3(linear, len, (u32)HOLD_LINEAR_MAX);

	to = alloc_skb(TCOPY_HEADROOM + linear, TCOPY_GFP);
	if (!to)
		return NULL;
	skb_reserve(to, TCOPY_HEADROOM);

	for (from = first; from && before(seq, end);
	     from = tcopy_hold_after(h, from)) {
		const struct tcopy_hold_cb *cb = tcopy_hold_cb(from);
		u32 part, want;

		if (after(cb->seq, seq))
			break;
		/* min() would be wrong where sequence numbers begin again */
		want = (before(end, cb->end) ? end : cb->end) - seq;
		part = hold_append(to, from, seq - cb->base, want);
		seq += part;
		if (part < want)
			break;
	}
	return to;
}
