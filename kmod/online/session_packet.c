// SPDX-License-Identifier: GPL-2.0
/* session: a captured packet, and which sessions it concerns or begins. */

#include "drop.h"
#include "fan.h"
#include "queue.h"
#include "relay.h"
#include "session.h"
#include "silence.h"
#include "source.h"

/* May this connection be copied to this target? Counts why not. */
static bool event_admit(struct tcopy_net *tn, struct tcopy_target *t,
			const struct tcopy_event *ev,
			const struct tcopy_syn *syn,
			const struct tcopy_peer *peer, u64 now_us)
{
	const struct tcopy_conf *conf = tcopy_target_conf(t);
	unsigned int why = tcopy_target_unwanted(t, &ev->flow, now_us);

	if (why)
		goto not;
	if (!READ_ONCE(t->copying))
		why = TCOPY_A_STAT_NOT_COPYING;
	else if (!conf->source.family && !tcopy_source_is_own(t, &ev->flow) &&
		 tcopy_target_passes(t, &ev->flow))
		why = TCOPY_A_STAT_PASSED;
	else if (peer->mptcp || (syn->opts & TCOPY_OPT_MD5))
		why = TCOPY_A_STAT_MPTCP;
	else if (atomic_read(&t->sessions_n) + conf->copies >
		 conf->max_sessions)
		why = TCOPY_A_STAT_SESSION_LIMIT;
	else if (tcopy_mem_full(tn))
		why = TCOPY_A_STAT_MEMORY_LIMIT;
	else if (!tcopy_target_pay(t, conf->copies, now_us))
		why = TCOPY_A_STAT_RATE_LIMIT;
	else
		return true;
not:
	tcopy_drop(t, NULL, &ev->flow, &ev->seg, why, 1);
	return false;
}

/* The copy of a connection begins; NULL when it may not, which is counted. */
static noinline struct tcopy_session *
event_birth(struct tcopy_net *tn, struct tcopy_target *t,
	    const struct tcopy_event *ev, const struct tcopy_syn *syn,
	    const struct tcopy_peer *peer, u64 now_us)
{
	struct tcopy_session *s;
	struct tcopy_flow copy;

	if (!event_admit(tn, t, ev, syn, peer, now_us))
		return NULL;
	s = tcopy_session_new(tn, t, ev, syn, peer, NULL, 0, now_us);
	if (IS_ERR(s)) {
		tcopy_drop(t, NULL, &ev->flow, &ev->seg,
			   tcopy_session_refused(PTR_ERR(s)), 1);
		return NULL;
	}
	tcopy_flow_reverse(&copy, &s->answer);
	tcopy_relay_open(t->relay, &copy);
	return s;
}

/* A captured packet and one target that wants it; consumes the skb. */
static void event_target(struct tcopy_net *tn, struct tcopy_target *t,
			 struct sk_buff *skb, const struct tcopy_event *ev,
			 const struct tcopy_syn *syn,
			 const struct tcopy_peer *peer, u64 now_us)
{
	struct tcopy_session *s = tcopy_session_find(tn, &ev->flow, t);
	struct sk_buff *own;

	tcopy_count(t, MATCHED);
	/* The client uses its port again, and its old copy lives on. */
	if (syn && !syn->picked && s && s->isn != syn->isn) {
		if (s->fan) {
			tcopy_fan_end(s->fan, TCOPY_END_REUSED);
			tcopy_fan_unlist(s->fan);
		}
		tcopy_session_end(s, TCOPY_END_REUSED);
		tcopy_session_del(s);
		s = NULL;
	}
	if (!s && syn && (!syn->picked || tcopy_target_conf(t)->pick_up)) {
		s = event_birth(tn, t, ev, syn, peer, now_us);
		if (!s)
			goto drop;
	}
	if (!s && !ev->seg.len) {
		tcopy_count(t, NOT_NEEDED);
		goto drop;
	}
	if (!s) {
		tcopy_drop(t, NULL, &ev->flow, &ev->seg,
			   tcopy_target_unwanted(t, &ev->flow, now_us) ?:
				   TCOPY_A_STAT_NO_SESSION, 1);
		goto drop;
	}
	if (s->fan) {
		own = tcopy_fan_packet(s, skb, ev);
		if (own != skb)
			ev = tcopy_event(own);
		skb = own;
	}
	tcopy_session_event(s, skb, ev, peer, now_us);
	return;
drop:
	tcopy_hold_drop(skb, tn);
}

