// SPDX-License-Identifier: GPL-2.0
/* queue: what a CPU has to do behind production's packets, and its bounds. */

#include <linux/percpu.h>

#include "../compat/hrtimer.h"
#include "fan.h"
#include "queue.h"
#include "session.h"

/* Entries and bytes that wait on a CPU at most. */
#define QUEUE_MAX	8192
#define QUEUE_BYTES	(16 << 20)
/* Entries worked off in one run, and the pause before the next. */
#define QUEUE_BUDGET	128
#define QUEUE_PAUSE_NS	(20 * NSEC_PER_USEC)
/* Where runs follow each other within twice this, what comes in waits for so
 * long, and is worked off together.
 */
#define QUEUE_GATHER_NS	(200 * NSEC_PER_USEC)
/* Where nothing comes in, memory that is still on its way out is looked at
 * after so long.
 */
#define QUEUE_LOOK_NS	(10 * NSEC_PER_MSEC)
/* What is put off: for how long, how often, and how many entries at most. */
#define QUEUE_LATER_NS	(2 * NSEC_PER_MSEC)
#define QUEUE_LATER_TRIES 4
#define QUEUE_LATER_MAX	1024
/* A CPU whose share is used up is behind when its queue has waited for so long:
 * connections that begin are not copied.
 */
#define QUEUE_BEHIND_MS	50
/* That was not enough when it has waited for so long: of so many packets, one
 * ends the copies of its connection. Who sends most is hit first.
 */
#define QUEUE_SHED_MS	200
#define QUEUE_SHED_EACH	16

static enum hrtimer_restart queue_again(struct hrtimer *timer)
{
	struct tcopy_cpu *cpu = container_of(timer, struct tcopy_cpu, again);

	WRITE_ONCE(cpu->waiting, false);
	WRITE_ONCE(cpu->gathering, false);
	if (!skb_queue_empty_lockless(&cpu->queue) || tcopy_spare_busy(cpu))
		tasklet_schedule(&cpu->tasklet);
	return HRTIMER_NORESTART;
}

/* They were before all others, and are again: the oldest stays in front. */
static enum hrtimer_restart queue_later(struct hrtimer *timer)
{
	struct tcopy_cpu *cpu = container_of(timer, struct tcopy_cpu,
					     later_timer);
	struct sk_buff *skb;

	spin_lock(&cpu->queue.lock);
	while ((skb = __skb_dequeue_tail(&cpu->later))) {
		cpu->bytes += skb->truesize;
		__skb_queue_head(&cpu->queue, skb);
	}
	spin_unlock(&cpu->queue.lock);
	tasklet_schedule(&cpu->tasklet);
	return HRTIMER_NORESTART;
}

/* Was @skb, which may be NULL, queued by then? */
static bool queue_older(struct sk_buff *skb, u32 since)
{
	return skb && (s32)(since - tcopy_queue_cb(skb)->since) >= 0;
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
		tcopy_share_init(&cpu->share, ktime_get_ns());
		__skb_queue_head_init(&cpu->later);
		tcopy_hrtimer_setup(&cpu->later_timer, queue_later,
				    HRTIMER_MODE_REL_SOFT);
		tcopy_queue_ack_init(cpu);
		tcopy_spare_init(cpu);
		cpu->tn = tn;
	}
	return 0;
}

static void queue_purge(struct tcopy_cpu *cpu)
{
	struct sk_buff_head list;
	struct sk_buff *skb;

	__skb_queue_head_init(&list);
	spin_lock_bh(&cpu->queue.lock);
	skb_queue_splice_tail_init(&cpu->later, &list);
	skb_queue_splice_tail_init(&cpu->queue, &list);
	cpu->bytes = 0;
	spin_unlock_bh(&cpu->queue.lock);
	while ((skb = __skb_dequeue(&list))) {
		/* A datagram's mark is its sender's. */
		if (tcopy_queue_cb(skb)->kind == TCOPY_QUEUE_DATAGRAM)
			skb->mark = 0;
		if (tcopy_queue_cb(skb)->kind == TCOPY_QUEUE_FAN)
			tcopy_fan_done(tcopy_queue_cb(skb)->fan);
		tcopy_hold_drop(skb, cpu->tn);
	}
}

/**
 * tcopy_queue_stop() - forget what is queued; nothing is added any more
 * @tn: the namespace; queues may never have been made
 *
 * Context: process; waits for runs that are under way.
 */
void tcopy_queue_stop(struct tcopy_net *tn)
{
	struct tcopy_cpu *cpu;
	int i, round;

	if (!tn->cpu)
		return;
	for_each_possible_cpu(i) {
		cpu = per_cpu_ptr(tn->cpu, i);
		WRITE_ONCE(cpu->stopped, true);
		/* The timers schedule the tasklet, which may arm them; but not
		 * when there is nothing to do any more.
		 */
		for (round = 0; round < 3; round++) {
			hrtimer_cancel(&cpu->later_timer);
			hrtimer_cancel(&cpu->again);
			tasklet_kill(&cpu->tasklet);
			queue_purge(cpu);
		}
		tcopy_queue_ack_stop(cpu);
	}
}

