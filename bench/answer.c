// SPDX-License-Identifier: GPL-2.0
/*
 * A service without sockets, so that connections to it take no memory.
 *
 *   answer DEVICE PORT
 *
 * Answers what comes to PORT by DEVICE: a SYN with a SYN-ACK, payload and FINs
 * with an ACK, nothing else. The kernel must not answer as well: let a firewall
 * drop those packets. Its own go out by IP, where netfilter sees them.
 */
#define _GNU_SOURCE
#include <net/ethernet.h>
#include <net/if.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "packet.h"

int main(int argc, char **argv)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
	};
	struct sockaddr_in to = { .sin_family = AF_INET };
	int in = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	int out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	int room = 256 << 20;
	struct packet p, a;
	uint8_t buf[65536];
	uint16_t port;
	ssize_t got;

	if (argc != 3) {
		fprintf(stderr, "answer DEVICE PORT\n");
		return 2;
	}
	at.sll_ifindex = (int)if_nametoindex(argv[1]);
	port = (uint16_t)atoi(argv[2]);
	if (in < 0 || out < 0 || !at.sll_ifindex ||
	    bind(in, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(in, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room))) {
		perror("answer");
		return 1;
	}
	for (;;) {
		got = recv(in, buf, sizeof(buf), 0);
		if (got <= 0 || !packet_parse(&p, buf, (size_t)got) ||
		    p.dport != port || (p.flags & TH_RST))
			continue;
		if (!p.len && !(p.flags & (TH_SYN | TH_FIN)))
			continue;
		a = (struct packet){
			.saddr = p.daddr,
			.daddr = p.saddr,
			.sport = p.dport,
			.dport = p.sport,
			/* the same each time: nothing is remembered */
			.seq = p.saddr * 2654435761u + p.sport,
			.ack = p.seq + p.len,
			.tsval = (uint32_t)(packet_now_ns() / 1000000),
			.tsecr = p.tsval,
			.flags = TH_ACK,
		};
		if (p.flags & TH_SYN)
			a.flags |= TH_SYN;
		else
			a.seq++;
		if (p.flags & (TH_SYN | TH_FIN))
			a.ack++;
		to.sin_addr.s_addr = htonl(a.daddr);
		got = (ssize_t)packet_build(&a, buf, false);
		if (sendto(out, buf, (size_t)got, 0, (struct sockaddr *)&to,
			   sizeof(to)) < 0)
			perror("answer: sendto");
	}
}
