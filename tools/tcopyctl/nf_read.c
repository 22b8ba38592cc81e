// SPDX-License-Identifier: GPL-2.0
/* What nf_tables has in this network namespace: nfnetlink dumps. */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "nf_int.h"
#include "tcopyctl.h"

/* It is not asked where it is not there: that would load it. */
static bool is_there(void)
{
	char line[256];
	struct utsname uts;
	bool any = false;
	FILE *file;

	if (!access("/sys/module/nf_tables", F_OK))
		return true;
	if (uname(&uts))
		return false;
	snprintf(line, sizeof(line), "/lib/modules/%s/modules.builtin",
		 uts.release);
	file = fopen(line, "re");
	while (file && !any && fgets(line, sizeof(line), file))
		any = strstr(line, "/nf_tables.ko");
	if (file)
		fclose(file);
	return any;
}

/**
 * nf_get_u32() - a number
 * @attr:	NLA_U32, big-endian
 *
 * Return: host byte order; 0 of a malformed one.
 */
u32 nf_get_u32(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 :
	       ntohl(mnl_attr_get_u32(attr));
}

/**
 * nf_get_name() - a name
 * @to:		"" when it is malformed
 * @attr:	NLA_STRING, with or without its NUL
 */
void nf_get_name(char to[NF_NAME], const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len >= NF_NAME)
		len = 0;
	memcpy(to, mnl_attr_get_payload(attr), len);
	to[len] = 0;
}

/**
 * nf_get_verdict() - a verdict
 * @to:		filled
 * @data:	NFTA_DATA_VERDICT
 */
void nf_get_verdict(struct nf_verdict *to, const struct nlattr *data)
{
	const struct nlattr *attr;

	memset(to, 0, sizeof(*to));
	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_type(attr) == NFTA_VERDICT_CODE)
			to->code = (s32)nf_get_u32(attr);
		if (mnl_attr_get_type(attr) == NFTA_VERDICT_CHAIN)
			nf_get_name(to->chain, attr);
	}
}

/**
 * nf_dump() - ask and read
 * @rules:	whose socket
 * @req:	by nf_begin()
 * @cb:		called for each message
 * @data:	for @cb
 *
 * Return: false when it failed, or when the rules changed meanwhile.
 */
bool nf_dump(struct nf_rules *rules, struct nl_request *req, mnl_cb_t cb,
	     void *data)
{
	struct err err;

	return !nl_call(&rules->nl, req, cb, data, &err) && !rules->nl.intr;
}

/**
 * nf_begin() - start a request for a dump
 * @rules:	whose socket
 * @req:	filled; attributes go behind
 * @type:	NFT_MSG_GETCHAIN, ...
 * @family:	NFPROTO_UNSPEC: of all
 */
void nf_begin(struct nf_rules *rules, struct nl_request *req, u8 type,
	      u8 family)
{
	struct nfgenmsg *nfg;

	req->nlh = mnl_nlmsg_put_header(req->buf);
	req->nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | type;
	req->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req->nlh->nlmsg_seq = ++rules->nl.seq;
	nfg = mnl_nlmsg_put_extra_header(req->nlh, sizeof(*nfg));
	nfg->nfgen_family = family;
	nfg->version = NFNETLINK_V0;
}

static bool is_ip(u8 family)
{
	return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 ||
	       family == NFPROTO_INET;
}

static u8 family_of(const struct nlmsghdr *nlh)
{
	return ((struct nfgenmsg *)mnl_nlmsg_get_payload(nlh))->nfgen_family;
}

static void read_hook(struct nf_chain *to, const struct nlattr *hook)
{
	const struct nlattr *attr;

	to->base = true;
	mnl_attr_for_each_nested(attr, hook) {
		if (mnl_attr_get_type(attr) == NFTA_HOOK_HOOKNUM)
			to->hook = nf_get_u32(attr);
		if (mnl_attr_get_type(attr) == NFTA_HOOK_PRIORITY)
			to->priority = (s32)nf_get_u32(attr);
	}
}