/* Production has not taken the connection, or not yet, or is just replacing its
 * request socket on another CPU, when a look-up finds neither: payload is worth
 * another look. RSTs begin nothing. One that is picked up production had,
 * whatever has become of it since.
 */
static bool event_not_yet(const struct tcopy_event *ev,
			  const struct tcopy_syn *syn,
			  const struct tcopy_peer *peer)
{
	if (ev->seg.flags & TCOPY_RST)
		return true;
	if (syn->picked)
		return false;
	return peer->kind == TCOPY_PEER_NONE ||
	       (peer->kind == TCOPY_PEER_REQUEST &&
		(peer->online_ack != ev->seg.ack ||
		 peer->client_isn != syn->isn));
}

/* Have both sides of a forwarded connection opened it? Fills @peer then. */
static bool event_answered(const struct tcopy_event *ev,
			   const struct tcopy_syn *syn, struct tcopy_peer *peer)
{
	if (!syn->answered || !tcopy_forward_begins(&syn->online, &ev->seg))
		return false;
	tcopy_forward_peer(&syn->online, peer);
	peer->client_isn = syn->isn;
	peer->mptcp = syn->mptcp;
	return true;
}

/* Production has reset a forwarded connection: its client will say no more, and
 * what it has said is copied to its end. That may still wait in another CPU's
 * queue, and so does the RST then; true when it does.
 */
static bool event_reset(struct tcopy_net *tn, struct sk_buff *skb,
			const struct tcopy_event *ev, u64 now_us)
{
	struct rhlist_head *list = tcopy_session_list(tn, &ev->flow), *pos;
	struct tcopy_session *s;
	bool behind = false;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		spin_lock(&s->lock);
		if (!s->dead && tcopy_session_awake(s, TCOPY_END_GAP, now_us))
			behind |= tcopy_session_behind(s);
		spin_unlock(&s->lock);
	}
	if (behind && tcopy_queue_later(tn, skb))
		return true;

	rhl_for_each_entry_rcu(s, pos, list, node) {
		if (!s->target->forward)
			continue;
		spin_lock(&s->lock);
		if (s->dead || !tcopy_session_awake(s, TCOPY_END_GAP, now_us) ||
		    !tcopy_forward_reset(s->online, ev->seg.seq)) {
			spin_unlock(&s->lock);
			continue;
		}
		s->online->gone = true;
		tcopy_track_rst(&s->busy->track, now_us);
		tcopy_session_run_unlock(s, now_us);
	}
	return false;
}

/* A target that is not the last one: it gets a clone. */
static noinline void event_further(struct tcopy_net *tn, struct tcopy_target *t,
				   struct sk_buff *skb,
				   const struct tcopy_event *ev,
				   const struct tcopy_syn *syn,
				   const struct tcopy_peer *peer, u64 now_us)
{
	struct sk_buff *part = tcopy_hold_clone(skb, tn);

	if (part) {
		event_target(tn, t, part, ev, syn, peer, now_us);
		return;
	}
	tcopy_count(t, MATCHED);
	tcopy_drop(t, NULL, &ev->flow, &ev->seg, TCOPY_A_STAT_NO_MEMORY, 1);
	tcopy_session_missed(tn, &ev->flow, TCOPY_END_GAP);
}

/* To each target that wants it; false, and the skb is the caller's still, when
 * none does.
 */
static bool event_targets(struct tcopy_net *tn, const struct tcopy_rules *rules,
			  struct sk_buff *skb, const struct tcopy_event *ev,
			  const struct tcopy_syn *syn,
			  const struct tcopy_peer *peer, u64 now_us)
{
	unsigned int i = tcopy_rule_first(rules, ntohs(ev->flow.dport));
	struct tcopy_target *t = tcopy_rule_next(rules, &ev->flow, &i), *next;

	if (!t)
		return false;
	while (++i < rules->n) {
		next = tcopy_rule_next(rules, &ev->flow, &i);
		if (!next)
			break;
		event_further(tn, t, skb, ev, syn, peer, now_us);
		t = next;
	}
	event_target(tn, t, skb, ev, syn, peer, now_us);
	return true;
}

