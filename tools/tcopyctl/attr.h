/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink attributes to plain structs and back, and endpoints to text. */
#ifndef TCOPYCTL_ATTR_H
#define TCOPYCTL_ATTR_H

#include <linux/tcopy.h>
#include <linux/tcopy_intercept.h>

#include "nl.h"
#include "parse.h"

/* "[v6%dev]:port" and its NUL */
#define ENDPOINT_TEXT	80

/**
 * struct target - a target as the kernel tells it
 * @id:		never 0
 * @name:	"" when it has none
 * @from:	family 0: any local address
 * @to:		the test service
 * @relay:	family 0: @to's address; port 0: the default
 * @max_sessions: and the rest: see enum tcopy_a_target
 * @paused:	by pause-target
 * @rtt:	microseconds of the last probe, 0: none was answered
 * @heard_ms:	since its relay spoke of it, when @heard
 * @heard:	its relay did so
 * @source:	enum tcopy_source
 * @source_prefix: with TCOPY_SOURCE_PREFIX
 * @dev:	index of the device that copies leave by, 0: as routed
 * @ends:	seconds until it ends by itself, 0: never
 * @client_n:	entries of @client
 * @not_client_n: entries of @not_client
 * @state:	enum tcopy_state
 * @reason:	"" when there is none
 * @stat:	by enum tcopy_a_stat
 */
struct target {
	u32 id;
	char name[TCOPY_NAME_MAX + 1];
	struct endpoint from;
	struct endpoint to;
	struct endpoint relay;
	u32 max_sessions;
	u32 idle;
	u32 wait;
	u32 copies;
	struct prefix source_prefix;
	u32 sample, seed, ramp, rate, mss, mark, dev, ends;
	u8 dscp;
	unsigned int client_n, not_client_n;
	struct prefix client[TCOPY_CLIENTS_MAX];
	struct prefix not_client[TCOPY_CLIENTS_MAX];
	u8 pace;
	u8 sessions;
	u8 hook;
	bool direct;
	bool paused;
	u32 rtt;
	u32 heard_ms;
	bool heard;
	u8 source;
	u8 state;
	char reason[256];
	u64 stat[TCOPY_A_STAT_MAX + 1];
};

/**
 * struct session - a copied connection as the kernel tells it
 * @target:	the target's ID
 * @client:	source of the original
 * @from:	the online service
 * @to:		the test service
 * @source:	of the copy
 * @state:	opening, open, closing or ended
 * @held:	bytes
 * @rtt:	microseconds, 0: not measured yet
 * @sent:	payload bytes, modulo 2^32
 * @received:	answer bytes, modulo 2^32
 */
struct session {
	struct endpoint client;
	struct endpoint from;
	struct endpoint to;
	struct endpoint source;
	u32 target;
	u32 held;
	u32 rtt;
	u32 sent;
	u32 received;
	char state[16];
};

/**
 * struct icept - an intercepted port, or the counters of the namespace
 * @addr:	family 0: every address of this host
 * @ends:	seconds until it drains by itself, 0: never
 * @port:	host byte order
 * @state:	enum tcopy_icept_state
 * @relay:	a relay is bound
 * @pass_n:	entries of @pass
 * @pass:	clients whose answers are not stolen
 * @stolen:	see enum tcopy_icept_a, as the rest
 * @version:	of the module, with the counters of the namespace
 */
struct icept {
	struct endpoint addr;
	u32 ends;
	u16 port;
	u8 state;
	bool relay;
	unsigned int pass_n;
	struct prefix pass[TCOPY_ICEPT_PASS_MAX];
	u64 stolen, passed, own, lost, superseded, malformed, errors;
	u64 aborted;
	char version[32];
};

/**
 * struct target_list - all targets of the namespace
 * @v:		grown with xrealloc()
 * @n:		how many
 */
struct target_list {
	struct target *v;
	size_t n;
};

/**
 * struct icept_list - all intercepts of the namespace
 * @v:		grown with xrealloc()
 * @n:		how many
 */
struct icept_list {
	struct icept *v;
	size_t n;
};

/**
 * struct stage - what packets took in a stage
 * @packets:	that were measured
 * @time:	nanoseconds in all
 * @p50:	nanoseconds that half of them did not exceed
 * @p99:	the same of 99 of 100
 */
struct stage {
	u64 packets, time;
	u32 p50, p99;
};

/**
 * struct host - the online host as the kernel tells it
 * @memory:	limit in bytes
 * @used:	of it
 * @cpu:	limit, percent of each CPU
 * @cpu_used:	percent of the busiest CPU of late
 * @sessions:	now
 * @version:	of the module
 * @profile:	what a packet takes is measured
 * @profiled:	nanoseconds that it has been
 * @stage:	by enum tcopy_stage
 */
struct host {
	u64 memory, used;
	u32 cpu, cpu_used;
	u32 sessions;
	char version[32];
	u8 profile;
	u64 profiled;
	struct stage stage[TCOPY_STAGE_FEEDBACK + 1];
};

bool attr_target(struct target *to, const struct nlmsghdr *nlh);
bool attr_session(struct session *to, const struct nlmsghdr *nlh);
bool attr_icept(struct icept *to, const struct nlmsghdr *nlh);
void attr_put_addr(struct nlmsghdr *nlh, u16 type, u8 family,
		   const union tcopy_addr *addr);
void attr_put_target_id(struct nlmsghdr *nlh, u32 id);

int target_dump(struct nl *nl, struct target_list *list, struct err *err);
int icept_dump(struct nl *nl, struct icept_list *list, struct err *err);
int icept_stats(struct nl *nl, struct icept *to, struct err *err);
int host_get(struct nl *nl, struct host *to, struct err *err);

const char *endpoint_text(char buf[ENDPOINT_TEXT], const struct endpoint *ep);
bool endpoint_same_addr(const struct endpoint *a, const struct endpoint *b);
const char *prefix_text(char buf[ENDPOINT_TEXT], const struct prefix *prefix);
const char *percent_text(char *buf, u32 share);
const char *state_text(u8 state);

/**
 * struct stat_info - what a counter is called and means
 * @name:	lower-case of its TCOPY_A_STAT_ name
 * @meaning:	one line
 */
struct stat_info {
	const char *name;
	const char *meaning;
};

extern const struct stat_info stat_infos[TCOPY_A_STAT_MAX + 1];

bool stat_is_bucket(unsigned int stat);
bool stat_is_end(unsigned int stat);

#endif
