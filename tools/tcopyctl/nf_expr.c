// SPDX-License-Identifier: GPL-2.0
/* What an expression of nf_tables makes of a packet. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>

#include "nf_int.h"

#define ATTRS	16		/* of any expression that is understood */

static void read_attrs(const struct nlattr *tb[ATTRS],
		       const struct nlattr *data)
{
	const struct nlattr *attr;

	memset(tb, 0, ATTRS * sizeof(*tb));
	if (!data)
		return;
	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) < ATTRS)
			tb[mnl_attr_get_type(attr)] = attr;
}

static u32 number(const struct nlattr *attr)
{
	return attr ? nf_get_u32(attr) : 0;
}

/* The first byte of a register, if so many bytes fit behind it. */
static bool reg_at(u32 *at, const struct nlattr *attr, u32 len)
{
	u32 reg = number(attr);

	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
		*at = (reg - NFT_REG_1) * NFT_REG_SIZE;
	else if (reg >= NFT_REG32_00 && reg <= NFT_REG32_15)
		*at = (reg - NFT_REG32_00) * NFT_REG32_SIZE;
	else
		return false;
	return len <= sizeof(((struct nf_bytes *)0)->v) - *at;
}

static void forget(struct nf_state *s)
{
	memset(s->reg.known, 0, sizeof(s->reg.known));
	memset(s->not_lo, 0, sizeof(s->not_lo));
}

static void maybe(struct nf_state *s)
{
	if (s->match == NF_YES)
		s->match = NF_MAYBE;
}

/* It may do anything. */
static void lost(struct nf_state *s)
{
	maybe(s);
	s->may |= NF_MAY_ANYTHING;
	forget(s);
}

/* Whole registers are written: what is behind @len bytes is 0. */
static void load(struct nf_state *s, u32 at, const void *v, u32 len)
{
	u32 whole = (len + NFT_REG32_SIZE - 1) / NFT_REG32_SIZE *
		    NFT_REG32_SIZE;

	memset(s->reg.v + at, 0, whole);
	memset(s->reg.known + at, v ? 1 : 0, whole);
	if (v)
		memcpy(s->reg.v + at, v, len);
	s->not_lo[at] = false;
}

static bool read_value(const u8 **v, u32 *len, const struct nlattr *data)
{
	const struct nlattr *attr;

	if (!data)
		return false;
	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == NFTA_DATA_VALUE) {
			*v = mnl_attr_get_payload(attr);
			*len = mnl_attr_get_payload_len(attr);
			return *len > 0 && *len <= NFT_REG_SIZE;
		}
	return false;
}

static void decide(struct nf_state *s, bool matches)
{
	if (!matches)
		s->match = NF_NO;
}

