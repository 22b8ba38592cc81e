// SPDX-License-Identifier: GPL-2.0
/* What is in a set of nf_tables. */
#include <linux/netfilter/nfnetlink.h>

#include "nf_int.h"

/**
 * struct find - an element that is looked for
 * @key:	@len bytes
 * @len:	of a key
 * @below:	the largest key that is not above it, of @len bytes
 * @found:	there is one
 * @ends:	it ends an interval
 * @verdict:	of a verdict map
 * @said:	it has one
 * @odd:	an element that is not understood
 */
struct find {
	const u8 *key;
	u32 len;
	u8 below[16];
	bool found, ends;
	struct nf_verdict verdict;
	bool said;
	bool odd;
};

static void read_element(struct find *f, const struct nlattr *element)
{
	const struct nlattr *attr, *value, *key = NULL, *data = NULL;
	u32 flags = 0;

	mnl_attr_for_each_nested(attr, element) {
		switch (mnl_attr_get_type(attr)) {
		case NFTA_SET_ELEM_KEY:
			mnl_attr_for_each_nested(value, attr)
				if (mnl_attr_get_type(value) == NFTA_DATA_VALUE)
					key = value;
			break;
		case NFTA_SET_ELEM_DATA:
			data = attr;
			break;
		case NFTA_SET_ELEM_FLAGS:
			flags = nf_get_u32(attr);
			break;
		case NFTA_SET_ELEM_USERDATA:
		case NFTA_SET_ELEM_PAD:
			break;
		default:
			f->odd = true;
		}
	}
	if (!key || mnl_attr_get_payload_len(key) != f->len ||
	    flags & ~(u32)NFT_SET_ELEM_INTERVAL_END) {
		f->odd = true;
		return;
	}
	if (memcmp(mnl_attr_get_payload(key), f->key, f->len) > 0 ||
	    (f->found &&
	     memcmp(mnl_attr_get_payload(key), f->below, f->len) < 0))
		return;
	/* one interval may begin where another ends */
	if (f->found && flags & NFT_SET_ELEM_INTERVAL_END &&
	    !memcmp(mnl_attr_get_payload(key), f->below, f->len))
		return;
	memcpy(f->below, mnl_attr_get_payload(key), f->len);
	f->found = true;
	f->ends = flags & NFT_SET_ELEM_INTERVAL_END;
	f->said = false;
	if (!data)
		return;
	mnl_attr_for_each_nested(value, data)
		if (mnl_attr_get_type(value) == NFTA_DATA_VERDICT) {
			nf_get_verdict(&f->verdict, value);
			f->said = true;
		}
}

static int element_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *element;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS)
			mnl_attr_for_each_nested(element, attr)
				read_element(data, element);
	return MNL_CB_OK;
}

/**
 * nf_set_has() - is something in a set?
 * @s:		the rule that asks; a map's verdict is put there
 * @name:	of the set, in the rule's table
 * @at:		first byte of the register that holds it
 *
 * Return: 1, 0, or -1: it cannot be told.
 */
int nf_set_has(struct nf_state *s, const char *name, u32 at)
{
	const u32 plain = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT |
			  NFT_SET_INTERVAL | NFT_SET_MAP;
	struct find f = { .key = s->reg.v + at };
	struct nf_rules *rules = s->rules;
	const struct nf_set *set = NULL;
	struct nl_request req;
	size_t i;

	for (i = 0; i < rules->set_n; i++)
		if (rules->set[i].family == s->chain->family &&
		    !strcmp(rules->set[i].table, s->chain->table) &&
		    !strcmp(rules->set[i].name, name))
			set = &rules->set[i];
	if (!set || set->flags & ~plain || set->key_len > sizeof(f.below) ||
	    set->key_len > sizeof(s->reg.v) - at)
		return -1;
	f.len = set->key_len;
	for (i = 0; i < f.len; i++)
		if (!s->reg.known[at + i])
			return -1;
	nf_begin(rules, &req, NFT_MSG_GETSETELEM, set->family);
	mnl_attr_put_strz(req.nlh, NFTA_SET_ELEM_LIST_TABLE, set->table);
	mnl_attr_put_strz(req.nlh, NFTA_SET_ELEM_LIST_SET, set->name);
	if (!nf_dump(rules, &req, element_cb, &f) || f.odd)
		return -1;
	if (!f.found || f.ends || (!(set->flags & NFT_SET_INTERVAL) &&
				   memcmp(f.below, f.key, f.len)))
		return 0;
	if (f.said) {
		s->verdict = f.verdict;
		s->said = true;
	}
	return 1;
}