/* A packet that may begin or end a connection, or that was forwarded: what does
 * production say? False, and the skb is the caller's still, when nobody wants
 * it.
 */
static noinline bool event_look(struct tcopy_net *tn,
				const struct tcopy_rules *rules,
				struct sk_buff *skb, u64 now_us)
{
	/* It outlives the skb, and is not what came where that is a SYN. */
	struct tcopy_event own = *tcopy_event(skb), *ev = &own;
	const struct tcopy_syn *syn = NULL;
	struct tcopy_peer peer = {};
	struct tcopy_syn found;

	if (ev->reply)
		return event_reset(tn, skb, ev, now_us);
	if (ev->halfopen &&
	    tcopy_halfopen_find(tn, &ev->flow, ev->seg.seq, &found))
		syn = &found;
	if (ev->forward) {
		if (syn && !event_answered(ev, syn, &peer))
			syn = NULL;
	} else if (syn || (ev->seg.flags & TCOPY_RST)) {
		tcopy_peer_find(tn->net, &ev->flow, ev->dif, ev->sdif, &peer);
	}
	if (ev->seg.flags & TCOPY_SYN) {
		/* Payload of a SYN: production took it, or the client will send
		 * it again.
		 */
		if (!syn || peer.kind != TCOPY_PEER_FULL ||
		    !after(peer.rcv_nxt, ev->seg.seq))
			ev->seg.len = 0;
		ev->seg.flags = TCOPY_ACK;
		ev->seg.ack = peer.online_ack;
		if (!ev->seg.len)
			syn = NULL;
	}
	/* A connection, but another one: nobody believed that SYN. */
	if (syn && !syn->picked && peer.kind == TCOPY_PEER_FULL &&
	    peer.client_isn != syn->isn) {
		tcopy_halfopen_del(tn, &ev->flow, ev->seg.seq);
		syn = NULL;
	}
	if (syn && syn->picked)
		peer.online_ack = syn->ack;
	if (syn && event_not_yet(ev, syn, &peer)) {
		syn = NULL;
		if ((ev->seg.len || (ev->seg.flags & TCOPY_FIN)) &&
		    !(ev->seg.flags & TCOPY_RST) &&
		    tcopy_queue_later(tn, skb))
			return true;
	}
	if (!event_targets(tn, rules, skb, ev, syn, &peer, now_us))
		return false;
	/* Only now: whoever finds no SYN any more must find the session, or
	 * know that there will be none.
	 */
	if (syn && tcopy_halfopen_take(tn, &ev->flow, ev->seg.seq, &found) &&
	    ev->forward)
		tcopy_session_online(tn, &ev->flow, &found);
	return true;
}

/**
 * tcopy_session_packet() - a captured packet, behind the original
 * @tn:		the namespace; the skb's true size is accounted there
 * @skb:	payload, with struct tcopy_event at its head; consumed
 * @now_us:	when its batch began
 *
 * Context: BH, RCU read section. Never part of its caller: bench/count counts
 * what a call takes.
 */
noinline void tcopy_session_packet(struct tcopy_net *tn, struct sk_buff *skb,
				   u64 now_us)
{
	static const struct tcopy_peer nobody_asked;
	const struct tcopy_event *ev = tcopy_event(skb);
	const struct tcopy_rules *rules;
	bool taken = false;

	rules = ev->forward ? rcu_dereference(tn->forward) :
			      rcu_dereference(tn->rules);
	if (!rules)
		goto drop;
	if (ev->halfopen || ev->forward || ev->reply ||
	    (ev->seg.flags & (TCOPY_RST | TCOPY_SYN)))
		taken = event_look(tn, rules, skb, now_us);
	else
		taken = event_targets(tn, rules, skb, ev, NULL, &nobody_asked,
				      now_us);
drop:
	if (!taken)
		tcopy_hold_drop(skb, tn);
}
