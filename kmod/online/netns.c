// SPDX-License-Identifier: GPL-2.0
/* netns: what a network namespace has of tcopy, and how it goes. */

#include <linux/mm.h>
#include <linux/random.h>
#include <net/netns/generic.h>

#include "capture.h"
#include "direct.h"
#include "fan.h"
#include "feedback.h"
#include "halfopen.h"
#include "profile.h"
#include "queue.h"
#include "session.h"
#include "target.h"

static unsigned int netns_id __read_mostly;

/**
 * tcopy_netns_find() - a namespace's part of tcopy
 * @net: the namespace
 *
 * Return: never NULL while the module is registered.
 */
struct tcopy_net *tcopy_netns_find(const struct net *net)
{
	return net_generic(net, netns_id);
}

static void netns_run(struct tasklet_struct *tasklet)
{
	struct tcopy_cpu *cpu = from_tasklet(cpu, tasklet, tasklet);
	u64 since_ns = ktime_get_ns();
	u64 now_us = tcopy_ns_to_us(since_ns);
	struct sk_buff_head list, answers;
	struct sk_buff *skb;
	unsigned int n, headers;
	u64 begun_ns;

	__skb_queue_head_init(&list);
	__skb_queue_head_init(&answers);
	n = tcopy_queue_take(cpu, &list, since_ns);
	if (!n)
		goto done;
	rcu_read_lock();
	while ((skb = __skb_dequeue(&list))) {
		begun_ns = tcopy_profile_begin();
		switch (tcopy_queue_cb(skb)->kind) {
		case TCOPY_QUEUE_PACKET:
			if (tcopy_queue_cb(skb)->shed)
				tcopy_session_shed(cpu->tn,
						   &tcopy_event(skb)->flow);
			tcopy_session_packet(cpu->tn, skb, now_us);
			tcopy_profile_end(cpu->tn, TCOPY_STAGE_ENGINE, 1,
					  begun_ns);
			break;
		case TCOPY_QUEUE_FAN:
			tcopy_fan_run(cpu->tn, skb);
			tcopy_profile_end(cpu->tn, TCOPY_STAGE_ENGINE, 1,
					  begun_ns);
			break;
		case TCOPY_QUEUE_DATAGRAM:
			headers = tcopy_feedback_run(cpu->tn, skb, now_us);
			tcopy_profile_end(cpu->tn, TCOPY_STAGE_FEEDBACK,
					  headers, begun_ns);
			break;
		case TCOPY_QUEUE_ANSWER:
			__skb_queue_tail(&answers, skb);
			break;
		}
	}
	headers = skb_queue_len(&answers);
	if (headers) {
		begun_ns = tcopy_profile_begin();
		tcopy_direct_run(cpu->tn, &answers, now_us);
		tcopy_profile_end(cpu->tn, TCOPY_STAGE_FEEDBACK, headers,
				  begun_ns);
	}
	rcu_read_unlock();
done:
	tcopy_spare_fill(cpu);
	tcopy_queue_done(cpu, n, since_ns);
}

/* 5 % of RAM, but 1 GiB at most. */
static u64 netns_mem_default(void)
{
	u64 ram = (u64)totalram_pages() << PAGE_SHIFT;

	return min_t(u64, div_u64(ram, 20), 1ULL << 30);
}

