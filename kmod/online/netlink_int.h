/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of netlink. */
#ifndef TCOPY_ONLINE_NETLINK_INT_H
#define TCOPY_ONLINE_NETLINK_INT_H

#include <linux/tcopy.h>
#include <net/genetlink.h>
#include "lib/flow.h"
#include "netns.h"
#include "rule.h"

/* Highest attribute of a target that a request may hold. */
#define NETLINK_TARGET_MAX	TCOPY_A_TARGET_PAUSED

enum {
	NETLINK_GROUP_EVENTS,

	NETLINK_GROUPS
};

extern struct genl_family tcopy_netlink_family;
extern bool tcopy_netlink_open;
extern const struct genl_multicast_group tcopy_netlink_groups[NETLINK_GROUPS];
extern const struct nla_policy tcopy_netlink_policy[TCOPY_A_MAX + 1];
extern const struct nla_policy
tcopy_netlink_prefix_policy[TCOPY_A_PREFIX_MAX + 1];
extern const struct nla_policy
tcopy_netlink_target_policy[NETLINK_TARGET_MAX + 1];

static inline struct tcopy_net *netlink_net(const struct genl_info *info)
{
	return tcopy_netns_find(genl_info_net((struct genl_info *)info));
}

/* The length of an address tells its family. */
static inline int put_addr(struct sk_buff *msg, int attr, u8 family,
			   const union tcopy_addr *addr)
{
	return nla_put(msg, attr, family == 4 ? 4 : 16, addr);
}

/* netlink_addr.c */
int tcopy_netlink_get_addr(union tcopy_addr *addr, u8 *family,
			   const struct nlattr *attr,
			   struct netlink_ext_ack *extack);
int tcopy_netlink_get_prefix(struct tcopy_prefix *p, const struct nlattr *nest,
			     struct netlink_ext_ack *extack);
int tcopy_netlink_put_prefix(struct sk_buff *msg, int attr,
			     const struct tcopy_prefix *p);

/* netlink_conf.c */
int tcopy_netlink_get_conf(struct tcopy_conf *conf,
			   const struct tcopy_target *t, struct nlattr **tb,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack);
int tcopy_netlink_put_conf(struct sk_buff *msg, const struct tcopy_target *t,
			   const struct tcopy_conf *conf);
int tcopy_netlink_target_set(struct sk_buff *skb, struct genl_info *info);
int tcopy_netlink_target_pause(struct sk_buff *skb, struct genl_info *info);

/* netlink_target.c */
int tcopy_netlink_target_parse(struct nlattr **tb, struct nlattr *nest,
			       struct netlink_ext_ack *extack);
struct tcopy_target *tcopy_netlink_target_get(struct tcopy_net *tn,
					      struct nlattr **tb,
					      struct genl_info *info);
int tcopy_netlink_target_id(u32 *id, struct nlattr *nest,
			    struct netlink_ext_ack *extack);
int tcopy_netlink_target_add(struct sk_buff *skb, struct genl_info *info);
int tcopy_netlink_target_del(struct sk_buff *skb, struct genl_info *info);
int tcopy_netlink_stats_reset(struct sk_buff *skb, struct genl_info *info);

/* netlink_target_show.c */
int tcopy_netlink_target_start(struct netlink_callback *cb);
int tcopy_netlink_target_dump(struct sk_buff *msg, struct netlink_callback *cb);

/* netlink_session.c */
int tcopy_netlink_session_start(struct netlink_callback *cb);
int tcopy_netlink_session_dump(struct sk_buff *msg,
			       struct netlink_callback *cb);
int tcopy_netlink_session_done(struct netlink_callback *cb);

/* netlink_profile.c */
int tcopy_netlink_profile_put(struct sk_buff *msg, struct tcopy_net *tn);
int tcopy_netlink_profile_set(const struct nlattr *attr, struct tcopy_net *tn,
			      struct netlink_ext_ack *extack);

#endif
