// SPDX-License-Identifier: GPL-2.0
/*
 * direct: answers that come to this host as packets, because nothing is
 * installed on the test host. Their headers are read, and they are swallowed
 * before this host's stack sees them: it has no socket for them, and would
 * answer with RST.
 *
 * DOC: Where
 *
 * PRE_ROUTING, right behind defragmentation (-400) and in front of all else:
 * the raw table (-300), conntrack (-200), DNAT. A segment is whole there; no
 * rule can drop, rewrite or log what is none of the host's business, whatever
 * its firewall; conntrack makes no entry for, and no "invalid" of, answers
 * whose requests left untracked; and rp_filter, which looks when the packet is
 * routed, does not matter. That holds with and without conntrack: where it is
 * not there, nothing is at -400 either.
 *
 * LOCAL_OUT likewise, for test services on this host: over loopback an answer
 * would reach conntrack on its way out first. It is registered only for those.
 *
 * DOC: Whose
 *
 * A packet is swallowed when a copy, or a probe, waits for exactly it; and a
 * socket of this host that has the same addresses and ports has it all the
 * same, as does a connection that conntrack knows (of IPv4): the copy is
 * evicted, without a word. A SYN is never an answer.
 * Everything else goes on as it was.
 *
 * DOC: When it is over
 *
 * A copy stays in the tables for 2 s after its end (200 ms when its target is
 * removed), so that what is still on its way is swallowed, too. What comes
 * later than that, or after the hook has left, meets this host's stack, which
 * resets it: when all copies were reset before, that only ever hits what has
 * missed all those RSTs.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "checksum.h"
#include "direct.h"
#include "direct_int.h"
#include "peer.h"
#include "probe.h"
#include "queue.h"
#include "session.h"

#define DIRECT_PRIORITY		(NF_IP_PRI_CONNTRACK_DEFRAG + 1)
static_assert((int)NF_IP_PRI_CONNTRACK_DEFRAG ==
	      (int)NF_IP6_PRI_CONNTRACK_DEFRAG);
static_assert(DIRECT_PRIORITY < NF_IP_PRI_RAW);

/**
 * struct direct - one packet, while the hook looks at it
 * @tn:		the namespace
 * @on:		whose answers are waited for
 * @skb:	the packet: read only, until it is swallowed
 * @thoff:	offset of its TCP or ICMP header from skb->data
 * @dif:	device it came in by, as the socket tables see it
 * @sdif:	its slave when that is a VRF, else 0
 * @flow:	test service to this host; of an ICMP error, of the answer that
 *		will not come
 */
struct direct {
	struct tcopy_net *tn;
	const struct tcopy_direct *on;
	struct sk_buff *skb;
	unsigned int thoff;
	int dif;
	int sdif;
	struct tcopy_flow flow;
};

static void direct_device(struct direct *d, const struct net_device *in)
{
	d->dif = in ? in->ifindex : LOOPBACK_IFINDEX;
	d->sdif = 0;
	if (in && netif_is_l3_slave(in)) {
		d->sdif = d->dif;
		d->dif = l3mdev_master_ifindex_rcu(in);
	}
}

static unsigned int direct_swallow(struct direct *d)
{
	consume_skb(d->skb);
	return NF_STOLEN;
}

/* Does the packet belong to a connection that is masqueraded here? Copies are
 * untracked, so conntrack knows none of theirs. It is asked about IPv4 alone,
 * which is all that the kernel's function reads; on the way out nothing is
 * masqueraded yet, and a packet has no device by which to ask.
 */
static bool direct_tracked(const struct direct *d)
{
	struct nf_conntrack_tuple tuple;

	return d->flow.family == 4 && d->skb->dev &&
	       nf_ct_get_tuple_skb(&tuple, d->skb);
}

/* The target that the packet is for; NULL: it is not ours. */
static struct tcopy_target *direct_owner(const struct direct *d,
					 struct tcopy_session **session)
{
	struct tcopy_session *s = tcopy_session_find_copy(d->tn, &d->flow);

