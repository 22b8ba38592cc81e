/* SPDX-License-Identifier: GPL-2.0 */
/* The options that add-target and set-target share: what can be changed. */
#ifndef TCOPYCTL_TUNE_H
#define TCOPYCTL_TUNE_H

#include <stdio.h>

#include "attr.h"
#include "tcopyctl.h"

enum {
	TUNE_PACE, TUNE_MAX_SESSIONS, TUNE_IDLE, TUNE_WAIT, TUNE_SOURCE,
	TUNE_SESSIONS, TUNE_CLIENT, TUNE_NOT_CLIENT, TUNE_SAMPLE, TUNE_SEED,
	TUNE_RAMP, TUNE_RATE, TUNE_MSS, TUNE_MARK, TUNE_DSCP, TUNE_DEV,
	TUNE_FOR, TUNE_COPIES,

	TUNE_N
};

/* Begins a table of struct arg_def. */
#define TUNE_DEFS \
	[TUNE_PACE] = { "--pace", "response|none", false }, \
	[TUNE_MAX_SESSIONS] = { "--max-sessions", "N", false }, \
	[TUNE_IDLE] = { "--idle", "SECONDS", false }, \
	[TUNE_WAIT] = { "--wait", "SECONDS", false }, \
	[TUNE_SOURCE] = { "--source", "PREFIX|own|client", false }, \
	[TUNE_SESSIONS] = { "--sessions", "any|full", false }, \
	[TUNE_CLIENT] = { "--client", "PREFIX", true }, \
	[TUNE_NOT_CLIENT] = { "--not-client", "PREFIX", true }, \
	[TUNE_SAMPLE] = { "--sample", "PERCENT", false }, \
	[TUNE_SEED] = { "--seed", "N", false }, \
	[TUNE_RAMP] = { "--ramp", "PERCENT", false }, \
	[TUNE_RATE] = { "--rate", "N", false }, \
	[TUNE_MSS] = { "--mss", "N", false }, \
	[TUNE_MARK] = { "--mark", "N", false }, \
	[TUNE_DSCP] = { "--dscp", "N", false }, \
	[TUNE_DEV] = { "--dev", "NAME", false }, \
	[TUNE_FOR] = { "--for", "DURATION", false }, \
	[TUNE_COPIES] = { "--copies", "N", false }

/* What -h of both says of them. */
#define TUNE_HELP \
	"  --copies N             make N copies of each connection, 1 to 4096: the first with its\n" \
	"                         client's port, the others with other ports of the client's\n" \
	"  --client PREFIX        only clients in there (repeatable; 'all')\n" \
	"  --not-client PREFIX    and none in there (repeatable; 'none'); 64 of both together at most\n" \
	"  --sample PERCENT       copy so many of the connections (0.0001 to 100), by a hash of their\n" \
	"                         addresses and ports\n" \
	"  --seed N               of that hash: targets with the same seed copy the same connections\n" \
	"                         (default: random; show-targets shows it)\n" \
	"  --ramp PERCENT         begin with none and add so many a second, up to --sample; 'off'\n" \
	"  --rate N               begin N copies a second at most, to 1000000; 'off'\n" \
	"  --sessions any|full    pick up connections older than the target at their next request\n" \
	"                         (default), or leave them alone\n" \
	"  --source own|client    copies leave with this host's address, where foreign sources are dropped\n" \
	"                         (default: the client's; this host's where that cannot travel: loopback)\n" \
	"  --source PREFIX        with addresses from there, which are nobody's and reach the test host\n" \
	"  --pace response|none   send a request when the ones before were answered (default), or at once;\n" \
	"                         a connection's end waits for the answers either way\n" \
	"  --max-sessions N       1 to 16777216 (default 262144)\n" \
	"  --idle SECONDS         end a copy without any packet for so long (default 600; 90s, 5m, 2h, 1d)\n" \
	"  --wait SECONDS         end a copy without an answer for so long (default 120)\n" \
	"  --mss N                segments of copies have N bytes at most, 88 to 65495, TCP options\n" \
	"                         included; 'off': what the route takes\n" \
	"  --mark N               mark of copies, for 'ip rule' and nftables: 7, 0x10; 'off'\n" \
	"  --dscp N               in the IP header of copies, 0 to 63\n" \
	"  --dev NAME             copies leave by this device; 'off': as routed\n" \
	"  --for DURATION         until then, as by del-target: 30s, 5m, 2h, 1d; 'off'\n"

/**
 * struct tune - what was asked for
 * @has:	bit per option that was given
 * @value:	of those that are numbers or words, as the kernel takes it
 * @dev:	name of --dev, "": off
 * @client:	by kind: TUNE_CLIENT and TUNE_NOT_CLIENT
 * @client_n:	entries of these
 * @source:	of --source PREFIX
 */
struct tune {
	u32 has;
	u32 value[TUNE_N];
	char dev[16];
	struct prefix client[2][TCOPY_CLIENTS_MAX];
	unsigned int client_n[2];
	struct prefix source;
};

void tune_read(struct tune *tune, int opt, const char *name, const char *value);
void tune_check(const struct tune *tune);
void tune_put(struct nlmsghdr *nlh, const struct tune *tune);

/* tune_text.c */
void tune_of(struct tune *to, const struct target *t);
void tune_rest(struct tune *tune, bool forward, bool own);
void tune_diff(struct tune *want, const struct tune *have);
void tune_print(FILE *out, const struct tune *tune);

#endif
