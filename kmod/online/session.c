// SPDX-License-Identifier: GPL-2.0
/* session: birth, death and the tables of copied connections. */

#include <linux/random.h>

#include "drop.h"
#include "fan.h"
#include "relay.h"
#include "session.h"
#include "source.h"

/* Window scale that our SYNs announce where the client's had one: answers'
 * payload never crosses the network, so the window is as large as it can be
 * without coming near RFC 7323's limit of 2^30.
 */
#define SESSION_WSCALE	10

static int session_copy_cmp(struct rhashtable_compare_arg *arg,
			    const void *obj)
{
	const struct tcopy_session *s = obj;

	return !tcopy_flow_equal(&s->answer, arg->key);
}

const struct rhashtable_params tcopy_copy_params = {
	.head_offset = offsetof(struct tcopy_session, copy_node),
	.key_offset = offsetof(struct tcopy_session, answer),
	.key_len = sizeof(struct tcopy_flow),
	.hashfn = tcopy_flow_hash,
	.obj_cmpfn = session_copy_cmp,
	.automatic_shrinking = true,
};

/**
 * tcopy_session_find() - the copy of a connection to one target
 * @tn:		the namespace
 * @flow:	client to online service
 * @t:		the target
 *
 * Context: RCU read section; no reference is taken.
 *
 * Return: the session, or NULL.
 */
struct tcopy_session *tcopy_session_find(struct tcopy_net *tn,
					 const struct tcopy_flow *flow,
					 const struct tcopy_target *t)
{
	struct rhlist_head *list = tcopy_session_list(tn, flow), *pos;
	struct tcopy_session *s;

	rhl_for_each_entry_rcu(s, pos, list, node)
		if (s->target == t)
			return s;
	return NULL;
}

/**
 * tcopy_session_find_copy() - the session that an answer belongs to
 * @tn:		the namespace
 * @answer:	test service to the copy's source
 *
 * Context: RCU read section; no reference is taken.
 *
 * Return: the session, or NULL.
 */
struct tcopy_session *tcopy_session_find_copy(struct tcopy_net *tn,
					      const struct tcopy_flow *answer)
{
	return rhashtable_lookup(&tn->copies, answer, tcopy_copy_params);
}

static void session_free_rcu(struct rcu_head *head)
{
	struct tcopy_session *s = container_of(head, struct tcopy_session, rcu);
	struct tcopy_target *t = s->target;
	struct tcopy_net *tn = s->target->tn;
	struct tcopy_busy *b = s->busy;

	if (b) {
		kfree_skb_list(b->out);
		tcopy_hold_purge(&b->hold, tn);
	}
	tcopy_transmit_unroute(&s->route);
	if (s->pool)
		tcopy_source_put(s->pool, s->answer.dport);
	if (s->fan)
		tcopy_fan_put(s->fan);
	tcopy_session_free(s);
	tcopy_target_put(t);
	atomic_dec(&tn->sessions_n);
}

/**
 * tcopy_session_put() - give up a reference
 * @s: the session
 *
 * Context: any; freed after a grace period.
 */
void tcopy_session_put(struct tcopy_session *s)
{
	if (refcount_dec_and_test(&s->ref))
		call_rcu(&s->rcu, session_free_rcu);
}

static spinlock_t *session_birth_lock(struct tcopy_net *tn,
				      const struct tcopy_flow *flow)
{
	return &tn->birth[ntohs(flow->sport) & (TCOPY_BIRTH_LOCKS - 1)];
}

/* Into both tables, or into none. The copy's 4-tuple must be free; a session
 * that only lingers gives way.
 */