/**
 * tcopy_queue_free() - free the queues
 * @tn: the namespace; stopped
 */
void tcopy_queue_free(struct tcopy_net *tn)
{
	int i;

	if (tn->cpu)
		for_each_possible_cpu(i)
			tcopy_spare_purge(per_cpu_ptr(tn->cpu, i));
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
	bool room, begins;

	/* Production's socket is asked about it, and may be gone soon. */
	begins = kind == TCOPY_QUEUE_PACKET && tcopy_event(skb)->halfopen;
	tcopy_queue_cb(skb)->kind = kind;
	tcopy_queue_cb(skb)->tries = 0;
	tcopy_queue_cb(skb)->since = (u32)jiffies;
	tcopy_queue_cb(skb)->shed = false;

	spin_lock(&cpu->queue.lock);
	room = skb_queue_len(&cpu->queue) < QUEUE_MAX &&
	       cpu->bytes < QUEUE_BYTES;
	if (room) {
		tcopy_mem_add(tn, skb->truesize);
		cpu->bytes += skb->truesize;
		__skb_queue_tail(&cpu->queue, skb);
	}
	spin_unlock(&cpu->queue.lock);
	if (room && !READ_ONCE(cpu->waiting) &&
	    (begins || !READ_ONCE(cpu->gathering)))
		tasklet_schedule(&cpu->tasklet);
	return room;
}

/**
 * tcopy_queue_on() - let an entry go on where it has stopped
 * @tn:		the namespace
 * @skb:	an entry of a fan, accounted
 * @pos:	the copy that comes next
 *
 * At the end of the queue, whatever is in there: it was in there before.
 *
 * Context: BH; the tasklet will run.
 */
void tcopy_queue_on(struct tcopy_net *tn, struct sk_buff *skb, u32 pos)
{
	struct tcopy_cpu *cpu = this_cpu_ptr(tn->cpu);

	tcopy_queue_cb(skb)->pos = pos;
	spin_lock(&cpu->queue.lock);
	cpu->bytes += skb->truesize;
	__skb_queue_tail(&cpu->queue, skb);
	spin_unlock(&cpu->queue.lock);
}

/**
 * tcopy_queue_fan() - a packet is for further copies of its connection
 * @tn:		the namespace
 * @skb:	its payload, with struct tcopy_event at its head; accounted,
 *		consumed
 * @fan:	they; the caller's reference goes with it
 * @birth:	they are made with it
 *
 * No limit of its own: it takes the place of the packet's entry.
 *
 * Context: the tasklet, which runs again when something is left.
 */
void tcopy_queue_fan(struct tcopy_net *tn, struct sk_buff *skb,
		     struct tcopy_fan *fan, bool birth)
{
	*tcopy_queue_cb(skb) = (struct tcopy_queue_cb) {
		.kind = TCOPY_QUEUE_FAN,
		.since = (u32)jiffies,
		.fan = fan,
		.birth = birth,
	};
	tcopy_queue_on(tn, skb, 0);
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
	struct tcopy_cpu *cpu = this_cpu_ptr(tn->cpu);
	bool room, first;

	if (tcopy_queue_cb(skb)->tries++ >= QUEUE_LATER_TRIES)
		return false;
	spin_lock(&cpu->queue.lock);
	first = skb_queue_empty(&cpu->later);
	room = skb_queue_len(&cpu->later) < QUEUE_LATER_MAX;
	if (room)
		__skb_queue_tail(&cpu->later, skb);
	spin_unlock(&cpu->queue.lock);
	if (first)
		hrtimer_start(&cpu->later_timer, ns_to_ktime(QUEUE_LATER_NS),
			      HRTIMER_MODE_REL_PINNED_SOFT);
	return room;
}

static void queue_pause(struct tcopy_cpu *cpu, u64 wait_ns)
{
	if (wait_ns) {
		WRITE_ONCE(cpu->starved, true);
		WRITE_ONCE(cpu->waiting, true);
	}
	wait_ns = max_t(u64, wait_ns, QUEUE_PAUSE_NS);
	hrtimer_start(&cpu->again, ns_to_ktime(wait_ns),
		      HRTIMER_MODE_REL_PINNED_SOFT);
}

static void queue_gather(struct tcopy_cpu *cpu)
{
	WRITE_ONCE(cpu->gathering, true);
	hrtimer_start(&cpu->again, ns_to_ktime(QUEUE_GATHER_NS),
		      HRTIMER_MODE_REL_PINNED_SOFT);
}

static void queue_look(struct tcopy_cpu *cpu)
{
	if (tcopy_spare_busy(cpu) && !hrtimer_active(&cpu->again) &&
	    !READ_ONCE(cpu->stopped))
		hrtimer_start(&cpu->again, ns_to_ktime(QUEUE_LOOK_NS),
			      HRTIMER_MODE_REL_PINNED_SOFT);
}

/**
 * tcopy_queue_take() - the next entries to work off
 * @cpu:	whose queue
 * @list:	empty; filled
 * @now_ns:	now
 *
 * No more than this CPU's share allows. What has waited for far too long
 * because of the share is marked: some connections' copies are to end.
 *
 * Context: the tasklet. tcopy_queue_done() follows.
 *
 * Return: how many.
 */
