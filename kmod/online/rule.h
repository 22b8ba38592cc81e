/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_RULE_H
#define TCOPY_ONLINE_RULE_H

#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/tcopy.h>
#include "../lib/flow.h"
#include "../lib/wire.h"
#include "look.h"
#include "netns.h"
#include "shape.h"
#include "track.h"
#include "transmit.h"
#include "watch.h"

struct tcopy_pool;
struct tcopy_relay;
struct tcopy_rotor;
struct socket;

/* Chains of targets by the port that they copy from */
#define TCOPY_RULE_BITS		10
#define TCOPY_RULE_BUCKETS	BIT(TCOPY_RULE_BITS)

/* Counters of a target on one CPU, indexed by enum tcopy_a_stat. */
struct tcopy_stats {
	u64 v[TCOPY_A_STAT_MAX + 1];
};

/**
 * struct tcopy_pass - clients that the test host answers itself
 * @rcu:	replaced as a whole
 * @n:		entries
 * @prefix:	as in the WELCOME
 */
struct tcopy_pass {
	struct rcu_head rcu;
	unsigned int n;
	struct tcopy_wire_prefix prefix[];
};

/**
 * struct tcopy_conf - what can be changed of a target that copies
 * @track:	for track; holds for sessions that live, too
 * @max_sessions: limit of tcopy_target.sessions_n
 * @pick_up:	connections older than the target are copied, too, from a
 *		request on
 * @own_source:	copies that begin leave with this host's address
 * @copies:	of each connection that begins to be copied
 * @source:	where the addresses of copies that begin are from; family 0: no
 *		such prefix
 * @way:	how copies that begin, and probes, travel
 * @shape:	which connections begin to be copied
 * @rcu:	replaced as a whole, by tcopy_target_set()
 */
struct tcopy_conf {
	struct tcopy_track_conf track;
	u32 max_sessions;
	bool pick_up;
	bool own_source;
	u32 copies;
	struct tcopy_prefix source;
	struct tcopy_way way;
	struct tcopy_shape shape;
	struct rcu_head rcu;
};

/* After so many connections whose client spoke first the next one's is expected
 * to.
 */
#define TCOPY_CLIENT_FIRST	16

/* How far a target's probe has come. */
enum tcopy_probe {
	TCOPY_PROBE_NONE,	/* not asked yet, or asked too long ago */
	TCOPY_PROBE_SENT,
	TCOPY_PROBE_STOLEN,	/* its SYN-ACK came back as a header, or was
				 * taken by direct.c
				 */
	TCOPY_PROBE_LEAKED,	/* its SYN-ACK came as a packet */
	TCOPY_PROBE_CLOSED,	/* its SYN was answered with RST */
	TCOPY_PROBE_SILENCE,	/* stolen, but copies were not answered */
	TCOPY_PROBE_REFUSALS,	/* stolen, but copies were refused */
};

/**
 * struct tcopy_target - one online service and one test service
 * @tn:		the namespace; immutable
 * @from_port:	online service's port, host order; immutable
 * @family:	4 or 6, of all addresses; immutable
 * @from_any:	@from is any local address; immutable
 * @from:	online service's address; immutable
 * @to:		test service's address; immutable
 * @to_port:	its port; immutable
 * @to_ifindex:	device of a link-local @to, else 0; immutable
 * @forward:	packets that this host forwards are copied, not those that it
 *		receives; immutable
 * @direct:	answers come to this host as packets; immutable
 * @local:	@to is an address of this host; immutable
 * @copying:	new sessions may begin; set by target.c, cleared by whoever
 *		finds a reason; READ_ONCE
 * @conf:	what can be changed; RCU, written under tcopy_net.lock
 * @sessions_n:	sessions alive
 * @paid_ns:	for --rate: see tcopy_shape_pay()
 * @ramp_us:	when the ramp began, 0: it has not yet; READ_ONCE
 * @stats:	per CPU; this_cpu_inc only, so never locked
 * @pass:	clients not to copy; RCU, written by feedback.c under @pass_lock
 * @pass_lock:	orders writers of @pass
 * @ref:	the list of targets holds one, each session one
 * @pool:	ports of copies that do not leave with their client's; immutable
 *	while in the list of targets
 * @rotor:	addresses and ports of further copies; immutable while in the
 *		list of targets
 * @relay:	return channel, NULL with @direct; immutable, valid while in the
 *		list of targets
 * @look:	who looks at @state: its relay's, or that of all targets with
 *		@direct; as @relay
 * @kicked:	it is to be looked at soon; xchg
 * @wire_state:	enum tcopy_wire_state of the last WELCOME; READ_ONCE
 * @welcome_us:	when that was; 0: never; READ_ONCE
 * @probe:	enum tcopy_probe; cmpxchg by probe.c and silence.c
 * @probe_sock:	reserves @probe_port; tcopy_net.lock
 * @probe_port:	source port of the probe, host order; immutable
 * @probe_isn:	ISN of the probe's SYN; READ_ONCE
 * @probe_us:	when the probe's SYN was sent; READ_ONCE
 * @probe_tries: SYNs of this probe; tcopy_net.lock
 * @probe_at:	no probe before that; tcopy_net.lock
 * @rtt_us:	the probe's round trip; READ_ONCE
 * @copying_us:	when copying began for the last time; READ_ONCE
 * @silent_n:	new copies in a row that nobody answered
 * @refused_n:	new copies in a row that were answered with RST
 * @client_first: connections in a row whose client spoke before the service,
 *		up to TCOPY_CLIENT_FIRST; READ_ONCE
 * @answered:	a copy was accepted since @copying_us; READ_ONCE
 * @paused:	TCOPY_PROBE_SILENCE or _REFUSALS: what copying is paused for; or
 *		0; tcopy_net.lock
 * @pauses:	pauses in a row that no copy was accepted before; tcopy_net.lock
 * @held:	pause-target holds new connections back; tcopy_net.lock
 * @held_by:	whose; tcopy_net.lock
 * @ends_us:	when it ends by itself, 0: never; tcopy_net.lock
 * @state:	enum tcopy_state; tcopy_net.lock
 * @reason:	why, and what to do; tcopy_net.lock
 * @changed:	@state or @reason did, and nobody was told; tcopy_net.lock
 * @watch:	see there; tcopy_net.lock
 * @base:	what reset-stats takes off; tcopy_net.lock
 * @list:	entry of tcopy_net.targets; tcopy_net.lock
 * @id:		never 0, never used again; immutable
 * @name:	"" when none; immutable
 * @rcu:	freed after a grace period: capture.c reads it without a lock
 */
