/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_QUEUE_H
#define TCOPY_ONLINE_QUEUE_H

#include "netns.h"

struct tcopy_fan;
struct tcopy_session;

/* What a queued skb is; in its cb. */
enum tcopy_queue_kind {
	TCOPY_QUEUE_PACKET,	/* struct tcopy_event and payload */
	TCOPY_QUEUE_DATAGRAM,	/* a HEADERS datagram of ours, header and all */
	TCOPY_QUEUE_FAN,	/* a packet, for other copies of its client */
	TCOPY_QUEUE_ANSWER,	/* what direct.c has swallowed */
};

/**
 * struct tcopy_queue_cb - in the cb of a queued skb
 * @kind:	what it is
 * @tries:	how often it was put off
 * @since:	jiffies when it was queued
 * @pos:	of a fan: the copy that comes next
 * @fan:	whose; a reference
 * @birth:	they are made with it
 * @shed:	the copies of its connection are to end: this CPU is behind
 */
struct tcopy_queue_cb {
	enum tcopy_queue_kind kind;
	unsigned int tries;
	u32 since;
	u32 pos;
	struct tcopy_fan *fan;
	bool birth;
	bool shed;
};

static inline struct tcopy_queue_cb *tcopy_queue_cb(struct sk_buff *skb)
{
	return (struct tcopy_queue_cb *)skb->cb;
}

/**
 * tcopy_queue_behind() - must this CPU take no new connection?
 * @tn: the namespace
 *
 * Context: BH.
 */
static inline bool tcopy_queue_behind(struct tcopy_net *tn)
{
	return READ_ONCE(this_cpu_ptr(tn->cpu)->behind);
}

/**
 * tcopy_queue_charge() - count time spent elsewhere than in the queue's run
 * @tn:		the namespace
 * @since_ns:	when it began
 *
 * Context: softirq.
 */
static inline void tcopy_queue_charge(struct tcopy_net *tn, u64 since_ns)
{
	tcopy_share_charge(&this_cpu_ptr(tn->cpu)->share,
			   READ_ONCE(tn->cpu_percent), 0, since_ns,
			   ktime_get_ns());
}

int tcopy_queue_init(struct tcopy_net *tn,
		     void (*run)(struct tasklet_struct *tasklet));
void tcopy_queue_stop(struct tcopy_net *tn);
void tcopy_queue_free(struct tcopy_net *tn);
bool tcopy_queue_add(struct tcopy_net *tn, struct sk_buff *skb,
		     enum tcopy_queue_kind kind);
void tcopy_queue_fan(struct tcopy_net *tn, struct sk_buff *skb,
		     struct tcopy_fan *fan, bool birth);
void tcopy_queue_on(struct tcopy_net *tn, struct sk_buff *skb, u32 pos);
bool tcopy_queue_later(struct tcopy_net *tn, struct sk_buff *skb);
unsigned int tcopy_queue_take(struct tcopy_cpu *cpu, struct sk_buff_head *list,
			      u64 now_ns);
void tcopy_queue_done(struct tcopy_cpu *cpu, unsigned int entries,
		      u64 since_ns);
bool tcopy_queue_waits(struct tcopy_net *tn, u32 since);
bool tcopy_queue_starved(struct tcopy_net *tn);

/* queue_ack.c */
void tcopy_queue_ack_init(struct tcopy_cpu *cpu);
void tcopy_queue_ack_stop(struct tcopy_cpu *cpu);
void tcopy_queue_ack(struct tcopy_session *s, u64 ack_us, u64 now_us);
struct tcopy_session *tcopy_queue_ack_due(struct tcopy_cpu *cpu, u64 now_us);

#endif
