// SPDX-License-Identifier: GPL-2.0
/* What the rules of nf_tables are sure to do to a packet. */
#include <stdio.h>

#include "nf_int.h"

#define DEPTH	16		/* of jumps: NFT_JUMP_STACK_SIZE */
/* Rules that are followed for one packet: chains that jump to each other can
 * make more ways than anybody waits for. What is behind may do anything.
 */
#define RULES	20000

static unsigned int chain_fate(struct nf_rules *rules,
			       const struct nf_packet *packet, size_t chain,
			       unsigned int depth);

static size_t chain_find(const struct nf_rules *rules,
			 const struct nf_chain *near, const char *name)
{
	size_t i;

	for (i = 0; i < rules->chain_n; i++)
		if (rules->chain[i].family == near->family &&
		    !strcmp(rules->chain[i].table, near->table) &&
		    !strcmp(rules->chain[i].name, name))
			break;
	return i;
}

static unsigned int verdict_fate(const struct nf_state *s, unsigned int depth)
{
	unsigned int may;
	size_t chain;

	switch (s->verdict.code) {
	case NF_DROP:
		return NF_MAY_DROP;
	case NF_ACCEPT:
		return NF_MAY_ACCEPT;
	case NFT_CONTINUE:
		return NF_MAY_GO_ON;
	case NFT_RETURN:
		return NF_MAY_LEAVE;
	case NFT_JUMP:
	case NFT_GOTO:
		chain = chain_find(s->rules, s->chain, s->verdict.chain);
		if (chain == s->rules->chain_n || depth == DEPTH)
			return NF_MAY_ANYTHING;
		may = chain_fate(s->rules, s->packet, chain, depth + 1);
		if (s->verdict.code == NFT_JUMP && may & NF_MAY_LEAVE)
			may = (may & ~NF_MAY_LEAVE) | NF_MAY_GO_ON;
		return may;
	default:		/* a queue's reader decides */
		return NF_MAY_ANYTHING;
	}
}

static unsigned int rule_fate(struct nf_state *s, const struct nlattr *exprs,
			      unsigned int depth)
{
	const struct nlattr *expr;
	unsigned int may;

	mnl_attr_for_each_nested(expr, exprs) {
		nf_expr_read(s, expr);
		if (s->match == NF_NO)
			return s->may | NF_MAY_GO_ON;
		if (s->said)
			break;
	}
	may = s->said ? verdict_fate(s, depth) : NF_MAY_GO_ON;
	if (s->match == NF_MAYBE)
		may |= NF_MAY_GO_ON;
	return may | s->may;
}

static unsigned int chain_fate(struct nf_rules *rules,
			       const struct nf_packet *packet, size_t chain,
			       unsigned int depth)
{
	unsigned int may, all = 0;
	struct nf_state s;
	size_t i;

	for (i = 0; i < rules->chain[chain].rule_n; i++) {
		if (!rules->left)
			return NF_MAY_ANYTHING;
		rules->left--;
		memset(&s, 0, sizeof(s));
		s.rules = rules;
		s.packet = packet;
		s.chain = &rules->chain[chain];
		s.match = NF_YES;
		may = rule_fate(&s, rules->chain[chain].rule[i], depth);
		all |= may & ~NF_MAY_GO_ON;
		if (!(may & NF_MAY_GO_ON))
			return all;
	}
	return all | NF_MAY_LEAVE;
}

/**
 * nf_drops() - the chain that is sure to drop a packet
 * @rules:	all
 * @packet:	what is known of it
 * @hook:	NF_INET_PRE_ROUTING, ...
 * @before:	chains of this priority, and behind, do not count
 *
 * Return: a base chain, or NULL: the packet may pass.
 */
const struct nf_chain *nf_drops(struct nf_rules *rules,
				const struct nf_packet *packet, u32 hook,
				s32 before)
{
	const struct nf_chain *c;
	unsigned int may;
	size_t i;

	for (i = 0; i < rules->chain_n; i++) {
		c = &rules->chain[i];
		if (!c->base || c->hook != hook || c->priority >= before ||
		    (c->family != packet->family &&
		     c->family != NFPROTO_INET))
			continue;
		rules->left = RULES;
		may = chain_fate(rules, packet, i, 0);
		if (may & NF_MAY_LEAVE)
			may = (may & ~NF_MAY_LEAVE) |
			      (c->drops ? NF_MAY_DROP : NF_MAY_ACCEPT);
		if (may == NF_MAY_DROP)
			return c;
	}
	return NULL;
}
