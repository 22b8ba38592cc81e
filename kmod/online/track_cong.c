// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion window (RFC 5681, 6582, 6675, 6928), round-trip time and
 * retransmission timeout (RFC 6298) of a copy. See track.h.
 */
#include "track_int.h"

#define TCOPY_CWND_MAX	0x40000000U

static u32 tcopy_cong_floor(const struct tcopy_track *t)
{
	return 2 * t->mss;
}

/**
 * tcopy_track_cong_init() - windows for a connection that was just opened
 * @t:	a track whose @mss is known
 *
 * The initial window is ten segments (RFC 6928). A SYN that had to be sent
 * again leaves one segment (RFC 5681, section 3.1).
 */
void tcopy_track_cong_init(struct tcopy_track *t)
{
	u32 iw = min_t(u32, 10 * t->mss, max_t(u32, 2 * t->mss, 14600));

	t->cwnd = t->retries > 1 ? t->mss : iw;
	t->ssthresh = TCOPY_CWND_MAX;
	t->recover = t->snd_una;
	tcopy_track_sack_clear(t);
}

/**
 * tcopy_track_cong_acked() - something new was acknowledged
 * @t:		track; its @snd_una has moved already
 * @acked:	bytes that were acknowledged, not 0
 * @flight:	bytes that were in flight before
 *
 * Bytes are counted, not ACKs: one header may stand for many of them. A window
 * that was not in use does not grow.
 */
void tcopy_track_cong_acked(struct tcopy_track *t, u32 acked, u32 flight)
{
	if (t->flags & TCOPY_T_RECOVERY) {
		if (before(t->snd_una, t->recover)) {
			if (tcopy_track_sack_ok(t))
				return;
			/* a partial ACK: the next hole (RFC 6582, 3.2) */
			t->flags |= TCOPY_T_RTX_HOLE;
			t->rtx_nxt = t->snd_una;
			t->cwnd = max(t->cwnd - min(acked, t->cwnd),
				      (u32)t->mss) + t->mss;
			return;
		}
		t->flags &= ~(TCOPY_T_RECOVERY | TCOPY_T_RTX_HOLE);
		t->cwnd = min(t->ssthresh,
			      max_t(u32, t->snd_max - t->snd_una, t->mss) +
			      t->mss);
		return;
	}

	if (t->cwnd < t->ssthresh) {
		if (flight >= t->cwnd / 2)
			t->cwnd += min(acked, t->cwnd);
	} else if (flight + t->mss > t->cwnd) {
		t->cwnd_acked += acked;
		if (t->cwnd_acked >= t->cwnd) {
			t->cwnd_acked = 0;
			t->cwnd += t->mss;
		}
	}
	t->cwnd = min_t(u32, t->cwnd, TCOPY_CWND_MAX);
}

/**
 * tcopy_track_cong_dupack() - the ACK that came was a duplicate
 * @t:	track; @dupacks counts this one
 *
 * The third begins a fast retransmit, once for each window of data: after a
 * loss event, only data sent later can be another one (RFC 6582, section 3.2).
 * With SACK the window says what may be on its way, and needs no duplicates to
 * be counted (RFC 6675).
 */
void tcopy_track_cong_dupack(struct tcopy_track *t)
{
	if (t->flags & TCOPY_T_RECOVERY) {
		if (!tcopy_track_sack_ok(t))
			t->cwnd = min_t(u32, t->cwnd + t->mss, TCOPY_CWND_MAX);
		return;
	}
	if (t->dupacks < 3 || before(t->snd_una, t->recover))
		return;

	t->ssthresh = max((t->snd_max - t->snd_una) / 2, tcopy_cong_floor(t));
	t->cwnd = t->ssthresh;
	if (!tcopy_track_sack_ok(t))
		t->cwnd += 3 * t->mss;
	t->cwnd_acked = 0;
	t->recover = t->snd_max;
	t->rtx_nxt = t->snd_una;
	t->flags |= TCOPY_T_RECOVERY | TCOPY_T_RTX_HOLE;
}

/**
 * tcopy_track_cong_timeout() - the retransmission timer expired
 * @t:	track; @retries counts this timeout
 *
 * Goes back to @snd_una with one segment. Only the first of several timeouts in
 * a row halves the threshold (RFC 5681, section 3.1). Full segments that never
 * arrive while others do look like a path with a smaller MTU whose ICMP errors
 * got lost: the MSS is lowered (RFC 4821 in spirit).
 */
void tcopy_track_cong_timeout(struct tcopy_track *t)
{
	u32 flight = t->snd_max - t->snd_una;

	if (t->retries == 1)
		t->ssthresh = max(flight / 2, tcopy_cong_floor(t));
	if (flight >= t->mss) {
		if (t->retries >= 5 && t->mss > 536)
			t->mss = 536;
		else if (t->retries >= 3 && t->mss > 1024)
			t->mss = 1024;
	}
	t->cwnd = t->mss;
	t->cwnd_acked = 0;
	t->recover = t->snd_max;
	t->dupacks = 0;
	t->snd_nxt = t->snd_una;
	tcopy_track_sack_clear(t);
	t->rtt_at = 0;
	t->flags &= ~(TCOPY_T_RECOVERY | TCOPY_T_RTX_HOLE);
}

/**
 * tcopy_track_cong_rtt() - a round trip was measured
 * @t:		track
 * @rtt_us:	from a segment that was sent once, or by timestamps
 *
 * RFC 6298, section 2.
 */
void tcopy_track_cong_rtt(struct tcopy_track *t, u64 rtt_us)
{
	u32 rtt = (u32)min_t(u64, rtt_us, TCOPY_T_RTO_MAX);
	u32 diff;

	if (!rtt)
		rtt = 1;
	if (!t->srtt_us) {
		t->srtt_us = rtt;
		t->rttvar_us = rtt / 2;
	} else {
		diff = rtt > t->srtt_us ? rtt - t->srtt_us : t->srtt_us - rtt;
		t->rttvar_us += diff / 4;
		t->rttvar_us -= t->rttvar_us / 4;
		t->srtt_us = t->srtt_us - t->srtt_us / 8 + rtt / 8;
		if (!t->srtt_us)
			t->srtt_us = 1;
	}
	t->rto_us = (u32)min_t(u64, max_t(u64, t->srtt_us +
					  4ULL * t->rttvar_us,
					  TCOPY_T_RTO_MIN),
			       TCOPY_T_RTO_MAX);
}

/**
 * tcopy_track_cong_echo() - a round trip by timestamps (RFC 7323, section 4)
 * @t:		track, its @opts negotiated
 * @seg:	what acknowledges something new
 *
 * Measures nothing without timestamps, or when the echo is none of ours.
 */
void tcopy_track_cong_echo(struct tcopy_track *t, const struct tcopy_seg *seg)
{
	u32 ms = t->tsval + (u32)div_u64(t->now_us - t->start_us, 1000) -
		 seg->tsecr;

	if (t->opts & seg->opts & TCOPY_OPT_TS && ms < TCOPY_T_RTO_MAX / 1000)
		tcopy_track_cong_rtt(t, ms * TCOPY_T_MS);
}

/**
 * tcopy_track_cong_rto() - the timeout after several in a row
 * @t:		track
 * @tries:	timeouts in a row before it
 *
 * Return: microseconds; doubles with each try, bounded (RFC 6298, 5.5).
 */
u64 tcopy_track_cong_rto(const struct tcopy_track *t, unsigned int tries)
{
	return min_t(u64, (u64)t->rto_us << min(tries, 10U), TCOPY_T_RTO_MAX);
}
