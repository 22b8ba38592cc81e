// SPDX-License-Identifier: GPL-2.0
/* rule: targets, and the snapshot of them that capture reads. */

#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "rule.h"

static int rule_cmp_from(const void *a, const void *b)
{
	const struct tcopy_target *const *x = a, *const *y = b;
	int bucket = (int)tcopy_rule_bucket((*x)->from_port) -
		     (int)tcopy_rule_bucket((*y)->from_port);

	return bucket ?: (int)(*x)->from_port - (int)(*y)->from_port;
}

/* What the other two orders go by */
struct rule_key {
	const struct tcopy_relay *relay;
	u16 port;	/* host order */
};

static void rule_key_probe(struct rule_key *key, const struct tcopy_target *t)
{
	key->relay = NULL;
	key->port = t->probe_port;
}

static void rule_key_relay(struct rule_key *key, const struct tcopy_target *t)
{
	key->relay = t->relay;
	key->port = ntohs(t->to_port);
}

static int rule_key_cmp(const struct rule_key *a, const struct rule_key *b)
{
	if (a->relay != b->relay)
		return a->relay < b->relay ? -1 : 1;
	return (int)a->port - (int)b->port;
}

static int rule_cmp_probe(const void *a, const void *b)
{
	struct rule_key x, y;

	rule_key_probe(&x, *(const struct tcopy_target *const *)a);
	rule_key_probe(&y, *(const struct tcopy_target *const *)b);
	return rule_key_cmp(&x, &y);
}

static int rule_cmp_relay(const void *a, const void *b)
{
	struct rule_key x, y;

	rule_key_relay(&x, *(const struct tcopy_target *const *)a);
	rule_key_relay(&y, *(const struct tcopy_target *const *)b);
	return rule_key_cmp(&x, &y);
}

