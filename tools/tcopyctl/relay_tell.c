// SPDX-License-Identifier: GPL-2.0
/*
 * What the relay tells the kernel: who its online hosts are, and which copies
 * have nobody any more who would reset them. See relay_core.h.
 */
#include "relay_core.h"

#define ORPHANS_A_TURN	16384	/* entries of the table looked at */

static void fill_peer(struct tcopy_icept_peer *to,
		      const struct relay_peer *peer,
		      const struct relay_want *want)
{
	const struct in6_addr *remote = &peer->path.remote;

	memset(to, 0, sizeof(*to));
	to->port = want->port;
	if (IN6_IS_ADDR_V4MAPPED(remote)) {
		to->family = 4;
		memcpy(to->addr, remote->s6_addr + 12, 4);
	} else {
		to->family = 6;
		memcpy(to->addr, remote, 16);
	}
}

/* Only these need the kernel's attention, and they are few. */
static bool is_passed(const struct relay *r,
		      const struct tcopy_icept_peer *peer)
{
	const struct relay_icept *icept;
	union tcopy_addr addr;
	unsigned int i, j;

	memcpy(&addr, peer->addr, sizeof(addr));
	for (i = 0; i < r->icepts_n; i++) {
		icept = &r->icepts[i];
		if (icept->port != ntohs(peer->port))
			continue;
		for (j = 0; j < icept->pass_n; j++)
			if (prefix_holds(&icept->pass[j], peer->family, &addr))
				return true;
	}
	return false;
}

static void add_peer(const struct relay *r, struct tcopy_icept_peer *v,
		     unsigned int *n, const struct tcopy_icept_peer *peer)
{
	unsigned int i;

	if (*n == TCOPY_ICEPT_PEERS_MAX || !is_passed(r, peer))
		return;
	for (i = 0; i < *n; i++)
		if (!memcmp(&v[i], peer, sizeof(*peer)))
			return;
	v[(*n)++] = *peer;
}

/**
 * relay_tell_peers() - tell the kernel who is never passed, if that has changed
 * @r:		the relay
 *
 * Those online hosts that are inside of a pass prefix of a port they copy to.
 * Before they are welcomed: then they send their probes.
 */
void relay_tell_peers(struct relay *r)
{
	struct tcopy_icept_peer v[TCOPY_ICEPT_PEERS_MAX], peer;
	unsigned int i, j, n = 0;

	for (i = 0; i < RELAY_PEERS; i++) {
		if (!r->peers[i].generation)
			continue;
		for (j = 0; j < RELAY_WANTS; j++) {
			if (!r->peers[i].wants[j].family)
				continue;
			fill_peer(&peer, &r->peers[i], &r->peers[i].wants[j]);
			add_peer(r, v, &n, &peer);
		}
	}
	if (n == r->told_n && !memcmp(v, r->told, n * sizeof(v[0])))
		return;
	if (!r->ops->peers(r->ctx, v, n))
		return;
	memcpy(r->told, v, n * sizeof(v[0]));
	r->told_n = n;
}

static bool port_is_wanted(const struct relay *r, __be16 port)
{
	unsigned int i, j;

	for (i = 0; i < RELAY_PEERS; i++)
		for (j = 0; r->peers[i].generation && j < RELAY_WANTS; j++)
			if (r->peers[i].wants[j].family &&
			    r->peers[i].wants[j].port == port)
				return true;
	return false;
}

/**
 * relay_tell_gone() - an online host has gone, perhaps without resetting copies
 * @r:		the relay
 * @gone:	the peer; no longer counted as one
 *
 * Of a port that nobody else copies to the kernel aborts whatever copies it
 * finds: that holds for connections too that this relay has never heard of.
 * Where others copy, relay_core_orphans() tells it one by one.
 */
void relay_tell_gone(struct relay *r, const struct relay_peer *gone)
{
	const struct relay_want *want;
	unsigned int i;

	for (i = 0; i < RELAY_WANTS; i++) {
		want = &gone->wants[i];
		if (want->family && !port_is_wanted(r, want->port))
			r->ops->abort_port(r->ctx, ntohs(want->port));
	}
	r->orphans = true;
	r->orphans_at = 0;
}

static void fill_flow(struct tcopy_icept_flow *to,
		      const struct tcopy_flow *answer)
{
	memset(to, 0, sizeof(*to));
	to->family = (u8)answer->family;
	to->sport = answer->dport;
	to->dport = answer->sport;
	memcpy(to->src, &answer->dst, sizeof(to->src));
	memcpy(to->dst, &answer->src, sizeof(to->dst));
}

/**
 * relay_core_orphans() - some of the copies that nobody will reset
 * @r:		the relay
 *
 * Each is told once: as closed, the entry is anybody's.
 *
 * Return: false when that was all; else there may be more, but other work
 * should be done in between.
 */
bool relay_core_orphans(struct relay *r)
{
	size_t all = ((size_t)r->owners.mask + 1) * OWNERS_WAYS;
	struct tcopy_icept_flow v[TCOPY_ICEPT_FLOWS_MAX];
	unsigned int n = 0, turn;
	struct owner *o;

	if (!r->orphans)
		return false;
	for (turn = 0; turn < ORPHANS_A_TURN; turn++) {
		if (r->orphans_at == all || n == TCOPY_ICEPT_FLOWS_MAX)
			break;
		o = &r->owners.entries[r->orphans_at++];
		if (!o->flow.family || o->closed || relay_owner_peer(r, o))
			continue;
		o->closed = true;
		/* else the kernel looks for them itself */
		if (port_is_wanted(r, o->flow.sport))
			fill_flow(&v[n++], &o->flow);
	}
	if (n) {
		r->stats.orphans += n;
		r->ops->abort_flows(r->ctx, v, n);
	}
	r->orphans = r->orphans_at < all;
	return r->orphans;
}

/**
 * relay_core_stalled() - this process was not run for a while
 * @r:		the relay
 * @ms:		how long
 *
 * What online hosts said meanwhile waits to be read: their silence was ours.
 */
void relay_core_stalled(struct relay *r, u64 ms)
{
	unsigned int i, j;

	for (i = 0; i < RELAY_PEERS; i++) {
		r->peers[i].expires_ms += ms;
		for (j = 0; j < RELAY_WANTS; j++)
			r->peers[i].wants[j].expires_ms += ms;
	}
}
