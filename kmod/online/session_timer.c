// SPDX-License-Identifier: GPL-2.0
/* session: deadlines, and what only production's socket can tell. */

#include "fan.h"
#include "queue.h"
#include "session.h"
#include "silence.h"

/* A gap is looked into when it has been there for so long. */
#define TIMER_GAP_US	(100 * USEC_PER_MSEC)
/* Payload may share production's pages for so long, or for two round trips when
 * these are longer, but no longer than the other.
 */
#define TIMER_SHARE_US	(20 * USEC_PER_MSEC)
#define TIMER_SHARE_MAX_US (200 * USEC_PER_MSEC)
/* When production's socket is looked at again after an RST. */
#define TIMER_RST_US	(20 * USEC_PER_MSEC)
/* The longest wait of a timer */
#define TIMER_WAIT_MAX_US	(3600ULL * USEC_PER_SEC)
/* A timer that comes so late says that this host is overloaded. */
#define TIMER_LATE_US	(100 * USEC_PER_MSEC)

static bool timer_has_gap(const struct tcopy_session *s)
{
	const struct tcopy_busy *b = s->busy;
	struct sk_buff *last = skb_peek_tail(&b->hold.q);

	if (b->track.state >= TCOPY_TRACK_ENDED)
		return false;
	if (tcopy_session_unseen(s))
		return true;
	if (b->fin && after(b->fin_seq, b->hold.cap_nxt))
		return true;
	return last && after(tcopy_hold_cb(last)->end, b->hold.cap_nxt);
}

/* Since when has the first gap been as it is? Where there is no socket, later
 * payload that goes on coming is no reason to wait.
 */
static u64 timer_gap_since(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_busy *b = s->busy;

	if (!s->gap || b->gap_seq != b->hold.cap_nxt) {
		WRITE_ONCE(s->gap, true);
		b->gap_us = now_us;
		b->gap_seq = b->hold.cap_nxt;
	}
	return s->target->forward ? b->gap_us : b->last_us;
}

static u32 timer_share_us(const struct tcopy_session *s)
{
	return clamp_t(u64, 2 * (u64)s->busy->track.srtt_us, TIMER_SHARE_US,
		       TIMER_SHARE_MAX_US);
}

/**
 * tcopy_session_arm_at() - arm the timer for a deadline
 * @s:		the session, awake
 * @at:		when, in microseconds
 * @now_us:	now
 *
 * It is not moved to a later one: when it fires too early, it is armed again.
 *
 * Context: BH, the session's lock held; the session is not dead.
 */
void tcopy_session_arm_at(struct tcopy_session *s, u64 at, u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	unsigned long when;
	u64 wait_us;

	/* Nearly always: it comes early enough. */
	if (timer_pending(&s->timer) && at >= b->armed_us)
		return;
	wait_us = at > now_us ? min_t(u64, at - now_us, TIMER_WAIT_MAX_US) : 0;
	when = jiffies + 1 + usecs_to_jiffies((unsigned int)wait_us);
	b->armed_us = now_us + wait_us;
	if (timer_pending(&s->timer) && !time_before(when, s->timer.expires))
		return;
	if (!mod_timer(&s->timer, when))
		refcount_inc(&s->ref);
}

/**
 * tcopy_session_arm() - arm the timer for the earliest deadline
 * @s:		the session, awake
 * @now_us:	now
 *
 * Context: as tcopy_session_arm_at().
 */
void tcopy_session_arm(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	u64 at = tcopy_track_deadline(&b->track,
				      &tcopy_target_conf(s->target)->track);

	if (!timer_has_gap(s))
		WRITE_ONCE(s->gap, false);
	else if (timer_gap_since(s, now_us))
		at = min_t(u64, at, now_us + TIMER_GAP_US);
	if (b->rst_checks)
		at = min_t(u64, at, now_us + TIMER_RST_US);
	if (b->syn_us && !s->judged)
		at = min_t(u64, at, b->syn_us + tcopy_silence_us(s->target));
	if (b->hold.shared)
		at = min_t(u64, at, now_us + timer_share_us(s));
	tcopy_session_arm_at(s, at, now_us);
}

/* Nobody answered the second SYN in time: told once. */
static void timer_judge(struct tcopy_session *s, u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	u64 due_us = b->syn_us + tcopy_silence_us(s->target);

	if (!b->syn_us || s->judged || now_us < due_us)
		return;
	/* This host was held up, or copying has used up its share of a CPU, and
	 * the answer may be in its queues: wait for it as long again.
	 */
	if (now_us - due_us > TIMER_LATE_US ||
	    tcopy_queue_starved(s->target->tn)) {
		b->syn_us = now_us;
		return;
	}
	s->judged = true;
	if (b->track.state == TCOPY_TRACK_SYN_SENT)
		tcopy_silence_none(s->target, b->syn_us);
}

/* Are bytes missed for good? When production has them, they were queued for us
 * before, and may still wait on another CPU: that is looked at a moment later,
 * and nothing may wait any more then that was queued by now.
 */
