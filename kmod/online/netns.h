/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_NETNS_H
#define TCOPY_ONLINE_NETNS_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/percpu_counter.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include "share.h"
#include "spare.h"

struct tcopy_direct;
struct tcopy_halfopen;
struct tcopy_profile;
struct tcopy_rules;

#define TCOPY_BIRTH_LOCKS	64	/* power of two */

/* No packet path waits for memory, warns, or digs into the reserves. */
#define TCOPY_GFP	(GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC)

/**
 * DOC: Locking
 *
 * Outer to inner:
 *
 * tcopy_net.lock (mutex): targets and relays are added and removed, their state
 *	changes; netlink and work items, never a packet.
 * tcopy_net.birth[] (BH): one of 64 by the hash of the online flow; a session
 *	is looked up and inserted, or replaced, as one step.
 * tcopy_session.lock (BH): the session's track, hold and queue of packets to
 *	send, and the memory that they are in. No packet leaves and no session
 *	is inserted under it.
 * leaves: tcopy_cpu.ack_lock, tcopy_pool.lock, the queues' own locks,
 *	tcopy_relay.lock, the half-open table's, rhashtable's.
 *
 * Read without a lock, under RCU: the rules, the two session tables, which
 * answers come to this host as packets.
 */

/**
 * struct tcopy_cpu - what a CPU has to do behind production's packets
 * @queue:	captured packets and feedback datagrams; its own lock
 * @bytes:	truesize of @queue; under @queue.lock
 * @tasklet:	works @queue off, at most TCOPY_QUEUE_BUDGET entries a run
 * @again:	runs @tasklet again when the budget was used up: a tasklet that
 *		scheduled itself would wake ksoftirqd, and production's packets
 *		would wait for a thread
 * @share:	its time for copying
 * @waiting:	@share is used up: @again will go on, nobody else need
 * @gathering:	much comes in: @again will go on, unless a connection begins
 * @stopped:	nothing is added any more, and nothing looked at again
 * @ran_ns:	when the last run began; the tasklet alone
 * @taken:	entries are being worked off; written under @queue.lock by the
 *		tasklet, which may read it without
 * @taken_since: jiffies when the first of them was queued; under @queue.lock
 * @given:	bytes given back while @taken, still in tcopy_net.mem; of this
 *		CPU's softirq alone
 * @starved:	it was used up since @queue was last empty
 * @behind:	@queue has waited for too long because of that: connections that
 *		begin on this CPU are not copied. READ_ONCE
 * @late_n:	packets taken that had waited for far too long
 * @looks:	production's sockets looked up in the hook since @looks_at
 * @looks_at:	jiffies; of this CPU's hook alone
 * @later:	packets whose connection production seemed not to know yet;
 *		under @queue.lock
 * @later_timer: puts @later back into @queue
 * @ack_lock:	protects @acks
 * @acks:	sessions whose acknowledgment waits for data to ride on, oldest
 *		first; each entry holds a reference
 * @ack_timer:	for the first of @acks
 * @spare:	buffers for what is captured next
 * @tn:		the namespace
 */
struct tcopy_cpu {
	struct sk_buff_head queue;
	u32 bytes;
	struct tasklet_struct tasklet;
	struct hrtimer again;
	struct tcopy_share share;
	bool waiting;
	bool gathering;
	bool stopped;
	u64 ran_ns;
	bool taken;
	u32 taken_since;
	u64 given;
	bool starved;
	bool behind;
	unsigned int late_n;
	unsigned int looks;
	u32 looks_at;
	struct sk_buff_head later;
	struct hrtimer later_timer;
	spinlock_t ack_lock;
	struct list_head acks;
	struct hrtimer ack_timer;
	struct tcopy_spare spare[TCOPY_SPARE_SIZES];
	struct tcopy_net *tn;
};

