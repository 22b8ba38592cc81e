// SPDX-License-Identifier: GPL-2.0
/* queue: acknowledgments that wait on a CPU for payload to ride on. */

#include "../compat/hrtimer.h"
#include "queue.h"
#include "session.h"

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
 * tcopy_queue_ack_init() - none waits yet
 * @cpu: whose list it is
 */
void tcopy_queue_ack_init(struct tcopy_cpu *cpu)
{
	spin_lock_init(&cpu->ack_lock);
	INIT_LIST_HEAD(&cpu->acks);
	tcopy_hrtimer_setup(&cpu->ack_timer, queue_acks, HRTIMER_MODE_REL_SOFT);
}

/**
 * tcopy_queue_ack_stop() - forget those that wait; none is added any more
 * @cpu: whose list it is
 *
 * Context: process; waits for the timer.
 */
void tcopy_queue_ack_stop(struct tcopy_cpu *cpu)
{
	struct tcopy_session *s;

	hrtimer_cancel(&cpu->ack_timer);
	local_bh_disable();
	while ((s = tcopy_queue_ack_due(cpu, ~0ULL)))
		tcopy_session_put(s);
	local_bh_enable();
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
	struct tcopy_cpu *cpu = this_cpu_ptr(s->target->tn->cpu);
	u64 wait_us = ack_us > now_us ? ack_us - now_us : 0;
	bool first;

	refcount_inc(&s->ref);
	s->on_acks = true;
	spin_lock(&cpu->ack_lock);
	s->busy->ack_us = ack_us;
	first = list_empty(&cpu->acks);
	list_add_tail(&s->busy->ack_node, &cpu->acks);
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
	struct tcopy_busy *b;
	u64 wait_us = 0;

	spin_lock(&cpu->ack_lock);
	b = list_first_entry_or_null(&cpu->acks, struct tcopy_busy, ack_node);
	if (b && b->ack_us > now_us) {
		wait_us = b->ack_us - now_us;
		b = NULL;
	}
	if (b)
		list_del(&b->ack_node);
	spin_unlock(&cpu->ack_lock);
	if (wait_us)
		queue_arm_acks(cpu, wait_us);
	return b ? b->session : NULL;
}