/* Index of the first of @n sorted targets that is not before @want. */
static unsigned int rule_find(struct tcopy_target **target, unsigned int n,
			      const struct rule_key *want,
			      void (*key)(struct rule_key *key,
					  const struct tcopy_target *t))
{
	unsigned int lo = 0, mid;
	struct rule_key at;

	while (lo < n) {
		mid = (lo + n) / 2;
		key(&at, target[mid]);
		if (rule_key_cmp(&at, want) < 0)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

/**
 * tcopy_rule_search() - the first of many targets that copies from a port
 * @rules:	the snapshot
 * @port:	host order
 *
 * Return: index of the first target with that port; @rules->n when there is
 * none.
 */
unsigned int tcopy_rule_search(const struct tcopy_rules *rules, u16 port)
{
	const u32 *first = &rules->first[tcopy_rule_bucket(port)];
	unsigned int i;

	for (i = first[0]; i < first[1]; i++)
		if (rules->target[i]->from_port == port)
			return i;
	return rules->n;
}

/**
 * tcopy_rule_probe() - whose probe is answered?
 * @rules:	the snapshot, not of what is forwarded
 * @answer:	test service to the probe
 *
 * Context: RCU read section.
 *
 * Return: the target, or NULL when it is no answer to a probe.
 */
struct tcopy_target *tcopy_rule_probe(const struct tcopy_rules *rules,
				      const struct tcopy_flow *answer)
{
	const struct rule_key want = { .port = ntohs(answer->dport) };
	unsigned int i = rule_find(rules->by_probe, rules->n, &want,
				   rule_key_probe);
	struct tcopy_target *t;

	/* one of each family at most */
	for (; i < rules->n; i++) {
		t = rules->by_probe[i];
		if (t->probe_port != want.port)
			break;
		if (answer->sport == t->to_port &&
		    answer->family == t->family &&
		    !memcmp(&answer->src, &t->to, sizeof(t->to)))
			return t;
	}
	return NULL;
}

/**
 * tcopy_rule_of_relay() - targets of a relay with a port
 * @rules:	the snapshot, not of what is forwarded
 * @relay:	the relay
 * @port:	of the test service
 *
 * Return: index into @rules->by_relay of the first; those behind it follow.
 * Where there is none, that of another, or @rules->n.
 */
unsigned int tcopy_rule_of_relay(const struct tcopy_rules *rules,
				 const struct tcopy_relay *relay, __be16 port)
{
	const struct rule_key want = { .relay = relay, .port = ntohs(port) };

	return rule_find(rules->by_relay, rules->n, &want, rule_key_relay);
}

static void rule_free_rcu(struct rcu_head *head)
{
	kvfree(container_of(head, struct tcopy_rules, rcu));
}

/**
 * tcopy_rule_forwards() - does a target copy what this host forwards?
 * @tn: the namespace
 *
 * Context: process; tcopy_net.lock held.
 */
bool tcopy_rule_forwards(struct tcopy_net *tn)
{
	struct tcopy_target *t;

	lockdep_assert_held(&tn->lock);
	list_for_each_entry(t, &tn->targets, list)
		if (t->forward)
			return true;
	return false;
}

/* The @nth copy of all targets, sorted. */
static struct tcopy_target **rule_sorted(struct tcopy_rules *rules,
					 unsigned int nth, cmp_func_t cmp)
{
	struct tcopy_target **to = rules->target + nth * rules->n;

	if (nth)
		memcpy(to, rules->target, rules->n * sizeof(*to));
	sort(to, rules->n, sizeof(*to), cmp, NULL);
	return to;
}

/* Of all targets, because the answers to their probes come in; or of those that
 * copy what is forwarded.
 */
static struct tcopy_rules *rule_snapshot(struct tcopy_net *tn, bool forward)
{
	struct tcopy_rules *rules;
	struct tcopy_target *t;
	unsigned int i;

	rules = kvzalloc(struct_size(rules, target, 3 * (size_t)tn->targets_n),
			 GFP_KERNEL);
	if (!rules)
		return NULL;
	rules->forward = forward;
	list_for_each_entry(t, &tn->targets, list) {
		if (forward && !t->forward)
			continue;
		rules->target[rules->n++] = t;
		if (t->forward == forward)
			__set_bit(t->from_port, rules->ports);
		if (!forward)
			__set_bit(t->probe_port, rules->ports);
	}
	rules->by_probe = rule_sorted(rules, 1, rule_cmp_probe);
	rules->by_relay = rule_sorted(rules, 2, rule_cmp_relay);
	rule_sorted(rules, 0, rule_cmp_from);
	for (i = 0; i < rules->n; i++) {
		t = rules->target[i];
		rules->first[tcopy_rule_bucket(t->from_port) + 1]++;
	}
	for (i = 0; i < TCOPY_RULE_BUCKETS; i++)
		rules->first[i + 1] += rules->first[i];
	return rules;
}

/**
 * tcopy_rule_publish() - let capture see the list of targets as it is now
 * @tn: the namespace
 *
 * Context: process; tcopy_net.lock held. The caller waits for a grace period
 * before it takes anything from a target that has left the list.
 *
 * Return: 0; -ENOMEM: capture sees what it saw before. Cannot fail when the
 * last target has left.
 */
int tcopy_rule_publish(struct tcopy_net *tn)
{
	struct tcopy_rules *rules = NULL, *forward = NULL;

	lockdep_assert_held(&tn->lock);
	if (!list_empty(&tn->targets)) {
		rules = rule_snapshot(tn, false);
		if (!rules)
			return -ENOMEM;
	}
	if (tcopy_rule_forwards(tn)) {
		forward = rule_snapshot(tn, true);
		if (!forward) {
			kvfree(rules);
			return -ENOMEM;
		}
	}
	rules = rcu_replace_pointer(tn->rules, rules,
				    lockdep_is_held(&tn->lock));
	if (rules)
		call_rcu(&rules->rcu, rule_free_rcu);
	forward = rcu_replace_pointer(tn->forward, forward,
				      lockdep_is_held(&tn->lock));
	if (forward)
		call_rcu(&forward->rcu, rule_free_rcu);
	return 0;
}

/**
 * tcopy_target_new() - a target with default values, in no list
 * @tn: the namespace
 *
 * Return: the target, with one reference; NULL without memory.
 */
struct tcopy_target *tcopy_target_new(struct tcopy_net *tn)
{
	struct tcopy_target *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->stats = alloc_percpu(struct tcopy_stats);
	if (!t->stats) {
		kfree(t);
		return NULL;
	}
	t->tn = tn;
	refcount_set(&t->ref, 1);
	spin_lock_init(&t->pass_lock);
	INIT_LIST_HEAD(&t->list);
	t->from_any = true;
	return t;
}

/**
 * tcopy_conf_new() - what can be changed of a target
 * @from:	to be copied; NULL: the defaults, and a random seed
 *
 * Return: nobody else's yet; NULL without memory.
 */
struct tcopy_conf *tcopy_conf_new(const struct tcopy_conf *from)
{
	struct tcopy_conf *conf;

	if (from)
		return kmemdup(from, sizeof(*from), GFP_KERNEL);
	conf = kzalloc(sizeof(*conf), GFP_KERNEL);
	if (!conf)
		return NULL;
	conf->track.idle_us = 600 * (u64)USEC_PER_SEC;
	conf->track.wait_us = 120 * (u64)USEC_PER_SEC;
	conf->track.pace = true;
	conf->max_sessions = 262144;
	conf->copies = 1;
	conf->pick_up = true;
	conf->shape.sample = TCOPY_SHAPE_ALL;
	conf->shape.seed = get_random_u32();
	return conf;
}

/**
 * tcopy_target_set() - replace what can be changed of a target
 * @tn:		the namespace
 * @t:		the target
 * @conf:	taken over
 *
 * As a whole, so that nobody sees half a change. Sessions read what concerns
 * them each time they run, and keep what they were born with.
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_target_set(struct tcopy_net *tn, struct tcopy_target *t,
		      struct tcopy_conf *conf)
{
	struct tcopy_conf *old;

	old = rcu_replace_pointer(t->conf, conf, lockdep_is_held(&tn->lock));
	if (old)
		kfree_rcu(old, rcu);
}

static void target_free_rcu(struct rcu_head *head)
{
	struct tcopy_target *t = container_of(head, struct tcopy_target, rcu);

	kfree(rcu_dereference_protected(t->pass, 1));
	kfree(rcu_dereference_protected(t->conf, 1));
	free_percpu(t->stats);
	kfree(t);
}

/**
 * tcopy_target_put() - give up a reference to a target
 * @t: the target
 *
 * Context: any; freed after a grace period.
 */
void tcopy_target_put(struct tcopy_target *t)
{
	if (refcount_dec_and_test(&t->ref))
		call_rcu(&t->rcu, target_free_rcu);
}

/**
 * tcopy_target_passes() - does the test host answer this client itself?
 * @t:		the target
 * @flow:	with the client, or whose address a copy leaves with, as source
 *
 * Such a client would get the answers to its copies as packets.
 *
 * Context: RCU read section.
 */
bool tcopy_target_passes(struct tcopy_target *t, const struct tcopy_flow *flow)
{
	const struct tcopy_pass *pass = rcu_dereference(t->pass);
	unsigned int i;

	if (!pass)
		return false;
	for (i = 0; i < pass->n; i++)
		if (pass->prefix[i].family == flow->family &&
		    tcopy_addr_in(&pass->prefix[i].addr, pass->prefix[i].plen,
				  &flow->src))
			return true;
	return false;
}

/**
 * tcopy_target_unwanted() - is a connection left out by choice?
 * @t:		the target
 * @flow:	client to online service
 * @now_us:	now
 *
 * For connections without a session alone.
 *
 * Context: BH, RCU read section.
 *
 * Return: where its packets are counted: TCOPY_A_STAT_FILTERED or _SAMPLED; 0:
 * it is wanted.
 */
unsigned int tcopy_target_unwanted(const struct tcopy_target *t,
				   const struct tcopy_flow *flow, u64 now_us)
{
	const struct tcopy_shape *shape = &tcopy_target_conf(t)->shape;

	if (!tcopy_shape_client(shape, flow))
		return TCOPY_A_STAT_FILTERED;
	if (!tcopy_shape_sampled(shape, flow, READ_ONCE(t->ramp_us), now_us))
		return TCOPY_A_STAT_SAMPLED;
	return 0;
}

/**
 * tcopy_rule_unwanted() - does every target leave a connection out by choice?
 * @rules:	the snapshot
 * @flow:	client to online service
 *
 * Context: BH, RCU read section.
 */
bool tcopy_rule_unwanted(const struct tcopy_rules *rules,
			 const struct tcopy_flow *flow)
{
	u64 now_us = tcopy_now_us();
	struct tcopy_target *t;
	unsigned int i;

	tcopy_rule_for_each(rules, flow, i, t)
		if (!tcopy_target_unwanted(t, flow, now_us))
			return false;
	return true;
}

/**
 * tcopy_target_pay() - may a connection begin by --rate?
 * @t:		the target
 * @sessions:	copies of it
 * @now_us:	now
 *
 * Context: BH, RCU read section. Paid once a connection, never for packets of
 * those that are copied.
 */
bool tcopy_target_pay(struct tcopy_target *t, u32 sessions, u64 now_us)
{
	u32 rate = tcopy_target_conf(t)->shape.rate;
	s64 paid = atomic64_read(&t->paid_ns), next;

	if (!rate)
		return true;
	do {
		next = tcopy_shape_pay(paid, rate, sessions,
				       now_us * NSEC_PER_USEC);
		if (!next)
			return false;
	} while (!atomic64_try_cmpxchg(&t->paid_ns, &paid, next));
	return true;
}

static u64 target_sum(const struct tcopy_target *t, unsigned int stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(t->stats, cpu)->v[stat];
	return sum;
}

/**
 * tcopy_target_stat() - a counter since the last reset
 * @t:		the target
 * @stat:	enum tcopy_a_stat
 *
 * Context: process; tcopy_net.lock held.
 */
u64 tcopy_target_stat(const struct tcopy_target *t, unsigned int stat)
{
	return target_sum(t, stat) - t->base.v[stat];
}

/**
 * tcopy_target_reset() - let a target's counters begin at 0
 * @t: the target
 *
 * Gauges stay, and what is held now stays in the balance: it will be counted
 * where it ends up.
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_target_reset(struct tcopy_target *t)
{
	unsigned int i;

	for (i = TCOPY_A_STAT_MATCHED; i <= TCOPY_A_STAT_MAX; i++)
		t->base.v[i] = target_sum(t, i);
	t->base.v[TCOPY_A_STAT_MATCHED] -= t->base.v[TCOPY_A_STAT_HELD];
	t->base.v[TCOPY_A_STAT_HELD] = 0;
	t->base.v[TCOPY_A_STAT_SESSIONS] = 0;
}
