// SPDX-License-Identifier: GPL-2.0
/*
 * The return channel: kmod/lib/wire.h, tools/tcopyctl/wire.c, and the relay
 * without its sockets, met by online hosts that this test plays.
 */
#include "relay_core.h"
#include "siphash.h"
#include "t.h"

/* What the relay has sent. */
static struct {
	struct relay_path to;
	u8 p[TCOPY_WIRE_MAX];
	size_t len;
} replies[64];
static unsigned int replies_n;
static struct {
	struct relay_path to;
	u8 p[TCOPY_WIRE_MAX];
	size_t len;
	unsigned int records_n;
} sent[512];
static unsigned int sent_n, calls_n;
static bool send_fails;
static struct relay *relay;
static u64 now_ms;

static bool op_reply(void *ctx, const struct relay_path *path, const u8 *p,
		     size_t len)
{
	replies[replies_n % 64].to = *path;
	memcpy(replies[replies_n % 64].p, p, len);
	replies[replies_n % 64].len = len;
	replies_n++;
	return !send_fails;
}

static u64 op_send(void *ctx, const struct relay_datagram *v, unsigned int n)
{
	u64 lost = 0;
	unsigned int i;

	calls_n++;
	for (i = 0; i < n; i++) {
		if (send_fails) {
			lost += v[i].records_n;
			continue;
		}
		sent[sent_n % 512].to = v[i].path;
		memcpy(sent[sent_n % 512].p, v[i].head, 24);
		memcpy(sent[sent_n % 512].p + 24, v[i].body, v[i].len);
		sent[sent_n % 512].len = 24 + v[i].len;
		sent[sent_n % 512].records_n = v[i].records_n;
		sent_n++;
	}
	return lost;
}

static void op_refresh(void *ctx, u64 at_ms)
{
}

/* What the relay has told the kernel. */
static struct tcopy_icept_peer told[TCOPY_ICEPT_PEERS_MAX];
static unsigned int told_n, tells_n;
static u16 aborted_ports[8];
static unsigned int aborted_ports_n;
static struct tcopy_icept_flow aborted[512];
static unsigned int aborted_n;

static bool op_peers(void *ctx, const struct tcopy_icept_peer *v,
		     unsigned int n)
{
	memcpy(told, v, n * sizeof(*v));
	told_n = n;
	tells_n++;
	return true;
}

static void op_abort_port(void *ctx, u16 port)
{
	aborted_ports[aborted_ports_n++ % 8] = port;
}

static void op_abort_flows(void *ctx, const struct tcopy_icept_flow *v,
			   unsigned int n)
{
	unsigned int i;

	T_OK(n && n <= TCOPY_ICEPT_FLOWS_MAX);
	for (i = 0; i < n; i++)
		aborted[aborted_n++ % 512] = v[i];
}

static const struct relay_ops ops = {
	op_reply, op_send, op_refresh, op_peers, op_abort_port, op_abort_flows
};

static void up(void)
{
	static const u64 seed[7] = { 1, 2, 3, 4, 5, 6, 0x1234 };

	if (relay)
		relay_core_free(relay);
	relay = relay_core_new(&ops, NULL, seed);
	replies_n = 0;
	sent_n = 0;
	calls_n = 0;
	send_fails = false;
	told_n = 0;
	tells_n = 0;
	aborted_ports_n = 0;
	aborted_n = 0;
	now_ms = 1000000;
}

/* An online host. */
struct online {
	struct relay_path path;
	__be64 cookie, relay_cookie;
	unsigned int ports_n;
};

static struct online online(unsigned int i)
{
	struct online o = { .ports_n = 1, .cookie = 0x1111 * (i + 1) };

	o.path.remote.s6_addr[10] = 0xff;
	o.path.remote.s6_addr[11] = 0xff;
	o.path.remote.s6_addr[12] = 10;
	o.path.remote.s6_addr[15] = (u8)(i + 1);
	o.path.local = o.path.remote;
	o.path.local.s6_addr[15] = 200;
	o.path.port = htons((u16)(40000 + i));
	return o;
}

static void give(const struct online *o, struct wire_out *out)
{
	/* exactly as long as it is: ASan sees a byte too many */
	u8 *p = malloc(out->len ? out->len : 1);

	memcpy(p, out->p, out->len);
	relay_core_datagram(relay, &o->path, p, out->len, now_ms);
	free(p);
}

static void hello(struct online *o, u16 port)
{
	struct tcopy_wire_hello body = {
		.cookie = o->cookie,
		.ports_n = (u8)o->ports_n,
		.wants_n = 1,
	};
	struct tcopy_wire_want want = { .family = 4, .port = htons(port) };
	struct wire_out out;
	unsigned int i;

	want.addr.v4 = htonl(0x0a0000c8);
	for (i = 0; i < o->ports_n; i++)
		body.ports[i] = htons((u16)(50000 + i));
	wire_begin(&out, TCOPY_WIRE_HELLO, o->relay_cookie);
	wire_put(&out, &body, sizeof(body));
	wire_put(&out, &want, sizeof(want));
	wire_end(&out);
	give(o, &out);
}