	*session = s;
	if (!s)
		return tcopy_probe_awaits(rcu_dereference(d->tn->rules),
					  &d->flow);
	if (!s->target->direct)
		return NULL;
	if (tcopy_peer_any(d->tn->net, &d->flow, d->dif, d->sdif) ||
	    direct_tracked(d)) {
		tcopy_session_yield(s);
		return NULL;
	}
	return s->target;
}

/* Leave what is known of the packet to the queue. False without room. */
static bool direct_queue(const struct direct *d,
			 const struct direct_entry *entry)
{
	struct sk_buff *skb = alloc_skb(sizeof(*entry), TCOPY_GFP);

	if (!skb)
		return false;
	memcpy(skb_put(skb, sizeof(*entry)), entry, sizeof(*entry));
	if (tcopy_queue_add(d->tn, skb, TCOPY_QUEUE_ANSWER))
		return true;
	kfree_skb(skb);
	return false;
}

/* A segment from a port of interest; @th is its fixed header. */
static noinline unsigned int direct_tcp(struct direct *d,
					const struct tcphdr *th, bool fragment)
{
	unsigned int hlen = th->doff * 4, start = d->thoff + hlen;
	const struct sk_buff *skb = d->skb;
	struct direct_entry entry = {};
	struct tcopy_session *s;
	struct tcopy_target *t;
	const u8 *p = NULL;
	u8 buf[60];

	d->flow.sport = th->source;
	d->flow.dport = th->dest;
	if (th->syn && !th->ack)
		return NF_ACCEPT;
	t = direct_owner(d, &s);
	if (!t)
		return NF_ACCEPT;
	if (unlikely(fragment)) {
		/* Its other fragments have no ports. Where nobody has put it
		 * together so far, the answer never gets whole.
		 */
		if (s)
			tcopy_session_broken(s, TCOPY_END_UNSUPPORTED);
		goto lost;
	}
	if (hlen >= sizeof(*th) && start <= skb->len)
		p = skb_header_pointer(skb, d->thoff, hlen, buf);
	if (!p ||
	    tcopy_seg_parse(&entry.seg, p, hlen, skb->len - start) < 0 ||
	    !tcopy_checksum_ok(skb, d->thoff, &d->flow))
		goto lost;
	tcopy_count_add(t, ANSWER_BYTES, entry.seg.len);
	entry.flow = d->flow;
	if (direct_queue(d, &entry))
		return direct_swallow(d);
lost:
	tcopy_count(t, ANSWERS_LOST);
	return direct_swallow(d);
}

/**
 * direct_error() - an ICMP error about a packet that may be a copy
 * @d:		its @flow is filled but for the ports
 * @off:	offset of the TCP header that it quotes
 * @mtu:	what would have got through, 0: nothing
 *
 * This host's stack would find no socket for it, and ignore it: so whatever it
 * says of a path's MTU is used here or nowhere. It changes no route: only the
 * copy that it is about, and only when it quotes what that has in flight.
 */
static noinline unsigned int direct_error(struct direct *d, unsigned int off,
					  u32 mtu)
{
	struct direct_entry entry = { .error = true };
	u32 hdr = d->flow.family == 4 ? 40 : 60;
	struct tcopy_session *s;
	struct tcopy_target *t;
	struct {
		__be16 sport;
		__be16 dport;
		__be32 seq;
	} buf, *quoted;		/* all that RFC 792 promises */

	quoted = skb_header_pointer(d->skb, off, sizeof(buf), &buf);
	if (!quoted || !test_bit(ntohs(quoted->dport), d->on->ports))
		return NF_ACCEPT;
	d->flow.sport = quoted->dport;
	d->flow.dport = quoted->sport;
	t = direct_owner(d, &s);
	if (!t)
		return NF_ACCEPT;
	entry.flow = d->flow;
	entry.seg.seq = ntohl(quoted->seq);
	if (mtu)
		entry.path_mss = clamp_t(u32, mtu, hdr + 1, 65535) - hdr;
	if (direct_queue(d, &entry))
		tcopy_count(t, ANSWER_ERRORS);
	else
		tcopy_count(t, ANSWERS_LOST);
	return direct_swallow(d);
}

