// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: what takes packets past the hook that copies them. Of what this host
 * receives itself that is only payload that never is a packet: one that is
 * redirected before the hook does not reach the service either.
 */
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

#include "doctor.h"

/**
 * struct xdp - a device with a program in front of all hooks
 * @dev:	its name
 * @mode:	XDP_ATTACHED_DRV, ...
 * @any:	there is one
 */
struct xdp {
	char dev[IF_NAMESIZE];
	u8 mode;
	bool any;
};

static int link_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *in;
	struct xdp *xdp = data, x = { 0 };

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			snprintf(x.dev, sizeof(x.dev), "%s",
				 mnl_attr_get_str(attr));
		if (mnl_attr_get_type(attr) != IFLA_XDP)
			continue;
		mnl_attr_for_each_nested(in, attr)
			if (mnl_attr_get_type(in) == IFLA_XDP_ATTACHED)
				x.mode = mnl_attr_get_u8(in);
	}
	x.any = x.mode != XDP_ATTACHED_NONE;
	if (x.any && !xdp->any)
		*xdp = x;
	return MNL_CB_OK;
}

static void xdp_find(struct xdp *xdp)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };

	memset(xdp, 0, sizeof(*xdp));
	if (!system_dump(RTM_GETLINK, &ifi, sizeof(ifi), link_cb, xdp))
		xdp->any = false;
}

static void examine_xdp(struct doctor *d, const struct target *t,
			const struct subject *about)
{
	static const struct advice advice = {
		"xdp",
		"packets that it redirects pass no hook: they are not copied",
		"let that program pass packets of the service; or without it: 'ip link set dev %s off'; then 'tcopyctl reset-stats'"
	};
	unsigned long long gaps = t->stat[TCOPY_A_STAT_END_GAP];
	unsigned long long matched = t->stat[TCOPY_A_STAT_MATCHED];
	struct subject s = *about;
	struct xdp xdp;

	d->checks++;
	xdp_find(&xdp);
	if (!xdp.any)
		return;
	if (matched && !gaps) {
		doctor_fact(about, "device %s has an XDP program", xdp.dev);
		return;
	}
	snprintf(s.word, sizeof(s.word), "%s %s", xdp.dev,
		 xdp.mode == XDP_ATTACHED_SKB ? "xdpgeneric" :
		 xdp.mode == XDP_ATTACHED_DRV ? "xdpdrv" :
		 xdp.mode == XDP_ATTACHED_HW ? "xdpoffload" : "xdp");
	doctor_found(d, &advice, &s,
		     "matched is %llu, end_gap is %llu, and the device %s has an XDP program",
		     matched, gaps, xdp.dev);
}

static void examine_flowtable(struct doctor *d, const struct target *t,
			      const struct subject *s)
{
	static const struct advice advice = {
		"flowtable",
		"packets of a connection that is in a flowtable pass no hook: its copy lacks them, and ends",
		"leave the service's port out of the rules with 'flow add' ('nft -a list ruleset' has them); then 'tcopyctl reset-stats', and ask again"
	};
	unsigned long long gaps = t->stat[TCOPY_A_STAT_END_GAP];

	d->checks++;
	if (d->nf.flow_n && gaps)
		doctor_found(d, &advice, s,
			     "end_gap is %llu, and the table %s has the flowtable %s",
			     gaps, d->nf.flow.table, d->nf.flow.name);
	else if (d->nf.flow_n)
		doctor_fact(s, "the table %s has the flowtable %s",
			    d->nf.flow.table, d->nf.flow.name);
}

static void examine_sockmap(struct doctor *d, const struct target *t,
			    const struct subject *about, u32 id,
			    const char *name)
{
	static const struct advice advice = {
		"sockmap",
		"payload that it moves from socket to socket of this host is in no packet: of such a connection the beginning and the end are copied, and nothing between",
		"leave the service's sockets out of its map (service meshes call that acceleration), or copy where clients are on other hosts; 'bpftool prog show id %s' names its maps; then 'tcopyctl reset-stats', and ask again"
	};
	struct subject s = *about;

	snprintf(s.word, sizeof(s.word), "%u", id);
	if (t->stat[TCOPY_A_STAT_OPENED] && !t->stat[TCOPY_A_STAT_BYTES])
		doctor_found(d, &advice, &s,
			     "%llu connections were copied, and no byte of theirs, and there is the eBPF program %u%s%s (sk_msg)",
			     (unsigned long long)t->stat[TCOPY_A_STAT_OPENED],
			     id, *name ? " " : "", name);
	else
		doctor_fact(about, "there is the eBPF program %u%s%s (sk_msg)",
			    id, *name ? " " : "", name);
}

/**
 * doctor_bypass() - examine what bypasses the targets' hooks
 * @d: the examination
 */
void doctor_bypass(struct doctor *d)
{
	char id[16], name[BPF_OBJ_NAME_LEN];
	const struct target *t;
	struct subject s;
	bool sk_msg;
	u32 prog;
	size_t i;

	if (!d->now.targets.n)
		return;
	d->checks++;
	sk_msg = bpf_sk_msg(&prog, name);
	for (i = 0; i < d->now.targets.n; i++) {
		t = &d->now.targets.v[i];
		snprintf(id, sizeof(id), "%u", t->id);
		doctor_subject(&s, id, "target %u%s%s", t->id,
			       *t->name ? " " : "", t->name);
		if (t->hook != TCOPY_HOOK_FORWARD) {
			if (sk_msg)
				examine_sockmap(d, t, &s, prog, name);
			continue;
		}
		examine_xdp(d, t, &s);
		examine_flowtable(d, t, &s);
	}
}