/* HELLO, CHALLENGE, HELLO, WELCOME */
static void join(struct online *o, u16 port)
{
	struct tcopy_wire_challenge challenge;
	struct tcopy_wire_hdr hdr;
	unsigned int at = replies_n;

	hello(o, port);
	T_EQ(replies_n, at + 1);
	T_OK(tcopy_wire_check(&hdr, replies[at % 64].p, replies[at % 64].len));
	T_EQ(hdr.type, TCOPY_WIRE_CHALLENGE);
	T_EQ(hdr.cookie, o->cookie);
	memcpy(&challenge, replies[at % 64].p + sizeof(hdr),
	       sizeof(challenge));
	T_OK(challenge.cookie);
	o->relay_cookie = challenge.cookie;
	hello(o, port);
	T_EQ(replies_n, at + 2);
	T_EQ(replies[(at + 1) % 64].p[5], TCOPY_WIRE_WELCOME);
}

/* A record of 10.0.0.200:80 to 10.9.0.9:@client */
static size_t record(u8 *p, u16 client, u8 flags, u32 seq)
{
	struct tcopy_wire_record rec = {
		.payload = htonl(100),
		.len = htons(40),
		.tcp_off = htons(20),
	};

	memset(p, 0, 48);
	memcpy(p, &rec, sizeof(rec));
	p[8] = 0x45;
	memcpy(p + 8 + 12, "\x0a\0\0\xc8\x0a\x09\0\x09", 8);
	p[28 + 1] = 80;
	p[28 + 2] = (u8)(client >> 8);
	p[28 + 3] = (u8)client;
	p[28 + 7] = (u8)seq;
	p[28 + 12] = 0x50;
	p[28 + 13] = flags;
	return 48;
}

static void open_flow(struct online *o, u16 client)
{
	struct tcopy_wire_open body = { .flows_n = htons(1) };
	struct tcopy_wire_flow flow = {
		.family = 4,
		.sport = htons(client),
		.dport = htons(80),
	};
	struct wire_out out;

	flow.src.v4 = htonl(0x0a090009);
	flow.dst.v4 = htonl(0x0a0000c8);
	/* an address's unused bytes may hold anything */
	flow.src.v6[15] = 0x55;
	wire_begin(&out, TCOPY_WIRE_OPEN, o->relay_cookie);
	wire_put(&out, &body, sizeof(body));
	wire_put(&out, &flow, sizeof(flow));
	wire_end(&out);
	give(o, &out);
}

static void answer(u16 client, u8 flags)
{
	u8 p[48];

	relay_core_records(relay, p, record(p, client, flags, 1), 1, now_ms);
	relay_core_flush(relay);
}

static bool sent_to(unsigned int i, const struct online *o)
{
	return !memcmp(&sent[i].to.remote, &o->path.remote, 16);
}

/* the reference vectors' key and input are 0, 1, 2, ... */
static void siphash_is_siphash(void)
{
	static const u64 key[2] = { 0x0706050403020100ull,
				    0x0f0e0d0c0b0a0908ull };
	u8 in[15];
	unsigned int i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (u8)i;
	T_EQ(siphash(key, in, 15), 0xa129ca6149be45e5ull);
	T_EQ(siphash(key, in, 0), 0x726fdb47dd0e0e31ull);
	T_EQ(siphash(key, in, 8), 0x93f5f5799a932462ull);
}

static void the_challenge_is_shorter_than_the_hello(void)
{
	struct online o = online(0);

	up();
	T_DO(join(&o, 80));
	T_OK(replies[0].len < 16 + sizeof(struct tcopy_wire_hello));
	/* it answers from the address that was asked */
	T_OK(!memcmp(&replies[0].to, &o.path, sizeof(o.path)));
	T_EQ(relay->peers_n, 1);
	T_EQ(relay->stats.challenges, 1);
	T_EQ(relay->stats.hellos, 1);
}

static void a_cookie_is_good_at_one_address_alone(void)
{
	struct online a = online(0), b = online(1), c;

	up();
	T_DO(join(&a, 80));
	b.relay_cookie = a.relay_cookie;
	b.cookie = a.cookie;
	b.path.port = a.path.port;
	hello(&b, 80);
	T_EQ(relay->peers_n, 1);
	T_EQ(replies[replies_n - 1].p[5], TCOPY_WIRE_CHALLENGE);
	/* nor at another port, nor with another cookie of the online host */
	c = a;
	c.path.port ^= 1;
	hello(&c, 80);
	T_EQ(relay->peers_n, 1);
	T_EQ(replies[replies_n - 1].p[5], TCOPY_WIRE_CHALLENGE);
	c = a;
	c.cookie ^= 1;
	hello(&c, 80);
	T_EQ(replies[replies_n - 1].p[5], TCOPY_WIRE_CHALLENGE);
	/* OPEN and BYE of others are dropped */
	open_flow(&b, 1000);
	T_EQ(relay->stats.bad_cookie, 1);
	T_EQ(relay->stats.opens, 0);
}