static noinline unsigned int direct_icmp(struct direct *d)
{
	const struct sk_buff *skb = d->skb;
	struct icmphdr buf, *icmp;
	struct iphdr ibuf, *iph;
	unsigned int off = d->thoff + sizeof(buf);
	u32 mtu = 0;

	icmp = skb_header_pointer(skb, d->thoff, sizeof(buf), &buf);
	if (!icmp || !icmp_is_err(icmp->type) ||
	    icmp->type == ICMP_REDIRECT || icmp->type == ICMP_SOURCE_QUENCH)
		return NF_ACCEPT;
	iph = skb_header_pointer(skb, off, sizeof(ibuf), &ibuf);
	if (!iph || iph->version != 4 || iph->ihl < 5 ||
	    iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_OFFSET) ||
	    csum_fold(skb_checksum(skb, d->thoff, skb->len - d->thoff, 0)))
		return NF_ACCEPT;
	/* A router that knows no better says 0: not less than RFC 791 has. */
	if (icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED)
		mtu = max_t(u32, ntohs(icmp->un.frag.mtu), 576);
	memset(&d->flow, 0, sizeof(d->flow));
	d->flow.family = 4;
	d->flow.src.v4 = iph->daddr;
	d->flow.dst.v4 = iph->saddr;
	return direct_error(d, off + iph->ihl * 4, mtu);
}

static unsigned int direct_v4(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct tcopy_net *tn = tcopy_netns_find(state->net);
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th;
	struct tcphdr buf;
	struct direct d;

	if (iph->protocol != IPPROTO_TCP && iph->protocol != IPPROTO_ICMP)
		return NF_ACCEPT;
	d.on = rcu_dereference(tn->direct);
	if (!d.on || iph->frag_off & htons(IP_OFFSET))
		return NF_ACCEPT;
	d.tn = tn;
	d.skb = skb;
	d.thoff = skb_network_offset(skb) + iph->ihl * 4;
	direct_device(&d, state->in);
	if (iph->protocol == IPPROTO_ICMP)
		return direct_icmp(&d);
	th = skb_header_pointer(skb, d.thoff, sizeof(buf), &buf);
	if (!th || !test_bit(ntohs(th->source), d.on->ports))
		return NF_ACCEPT;

	memset(&d.flow, 0, sizeof(d.flow));
	d.flow.family = 4;
	d.flow.src.v4 = iph->saddr;
	d.flow.dst.v4 = iph->daddr;
	return direct_tcp(&d, th, iph->frag_off & htons(IP_MF));
}

#if IS_ENABLED(CONFIG_IPV6)
static noinline unsigned int direct_icmpv6(struct direct *d)
{
	const struct sk_buff *skb = d->skb;
	const struct ipv6hdr *outer = ipv6_hdr(skb);
	unsigned int len = skb->len - d->thoff;
	struct ipv6hdr ibuf, *iph;
	struct icmp6hdr buf, *icmp;
	__be16 frag_off = 0;
	u32 mtu = 0;
	u8 nexthdr;
	int off;

	icmp = skb_header_pointer(skb, d->thoff, sizeof(buf), &buf);
	if (!icmp || icmp->icmp6_type & ICMPV6_INFOMSG_MASK)
		return NF_ACCEPT;
	off = d->thoff + sizeof(buf);
	iph = skb_header_pointer(skb, off, sizeof(ibuf), &ibuf);
	if (!iph || iph->version != 6)
		return NF_ACCEPT;
	memset(&d->flow, 0, sizeof(d->flow));
	d->flow.family = 6;
	memcpy(d->flow.src.v6, &iph->daddr, 16);
	memcpy(d->flow.dst.v6, &iph->saddr, 16);
	nexthdr = iph->nexthdr;
	off = ipv6_skip_exthdr(skb, off + sizeof(*iph), &nexthdr, &frag_off);
	if (off < 0 || nexthdr != IPPROTO_TCP ||
	    csum_ipv6_magic(&outer->saddr, &outer->daddr, len, IPPROTO_ICMPV6,
			    skb_checksum(skb, d->thoff, len, 0)))
		return NF_ACCEPT;
	/* RFC 8200: less is none. */
	if (icmp->icmp6_type == ICMPV6_PKT_TOOBIG)
		mtu = max_t(u32, ntohl(icmp->icmp6_mtu), IPV6_MIN_MTU);
	return direct_error(d, off, mtu);
}

