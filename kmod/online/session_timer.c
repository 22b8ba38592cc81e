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
	struct sk_buff *last = skb_peek_tail(&s->hold.q);

	if (s->track.state >= TCOPY_TRACK_ENDED)
		return false;
	if (tcopy_session_unseen(s))
		return true;
	if (s->fin && after(s->fin_seq, s->hold.cap_nxt))
		return true;
	return last && after(tcopy_hold_cb(last)->end, s->hold.cap_nxt);
}

/* Since when has the first gap been as it is? Where there is no socket, later
 * payload that goes on coming is no reason to wait.
 */
static u64 timer_gap_since(struct tcopy_session *s, u64 now_us)
{
	if (!s->gap_us || s->gap_seq != s->hold.cap_nxt) {
		WRITE_ONCE(s->gap_us, now_us);
		s->gap_seq = s->hold.cap_nxt;
	}
	return s->target->forward ? s->gap_us : s->last_us;
}

static u32 timer_share_us(const struct tcopy_session *s)
{
	return clamp_t(u64, 2 * (u64)s->track.srtt_us, TIMER_SHARE_US,
		       TIMER_SHARE_MAX_US);
}

/**
 * tcopy_session_arm() - arm the timer for the earliest deadline
 * @s:		the session
 * @now_us:	now
 *
 * It is not moved to a later one: when it fires too early, it is armed again.
 *
 * Context: BH, the session's lock held; the session is not dead.
 */
void tcopy_session_arm(struct tcopy_session *s, u64 now_us)
{
	u64 at = tcopy_track_deadline(&s->track,
				      &tcopy_target_conf(s->target)->track);
	unsigned long when;
	u64 wait_us;

	if (!timer_has_gap(s))
		WRITE_ONCE(s->gap_us, 0);
	else if (timer_gap_since(s, now_us))
		at = min_t(u64, at, now_us + TIMER_GAP_US);
	if (s->rst_checks)
		at = min_t(u64, at, now_us + TIMER_RST_US);
	if (s->syn_us && !s->judged)
		at = min_t(u64, at, s->syn_us + tcopy_silence_us(s->target));
	if (s->hold.shared)
		at = min_t(u64, at, now_us + timer_share_us(s));
	/* Nearly always: it comes early enough. */
	if (timer_pending(&s->timer) && at >= s->armed_us)
		return;
	wait_us = at > now_us ? min_t(u64, at - now_us, TIMER_WAIT_MAX_US) : 0;
	when = jiffies + 1 + usecs_to_jiffies((unsigned int)wait_us);
	s->armed_us = now_us + wait_us;
	if (timer_pending(&s->timer) && !time_before(when, s->timer.expires))
		return;
	if (!mod_timer(&s->timer, when))
		refcount_inc(&s->ref);
}

/* Nobody answered the second SYN in time: told once. */
static void timer_judge(struct tcopy_session *s, u64 now_us)
{
	u64 due_us = s->syn_us + tcopy_silence_us(s->target);

	if (!s->syn_us || s->judged || now_us < due_us)
		return;
	/* This host was held up, or copying has used up its share of a CPU, and
	 * the answer may be in its queues: wait for it as long again.
	 */
	if (now_us - due_us > TIMER_LATE_US || tcopy_queue_starved(s->tn)) {
		s->syn_us = now_us;
		return;
	}
	s->judged = true;
	if (s->track.state == TCOPY_TRACK_SYN_SENT)
		tcopy_silence_none(s->target, s->syn_us);
}

/* Are bytes missed for good? When production has them, they were queued for us
 * before, and may still wait on another CPU: that is looked at a moment later,
 * and nothing may wait any more then that was queued by now.
 */
static bool timer_lost(struct tcopy_session *s, const struct tcopy_peer *peer,
		       u64 now_us)
{
	bool again = s->lost && s->lost_seq == s->hold.cap_nxt;

	s->lost = tcopy_session_missed_surely(s, peer, now_us);
	if (!s->lost)
		return false;
	if (!again) {
		s->lost_at = (u32)jiffies;
		s->lost_seq = s->hold.cap_nxt;
		return false;
	}
	if ((u32)jiffies - s->lost_at < usecs_to_jiffies(TIMER_GAP_US))
		return false;
	return !tcopy_queue_waits(s->tn, s->lost_at) &&
	       !(s->fan && tcopy_fan_waits(s->fan));
}

/* What only production's socket can tell: asked rarely, by the timer. */
static void timer_look(struct tcopy_session *s, u64 now_us)
{
	u64 idle_us = tcopy_target_conf(s->target)->track.idle_us;
	bool gap, idle;
	struct tcopy_peer peer;

	if (s->missed) {
		tcopy_track_end(&s->track, s->missed, now_us);
		tcopy_track_unpark(&s->track, now_us);
		return;
	}
	gap = timer_has_gap(s) &&
	      now_us - timer_gap_since(s, now_us) >= TIMER_GAP_US;
	idle = now_us - s->heard_us >= idle_us;
	if (!gap && !idle && !s->rst_checks)
		return;

	tcopy_session_peer(s, &peer);
	if (s->rst_checks) {
		s->rst_checks--;
		if (peer.kind != TCOPY_PEER_FULL) {
			s->rst_checks = 0;
			tcopy_track_rst(&s->track, now_us);
		}
	}
	/* Production has the bytes, or is gone and waits for none: what was not
	 * captured by now never will be, unless it still waits on another CPU.
	 */
	if (gap && timer_lost(s, &peer, now_us))
		tcopy_track_end(&s->track, TCOPY_END_GAP, now_us);
	if (idle && (peer.kind == TCOPY_PEER_FULL || s->target->forward) &&
	    peer.heard_ms * 1000ULL < idle_us) {
		s->heard_us = now_us - peer.heard_ms * 1000ULL;
		tcopy_track_alive(&s->track, s->heard_us);
	}
}

static void timer_compact(struct tcopy_session *s)
{
	u32 age = usecs_to_jiffies(timer_share_us(s));

	if (s->hold.shared)
		tcopy_count_add(s->target, COMPACTED,
				tcopy_hold_compact(&s->hold, s->tn, age));
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
	if (!s->dead) {
		timer_judge(s, now_us);
		timer_look(s, now_us);
		timer_compact(s);
	}
	tcopy_session_run_unlock(s, now_us);
	if (s->fan) {
		rcu_read_lock();
		tcopy_fan_tell(s->fan);
		rcu_read_unlock();
	}
	tcopy_queue_charge(s->tn, since_ns);
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
		ack_us = tcopy_track_ack_deadline(&s->track);
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