static void an_unknown_relay_cookie_is_challenged(void)
{
	struct online o = online(0);
	__be64 old;

	up();
	T_DO(join(&o, 80));
	old = o.relay_cookie;
	o.relay_cookie = old ^ 0x100;
	hello(&o, 80);
	T_EQ(replies[replies_n - 1].p[5], TCOPY_WIRE_CHALLENGE);
	T_EQ(relay->stats.challenges, 2);
}

static void welcome_says_what_is_intercepted(void)
{
	static struct relay_icept icept[1];
	struct tcopy_wire_welcome welcome;
	struct tcopy_wire_want want;
	struct tcopy_wire_prefix prefix;
	struct online o = online(0);
	struct err err;
	const u8 *p;

	up();
	T_DO(join(&o, 80));
	p = replies[replies_n - 1].p + 16;
	memcpy(&welcome, p, sizeof(welcome));
	memcpy(&want, p + sizeof(welcome), sizeof(want));
	T_EQ(be64_to_cpu(welcome.epoch), 0x1234);
	T_EQ(welcome.wants_n, 1);
	T_EQ(want.state, TCOPY_WIRE_NOT_INTERCEPTED);
	T_EQ(want.port, htons(80));

	/* a change is told at once, and only a change */
	icept[0].port = 80;
	icept[0].state = TCOPY_WIRE_INTERCEPTED;
	icept[0].pass_n = 2;
	T_OK(parse_prefix(&icept[0].pass[0], "2001:db8::/32", &err));
	T_OK(parse_prefix(&icept[0].pass[1], "10.1.0.0/16", &err));
	relay_core_intercepts(relay, icept, 1, 7);
	T_EQ(replies_n, 3);
	relay_core_intercepts(relay, icept, 1, 8);
	T_EQ(replies_n, 3);
	p = replies[2].p + 16;
	memcpy(&welcome, p, sizeof(welcome));
	memcpy(&want, p + sizeof(welcome), sizeof(want));
	memcpy(&prefix, p + sizeof(welcome) + sizeof(want), sizeof(prefix));
	T_EQ(be64_to_cpu(welcome.lost), 7);
	T_EQ(want.state, TCOPY_WIRE_INTERCEPTED);
	/* of this family only */
	T_EQ(want.pass_n, 1);
	T_EQ(prefix.family, 4);
	T_EQ(prefix.plen, 16);
	T_EQ(replies[2].len, 16 + sizeof(welcome) + sizeof(want) +
	     sizeof(prefix));

	icept[0].state = TCOPY_WIRE_DRAINING;
	relay_core_intercepts(relay, icept, 1, 8);
	T_EQ(replies_n, 4);
	relay_core_intercepts(relay, NULL, 0, 8);
	T_EQ(replies_n, 5);
}

static void wants_that_do_not_fit_take_several_welcomes(void)
{
	static struct relay_icept icept[1];
	struct tcopy_wire_welcome welcome;
	struct online o = online(0);
	unsigned int i, j, n = 0, at;

	up();
	icept[0].port = 80;
	icept[0].state = TCOPY_WIRE_INTERCEPTED;
	icept[0].pass_n = TCOPY_ICEPT_PASS_MAX;
	for (i = 0; i < TCOPY_ICEPT_PASS_MAX; i++) {
		icept[0].pass[i].family = 4;
		icept[0].pass[i].plen = 32;
		icept[0].pass[i].addr.w[0] = i;
	}
	relay_core_intercepts(relay, icept, 1, 0);
	T_DO(join(&o, 80));
	for (i = 81; i < 120; i++)
		hello(&o, (u16)i);
	at = replies_n;
	hello(&o, 80);
	T_OK(replies_n > at + 1);
	for (i = at; i < replies_n; i++) {
		struct tcopy_wire_hdr hdr;
		struct tcopy_wire_want want;
		size_t off = 16 + sizeof(welcome);

		T_OK(tcopy_wire_check(&hdr, replies[i % 64].p,
				      replies[i % 64].len));
		memcpy(&welcome, replies[i % 64].p + 16, sizeof(welcome));
		n += welcome.wants_n;
		for (j = 0; j < welcome.wants_n; j++) {
			memcpy(&want, replies[i % 64].p + off, sizeof(want));
			off += sizeof(want) + want.pass_n * 20u;
		}
		T_EQ(off, replies[i % 64].len);
	}
	T_EQ(n, 40);
}

