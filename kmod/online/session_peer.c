// SPDX-License-Identifier: GPL-2.0
/*
 * session: what production made of a connection, by its socket, or by what is
 * seen of both directions where this host only forwards.
 */

#include "session.h"

/* A gap that nobody fills is a miss after so long at least (RFC 6298: a client
 * sends again after a second, and backs off).
 */
#define PEER_GAP_US	(3 * (u64)USEC_PER_SEC)
/* What production has acknowledged may wait in a queue of ours for so long. */
#define PEER_UNSEEN_US	((u64)USEC_PER_SEC)

/**
 * tcopy_session_peer() - what is known of production now
 * @s:		the session, locked
 * @peer:	filled as a whole
 *
 * An unrelated socket of this host is never asked for what is forwarded.
 *
 * Context: BH.
 */
void tcopy_session_peer(const struct tcopy_session *s, struct tcopy_peer *peer)
{
	if (!s->target->forward) {
		tcopy_peer_find(s->target->tn->net, &s->flow, s->dif, s->sdif,
				peer);
		return;
	}
	tcopy_forward_peer(s->online, peer);
	peer->client_isn = s->isn;
	peer->heard_ms = jiffies_to_msecs((u32)jiffies -
					  READ_ONCE(s->online->at));
	/* It has all that its client ever said. */
	if (s->busy->fin && s->busy->fin_seq == s->busy->hold.cap_nxt &&
	    peer->rcv_nxt == s->busy->fin_seq + 1)
		peer->kind = TCOPY_PEER_NONE;
}

/**
 * tcopy_session_seen() - a packet of a client is forwarded
 * @list:	its sessions; may be NULL
 * @seg:	its header, neither SYN nor RST, with ACK
 *
 * Context: the hook; RCU read section, no lock.
 */
void tcopy_session_seen(struct rhlist_head *list, const struct tcopy_seg *seg)
{
	struct tcopy_session *s;
	struct rhlist_head *pos;

	rhl_for_each_entry_rcu(s, pos, list, node)
		if (s->target->forward)
			tcopy_forward_client(s->online, seg, (u32)jiffies);
}

/**
 * tcopy_session_online() - sessions have taken the place of a SYN
 * @tn:		the namespace
 * @flow:	client to online service
 * @syn:	what was known of it to the last; not in the table any more
 *
 * What production said while they were made must not be missed: its client has
 * heard it, and would be taken for a forger.
 *
 * Context: BH, RCU read section.
 */
void tcopy_session_online(struct tcopy_net *tn, const struct tcopy_flow *flow,
			  const struct tcopy_syn *syn)
{
	struct rhlist_head *list = tcopy_session_list(tn, flow), *pos;
	struct tcopy_session *s;

	rhl_for_each_entry_rcu(s, pos, list, node)
		if (s->target->forward && s->isn == syn->isn)
			tcopy_forward_merge(s->online, &syn->online);
}

/* Let the timer see what is missing: nothing else of the client may come. */
static void peer_look(struct tcopy_session *s)
{
	spin_lock(&s->lock);
	if (!s->dead && !s->gap && !mod_timer(&s->timer, jiffies + 1))
		refcount_inc(&s->ref);
	spin_unlock(&s->lock);
}

/**
 * tcopy_session_reply() - a packet of an online service is forwarded
 * @tn:		the namespace
 * @flow:	client to online service
 * @seg:	its header, neither SYN nor RST
 *
 * Context: the hook; RCU read section, no lock.
 */
void tcopy_session_reply(struct tcopy_net *tn, const struct tcopy_flow *flow,
			 const struct tcopy_seg *seg)
{
	struct rhlist_head *list = tcopy_session_list(tn, flow), *pos;
	struct tcopy_session *s;

	/* Just now a session may have taken the SYN's place. */
	if (!list && !tcopy_halfopen_reply(tn, flow, seg))
		list = tcopy_session_list(tn, flow);
	rhl_for_each_entry_rcu(s, pos, list, node)
		if (s->target->forward &&
		    tcopy_forward_reply(s->online, seg, (u32)jiffies) &&
		    !READ_ONCE(s->gap))
			peer_look(s);
}

/* Behind what was captured of the client without a gap, its FIN included. */
static u32 peer_captured(const struct tcopy_session *s)
{
	const struct tcopy_busy *b = s->busy;
	u32 end = b->hold.cap_nxt;

	return b->fin && b->fin_seq == end ? end + 1 : end;
}

/**
 * tcopy_session_unseen() - has production what was never captured?
 * @s: the session, locked
 *
 * By what it acknowledged; what was captured may still wait in a queue.
 */
bool tcopy_session_unseen(const struct tcopy_session *s)
{
	return s->target->forward &&
	       after(READ_ONCE(s->online->ack), peer_captured(s));
}

/**
 * tcopy_session_behind() - has more of the client passed than came here?
 * @s: the session, locked
 */
bool tcopy_session_behind(const struct tcopy_session *s)
{
	return s->target->forward &&
	       after(READ_ONCE(s->online->client_nxt), peer_captured(s));
}

/**
 * tcopy_session_rst() - does production believe its client's RST?
 * @s:		the session of a forwarded connection, locked
 * @seq:	the RST's
 */
bool tcopy_session_rst(const struct tcopy_session *s, u32 seq)
{
	return tcopy_forward_believes(s->online, seq, peer_captured(s));
}

/**
 * tcopy_session_missed_surely() - will a gap never be filled?
 * @s:		the session, locked, with a gap for a moment
 * @peer:	by tcopy_session_peer()
 * @now_us:	now
 *
 * When production has the bytes. When its socket is gone: it waits for none.
 * Where there is no socket, when later bytes have come and the client had the
 * time to send these again, twice (its RTO is about three round trips: RFC
 * 6298, section 2.2): then they went another way, which flowtables and other
 * offloads are.
 */
bool tcopy_session_missed_surely(const struct tcopy_session *s,
				 const struct tcopy_peer *peer, u64 now_us)
{
	u64 rtos_us, waited_us = now_us - s->busy->gap_us;

	if (!s->target->forward)
		return peer->kind == TCOPY_PEER_NONE ||
		       (peer->kind == TCOPY_PEER_FULL &&
			after(peer->rcv_nxt, s->busy->hold.cap_nxt));
	rtos_us = 2 * 3 * (u64)jiffies_to_usecs(s->online->rtt);
	return (tcopy_session_unseen(s) && waited_us >= PEER_UNSEEN_US) ||
	       waited_us >= max(rtos_us, PEER_GAP_US);
}
