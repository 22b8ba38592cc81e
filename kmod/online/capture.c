// SPDX-License-Identifier: GPL-2.0
/*
 * capture: the only code that sees production's packets. It reads them, takes a
 * reference to their payload, and says NF_ACCEPT; whatever happens, on every
 * path. All that a copy costs beyond that comes later, from the queue.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/inet_hashtables.h>
#include <net/inet6_hashtables.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "../compat/skbuff.h"
#include "capture.h"
#include "capture_int.h"
#include "checksum.h"
#include "drop.h"
#include "probe.h"
#include "profile.h"
#include "queue.h"
#include "session.h"

/* Payload up to this is copied; sharing its page would cost more, and would pin
 * a page of the device's pool for a few bytes.
 */
#define CAPTURE_COPY_MAX	1024
/* Production's sockets that a CPU looks up itself in a tick, for payload of
 * connections that are not copied: a flood of such costs no more than that.
 */
#define CAPTURE_LOOKS_MAX	32

/* Tell who traces; with what its fixed header says, since @seg of one that is
 * malformed, or a fragment, is not filled.
 */
static noinline void capture_trace(const struct tcopy_target *t,
				   const struct capture *c,
				   const struct tcphdr *th, unsigned int why)
{
	unsigned int start = c->thoff + th->doff * 4;
	struct tcopy_seg seg = {
		.seq = ntohl(th->seq),
		.ack = ntohl(th->ack_seq),
		.len = c->skb->len > start ? c->skb->len - start : 0,
		.flags = tcp_flag_byte(th),
	};

	trace_tcopy_drop(t, NULL, &c->flow, &seg, why, 1);
}

/* Count @bucket for a packet that will not be queued; without a session it may
 * be the target's choice.
 */
static void capture_count(const struct tcopy_rules *rules,
			  const struct capture *c, const struct tcphdr *th,
			  unsigned int bucket)
{
	bool choice = bucket == TCOPY_A_STAT_NO_SESSION;
	u64 now_us = choice ? tcopy_now_us() : 0;
	unsigned int i, why = bucket;
	struct tcopy_target *t;

	tcopy_rule_for_each(rules, &c->flow, i, t) {
		tcopy_count(t, MATCHED);
		if (choice)
			why = tcopy_target_unwanted(t, &c->flow, now_us) ?:
			      bucket;
		this_cpu_inc(t->stats->v[why]);
		if (trace_tcopy_drop_enabled() &&
		    why != TCOPY_A_STAT_NOT_NEEDED)
			capture_trace(t, c, th, why);
	}
}

/**
 * tcopy_capture_checksum_ok() - is a segment's checksum right?
 * @c: the packet
 *
 * When nobody has verified it so far it is done here.
 */
bool tcopy_capture_checksum_ok(const struct capture *c)
{
	/* Source and destination may change places in that sum. */
	return tcopy_checksum_ok(c->skb, c->thoff, &c->flow);
}

/* May production take payload of a SYN (RFC 7413)? Not by default, and then a
 * flood of such SYNs costs no more than one of others.
 */
static bool capture_fastopen(const struct tcopy_net *tn)
{
	return READ_ONCE(tn->net->ipv4.sysctl_tcp_fastopen) & TFO_SERVER_ENABLE;
}

/* Bytes of a packet that are in one piece, in its head or in its first page:
 * nearly all that are few. NULL when they are not.
 */
static const void *capture_piece(const struct sk_buff *skb, unsigned int off,
				 unsigned int len)
{
	unsigned int headlen = skb_headlen(skb);
	const skb_frag_t *frag = skb_shinfo(skb)->frags;
	const u8 *page;

	if (off + len <= headlen)
		return skb->data + off;
	off -= headlen;
	if ((int)off < 0 || !skb_shinfo(skb)->nr_frags ||
	    off + len > skb_frag_size(frag))
		return NULL;
	page = skb_frag_address_safe(frag);
	return page ? page + off : NULL;
}

/* An skb with the first bytes of a packet's payload; it will be cloned, to
 * leave.
 */
