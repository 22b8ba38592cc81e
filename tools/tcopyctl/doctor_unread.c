// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: rules that it cannot read, but that may drop copies: legacy iptables,
 * tc, and nftables' families bridge and netdev. No reason to worry as long as
 * copies are answered; a suspect where they are not.
 */
#include <netinet/in.h>	/* these two before the kernel's, which mind that */
#include <net/if.h>

#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor.h"
#include "relay_count.h"
#include "route.h"

/**
 * struct unread - what was found
 * @what:	in words
 * @look:	commands that show it
 */
struct unread {
	char what[512];
	char look[512];
};

static void add(char *buf, size_t size, const char *between, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));

static void add(char *buf, size_t size, const char *between, const char *fmt,
		...)
{
	size_t at = strlen(buf);
	va_list ap;

	at += snprintf(buf + at, size - at, "%s", at ? between : "");
	if (at >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(buf + at, size - at, fmt, ap);
	va_end(ap);
}

#define add_what(u, ...) add((u)->what, sizeof((u)->what), ", ", __VA_ARGS__)
#define add_look(u, ...) add((u)->look, sizeof((u)->look), ", ", __VA_ARGS__)

_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo),
	       "they have the same members");

/* Has a table of legacy iptables more than its chains' policies? The kernel
 * makes a table that is asked for, so that is done only of those it names.
 */
static bool table_has_rules(int sock, bool v6, const char *name)
{
	struct ipt_getinfo info = { 0 };	/* IPv6's, too */
	socklen_t len = sizeof(info);

	snprintf(info.name, sizeof(info.name), "%s", name);
	if (getsockopt(sock, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		       v6 ? IP6T_SO_GET_INFO : IPT_SO_GET_INFO, &info, &len))
		return false;
	/* a policy for each hook, and the entry that ends the table */
	return info.num_entries >
	       (unsigned int)__builtin_popcount(info.valid_hooks) + 1;
}

static void look_iptables(struct unread *u, bool v6)
{
	const char *path = v6 ? "/proc/self/net/ip6_tables_names" :
				"/proc/self/net/ip_tables_names";
	const char *tool = v6 ? "ip6tables" : "iptables";
	FILE *file = fopen(path, "re");
	char name[XT_TABLE_MAXNAMELEN];
	char tables[256] = "";
	int sock;

	if (!file)
		return;
	sock = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
		      IPPROTO_RAW);
	while (sock >= 0 && fscanf(file, "%31s", name) == 1)
		if (table_has_rules(sock, v6, name))
			add(tables, sizeof(tables), " and ", "%s", name);
	if (*tables) {
		add_what(u, "legacy %s (%s)", tool, tables);
		add_look(u, "'%s-legacy-save -c'", tool);
	}
	if (sock >= 0)
		close(sock);
	fclose(file);
}

static int filter_cb(const struct nlmsghdr *nlh, void *data)
{
	bool *any = data;

	(void)nlh;
	*any = true;
	return MNL_CB_OK;
}

static bool has_filter(u32 ifindex, bool egress)
{
	struct tcmsg tcm = {
		.tcm_ifindex = (int)ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, egress ?
					TC_H_MIN_EGRESS : TC_H_MIN_INGRESS),
	};
	bool any = false;

	return system_dump(RTM_GETTFILTER, &tcm, sizeof(tcm), filter_cb,
			   &any) && any;
}

static void look_tc(struct unread *u, u32 ifindex, const char *dev, bool egress)
{
	const char *way = egress ? "egress" : "ingress";

	if (has_filter(ifindex, egress)) {
		add_what(u, "filters of tc (%s of %s)", way, dev);
		add_look(u, "'tc -s filter show dev %s %s'", dev, way);
	}
	if (bpf_tcx(ifindex, egress)) {
		add_what(u, "eBPF programs of tcx (%s of %s)", way, dev);
		add_look(u, "'bpftool net show dev %s'", dev);
	}
}

static void look_host(struct unread *u, const struct doctor *d)
{
	look_iptables(u, false);
	look_iptables(u, true);
	if (*d->nf.unread) {
		add_what(u, "nftables (table %s)", d->nf.unread);
		add_look(u, "'nft list table %s'", d->nf.unread);
	}
}

static void judge(struct doctor *d, const struct unread *u,
		  const struct subject *about, const char *symptom)
{
	static const struct advice advice = {
		"unread",
		"they can drop copies or answers, and are not understood here",
		"see whether one of them does: %s"
	};
	struct subject s = *about;

	d->checks++;
	if (!*u->what)
		return;
	snprintf(s.word, sizeof(s.word), "%s", u->look);
	if (symptom)
		doctor_found(d, &advice, &s, "%s, and there are rules of %s",
			     symptom, u->what);
	else
		doctor_fact(&s, "rules that were not read: %s", u->what);
}

static void unread_target(struct doctor *d, const struct target *t,
			  struct unread u)
{
	const u64 *n = t->stat;
	char dev[IF_NAMESIZE];
	const char *symptom;
	struct subject s;
	struct route r;

	if (!route_get(&r, &t->to, t->dev, t->mark) &&
	    if_indextoname(r.oif, dev)) {
		look_tc(&u, r.oif, dev, true);
		if (t->direct)
			look_tc(&u, r.oif, dev, false);
	}
	symptom = t->state == TCOPY_STATE_CONNECTING ||
		  t->state == TCOPY_STATE_REFUSED ||
		  (t->state == TCOPY_STATE_PAUSED && !t->paused) ?
			  "the target is not answered" :
		  n[TCOPY_A_STAT_SEND_FAILED] ? "copies did not leave" :
		  n[TCOPY_A_STAT_END_NO_SYNACK] ? "copies were not answered" :
						  NULL;
	doctor_subject(&s, "", "target %u%s%s", t->id, *t->name ? " " : "",
		       t->name);
	judge(d, &u, &s, symptom);
}

static void unread_test(struct doctor *d, struct unread u)
{
	struct if_nameindex *list = if_nameindex(), *dev;
	struct relay_counts relay;
	char symptom[64] = "";
	struct subject s;
	size_t i;

	for (dev = list; dev && dev->if_index; dev++)
		if (strcmp(dev->if_name, "lo"))
			look_tc(&u, dev->if_index, dev->if_name, false);
	if_freenameindex(list);
	/* even a probe that was answered would have been stolen */
	if (*u.what && relay_count_get(&relay) && relay.peers)
		for (i = 0; i < d->now.icepts.n; i++)
			if (!d->now.icepts.v[i].stolen)
				snprintf(symptom, sizeof(symptom),
					 "no answer of port %u was stolen yet",
					 d->now.icepts.v[i].port);
	doctor_subject(&s, "", "test host");
	judge(d, &u, &s, *symptom ? symptom : NULL);
}

/**
 * doctor_unread() - name the rules that cannot be read
 * @d: the examination; its @nf is filled
 */
void doctor_unread(struct doctor *d)
{
	struct unread host = { 0 };
	size_t i;

	look_host(&host, d);
	for (i = 0; i < d->now.targets.n; i++)
		unread_target(d, &d->now.targets.v[i], host);
	if (d->now.icepts.n)
		unread_test(d, host);
}
