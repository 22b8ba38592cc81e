// SPDX-License-Identifier: GPL-2.0
/* netlink: addresses and networks */

#include <net/ipv6.h>

#include "netlink_int.h"

const struct nla_policy tcopy_netlink_prefix_policy[TCOPY_A_PREFIX_MAX + 1] = {
	[TCOPY_A_PREFIX_UNSPEC] = { .type = NLA_REJECT },
	[TCOPY_A_PREFIX_ADDR] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[TCOPY_A_PREFIX_PLEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

/**
 * tcopy_netlink_get_addr() - an address; its length tells the family
 * @addr:	filled as a whole
 * @family:	filled: 4 or 6
 * @attr:	4 or 16 bytes
 * @extack:	says what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int tcopy_netlink_get_addr(union tcopy_addr *addr, u8 *family,
			   const struct nlattr *attr,
			   struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != 4 && len != 16) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(attr), len);
	*family = len == 4 ? 4 : 6;
	if (len == 16 && ipv6_addr_v4mapped((struct in6_addr *)addr->v6)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an IPv4-mapped IPv6 address: give the IPv4 address");
		return -EINVAL;
	}
	return 0;
}

static bool host_bits_are_zero(const struct tcopy_prefix *p)
{
	unsigned int bits = p->family == 4 ? 32 : 128, i;

	for (i = p->plen; i < bits; i++)
		if (p->addr.v6[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

/**
 * tcopy_netlink_get_prefix() - a network
 * @p:		filled as a whole
 * @nest:	of enum tcopy_a_prefix
 * @extack:	says what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int tcopy_netlink_get_prefix(struct tcopy_prefix *p, const struct nlattr *nest,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TCOPY_A_PREFIX_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TCOPY_A_PREFIX_MAX, nest,
			       tcopy_netlink_prefix_policy, extack);
	if (err)
		return err;
	if (!tb[TCOPY_A_PREFIX_ADDR] || !tb[TCOPY_A_PREFIX_PLEN]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a prefix needs an address and a length");
		return -EINVAL;
	}
	memset(p, 0, sizeof(*p));
	err = tcopy_netlink_get_addr(&p->addr, &p->family,
				     tb[TCOPY_A_PREFIX_ADDR], extack);
	if (err)
		return err;
	p->plen = nla_get_u8(tb[TCOPY_A_PREFIX_PLEN]);
	if (p->family == 4 && p->plen > 32) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the length of an IPv4 prefix is 32 at most");
		return -EINVAL;
	}
	if (!host_bits_are_zero(p)) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "host bits of a prefix must be zero: clear them, or give a longer prefix length");
		return -EINVAL;
	}
	return 0;
}

/**
 * tcopy_netlink_put_prefix() - say a network
 * @msg:	filled
 * @attr:	type of the nest
 * @p:		the network
 *
 * Return: 0 or -EMSGSIZE.
 */
int tcopy_netlink_put_prefix(struct sk_buff *msg, int attr,
			     const struct tcopy_prefix *p)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || put_addr(msg, TCOPY_A_PREFIX_ADDR, p->family, &p->addr) ||
	    nla_put_u8(msg, TCOPY_A_PREFIX_PLEN, p->plen))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}