static void one_peer_gets_batches_as_they_are(void)
{
	u8 p[TCOPY_WIRE_RECORDS];
	struct tcopy_wire_headers headers;
	struct tcopy_wire_hdr hdr;
	struct online o = online(0);
	unsigned int i;

	up();
	T_DO(join(&o, 80));
	/* not parsed: these are no records */
	memset(p, 0xee, sizeof(p));
	for (i = 0; i < 100; i++)
		relay_core_records(relay, p, sizeof(p), 25, now_ms);
	relay_core_flush(relay);
	T_EQ(sent_n, 100);
	T_EQ(calls_n, 2);
	for (i = 0; i < 100; i++) {
		T_OK(tcopy_wire_check(&hdr, sent[i].p, sent[i].len));
		T_EQ(hdr.type, TCOPY_WIRE_HEADERS);
		T_EQ(hdr.cookie, o.cookie);
		memcpy(&headers, sent[i].p + 16, sizeof(headers));
		T_EQ(be32_to_cpu(headers.seq), i);
		T_EQ(be16_to_cpu(headers.records_n), 25);
		T_EQ(sent[i].to.port, htons(50000));
		T_EQ(sent[i].p[24], 0xee);
	}
	T_EQ(relay->stats.forwarded, 2500);
	/* a batch that is too long is not cut, it is dropped */
	relay_core_records(relay, p, sizeof(p) + 1, 25, now_ms);
	relay_core_flush(relay);
	T_EQ(sent_n, 100);
	T_EQ(relay->stats.bad_records, 25);
}

static void small_batches_of_one_peer_share_a_datagram(void)
{
	struct online o = online(0);
	u8 p[TCOPY_WIRE_RECORDS];
	unsigned int i;

	up();
	T_DO(join(&o, 80));
	/* two dozen of 50 bytes fit, in their order; the rest comes next */
	for (i = 0; i < 30; i++) {
		memset(p, (int)i, sizeof(p));
		relay_core_records(relay, p, 50, 1, now_ms);
	}
	T_EQ(sent_n, 0);
	relay_core_flush(relay);
	T_EQ(sent_n, 2);
	T_EQ(sent[0].records_n, TCOPY_WIRE_RECORDS / 50);
	T_EQ(sent[0].records_n + sent[1].records_n, 30);
	for (i = 0; i < TCOPY_WIRE_RECORDS / 50; i++)
		T_EQ(sent[0].p[24 + i * 50], i);
	T_EQ(sent[1].p[24], i);

	/* behind a large one, and never in front of it */
	sent_n = 0;
	for (i = 0; i < 3; i++) {
		memset(p, (int)i, sizeof(p));
		relay_core_records(relay, p, i == 1 ? 1000 : 50, 1, now_ms);
		/* what was small is copied: its buffer is the caller's */
		if (i != 1)
			memset(p, 0xff, 50);
		else
			relay_core_flush(relay);
	}
	relay_core_flush(relay);
	T_EQ(sent_n, 3);
	for (i = 0; i < 3; i++)
		T_EQ(sent[i].p[24], i);
	T_EQ(relay->stats.forwarded, 33);

	/* without a flush between them as well */
	sent_n = 0;
	memset(p, 1, sizeof(p));
	relay_core_records(relay, p, 50, 1, now_ms);
	relay_core_records(relay, p, 1000, 20, now_ms);
	relay_core_records(relay, p, 50, 2, now_ms);
	relay_core_flush(relay);
	T_EQ(sent_n, 3);
	T_EQ(sent[0].records_n, 1);
	T_EQ(sent[1].records_n, 20);
	T_EQ(sent[2].records_n, 2);
}

static void a_flow_always_goes_to_the_same_port(void)
{
	struct online o = online(0);
	u16 port_of[64], used = 0;
	unsigned int i, round;

	up();
	o.ports_n = 16;
	T_DO(join(&o, 80));
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 64; i++) {
			sent_n = 0;
			answer((u16)(2000 + i), TCOPY_ACK);
			T_EQ(sent_n, 1);
			if (!round)
				port_of[i] = ntohs(sent[0].to.port);
			T_EQ(ntohs(sent[0].to.port), port_of[i]);
			T_OK(port_of[i] >= 50000 && port_of[i] < 50016);
			used |= (u16)(1u << (port_of[i] - 50000));
		}
	}
	T_OK(__builtin_popcount(used) > 8);
}

/* more records and ports than there are datagrams in a batch */
static void many_ports_many_records(void)
{
	struct online o = online(0);
	u8 p[TCOPY_WIRE_RECORDS];
	struct tcopy_wire_headers headers;
	unsigned int i, n = 0, records = 0;
	size_t len;

	up();
	o.ports_n = 16;
	T_DO(join(&o, 80));
	for (i = 0; i < 300; i++) {
		for (len = 0, n = 0; len + 48 <= sizeof(p); n++)
			len += record(p + len, (u16)(i * 25 + n + 1),
				      TCOPY_ACK, n);
		relay_core_records(relay, p, len, n, now_ms);
		if (i % 64 == 63)
			relay_core_flush(relay);
	}
	relay_core_flush(relay);
	T_OK(sent_n <= 512);
	for (i = 0; i < sent_n; i++) {
		memcpy(&headers, sent[i].p + 16, sizeof(headers));
		T_EQ(be32_to_cpu(headers.seq), i);
		T_EQ(sent[i].len, 24 + sent[i].records_n * 48);
		T_EQ(be16_to_cpu(headers.records_n), sent[i].records_n);
		records += sent[i].records_n;
	}
	T_EQ(records, 300 * n);
	T_EQ(relay->stats.forwarded, 300 * n);
}