struct tcopy_target {
	struct tcopy_net *tn;
	u16 from_port;
	u8 family;
	bool from_any;
	bool forward;
	bool direct;
	bool local;
	bool copying;
	__be16 to_port;
	u32 to_ifindex;
	union tcopy_addr from;
	union tcopy_addr to;
	struct tcopy_conf __rcu *conf;
	atomic_t sessions_n;
	atomic64_t paid_ns;
	u64 ramp_us;
	struct tcopy_stats __percpu *stats;
	struct tcopy_pass __rcu *pass;
	spinlock_t pass_lock;
	refcount_t ref;

	struct tcopy_pool *pool;
	struct tcopy_rotor *rotor;
	struct tcopy_relay *relay;
	struct tcopy_look *look;
	int kicked;
	u8 wire_state;
	u64 welcome_us;
	int probe;
	struct socket *probe_sock;
	u16 probe_port;
	u32 probe_isn;
	u64 probe_us;
	u32 probe_tries;
	u64 probe_at;
	u32 rtt_us;
	u64 copying_us;
	atomic_t silent_n;
	atomic_t refused_n;
	bool answered;
	u8 client_first;
	u8 paused;
	u8 pauses;
	bool held;
	uid_t held_by;
	u64 ends_us;
	u8 state;
	char reason[192];
	bool changed;
	struct tcopy_watch watch;
	struct tcopy_stats base;
	struct list_head list;
	u32 id;
	char name[TCOPY_NAME_MAX + 1];
	struct rcu_head rcu;
};

/**
 * tcopy_target_conf() - what can be changed of a target, as it is now
 * @t: the target
 *
 * Context: RCU read section, BH off, or tcopy_net.lock held: whoever reads it
 * under the latter replaces it.
 */
#define tcopy_target_conf(t) \
	rcu_dereference_check((t)->conf, rcu_read_lock_bh_held() || \
			      lockdep_is_held(&(t)->tn->lock))

/**
 * tcopy_target_kick() - look at a target's state soon
 * @t: in the list of targets, or kept in service by its session's lock
 *
 * Context: any.
 */
static inline void tcopy_target_kick(struct tcopy_target *t)
{
	tcopy_look_one(t->look, &t->kicked);
}

