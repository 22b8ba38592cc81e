// SPDX-License-Identifier: GPL-2.0
/* session: all copies to one target. */

#include "relay.h"
#include "session.h"

static void session_walk(struct tcopy_net *tn, struct tcopy_target *t,
			 void (*fn)(struct tcopy_session *s))
{
	struct rhashtable_iter iter;
	struct tcopy_session *s;

	rhashtable_walk_enter(&tn->copies, &iter);
	rhashtable_walk_start(&iter);
	while ((s = rhashtable_walk_next(&iter))) {
		if (IS_ERR(s))	/* the table was resized: goes on by itself */
			continue;
		if (s->target != t || !refcount_inc_not_zero(&s->ref))
			continue;
		rhashtable_walk_stop(&iter);
		fn(s);
		tcopy_session_put(s);
		cond_resched();
		rhashtable_walk_start(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
}

static void session_remove(struct tcopy_session *s)
{
	tcopy_session_end(s, TCOPY_END_REMOVED);
}

/**
 * tcopy_session_end_target() - reset all copies to a target
 * @tn:	the namespace
 * @t:	capture does not see it any more, or it is not copying
 *
 * They linger in the tables, so that a test service that has not seen a copy's
 * last bytes and challenges its RST (RFC 5961) is answered, and keeps no
 * orphan.
 *
 * Context: process; may sleep.
 *
 * Return: true when there were any.
 */
bool tcopy_session_end_target(struct tcopy_net *tn, struct tcopy_target *t)
{
	if (!atomic_read(&t->sessions_n))
		return false;
	session_walk(tn, t, session_remove);
	return true;
}

static void session_announce(struct tcopy_session *s)
{
	struct tcopy_relay *relay = s->target->relay;
	struct tcopy_flow copy;

	if (READ_ONCE(s->ended))
		return;
	tcopy_flow_reverse(&copy, &s->answer);
	tcopy_relay_open(relay, &copy);
	if (READ_ONCE(relay->opens_n) == TCOPY_RELAY_OPENS)
		tcopy_relay_flush(relay);
}

/**
 * tcopy_session_announce() - tell a target's relay of all its copies
 * @tn:	the namespace
 * @t:	the target
 *
 * A relay that was started again knows of none; without that it would not know
 * whose a connection is until the copy has something to send again.
 *
 * Context: process; tcopy_net.lock held; may sleep.
 */
void tcopy_session_announce(struct tcopy_net *tn, struct tcopy_target *t)
{
	if (atomic_read(&t->sessions_n))
		session_walk(tn, t, session_announce);
}

static void session_remove_again(struct tcopy_session *s)
{
	u64 now_us = tcopy_now_us();

	spin_lock_bh(&s->lock);
	if (s->dead) {
		spin_unlock_bh(&s->lock);
		return;
	}
	if (tcopy_session_awake(s, TCOPY_END_REMOVED, now_us))
		tcopy_track_end_again(&s->busy->track, now_us);
	spin_unlock_bh(&s->lock);
	/* one that the first walk has missed ends now */
	tcopy_session_end(s, TCOPY_END_REMOVED);
}

/**
 * tcopy_session_end_again() - reset all copies to a target once more
 * @tn:	the namespace
 * @t:	after tcopy_session_end_target()
 *
 * The RST of a copy may be lost on its way, and nobody would notice.
 *
 * Context: process; may sleep.
 */
void tcopy_session_end_again(struct tcopy_net *tn, struct tcopy_target *t)
{
	session_walk(tn, t, session_remove_again);
}

/**
 * tcopy_session_del_target() - forget all copies to a target
 * @tn:	the namespace
 * @t:	capture does not see it any more, so that none is added
 *
 * Context: process; may sleep.
 */
void tcopy_session_del_target(struct tcopy_net *tn, struct tcopy_target *t)
{
	/* A walk may miss what moves while the table is resized. */
	while (atomic_read(&t->sessions_n)) {
		session_walk(tn, t, tcopy_session_del);
		cond_resched();
	}
}