static int session_insert(struct tcopy_net *tn, struct tcopy_session *s)
{
	struct tcopy_session *old;
	int err, tries = 2;

	while (tries--) {
		old = rhashtable_lookup_get_insert_fast(&tn->copies,
							&s->copy_node,
							tcopy_copy_params);
		if (!old)
			break;
		if (IS_ERR(old))
			return PTR_ERR(old);
		if (!READ_ONCE(old->ended))
			return -EEXIST;
		tcopy_session_del(old);
		old = NULL;
	}
	if (tries < 0)
		return -EEXIST;

	/* The others are found by the first of their fan. */
	if (s->fan && s->fan->leader != s)
		return 0;
	err = rhltable_insert(&tn->sessions, &s->node, tcopy_session_params);
	if (err)
		rhashtable_remove_fast(&tn->copies, &s->copy_node,
				       tcopy_copy_params);
	return err;
}

/* Addresses and ports of further copies that are in use, in a row. */
#define SESSION_PICKS	8

static int session_pick_source(struct tcopy_session *s, struct tcopy_flow *copy)
{
	unsigned int tries = SESSION_PICKS;
	struct tcopy_flow answer;
	int err;

	while (tries--) {
		err = tcopy_source_pick(s->target->tn, s->target, copy);
		if (err)
			continue;
		tcopy_flow_reverse(&answer, copy);
		if (!tcopy_session_find_copy(s->target->tn, &answer))
			return 0;
		err = -EEXIST;
	}
	return err == -EPERM ? err : -EEXIST;
}

/* Another tuple than the client's has sequence numbers and a clock of its
 * own: one of this host's, or of the target's prefix, or another port of the
 * client's.
 */
static int session_own_source(struct tcopy_session *s, struct tcopy_flow *copy,
			      bool own, struct tcopy_track_open *open,
			      u64 now_us)
{
	struct tcopy_net *tn = s->target->tn;
	int err;

	if (own)
		err = tcopy_source_get(tn, s->target, copy, &s->pool);
	else
		err = session_pick_source(s, copy);
	if (err)
		return err;
	s->seq_off = tcopy_source_isn(tn, copy) - s->isn;
	open->tsval = tcopy_source_tsval(tn, copy, now_us);
	return 0;
}

/* A real connection needs the tuple of one of several copies, which goes. */
static void session_evict(struct tcopy_net *tn, const struct tcopy_flow *answer)
{
	struct tcopy_session *old = tcopy_session_find_copy(tn, answer);

	if (!old || !old->fan || old->fan->leader == old)
		return;
	tcopy_session_end(old, TCOPY_END_EVICTED);
	tcopy_session_del(old);
}

/* A further copy of a connection is published: it is there when it is found. */
static struct tcopy_session *session_further(struct tcopy_session *s,
					     struct tcopy_fan *fan, u32 slot)
{
	struct tcopy_target *t = s->target;
	int err;

	if (!atomic_inc_not_zero(&fan->live)) {
		tcopy_session_put(s);
		return ERR_PTR(-ESHUTDOWN);
	}
	refcount_inc(&fan->ref);
	s->fan = fan;
	s->slot = slot;
	refcount_inc(&s->ref);
	rcu_assign_pointer(fan->copy[slot], s);
	atomic_inc(&t->sessions_n);
	err = session_insert(s->target->tn, s);
	if (err) {
		spin_lock_bh(&s->lock);
		s->dead = true;
		spin_unlock_bh(&s->lock);
		if (timer_delete(&s->timer))	/* told by its fan already */
			tcopy_session_put(s);
		atomic_dec(&t->sessions_n);
		tcopy_fan_leave(s);
		tcopy_session_put(s);
		return ERR_PTR(err);
	}
	tcopy_count(t, SESSIONS);
	tcopy_count(t, OPENED);
	trace_tcopy_session(s, TCOPY_A_STAT_OPENED);
	return s;
}

/* What the client announces, for a copy whose answers come to this host. */
static u32 session_window(const struct tcopy_session *s,
			  const struct tcopy_seg *seg)
{
	return clamp_t(u32, (u32)seg->win << s->wscale, 1, 65535);
}