/* Count @what (without its prefix) on target @t. */
#define tcopy_count(t, what)	tcopy_count_add(t, what, 1)
#define tcopy_count_add(t, what, n) \
	this_cpu_add((t)->stats->v[TCOPY_A_STAT_##what], n)

/**
 * struct tcopy_rules - a snapshot of what capture looks for
 * @ports:	a bit for each port that a target copies from or probes at
 * @forward:	it is for the packets that are forwarded: holds nothing else
 * @rcu:	replaced as a whole when a target comes or goes
 * @n:		how many targets
 * @first:	in @target, by tcopy_rule_bucket() of their from_port
 * @by_probe:	all of them, sorted by probe_port
 * @by_relay:	all of them, sorted by relay and to_port
 * @target:	all of them, those that copy from one port in a row
 */
struct tcopy_rules {
	DECLARE_BITMAP(ports, 65536);
	struct rcu_head rcu;
	bool forward;
	unsigned int n;
	u32 first[TCOPY_RULE_BUCKETS + 1];
	struct tcopy_target **by_probe;
	struct tcopy_target **by_relay;
	struct tcopy_target *target[];
};

unsigned int tcopy_rule_search(const struct tcopy_rules *rules, u16 port);
struct tcopy_target *tcopy_rule_probe(const struct tcopy_rules *rules,
				      const struct tcopy_flow *answer);
unsigned int tcopy_rule_of_relay(const struct tcopy_rules *rules,
				 const struct tcopy_relay *relay, __be16 port);

/* What follows is here, and not in rule.c, because of what is asked for each
 * packet: of most hosts there is one target.
 */

/* Where to look for the targets of a port: an index into @first. */
static inline unsigned int tcopy_rule_bucket(u16 port)
{
	return hash_32(port, TCOPY_RULE_BITS);
}

/**
 * tcopy_rule_first() - the first target that may copy from a port
 * @rules:	the snapshot
 * @port:	host order
 *
 * Return: an index for tcopy_rule_takes().
 */
static inline unsigned int tcopy_rule_first(const struct tcopy_rules *rules,
					    u16 port)
{
	return rules->n > 1 ? tcopy_rule_search(rules, port) : 0;
}

/* Is @dst, an address of @family as words, the online service's of @t? */
static __always_inline bool tcopy_rule_is(const struct tcopy_target *t,
					  u8 family, const u32 *dst)
{
	const u32 *from = t->from.w;

	return t->from_any ||
	       (from[0] == dst[0] &&
		(family == 4 || (from[1] == dst[1] && from[2] == dst[2] &&
				 from[3] == dst[3])));
}

/**
 * tcopy_rule_takes() - the next target that copies from an address and port
 * @rules:	the snapshot
 * @family:	4 or 6
 * @dst:	online service's address, as on the wire
 * @dport:	its port
 * @i:		index to begin at; moved to the target's
 *
 * Return: the target, or NULL when there is no further one.
 */
static __always_inline struct tcopy_target *
tcopy_rule_takes(const struct tcopy_rules *rules, u8 family, const void *dst,
		 __be16 dport, unsigned int *i)
{
	struct tcopy_target *t;

	for (; *i < rules->n; (*i)++) {
		t = rules->target[*i];
		if (t->from_port != ntohs(dport))
			break;
		if (t->forward == rules->forward && t->family == family &&
		    tcopy_rule_is(t, family, dst))
			return t;
	}
	return NULL;
}

/**
 * tcopy_rule_next() - the next target that copies a flow
 * @rules:	the snapshot
 * @flow:	client to online service
 * @i:		as above
 *
 * Return: the target, or NULL when there is no further one.
 */
static inline struct tcopy_target *
tcopy_rule_next(const struct tcopy_rules *rules, const struct tcopy_flow *flow,
		unsigned int *i)
{
	return tcopy_rule_takes(rules, flow->family, &flow->dst, flow->dport,
				i);
}

/**
 * tcopy_rule_more() - may there be a further target?
 * @rules:	the snapshot
 * @i:		the index of one
 *
 * Return: false when it is the last one that copies from its port.
 */
static inline bool tcopy_rule_more(const struct tcopy_rules *rules,
				   unsigned int i)
{
	return i + 1 < rules->n && rules->target[i]->from_port ==
				   rules->target[i + 1]->from_port;
}

/* Each target @t of @rules that copies @flow; @i is an unsigned int. */
#define tcopy_rule_for_each(rules, flow, i, t)				      \
	for ((i) = tcopy_rule_first(rules, ntohs((flow)->dport));	      \
	     ((t) = tcopy_rule_next(rules, flow, &(i))); (i)++)

bool tcopy_rule_forwards(struct tcopy_net *tn);
int tcopy_rule_publish(struct tcopy_net *tn);
bool tcopy_rule_unwanted(const struct tcopy_rules *rules,
			 const struct tcopy_flow *flow);
struct tcopy_target *tcopy_target_new(struct tcopy_net *tn);
struct tcopy_conf *tcopy_conf_new(const struct tcopy_conf *from);
void tcopy_target_set(struct tcopy_net *tn, struct tcopy_target *t,
		      struct tcopy_conf *conf);
void tcopy_target_put(struct tcopy_target *t);
bool tcopy_target_passes(struct tcopy_target *t, const struct tcopy_flow *flow);
unsigned int tcopy_target_unwanted(const struct tcopy_target *t,
				   const struct tcopy_flow *flow, u64 now_us);
bool tcopy_target_pay(struct tcopy_target *t, u32 sessions, u64 now_us);
u64 tcopy_target_stat(const struct tcopy_target *t, unsigned int stat);
void tcopy_target_reset(struct tcopy_target *t);

#endif