static void an_open_says_whose_it_is(void)
{
	struct online a = online(0), b = online(1);

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	open_flow(&a, 1000);
	open_flow(&b, 2000);
	T_EQ(relay->stats.opens, 2);
	answer(1000, TCOPY_ACK);
	answer(2000, TCOPY_ACK);
	T_EQ(sent_n, 2);
	T_OK(sent_to(0, &a));
	T_OK(sent_to(1, &b));

	/* the first owner keeps it */
	open_flow(&b, 1000);
	T_EQ(relay->stats.conflicts, 1);
	answer(1000, TCOPY_ACK);
	T_OK(sent_to(2, &a));
	/* until the connection is over */
	answer(1000, TCOPY_RST);
	T_OK(sent_to(3, &a));
	open_flow(&b, 1000);
	answer(1000, TCOPY_SYN | TCOPY_ACK);
	T_OK(sent_to(4, &b));
	/* by a FIN as well, and its last ACK is still the owner's */
	answer(1000, TCOPY_FIN | TCOPY_ACK);
	answer(1000, TCOPY_ACK);
	T_OK(sent_to(6, &b));
	open_flow(&a, 1000);
	T_EQ(relay->stats.conflicts, 1);
	answer(1000, TCOPY_SYN | TCOPY_ACK);
	T_OK(sent_to(7, &a));
	/* the next one's SYN-ACK may come before its OPEN */
	answer(1000, TCOPY_FIN | TCOPY_ACK);
	answer(1000, TCOPY_SYN | TCOPY_ACK);
	T_EQ(sent_n, 11);
	T_EQ(relay->stats.synack_to_all, 1);
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 11);
	open_flow(&b, 1000);
	T_EQ(sent_n, 12);
	T_OK(sent_to(11, &b));
	/* a client that does not wait for the end of its connection */
	open_flow(&b, 1000);
	answer(1000, TCOPY_FIN | TCOPY_ACK);
	answer(1000, TCOPY_SYN | TCOPY_ACK);
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 15);
	T_OK(sent_to(13, &b));
	T_OK(sent_to(14, &b));
	T_EQ(relay->stats.synack_to_all, 1);
	/* whose end is one all the same */
	answer(1000, TCOPY_FIN | TCOPY_ACK);
	open_flow(&a, 1000);
	T_EQ(relay->stats.conflicts, 1);
	/* or has been quiet for long */
	now_ms += 61000;
	a = online(0);
	T_DO(join(&a, 80));
	open_flow(&a, 1000);
	T_EQ(relay->stats.conflicts, 1);
}

static void a_synack_of_nobody_goes_to_all_once(void)
{
	struct online a = online(0), b = online(1), c = online(2);

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	T_DO(join(&c, 443));
	answer(1000, TCOPY_SYN | TCOPY_ACK);
	T_EQ(sent_n, 2);
	T_OK(sent_to(0, &a));
	T_OK(sent_to(1, &b));
	T_EQ(relay->stats.synack_to_all, 1);
	/* anything else would be reset by those whose it is not */
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 2);
	T_EQ(relay->stats.held, 1);
	now_ms += RELAY_HELD_MS;
	relay_core_expire(relay, now_ms);
	T_EQ(relay->stats.no_owner, 1);
	open_flow(&a, 1000);
	T_EQ(sent_n, 2);
}

static void answers_wait_for_their_open(void)
{
	struct online a = online(0), b = online(1);
	unsigned int i;

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	answer(1000, TCOPY_ACK);
	answer(2000, TCOPY_ACK);
	answer(1000, TCOPY_FIN | TCOPY_ACK);
	T_EQ(sent_n, 0);
	open_flow(&a, 1000);
	T_EQ(sent_n, 1);
	T_EQ(sent[0].records_n, 2);
	T_OK(sent_to(0, &a));
	/* in their order, and once */
	T_EQ(sent[0].p[24 + 8 + 20 + 13], TCOPY_ACK);
	T_EQ(sent[0].p[24 + 48 + 8 + 20 + 13], TCOPY_FIN | TCOPY_ACK);
	open_flow(&a, 1000);
	T_EQ(sent_n, 1);
	open_flow(&b, 2000);
	T_EQ(sent_n, 2);
	T_OK(sent_to(1, &b));
	T_EQ(relay->stats.no_owner, 0);

	/* there are not more of them than room */
	for (i = 0; i < RELAY_HELD + 10; i++)
		answer((u16)(10000 + i), TCOPY_ACK);
	T_EQ(relay->stats.no_owner, 10);
	open_flow(&a, 10009);
	T_EQ(sent_n, 2);
	open_flow(&a, 10010);
	T_EQ(sent_n, 3);
	/* what was sent is not counted as left out */
	now_ms += RELAY_HELD_MS;
	relay_core_expire(relay, now_ms);
	T_EQ(relay->stats.no_owner, 10 + RELAY_HELD - 1);
	T_EQ(relay->held_n, 0);
}

