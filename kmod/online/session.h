/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_SESSION_H
#define TCOPY_ONLINE_SESSION_H

#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include "flow_hash.h"
#include "forward.h"
#include "halfopen.h"
#include "hold.h"
#include "netns.h"
#include "peer.h"
#include "rule.h"
#include "track.h"
#include "transmit.h"

struct tcopy_fan;

/* Has a copy ended? In this order. */
enum tcopy_ended {
	TCOPY_GOES_ON,
	TCOPY_PARKED,	/* its client's next request begins it anew */
	TCOPY_OVER,	/* for good */
	TCOPY_CLOSED,	/* the same, as its client did */
};

/**
 * struct tcopy_busy - what a session needs while something is under way
 * @track:	what the copy has seen and does next
 * @hold:	the client's bytes
 * @out:	built packets, in the order of the decisions, by skb->next
 * @out_end:	where the next is linked: @out, or the last one's next
 * @syn_us:	when the copy's second SYN left; 0: not yet
 * @gap_us:	when the first gap was seen, or became smaller, with
 *		tcopy_session.gap
 * @gap_seq:	where it begins
 * @lost:	it was found that nobody will fill it
 * @lost_at:	when, in jiffies, by which the queues tell what waited then
 * @lost_seq:	where the gap began of which that was found
 * @fin_seq:	sequence number of the client's FIN, with @fin
 * @fin:	it has come
 * @rst_checks:	looks still to be had whether production believed an RST
 * @session:	whose it is
 * @ack_node:	entry of a CPU's list of waiting acknowledgments, which has a
 *		reference to @session; tcopy_cpu.ack_lock
 * @ack_us:	when its acknowledgment is due; tcopy_cpu.ack_lock
 * @armed_us:	what the session's timer was armed for last, unless it comes
 *		earlier
 * @last_us:	when the client's last payload came
 * @ip_id:	next IPv4 identification
 *
 * Two thirds of what a session takes, and of no use to one that is silent: see
 * session_idle.c.
 */
struct tcopy_busy {
	struct tcopy_track track;
	struct tcopy_hold hold;
	struct sk_buff *out;
	struct sk_buff **out_end;
	u64 syn_us;
	u64 gap_us;
	u32 gap_seq;
	u32 lost_seq;
	u32 lost_at;
	u32 fin_seq;
	u64 last_us;
	u16 ip_id;
	bool lost;
	bool fin;
	u8 rst_checks;

	struct tcopy_session *session;
	struct list_head ack_node;
	u64 ack_us;
	u64 armed_us;
};

/**
 * struct tcopy_session - one online connection and its copy to one target
 * @node:	entry in tcopy_net.sessions; RCU
 * @copy_node:	entry in tcopy_net.copies; RCU
 * @flow:	client to online service; immutable after publication
 * @answer:	test service to the copy's source, as header records name it;
 *		immutable after publication
 * @target:	holds a reference; immutable
 * @busy:	NULL: it is silent, and @idle has all that there is to know. Of
 *		one that is @dead never taken away
 * @route:	cached way of the copies
 * @fan:	the other copies of the same connection, or NULL; a reference;
 *		immutable after publication
 * @pool:	where the copy's source port is from; NULL: it is its client's.
 *		Immutable
 * @lock:	protects all that is not immutable, BH; see DOC: Locking in
 *		netns.h
 * @ref:	the tables hold one, @timer one, tcopy_cpu.acks one
 * @isn:	the client's ISN; immutable
 * @seq_off:	what the copy's sequence numbers are ahead of the client's by;
 *		all else knows the client's alone. Changes with each new
 *		connection of the copy
 * @last_ack:	the highest that the client has acknowledged with payload
 * @said:	in place of @last_ack, from TCOPY_OVER on: behind the client's
 *		last byte
 * @last_ago:	without @busy: microseconds from the client's last payload to
 *		tcopy_track_idle.now_us, at most U32_MAX
 * @dif:	device the client comes in by, for look-ups of its socket
 * @sdif:	its slave when that is a VRF
 * @slot:	its entry in @fan, unless it is the first; immutable
 * @ended:	enum tcopy_ended
 * @missed:	bytes of the client were lost on our side: how it is to end
 * @dead:	out of the tables; no timer may be armed
 * @gap:	something of the client is missing
 * @wscale:	of the client's windows; of a target with @direct alone
 * @sending:	somebody is emptying tcopy_busy.out; he takes what is added
 *		meanwhile
 * @pushed:	its payload that came last had PSH
 * @judged:	silence.c was told whether the copy is answered
 * @in_batch:	in feedback's list of sessions to run
 * @on_acks:	in a CPU's list of waiting acknowledgments
 * @timer:	earliest deadline, re-armed lazily: only ever moved forward in
 *		time when it fires. Owns a reference while it is armed; armed
 *		under @lock and only while not @dead
 * @idle:	of its track, without @busy
 * @rcu:	freed after a grace period: looked up without a lock. In place
 *		of @idle: no reference is left
 * @online:	what is seen of production where no socket tells; one of a
 *		target with @forward, none of others
 *
 * @ended, @said, @missed, @dead and @gap are read without the lock, too, with
 * READ_ONCE.
 */
