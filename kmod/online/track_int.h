/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What track*.c share among themselves. The files point one way:
 *
 * track.c (events, poll, deadlines) -> track_syn.c (handshake), track_recv.c
 * (headers), track_answer.c (headers that are expected) -> track_end.c (the
 * end) -> track_send.c (what leaves) -> track_pace.c (gates), track_cong.c
 * (congestion window, RTT, RTO) -> track_sack.c (what arrived above a hole),
 * track_wnd.c (windows announced)
 *
 * but for tcopy_track_over(), which any of them may call. track_idle.c (put
 * away while nothing happens) stands alone.
 */
#ifndef TCOPY_ONLINE_TRACK_INT_H
#define TCOPY_ONLINE_TRACK_INT_H

#include "track.h"

/* tcopy_track.flags */
#define TCOPY_T_FIN		0x0001	/* the client's FIN is known */
#define TCOPY_T_RST		0x0002	/* the client reset it */
#define TCOPY_T_PEER_FIN	0x0004	/* the test server's FIN came */
#define TCOPY_T_ACK_NOW		0x0008	/* an ACK must leave in this poll */
#define TCOPY_T_REPLY		0x0010	/* a RST with reply_seq must leave */
#define TCOPY_T_RST_DUE		0x0020	/* our RST comes before the END */
#define TCOPY_T_POLITE		0x0040	/* ended by FINs of both sides */
#define TCOPY_T_RECOVERY	0x0080	/* between loss and recover */
#define TCOPY_T_RTX_HOLE	0x0100	/* retransmit the first hole */
#define TCOPY_T_PERSIST		0x0200	/* rtx_at is the persist timer */
#define TCOPY_T_PROBE		0x0400	/* a window probe must leave */
#define TCOPY_T_GO		0x0800	/* the gate of what is next opened */
#define TCOPY_T_PACE_OFF	0x1000	/* this session is not gated */
#define TCOPY_T_GATED		0x2000	/* something waits at its gate */
#define TCOPY_T_AGAIN		0x4000	/* the last RST had snd_una */
#define TCOPY_T_PARKED		0x8000	/* ended by the test server alone */
#define TCOPY_T_ACK_LATE	0x10000	/* the handshake's ACK may wait */

/* Those of which nothing follows for what leaves next */
#define TCOPY_T_USUAL		(TCOPY_T_PACE_OFF | TCOPY_T_ACK_LATE)

#define TCOPY_T_MS		1000ULL		/* in microseconds */
#define TCOPY_T_S		1000000ULL

#define TCOPY_T_ACK_DELAY	(4 * TCOPY_T_MS)
#define TCOPY_T_CHALLENGE	(20 * TCOPY_T_MS)	/* pause between two */
#define TCOPY_T_RTO_MIN		(200 * TCOPY_T_MS)
#define TCOPY_T_RTO_MAX		(60 * TCOPY_T_S)
#define TCOPY_T_LINGER		(2 * TCOPY_T_S)
#define TCOPY_T_RETRIES		8
#define TCOPY_T_SYNS		4	/* at 0, 1, 3 and 7 s */
#define TCOPY_T_REPLIES		4
#define TCOPY_T_SEND_MAX	65400	/* payload; a GSO packet holds 65535 */
#define TCOPY_T_MSS_MIN		48	/* as tcp_min_snd_mss */
#define TCOPY_T_MSS_PATH	500	/* not less by what routers say */
#define TCOPY_T_WIN		65535	/* the window field, at most */

enum tcopy_gate {
	TCOPY_GATE_GO,
	TCOPY_GATE_WAIT,
	TCOPY_GATE_CLOSED,	/* the server has closed: nobody would answer */
};

/* May events still change what happens? Not once the end was decided. */
static inline bool tcopy_track_live(const struct tcopy_track *t)
{
	return t->state < TCOPY_TRACK_ENDED && !t->end;
}

/* Window announced to the test server, in bytes; at most, with @win_max. */
static inline u32 tcopy_track_rcv_wnd(const struct tcopy_track *t)
{
	return (u32)TCOPY_T_WIN << t->rcv_wscale;
}

/* Has the FIN been sent? It takes the sequence number fin_seq. */
static inline bool tcopy_track_fin_sent(const struct tcopy_track *t)
{
	return t->flags & TCOPY_T_FIN && t->snd_max == t->fin_seq + 1;
}

/* Behind the last byte of payload that was ever sent. */
static inline u32 tcopy_track_sent_end(const struct tcopy_track *t)
{
	return tcopy_track_fin_sent(t) ? t->fin_seq : t->snd_max;
}

/* Does the test server say what arrived behind a hole? */
static inline bool tcopy_track_sack_ok(const struct tcopy_track *t)
{
	return t->opts & TCOPY_OPT_SACKOK;
}

