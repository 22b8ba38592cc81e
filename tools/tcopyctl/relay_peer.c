// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's online hosts: who has proven its address, what it is told about
 * this host. See relay_core.h.
 */
#include "relay_core.h"
#include "siphash.h"

/*
 * The cookie of a peer is computed, not kept: a flood of HELLOs with forged
 * sources fills no table. Bound to address, port and the peer's own cookie.
 */
static __be64 make_cookie(const struct relay *r, const struct relay_path *from,
			  __be64 theirs)
{
	struct {
		struct in6_addr remote;
		__be64 theirs;
		u32 scope;
		u32 port;
	} in = {
		.remote = from->remote,
		.theirs = theirs,
		.scope = from->scope,
		.port = from->port,
	};
	u64 cookie = siphash(r->secret, &in, sizeof(in));

	/* 0 means "I have none" */
	return cookie ? cookie : 1;
}

static bool same_host(const struct relay_path *a, const struct relay_path *b)
{
	return a->scope == b->scope &&
	       !memcmp(&a->remote, &b->remote, sizeof(a->remote));
}

static void reply(struct relay *r, const struct relay_path *path,
		  struct wire_out *out)
{
	wire_end(out);
	if (!r->ops->reply(r->ctx, path, out->p, out->len))
		r->stats.reply_failed++;
}

static void send_challenge(struct relay *r, const struct relay_path *to,
			   __be64 theirs, __be64 ours)
{
	struct tcopy_wire_challenge challenge = { .cookie = ours };
	struct wire_out out;

	r->stats.challenges++;
	wire_begin(&out, TCOPY_WIRE_CHALLENGE, theirs);
	wire_put(&out, &challenge, sizeof(challenge));
	reply(r, to, &out);
}

/* One of the very address before one of this host's addresses. */
static const struct relay_icept *find_icept(const struct relay *r,
					    const struct relay_want *want)
{
	const struct relay_icept *icept, *any = NULL;
	unsigned int i;

	for (i = 0; i < r->icepts_n; i++) {
		icept = &r->icepts[i];
		if (icept->port != ntohs(want->port))
			continue;
		if (!icept->family)
			any = icept;
		else if (icept->family == want->family &&
			 !memcmp(&icept->addr, &want->addr,
				 sizeof(icept->addr)))
			return icept;
	}
	return any;
}

/* A want and its prefixes, in @p; returns its bytes. */
static size_t fill_want(const struct relay *r, u8 *p,
			const struct relay_want *from)
{
	const struct relay_icept *icept = find_icept(r, from);
	struct tcopy_wire_want want = {
		.family = from->family,
		.state = icept ? icept->state : TCOPY_WIRE_NOT_INTERCEPTED,
		.port = from->port,
		.addr = from->addr,
	};
	struct tcopy_wire_prefix prefix = { 0 };
	size_t len = sizeof(want);
	unsigned int i;

	for (i = 0; icept && i < icept->pass_n; i++) {
		if (icept->pass[i].family != from->family)
			continue;
		prefix.family = icept->pass[i].family;
		prefix.plen = icept->pass[i].plen;
		prefix.addr = icept->pass[i].addr;
		memcpy(p + len, &prefix, sizeof(prefix));
		len += sizeof(prefix);
		want.pass_n++;
	}
	memcpy(p, &want, sizeof(want));
	return len;
}

static void welcome_begin(const struct relay *r, struct wire_out *out,
			  struct tcopy_wire_welcome *welcome, __be64 cookie)
{
	memset(welcome, 0, sizeof(*welcome));
	welcome->epoch = cpu_to_be64(r->epoch);
	welcome->lost = cpu_to_be64(r->lost + r->stats.unsent +
				    r->stats.bad_records);
	wire_begin(out, TCOPY_WIRE_WELCOME, cookie);
	wire_put(out, welcome, sizeof(*welcome));
}

static void welcome_send(struct relay *r, struct relay_peer *peer,
			 struct wire_out *out,
			 const struct tcopy_wire_welcome *welcome)
{
	memcpy(out->p + sizeof(struct tcopy_wire_hdr), welcome,
	       sizeof(*welcome));
	reply(r, &peer->path, out);
}