static unsigned int direct_v6(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct tcopy_net *tn = tcopy_netns_find(state->net);
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	int thoff = skb_network_offset(skb) + sizeof(*iph);
	u8 nexthdr = iph->nexthdr;
	const struct tcphdr *th;
	__be16 frag_off = 0;
	struct tcphdr buf;
	struct direct d;

	d.on = rcu_dereference(tn->direct);
	if (!d.on)
		return NF_ACCEPT;
	if (ipv6_ext_hdr(nexthdr)) {
		thoff = ipv6_skip_exthdr(skb, thoff, &nexthdr, &frag_off);
		if (thoff < 0)
			return NF_ACCEPT;
	}
	d.tn = tn;
	d.skb = skb;
	d.thoff = thoff;
	direct_device(&d, state->in);
	if (nexthdr == IPPROTO_ICMPV6)
		return direct_icmpv6(&d);
	if (nexthdr != IPPROTO_TCP)
		return NF_ACCEPT;
	th = skb_header_pointer(skb, d.thoff, sizeof(buf), &buf);
	if (!th || !test_bit(ntohs(th->source), d.on->ports))
		return NF_ACCEPT;

	memset(&d.flow, 0, sizeof(d.flow));
	d.flow.family = 6;
	memcpy(d.flow.src.v6, &iph->saddr, 16);
	memcpy(d.flow.dst.v6, &iph->daddr, 16);
	return direct_tcp(&d, th, frag_off & htons(IP6_MF));
}
#endif

/* Sockets send from process context as well. */
static unsigned int direct_out_v4(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = direct_v4(priv, skb, state);
	local_bh_enable();
	return verdict;
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int direct_out_v6(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = direct_v6(priv, skb, state);
	local_bh_enable();
	return verdict;
}
#endif

static const struct nf_hook_ops direct_ops[] = {
	{
		.hook = direct_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = DIRECT_PRIORITY,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = direct_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = DIRECT_PRIORITY,
	},
#endif
};

static const struct nf_hook_ops direct_out_ops[] = {
	{
		.hook = direct_out_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = DIRECT_PRIORITY,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = direct_out_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = DIRECT_PRIORITY,
	},
#endif
};

/**
 * tcopy_direct_hook() - look at what comes in
 * @net:	the namespace
 * @out:	at what leaves instead, for test services on this host
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_direct_hook(struct net *net, bool out)
{
	return out ? nf_register_net_hooks(net, direct_out_ops,
					   ARRAY_SIZE(direct_out_ops)) :
		     nf_register_net_hooks(net, direct_ops,
					   ARRAY_SIZE(direct_ops));
}

/**
 * tcopy_direct_unhook() - take that back
 * @net:	the namespace
 * @out:	as above
 *
 * Context: process; may sleep.
 */
void tcopy_direct_unhook(struct net *net, bool out)
{
	if (out)
		nf_unregister_net_hooks(net, direct_out_ops,
					ARRAY_SIZE(direct_out_ops));
	else
		nf_unregister_net_hooks(net, direct_ops,
					ARRAY_SIZE(direct_ops));
}
