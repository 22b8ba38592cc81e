// SPDX-License-Identifier: GPL-2.0
/*
 * Clients without sockets: as many connections as memory has room for.
 *
 *   crowd DEVICE MAC ADDR PORT MOST
 *
 * Packets go out of DEVICE to the host with that MAC, whose ADDR:PORT is the
 * service; their sources are 10.64.0.0 and up, sixteen ports of each, which
 * must be routed to DEVICE. There are MOST connections at once. A command on
 * stdin is carried out and answered with a line:
 *
 *   open N     opens N connections; each says a request with its handshake's
 *              last packet. What was open before is forgotten
 *   say N      N requests, on connections all over the place
 *   reset      resets all
 *
 * A server that never accepts is enough: its kernel does all that is asked of
 * it here. No answer is waited for but SYN-ACKs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "packet.h"

enum {
	BASE = 0x0a400000,	/* 10.64.0.0 */
	PORTS = 16,		/* of each address */
	PORT_FIRST = 20000,
	REQUEST = 90,		/* bytes */
	UNDER_WAY = 32,		/* handshakes */
	AGAIN_MS = 300,
};

/**
 * struct conn - a connection
 * @isn:	the server's
 * @ts:		its timestamp
 * @said:	requests
 * @open:	it has answered
 */
struct conn {
	uint32_t isn, ts;
	uint16_t said;
	bool open;
};

static struct conn *conns;
static size_t conns_n, most;
static uint16_t round_port = PORT_FIRST - PORTS;
static struct sockaddr_ll to;
static struct ether_header eth;
static uint32_t server;
static uint16_t port;
static int in, out;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint32_t isn_of(size_t i)
{
	return (uint32_t)i * 2654435761u + round_port;
}

static void say(size_t i, uint8_t flags, uint16_t len)
{
	struct conn *c = &conns[i];
	struct packet p = {
		.saddr = BASE + (uint32_t)(i / PORTS),
		.daddr = server,
		.sport = (uint16_t)(round_port + i % PORTS),
		.dport = port,
		.seq = isn_of(i),
		.tsval = (uint32_t)(packet_now_ns() / 1000000),
		.len = len,
		.flags = flags,
	};
	struct {
		struct virtio_net_hdr vnet;
		struct ether_header eth;
		uint8_t data[PACKET_HEAD_SYN + REQUEST];
	} __attribute__((packed)) frame = {
		/* as the stack itself sends over veth */
		.vnet = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
			.csum_start = sizeof(eth) + sizeof(struct iphdr),
			.csum_offset = offsetof(struct tcphdr, check),
		},
		.eth = eth,
	};
	size_t size;

	if (!(flags & TH_SYN)) {
		p.seq += 1 + (uint32_t)c->said * REQUEST;
		p.ack = c->isn + 1;
		p.tsecr = c->ts;
	}
	size = offsetof(typeof(frame), data) +
	       packet_build(&p, frame.data, true);
	while (sendto(out, &frame, size, 0, (struct sockaddr *)&to,
		      sizeof(to)) < 0)
		if (errno != ENOBUFS && errno != EAGAIN)
			die("crowd: sendto");
	if (len)
		c->said++;
}

/* What has come from the server; returns how many handshakes it made. */
static size_t hear(void)
{
	size_t opened = 0, i;
	uint8_t buf[2048];
	struct packet p;
	ssize_t got;

	while ((got = recv(in, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (!packet_parse(&p, buf, (size_t)got) ||
		    (p.flags & (TH_SYN | TH_ACK)) != (TH_SYN | TH_ACK) ||
		    p.saddr != server || p.dport < round_port)
			continue;
		i = (size_t)(p.daddr - BASE) * PORTS + p.dport - round_port;
		if (i >= conns_n || conns[i].open)
			continue;
		conns[i].isn = p.seq;
		conns[i].ts = p.tsval;
		conns[i].open = true;
		opened++;
		say(i, TH_ACK | TH_PUSH, REQUEST);
	}
	return opened;
}

static void open_all(size_t n)
{
	struct pollfd poll_in = { .fd = in, .events = POLLIN };
	size_t begun = 0, opened = 0, again = 0, i;
	uint64_t began = packet_now_ns();

	memset(conns, 0, most * sizeof(*conns));
	conns_n = n;
	round_port += PORTS;
	while (opened < n) {
		while (begun < n && begun - opened < UNDER_WAY)
			say(begun++, TH_SYN, 0);
		opened += hear();
		if (opened == n || (begun < n && begun - opened < UNDER_WAY) ||
		    poll(&poll_in, 1, AGAIN_MS))
			continue;
		for (i = 0; i < begun; i++)
			if (!conns[i].open) {
				say(i, TH_SYN, 0);
				again++;
			}
	}
	printf("opened=%zu again=%zu open_ns=%llu\n", n, again,
	       (unsigned long long)(packet_now_ns() - began));
}

static void say_all(size_t n)
{
	uint64_t began = packet_now_ns();
	uint32_t at = 1;
	size_t i;

	for (i = 0; i < n; i++) {
		at = at * 1664525u + 1013904223u;
		say((size_t)(((uint64_t)at * conns_n) >> 32),
		    TH_ACK | TH_PUSH, REQUEST);
		hear();
	}
	printf("said=%zu say_ns=%llu\n", n,
	       (unsigned long long)(packet_now_ns() - began));
}

static void reset_all(void)
{
	uint64_t began = packet_now_ns();
	size_t i;

	for (i = 0; i < conns_n; i++) {
		say(i, TH_ACK | TH_RST, 0);
		hear();
	}
	printf("reset=%zu reset_ns=%llu\n", conns_n,
	       (unsigned long long)(packet_now_ns() - began));
}

static void sockets(const char *device, const char *mac)
{
	const struct ether_addr *addr = ether_aton(mac);
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int room = 64 << 20, on = 1;

	if (!at.sll_ifindex || !addr)
		die("crowd: DEVICE or MAC");
	to = at;
	to.sll_halen = ETH_ALEN;
	memcpy(to.sll_addr, addr, ETH_ALEN);
	memcpy(eth.ether_dhost, addr, ETH_ALEN);
	eth.ether_type = htons(ETH_P_IP);
	in = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	out = socket(AF_PACKET, SOCK_RAW, 0);
	if (in < 0 || out < 0 || bind(in, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(in, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(out, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(out, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		die("crowd: socket");
}

int main(int argc, char **argv)
{
	char line[64];
	size_t n;

	if (argc != 6) {
		fprintf(stderr, "crowd DEVICE MAC ADDR PORT MOST\n");
		return 2;
	}
	sockets(argv[1], argv[2]);
	server = ntohl(inet_addr(argv[3]));
	port = (uint16_t)atoi(argv[4]);
	/* all of it now: it is not to be taken for what connections take */
	most = strtoul(argv[5], NULL, 10);
	conns = malloc(most * sizeof(*conns));
	if (!conns)
		die("crowd");
	memset(conns, 1, most * sizeof(*conns));
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "open %zu", &n) == 1 && n <= most)
			open_all(n);
		else if (sscanf(line, "say %zu", &n) == 1)
			say_all(n);
		else if (!strcmp(line, "reset\n"))
			reset_all();
		else
			printf("unknown\n");
		fflush(stdout);
	}
	return 0;
}