/**
 * tcopy_session_new() - begin the copy of a connection
 * @tn:		the namespace
 * @t:		the target
 * @ev:		the client's first packet behind its SYN
 * @syn:	what its SYN said
 * @peer:	what production's socket says
 * @fan:	it is a further copy, of this one's; NULL: the first
 * @slot:	its entry there
 * @now_us:	now
 *
 * Nothing is sent yet: the caller runs the session.
 *
 * Context: BH, RCU read section, no lock held.
 *
 * Return: the session, with no reference for the caller (RCU), also when
 * another CPU has just made it; -ENOMEM; -EEXIST: the copy's addresses and
 * ports are in use by the copy of another connection, or none are free; -EPERM:
 * the test host would let its answers through; -ESHUTDOWN: no copy of @fan is
 * left.
 */
struct tcopy_session *tcopy_session_new(struct tcopy_net *tn,
					struct tcopy_target *t,
					const struct tcopy_event *ev,
					const struct tcopy_syn *syn,
					const struct tcopy_peer *peer,
					struct tcopy_fan *fan, u32 slot,
					u64 now_us)
{
	const struct tcopy_conf *conf = tcopy_target_conf(t);
	bool own = !conf->source.family && tcopy_source_is_own(t, &ev->flow);
	spinlock_t *birth = session_birth_lock(tn, &ev->flow);
	struct tcopy_track_open open;
	struct tcopy_session *s, *old;
	struct tcopy_flow flow;
	struct tcopy_busy *b;
	int err;

	s = tcopy_session_alloc(t);
	if (!s)
		return ERR_PTR(-ENOMEM);
	b = s->busy;

	s->flow = ev->flow;
	flow = ev->flow;
	flow.dst = t->to;
	flow.dport = t->to_port;
	s->isn = syn->isn;
	s->last_ack = peer->online_ack;
	s->pushed = true;
	s->dif = ev->dif;
	s->sdif = ev->sdif;
	b->last_us = now_us;
	if (t->forward) {
		*s->online = syn->online;
		s->online->rtt = (u32)jiffies - syn->at;
		/* A service that speaks first: its client has heard that. */
		tcopy_forward_move(&s->online->nxt, ev->seg.ack);
		tcopy_forward_client(s->online, &ev->seg, (u32)jiffies);
	}
	b->ip_id = get_random_u32();
	s->route.way = conf->way;
	spin_lock_init(&s->lock);
	tcopy_hold_init(&b->hold, syn->isn + 1);
	timer_setup(&s->timer, tcopy_session_timer, 0);
	refcount_set(&s->ref, 1);

	if (t->direct)
		s->wscale = syn->opts & TCOPY_OPT_WS ? syn->wscale : 0;
	open = (struct tcopy_track_open) {
		.isn = syn->isn,
		.online_ack = peer->online_ack,
		.mss = syn->mss,
		.tsval = syn->tsval,
		.opts = syn->opts & (TCOPY_OPT_MSS | TCOPY_OPT_WS |
				     TCOPY_OPT_SACKOK | TCOPY_OPT_TS),
		.wscale = SESSION_WSCALE,
		.path_mss = 536,
		.win_max = t->direct ? session_window(s, &ev->seg) : 0,
		.late_ack = READ_ONCE(t->client_first) == TCOPY_CLIENT_FIRST,
	};
	if (own || fan || conf->source.family) {
		err = session_own_source(s, &flow, own, &open, now_us);
		if (err) {
			tcopy_session_free(s);
			return ERR_PTR(err);
		}
	}
	tcopy_flow_reverse(&s->answer, &flow);
	/* Without a route the SYN fails, is counted and tried again. */
	if (!tcopy_transmit_route(tn->net, &s->answer, &s->route))
		open.path_mss = tcopy_transmit_mss(&s->route, &flow);
	/* A loopback's 65495 is none for a wire. */
	if (s->pool)
		open.mss = min(open.mss, open.path_mss);
	tcopy_track_init(&b->track, &open, now_us);

	/* From here session_free_rcu() undoes it. */
	refcount_inc(&t->ref);
	atomic_inc(&tn->sessions_n);

	if (fan)
		return session_further(s, fan, slot);
	if (conf->copies > 1) {
		s->fan = tcopy_fan_new(s, conf->copies, ev, syn, peer);
		if (!s->fan) {
			tcopy_session_put(s);
			return ERR_PTR(-ENOMEM);
		}
	}
	if (!own && !conf->source.family)
		session_evict(tn, &s->answer);

	spin_lock(birth);
	old = tcopy_session_find(tn, &ev->flow, t);
	if (old) {
		spin_unlock(birth);
		tcopy_session_put(s);
		return old;
	}
	atomic_inc(&t->sessions_n);
	err = session_insert(tn, s);
	spin_unlock(birth);
	if (err) {
		atomic_dec(&t->sessions_n);
		tcopy_session_put(s);
		return ERR_PTR(err);
	}
	tcopy_count(t, SESSIONS);
	tcopy_count(t, OPENED);
	if (syn->picked)
		tcopy_count(t, PICKED_UP);
	trace_tcopy_session(s, TCOPY_A_STAT_OPENED);
	return s;
}

