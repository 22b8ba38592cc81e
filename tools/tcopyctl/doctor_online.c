// SPDX-License-Identifier: GPL-2.0
/* doctor: the online host's targets. */
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor.h"
#include "route.h"

static const struct advice connecting = {
	"connecting",
	"nothing is copied until the relay answers, and a probe has shown that answers are stolen",
	"on the test host: 'tcopyctl relay', and 'tcopyctl doctor'; on the way: let UDP 36524 through"
};

static const struct advice refused = {
	"refused",
	"nothing is copied where an answer could reach a real client, or where nobody answers",
	"on the test host: start the service, 'tcopyctl add-intercept %s', and 'tcopyctl doctor'"
};

static const struct advice refused_direct = {
	"refused",
	"nothing is copied where nobody answers",
	"start the service on port %s of the target, and let this host's TCP connections to it through"
};

static const struct advice paused = {
	"paused", "no further connection is copied", "tcopyctl resume-target %s"
};

static const struct advice unanswered = {
	"unanswered",
	"new copies are not answered, or refused: they wait until a probe is",
	"on the test host: 'tcopyctl doctor' (rp_filter, firewall); where the network drops foreign sources: 'tcopyctl set-target %s --source own'"
};

static void examine_state(struct doctor *d, const struct target *t,
			  const struct subject *s)
{
	struct subject port = *s;

	d->checks++;
	snprintf(port.word, sizeof(port.word), "%u", t->to.port);
	switch (t->state) {
	case TCOPY_STATE_CONNECTING:
		doctor_found(d, &connecting, s, "%s", t->reason);
		break;
	case TCOPY_STATE_REFUSED:
		doctor_found(d, t->direct ? &refused_direct : &refused, &port,
			     "%s", t->reason);
		break;
	case TCOPY_STATE_PAUSED:
		doctor_found(d, t->paused ? &paused : &unanswered, s, "%s",
			     t->reason);
		break;
	}
}

static bool link_runs(const char *dev, int *mtu)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { 0 };
	bool runs;

	*mtu = 0;
	if (sock < 0)
		return true;
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	runs = ioctl(sock, SIOCGIFFLAGS, &req) ||
	       req.ifr_flags & IFF_RUNNING;
	if (!ioctl(sock, SIOCGIFMTU, &req))
		*mtu = req.ifr_mtu;
	close(sock);
	return runs;
}

static void examine_route(struct doctor *d, const struct target *t,
			  const struct subject *s)
{
	static const struct advice route = {
		"route", "copies cannot leave this host",
		"'ip route get %s', then 'ip route add' what is missing"
	};
	static const struct advice link = {
		"link", "copies cannot leave this host",
		"'ip link set %s up', and look at its cable or its peer"
	};
	char to[ENDPOINT_TEXT], dev[IF_NAMESIZE] = "?", via[ENDPOINT_TEXT];
	struct endpoint addr = t->to;
	struct subject about = *s;
	char less[40] = "";
	struct route r;
	int rc, mtu;

	d->checks += 2;
	addr.port = 0;
	addr.ifindex = 0;
	endpoint_text(to, &addr);
	rc = route_get(&r, &t->to, t->dev, t->mark);
	snprintf(about.word, sizeof(about.word), "%s", to);
	if (rc || (r.type != RTN_UNICAST && r.type != RTN_LOCAL)) {
		doctor_found(d, &route, &about, "no route to %s: %s", to,
			     rc ? strerror(-rc) : "it is no unicast one");
		return;
	}
	if_indextoname(r.oif, dev);
	snprintf(about.word, sizeof(about.word), "%s", dev);
	if (!link_runs(dev, &mtu))
		doctor_found(d, &link, &about,
			     "the device %s, by which copies leave, has no link",
			     dev);
	if (r.mtu && (int)r.mtu < mtu)
		snprintf(less, sizeof(less), " of the device's %d", mtu);
	doctor_fact(s, "to %s by %s%s%s, MTU %d%s", to, dev,
		    r.gateway.family ? " via " : "", r.gateway.family ?
		    endpoint_text(via, &r.gateway) : "",
		    r.mtu ? (int)r.mtu : mtu, less);
}

/* Is there anything to be copied? */
static void examine_service(struct doctor *d, const struct target *t,
			    const struct subject *s)
{
	static const struct advice service = {
		"online-service", "no client's packet will ever match",
		"start the service, or say which it is: 'tcopyctl add-target ... --from [ADDR:]PORT'; of a container: '--hook forward --from ADDR:PORT'"
	};
	static const struct advice forward = {
		"forwarding", "hook forward sees what this host forwards, and it forwards nothing",
		"sysctl -w %s=1"
	};
	const char *path = t->to.family == 4 ? "ipv4/ip_forward" :
					       "ipv6/conf/all/forwarding";
	struct subject about = *s;
	long on;

	d->checks++;
	if (t->hook == TCOPY_HOOK_INPUT && !system_listens(&t->from))
		doctor_found(d, &service, s,
			     "nothing on this host listens on port %u",
			     t->from.port);
	snprintf(about.word, sizeof(about.word), "%s", t->to.family == 4 ?
		 "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding");
	if (t->hook == TCOPY_HOOK_FORWARD &&
	    system_read(&on, "/proc/sys/net/%s", path) && !on)
		doctor_found(d, &forward, &about, "%s is 0", about.word);
}

static void print_channel(const struct target *t, const struct subject *s)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT], relay[ENDPOINT_TEXT];

	doctor_fact(s, "%s -> %s, %s", endpoint_text(from, &t->from),
		    endpoint_text(to, &t->to), state_text(t->state));
	if (t->heard) {
		doctor_fact(s, "relay %s spoke %u ms ago",
			    endpoint_text(relay, &t->relay), t->heard_ms);
		doctor_fact(s, "a probe's round trip was %u us", t->rtt);
		doctor_fact(s, "%llu of %llu datagrams of headers lost",
			    (unsigned long long)
			    t->stat[TCOPY_A_STAT_HEADERS_LOST],
			    (unsigned long long)t->stat[TCOPY_A_STAT_HEADERS]);
	} else if (!t->direct) {
		doctor_fact(s, "relay %s has not spoken yet",
			    endpoint_text(relay, &t->relay));
	}
}

/**
 * doctor_online() - examine the targets
 * @d: the examination
 */
void doctor_online(struct doctor *d)
{
	struct subject s;
	char id[16];
	size_t i;

	for (i = 0; i < d->now.targets.n; i++) {
		const struct target *t = &d->now.targets.v[i];

		snprintf(id, sizeof(id), "%u", t->id);
		doctor_subject(&s, id, "target %u%s%s", t->id,
			       *t->name ? " " : "", t->name);
		print_channel(t, &s);
		examine_state(d, t, &s);
		examine_route(d, t, &s);
		examine_service(d, t, &s);
		doctor_counters(d, t, &s);
	}
}