unsigned int tcopy_queue_take(struct tcopy_cpu *cpu, struct sk_buff_head *list,
			      u64 now_ns)
{
	unsigned int percent = READ_ONCE(cpu->tn->cpu_percent), most, n = 0;
	u32 waited = 0;
	struct sk_buff *skb;
	bool more;

	most = tcopy_share_allow(&cpu->share, percent, QUEUE_BUDGET, now_ns);
	spin_lock(&cpu->queue.lock);
	skb = skb_peek(&cpu->queue);
	if (most && skb) {
		cpu->taken_since = tcopy_queue_cb(skb)->since;
		cpu->taken = true;
	}
	/* All that there is, nearly always, and in time */
	if (skb_queue_len(&cpu->queue) <= most && !cpu->starved) {
		n = skb_queue_len(&cpu->queue);
		skb_queue_splice_init(&cpu->queue, list);
		cpu->bytes = 0;
	}
	while (n < most && (skb = __skb_dequeue(&cpu->queue))) {
		waited = (u32)jiffies - tcopy_queue_cb(skb)->since;
		if (cpu->starved && waited > msecs_to_jiffies(QUEUE_SHED_MS) &&
		    tcopy_queue_cb(skb)->kind == TCOPY_QUEUE_PACKET)
			tcopy_queue_cb(skb)->shed =
				!(cpu->late_n++ % QUEUE_SHED_EACH);
		cpu->bytes -= skb->truesize;
		__skb_queue_tail(list, skb);
		n++;
	}
	more = !skb_queue_empty(&cpu->queue);
	spin_unlock(&cpu->queue.lock);

	if (!more || percent >= TCOPY_SHARE_ALL)
		WRITE_ONCE(cpu->starved, false);
	/* With nothing left to do nobody would take this back. */
	if (n)
		WRITE_ONCE(cpu->behind, cpu->starved &&
			   waited > msecs_to_jiffies(QUEUE_BEHIND_MS));
	else if (more)
		queue_pause(cpu, tcopy_share_wait(&cpu->share, percent));
	return n;
}

/**
 * tcopy_queue_done() - what was taken is worked off
 * @cpu:	whose queue
 * @entries:	how many; there may have been none
 * @since_ns:	when it was taken
 *
 * When more are left, the tasklet is run again: after a short pause, or when
 * this CPU's share allows it. When none are, the next are worked off at once
 * where little comes in; where much does, together with what else comes in for
 * a moment: that saves this host most of what a run costs, and the test server
 * most of its wake-ups. Connections that begin are not kept waiting.
 *
 * Context: the tasklet.
 */
void tcopy_queue_done(struct tcopy_cpu *cpu, unsigned int entries,
		      u64 since_ns)
{
	unsigned int percent = READ_ONCE(cpu->tn->cpu_percent);
	u64 before_ns = cpu->ran_ns;

	if (!entries) {
		queue_look(cpu);
		return;
	}
	cpu->ran_ns = since_ns;
	spin_lock(&cpu->queue.lock);
	cpu->taken = false;
	spin_unlock(&cpu->queue.lock);
	tcopy_mem_add(cpu->tn, -(s64)cpu->given);
	cpu->given = 0;
	tcopy_share_charge(&cpu->share, percent, entries, since_ns,
			   ktime_get_ns());
	if (!skb_queue_empty_lockless(&cpu->queue))
		queue_pause(cpu, tcopy_share_wait(&cpu->share, percent));
	else if (since_ns - before_ns < 2 * QUEUE_GATHER_NS)
		queue_gather(cpu);
	else
		queue_look(cpu);
}

/**
 * tcopy_queue_waits() - may something that was queued by then still wait?
 * @tn:		the namespace
 * @since:	jiffies; not the future's
 *
 * What is being worked off waits, too. Entries for further copies of a
 * connection are not looked for: see tcopy_fan_waits().
 *
 * Context: BH; looks at each CPU.
 */
bool tcopy_queue_waits(struct tcopy_net *tn, u32 since)
{
	bool waits = false;
	struct tcopy_cpu *cpu;
	int i;

	for_each_online_cpu(i) {
		cpu = per_cpu_ptr(tn->cpu, i);
		spin_lock(&cpu->queue.lock);
		waits |= queue_older(skb_peek(&cpu->queue), since) ||
			 queue_older(skb_peek(&cpu->later), since) ||
			 (cpu->taken && (s32)(since - cpu->taken_since) >= 0);
		spin_unlock(&cpu->queue.lock);
	}
	return waits;
}

/**
 * tcopy_queue_starved() - may packets be waiting because a share is used up?
 * @tn: the namespace
 *
 * Context: any; looks at each CPU.
 */
bool tcopy_queue_starved(struct tcopy_net *tn)
{
	int i;

	for_each_online_cpu(i)
		if (READ_ONCE(per_cpu_ptr(tn->cpu, i)->starved))
			return true;
	return false;
}