/* Take a session out of the tables, once. */
static void session_unhash(struct tcopy_session *s, bool yields)
{
	struct tcopy_target *t = s->target;
	struct tcopy_net *tn = s->target->tn;
	unsigned int unsent = 0;
	bool keeps;

	spin_lock_bh(&s->lock);
	if (s->dead) {
		spin_unlock_bh(&s->lock);
		return;
	}
	s->dead = true;
	if (yields && !s->ended) {
		tcopy_count(t, EVICTED);
		trace_tcopy_session(s, TCOPY_A_STAT_EVICTED);
	}
	if (s->busy)
		unsent = tcopy_hold_purge(&s->busy->hold, tn);
	tcopy_drop(t, s, &s->flow, NULL, TCOPY_A_STAT_ENDED, unsent);
	tcopy_count_add(t, HELD, -(u64)unsent);
	spin_unlock_bh(&s->lock);

	if (!s->fan)
		rhltable_remove(&tn->sessions, &s->node, tcopy_session_params);
	rhashtable_remove_fast(&tn->copies, &s->copy_node, tcopy_copy_params);
	if (timer_delete(&s->timer))
		tcopy_session_put(s);
	tcopy_count_add(t, SESSIONS, -1ULL);
	/* The tables' reference of the first of several goes with the last */
	keeps = s->fan && s->fan->leader == s;
	if (s->fan)
		tcopy_fan_leave(s);
	if (!keeps)
		tcopy_session_put(s);
	/* Last: who waits for it to be 0 lets the target go. */
	atomic_dec(&t->sessions_n);
}

/**
 * tcopy_session_fan_over() - does none of a connection's copies go on?
 * @s: the first of several
 *
 * Context: RCU read section. Racy, as tcopy_session_over() is.
 */
bool tcopy_session_fan_over(const struct tcopy_session *s)
{
	return READ_ONCE(s->fan->missed) ||
	       atomic_read(&s->fan->live) <= !READ_ONCE(s->dead);
}

/**
 * tcopy_session_del() - take a session out of the tables
 * @s: the session; its memory is freed with the last reference
 *
 * Does nothing when somebody else has done it. Sends nothing: end it first.
 *
 * Context: process or BH; no session lock held.
 */
void tcopy_session_del(struct tcopy_session *s)
{
	session_unhash(s, false);
}

/**
 * tcopy_session_yield() - give a copy's addresses and ports up
 * @s: the session; its memory is freed with the last reference
 *
 * Not even a RST leaves: a connection of this host has them now, and it would
 * be hit. It answers what the test service still says to the copy, as TCP does.
 *
 * Context: process or BH; no session lock held.
 */
void tcopy_session_yield(struct tcopy_session *s)
{
	session_unhash(s, true);
}