static void send_welcome(struct relay *r, struct relay_peer *peer)
{
	u8 want[sizeof(struct tcopy_wire_want) +
		TCOPY_ICEPT_PASS_MAX * sizeof(struct tcopy_wire_prefix)];
	struct tcopy_wire_welcome welcome;
	struct wire_out out;
	unsigned int i;
	size_t len;

	welcome_begin(r, &out, &welcome, peer->theirs);
	for (i = 0; i < RELAY_WANTS; i++) {
		if (!peer->wants[i].family)
			continue;
		len = fill_want(r, want, &peer->wants[i]);
		if (!wire_put(&out, want, len)) {
			/* one want with all its prefixes fits an empty one */
			welcome_send(r, peer, &out, &welcome);
			welcome_begin(r, &out, &welcome, peer->theirs);
			wire_put(&out, want, len);
		}
		welcome.wants_n++;
	}
	welcome_send(r, peer, &out, &welcome);
}

static struct relay_peer *find_peer(struct relay *r,
				    const struct relay_path *from)
{
	unsigned int i;

	for (i = 0; i < RELAY_PEERS; i++)
		if (r->peers[i].generation &&
		    r->peers[i].path.port == from->port &&
		    same_host(&r->peers[i].path, from))
			return &r->peers[i];
	return NULL;
}

/**
 * relay_peer_find() - the peer that has this cookie from us
 * @r:		the relay
 * @from:	where its OPEN or BYE came from: any port of its host will do
 * @ours:	the cookie
 *
 * Return: the peer or NULL.
 */
struct relay_peer *relay_peer_find(struct relay *r,
				   const struct relay_path *from, __be64 ours)
{
	unsigned int i;

	for (i = 0; i < RELAY_PEERS; i++)
		if (r->peers[i].generation && r->peers[i].ours == ours &&
		    same_host(&r->peers[i].path, from))
			return &r->peers[i];
	return NULL;
}

static struct relay_peer *add_peer(struct relay *r,
				   const struct relay_path *from,
				   __be64 theirs, __be64 ours)
{
	struct relay_peer *peer;
	unsigned int i;

	for (i = 0; i < RELAY_PEERS && r->peers[i].generation; i++)
		;
	if (i == RELAY_PEERS)
		return NULL;
	peer = &r->peers[i];
	memset(peer, 0, sizeof(*peer));
	memset(peer->open, 0xff, sizeof(peer->open));
	if (!++r->generation)
		r->generation++;
	peer->generation = r->generation;
	peer->path = *from;
	peer->theirs = theirs;
	peer->ours = ours;
	r->peers_n++;
	return peer;
}

/**
 * relay_peer_del() - forget a peer
 * @r:		the relay; what waits is sent first
 * @peer:	one of its
 *
 * Its connections stay in the table; their generation says nobody's.
 */
void relay_peer_del(struct relay *r, struct relay_peer *peer)
{
	relay_core_flush(r);
	peer->generation = 0;
	r->peers_n--;
	relay_tell_gone(r, peer);
}

/* A peer with more wants than fit a HELLO says several. */
static void merge_want(struct relay_peer *peer,
		       const struct tcopy_wire_want *want, u64 now_ms)
{
	struct relay_want *w, *free_one = NULL;
	unsigned int i;

	for (i = 0; i < RELAY_WANTS; i++) {
		w = &peer->wants[i];
		if (!w->family) {
			if (!free_one)
				free_one = w;
			continue;
		}
		if (w->family == want->family && w->port == want->port &&
		    !memcmp(&w->addr, &want->addr, sizeof(w->addr))) {
			w->expires_ms = now_ms + RELAY_EXPIRE_MS;
			return;
		}
	}
	if (!free_one)
		return;
	memset(&free_one->addr, 0, sizeof(free_one->addr));
	memcpy(&free_one->addr, &want->addr, want->family == 4 ? 4 : 16);
	free_one->expires_ms = now_ms + RELAY_EXPIRE_MS;
	free_one->port = want->port;
	free_one->family = want->family;
}

