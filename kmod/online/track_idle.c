// SPDX-License-Identifier: GPL-2.0
/*
 * track: a connection on which nothing is under way, in half the memory. What
 * is left out has the value that it has whenever all was acknowledged, or is
 * not looked at until something else has set it.
 */
#include "track_int.h"

/* When did anything happen for the last time? */
static u64 idle_last(const struct tcopy_track *t)
{
	return max(max(t->seen_at, t->heard_at), max(t->req_at, t->sent_at));
}

/**
 * tcopy_track_silent_at() - when may it be put away?
 * @t:	track
 *
 * Return: microseconds; unless something happens before.
 */
u64 tcopy_track_silent_at(const struct tcopy_track *t)
{
	return idle_last(t) + TCOPY_SILENT_US;
}

/* How long ago something was is of no interest after an hour. Not so the last
 * packet of either side, for --idle.
 */
static u64 idle_recent(u64 at, u64 now)
{
	return now - at < ~0U ? at : now - ~0U;
}

/* What means nothing now gets the value that tcopy_track_unpack() gives it. */
static void idle_forget(struct tcopy_track *t)
{
	u64 now = t->now_us;

	/* The linger of one that is parked is over: any time in the past. */
	if (t->state == TCOPY_TRACK_ENDED && t->rtx_at <= now)
		t->rtx_at = 1;
	t->heard_at = idle_recent(t->heard_at, now);
	t->req_at = idle_recent(t->req_at, now);
	t->sent_at = idle_recent(t->sent_at, now);
	if (!t->rtt_at)
		t->rtt_seq = 0;
	if (!t->sacks)
		memset(t->sack, 0, sizeof(t->sack));
	if (t->snd_una == t->snd_max) {	/* neither was passed by them */
		t->recover = t->snd_una;
		t->rtx_nxt = t->snd_una;
	}
	if (!(t->flags & TCOPY_T_REPLY))
		t->reply_seq = 0;
	if (!(t->flags & TCOPY_T_FIN)) {
		t->fin_seq = 0;
		t->fin_ack = 0;
		t->fin_gap_us = 0;
	}
}

/**
 * tcopy_track_pack() - put a connection away on which nothing is under way
 * @t:		track that was polled until TCOPY_ACT_NONE; nothing of it
 *		changes that anybody would notice
 * @idle:	filled
 *
 * Return: true when tcopy_track_unpack() of @idle would be @t. False when
 * something is due, or was until lately: then @idle is not used.
 */
bool tcopy_track_pack(struct tcopy_track *t, struct tcopy_track_idle *idle)
{
	struct tcopy_track again;

	if (t->now_us < tcopy_track_silent_at(t))
		return false;
	idle_forget(t);
	*idle = (struct tcopy_track_idle) {
		.now_us = t->now_us,
		.seen_at = t->seen_at,
		.start_us = t->start_us,
		.heard_ago = t->now_us - t->heard_at,
		.req_ago = t->now_us - t->req_at,
		.sent_ago = t->now_us - t->sent_at,
		.snd_nxt = t->snd_nxt,
		.rcv_nxt = t->rcv_nxt,
		.flags = t->flags,
		.snd_wnd = t->snd_wnd,
		.cwnd = t->cwnd,
		.ts_recent = t->ts_recent,
		.req_ack = t->req_ack,
		.req_nxt = t->req_nxt,
		.last_nxt = t->last_nxt,
		.snd_wl1 = t->snd_wl1,
		.max_wnd = t->max_wnd,
		.ssthresh = t->ssthresh,
		.cwnd_acked = t->cwnd_acked,
		.srtt_us = t->srtt_us,
		.rttvar_us = t->rttvar_us,
		.rto_us = t->rto_us,
		.tsval = t->tsval,
		.first_ack = t->first_ack,
		.isn = t->isn,
		.irs = t->irs,
		.win_edge = t->win_edge,
		.win_mark = t->win_mark,
		.win = t->win,
		.win_max = t->win_max,
		.mss = t->mss,
		.open_mss = t->open_mss,
		.path_mss = t->path_mss,
		.state = t->state,
		.end = t->end,
		.opts = t->opts,
		.pace_lates = t->pace_lates,
		.rcv_wscale = t->rcv_wscale,
		.snd_wscale = t->snd_wscale,
	};
	/* What else a track may be at such a moment need not be listed here. */
	tcopy_track_unpack(&again, idle);
	return !memcmp(&again, t, sizeof(again));
}

/**
 * tcopy_track_unpack() - something happens on a connection that was put away
 * @t:		filled as a whole
 * @idle:	by tcopy_track_pack()
 */
void tcopy_track_unpack(struct tcopy_track *t,
			const struct tcopy_track_idle *idle)
{
	memset(t, 0, sizeof(*t));
	t->snd_una = idle->snd_nxt;
	t->snd_max = idle->snd_nxt;
	t->state = idle->state;
	t->end = idle->end;
	t->opts = idle->opts;
	t->flags = idle->flags;
	t->mss = idle->mss;
	t->snd_nxt = idle->snd_nxt;
	t->snd_wnd = idle->snd_wnd;
	t->cwnd = idle->cwnd;
	t->cap_nxt = idle->snd_nxt;
	t->rcv_nxt = idle->rcv_nxt;
	t->rcv_acked = idle->rcv_nxt;
	t->ts_recent = idle->ts_recent;
	t->req_ack = idle->req_ack;
	t->req_nxt = idle->req_nxt;
	t->last_nxt = idle->last_nxt;
	t->now_us = idle->now_us;
	t->rtx_at = idle->state == TCOPY_TRACK_ENDED;
	t->seen_at = idle->seen_at;
	t->heard_at = idle->now_us - idle->heard_ago;
	t->req_at = idle->now_us - idle->req_ago;
	t->sent_at = idle->now_us - idle->sent_ago;
	t->start_us = idle->start_us;
	t->snd_wl1 = idle->snd_wl1;
	t->max_wnd = idle->max_wnd;
	t->ssthresh = idle->ssthresh;
	t->cwnd_acked = idle->cwnd_acked;
	t->recover = idle->snd_nxt;
	t->rtx_nxt = idle->snd_nxt;
	t->srtt_us = idle->srtt_us;
	t->rttvar_us = idle->rttvar_us;
	t->rto_us = idle->rto_us;
	t->released = idle->snd_nxt;
	t->tsval = idle->tsval;
	t->first_ack = idle->first_ack;
	t->isn = idle->isn;
	t->irs = idle->irs;
	t->win_edge = idle->win_edge;
	t->win_mark = idle->win_mark;
	t->win = idle->win;
	t->win_max = idle->win_max;
	t->open_mss = idle->open_mss;
	t->path_mss = idle->path_mss;
	t->rcv_wscale = idle->rcv_wscale;
	t->snd_wscale = idle->snd_wscale;
	t->pace_lates = idle->pace_lates;
}
