// SPDX-License-Identifier: GPL-2.0
/* What this host's routing says of an address: rtnetlink's RTM_GETROUTE. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "attr_int.h"
#include "route.h"

static int metric_attr(const struct nlattr *attr, void *data)
{
	struct route *to = data;

	if (mnl_attr_get_type(attr) == RTAX_MTU &&
	    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		to->mtu = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int route_attr(const struct nlattr *attr, void *data)
{
	struct route *to = data;

	switch (mnl_attr_get_type(attr)) {
	case RTA_OIF:
		if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			to->oif = mnl_attr_get_u32(attr);
		break;
	case RTA_PREFSRC:
		attr_get_addr(&to->source, attr);
		break;
	case RTA_GATEWAY:
		attr_get_addr(&to->gateway, attr);
		break;
	case RTA_METRICS:
		return mnl_attr_parse_nested(attr, metric_attr, to);
	}
	return MNL_CB_OK;
}

static int route_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(nlh);
	struct route *to = data;

	to->type = rt->rtm_type;
	return mnl_attr_parse(nlh, sizeof(*rt), route_attr, data) < 0 ?
	       MNL_CB_ERROR : MNL_CB_STOP;
}

static int ask(struct route *to, struct mnl_socket *sock, struct nlmsghdr *nlh)
{
	char buf[8192] __attribute__((aligned(8)));
	ssize_t len;

	nlh->nlmsg_seq = 1;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	len = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	if (len < 0 || mnl_cb_run(buf, (size_t)len, 1,
				  mnl_socket_get_portid(sock), route_cb,
				  to) < 0)
		return -errno;
	return 0;
}

/**
 * route_get() - how packets to an address travel
 * @to:		filled
 * @dst:	the address
 * @oif:	index of the device that they have to take, 0: any
 * @mark:	that they carry
 *
 * Return: 0; -ENETUNREACH and the like: there is no route.
 */
int route_get(struct route *to, const struct endpoint *dst, u32 oif, u32 mark)
{
	u16 len = dst->family == 4 ? 4 : 16;
	struct mnl_socket *sock;
	struct nlmsghdr *nlh;
	char buf[256] __attribute__((aligned(8)));
	struct rtmsg *rt;
	int rc;

	memset(to, 0, sizeof(*to));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	rt = mnl_nlmsg_put_extra_header(nlh, sizeof(*rt));
	rt->rtm_family = dst->family == 4 ? AF_INET : AF_INET6;
	rt->rtm_dst_len = (u8)(len * 8);
	mnl_attr_put(nlh, RTA_DST, len, &dst->addr);
	if (oif || dst->ifindex)
		mnl_attr_put_u32(nlh, RTA_OIF, oif ? oif : dst->ifindex);
	if (mark)
		mnl_attr_put_u32(nlh, RTA_MARK, mark);
	sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!sock)
		return -errno;
	rc = ask(to, sock, nlh);
	mnl_socket_close(sock);
	return rc;
}

/**
 * route_is_own() - is it an address of this host?
 * @ep:		the address
 */
bool route_is_own(const struct endpoint *ep)
{
	struct route route;

	return !route_get(&route, ep, 0, 0) && route.type == RTN_LOCAL;
}