static struct sk_buff *capture_head(const struct capture *c, unsigned int off,
				    unsigned int len)
{
	struct sk_buff *skb = tcopy_spare_take(c->tn, TCOPY_EVENT_ROOM + len);
	const void *piece;

	if (!skb)
		return NULL;
	skb_reserve(skb, TCOPY_EVENT_ROOM);
	piece = capture_piece(c->skb, off, len);
	if (piece)
		__skb_put_data(skb, piece, len);
	else
		skb_copy_bits(c->skb, off, __skb_put(skb, len), len);
	return skb;
}

/* Payload by reference: what is linear is copied, pages are shared. */
static struct sk_buff *capture_share(const struct capture *c, unsigned int off)
{
	const struct sk_buff *from = c->skb;
	unsigned int headlen = skb_headlen(from), linear, i, start;
	struct sk_buff *skb;

	linear = headlen > off ? headlen - off : 0;
	skb = capture_head(c, off, linear);
	if (!skb)
		return NULL;

	start = headlen;
	for (i = 0; i < skb_shinfo(from)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(from)->frags[i];
		unsigned int size = skb_frag_size(frag);
		unsigned int skip = off > start ? off - start : 0;

		if (skip < size) {
			get_page(skb_frag_page(frag));
			skb_fill_page_desc(skb, skb_shinfo(skb)->nr_frags,
					   skb_frag_page(frag),
					   skb_frag_off(frag) + skip,
					   size - skip);
			skb_len_add(skb, size - skip);
		}
		start += size;
	}
	skb_shinfo(skb)->flags |= skb_shinfo(from)->flags & SKBFL_SHARED_FRAG;
	return skb;
}

/**
 * tcopy_capture_take() - a queue entry of a packet
 * @c:		the packet
 * @halfopen:	tcopy_event.halfopen
 *
 * Return: the entry, the caller's; NULL without memory.
 */
struct sk_buff *tcopy_capture_take(const struct capture *c, bool halfopen)
{
	unsigned int off = c->thoff + c->hlen, len = c->seg.len;
	const struct sk_buff *from = c->skb;
	struct tcopy_event *ev;
	struct sk_buff *skb;

	if (len <= CAPTURE_COPY_MAX)
		skb = capture_head(c, off, len);
	else if (skb_has_frag_list(from) || skb_zcopy((struct sk_buff *)from))
		skb = tcopy_hold_copy(from, off, len, TCOPY_EVENT_ROOM, 0);
	else
		skb = capture_share(c, off);
	if (!skb)
		return NULL;
	ev = tcopy_event(skb);
	ev->flow = c->flow;
	/* SACK blocks are about answers that the copy does not get. */
	memcpy(&ev->seg, &c->seg, offsetof(struct tcopy_seg, sack));
	ev->seg.sacks = 0;
	ev->dif = c->dif;
	ev->sdif = c->sdif;
	ev->halfopen = halfopen;
	ev->forward = c->forward;
	ev->reply = c->reply;
	return skb;
}

/* Does a target want a connection that it has not seen open? */
static bool capture_wants_old(const struct tcopy_rules *rules,
			      const struct capture *c,
			      struct rhlist_head *list)
{
	struct rhlist_head *pos;
	struct tcopy_session *s;
	struct tcopy_target *t;
	unsigned int i;
	u64 now_us = tcopy_now_us();
	bool has;

	tcopy_rule_for_each(rules, &c->flow, i, t) {
		if (!tcopy_target_conf(t)->pick_up || !READ_ONCE(t->copying) ||
		    tcopy_target_unwanted(t, &c->flow, now_us))
			continue;
		has = false;
		rhl_for_each_entry_rcu(s, pos, list, node)
			has |= s->target == t;
		if (!has)
			return true;
	}
	return false;
}

static bool capture_may_look(const struct tcopy_net *tn)
{
	struct tcopy_cpu *cpu = this_cpu_ptr(tn->cpu);

	if (cpu->looks_at != (u32)jiffies) {
		cpu->looks_at = (u32)jiffies;
		cpu->looks = 0;
	}
	return cpu->looks++ < CAPTURE_LOOKS_MAX;
}

/**
 * tcopy_capture_parse() - read a packet's TCP header, but for its options
 * @c:	its @seg and @hlen are filled
 * @th:	the fixed header
 *
 * Return: false when it is malformed.
 */
bool tcopy_capture_parse(struct capture *c, const struct tcphdr *th)
{
	c->hlen = th->doff * 4;
	if (c->hlen < sizeof(*th) || c->thoff + c->hlen > c->skb->len)
		return false;
	tcopy_seg_fixed(&c->seg, (const u8 *)th,
			c->skb->len - c->thoff - c->hlen);
	return true;
}

