/* SPDX-License-Identifier: GPL-2.0 */
/*
 * track: what has the copy of this connection seen so far, and what must leave
 * next? Pure: no sk_buff, no clock, no lock, no allocation. It knows sequence
 * ranges, not bytes; hold.c keeps the bytes and session.c runs both.
 *
 * DOC: How it is driven
 *
 * Something happens (a client's payload, FIN or RST; an answer's header; a
 * deadline): session.c tells it with tcopy_track_<event>(), then calls
 * tcopy_track_poll() until that returns TCOPY_ACT_NONE, or an action that is
 * said to be the last, and carries out each action in that order. Events never
 * act by themselves, so that a batch of headers is answered once, at its end.
 * A header is told with tcopy_track_answer() first: when that takes it, because
 * it is the expected one, nothing is left to be asked.
 * Then it arms its timers from tcopy_track_deadline() and
 * tcopy_track_ack_deadline().
 *
 * Sequence numbers: the copy's own (client to test service) are the client's.
 * Numbers of the test service are learned from its SYN-ACK. What the client
 * acknowledges counts the online service's bytes: only differences of it are
 * used, to pace requests.
 *
 * Time is a monotonic clock in microseconds, any origin, never 0.
 */
#ifndef TCOPY_ONLINE_TRACK_H
#define TCOPY_ONLINE_TRACK_H

#include "../lib/seg.h"
#include "../lib/types.h"

/* Why a session ended. session.c maps each to a counter (netlink: END_*). */
enum tcopy_end {
	TCOPY_END_NONE,
	TCOPY_END_CLOSED,		/* as its client's did */
	TCOPY_END_REFUSED,		/* RST in answer to the SYN */
	TCOPY_END_NO_SYNACK,		/* SYN answered by nobody */
	TCOPY_END_TIMEOUT,		/* retransmitted in vain */
	TCOPY_END_RESET,		/* the test service reset it */
	TCOPY_END_SERVER_CLOSED,	/* it closed, the client went on */
	TCOPY_END_IDLE,
	TCOPY_END_WAIT,
	TCOPY_END_GAP,			/* a packet was missed */
	TCOPY_END_SHED,			/* at a limit */
	TCOPY_END_REUSED,		/* the client reused its 4-tuple */
	TCOPY_END_REMOVED,		/* target, intercept or relay gone */
	TCOPY_END_UNSUPPORTED,		/* not handled yet */
	TCOPY_END_EVICTED,		/* a real connection needs its tuple */
};

enum tcopy_track_state {
	TCOPY_TRACK_SYN_SENT,
	TCOPY_TRACK_OPEN,
	TCOPY_TRACK_ENDED,	/* lingers: answers late headers, then FREE; or
				 * is parked: see tcopy_track_parked()
				 */
	TCOPY_TRACK_FREE,	/* tcopy_track_poll() said TCOPY_ACT_FREE */
};

/**
 * struct tcopy_track_conf - how a target wants its copies; shared, read-only
 * @idle_us:	end a session without a packet of either side for so long
 * @wait_us:	end it without an answer for so long while something is due
 * @pace:	gate requests by the answers before (--pace response); the
 *		client's FIN is gated without, too
 */
struct tcopy_track_conf {
	u64 idle_us;
	u64 wait_us;
	bool pace;
};

/**
 * struct tcopy_track_open - what is known of a connection when its copy begins
 * @isn:	the client's ISN
 * @online_ack:	first byte of the online service: its ISN + 1. The first
 *		payload's gate is the difference of its ACK to this one
 * @mss:	the client's MSS option; 0: none
 * @tsval:	TSval for the copy's SYN, with TCOPY_OPT_TS
 * @opts:	TCOPY_OPT_MSS, _WS, _SACKOK, _TS: what the SYN carries
 * @wscale:	shift that the SYN announces, with TCOPY_OPT_WS
 * @path_mss:	largest payload a segment of the copy may have by the route's
 *		MTU, timestamps not taken off
 * @win_max:	window that is announced at most, in bytes, up to 65535: answers
 *		come with their payload. 0: they do not, and it is constant and
 *		as large as @wscale allows
 * @late_ack:	the client is expected to speak first: the handshake's ACK may
 *		wait for that, as one of answers may
 */
struct tcopy_track_open {
	u32 isn;
	u32 online_ack;
	u32 tsval;
	u16 mss;
	u8 opts;
	u8 wscale;
	u16 path_mss;
	u32 win_max;
	bool late_ack;
};

/**
 * struct tcopy_chunk - held payload that was never sent
 * @seq:	its first byte
 * @end:	behind its last byte
 * @ack:	what the client acknowledged with it (the online service's
 *		bytes)
 * @gap_us:	time from the client payload before it to it: at least what the
 *		online service took to answer, when @ack has moved
 */
struct tcopy_chunk {
	u32 seq;
	u32 end;
	u32 ack;
	u32 gap_us;
};

