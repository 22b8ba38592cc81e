// SPDX-License-Identifier: GPL-2.0
/*
 * How many headers a second one relay carries on one core: natively.
 *
 *   relay SECONDS RECORDS HOSTS
 *
 * The relay's own code (relay_nl, relay_core, relay_sock), with a process in
 * the kernel's place that sends it messages of RECORDS headers each (20 of IPv4
 * fit) by a socket pair, and one in the online host's that receives its
 * datagrams on the loopback. The headers are of 1,000 connections, in turn, all
 * copied by the first of so many online HOSTS: with one the relay need not look
 * whose they are.
 * Counted is what the relay's process takes of a CPU, the system's share and
 * the loopback's included: neighbours on the machine take time from it, but
 * none of that.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "relay_nl.h"
#include "relay_sock.h"
#include "tcopyctl.h"

/* The tool's, which this is not, but it links what reads arguments. */
const struct command *const commands[] = { NULL };

enum { FAMILY = 30, FLOWS = 1000, SERVICE = 80, HEAD = 52 };

static const u8 test_addr[4] = { 10, 2, 0, 2 };
static __be64 cookie;	/* the relay's for us */
static int udp;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static u64 clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + (u64)ts.tv_nsec / 1000000;
}

static double cpu_s(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* --- what the relay asks of the world --- */
static bool op_reply(void *ctx, const struct relay_path *path, const u8 *p,
		     size_t len)
{
	struct tcopy_wire_challenge challenge;
	struct tcopy_wire_hdr hdr;

	(void)ctx;
	(void)path;
	if (!tcopy_wire_check(&hdr, p, len))
		return false;
	if (hdr.type == TCOPY_WIRE_CHALLENGE) {
		memcpy(&challenge, p + sizeof(hdr), sizeof(challenge));
		cookie = challenge.cookie;
	}
	return true;
}

static u64 op_send(void *ctx, const struct relay_datagram *v, unsigned int n)
{
	(void)ctx;
	return sock_send(udp, v, n);
}

static void op_refresh(void *ctx, u64 now_ms)
{
	(void)ctx;
	(void)now_ms;
}

static bool op_peers(void *ctx, const struct tcopy_icept_peer *v,
		     unsigned int n)
{
	(void)ctx;
	(void)v;
	(void)n;
	return true;
}

static void op_abort_port(void *ctx, u16 port)
{
	(void)ctx;
	(void)port;
}

static void op_abort_flows(void *ctx, const struct tcopy_icept_flow *v,
			   unsigned int n)
{
	(void)ctx;
	(void)v;
	(void)n;
}

static const struct relay_ops ops = {
	.reply = op_reply,
	.send = op_send,
	.refresh = op_refresh,
	.peers = op_peers,
	.abort_port = op_abort_port,
	.abort_flows = op_abort_flows,
};

/* --- the kernel: messages of @n records, without end --- */
static void fill_client(u8 addr[4], __be16 *port, unsigned int i)
{
	memcpy(addr, (u8[]){ 10, 1, 0, (u8)(i / 100 + 1) }, 4);
	*port = htons((u16)(20000 + i % 100));
}

static void fill_record(u8 *p, unsigned int i)
{
	struct tcopy_wire_record rec = {
		.payload = htonl(170),
		.len = htons(HEAD),
		.tcp_off = htons(20),
	};
	struct iphdr ip = { .version = 4, .ihl = 5, .protocol = IPPROTO_TCP };
	struct tcphdr th = { .doff = 8, .ack = 1, .psh = 1, .window = 500 };
	u8 options[12] = { 1, 1, 8, 10 };

	memcpy(&ip.saddr, test_addr, 4);
	fill_client((u8 *)&ip.daddr, &th.dest, i);
	th.source = htons(SERVICE);
	memcpy(p, &rec, sizeof(rec));
	memcpy(p + 8, &ip, 20);
	memcpy(p + 28, &th, 20);
	memcpy(p + 48, options, sizeof(options));
}

static void be_kernel(int fd, unsigned int n)
{
	static char bufs[FLOWS][4096] __attribute__((aligned(8)));
	u8 records[TCOPY_WIRE_RECORDS];
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;
	unsigned int m, i, at = 0;

	for (m = 0; m < FLOWS; m++) {
		for (i = 0; i < n; i++, at++)
			fill_record(records + i * (8 + HEAD), at % FLOWS);
		nlh = mnl_nlmsg_put_header(bufs[m]);
		nlh->nlmsg_type = FAMILY;
		genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
		genl->cmd = TCOPY_ICEPT_CMD_RECORDS;
		mnl_attr_put_u16(nlh, TCOPY_ICEPT_A_RECORDS_N, (u16)n);
		mnl_attr_put(nlh, TCOPY_ICEPT_A_RECORDS, n * (8 + HEAD),
			     records);
	}
	for (m = 0;; m = (m + 1) % FLOWS) {
		nlh = (struct nlmsghdr *)bufs[m];
		if (send(fd, nlh, nlh->nlmsg_len, MSG_NOSIGNAL) < 0)
			exit(0);
	}
}

static void be_online(int fd)
{
	static char bufs[64][2048];
	struct mmsghdr msgs[64];
	struct iovec iov[64];
	int i;

	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < 64; i++) {
		iov[i] = (struct iovec){ bufs[i], sizeof(bufs[i]) };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	while (recvmmsg(fd, msgs, 64, MSG_WAITFORONE, NULL) >= 0)
		;
	exit(0);
}

static void begin_child(int keep, void (*fn)(int fd, unsigned int n),
			unsigned int n, int other)
{
	pid_t pid = fork();

	if (pid < 0)
		die("relay: fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(other);
	fn(keep, n);
}

static void online_child(int fd, unsigned int n)
{
	(void)n;
	be_online(fd);
}

/* --- an online host says HELLO; the first, OPEN for each connection --- */
static void introduce(struct relay *r, __be16 port, unsigned int host)
{
	struct relay_path path = { .port = htons((u16)(1000 + host)) };
	struct tcopy_wire_hello hello = {
		.cookie = host + 1,
		.ports_n = 1,
		.wants_n = 1,
		.ports = { port },
	};
	struct tcopy_wire_want want = { .family = 4, .port = htons(SERVICE) };
	struct tcopy_wire_open open = { .flows_n = htons(1) };
	struct tcopy_wire_flow flow = { .family = 4, .dport = htons(SERVICE) };
	struct wire_out out;
	unsigned int i;

	memset(path.remote.s6_addr + 10, 0xff, 2);
	path.remote.s6_addr[12] = 127;
	path.remote.s6_addr[15] = 1;
	path.local = path.remote;
	memcpy(&want.addr, test_addr, 4);
	memcpy(&flow.dst, test_addr, 4);
	cookie = 0;
	for (i = 0; i < 2; i++) {
		wire_begin(&out, TCOPY_WIRE_HELLO, cookie);
		wire_put(&out, &hello, sizeof(hello));
		wire_put(&out, &want, sizeof(want));
		wire_end(&out);
		relay_core_datagram(r, &path, out.p, out.len, clock_ms());
	}
	for (i = 0; !host && i < FLOWS; i++) {
		fill_client((u8 *)&flow.src, &flow.sport, i);
		wire_begin(&out, TCOPY_WIRE_OPEN, cookie);
		wire_put(&out, &open, sizeof(open));
		wire_put(&out, &flow, sizeof(flow));
		wire_end(&out);
		relay_core_datagram(r, &path, out.p, out.len, clock_ms());
	}
	if (r->peers_n != host + 1 || r->stats.opens != FLOWS) {
		fprintf(stderr, "relay: the online host is not known\n");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	u64 seed[7] = { 1, 2, 3, 4, 5, 6, 7 }, until_ms;
	socklen_t at_len = sizeof(at);
	struct endpoint listen = { 0 };
	struct relay_nl nl = { 0 };
	struct relay *r;
	struct err err;
	double began;
	int pair[2], online, i;

	if (argc != 4) {
		fprintf(stderr, "relay SECONDS RECORDS HOSTS\n");
		return 2;
	}
	online = socket(AF_INET, SOCK_DGRAM, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) ||
	    bind(online, (struct sockaddr *)&at, sizeof(at)) ||
	    getsockname(online, (struct sockaddr *)&at, &at_len))
		die("relay");
	udp = sock_open(&listen, &err);
	r = relay_core_new(&ops, NULL, seed);
	if (udp < 0 || !r)
		die("relay");
	for (i = 0; i < atoi(argv[3]); i++)
		introduce(r, at.sin_port, (unsigned int)i);
	begin_child(online, online_child, 0, pair[0]);
	begin_child(pair[1], be_kernel, (unsigned int)atoi(argv[2]), pair[0]);
	close(pair[1]);
	nl.records.sock = mnl_socket_fdopen(pair[0]);
	nl.records.family = FAMILY;
	if (!nl.records.sock)
		die("relay: mnl");

	struct pollfd poll_in = { .fd = pair[0], .events = POLLIN };

	until_ms = clock_ms() + (u64)atoi(argv[1]) * 1000;
	began = cpu_s();
	while (clock_ms() < until_ms)
		if (!relay_nl_receive(&nl, r, clock_ms()))
			poll(&poll_in, 1, 100);
	began = cpu_s() - began;
	printf("records=%llu forwarded=%llu datagrams=%llu unsent=%llu cpu_ms=%.0f second=%.0f\n",
	       (unsigned long long)r->stats.records,
	       (unsigned long long)r->stats.forwarded,
	       (unsigned long long)r->stats.datagrams,
	       (unsigned long long)r->stats.unsent, began * 1000,
	       (double)r->stats.forwarded / began);
	return 0;
}