static void a_service_of_one_peer_is_its_own(void)
{
	struct online a = online(0), b = online(1);

	up();
	T_DO(join(&a, 443));
	T_DO(join(&b, 80));
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 1);
	T_OK(sent_to(0, &b));
}

static void the_silent_and_the_leaving_are_forgotten(void)
{
	struct online a = online(0), b = online(1);
	struct wire_out out;

	up();
	T_DO(join(&a, 80));
	now_ms += 3000;
	T_DO(join(&b, 80));
	now_ms += 2500;
	relay_core_expire(relay, now_ms);
	T_EQ(relay->peers_n, 1);
	T_EQ(relay->stats.expired, 1);
	wire_begin(&out, TCOPY_WIRE_BYE, b.relay_cookie);
	wire_end(&out);
	give(&b, &out);
	T_EQ(relay->peers_n, 0);
	T_EQ(relay->stats.byes, 1);
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 0);
	T_EQ(relay->stats.no_peer, 1);
}

static void a_peer_that_starts_again_owns_nothing(void)
{
	struct online a = online(0), b = online(1);

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	open_flow(&a, 1000);
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 1);
	a.cookie ^= 0x77;
	a.relay_cookie = 0;
	T_DO(join(&a, 80));
	T_EQ(relay->peers_n, 2);
	answer(1000, TCOPY_ACK);
	T_EQ(sent_n, 1);
	T_EQ(relay->stats.held, 1);
}

static void bye(const struct online *o)
{
	struct wire_out out;

	wire_begin(&out, TCOPY_WIRE_BYE, o->relay_cookie);
	wire_end(&out);
	give(o, &out);
}

static void the_copies_of_the_silent_are_aborted(void)
{
	struct online a = online(0), b = online(1);
	unsigned int i;

	up();
	T_DO(join(&a, 80));
	now_ms += 3000;
	T_DO(join(&b, 80));
	for (i = 0; i < 300; i++)
		open_flow(i % 3 ? &b : &a, (u16)(1000 + i));
	/* a copy that has ended is none */
	answer(1000, TCOPY_RST | TCOPY_ACK);
	now_ms += 2500;
	relay_core_expire(relay, now_ms);
	T_EQ(relay->peers_n, 1);
	while (relay_core_orphans(relay))
		;
	T_EQ(aborted_n, 99);
	T_EQ(aborted_ports_n, 0);
	T_EQ(relay->stats.orphans, 99);
	for (i = 0; i < aborted_n; i++) {
		T_EQ(aborted[i].family, 4);
		T_EQ(ntohs(aborted[i].dport), 80);
		T_EQ((ntohs(aborted[i].sport) - 1000) % 3, 0);
		T_OK(!memcmp(aborted[i].src, "\x0a\x09\0\x09\0\0", 6));
		T_OK(!memcmp(aborted[i].dst, "\x0a\0\0\xc8\0\0", 6));
	}
	/* once is enough, and the flow is anybody's */
	relay_core_expire(relay, now_ms);
	T_OK(!relay_core_orphans(relay));
	open_flow(&b, 1003);
	T_EQ(relay->stats.conflicts, 0);
	answer(1003, TCOPY_ACK);
	T_OK(sent_to(sent_n - 1, &b));
	/* nobody is left: the kernel finds them by itself */
	bye(&b);
	while (relay_core_orphans(relay))
		;
	T_EQ(aborted_n, 99);
	T_EQ(aborted_ports_n, 1);
	T_EQ(aborted_ports[0], 80);
}

static void a_stalled_relay_takes_nobody_for_silent(void)
{
	struct online a = online(0);

	up();
	T_DO(join(&a, 80));
	now_ms += 60000;
	relay_core_stalled(relay, 60000);
	relay_core_expire(relay, now_ms);
	T_EQ(relay->peers_n, 1);
	T_EQ(aborted_ports_n, 0);
	now_ms += RELAY_EXPIRE_MS;
	relay_core_expire(relay, now_ms);
	T_EQ(relay->peers_n, 0);
	T_EQ(aborted_ports_n, 1);
}

static void peers_inside_a_pass_prefix_are_told(void)
{
	static struct relay_icept icept[2];
	struct online a = online(0), b = online(1), c = online(8);
	struct err err;

	up();
	icept[0].port = 80;
	icept[0].state = TCOPY_WIRE_INTERCEPTED;
	T_OK(parse_prefix(&icept[0].pass[0], "10.0.0.0/29", &err));
	icept[0].pass_n = 1;
	icept[1].port = 443;
	icept[1].state = TCOPY_WIRE_INTERCEPTED;
	relay_core_intercepts(relay, icept, 2, 0);
	T_DO(join(&a, 80));
	T_EQ(told_n, 1);
	T_EQ(told[0].family, 4);
	T_EQ(ntohs(told[0].port), 80);
	T_OK(!memcmp(told[0].addr, "\x0a\0\0\x01\0\0", 6));
	/* of a port that passes nobody, and outside of the prefix: no need */
	T_DO(join(&b, 443));
	T_DO(join(&c, 80));
	T_EQ(tells_n, 1);
	T_DO(hello(&b, 80));
	T_EQ(told_n, 2);
	/* as the online hosts, and the prefixes, come and go */
	bye(&b);
	relay_core_expire(relay, now_ms);
	T_EQ(told_n, 1);
	icept[0].pass_n = 0;
	relay_core_intercepts(relay, icept, 2, 0);
	T_EQ(told_n, 0);
	T_EQ(tells_n, 4);
}