/* Is there held payload that was never sent? */
static inline bool tcopy_track_unsent(const struct tcopy_track *t)
{
	return !tcopy_track_fin_sent(t) && before(t->snd_max, t->cap_nxt) &&
	       !(t->flags & TCOPY_T_FIN && !before(t->snd_max, t->fin_seq));
}

/* RFC 7323, section 4.3, for headers of which some are lost: what covers a hole
 * is taken, what is old is not, and TSecr never goes back.
 */
static inline void tcopy_track_ts(struct tcopy_track *t,
				  const struct tcopy_seg *seg)
{
	if (!(t->opts & seg->opts & TCOPY_OPT_TS))
		return;
	if (before(seg->seq + seg->len, t->rcv_acked))
		return;
	if (after(seg->tsval, t->ts_recent))
		t->ts_recent = seg->tsval;
}

/* track_syn.c */
void tcopy_track_syn_recv(struct tcopy_track *t, const struct tcopy_seg *seg);
void tcopy_track_syn_poll(struct tcopy_track *t, struct tcopy_act *act);

/* track_end.c */
void tcopy_track_over(struct tcopy_track *t, enum tcopy_end why, bool rst);
void tcopy_track_end_recv(struct tcopy_track *t, const struct tcopy_seg *seg);
void tcopy_track_end_repeat(struct tcopy_track *t);
void tcopy_track_end_poll(struct tcopy_track *t, struct tcopy_act *act);
void tcopy_track_end_linger(struct tcopy_track *t,
			    const struct tcopy_track_conf *conf,
			    struct tcopy_act *act);
bool tcopy_track_end_due(const struct tcopy_track *t);
void tcopy_track_end_limits(struct tcopy_track *t,
			    const struct tcopy_track_conf *conf);
void tcopy_track_end_check(struct tcopy_track *t,
			   const struct tcopy_track_conf *conf);

/* track_recv.c */
void tcopy_track_recv(struct tcopy_track *t, const struct tcopy_seg *seg);

/* track_send.c */
void tcopy_track_send_flags(struct tcopy_track *t, struct tcopy_act *act,
			    u8 flags, u32 seq);
void tcopy_track_send_syn(struct tcopy_track *t, struct tcopy_act *act);
bool tcopy_track_send(struct tcopy_track *t,
		      const struct tcopy_track_conf *conf,
		      const struct tcopy_chunk *next, struct tcopy_act *act);

/* track_pace.c */
enum tcopy_gate tcopy_track_pace(struct tcopy_track *t,
				 const struct tcopy_track_conf *conf, u32 ack,
				 u32 gap_us, bool fin);
bool tcopy_track_pace_rides(const struct tcopy_track *t,
			    const struct tcopy_track_conf *conf);
bool tcopy_track_pace_rst(struct tcopy_track *t,
			  const struct tcopy_track_conf *conf);
void tcopy_track_pace_sent(struct tcopy_track *t, u32 ack);

/* track_sack.c */
void tcopy_track_sack_clear(struct tcopy_track *t);
u32 tcopy_track_sack_recv(struct tcopy_track *t, const struct tcopy_seg *seg);
u32 tcopy_track_sack_below(const struct tcopy_track *t, u32 seq);
u32 tcopy_track_sack_pipe(const struct tcopy_track *t);
u32 tcopy_track_sack_hole(const struct tcopy_track *t, u32 *seq);

/* track_wnd.c */
void tcopy_track_wnd_open(struct tcopy_track *t);
u16 tcopy_track_wnd(struct tcopy_track *t);
void tcopy_track_wnd_lost(struct tcopy_track *t);
void tcopy_track_wnd_got(struct tcopy_track *t);
u32 tcopy_track_wnd_unacked(const struct tcopy_track *t);

/* track_cong.c */
void tcopy_track_cong_init(struct tcopy_track *t);
void tcopy_track_cong_acked(struct tcopy_track *t, u32 acked, u32 flight);
void tcopy_track_cong_dupack(struct tcopy_track *t);
void tcopy_track_cong_timeout(struct tcopy_track *t);
void tcopy_track_cong_rtt(struct tcopy_track *t, u64 rtt_us);
void tcopy_track_cong_echo(struct tcopy_track *t, const struct tcopy_seg *seg);
u64 tcopy_track_cong_rto(const struct tcopy_track *t, unsigned int tries);

/* Something new was acknowledged: its round trip. Karn's rule: a segment sent
 * twice times nothing, but timestamps do.
 */
static inline void tcopy_track_cong_time(struct tcopy_track *t,
					 const struct tcopy_seg *seg)
{
	if (!t->rtt_at) {
		tcopy_track_cong_echo(t, seg);
	} else if (!before(t->snd_una, t->rtt_seq)) {
		tcopy_track_cong_rtt(t, t->now_us - t->rtt_at);
		t->rtt_at = 0;
	}
}

#endif
