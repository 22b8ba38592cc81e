/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_LIB_FLOW_H
#define TCOPY_LIB_FLOW_H

#include "types.h"

/**
 * union tcopy_addr - an IPv4 or IPv6 address
 * @v4:	IPv4, network byte order; the other 12 bytes are zero
 * @v6:	IPv6, as on the wire
 * @w:	the same as four words, to compare and hash
 */
union tcopy_addr {
	__be32 v4;
	u8 v6[16];
	u32 w[4];
};

/**
 * struct tcopy_flow - one direction of a TCP connection; a hash key
 * @src:	source address
 * @dst:	destination address
 * @sport:	source port
 * @dport:	destination port
 * @family:	4 or 6
 *
 * Always zeroed as a whole before it is filled: it is compared and hashed as
 * bytes, so there is no padding and no unset byte.
 */
struct tcopy_flow {
	union tcopy_addr src;
	union tcopy_addr dst;
	__be16 sport;
	__be16 dport;
	u32 family;
};

static_assert(sizeof(struct tcopy_flow) == 40, "a hash key has no padding");

/**
 * tcopy_flow_reverse() - the other direction of a flow
 * @to:		filled as a whole
 * @from:	the flow to turn round
 */
static inline void tcopy_flow_reverse(struct tcopy_flow *to,
				      const struct tcopy_flow *from)
{
	to->src = from->dst;
	to->dst = from->src;
	to->sport = from->dport;
	to->dport = from->sport;
	to->family = from->family;
}

/**
 * tcopy_addr_mapped() - an address of either family as one of IPv6
 * @to:		16 bytes, filled as a whole: IPv4 is mapped (::ffff:192.0.2.1)
 * @family:	4 or 6
 * @addr:	the address
 */
static inline void tcopy_addr_mapped(u8 *to, u32 family,
				     const union tcopy_addr *addr)
{
	if (family == 4) {
		memset(to, 0, 10);
		memset(to + 10, 0xff, 2);
		memcpy(to + 12, addr->v6, 4);
	} else {
		memcpy(to, addr->v6, 16);
	}
}

/**
 * tcopy_flow_equal() - are two flows the same?
 * @a:	a flow
 * @b:	another one
 *
 * The ports first, in which flows of one service differ.
 */
static inline bool tcopy_flow_equal(const struct tcopy_flow *a,
				    const struct tcopy_flow *b)
{
	return a->dport == b->dport && a->sport == b->sport &&
	       a->src.v4 == b->src.v4 && a->dst.v4 == b->dst.v4 &&
	       a->family == b->family &&
	       (a->family == 4 || !memcmp(a, b, sizeof(*a)));
}

/**
 * struct tcopy_prefix - a network
 * @addr:	host bits zero
 * @family:	4 or 6
 * @plen:	length in bits
 */
struct tcopy_prefix {
	union tcopy_addr addr;
	u8 family;
	u8 plen;
};

/**
 * tcopy_addr_in() - is an address in a network?
 * @net:	the network's address
 * @plen:	its length in bits
 * @addr:	an address of the same family
 */
static inline bool tcopy_addr_in(const union tcopy_addr *net, unsigned int plen,
				 const union tcopy_addr *addr)
{
	unsigned int bytes = plen / 8, bits = plen % 8;

	if (memcmp(net->v6, addr->v6, bytes))
		return false;
	return !bits || !((net->v6[bytes] ^ addr->v6[bytes]) >> (8 - bits));
}

/**
 * tcopy_prefix_has() - is an address in a network?
 * @p:		the network
 * @family:	4 or 6, of @addr
 * @addr:	an address
 */
static inline bool tcopy_prefix_has(const struct tcopy_prefix *p, u8 family,
				    const union tcopy_addr *addr)
{
	return p->family == family && tcopy_addr_in(&p->addr, p->plen, addr);
}

#endif
