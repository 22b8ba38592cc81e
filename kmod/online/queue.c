// SPDX-License-Identifier: GPL-2.0
/* queue: what a CPU has to do behind production's packets, and its bounds. */

#include <linux/percpu.h>

#include "../compat/hrtimer.h"
#include "queue.h"
#include "session.h"

/* Entries and bytes that wait on a CPU at most. */
#define QUEUE_MAX	8192
#define QUEUE_BYTES	(16 << 20)
/* Entries worked off in one run, and the pause before the next. */
#define QUEUE_BUDGET	128
#define QUEUE_PAUSE_NS	(20 * NSEC_PER_USEC)
/* What is put off: for how long, how often, and how many entries at most. At
 * first production's CPU is just busy with it; a virtual one may not run for
 * tens of milliseconds. Less in all than the time after which a gap is looked
 * into, because other packets of the connection may be waiting behind it.
 */
#define QUEUE_LATER_NS	(2 * NSEC_PER_MSEC)
#define QUEUE_LATER_TRIES 4
#define QUEUE_LATER_SLOW_NS (10 * NSEC_PER_MSEC)
#define QUEUE_LATER_SLOW_TRIES 8
#define QUEUE_LATER_MAX	1024

static enum hrtimer_restart queue_again(struct hrtimer *timer)
{
	struct tcopy_cpu *cpu = container_of(timer, struct tcopy_cpu, again);

