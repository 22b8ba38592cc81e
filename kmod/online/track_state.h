/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_TRACK_STATE_H
#define TCOPY_ONLINE_TRACK_STATE_H

#include "../lib/types.h"

#define TCOPY_T_SACKS	4

/**
 * struct tcopy_track - the state of one copied connection
 * @snd_una:	first byte (or FIN) that the test server did not acknowledge
 * @snd_max:	first sequence number that was never sent: what comes next
 * @state:	enum tcopy_track_state
 * @end:	enum tcopy_end: why it is over or about to be, or 0
 *
 * The members above may be read by session.c; all below are private to
 * track*.c.
 *
 * @opts:	TCOPY_OPT_...: wanted in SYN_SENT, negotiated from then on
 * @dupacks:	duplicate ACKs in a row, at most 255
 * @flags:	TCOPY_T_...
 * @mss:	payload of a full segment of the copy, options taken off
 * @retries:	timeouts in a row without an ACK of something new; SYNs sent
 * @replies:	answers given while lingering, or to a stale connection; in OPEN
 *		window probes in a row that nothing came after
 * @snd_nxt:	next to be sent; before @snd_max while going back
 * @snd_wnd:	the test server's window from @snd_una on
 * @cwnd:	congestion window in bytes (RFC 5681)
 * @cap_nxt:	behind the last byte that is held without a gap
 * @rcv_nxt:	behind the last byte that the test server sent
 * @rcv_acked:	the ACK that left last
 * @ts_recent:	TSecr of what leaves (RFC 7323, section 4.3)
 * @req_ack:	ACK of the payload sent last: gates are differences to it
 * @req_nxt:	@rcv_nxt when the first payload with @req_ack was sent
 * @last_nxt:	@rcv_nxt when payload was sent last
 * @now_us:	the latest time told; the clock never goes back here
 * @rtx_at:	SYN timer, RTO or persist timer, end of the linger; 0: off
 * @gate_at:	when the gate of what is next opens by itself; 0: not waiting
 * @ack_at:	when an ACK must leave; 0: none is due
 * @seen_at:	a packet of either side, for --idle
 * @due_at:	since when the test server owes something, for --wait; 0:
 *		nothing
 * @heard_at:	answer bytes came
 * @req_at:	payload was sent for the first time, or the last of it was
 *		acknowledged
 * @sent_at:	anything was sent
 * @rtt_at:	when the timed segment left; 0: none is timed
 * @start_us:	zero of the copy's timestamp clock
 * @snd_wl1:	sequence number of the last window update
 * @max_wnd:	largest window seen
 * @ssthresh:	slow start threshold
 * @cwnd_acked:	bytes acknowledged towards the next growth of @cwnd
 * @recover:	@snd_max at the last loss event (RFC 6582)
 * @rtx_nxt:	in a recovery, holes below this were filled once
 * @sack:	ranges above @snd_una that have arrived, ascending, with holes
 *		between them
 * @sacks:	how many
 * @rtt_seq:	behind the timed segment
 * @srtt_us:	smoothed round-trip time; 0: none yet (RFC 6298)
 * @rttvar_us:	its variation
 * @rto_us:	retransmission timeout, without back-off
 * @released:	payload before it was reported as acknowledged
 * @fin_seq:	with TCOPY_T_FIN: sequence number of the client's FIN
 * @fin_ack:	what the client acknowledged with it
 * @fin_gap_us:	time from the payload before it to it
 * @tsval:	TSval at @start_us
 * @reply_seq:	with TCOPY_T_REPLY
 * @first_ack:	behind production's SYN: zero of what the client acknowledged
 * @isn:	the client's ISN
 * @irs:	the test server's ISN
 * @win_edge:	right edge of the window announced, with @win_max
 * @win_mark:	@win is not changed by what comes before it
 * @win:	window that is announced, by what got lost of answers
 * @win_max:	and by what the client announces; 0: neither
 * @open_mss:	MSS option of the SYN
 * @path_mss:	the route's
 * @rcv_wscale:	shift announced; 0 when not agreed
 * @snd_wscale:	the test server's shift; 0 when not agreed
 * @pace_lates:	gates that opened with no answer at all
 * @counts:	1 << enum tcopy_track_stat, to be reported
 *
 * Written and read under the session's lock only. Hot members first.
 */
