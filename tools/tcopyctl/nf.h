/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of nf_tables in this network namespace, and what they are sure to
 * do to a packet of which only some is known. What is not understood may do
 * anything: so "dropped" is never said of what could pass.
 */
#ifndef TCOPYCTL_NF_H
#define TCOPYCTL_NF_H

#include "nl.h"

/* of tables, chains and sets, with its NUL */
#define NF_NAME		256

/**
 * struct nf_chain - a chain
 * @table:	its table
 * @name:	its own name
 * @type:	"filter", "nat" or "route"; "" unless @base
 * @family:	NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_INET; others are not read
 * @base:	it is called by a hook: @hook, @priority and @drops hold
 * @hook:	NF_INET_PRE_ROUTING, ...
 * @priority:	of the hook
 * @drops:	its policy
 * @rule:	copies of the NFTA_RULE_EXPRESSIONS of its @rule_n rules
 */
struct nf_chain {
	char table[NF_NAME];
	char name[NF_NAME];
	char type[16];
	u8 family;
	bool base;
	u32 hook;
	s32 priority;
	bool drops;
	struct nlattr **rule;
	size_t rule_n;
};

/**
 * struct nf_set - a set or a map
 * @table:	its table
 * @name:	its own name
 * @family:	as of a chain
 * @flags:	NFT_SET_ANONYMOUS, ...
 * @key_len:	bytes
 */
struct nf_set {
	char table[NF_NAME];
	char name[NF_NAME];
	u8 family;
	u32 flags;
	u32 key_len;
};

/**
 * struct nf_flowtable - takes connections past the hooks
 * @table:	its table
 * @name:	its own name
 */
struct nf_flowtable {
	char table[NF_NAME];
	char name[NF_NAME];
};

/**
 * struct nf_rules - all of them, in the order of the kernel
 * @nl:		to read the elements of sets by
 * @chain:	@chain_n chains; those of dormant tables are not among them
 * @last:	index of the chain that a rule was added to last
 * @set:	@set_n sets
 * @flow:	one of @flow_n flowtables
 * @unread:	"FAMILY NAME" of a table of the families bridge or netdev, which
 *		are not read; "" without one
 * @left:	rules that nf_drops() may follow still
 * @rewrites:	a rule changes connection tracking, ports or payload
 */
struct nf_rules {
	struct nl nl;
	struct nf_chain *chain;
	size_t chain_n;
	size_t last;
	struct nf_set *set;
	size_t set_n;
	struct nf_flowtable flow;
	size_t flow_n;
	char unread[NF_NAME + 8];
	unsigned int left;
	bool rewrites;
};

/**
 * struct nf_bytes - of a packet or a register, what is known
 * @v:		the bytes
 * @known:	which of them hold
 */
struct nf_bytes {
	u8 v[64];
	bool known[64];
};

/**
 * struct nf_packet - a packet
 * @family:	NFPROTO_IPV4 or NFPROTO_IPV6
 * @net:	its network header
 * @tcp:	its TCP header
 * @ct_state:	bit of NFT_CT_STATE; 0: not known
 * @in:		it comes in by some device other than the loopback
 * @out:	index of the device that it leaves by; 0: not known
 * @out_name:	that device
 */
struct nf_packet {
	u8 family;
	struct nf_bytes net;
	struct nf_bytes tcp;
	u32 ct_state;
	bool in;
	u32 out;
	char out_name[16];
};

bool nf_rules_get(struct nf_rules *to);
void nf_rules_put(struct nf_rules *rules);
const struct nf_chain *nf_drops(struct nf_rules *rules,
				const struct nf_packet *packet, u32 hook,
				s32 before);

#endif