static void read_meta(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	const struct nf_packet *p = s->packet;
	const u8 proto = IPPROTO_TCP;
	u16 type = htons(p->family == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	u32 at;

	if (tb[NFTA_META_SREG])
		return;		/* marks and the like are never known */
	if (!reg_at(&at, tb[NFTA_META_DREG], NFT_REG_SIZE)) {
		lost(s);
		return;
	}
	switch (number(tb[NFTA_META_KEY])) {
	case NFT_META_L4PROTO:
		load(s, at, &proto, 1);
		break;
	case NFT_META_NFPROTO:
		load(s, at, &p->family, 1);
		break;
	case NFT_META_PROTOCOL:
		load(s, at, p->in ? &type : NULL, 2);
		break;
	case NFT_META_IIF:
	case NFT_META_IIFNAME:
		load(s, at, NULL, NFT_REG_SIZE);
		s->not_lo[at] = p->in;
		break;
	case NFT_META_OIF:
		load(s, at, p->out ? &p->out : NULL, sizeof(p->out));
		break;
	case NFT_META_OIFNAME:
		load(s, at, p->out ? p->out_name : NULL, sizeof(p->out_name));
		break;
	default:
		load(s, at, NULL, NFT_REG_SIZE);
	}
}

static void read_ct(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	u32 at;

	if (tb[NFTA_CT_SREG])
		return;
	if (!reg_at(&at, tb[NFTA_CT_DREG], NFT_REG_SIZE)) {
		lost(s);
		return;
	}
	load(s, at, NULL, NFT_REG_SIZE);
	if (number(tb[NFTA_CT_KEY]) == NFT_CT_STATE && s->packet->ct_state)
		load(s, at, &s->packet->ct_state, sizeof(u32));
	else if (number(tb[NFTA_CT_KEY]) != NFT_CT_STATE)
		maybe(s);	/* there may be no such entry */
}

static void read_payload(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	u32 len = number(tb[NFTA_PAYLOAD_LEN]), at, i;
	u32 from = number(tb[NFTA_PAYLOAD_OFFSET]);
	u32 base = number(tb[NFTA_PAYLOAD_BASE]);
	const struct nf_bytes *header;

	if (tb[NFTA_PAYLOAD_SREG] ||
	    !reg_at(&at, tb[NFTA_PAYLOAD_DREG], len)) {
		lost(s);
		return;
	}
	load(s, at, NULL, len);
	header = base == NFT_PAYLOAD_NETWORK_HEADER ? &s->packet->net :
		 base == NFT_PAYLOAD_TRANSPORT_HEADER ? &s->packet->tcp : NULL;
	if (!header || from > sizeof(header->v) ||
	    len > sizeof(header->v) - from) {
		maybe(s);
		return;
	}
	for (i = 0; i < len; i++) {
		s->reg.v[at + i] = header->v[from + i];
		s->reg.known[at + i] = header->known[from + i];
	}
}

static void read_bitwise(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	u32 len = number(tb[NFTA_BITWISE_LEN]), mask_len, xor_len, from, at, i;
	const u8 *mask, *xor;

	if (number(tb[NFTA_BITWISE_OP]) != NFT_BITWISE_BOOL ||
	    !read_value(&mask, &mask_len, tb[NFTA_BITWISE_MASK]) ||
	    !read_value(&xor, &xor_len, tb[NFTA_BITWISE_XOR]) ||
	    mask_len != len || xor_len != len ||
	    !reg_at(&from, tb[NFTA_BITWISE_SREG], len) ||
	    !reg_at(&at, tb[NFTA_BITWISE_DREG], len)) {
		forget(s);
		return;
	}
	s->not_lo[at] = false;
	for (i = 0; i < len; i++) {
		s->reg.known[at + i] = s->reg.known[from + i] || !mask[i];
		s->reg.v[at + i] = (s->reg.v[from + i] & mask[i]) ^ xor[i];
	}
}

static bool all_known(const struct nf_state *s, u32 at, u32 len)
{
	while (len--)
		if (!s->reg.known[at + len])
			return false;
	return true;
}

/* Some known byte is another one. */
static bool differs(const struct nf_state *s, u32 at, const u8 *v, u32 len)
{
	while (len--)
		if (s->reg.known[at + len] && s->reg.v[at + len] != v[len])
			return true;
	return false;
}

static bool is_lo(const u8 *v, u32 len)
{
	const u32 index = 1;

	return (len == sizeof(index) && !memcmp(v, &index, len)) ||
	       (len > sizeof(index) && !memcmp(v, "lo", 3));
}

static void read_cmp(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	u32 op = number(tb[NFTA_CMP_OP]), at, len;
	const u8 *v;
	int rc;

	if (!read_value(&v, &len, tb[NFTA_CMP_DATA]) ||
	    !reg_at(&at, tb[NFTA_CMP_SREG], len)) {
		maybe(s);
		return;
	}
	if (!all_known(s, at, len)) {
		if ((op != NFT_CMP_EQ && op != NFT_CMP_NEQ) ||
		    (!differs(s, at, v, len) &&
		     !(s->not_lo[at] && is_lo(v, len))))
			maybe(s);
		else
			decide(s, op == NFT_CMP_NEQ);
		return;
	}
	rc = memcmp(s->reg.v + at, v, len);
	switch (op) {
	case NFT_CMP_EQ:
		decide(s, !rc);
		break;
	case NFT_CMP_NEQ:
		decide(s, rc);
		break;
	case NFT_CMP_LT:
		decide(s, rc < 0);
		break;
	case NFT_CMP_LTE:
		decide(s, rc <= 0);
		break;
	case NFT_CMP_GT:
		decide(s, rc > 0);
		break;
	case NFT_CMP_GTE:
		decide(s, rc >= 0);
		break;
	default:
		maybe(s);
	}
}

static void read_range(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	u32 op = number(tb[NFTA_RANGE_OP]), at, len, to_len;
	const u8 *from, *to;

	if (!read_value(&from, &len, tb[NFTA_RANGE_FROM_DATA]) ||
	    !read_value(&to, &to_len, tb[NFTA_RANGE_TO_DATA]) ||
	    len != to_len || !reg_at(&at, tb[NFTA_RANGE_SREG], len) ||
	    !all_known(s, at, len) || op > NFT_RANGE_NEQ)
		maybe(s);
	else
		decide(s, (memcmp(s->reg.v + at, from, len) >= 0 &&
			   memcmp(s->reg.v + at, to, len) <= 0) ==
			  (op == NFT_RANGE_EQ));
}

static void read_lookup(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	bool invert = number(tb[NFTA_LOOKUP_FLAGS]) & NFT_LOOKUP_F_INV;
	char name[NF_NAME] = "";
	int has = -1;
	u32 at;

	if (tb[NFTA_LOOKUP_SET])
		nf_get_name(name, tb[NFTA_LOOKUP_SET]);
	if (reg_at(&at, tb[NFTA_LOOKUP_SREG], 1))
		has = nf_set_has(s, name, at);
	if (has >= 0) {
		decide(s, has != invert);
		if (tb[NFTA_LOOKUP_DREG])
			forget(s);
	} else if (tb[NFTA_LOOKUP_DREG]) {
		lost(s);	/* any verdict, or any value */
	} else {
		maybe(s);
	}
}

static void read_immediate(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	const struct nlattr *attr;
	const u8 *v;
	u32 at, len;

	if (number(tb[NFTA_IMMEDIATE_DREG]) != NFT_REG_VERDICT) {
		if (read_value(&v, &len, tb[NFTA_IMMEDIATE_DATA]) &&
		    reg_at(&at, tb[NFTA_IMMEDIATE_DREG], len))
			load(s, at, v, len);
		else
			lost(s);
		return;
	}
	if (!tb[NFTA_IMMEDIATE_DATA]) {
		lost(s);
		return;
	}
	mnl_attr_for_each_nested(attr, tb[NFTA_IMMEDIATE_DATA])
		if (mnl_attr_get_type(attr) == NFTA_DATA_VERDICT) {
			nf_get_verdict(&s->verdict, attr);
			s->said = true;
		}
}

static void read_reject(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	(void)tb;
	s->verdict = (struct nf_verdict){ .code = NF_DROP };
	s->said = true;
}

static void read_nothing(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	(void)s;
	(void)tb;
}

/* What only lets go on or not, with some value perhaps. */
static void read_match(struct nf_state *s, const struct nlattr *tb[ATTRS])
{
	(void)tb;
	maybe(s);
	forget(s);
}

static const struct {
	const char *name;
	void (*read)(struct nf_state *s, const struct nlattr *tb[ATTRS]);
} kinds[] = {
	{ "meta", read_meta }, { "ct", read_ct }, { "payload", read_payload },
	{ "bitwise", read_bitwise }, { "cmp", read_cmp },
	{ "range", read_range }, { "lookup", read_lookup },
	{ "immediate", read_immediate }, { "reject", read_reject },
	{ "counter", read_nothing }, { "log", read_nothing },
	{ "notrack", read_nothing }, { "match", read_match },
	{ "limit", read_match }, { "quota", read_match },
	{ "connlimit", read_match }, { "dynset", read_match },
	{ "exthdr", read_match }, { "fib", read_match },
	{ "hash", read_match }, { "numgen", read_match },
	{ "osf", read_match }, { "rt", read_match }, { "socket", read_match },
};

/**
 * nf_expr_read() - what an expression makes of the packet
 * @s:		the rule; its match, registers and verdict change
 * @expr:	NFTA_LIST_ELEM
 */
void nf_expr_read(struct nf_state *s, const struct nlattr *expr)
{
	const struct nlattr *attr, *data = NULL, *tb[ATTRS];
	char name[NF_NAME] = "";
	size_t i;

	mnl_attr_for_each_nested(attr, expr) {
		if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
			nf_get_name(name, attr);
		if (mnl_attr_get_type(attr) == NFTA_EXPR_DATA)
			data = attr;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name)) {
			read_attrs(tb, data);
			kinds[i].read(s, tb);
			return;
		}
	lost(s);
}