/**
 * struct tcopy_packet - a packet of the copy, all that header.c needs
 * @seq:	sequence number
 * @len:	payload bytes [seq, seq + len) from what is held; may exceed
 *		@mss: then it leaves as one GSO packet or as several segments
 * @ack:	acknowledgment number, with TCOPY_ACK in @flags
 * @tsval:	with TCOPY_OPT_TS in @opts
 * @tsecr:	with TCOPY_OPT_TS in @opts
 * @win:	window field as it goes on the wire
 * @mss:	segment size of the payload; in a SYN the value of the MSS
 *		option
 * @flags:	TCOPY_SYN, _ACK, _PSH, _FIN, _RST
 * @opts:	TCOPY_OPT_...: options to build
 * @wscale:	with TCOPY_OPT_WS
 * @rtx:	payload that was sent before
 */
struct tcopy_packet {
	u32 seq;
	u32 len;
	u32 ack;
	u32 tsval;
	u32 tsecr;
	u16 win;
	u16 mss;
	u8 flags;
	u8 opts;
	u8 wscale;
	bool rtx;
};

enum tcopy_act_type {
	TCOPY_ACT_NONE,		/* nothing more to do now */
	TCOPY_ACT_SEND,		/* build and send @packet */
	TCOPY_ACT_RELEASE,	/* payload before @seq was acknowledged */
	TCOPY_ACT_COUNT,	/* count @stat once */
	TCOPY_ACT_END,		/* over for @end: release all that is held */
	TCOPY_ACT_FREE,		/* has lingered: forget the session */
};

enum tcopy_track_stat {
	TCOPY_TRACK_PACE_TIMEOUT,	/* released with no answer at all */
	TCOPY_TRACK_PACE_QUIET,		/* released on a shorter answer */
	TCOPY_TRACK_PACE_OFF,		/* went to --pace none */
};

/**
 * struct tcopy_act - what to do next
 * @type:	says which member of the union holds
 * @last:	nothing else is due: to poll again would say TCOPY_ACT_NONE, and
 *		change nothing. Not always said where it is so
 */
struct tcopy_act {
	enum tcopy_act_type type;
	bool last;
	union {
		struct tcopy_packet packet;
		u32 seq;
		enum tcopy_track_stat stat;
		enum tcopy_end end;
	};
};

/* struct tcopy_track is private to track*.c but for the members named here. */
#include "track_state.h"

void tcopy_track_init(struct tcopy_track *t,
		      const struct tcopy_track_open *open, u64 now_us);
void tcopy_track_data(struct tcopy_track *t, u32 cap_nxt, u64 now_us);
void tcopy_track_fin(struct tcopy_track *t, u32 seq, u32 ack, u32 gap_us,
		     u64 now_us);
void tcopy_track_rst(struct tcopy_track *t, u64 now_us);
void tcopy_track_header(struct tcopy_track *t, const struct tcopy_seg *seg,
			u64 now_us);
bool tcopy_track_answer(struct tcopy_track *t, const struct tcopy_seg *seg,
			u64 armed_us, u64 now_us);
void tcopy_track_window(struct tcopy_track *t, u32 win);
void tcopy_track_path(struct tcopy_track *t, u32 seq, u16 path_mss, u64 now_us);
void tcopy_track_unreachable(struct tcopy_track *t, u32 seq, u64 now_us);
void tcopy_track_alive(struct tcopy_track *t, u64 now_us);
void tcopy_track_end(struct tcopy_track *t, enum tcopy_end why, u64 now_us);
bool tcopy_track_parked(const struct tcopy_track *t);
void tcopy_track_unpark(struct tcopy_track *t, u64 now_us);
u32 tcopy_track_resume_seq(const struct tcopy_track *t);
void tcopy_track_reopen(struct tcopy_track *t, u32 seq, u32 ack, u64 now_us);
void tcopy_track_end_again(struct tcopy_track *t, u64 now_us);

void tcopy_track_poll(struct tcopy_track *t,
		      const struct tcopy_track_conf *conf,
		      const struct tcopy_chunk *next, u64 now_us,
		      struct tcopy_act *act);
u64 tcopy_track_deadline(const struct tcopy_track *t,
			 const struct tcopy_track_conf *conf);
u64 tcopy_track_ack_deadline(const struct tcopy_track *t);

/* When was a packet of either side seen last, in microseconds? */
static inline u64 tcopy_track_seen_at(const struct tcopy_track *t)
{
	return t->seen_at;
}

/* A connection is put away when nothing has happened on it for so long. */
#define TCOPY_SILENT_US		2000000ULL

u64 tcopy_track_silent_at(const struct tcopy_track *t);
bool tcopy_track_pack(struct tcopy_track *t, struct tcopy_track_idle *idle);
void tcopy_track_unpack(struct tcopy_track *t,
			const struct tcopy_track_idle *idle);

#endif