/**
 * tcopy_capture_options() - read the options as well
 * @c:	was parsed
 *
 * Only connections that begin ask for them.
 */
void tcopy_capture_options(struct capture *c)
{
	unsigned int off = c->thoff + sizeof(struct tcphdr);
	unsigned int len = c->hlen - sizeof(struct tcphdr);
	const u8 *p;
	u8 buf[40];

	p = skb_header_pointer(c->skb, off, len, buf);
	if (p)
		tcopy_seg_options(&c->seg, p, len);
}

/* Does the copy of a connection that is older than a target begin here? From
 * then on it is as if its SYN had been seen; but what the checksum says is for
 * the caller to count. Apart from him, who mostly has no need of @syn.
 */
static noinline enum tcopy_peer_pick
capture_pick(const struct tcopy_rules *rules, struct capture *c,
	     struct rhlist_head *list)
{
	enum tcopy_peer_pick pick;
	struct tcopy_syn syn;

	if (!capture_wants_old(rules, c, list))
		return TCOPY_PEER_WAIT;
	tcopy_capture_options(c);
	pick = tcopy_peer_pick(c->tn->net, c->skb, &c->flow, c->dif, c->sdif,
			       &c->seg, !c->skb->sk && capture_may_look(c->tn),
			       &syn);
	if (pick == TCOPY_PEER_BEGINS && tcopy_capture_checksum_ok(c))
		tcopy_halfopen_pick(c->tn, &c->flow, &syn);
	return pick;
}

/**
 * tcopy_capture_fragment() - the first fragment of a client's segment
 * @rules:	what to capture
 * @c:		the packet
 * @th:		its fixed header
 *
 * The rest of the segment comes without ports, and nobody puts it together
 * before this hook: only where production's path does so are fragments copied.
 * The copy has a gap, which is proven as any other: fragments are easily
 * forged, and production may never see them whole.
 */
void tcopy_capture_fragment(const struct tcopy_rules *rules, struct capture *c,
			    const struct tcphdr *th)
{
	capture_count(rules, c, th, TCOPY_A_STAT_FRAGMENT);
}

/* May it be behind a SYN of late? Nearly always the answer is no, and quickly
 * found.
 */
static bool capture_halfopen(const struct capture *c)
{
	u32 hash = tcopy_flow_hash(&c->flow, sizeof(c->flow), 0);

	return tcopy_halfopen_may(c->tn->halfopen, hash) &&
	       tcopy_halfopen_has(c->tn, &c->flow, c->seg.seq);
}

/* Is it a copy itself, on its way to a test service on this host? One that is a
 * target's online service as well would be copied in a circle.
 */
static bool capture_is_copy(const struct capture *c)
{
	struct tcopy_flow answer;

	tcopy_flow_reverse(&answer, &c->flow);
	return tcopy_session_find_copy(c->tn, &answer);
}

/* A client's packet to a port that is of interest. */
static noinline void capture_packet(const struct tcopy_rules *rules,
				    struct capture *c, const struct tcphdr *th)
{
	const struct sk_buff *skb = c->skb;
	enum tcopy_end why = TCOPY_END_GAP;
	enum tcopy_peer_pick pick = TCOPY_PEER_WAIT;
	struct rhlist_head *list;
	bool half = false;
	unsigned int i, bucket;
	struct sk_buff *entry;

	if (!c->forward)
		tcopy_probe_packet(rules, &c->flow, th);

	i = tcopy_rule_first(rules, ntohs(th->dest));
	if (!tcopy_rule_next(rules, &c->flow, &i))
		return;
	if (unlikely(READ_ONCE(c->tn->direct_local)) && capture_is_copy(c))
		return;

	bucket = TCOPY_A_STAT_MALFORMED;
	if (!tcopy_capture_parse(c, th))
		goto count;