static bool timer_lost(struct tcopy_session *s, const struct tcopy_peer *peer,
		       u64 now_us)
{
	struct tcopy_busy *b = s->busy;
	bool again = b->lost && b->lost_seq == b->hold.cap_nxt;

	b->lost = tcopy_session_missed_surely(s, peer, now_us);
	if (!b->lost)
		return false;
	if (!again) {
		b->lost_at = (u32)jiffies;
		b->lost_seq = b->hold.cap_nxt;
		return false;
	}
	if ((u32)jiffies - b->lost_at < usecs_to_jiffies(TIMER_GAP_US))
		return false;
	return !tcopy_queue_waits(s->target->tn, b->lost_at) &&
	       !(s->fan && tcopy_fan_waits(s->fan));
}

/* What only production's socket can tell: asked rarely, by the timer. */
static void timer_look(struct tcopy_session *s, u64 now_us)
{
	u64 idle_us = tcopy_target_conf(s->target)->track.idle_us;
	struct tcopy_busy *b = s->busy;
	bool gap, idle;
	struct tcopy_peer peer;

	if (s->missed) {
		tcopy_track_end(&b->track, s->missed, now_us);
		tcopy_track_unpark(&b->track, now_us);
		return;
	}
	gap = timer_has_gap(s) &&
	      now_us - timer_gap_since(s, now_us) >= TIMER_GAP_US;
	idle = now_us - tcopy_track_seen_at(&b->track) >= idle_us;
	if (!gap && !idle && !b->rst_checks)
		return;

	tcopy_session_peer(s, &peer);
	if (b->rst_checks) {
		b->rst_checks--;
		if (peer.kind != TCOPY_PEER_FULL) {
			b->rst_checks = 0;
			tcopy_track_rst(&b->track, now_us);
		}
	}
	/* Production has the bytes, or is gone and waits for none: what was not
	 * captured by now never will be, unless it still waits on another CPU.
	 */
	if (gap && timer_lost(s, &peer, now_us))
		tcopy_track_end(&b->track, TCOPY_END_GAP, now_us);
	if (idle && (peer.kind == TCOPY_PEER_FULL || s->target->forward) &&
	    peer.heard_ms * 1000ULL < idle_us)
		tcopy_track_alive(&b->track, now_us - peer.heard_ms * 1000ULL);
}

static void timer_compact(struct tcopy_session *s)
{
	u32 age = usecs_to_jiffies(timer_share_us(s));
	struct tcopy_hold *hold = &s->busy->hold;

	if (hold->shared)
		tcopy_count_add(s->target, COMPACTED,
				tcopy_hold_compact(hold, s->target->tn, age));
}

/**
 * tcopy_session_timer() - a deadline has come
 * @timer: tcopy_session.timer
 *
 * Context: softirq. Drops the timer's reference.
 */
void tcopy_session_timer(struct timer_list *timer)
{
	struct tcopy_session *s = from_timer(s, timer, timer);
	u64 since_ns = ktime_get_ns();
	u64 now_us = tcopy_ns_to_us(since_ns);

	spin_lock(&s->lock);
	if (!s->dead && !s->busy && !tcopy_session_wake(s)) {
		/* no memory: later */
		if (!mod_timer(&s->timer, jiffies + HZ))
			refcount_inc(&s->ref);
		spin_unlock(&s->lock);
	} else if (s->dead) {
		spin_unlock(&s->lock);
	} else {
		timer_judge(s, now_us);
		timer_look(s, now_us);
		timer_compact(s);
		tcopy_session_run_unlock(s, now_us);
		tcopy_session_settle(s, now_us);
	}
	if (s->fan) {
		rcu_read_lock();
		tcopy_fan_tell(s->fan);
		rcu_read_unlock();
	}
	tcopy_queue_charge(s->target->tn, since_ns);
	tcopy_session_put(s);
}

/**
 * tcopy_session_acks() - send acknowledgments that have waited long enough
 * @cpu: whose list it is
 *
 * Context: softirq of that CPU.
 */
void tcopy_session_acks(struct tcopy_cpu *cpu)
{
	u64 since_ns = ktime_get_ns(), ack_us;
	u64 now_us = tcopy_ns_to_us(since_ns);
	struct tcopy_session *s;

	while ((s = tcopy_queue_ack_due(cpu, now_us))) {
		spin_lock(&s->lock);
		s->on_acks = false;
		/* Mostly it has left with payload since, and there is none, or
		 * one that may still wait.
		 */
		ack_us = tcopy_track_ack_deadline(&s->busy->track);
		if (s->dead || ack_us > now_us) {
			if (!s->dead && ack_us != ~0ULL)
				tcopy_queue_ack(s, ack_us, now_us);
			spin_unlock(&s->lock);
		} else {
			tcopy_session_run_unlock(s, now_us);
		}
		tcopy_session_put(s);
	}
	tcopy_queue_charge(cpu->tn, since_ns);
}