static u8 welcomed(void)
{
	struct tcopy_wire_want want;

	memcpy(&want, replies[(replies_n - 1) % 64].p + 16 +
	       sizeof(struct tcopy_wire_welcome), sizeof(want));
	return want.state;
}

static void an_intercept_with_an_address_welcomes_it_alone(void)
{
	static struct relay_icept icept[2];
	struct online a = online(0);

	up();
	icept[0].port = 80;
	icept[0].state = TCOPY_WIRE_INTERCEPTED;
	icept[0].family = 4;
	icept[0].addr.v4 = htonl(0x0a0000c9);
	relay_core_intercepts(relay, icept, 1, 0);
	T_DO(join(&a, 80));
	T_EQ(welcomed(), TCOPY_WIRE_NOT_INTERCEPTED);
	icept[0].addr.v4 = htonl(0x0a0000c8);
	relay_core_intercepts(relay, icept, 1, 0);
	T_EQ(welcomed(), TCOPY_WIRE_INTERCEPTED);
	/* the very address counts, before every address of the host */
	icept[0].state = TCOPY_WIRE_DRAINING;
	icept[1].port = 80;
	icept[1].state = TCOPY_WIRE_INTERCEPTED;
	relay_core_intercepts(relay, icept, 2, 0);
	T_EQ(welcomed(), TCOPY_WIRE_DRAINING);
	icept[0].addr.v4 = htonl(0x0a0000c9);
	relay_core_intercepts(relay, icept, 2, 0);
	T_EQ(welcomed(), TCOPY_WIRE_INTERCEPTED);
}

static void the_table_of_peers_is_bounded(void)
{
	struct online o;
	unsigned int i, at;

	up();
	for (i = 0; i < RELAY_PEERS; i++) {
		o = online(i);
		T_DO(join(&o, 80));
	}
	o = online(i);
	hello(&o, 80);
	memcpy(&o.relay_cookie, replies[(replies_n - 1) % 64].p + 16, 8);
	at = replies_n;
	hello(&o, 80);
	T_EQ(relay->peers_n, RELAY_PEERS);
	T_EQ(relay->stats.peers_full, 1);
	T_EQ(replies_n, at);
}

static void the_table_of_flows_is_bounded(void)
{
	struct online a = online(0), b = online(1);
	unsigned int i;

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	owners_free(&relay->owners);
	T_OK(owners_new(&relay->owners, 2, relay->key));
	for (i = 1; i <= 1000; i++) {
		now_ms += 1000;
		relay_core_expire(relay, now_ms - 1000);
		hello(&a, 80);
		hello(&b, 80);
		open_flow(&a, (u16)i);
		sent_n = 0;
		answer((u16)i, TCOPY_ACK);
		T_EQ(sent_n, 1);
	}
	/* the quietest ones had to go */
	sent_n = 0;
	answer(1, TCOPY_ACK);
	T_EQ(sent_n, 0);
}

static void only_the_allowed_are_heard(void)
{
	struct online a = online(0), b = online(1);
	struct err err;

	up();
	T_OK(parse_prefix(&relay->allow[0], "10.0.0.2", &err));
	relay->allow_n = 1;
	hello(&a, 80);
	T_EQ(replies_n, 0);
	T_EQ(relay->stats.not_allowed, 1);
	T_DO(join(&b, 80));
}

static void what_cannot_be_sent_is_counted(void)
{
	struct online o = online(0);
	struct tcopy_wire_headers headers;

	up();
	T_DO(join(&o, 80));
	send_fails = true;
	answer(1000, TCOPY_ACK);
	T_EQ(relay->stats.unsent, 1);
	T_EQ(relay->stats.forwarded, 0);
	send_fails = false;
	answer(1000, TCOPY_ACK);
	/* the gap shows the online host that one is missing */
	memcpy(&headers, sent[0].p + 16, sizeof(headers));
	T_EQ(be32_to_cpu(headers.seq), 1);
}