struct tcopy_session {
	struct rhlist_head node;
	struct rhash_head copy_node;
	struct tcopy_flow flow;
	struct tcopy_flow answer;
	struct tcopy_target *target;
	struct tcopy_busy *busy;
	struct tcopy_route route;
	struct tcopy_fan *fan;
	struct tcopy_pool *pool;

	spinlock_t lock;
	refcount_t ref;
	u32 isn;
	u32 seq_off;
	union {
		u32 last_ack;
		u32 said;
	};
	u32 last_ago;
	int dif;
	int sdif;
	u16 slot;
	u8 ended;
	u8 missed;
	bool dead;
	bool gap;
	u8 wscale:4;
	bool sending:1;
	bool pushed:1;
	bool judged:1;
	bool in_batch:1;
	bool on_acks:1;

	struct timer_list timer;
	union {
		struct tcopy_track_idle idle;
		struct rcu_head rcu;
	};
	struct tcopy_forward online[];
};

/**
 * struct tcopy_event - a captured packet; in front of its payload, at skb->head
 * @shared:	of payload that several copies share
 * @flow:	client to online service
 * @seg:	its TCP header
 * @dif:	device it came in by, as the socket tables see it
 * @sdif:	its slave when @dif is a VRF, else 0
 * @halfopen:	the hook found its SYN in the half-open table
 * @forward:	it was on its way to another host
 * @reply:	a RST of the online service: @flow is its other direction
 */
struct tcopy_event {
	struct tcopy_shared shared;
	struct tcopy_flow flow;
	struct tcopy_seg seg;
	int dif;
	int sdif;
	bool halfopen;
	bool forward;
	bool reply;
};

/* The room is used again: for the headers of the copy that leaves. */
#define TCOPY_EVENT_ROOM \
	ALIGN(max(sizeof(struct tcopy_event), (size_t)TCOPY_HEADROOM), 16)

static inline struct tcopy_event *tcopy_event(const struct sk_buff *skb)
{
	return (struct tcopy_event *)skb->head;
}

static inline int tcopy_session_cmp(struct rhashtable_compare_arg *arg,
				    const void *obj)
{
	const struct tcopy_session *s = obj;

	return !tcopy_flow_equal(&s->flow, arg->key);
}

/* Here, so that the look-ups of each packet are compiled for them. */
static const struct rhashtable_params tcopy_session_params = {
	.head_offset = offsetof(struct tcopy_session, node),
	.key_offset = offsetof(struct tcopy_session, flow),
	.key_len = sizeof(struct tcopy_flow),
	.hashfn = tcopy_flow_hash,
	.obj_cmpfn = tcopy_session_cmp,
	.automatic_shrinking = true,
};

extern const struct rhashtable_params tcopy_copy_params;

/**
 * tcopy_session_list() - the sessions of an online flow, one a target
 * @tn:		the namespace
 * @flow:	client to online service
 *
 * Context: RCU read section.
 */
static inline struct rhlist_head *
tcopy_session_list(struct tcopy_net *tn, const struct tcopy_flow *flow)
{
	return rhltable_lookup(&tn->sessions, flow, tcopy_session_params);
}

bool tcopy_session_fan_over(const struct tcopy_session *s);

/**
 * tcopy_session_said() - had a copy said all when its client said it again?
 * @s:		a session that has ended
 * @seg:	a packet of its client
 *
 * A client repeats its last bytes and its FIN when their ACK is late, and
 * answers with a RST what comes behind its close.
 *
 * Context: RCU read section. Racy as tcopy_session_over() is.
 */
static inline bool tcopy_session_said(const struct tcopy_session *s,
				      const struct tcopy_seg *seg)
{
	/* Pairs with run_ended(): @said before @ended. */
	return smp_load_acquire(&s->ended) == TCOPY_CLOSED &&
	       !after(seg->seq + seg->len, READ_ONCE(s->said));
}

/**
 * tcopy_session_over() - does no copy of a connection go on?
 * @list:	its sessions
 * @seg:	a packet of its client
 * @bucket:	filled when none does: where the packet is counted
 *
 * Context: RCU read section. Racy: a packet that is queued in vain is counted
 * the same way later.
 */
static inline bool tcopy_session_over(struct rhlist_head *list,
				      const struct tcopy_seg *seg,
				      unsigned int *bucket)
{
	struct tcopy_session *s;
	struct rhlist_head *pos;
	bool said = true;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		if (!READ_ONCE(s->missed) && READ_ONCE(s->ended) < TCOPY_OVER)
			return false;
		if (s->fan && !tcopy_session_fan_over(s))
			return false;
		said &= tcopy_session_said(s, seg);
	}
	*bucket = said ? TCOPY_A_STAT_NOT_NEEDED : TCOPY_A_STAT_ENDED;
	return true;
}