/**
 * relay_peer_hello() - take a HELLO of anybody
 * @r:		the relay
 * @from:	its sender
 * @cookie:	the one it has from us, or not
 * @body:	behind the header; any alignment
 * @len:	its bytes
 */
void relay_peer_hello(struct relay *r, const struct relay_path *from,
		      __be64 cookie, const u8 *body, size_t len)
{
	struct tcopy_wire_hello hello;
	struct tcopy_wire_want want;
	struct relay_peer *peer;
	unsigned int i;
	__be64 ours;

	if (!wire_hello_read(&hello, body, len)) {
		r->stats.malformed++;
		return;
	}
	for (i = 0; i < hello.wants_n; i++) {
		if (!wire_want_read(&want, body, i)) {
			r->stats.malformed++;
			return;
		}
	}
	/*
	 * A wrong cookie is most likely that of the relay before this one: a
	 * challenge brings the peer back, and is half as long as what it
	 * answers.
	 */
	ours = make_cookie(r, from, hello.cookie);
	if (cookie != ours) {
		send_challenge(r, from, hello.cookie, ours);
		return;
	}

	peer = find_peer(r, from);
	if (peer && peer->theirs != hello.cookie) {
		/* another life of the same host: it knows no connection */
		relay_peer_del(r, peer);
		peer = NULL;
	}
	if (!peer)
		peer = add_peer(r, from, hello.cookie, ours);
	if (!peer) {
		r->stats.peers_full++;
		return;
	}
	r->stats.hellos++;
	/* datagrams being filled are for the ports as they were */
	if (peer->ports_n != hello.ports_n ||
	    memcmp(peer->ports, hello.ports, sizeof(peer->ports)))
		relay_core_flush(r);
	peer->path = *from;
	peer->expires_ms = r->now_ms + RELAY_EXPIRE_MS;
	peer->ports_n = hello.ports_n;
	memcpy(peer->ports, hello.ports, sizeof(peer->ports));
	for (i = 0; i < hello.wants_n; i++) {
		wire_want_read(&want, body, i);
		merge_want(peer, &want, r->now_ms);
	}
	r->ops->refresh(r->ctx, r->now_ms);
	relay_tell_peers(r);
	send_welcome(r, peer);
}

/**
 * relay_core_expire() - forget online hosts that have fallen silent
 * @r:		the relay
 * @now_ms:	monotonic clock
 */
void relay_core_expire(struct relay *r, u64 now_ms)
{
	struct relay_peer *peer;
	unsigned int i, j;

	r->now_ms = now_ms;
	relay_held_expire(r);
	for (i = 0; i < RELAY_PEERS; i++) {
		peer = &r->peers[i];
		if (!peer->generation)
			continue;
		if (peer->expires_ms <= now_ms) {
			r->stats.expired++;
			relay_peer_del(r, peer);
			continue;
		}
		for (j = 0; j < RELAY_WANTS; j++)
			if (peer->wants[j].expires_ms <= now_ms)
				peer->wants[j].family = 0;
	}
	relay_tell_peers(r);
}

/**
 * relay_core_intercepts() - what is intercepted on this host now
 * @r:		the relay
 * @v:		zeroed before they were filled: they are compared as bytes
 * @n:		how many; more than RELAY_ICEPTS are left out
 * @lost:	records that the kernel lost since the relay has started
 *
 * A change is told to every online host at once: a drain has little time.
 */
void relay_core_intercepts(struct relay *r, const struct relay_icept *v,
			   unsigned int n, u64 lost)
{
	unsigned int i;
	bool changed;

	n = min_t(unsigned int, n, RELAY_ICEPTS);
	changed = n != r->icepts_n ||
		  (n && memcmp(r->icepts, v, n * sizeof(*v)));
	if (n)
		memcpy(r->icepts, v, n * sizeof(*v));
	r->icepts_n = n;
	r->lost = lost;
	if (changed)
		relay_tell_peers(r);
	for (i = 0; changed && i < RELAY_PEERS; i++)
		if (r->peers[i].generation)
			send_welcome(r, &r->peers[i]);
}