static void malformed_hellos_are_dropped(void)
{
	struct tcopy_wire_hello body = { .cookie = 1, .ports_n = 1 };
	struct online o = online(0);
	struct wire_out out;
	unsigned int i;

	up();
	body.ports[0] = htons(1);
	for (i = 0; i < 7; i++) {
		struct tcopy_wire_hello bad = body;
		struct tcopy_wire_want want = { .family = 4, .port = 1 };

		if (i == 0)
			bad.cookie = 0;
		if (i == 1)
			bad.ports_n = 0;
		if (i == 2)
			bad.ports_n = 17;
		if (i == 3)
			bad.ports[0] = 0;
		if (i == 4)
			bad.wants_n = 2;
		if (i == 5)
			want.family = 5;
		if (i == 6)
			want.port = 0;
		if (i >= 5)
			bad.wants_n = 1;
		wire_begin(&out, TCOPY_WIRE_HELLO, 0);
		wire_put(&out, &bad, sizeof(bad));
		wire_put(&out, &want, sizeof(want));
		wire_end(&out);
		give(&o, &out);
		T_EQ(relay->stats.malformed, i + 1);
	}
	T_EQ(replies_n, 0);

	wire_begin(&out, 99, 0);
	wire_end(&out);
	give(&o, &out);
	T_EQ(relay->stats.unknown, 1);
	out.p[4] = 2;
	give(&o, &out);
	T_EQ(relay->stats.unknown, 2);
	out.p[4] = 1;
	out.p[7]++;
	give(&o, &out);
	T_EQ(relay->stats.malformed, 8);
	out.len = 0;
	give(&o, &out);
	T_EQ(relay->stats.malformed, 9);
}

static void records_that_lie_are_counted(void)
{
	struct online a = online(0), b = online(1);
	u8 p[96];

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	/* says two, holds one; says one, holds more; cut off */
	relay_core_records(relay, p, record(p, 1, TCOPY_ACK, 1), 2, now_ms);
	T_EQ(relay->stats.bad_records, 1);
	record(p, 1, TCOPY_ACK, 1);
	record(p + 48, 2, TCOPY_ACK, 1);
	relay_core_records(relay, p, 96, 1, now_ms);
	T_EQ(relay->stats.bad_records, 2);
	relay_core_records(relay, p, 47, 1, now_ms);
	T_EQ(relay->stats.bad_records, 3);
	relay_core_flush(relay);
}

/* Datagrams with bytes changed, cut and of random type: no crash, no growth. */
static void any_bytes(void)
{
	struct online a = online(0), b = online(1);
	struct wire_out out;
	uint32_t x = 12345;
	unsigned int i, j;
	u8 p[1400];

	up();
	T_DO(join(&a, 80));
	T_DO(join(&b, 80));
	for (i = 0; i < 100000; i++) {
		size_t len;

		x = x * 1664525 + 1013904223;
		wire_begin(&out, (u8)(x >> 24) % 8, a.relay_cookie);
		out.len += (x >> 8) % (sizeof(out.p) - out.len);
		for (j = 16; j < out.len; j++) {
			x = x * 1664525 + 1013904223;
			out.p[j] = (u8)(x >> 28 ? x >> 24 : 4);
		}
		if (x & 0x10000) {
			/* so that the rest of a HELLO is looked at */
			out.p[16 + 8] = 1;
			out.p[16 + 9] = (u8)((out.len - 64) / 24);
		}
		wire_end(&out);
		give(&a, &out);
		for (len = 0, j = 0; len < 1000; j++) {
			x = x * 1664525 + 1013904223;
			len += record(p + len, (u16)x, (u8)(x >> 16), 1);
		}
		p[(x >> 8) % len] ^= (u8)(x >> 24);
		relay_core_records(relay, p, len, j, now_ms);
		relay_core_flush(relay);
		if (relay->peers_n != 2) {
			a.relay_cookie = 0;
			a.path.port = online(0).path.port;
			T_DO(join(&a, 80));
		}
	}
	T_OK(relay->peers_n <= RELAY_PEERS);
}

int main(void)
{
	T_RUN(siphash_is_siphash);
	T_RUN(the_challenge_is_shorter_than_the_hello);
	T_RUN(a_cookie_is_good_at_one_address_alone);
	T_RUN(an_unknown_relay_cookie_is_challenged);
	T_RUN(welcome_says_what_is_intercepted);
	T_RUN(wants_that_do_not_fit_take_several_welcomes);
	T_RUN(one_peer_gets_batches_as_they_are);
	T_RUN(small_batches_of_one_peer_share_a_datagram);
	T_RUN(a_flow_always_goes_to_the_same_port);
	T_RUN(many_ports_many_records);
	T_RUN(an_open_says_whose_it_is);
	T_RUN(a_synack_of_nobody_goes_to_all_once);
	T_RUN(answers_wait_for_their_open);
	T_RUN(a_service_of_one_peer_is_its_own);
	T_RUN(the_silent_and_the_leaving_are_forgotten);
	T_RUN(a_peer_that_starts_again_owns_nothing);
	T_RUN(the_copies_of_the_silent_are_aborted);
	T_RUN(a_stalled_relay_takes_nobody_for_silent);
	T_RUN(peers_inside_a_pass_prefix_are_told);
	T_RUN(an_intercept_with_an_address_welcomes_it_alone);
	T_RUN(the_table_of_peers_is_bounded);
	T_RUN(the_table_of_flows_is_bounded);
	T_RUN(only_the_allowed_are_heard);
	T_RUN(what_cannot_be_sent_is_counted);
	T_RUN(malformed_hellos_are_dropped);
	T_RUN(records_that_lie_are_counted);
	T_RUN(any_bytes);
	if (relay)
		relay_core_free(relay);
	return t_done();
}