	bucket = TCOPY_A_STAT_NOT_NEEDED;
	if (c->seg.flags & TCOPY_SYN) {
		if (c->seg.flags & (TCOPY_ACK | TCOPY_RST | TCOPY_FIN))
			goto count;
		/* Not even a SYN to be remembered */
		if (tcopy_rule_unwanted(rules, &c->flow))
			goto count;
		if (!tcopy_capture_checksum_ok(c)) {
			bucket = TCOPY_A_STAT_CHECKSUM;
			goto count;
		}
		tcopy_capture_options(c);
		tcopy_halfopen_add(c->tn, &c->flow, &c->seg);
		if (c->forward || !c->seg.len || !capture_fastopen(c->tn))
			goto count;
		c->seg.seq++;	/* as payload's */
		half = true;
		goto take;
	}
	if (!(c->seg.flags & (TCOPY_ACK | TCOPY_RST)))
		goto count;
	if (c->seg.flags & TCOPY_RST)
		c->seg.len = 0;

	half = c->forward ?
	       tcopy_halfopen_begins(c->tn, &c->flow, &c->seg) :
	       capture_halfopen(c);
	if (!half) {
		bool bare = !c->seg.len &&
			    !(c->seg.flags & (TCOPY_FIN | TCOPY_RST));

		if (bare && !c->forward)
			goto count;
		list = tcopy_session_list(c->tn, &c->flow);
		/* Cheap to verify: what follows trusts its ACK */
		if (bare && list && tcopy_capture_checksum_ok(c))
			tcopy_session_seen(list, &c->seg);
		if (bare)
			goto count;
		if (c->seg.len && (!list || tcopy_rule_more(rules, i)))
			pick = capture_pick(rules, c, list);
		if (!list && pick != TCOPY_PEER_BEGINS) {
			if (pick == TCOPY_PEER_NEVER)
				bucket = TCOPY_A_STAT_MPTCP;
			else if (c->seg.len)
				bucket = TCOPY_A_STAT_NO_SESSION;
			goto count;
		}
		/* What was shed costs no more than this. */
		if (pick != TCOPY_PEER_BEGINS &&
		    tcopy_session_over(list, &c->seg, &bucket))
			goto count;
	}

	bucket = TCOPY_A_STAT_CHECKSUM;
	if (!tcopy_capture_checksum_ok(c))
		goto count;
	if (c->forward && !half && !(c->seg.flags & TCOPY_RST))
		tcopy_session_seen(list, &c->seg);
	half |= pick == TCOPY_PEER_BEGINS;
take:
	if (half && tcopy_queue_behind(c->tn) &&
	    !tcopy_session_list(c->tn, &c->flow)) {
		/* Now or never: what comes later must not begin it. */
		tcopy_halfopen_del(c->tn, &c->flow, c->seg.seq);
		bucket = TCOPY_A_STAT_CPU_LIMIT;
		goto count;
	}
	bucket = TCOPY_A_STAT_UNSHAREABLE;
	if (skb_pfmemalloc(skb) || !tcopy_skb_readable(skb))
		goto missed;
	why = TCOPY_END_SHED;
	bucket = TCOPY_A_STAT_MEMORY_LIMIT;
	if (tcopy_mem_full(c->tn))
		goto missed;
	bucket = TCOPY_A_STAT_NO_MEMORY;
	entry = tcopy_capture_take(c, half);
	if (!entry)
		goto missed;
	bucket = TCOPY_A_STAT_QUEUE_FULL;
	if (!tcopy_queue_add(c->tn, entry, TCOPY_QUEUE_PACKET)) {
		kfree_skb(entry);
		goto missed;
	}
	return;

missed:
	if (pick == TCOPY_PEER_BEGINS)
		tcopy_halfopen_del(c->tn, &c->flow, c->seg.seq);
	if (!(c->seg.flags & TCOPY_SYN) &&
	    (c->seg.len || (c->seg.flags & TCOPY_FIN)))
		tcopy_session_missed(c->tn, &c->flow, why);
count:
	capture_count(rules, c, th, bucket);
}

/**
 * tcopy_capture_packet() - a client's packet to a port that is of interest
 * @rules:	what to capture
 * @c:		the packet
 * @th:		its fixed header
 *
 * Context: the hook.
 */
void tcopy_capture_packet(const struct tcopy_rules *rules, struct capture *c,
			  const struct tcphdr *th)
{
	u64 since_ns;

	if (!tcopy_profile_on()) {
		capture_packet(rules, c, th);
		return;
	}
	since_ns = ktime_get_ns();
	capture_packet(rules, c, th);
	tcopy_profile_add(c->tn, TCOPY_STAGE_CAPTURE, 1, since_ns);
}
