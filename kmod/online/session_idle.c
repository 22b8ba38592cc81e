// SPDX-License-Identifier: GPL-2.0
/*
 * session: what a session needs only while something is under way.
 *
 * Most connections of a busy host wait for their client to say something. A
 * session on which nothing has happened for a while gives struct tcopy_busy
 * back, and has it again with the next packet, header or deadline. Without
 * memory for that the copy ends when its client has said something, and what a
 * test service says it says again.
 */

#include "session.h"

/**
 * tcopy_session_wake() - something happens to a silent session
 * @s:		the session, locked, without @busy
 *
 * No timer is armed: whoever wakes it sees to that.
 *
 * Context: BH.
 *
 * Return: false without memory: nothing has changed.
 */
bool tcopy_session_wake(struct tcopy_session *s)
{
	struct tcopy_busy *b = tcopy_session_busy(s);

	lockdep_assert_held(&s->lock);
	if (!b)
		return false;
	tcopy_track_unpack(&b->track, &s->idle);
	tcopy_hold_init(&b->hold, b->track.cap_nxt);
	b->last_us = s->idle.now_us - s->last_ago;
	b->ip_id = (u16)s->idle.snd_nxt;
	return true;
}

/**
 * tcopy_session_wake_for() - something from outside happens to it
 * @s:		the session, locked, without @busy
 * @why:	how the copy is to end when there is no memory, or
 *		TCOPY_END_NONE: it can do without
 * @now_us:	now
 *
 * Context: BH; the session is not dead.
 *
 * Return: as tcopy_session_wake().
 */
bool tcopy_session_wake_for(struct tcopy_session *s, enum tcopy_end why,
			    u64 now_us)
{
	bool awake = tcopy_session_wake(s);

	/* Whatever it is, it may be silent again from then on. */
	if (awake) {
		tcopy_session_arm_at(s, now_us + TCOPY_SILENT_US, now_us);
	} else if (why) {
		if (!s->missed)
			WRITE_ONCE(s->missed, why);
		if (!mod_timer(&s->timer, jiffies + 1))
			refcount_inc(&s->ref);
	}
	return awake;
}

/* Is there nothing that is not in its track? */
static bool idle_quiet(const struct tcopy_session *s)
{
	const struct tcopy_busy *b = s->busy;

	return skb_queue_empty(&b->hold.q) && !b->out && !s->sending &&
	       !s->in_batch && !s->on_acks && !s->missed && !s->gap &&
	       b->hold.cap_nxt == b->track.cap_nxt &&
	       b->hold.sent == b->track.cap_nxt && !b->fin && !b->lost &&
	       !b->rst_checks && (s->judged || !b->syn_us) &&
	       !tcopy_session_unseen(s);
}

/**
 * tcopy_session_settle() - give back what a silent session does not need
 * @s:		the session; its timer has fired, and it was run
 * @now_us:	now
 *
 * Context: BH; no lock held. May arm the timer.
 */
void tcopy_session_settle(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_busy *b;
	u64 silent_us;

	spin_lock(&s->lock);
	b = s->busy;
	if (s->dead || !b)
		goto unlock;
	silent_us = tcopy_track_silent_at(&b->track);
	if (now_us < silent_us) {
		tcopy_session_arm_at(s, silent_us, now_us);
		goto unlock;
	}
	if (!idle_quiet(s) || !tcopy_track_pack(&b->track, &s->idle))
		goto unlock;
	s->last_ago = clamp_t(s64, s->idle.now_us - b->last_us, 0, U32_MAX);
	tcopy_session_unbusy(s);
unlock:
	spin_unlock(&s->lock);
}
