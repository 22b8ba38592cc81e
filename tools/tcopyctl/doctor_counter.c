// SPDX-License-Identifier: GPL-2.0
/* doctor: counters of a target that point to a cause. */
#include "doctor.h"

/**
 * struct symptom - a counter that is too high
 * @stat:	enum tcopy_a_stat
 * @of:		what it is compared with; 0: one is too many
 * @percent:	of that, more than so much is too high
 * @advice:	what that says
 */
struct symptom {
	u16 stat;
	u16 of;
	u8 percent;
	struct advice advice;
};

#define UNTIL "; then 'tcopyctl reset-stats', and ask again"

static const struct symptom symptoms[] = {
	{ TCOPY_A_STAT_SESSION_LIMIT, 0, 0, {
		"session-limit",
		"connections beyond --max-sessions are not copied",
		"'tcopyctl set-target %s --max-sessions N', or --sample for fewer of them"
		UNTIL
	} },
	{ TCOPY_A_STAT_CPU_LIMIT, 0, 0, {
		"cpu-limit",
		"copying had used up its share of a CPU: connections that began were not copied",
		"'tcopyctl set --cpu PERCENT', or 'tcopyctl set-target %s --sample PERCENT'"
		UNTIL
	} },
	{ TCOPY_A_STAT_END_SHED, 0, 0, {
		"shed",
		"copies were ended at a limit, of memory or of CPU time",
		"'tcopyctl show' has both: 'tcopyctl set --memory SIZE --cpu PERCENT', or 'tcopyctl set-target %s --sample PERCENT'"
		UNTIL
	} },
	{ TCOPY_A_STAT_PASSED, 0, 0, {
		"passed",
		"these clients are in a --pass prefix of the intercept: they would hear the answers to their copies, and are not copied",
		"if that is not meant: on the test host del-intercept, and add-intercept without that prefix"
	} },
	{ TCOPY_A_STAT_SEND_FAILED, 0, 0, {
		"send-failed",
		"copies did not leave this host: no route, no neighbour, or a rule for its output drops them",
		"'ip route get' and 'ip neigh' of the target's address; 'nft list ruleset': let TCP with clients' addresses out"
		UNTIL
	} },
	{ TCOPY_A_STAT_END_NO_SYNACK, TCOPY_A_STAT_OPENED, 2, {
		"no-synack",
		"copies get no answer though probes do: packets with clients' source addresses are dropped on the way",
		"on the test host: rp_filter and firewall ('tcopyctl doctor' there); where the network drops them: 'tcopyctl set-target %s --source own'"
		UNTIL
	} },
	{ TCOPY_A_STAT_END_REFUSED, TCOPY_A_STAT_OPENED, 2, {
		"refusals",
		"the test service, or a firewall there, resets copies at their beginning",
		"on the test host: is the service up, its backlog long enough ('ss -ltn'), and no rule that rejects?"
		UNTIL
	} },
	{ TCOPY_A_STAT_HEADERS_LOST, TCOPY_A_STAT_HEADERS, 1, {
		"headers-lost",
		"datagrams with answers' headers get lost: TCP repairs it, but copies lag behind",
		"look for loss of UDP on the way from the test host: 'nstat -az UdpRcvbufErrors UdpInErrors', 'ip -s link' on both"
		UNTIL
	} },
	{ TCOPY_A_STAT_CHECKSUM, 0, 0, {
		"checksum",
		"client packets with a wrong checksum came: production drops them, too",
		"a device on the way, or its offload, is broken: 'ethtool -K DEV rx off' on this host shows which"
		UNTIL
	} },
	{ TCOPY_A_STAT_FRAGMENT, 0, 0, {
		"fragments",
		"fragments of client packets were not copied, and ended their copies",
		"let conntrack put them together, or lower the MSS that the service announces"
		UNTIL
	} },
};

/**
 * doctor_counters() - look for counters that point to a cause
 * @d:	the examination
 * @t:	the target
 * @s:	it, by its ID
 */
void doctor_counters(struct doctor *d, const struct target *t,
		     const struct subject *s)
{
	const struct symptom *y;
	u64 value, of;
	size_t i;

	for (i = 0; i < sizeof(symptoms) / sizeof(*symptoms); i++) {
		y = &symptoms[i];
		value = t->stat[y->stat];
		of = y->of ? t->stat[y->of] : 0;
		d->checks++;
		if (!value || (y->of && value * 100 <= of * y->percent))
			continue;
		if (y->of)
			doctor_found(d, &y->advice, s, "%s is %llu of %llu %s",
				     stat_infos[y->stat].name,
				     (unsigned long long)value,
				     (unsigned long long)of,
				     stat_infos[y->of].name);
		else
			doctor_found(d, &y->advice, s, "%s is %llu",
				     stat_infos[y->stat].name,
				     (unsigned long long)value);
	}
}
