/* SPDX-License-Identifier: GPL-2.0 */
/* packet: TCP segments over IPv4 as bytes, for programs that play many hosts */
#ifndef TCOPY_BENCH_PACKET_H
#define TCOPY_BENCH_PACKET_H

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* With timestamps, as Linux opens connections. */
#define PACKET_HEAD	52
#define PACKET_HEAD_SYN	60

/**
 * struct packet - one segment
 * @saddr:	source; host byte order, as all of these
 * @daddr:	destination
 * @seq:	of its first byte
 * @ack:	0: it has none
 * @tsval:	timestamp of the sender
 * @tsecr:	what it echoes
 * @sport:	source port
 * @dport:	destination port
 * @len:	bytes of payload
 * @flags:	TH_SYN and so on
 */
struct packet {
	uint32_t saddr, daddr, seq, ack, tsval, tsecr;
	uint16_t sport, dport, len;
	uint8_t flags;
};

static inline uint64_t packet_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline uint32_t packet_sum(const void *p, size_t len, uint32_t sum)
{
	const uint8_t *b = p;
	uint16_t word;

	for (; len > 1; len -= 2, b += 2) {
		memcpy(&word, b, 2);
		sum += word;
	}
	return sum;
}

static inline uint16_t packet_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(sum + (sum >> 16));
}

/*
 * Writes @p with payload of zeros to @buf; returns its length. Of the TCP
 * checksum the addresses alone are summed up when @partial: a device, or the
 * kernel, does the rest. The payload's length must be even.
 */
static inline size_t packet_build(const struct packet *p, void *buf,
				  bool partial)
{
	size_t head = p->flags & TH_SYN ? PACKET_HEAD_SYN : PACKET_HEAD;
	struct iphdr *ip = buf;
	struct tcphdr *th = (void *)(ip + 1);
	uint8_t *opt = (uint8_t *)(th + 1);
	uint32_t ts[2] = { htonl(p->tsval), htonl(p->tsecr) }, sum;
	size_t tcp_len = head - sizeof(*ip) + p->len;

	memset(buf, 0, head + p->len);
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons((uint16_t)(head + p->len));
	ip->frag_off = htons(IP_DF);
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	ip->saddr = htonl(p->saddr);
	ip->daddr = htonl(p->daddr);
	ip->check = (uint16_t)~packet_fold(packet_sum(ip, sizeof(*ip), 0));

	th->source = htons(p->sport);
	th->dest = htons(p->dport);
	th->seq = htonl(p->seq);
	th->ack_seq = htonl(p->ack);
	th->doff = (uint16_t)((head - sizeof(*ip)) / 4) & 15;
	th->th_flags = p->flags;
	th->window = htons(65535);
	if (p->flags & TH_SYN) {
		/* MSS 1460, SACK permitted, timestamps, window scale 7 */
		memcpy(opt, "\2\4\5\xb4\4\2\x8\xa", 8);
		memcpy(opt + 8, ts, 8);
		memcpy(opt + 16, "\1\3\3\7", 4);
	} else {
		memcpy(opt, "\1\1\x8\xa", 4);
		memcpy(opt + 4, ts, 8);
	}
	sum = packet_sum(&ip->saddr, 8, htons(IPPROTO_TCP) +
					htons((uint16_t)tcp_len));
	if (partial)
		th->check = packet_fold(sum);
	else
		th->check = (uint16_t)~packet_fold(packet_sum(th, tcp_len,
							      sum));
	return head + p->len;
}

/* Reads @p from @len bytes at @buf; false when that is no such segment. */
static inline bool packet_parse(struct packet *p, const void *buf, size_t len)
{
	const struct iphdr *ip = buf;
	const struct tcphdr *th = (const void *)(ip + 1);
	const uint8_t *opt = (const uint8_t *)(th + 1), *end;
	uint32_t ts[2];
	size_t head;

	if (len < sizeof(*ip) + sizeof(*th) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_TCP || ntohs(ip->tot_len) > len)
		return false;
	head = sizeof(*ip) + th->doff * 4u;
	if (head > ntohs(ip->tot_len))
		return false;
	memset(p, 0, sizeof(*p));
	p->saddr = ntohl(ip->saddr);
	p->daddr = ntohl(ip->daddr);
	p->sport = ntohs(th->source);
	p->dport = ntohs(th->dest);
	p->seq = ntohl(th->seq);
	p->ack = ntohl(th->ack_seq);
	p->flags = th->th_flags;
	p->len = (uint16_t)(ntohs(ip->tot_len) - head);
	end = (const uint8_t *)buf + head;
	while (opt + 10 <= end && *opt) {
		if (*opt == 8) {
			memcpy(ts, opt + 2, 8);
			p->tsval = ntohl(ts[0]);
			p->tsecr = ntohl(ts[1]);
			break;
		}
		opt += *opt == 1 || !opt[1] ? 1 : opt[1];
	}
	return true;
}

#endif