/**
 * struct tcopy_net - the online host's side of a network namespace
 * @rules:	what to capture; NULL while there is no target. RCU
 * @forward:	the same of what is forwarded; NULL while no target wants that
 * @direct:	answers that come to this host as packets; NULL while no target
 *		wants such. RCU, written under @lock
 * @direct_local: some of them from this host itself; READ_ONCE
 * @profile:	what is measured; NULL: nothing. RCU, written under @lock
 * @halfopen:	client SYNs of late; fixed size
 * @cpu:	per-CPU queues
 * @sessions:	all sessions by online flow; one entry a target
 * @copies:	the same by the flow of their answers; unique
 * @sessions_n:	sessions alive or not yet freed
 * @mem:	bytes of held payload, queued packets and sessions; kept in
 *		batches a CPU, so it is off by 64 KiB a CPU at most, and by what
 *		runs that are under way have given back
 * @mem_limit:	limit of @mem; READ_ONCE
 * @cpu_percent: limit of each CPU's time; READ_ONCE
 * @isn_key:	of ISNs and timestamps of copies with a source of their own
 * @birth:	see DOC: Locking
 * @capture_ops: the hooks of capture_input.c, while @hooked
 * @net:	the namespace; this struct lives in its generic array
 * @lock:	see DOC: Locking
 * @targets:	list of struct tcopy_target; @lock
 * @relays:	list of struct tcopy_relay; @lock
 * @targets_n:	length of @targets; @lock
 * @ends:	deletes targets whose time is over; re-armed under @lock
 * @next_id:	next target's ID; @lock
 * @up:		tables, queues and the rest exist (since the first target, until
 *		the namespace goes); @lock
 * @hooked:	hooks are registered (there is a target); @lock
 * @hooked_forward: those of forwarded packets, too; @lock
 */
struct tcopy_net {
	struct tcopy_rules __rcu *rules;
	struct tcopy_rules __rcu *forward;
	struct tcopy_direct __rcu *direct;
	bool direct_local;
	struct tcopy_profile __rcu *profile;
	struct tcopy_halfopen *halfopen;
	struct tcopy_cpu __percpu *cpu;
	struct rhltable sessions;
	struct rhashtable copies;
	atomic_t sessions_n;
	struct percpu_counter mem;
	u64 mem_limit;
	unsigned int cpu_percent;
	siphash_key_t isn_key;
	spinlock_t birth[TCOPY_BIRTH_LOCKS];

	struct nf_hook_ops capture_ops[2];
	struct net *net;
	struct mutex lock;
	struct list_head targets;
	struct list_head relays;
	u32 targets_n;
	struct delayed_work ends;
	u32 next_id;
	bool up;
	bool hooked;
	bool hooked_forward;
};

/**
 * tcopy_mem_add() - account memory of a namespace
 * @tn:		the namespace
 * @bytes:	true size; negative to give back
 */
static inline void tcopy_mem_add(struct tcopy_net *tn, s64 bytes)
{
	percpu_counter_add_batch(&tn->mem, bytes, 65536);
}

/**
 * tcopy_mem_give() - account for memory that is given back
 * @cpu:	this CPU's queue
 * @bytes:	true size
 *
 * The end of a run takes off what was given back in it, together.
 *
 * Context: BH.
 */
static inline void tcopy_mem_give(struct tcopy_cpu *cpu, u32 bytes)
{
	if (cpu->taken)
		cpu->given += bytes;
	else
		tcopy_mem_add(cpu->tn, -(s64)bytes);
}

/**
 * tcopy_mem_full() - is the limit on memory reached?
 * @tn: the namespace
 */
static inline bool tcopy_mem_full(struct tcopy_net *tn)
{
	return percpu_counter_read_positive(&tn->mem) >
	       (s64)READ_ONCE(tn->mem_limit);
}

/**
 * tcopy_ns_to_us() - the clock of track and all time stamps
 * @ns: of the monotonic clock
 *
 * Return: microseconds, never 0.
 */
static inline u64 tcopy_ns_to_us(u64 ns)
{
	return div_u64(ns, NSEC_PER_USEC) + 1;
}

/**
 * tcopy_now_us() - what time is it?
 *
 * Return: as tcopy_ns_to_us().
 */
static inline u64 tcopy_now_us(void)
{
	return tcopy_ns_to_us(ktime_get_ns());
}

struct tcopy_net *tcopy_netns_find(const struct net *net);
int tcopy_netns_up(struct tcopy_net *tn);
int tcopy_netns_hook(struct tcopy_net *tn, bool forward);
void tcopy_netns_unhook(struct tcopy_net *tn);
int tcopy_netns_init(void);
void tcopy_netns_exit(void);

#endif