/* A chain of a family that is not read; only hooks call them. */
static int unread_cb(struct nf_rules *to, const struct nlmsghdr *nlh)
{
	const char *family = family_of(nlh) == NFPROTO_BRIDGE ? "bridge" :
			     family_of(nlh) == NFPROTO_NETDEV ? "netdev" : NULL;
	const struct nlattr *attr;
	char name[NF_NAME] = "";
	bool base = false;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_CHAIN_TABLE)
			nf_get_name(name, attr);
		base |= mnl_attr_get_type(attr) == NFTA_CHAIN_HOOK;
	}
	if (family && base)
		snprintf(to->unread, sizeof(to->unread), "%s %s", family, name);
	return MNL_CB_OK;
}

static int chain_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nf_rules *to = data;
	struct nf_chain c = { .family = family_of(nlh) };
	const struct nlattr *attr;
	char type[NF_NAME];

	if (!is_ip(c.family))
		return unread_cb(to, nlh);
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		switch (mnl_attr_get_type(attr)) {
		case NFTA_CHAIN_TABLE:
			nf_get_name(c.table, attr);
			break;
		case NFTA_CHAIN_NAME:
			nf_get_name(c.name, attr);
			break;
		case NFTA_CHAIN_HOOK:
			read_hook(&c, attr);
			break;
		case NFTA_CHAIN_POLICY:
			c.drops = nf_get_u32(attr) == NF_DROP;
			break;
		case NFTA_CHAIN_TYPE:
			nf_get_name(type, attr);
			memcpy(c.type, type, sizeof(c.type) - 1);
			break;
		}
	}
	to->chain = xrealloc(to->chain, to->chain_n + 1, sizeof(c));
	to->chain[to->chain_n++] = c;
	return MNL_CB_OK;
}

static int table_cb(const struct nlmsghdr *nlh, void *data)
{
	u8 family = family_of(nlh);
	struct nf_rules *to = data;
	const struct nlattr *attr;
	char name[NF_NAME] = "";
	u32 flags = 0;
	size_t i;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_TABLE_NAME)
			nf_get_name(name, attr);
		if (mnl_attr_get_type(attr) == NFTA_TABLE_FLAGS)
			flags = nf_get_u32(attr);
	}
	if (!(flags & NFT_TABLE_F_DORMANT))
		return MNL_CB_OK;
	/* nothing calls its chains */
	for (i = 0; i < to->chain_n; i++)
		if (to->chain[i].family == family &&
		    !strcmp(to->chain[i].table, name))
			to->chain[i].base = false;
	return MNL_CB_OK;
}

static bool writes(const struct nlattr *data, u16 sreg)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == sreg)
			return true;
	return false;
}

/* What a packet is later may be something else than what it was. */
static bool rewrites(const struct nlattr *exprs)
{
	const struct nlattr *expr, *attr, *more;
	char name[NF_NAME];

	mnl_attr_for_each_nested(expr, exprs) {
		*name = 0;
		more = NULL;
		mnl_attr_for_each_nested(attr, expr) {
			if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
				nf_get_name(name, attr);
			if (mnl_attr_get_type(attr) == NFTA_EXPR_DATA)
				more = attr;
		}
		if (!strcmp(name, "notrack") || !strcmp(name, "nat") ||
		    !strcmp(name, "redir") || !strcmp(name, "tproxy") ||
		    !strcmp(name, "synproxy") || !strcmp(name, "target") ||
		    (!strcmp(name, "payload") && more &&
		     writes(more, NFTA_PAYLOAD_SREG)))
			return true;
	}
	return false;
}

static bool is_chain(const struct nf_chain *c, u8 family, const char *table,
		     const char *name)
{
	return c->family == family && !strcmp(c->table, table) &&
	       !strcmp(c->name, name);
}

