// SPDX-License-Identifier: GPL-2.0
/* doctor: what concerns either host. */
#include "doctor.h"

#define CONNTRACK "/proc/sys/net/netfilter/nf_conntrack_"

/* percent of its table */
#define CONNTRACK_MOST 90

static void examine_conntrack(struct doctor *d)
{
	static const struct advice full = {
		"conntrack",
		"a full table drops connections that begin: copies on the test host, and on the online host production's own",
		"sysctl -w net.netfilter.nf_conntrack_max=%s"
	};
	struct subject s;
	long count, max;
	char word[24];

	if (!system_read(&count, CONNTRACK "count") ||
	    !system_read(&max, CONNTRACK "max"))
		return;
	d->checks++;
	snprintf(word, sizeof(word), "%ld", max * 4);
	doctor_subject(&s, word, "conntrack");
	if (max > 0 && count * 100 >= max * CONNTRACK_MOST)
		doctor_found(d, &full, &s, "%ld of %ld entries are in use",
			     count, max);
	else
		doctor_fact(&s, "%ld of %ld entries in use", count, max);
}

/**
 * doctor_host() - examine what concerns either host
 * @d: the examination
 */
void doctor_host(struct doctor *d)
{
	examine_conntrack(d);
}
