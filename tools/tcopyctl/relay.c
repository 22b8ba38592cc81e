// SPDX-License-Identifier: GPL-2.0
/* tcopyctl relay: the loop around relay_core, relay_sock and relay_nl */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"
#include "relay_count.h"
#include "relay_nl.h"
#include "relay_sock.h"
#include "resolve.h"
#include "tcopyctl.h"

#define TICK_MS		250	/* a drain is noticed within it */
#define FRESH_MS	50	/* what a HELLO may be told from memory */
#define REOPEN_MS	1000	/* the module is gone: try again */
#define STALL_MS	1000	/* between two ticks: we were not run */
#define ROUNDS		16	/* batches before the other socket's turn */

enum { OPT_LISTEN, OPT_ALLOW };

static const struct arg_def defs[] = {
	[OPT_LISTEN] = { "--listen", "[ADDR:]PORT", false },
	[OPT_ALLOW] = { "--allow", "PREFIX", true },
	{ NULL, NULL, false }
};

/**
 * struct daemon - this process
 * @core:	the relay itself
 * @nl:		the kernel
 * @udp:	the online hosts
 * @signals:	signalfd
 * @counts:	who asks for counters; negative: nobody can
 * @epoll:	all of them
 * @tried_ms:	when the module was looked for last
 * @manager:	of this service, if there is one
 * @at:		where it listens
 */
struct daemon {
	struct relay *core;
	struct relay_nl nl;
	int udp;
	int signals;
	int counts;
	int epoll;
	u64 tried_ms;
	struct notify manager;
	struct endpoint at;
};

static u64 clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + (u64)ts.tv_nsec / 1000000;
}

static bool op_reply(void *ctx, const struct relay_path *path, const u8 *p,
		     size_t len)
{
	return sock_reply(((struct daemon *)ctx)->udp, path, p, len);
}

static u64 op_send(void *ctx, const struct relay_datagram *v, unsigned int n)
{
	return sock_send(((struct daemon *)ctx)->udp, v, n);
}

static void ask(struct daemon *d, u64 now_ms)
{
	if (relay_nl_ask(&d->nl, d->core, now_ms))
		return;
	warn("relay: waiting for tcopy_intercept to be loaded again");
	relay_nl_close(&d->nl);
	d->tried_ms = now_ms;
}

static void op_refresh(void *ctx, u64 now_ms)
{
	struct daemon *d = ctx;

	if (d->nl.up && now_ms - d->nl.asked_ms >= FRESH_MS)
		ask(d, now_ms);
}

static bool op_peers(void *ctx, const struct tcopy_icept_peer *v,
		     unsigned int n)
{
	return relay_nl_peers(&((struct daemon *)ctx)->nl, v, n);
}

static void op_abort_port(void *ctx, u16 port)
{
	relay_nl_abort_port(&((struct daemon *)ctx)->nl, port);
}

static void op_abort_flows(void *ctx, const struct tcopy_icept_flow *v,
			   unsigned int n)
{
	relay_nl_abort_flows(&((struct daemon *)ctx)->nl, v, n);
}

static const struct relay_ops ops = {
	.reply = op_reply,
	.send = op_send,
	.refresh = op_refresh,
	.peers = op_peers,
	.abort_port = op_abort_port,
	.abort_flows = op_abort_flows,
};

static void print_stats(const struct daemon *d)
{
	const struct relay_stat_info *info;
	const struct relay *r = d->core;
	const u64 *stat;

	fprintf(stderr, "relay: %-14s %12u  online hosts now\n", "peers",
		r->peers_n);
	for (info = relay_stat_infos; info->name; info++) {
		stat = (const u64 *)((const u8 *)&r->stats + info->offset);
		fprintf(stderr, "relay: %-14s %12llu  %s\n", info->name,
			(unsigned long long)*stat, info->meaning);
	}
	fprintf(stderr, "relay: %-14s %12llu  records lost by the kernel\n",
		"lost", (unsigned long long)r->lost);
}

static void watch(struct daemon *d, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event))
		refuse("relay: epoll: %s", strerror(errno));
}

static void open_signals(struct daemon *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (d->signals < 0 || d->epoll < 0)
		refuse("relay: %s", strerror(errno));
	watch(d, d->signals);
}

/* Return: false: time to go. */
static bool take_signals(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGUSR1)
			return false;
		print_stats(d);
	}
	return true;
}

/* In a line, for who asks the manager. */
static void notify(struct daemon *d, u64 now_ms)
{
	char at[ENDPOINT_TEXT], text[NOTIFY_STATUS];

	if (d->nl.up)
		snprintf(text, sizeof(text), "listening on UDP %s, online hosts: %u",
			 endpoint_text(at, &d->at), d->core->peers_n);
	else
		snprintf(text, sizeof(text), "waiting for tcopy_intercept to be loaded again");
	notify_step(&d->manager, text, now_ms);
}

static void tick(struct daemon *d, u64 now_ms)
{
	struct err err;

	relay_core_expire(d->core, now_ms);
	if (d->nl.up && now_ms - d->nl.asked_ms >= TICK_MS)
		ask(d, now_ms);
	if (d->nl.up || now_ms - d->tried_ms < REOPEN_MS)
		return;
	d->tried_ms = now_ms;
	if (relay_nl_open(&d->nl, &err))
		return;
	warn("relay: tcopy_intercept is back");
	d->core->told_n = 0;
	watch(d, mnl_socket_get_fd(d->nl.records.sock));
	ask(d, now_ms);
}

