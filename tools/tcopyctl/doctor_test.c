// SPDX-License-Identifier: GPL-2.0
/* doctor: the test host's intercepts. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doctor.h"
#include "route.h"

/* Stands for a client from anywhere (RFC 5737). */
#define SOMEBODY "198.51.100.1"

static void examine_port(struct doctor *d, const struct icept *icept)
{
	static const struct advice draining = {
		"draining", "copies to this port are being reset, and no new ones begin",
		"wait until 'tcopyctl show-intercepts' has it no more, then add-intercept it anew; or 'tcopyctl del-intercept %s --force'"
	};
	static const struct advice service = {
		"service", "probes are answered with a reset, and online hosts copy nothing",
		"start the test service on port %s; in a container or on another host: 'add-intercept' with --addr"
	};
	static const struct advice all = {
		"pass-all", "every client is let through: nothing is stolen, so nothing can be copied",
		"'tcopyctl del-intercept %s', and add-intercept with the prefixes of those alone who use the test service themselves"
	};
	struct endpoint at = { .port = icept->port };
	struct subject s;
	char port[8];
	unsigned int i;

	snprintf(port, sizeof(port), "%u", icept->port);
	doctor_subject(&s, port, "port %s", port);
	d->checks += 3;
	if (icept->state == TCOPY_ICEPT_DRAINING)
		doctor_found(d, &draining, &s, "its intercept drains");
	if (!icept->addr.family && !system_listens(&at))
		doctor_found(d, &service, &s,
			     "nothing on this host listens there");
	for (i = 0; i < icept->pass_n; i++)
		if (!icept->pass[i].plen)
			doctor_found(d, &all, &s, "a --pass prefix has length 0");
	doctor_fact(&s, "%llu answers stolen, %llu passed, %u pass prefixes",
		    (unsigned long long)icept->stolen,
		    (unsigned long long)icept->passed, icept->pass_n);
}

static void examine_relay(struct doctor *d, const struct subject *host)
{
	static const struct advice relay = {
		"relay", "online hosts hear of no answer, and copy nothing",
		"'tcopyctl relay', by systemd or in a terminal"
	};
	static const struct advice lost = {
		"records-lost", "answers were stolen and nobody was told of them: copies stall until TCP repairs it",
		"keep the relay running; when it runs, give it more CPU time: 'systemctl status tcopy-relay', 'kill -USR1' shows its counters; counted since the first intercept"
	};

	d->checks += 2;
	if (!d->now.icept_all.relay)
		doctor_found(d, &relay, host, "no relay takes the answers");
	if (d->now.icept_all.lost)
		doctor_found(d, &lost, host, "%llu records of answers were lost",
			     (unsigned long long)d->now.icept_all.lost);
}

/* What would be dropped as coming from nowhere it could be answered to. Nothing
 * comes in by a device that is down, as those that come with tunnels' modules.
 */
static void examine_filter(struct doctor *d, const struct route *back)
{
	static const struct advice filter = {
		"rp-filter",
		"copies have clients' source addresses: those to which no route leads back by this device are dropped before the service sees them",
		"sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.%s.rp_filter=0"
	};
	const struct sockaddr_ll *link;
	struct ifaddrs *list, *dev;
	long all = 0, own;
	struct subject s;

	if (getifaddrs(&list))
		return;
	system_read(&all, "/proc/sys/net/ipv4/conf/all/rp_filter");
	for (dev = list; dev; dev = dev->ifa_next) {
		link = (const struct sockaddr_ll *)dev->ifa_addr;
		if (!link || link->sll_family != AF_PACKET ||
		    !(dev->ifa_flags & IFF_UP) ||
		    dev->ifa_flags & IFF_LOOPBACK ||
		    !system_read(&own, "/proc/sys/net/ipv4/conf/%s/rp_filter",
				 dev->ifa_name))
			continue;
		d->checks++;
		if ((all > own ? all : own) != 1 ||
		    back->oif == (uint32_t)link->sll_ifindex)
			continue;
		doctor_subject(&s, dev->ifa_name, "device %s", dev->ifa_name);
		doctor_found(d, &filter, &s,
			     "rp_filter is strict (1), and the way back to %s does not lead by it",
			     SOMEBODY);
	}
	freeifaddrs(list);
}

static char *next_word(char **at)
{
	char *word;

	do {
		word = strsep(at, "\n ");
	} while (word && !*word);
	return word;
}

/* IPv4 packets that were dropped for where they say they come from; of the
 * whole machine. 0 also when nobody can tell.
 */
static unsigned long martians(void)
{
	FILE *file = fopen("/proc/self/net/stat/rt_cache", "re");
	unsigned int column = 0, i;
	unsigned long sum = 0;
	char line[512], *at = line, *word;

	if (!file)
		return 0;
	if (!fgets(line, sizeof(line), file))
		at = NULL;
	while ((word = next_word(&at)) && strcmp(word, "in_martian_src"))
		column++;
	while (fgets(line, sizeof(line), file)) {	/* a CPU each */
		at = line;
		for (i = 0; (word = next_word(&at)); i++)
			if (i == column)
				sum += strtoul(word, NULL, 16);
	}
	fclose(file);
	return sum;
}

/* Old ones say nothing of copies: is the number growing? A client's SYN that
 * was dropped is sent again after a second.
 */
static void examine_martians(struct doctor *d, const struct subject *host)
{
	static const struct timespec moment = { .tv_sec = 1,
						.tv_nsec = 300000000 };
	static const struct advice advice = {
		"martians",
		"the kernel drops packets of which it thinks that they cannot come from there, as copies of clients that have an address of this host, or that rp_filter expects by another device",
		"'sysctl -w net.ipv4.conf.all.log_martians=1' has them named in the kernel's log; those with an address of this host are let in by 'sysctl -w net.ipv4.conf.DEV.accept_local=1'"
	};
	unsigned long before = martians(), now;

	d->checks++;
	if (!before)
		return;
	nanosleep(&moment, NULL);
	now = martians();
	if (now > before)
		doctor_found(d, &advice, host,
			     "%lu packets with impossible sources (martians) were dropped just now",
			     now - before);
	else
		doctor_fact(host, "%lu packets with impossible sources (martians) were dropped, none just now",
			    before);
}

static void examine_way_back(struct doctor *d, const struct subject *host)
{
	static const struct advice back = {
		"way-back",
		"the service's answers to clients from elsewhere have no route: they are never made, so there is nothing to steal, and copies are not answered",
		"ip route add default via GATEWAY; none of them will leave: they are stolen before"
	};
	struct endpoint somebody = { .family = 4 };
	struct route route;

	inet_pton(AF_INET, SOMEBODY, &somebody.addr.v4);
	d->checks++;
	if (route_get(&route, &somebody, 0, 0) || route.type != RTN_UNICAST) {
		memset(&route, 0, sizeof(route));
		doctor_found(d, &back, host, "no route leads to %s, as to any client",
			     SOMEBODY);
	}
	examine_filter(d, &route);
}

/**
 * doctor_test() - examine the intercepts
 * @d: the examination
 */
void doctor_test(struct doctor *d)
{
	struct subject host;
	bool own = false;
	size_t i;

	if (!d->now.icepts.n)
		return;
	doctor_subject(&host, "", "test host");
	examine_relay(d, &host);
	for (i = 0; i < d->now.icepts.n; i++) {
		examine_port(d, &d->now.icepts.v[i]);
		own |= !d->now.icepts.v[i].addr.family;
	}
	if (own) {
		examine_way_back(d, &host);
		examine_martians(d, &host);
	}
}