	tasklet_schedule(&cpu->tasklet);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart queue_later(struct hrtimer *timer)
{
	struct tcopy_cpu *cpu = container_of(timer, struct tcopy_cpu,
					     later_timer);
	struct sk_buff *skb;

	spin_lock(&cpu->queue.lock);
	cpu->later_slow = false;
	while ((skb = __skb_dequeue(&cpu->later))) {
		cpu->bytes += skb->truesize;
		__skb_queue_tail(&cpu->queue, skb);
	}
	spin_unlock(&cpu->queue.lock);
	tasklet_schedule(&cpu->tasklet);
	return HRTIMER_NORESTART;
}

static void queue_arm_acks(struct tcopy_cpu *cpu, u64 wait_us)
{
	hrtimer_start(&cpu->ack_timer, ns_to_ktime(wait_us * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_PINNED_SOFT);
}

static enum hrtimer_restart queue_acks(struct hrtimer *timer)
{
	tcopy_session_acks(container_of(timer, struct tcopy_cpu, ack_timer));
	return HRTIMER_NORESTART;
}

/**
 * tcopy_queue_init() - make the per-CPU queues
 * @tn:		the namespace
 * @run:	works a queue off, by tcopy_queue_take()
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_queue_init(struct tcopy_net *tn,
		     void (*run)(struct tasklet_struct *tasklet))
{
	struct tcopy_cpu *cpu;
	int i;

	tn->cpu = alloc_percpu(struct tcopy_cpu);
	if (!tn->cpu)
		return -ENOMEM;
	for_each_possible_cpu(i) {
		cpu = per_cpu_ptr(tn->cpu, i);
		skb_queue_head_init(&cpu->queue);
		tasklet_setup(&cpu->tasklet, run);
		tcopy_hrtimer_setup(&cpu->again, queue_again,
				    HRTIMER_MODE_REL_SOFT);
		__skb_queue_head_init(&cpu->later);
		tcopy_hrtimer_setup(&cpu->later_timer, queue_later,
				    HRTIMER_MODE_REL_SOFT);
		spin_lock_init(&cpu->ack_lock);
		INIT_LIST_HEAD(&cpu->acks);
		tcopy_hrtimer_setup(&cpu->ack_timer, queue_acks,
				    HRTIMER_MODE_REL_SOFT);
		cpu->tn = tn;
	}
	return 0;
}

/**
 * tcopy_queue_stop() - forget what is queued; nothing is added any more
 * @tn: the namespace; queues may never have been made
 *
 * Context: process; waits for runs that are under way.
 */
void tcopy_queue_stop(struct tcopy_net *tn)
{
	struct tcopy_session *s;
	struct tcopy_cpu *cpu;
	struct sk_buff *skb;
	int i, round;

	if (!tn->cpu)
		return;
	for_each_possible_cpu(i) {
		cpu = per_cpu_ptr(tn->cpu, i);
		/* The timers schedule the tasklet, which may arm them. */
		for (round = 0; round < 2; round++) {
			hrtimer_cancel(&cpu->later_timer);
			hrtimer_cancel(&cpu->again);
			tasklet_kill(&cpu->tasklet);
		}
		hrtimer_cancel(&cpu->later_timer);
		hrtimer_cancel(&cpu->again);
		hrtimer_cancel(&cpu->ack_timer);
		skb_queue_splice_tail_init(&cpu->later, &cpu->queue);
		while ((skb = skb_dequeue(&cpu->queue))) {
			tcopy_mem_add(tn, -(s64)skb->truesize);
			kfree_skb(skb);
		}
		cpu->bytes = 0;
		local_bh_disable();
		while ((s = tcopy_queue_ack_due(cpu, ~0ULL)))
			tcopy_session_put(s);
		local_bh_enable();
	}
}

/**
 * tcopy_queue_free() - free the queues
 * @tn: the namespace; stopped
 */
void tcopy_queue_free(struct tcopy_net *tn)
{
	free_percpu(tn->cpu);
	tn->cpu = NULL;
}

/**
 * tcopy_queue_add() - leave something to be done behind production's packets
 * @tn:		the namespace
 * @skb:	consumed when there is room, else still the caller's; its true
 *		size is accounted here
 * @kind:	what it is
 *
 * Context: BH.
 *
 * The memory limit is the caller's to look at: at the limit headers must still
 * come in, because they are what releases memory.
 *
 * Return: false when this CPU's queue is full.
 */
bool tcopy_queue_add(struct tcopy_net *tn, struct sk_buff *skb,
		     enum tcopy_queue_kind kind)
{
	struct tcopy_cpu *cpu = this_cpu_ptr(tn->cpu);
	bool room;

	tcopy_queue_cb(skb)->kind = kind;
	tcopy_queue_cb(skb)->tries = 0;

	spin_lock(&cpu->queue.lock);
	room = skb_queue_len(&cpu->queue) < QUEUE_MAX &&
	       cpu->bytes < QUEUE_BYTES;
	if (room) {
		tcopy_mem_add(tn, skb->truesize);
		cpu->bytes += skb->truesize;
		__skb_queue_tail(&cpu->queue, skb);
	}
	spin_unlock(&cpu->queue.lock);
	if (room)
		tasklet_schedule(&cpu->tasklet);
	return room;
}

/**
 * tcopy_queue_later() - put an entry off for a moment
 * @tn:		the namespace
 * @skb:	taken from the queue; still accounted. Still the caller's when
 *		it cannot be put off
 *
 * Context: the tasklet.
 *
 * Return: false when it was put off often enough, or too many others are.
 */
bool tcopy_queue_later(struct tcopy_net *tn, struct sk_buff *skb)
{
	bool slow = tcopy_queue_cb(skb)->tries >= QUEUE_LATER_TRIES;
	struct tcopy_cpu *cpu = this_cpu_ptr(tn->cpu);
	bool room, arm;

	if (tcopy_queue_cb(skb)->tries++ >=
	    QUEUE_LATER_TRIES + QUEUE_LATER_SLOW_TRIES)
		return false;
	spin_lock(&cpu->queue.lock);
	arm = skb_queue_empty(&cpu->later) || (cpu->later_slow && !slow);
	room = skb_queue_len(&cpu->later) < QUEUE_LATER_MAX;
	if (room) {
		__skb_queue_tail(&cpu->later, skb);
		if (arm)
			cpu->later_slow = slow;
	}
	spin_unlock(&cpu->queue.lock);
	if (room && arm)
		hrtimer_start(&cpu->later_timer,
			      ns_to_ktime(slow ? QUEUE_LATER_SLOW_NS :
						 QUEUE_LATER_NS),
			      HRTIMER_MODE_REL_PINNED_SOFT);
	return room;
}

/**
 * tcopy_queue_take() - the next entries to work off
 * @cpu:	whose queue
 * @list:	empty; filled
 *
 * When more are left, the tasklet is run again after a pause.
 *
 * Context: the tasklet.
 *
 * Return: how many.
 */
unsigned int tcopy_queue_take(struct tcopy_cpu *cpu, struct sk_buff_head *list)
{
	unsigned int n = 0;
	struct sk_buff *skb;
	bool more;

	spin_lock(&cpu->queue.lock);
	while (n < QUEUE_BUDGET && (skb = __skb_dequeue(&cpu->queue))) {
		cpu->bytes -= skb->truesize;
		__skb_queue_tail(list, skb);
		n++;
	}
	more = !skb_queue_empty(&cpu->queue);
	spin_unlock(&cpu->queue.lock);
	if (more)
		hrtimer_start(&cpu->again, ns_to_ktime(QUEUE_PAUSE_NS),
			      HRTIMER_MODE_REL_PINNED_SOFT);
	return n;
}

/**
 * tcopy_queue_ack() - let a session's acknowledgment wait on this CPU
 * @s:		the session, locked, not in a list yet; a reference is taken
 * @ack_us:	when it is due. All wait about as long, so the list stays in
 *		order by adding at its end
 * @now_us:	now
 *
 * Context: BH.
 */
void tcopy_queue_ack(struct tcopy_session *s, u64 ack_us, u64 now_us)
{
	struct tcopy_cpu *cpu = this_cpu_ptr(s->tn->cpu);
	u64 wait_us = ack_us > now_us ? ack_us - now_us : 0;
	bool first;

	refcount_inc(&s->ref);
	s->on_acks = true;
	spin_lock(&cpu->ack_lock);
	s->ack_us = ack_us;
	first = list_empty(&cpu->acks);
	list_add_tail(&s->ack_node, &cpu->acks);
	spin_unlock(&cpu->ack_lock);
	if (first)
		queue_arm_acks(cpu, wait_us);
}

/**
 * tcopy_queue_ack_due() - take the first session whose acknowledgment is due
 * @cpu:	whose list
 * @now_us:	now
 *
 * Arms the timer for the first that is not due yet.
 *
 * Context: BH.
 *
 * Return: the session with the list's reference, or NULL.
 */
struct tcopy_session *tcopy_queue_ack_due(struct tcopy_cpu *cpu, u64 now_us)
{
	struct tcopy_session *s;
	u64 wait_us = 0;

	spin_lock(&cpu->ack_lock);
	s = list_first_entry_or_null(&cpu->acks, struct tcopy_session,
				     ack_node);
	if (s && s->ack_us > now_us) {
		wait_us = s->ack_us - now_us;
		s = NULL;
	}
	if (s)
		list_del_init(&s->ack_node);
	spin_unlock(&cpu->ack_lock);
	if (wait_us)
		queue_arm_acks(cpu, wait_us);
	return s;
}