/* Every readable socket gets a turn of bounded length. */
static void serve(struct daemon *d, int fd, u64 now_ms)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		if (fd == d->udp) {
			if (sock_receive(fd, d->core, now_ms) < SOCK_BATCH)
				break;
		} else if (!d->nl.up ||
			   !relay_nl_receive(&d->nl, d->core, now_ms)) {
			break;
		}
	}
}

static void loop(struct daemon *d)
{
	struct epoll_event events[8];
	u64 now_ms, ticked_ms = clock_ms();
	bool more = false;
	int i, n;

	notify(d, ticked_ms);
	for (;;) {
		n = epoll_wait(d->epoll, events, 8, more ? 0 : TICK_MS);
		if (n < 0 && errno != EINTR)
			refuse("relay: epoll: %s", strerror(errno));
		now_ms = clock_ms();
		if (now_ms - ticked_ms > STALL_MS)
			relay_core_stalled(d->core, now_ms - ticked_ms);
		for (i = 0; i < n; i++) {
			if (events[i].data.fd == d->counts)
				relay_count_serve(d->counts, d->core);
			else if (events[i].data.fd != d->signals)
				serve(d, events[i].data.fd, now_ms);
			else if (!take_signals(d))
				return;
		}
		if (now_ms - ticked_ms >= TICK_MS) {
			ticked_ms = now_ms;
			tick(d, now_ms);
			notify(d, now_ms);
		}
		more = relay_core_orphans(d->core);
	}
}

/* It runs without, too. */
static void open_counts(struct daemon *d)
{
	struct err err;

	d->counts = relay_count_listen(&err);
	if (d->counts < 0)
		warn("relay: 'tcopyctl metrics' will lack its counters: %s",
		     err.msg);
	else
		watch(d, d->counts);
}

static void draw(void *p, size_t len)
{
	if (getrandom(p, len, 0) != (ssize_t)len)
		refuse("relay: no randomness: %s", strerror(errno));
}

static void read_args(struct args *args, struct endpoint *at,
		      struct prefix *allow, unsigned int *allow_n)
{
	struct hostport listen = { 0 };
	const char *value;
	struct err err;
	int opt;

	while ((opt = args_next(args, defs, &value)) != ARGS_END) {
		if (opt == ARGS_WORD)
			misuse("relay: '%.64s' is one argument too many",
			       value);
		if (opt == OPT_LISTEN) {
			if (!parse_hostport(&listen, value, HOSTPORT_PORT_ONLY,
					    &err))
				misuse("--listen: %s", err.msg);
			continue;
		}
		if (*allow_n == RELAY_ALLOWS)
			misuse("--allow: %u prefixes at most", RELAY_ALLOWS);
		if (!parse_prefix(&allow[(*allow_n)++], value, &err))
			misuse("--allow: %s", err.msg);
	}
	resolve_endpoint(at, &listen, "--listen");
	if (!at->port)
		at->port = TCOPY_WIRE_PORT;
}

static int run(struct args *args)
{
	struct daemon d = { 0 };
	char text[ENDPOINT_TEXT];
	struct prefix allow[RELAY_ALLOWS];
	unsigned int allow_n = 0;
	struct err err;
	u64 seed[7];
	int rc;

	read_args(args, &d.at, allow, &allow_n);
	draw(seed, sizeof(seed));
	d.core = relay_core_new(&ops, &d, seed);
	if (!d.core)
		refuse("relay: out of memory");
	memcpy(d.core->allow, allow, allow_n * sizeof(allow[0]));
	d.core->allow_n = allow_n;

	rc = relay_nl_open(&d.nl, &err);
	if (rc == -ENOENT)
		refuse("relay: %s", err.msg);
	if (rc)
		refuse("relay: cannot receive answers: %s", err.msg);
	d.udp = sock_open(&d.at, &err);
	if (d.udp < 0)
		refuse("relay: cannot listen on %s: %s",
		       endpoint_text(text, &d.at), err.msg);
	open_signals(&d);
	open_counts(&d);
	watch(&d, d.udp);
	watch(&d, mnl_socket_get_fd(d.nl.records.sock));
	fprintf(stderr, "relay: listening on UDP %s\n",
		endpoint_text(text, &d.at));
	if (!notify_open(&d.manager, &err))
		warn("relay: nothing is told to a service manager: %s",
		     err.msg);
	loop(&d);

	notify_stopping(&d.manager);
	print_stats(&d);
	notify_close(&d.manager);
	relay_nl_close(&d.nl);
	relay_core_free(d.core);
	return EXIT_DONE;
}

const struct command cmd_relay = {
	.name = "relay",
	.synopsis = "[--listen [ADDR:]PORT] [--allow PREFIX]...",
	.summary = "the test host's daemon: send headers of answers back",
	.help =
	"Runs in the foreground until SIGTERM or SIGINT. SIGUSR1 prints its counters to\n"
	"stderr, and so does the end; 'tcopyctl metrics' has them, too. An online host speaks first and proves its address by\n"
	"a cookie; who does not is told nothing and sent nothing.\n"
	"\n"
	"  --listen [ADDR:]PORT   UDP (default: every address, 36524)\n"
	"  --allow PREFIX         only online hosts inside (repeatable, 64 at most; default: all)\n",
	.examples =
	"tcopyctl relay\n"
	"tcopyctl relay --listen 10.0.0.5:36524 --allow 10.0.0.0/24\n",
	.run = run,
};
