/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files that know nf_tables. */
#ifndef TCOPYCTL_NF_INT_H
#define TCOPYCTL_NF_INT_H

#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nf.h"

/* What a rule, or a chain, may do, as a set of these. */
#define NF_MAY_ACCEPT	1
#define NF_MAY_DROP	2
#define NF_MAY_LEAVE	4	/* the chain */
#define NF_MAY_GO_ON	8	/* with the next rule */
#define NF_MAY_ANYTHING	15

enum nf_match { NF_NO, NF_MAYBE, NF_YES };

/**
 * struct nf_verdict - what an expression says
 * @code:	NF_DROP, NFT_JUMP, ...
 * @chain:	to jump to, or ""
 */
struct nf_verdict {
	s32 code;
	char chain[NF_NAME];
};

/**
 * struct nf_state - a rule that is being read
 * @rules:	all
 * @packet:	about which
 * @chain:	the rule's
 * @reg:	the registers
 * @not_lo:	by a register's first byte: a device, not the loopback
 * @match:	does the packet get that far?
 * @may:	what happens then, but for @verdict
 * @verdict:	what it says, when @said
 * @said:	it says so
 */
struct nf_state {
	struct nf_rules *rules;
	const struct nf_packet *packet;
	const struct nf_chain *chain;
	struct nf_bytes reg;
	bool not_lo[64];
	enum nf_match match;
	unsigned int may;
	struct nf_verdict verdict;
	bool said;
};

/* nf_expr.c */
void nf_expr_read(struct nf_state *s, const struct nlattr *expr);

/* nf_read.c: attributes are big-endian there */
u32 nf_get_u32(const struct nlattr *attr);
void nf_get_name(char to[NF_NAME], const struct nlattr *attr);
void nf_get_verdict(struct nf_verdict *to, const struct nlattr *data);
void nf_begin(struct nf_rules *rules, struct nl_request *req, u8 type,
	      u8 family);
bool nf_dump(struct nf_rules *rules, struct nl_request *req, mnl_cb_t cb,
	     void *data);

/* nf_set.c */
int nf_set_has(struct nf_state *s, const char *name, u32 at);

#endif
