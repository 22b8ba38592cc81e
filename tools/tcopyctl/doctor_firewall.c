// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: rules of nftables that no copy, or no answer, gets past. What drops
 * only some of them is not looked for: counters tell of that.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "doctor.h"
#include "route.h"

#define SYN		0x02
#define SYN_ACK		0x12
#define STATE(ct)	NF_CT_STATE_BIT(ct)

/* kmod/intercept/netns.c: its hook at POST_ROUTING */
#define ICEPT_PRIORITY	(INT_MAX - 10)

static void know(struct nf_bytes *bytes, u32 at, const void *v, u32 len)
{
	memcpy(bytes->v + at, v, len);
	memset(bytes->known + at, 1, len);
}

/* A TCP packet of which nothing else is known. */
static void packet_new(struct nf_packet *p, u8 family, u8 flags)
{
	const u8 proto = IPPROTO_TCP;

	memset(p, 0, sizeof(*p));
	p->family = family;
	know(&p->net, family == NFPROTO_IPV4 ? 9 : 6, &proto, 1);
	know(&p->tcp, 13, &flags, 1);
}

/* Where rules change packets, what they are later is not known. */
static void packet_port(struct nf_packet *p, const struct nf_rules *rules,
			u32 at, u16 port, u32 ct_state)
{
	port = htons(port);
	if (rules->rewrites)
		return;
	know(&p->tcp, at, &port, sizeof(port));
	p->ct_state = ct_state;
}

static const char *family_text(const struct nf_chain *c)
{
	return c->family == NFPROTO_INET ? "inet" :
	       c->family == NFPROTO_IPV4 ? "ip" : "ip6";
}

static void found(struct doctor *d, const struct advice *advice,
		  const struct subject *about, const struct nf_chain *c,
		  const char *what, const char *match)
{
	static const char * const hooks[] = {
		[NF_INET_PRE_ROUTING] = "prerouting",
		[NF_INET_LOCAL_IN] = "input",
		[NF_INET_FORWARD] = "forward",
		[NF_INET_LOCAL_OUT] = "output",
		[NF_INET_POST_ROUTING] = "postrouting",
	};
	struct subject s = *about;

	snprintf(s.word, sizeof(s.word), "%s %s %s %s", family_text(c),
		 c->table, c->name, match);
	doctor_found(d, advice, &s,
		     "the chain %s of the table %s %s (hook %s) drops %s",
		     c->name, family_text(c), c->table, hooks[c->hook], what);
}

static void examine_target(struct doctor *d, const struct target *t)
{
	static const struct advice out = {
		"firewall-out",
		"no copy leaves this host: to rules copies are untracked packets with clients' source addresses",
		"nft insert rule %s accept"
	};
	u8 family = t->to.family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	u32 len = t->to.family == 4 ? 4 : 16;
	char match[2 * ENDPOINT_TEXT], addr[ENDPOINT_TEXT];
	struct endpoint to = t->to;
	const struct nf_chain *c;
	struct nf_packet p;
	struct subject s;
	struct route r;

	if (route_get(&r, &t->to, t->dev, t->mark) || r.type != RTN_UNICAST)
		return;
	d->checks++;
	packet_new(&p, family, SYN);
	packet_port(&p, &d->nf, 2, t->to.port, NF_CT_STATE_UNTRACKED_BIT);
	know(&p.net, len == 4 ? 16 : 24, &t->to.addr, len);
	if (if_indextoname(r.oif, p.out_name))
		p.out = r.oif;
	c = nf_drops(&d->nf, &p, NF_INET_LOCAL_OUT, INT_MAX);
	p.out = 0;		/* routed anew by a mark, perhaps */
	if (!c)
		c = nf_drops(&d->nf, &p, NF_INET_POST_ROUTING, INT_MAX);
	if (!c)
		return;
	to.port = 0;
	to.ifindex = 0;
	snprintf(match, sizeof(match), "%s daddr %s tcp dport %u",
		 len == 4 ? "ip" : "ip6", endpoint_text(addr, &to),
		 t->to.port);
	doctor_subject(&s, "", "target %u%s%s", t->id, *t->name ? " " : "",
		       t->name);
	found(d, &out, &s, c, "every copy", match);
}

/* Can other hosts reach this one by IPv6? */
static bool speaks_v6(void)
{
	FILE *file = fopen("/proc/self/net/if_inet6", "re");
	unsigned int scope;
	bool any = false;

	while (file && !any &&
	       fscanf(file, "%*32s %*x %*x %x %*x %*15s", &scope) == 1)
		any = !scope;
	if (file)
		fclose(file);
	return any;
}

static const struct nf_chain *drops_copy(struct doctor *d, u16 port, u8 family)
{
	const struct nf_chain *c;
	struct nf_packet p;

	packet_new(&p, family, SYN);
	packet_port(&p, &d->nf, 2, port, STATE(IP_CT_NEW));
	p.in = true;
	c = nf_drops(&d->nf, &p, NF_INET_PRE_ROUTING, INT_MAX);
	return c ? c : nf_drops(&d->nf, &p, NF_INET_LOCAL_IN, INT_MAX);
}

static const struct nf_chain *drops_answer(struct doctor *d, u16 port,
					   u8 family)
{
	const struct nf_chain *c;
	struct nf_packet p;

	packet_new(&p, family, SYN_ACK);
	packet_port(&p, &d->nf, 0, port, STATE(IP_CT_ESTABLISHED));
	c = nf_drops(&d->nf, &p, NF_INET_LOCAL_OUT, INT_MAX);
	return c ? c : nf_drops(&d->nf, &p, NF_INET_POST_ROUTING,
				ICEPT_PRIORITY);
}

static void examine_port(struct doctor *d, u16 port, bool v6)
{
	static const struct advice in = {
		"firewall-in",
		"copies, and probes, are dropped before the service sees them",
		"nft insert rule %s accept"
	};
	static const struct advice out = {
		"firewall-answers",
		"answers are dropped before they could be stolen: online hosts hear of none, and copy nothing",
		"nft insert rule %s accept"
	};
	const struct nf_chain *c;
	char match[32];
	struct subject s;

	d->checks += 2;
	doctor_subject(&s, "", "port %u", port);
	/* where copies come by both, one that lets them in is enough */
	c = drops_copy(d, port, NFPROTO_IPV4);
	snprintf(match, sizeof(match), "tcp dport %u", port);
	if (c && (!v6 || drops_copy(d, port, NFPROTO_IPV6)))
		found(d, &in, &s, c, "every packet to it", match);
	c = drops_answer(d, port, NFPROTO_IPV4);
	snprintf(match, sizeof(match), "tcp sport %u", port);
	if (c && (!v6 || drops_answer(d, port, NFPROTO_IPV6)))
		found(d, &out, &s, c, "every answer of it", match);
}

/**
 * doctor_firewall() - examine the rules of nftables
 * @d: the examination
 */
void doctor_firewall(struct doctor *d)
{
	bool v6 = speaks_v6();
	size_t i;

	if (!d->nf.chain_n)
		return;
	for (i = 0; i < d->now.targets.n; i++)
		examine_target(d, &d->now.targets.v[i]);
	for (i = 0; i < d->now.icepts.n; i++)
		if (!d->now.icepts.v[i].addr.family)
			examine_port(d, d->now.icepts.v[i].port, v6);
}