/**
 * tcopy_netns_up() - have the tables and queues of a namespace
 * @tn: the namespace
 *
 * They are made with the first target and stay until the namespace goes.
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_netns_up(struct tcopy_net *tn)
{
	int err = -ENOMEM, i;

	lockdep_assert_held(&tn->lock);
	if (tn->up)
		return 0;
	for (i = 0; i < TCOPY_BIRTH_LOCKS; i++)
		spin_lock_init(&tn->birth[i]);
	get_random_bytes(&tn->isn_key, sizeof(tn->isn_key));
	tn->halfopen = tcopy_halfopen_new();
	if (!tn->halfopen)
		return err;
	err = rhltable_init(&tn->sessions, &tcopy_session_params);
	if (err)
		goto halfopen;
	err = rhashtable_init(&tn->copies, &tcopy_copy_params);
	if (err)
		goto sessions;
	err = tcopy_queue_init(tn, netns_run);
	if (err)
		goto copies;
	tn->up = true;
	return 0;

copies:
	rhashtable_destroy(&tn->copies);
sessions:
	rhltable_destroy(&tn->sessions);
halfopen:
	tcopy_halfopen_free(tn->halfopen);
	tn->halfopen = NULL;
	return err;
}

/**
 * tcopy_netns_hook() - have the hooks of a namespace
 * @tn:		the namespace
 * @forward:	those of forwarded packets as well: others do without
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_netns_hook(struct tcopy_net *tn, bool forward)
{
	int err = 0;

	lockdep_assert_held(&tn->lock);
	if (!tn->hooked)
		err = tcopy_capture_hook(tn->net, false);
	if (err)
		return err;
	tn->hooked = true;
	if (forward && !tn->hooked_forward) {
		err = tcopy_capture_hook(tn->net, true);
		tn->hooked_forward = !err;
	}
	if (err)
		tcopy_netns_unhook(tn);
	return err;
}

/**
 * tcopy_netns_unhook() - let production's packets alone
 * @tn: the namespace; hooks that none of its targets wants any more go
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_netns_unhook(struct tcopy_net *tn)
{
	lockdep_assert_held(&tn->lock);
	if (tn->hooked_forward && !tcopy_rule_forwards(tn)) {
		tcopy_capture_unhook(tn->net, true);
		tn->hooked_forward = false;
	}
	if (tn->hooked && list_empty(&tn->targets)) {
		tcopy_capture_unhook(tn->net, false);
		tn->hooked = false;
	}
}

static int __net_init netns_init(struct net *net)
{
	struct tcopy_net *tn = tcopy_netns_find(net);

	tn->net = net;
	mutex_init(&tn->lock);
	INIT_LIST_HEAD(&tn->targets);
	INIT_LIST_HEAD(&tn->relays);
	INIT_DELAYED_WORK(&tn->ends, tcopy_target_ends_work);
	tn->mem_limit = netns_mem_default();
	tn->cpu_percent = TCOPY_SHARE_DEFAULT;
	return percpu_counter_init(&tn->mem, 0, GFP_KERNEL);
}

static void __net_exit netns_exit(struct net *net)
{
	struct tcopy_net *tn = tcopy_netns_find(net);

	mutex_lock(&tn->lock);
	tcopy_target_del_all(tn);
	mutex_unlock(&tn->lock);
	/* Without targets nobody arms it. */
	cancel_delayed_work_sync(&tn->ends);
	mutex_lock(&tn->lock);
	tcopy_profile_set(tn, false);
	mutex_unlock(&tn->lock);

	if (tn->up) {
		tcopy_queue_stop(tn);
		/* Sessions, targets and rules that wait for a grace period
		 * look at the namespace a last time.
		 */
		rcu_barrier();
		WARN_ON_ONCE(atomic_read(&tn->sessions_n));
		tcopy_queue_free(tn);
		rhashtable_destroy(&tn->copies);
		rhltable_destroy(&tn->sessions);
		tcopy_halfopen_free(tn->halfopen);
	}
	percpu_counter_destroy(&tn->mem);
}

/* A device, not a subsystem: sockets and routes of ours hold devices, and go
 * before them.
 */
static struct pernet_operations netns_ops = {
	.init = netns_init,
	.exit = netns_exit,
	.id = &netns_id,
	.size = sizeof(struct tcopy_net),
};

/**
 * tcopy_netns_init() - be there for all namespaces
 *
 * Return: 0 or a negative errno.
 */
int tcopy_netns_init(void)
{
	return register_pernet_device(&netns_ops);
}

/**
 * tcopy_netns_exit() - leave all namespaces
 */
void tcopy_netns_exit(void)
{
	unregister_pernet_device(&netns_ops);
}