static int rule_cb(const struct nlmsghdr *nlh, void *data)
{
	char table[NF_NAME] = "", chain[NF_NAME] = "";
	const struct nlattr *attr, *exprs = NULL;
	struct nf_rules *to = data;
	u8 family = family_of(nlh);
	struct nf_chain *c;
	struct nlattr *copy;
	size_t i = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_RULE_TABLE)
			nf_get_name(table, attr);
		if (mnl_attr_get_type(attr) == NFTA_RULE_CHAIN)
			nf_get_name(chain, attr);
		if (mnl_attr_get_type(attr) == NFTA_RULE_EXPRESSIONS)
			exprs = attr;
	}
	/* a chain's rules come one behind the other */
	if (to->last < to->chain_n &&
	    is_chain(&to->chain[to->last], family, table, chain))
		i = to->last;
	while (i < to->chain_n && !is_chain(&to->chain[i], family, table,
					    chain))
		i++;
	if (!exprs || i == to->chain_n)
		return MNL_CB_OK;
	to->last = i;
	to->rewrites |= rewrites(exprs);
	copy = xrealloc(NULL, 1, exprs->nla_len);
	memcpy(copy, exprs, exprs->nla_len);
	c = &to->chain[i];
	c->rule = xrealloc(c->rule, c->rule_n + 1, sizeof(*c->rule));
	c->rule[c->rule_n++] = copy;
	return MNL_CB_OK;
}

static int flow_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nf_rules *to = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_FLOWTABLE_TABLE)
			nf_get_name(to->flow.table, attr);
		if (mnl_attr_get_type(attr) == NFTA_FLOWTABLE_NAME)
			nf_get_name(to->flow.name, attr);
	}
	to->flow_n++;
	return MNL_CB_OK;
}

static int set_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nf_set set = { .family = family_of(nlh) };
	struct nf_rules *to = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == NFTA_SET_TABLE)
			nf_get_name(set.table, attr);
		if (mnl_attr_get_type(attr) == NFTA_SET_NAME)
			nf_get_name(set.name, attr);
		if (mnl_attr_get_type(attr) == NFTA_SET_FLAGS)
			set.flags = nf_get_u32(attr);
		if (mnl_attr_get_type(attr) == NFTA_SET_KEY_LEN)
			set.key_len = nf_get_u32(attr);
	}
	to->set = xrealloc(to->set, to->set_n + 1, sizeof(set));
	to->set[to->set_n++] = set;
	return MNL_CB_OK;
}

/**
 * nf_rules_get() - read all of them
 * @to:	filled; nf_rules_put() frees it
 *
 * Return: false when there are none, when they cannot be read, or when they
 * were changed meanwhile; @to is empty then.
 */
bool nf_rules_get(struct nf_rules *to)
{
	static const struct {
		u8 type;
		mnl_cb_t cb;
	} part[] = {
		{ NFT_MSG_GETCHAIN, chain_cb }, { NFT_MSG_GETTABLE, table_cb },
		{ NFT_MSG_GETSET, set_cb }, { NFT_MSG_GETRULE, rule_cb },
		{ NFT_MSG_GETFLOWTABLE, flow_cb },
	};
	struct nl_request req;
	size_t i;

	memset(to, 0, sizeof(*to));
	if (!is_there())
		return false;
	to->nl.module = "nf_tables";
	to->nl.sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!to->nl.sock ||
	    mnl_socket_bind(to->nl.sock, 0, MNL_SOCKET_AUTOPID) < 0)
		goto failed;
	for (i = 0; i < sizeof(part) / sizeof(*part); i++) {
		nf_begin(to, &req, part[i].type, NFPROTO_UNSPEC);
		if (!nf_dump(to, &req, part[i].cb, to))
			goto failed;
	}
	if (to->chain_n || *to->unread)
		return true;
failed:
	nf_rules_put(to);
	return false;
}

/**
 * nf_rules_put() - forget them
 * @rules: may be empty
 */
void nf_rules_put(struct nf_rules *rules)
{
	struct nf_chain *c;
	size_t i, n;

	for (i = 0; i < rules->chain_n; i++) {
		c = &rules->chain[i];
		for (n = 0; n < c->rule_n; n++)
			free(c->rule[n]);
		free(c->rule);
	}
	free(rules->chain);
	free(rules->set);
	nl_close(&rules->nl);
	memset(rules, 0, sizeof(*rules));
}