/* session.c: birth, death, tables */
struct tcopy_session *tcopy_session_new(struct tcopy_net *tn,
					struct tcopy_target *t,
					const struct tcopy_event *ev,
					const struct tcopy_syn *syn,
					const struct tcopy_peer *peer,
					struct tcopy_fan *fan, u32 slot,
					u64 now_us);
void tcopy_session_put(struct tcopy_session *s);
struct tcopy_session *tcopy_session_find(struct tcopy_net *tn,
					 const struct tcopy_flow *flow,
					 const struct tcopy_target *t);
struct tcopy_session *tcopy_session_find_copy(struct tcopy_net *tn,
					      const struct tcopy_flow *answer);
void tcopy_session_del(struct tcopy_session *s);
void tcopy_session_yield(struct tcopy_session *s);

/**
 * tcopy_session_refused() - why tcopy_session_new() makes none
 * @err:	what it returned
 *
 * Return: the counter, enum tcopy_a_stat.
 */
static inline unsigned int tcopy_session_refused(long err)
{
	return err == -EEXIST ? TCOPY_A_STAT_TUPLE_TAKEN :
	       err == -EPERM ? TCOPY_A_STAT_PASSED :
			       TCOPY_A_STAT_NO_MEMORY;
}

/* session_mem.c: memory, and its accounts */
struct tcopy_busy *tcopy_session_busy(struct tcopy_session *s);
void tcopy_session_unbusy(struct tcopy_session *s);
struct tcopy_session *tcopy_session_alloc(struct tcopy_target *t);
void tcopy_session_free(struct tcopy_session *s);
int tcopy_session_mem_init(void);
void tcopy_session_mem_exit(void);

/* session_idle.c: what is had only while something is under way */
bool tcopy_session_wake(struct tcopy_session *s);
bool tcopy_session_wake_for(struct tcopy_session *s, enum tcopy_end why,
			    u64 now_us);
void tcopy_session_settle(struct tcopy_session *s, u64 now_us);

/* Has a session @busy, or can it be had? As tcopy_session_wake_for(). */
static inline bool tcopy_session_awake(struct tcopy_session *s,
				       enum tcopy_end why, u64 now_us)
{
	return likely(s->busy) || tcopy_session_wake_for(s, why, now_us);
}

/* session_walk.c: all copies to a target */
void tcopy_session_announce(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_session_end_again(struct tcopy_net *tn, struct tcopy_target *t);
bool tcopy_session_end_target(struct tcopy_net *tn, struct tcopy_target *t);
void tcopy_session_del_target(struct tcopy_net *tn, struct tcopy_target *t);

/* session_packet.c: what was captured */
void tcopy_session_packet(struct tcopy_net *tn, struct sk_buff *skb,
			  u64 now_us);

/* session_event.c: what goes in */
bool tcopy_session_header(struct tcopy_session *s, struct tcopy_seg *seg,
			  u64 now_us);
void tcopy_session_event(struct tcopy_session *s, struct sk_buff *skb,
			 const struct tcopy_event *ev,
			 const struct tcopy_peer *peer, u64 now_us);
bool tcopy_session_error(struct tcopy_session *s, u32 seq, u16 path_mss,
			 u64 now_us);
void tcopy_session_broken(struct tcopy_session *s, enum tcopy_end why);
void tcopy_session_missed(struct tcopy_net *tn, const struct tcopy_flow *flow,
			  enum tcopy_end why);
void tcopy_session_shed(struct tcopy_net *tn, const struct tcopy_flow *flow);

/* session_peer.c: production, by its socket or by what is forwarded */
void tcopy_session_peer(const struct tcopy_session *s, struct tcopy_peer *peer);
void tcopy_session_seen(struct rhlist_head *list, const struct tcopy_seg *seg);
void tcopy_session_online(struct tcopy_net *tn, const struct tcopy_flow *flow,
			  const struct tcopy_syn *syn);
void tcopy_session_reply(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_seg *seg);
bool tcopy_session_unseen(const struct tcopy_session *s);
bool tcopy_session_behind(const struct tcopy_session *s);
bool tcopy_session_rst(const struct tcopy_session *s, u32 seq);
bool tcopy_session_missed_surely(const struct tcopy_session *s,
				 const struct tcopy_peer *peer, u64 now_us);

/* session_run.c: what comes out */
void tcopy_session_run_unlock(struct tcopy_session *s, u64 now_us)
	__releases(&s->lock);
void tcopy_session_reopen(struct tcopy_session *s, u32 seq, u32 ack,
			  u64 now_us);
void tcopy_session_run(struct tcopy_session *s, u64 now_us);
void tcopy_session_end(struct tcopy_session *s, enum tcopy_end why);

/* session_timer.c: deadlines */
void tcopy_session_arm(struct tcopy_session *s, u64 now_us);
void tcopy_session_arm_at(struct tcopy_session *s, u64 at, u64 now_us);
void tcopy_session_timer(struct timer_list *timer);
void tcopy_session_acks(struct tcopy_cpu *cpu);

#endif