struct tcopy_track {
	u32 snd_una;
	u32 snd_max;
	u8 state;
	u8 end;
	u8 opts;
	u8 dupacks;
	u32 flags;
	u16 mss;
	u8 retries;
	u8 replies;
	u32 snd_nxt;
	u32 snd_wnd;
	u32 cwnd;
	u32 cap_nxt;
	u32 rcv_nxt;
	u32 rcv_acked;
	u32 ts_recent;
	u32 req_ack;
	u32 req_nxt;
	u32 last_nxt;

	u64 now_us;
	u64 rtx_at;
	u64 gate_at;
	u64 ack_at;
	u64 seen_at;
	u64 due_at;
	u64 heard_at;
	u64 req_at;
	u64 sent_at;
	u64 rtt_at;
	u64 start_us;

	u32 snd_wl1;
	u32 max_wnd;
	u32 ssthresh;
	u32 cwnd_acked;
	u32 recover;
	u32 rtx_nxt;
	u32 sack[TCOPY_T_SACKS][2];
	u32 rtt_seq;
	u32 srtt_us;
	u32 rttvar_us;
	u32 rto_us;
	u32 released;
	u32 fin_seq;
	u32 fin_ack;
	u32 fin_gap_us;
	u32 tsval;
	u32 reply_seq;
	u32 first_ack;
	u32 isn;
	u32 irs;
	u32 win_edge;
	u32 win_mark;
	u16 win;
	u16 win_max;
	u16 open_mss;
	u16 path_mss;
	u8 rcv_wscale;
	u8 snd_wscale;
	u8 counts;
	u8 sacks;
	u8 pace_lates;
};

static_assert(sizeof(struct tcopy_track) <= 288, "many of them live at once");

/**
 * struct tcopy_track_idle - of a connection on which nothing is under way
 * @now_us:	as in struct tcopy_track
 * @seen_at:	the same
 * @start_us:	the same
 * @heard_ago:	microseconds from tcopy_track.heard_at to @now_us
 * @req_ago:	from tcopy_track.req_at
 * @sent_ago:	from tcopy_track.sent_at
 * @snd_nxt:	all of the client's before it was sent, acknowledged and
 *		released; nothing is held
 * @rcv_nxt:	all of the test server's before it was acknowledged
 *
 * All else of struct tcopy_track follows from that.
 */
struct tcopy_track_idle {
	u64 now_us;
	u64 seen_at;
	u64 start_us;
	u32 heard_ago;
	u32 req_ago;
	u32 sent_ago;
	u32 snd_nxt;
	u32 rcv_nxt;
	/* private: as in struct tcopy_track */
	u32 flags;
	u32 snd_wnd;
	u32 cwnd;
	u32 ts_recent;
	u32 req_ack;
	u32 req_nxt;
	u32 last_nxt;
	u32 snd_wl1;
	u32 max_wnd;
	u32 ssthresh;
	u32 cwnd_acked;
	u32 srtt_us;
	u32 rttvar_us;
	u32 rto_us;
	u32 tsval;
	u32 first_ack;
	u32 isn;
	u32 irs;
	u32 win_edge;
	u32 win_mark;
	u16 win;
	u16 win_max;
	u16 mss;
	u16 open_mss;
	u16 path_mss;
	u8 state;
	u8 end;
	u8 opts;
	u8 pace_lates;
	u8 rcv_wscale;
	u8 snd_wscale;
};

static_assert(sizeof(struct tcopy_track_idle) <= 144, "most are of these");

#endif
