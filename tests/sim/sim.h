/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulator: one session at a time, in virtual time. A model client talks
 * to a model online service; what passes capture goes into the real track and
 * header, through a network that loses, duplicates, reorders and delays, to a
 * model test server whose headers come back the same way.
 *
 *	world.c   time, chance, network
 *	client.c  client and online service
 *	copy.c    session.c's part, and the checks
 *	hold.c    the bytes that are held
 *	server.c  test server: its TCP and its program
 *	classes.c kinds of sessions
 */
#ifndef TCOPY_SIM_H
#define TCOPY_SIM_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "boundary.h"
#include "header.h"
#include "track.h"

#define MS	1000ULL
#define SEC	1000000ULL
#define REQS	24
#define OOO	1024	/* segments behind a gap */
#define NEVER	(~0ULL)

struct world;

/* ---- world.c ---- */
enum ev_type {
	EV_START,	/* the client's handshake is over: the copy begins */
	EV_REQUEST,	/* the client's program sends its next request */
	EV_CLOSE,	/* the client's program closes */
	EV_RESEND,	/* a lost segment of the client is sent again */
	EV_CAPTURE,	/* a segment of the client arrives */
	EV_ANSWER,	/* answer bytes reach the client */
	EV_SENT,	/* answer bytes leave the online service */
	EV_ACK,		/* a pure ACK of the client arrives */
	EV_COPY,	/* a packet of the copy reaches the test server */
	EV_HEADER,	/* a header reaches the copy */
	EV_TIMER,	/* the copy's timer */
	EV_SERVER,	/* the test server's timers */
	EV_REPLY,	/* the test server's program writes */
	EV_GARBAGE,	/* a made-up header */
	EV_ENFORCE,	/* session.c ends the copy */
};

/* A segment of the client. */
struct cseg {
	u32 off;	/* in its stream */
	u32 len;
	u32 ack;	/* answer bytes, and 1 for a FIN */
	bool psh;
	bool fin;
	bool rst;
};

struct ev {
	u64 at;
	u64 order;
	enum ev_type type;
	union {
		struct cseg cseg;
		struct tcopy_seg seg;
		struct {
			u8 th[TCOPY_HEADER_MAX];
			u32 hlen;
			u32 len;
		} copy;
		struct {
			u32 len;
			bool fin;
			bool last;
			unsigned int life;
		} answer;
	};
};

/* A way from here to there. */
struct path {
	u64 delay_us;
	u64 jitter_us;
	unsigned int loss;	/* in 1000 */
	unsigned int dup;
	unsigned int reorder;
	u64 cut_us;		/* nothing passes from then on; 0: never */
	u32 mtu;		/* payload that passes; 0: any */
	u64 last_at;
};

u32 rnd(struct world *w, u32 below);
u32 between(struct world *w, u32 from, u32 to);
bool chance(struct world *w, unsigned int in_1000);
struct ev *ev_new(struct ev *ev, enum ev_type type);
void ev_at(struct world *w, struct ev *ev, u64 at);
void ev_through(struct world *w, struct ev *ev, struct path *path, u32 size);
bool ev_pop(struct world *w, struct ev *ev);
const struct ev *ev_peek(const struct world *w);
void trace(struct world *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void fail(struct world *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- what a session is like: drawn by its class ---- */
enum close_kind {
	CLOSE_CLIENT,	/* the client, when it has all answers */
	CLOSE_SERVER,	/* the online service; then the client */
	CLOSE_HALF,	/* the client, with its last request */
	CLOSE_RST,	/* RST instead of FIN */
	CLOSE_RST_EARLY, /* RST in the middle */
	CLOSE_NEVER,	/* the client vanishes */
};

struct request {
	u32 len;
	u32 early;		/* answered before its last bytes are read */
	u32 answer;		/* of the online service */
	u32 test_answer;	/* of the test server */
	u64 think_us;
	u64 online_us;
	u64 test_us;
};

struct plan {
	struct request req[REQS];
	unsigned int reqs;
	unsigned int depth;		/* of pipelining; 1: none */
	u32 greeting;
	enum close_kind close;
	u32 isn, online_isn, server_isn, tsval, server_tsval;
	u8 opts, server_opts;
	u8 wscale, server_wscale;
	u16 mss, server_mss, path_mss;
	u32 win_max;			/* answers come as packets */
	bool late_ack;			/* the handshake's ACK may wait */
	u32 rcvbuf;
	bool pace;
	u64 idle_us, wait_us;
	struct path up;			/* client to online service */
	struct path copy, headers;

	/* the test server's program */
	unsigned int test_close_after;	/* requests; 0: never by itself */
	unsigned int test_rst_after;
	u64 stall_at, stall_us;		/* does not read */
	bool silent;			/* reads, never answers */
	bool dead;			/* drops everything */
	bool refuse;
	bool stale;			/* an old connection is in the way */
	bool stale_next;		/* that expects the copy's first byte */
	bool keepalive;
	bool online_closes_too;		/* with a FIN after test_close_after */

	/* copying begins in the middle of the connection */
	u64 pick_at;			/* from then on; 0: from its SYN */
	u64 tick_us;			/* production's clock */

	/* what else happens */
	u64 enforce_at;
	enum tcopy_end enforce;
	unsigned int garbage;		/* headers made up */

	/* what may be expected */
	u32 ends;			/* 1 << enum tcopy_end */
	u32 rare;			/* these, in few sessions of a class */
	u32 counts;			/* 1 << enum tcopy_track_stat */
	bool exact;			/* the server gets all and the FIN */
	bool all;			/* it serves all, whatever it closes */
	bool hostile;			/* the server's checks do not hold */
	bool prompt;			/* answers are acknowledged in time */
	bool calm;			/* nothing needs to be sent twice */
	bool leave_out;			/* the relay drops superseded ACKs */
	bool fin_rides;			/* the server's, on its last answer */
	u64 least_us;			/* a timeout does not come before */
};

struct class {
	const char *name;
	void (*draw)(struct world *w, struct plan *p);
	unsigned int share;		/* of all sessions, relative */
};

extern const struct class classes[];
extern const unsigned int classes_n;

/* ---- hold.c ---- */
struct buf {
	u32 seq, end, ack, gap_us;
	u32 sent;
	bool begins;
	struct buf *next;
};

struct hold {
	struct buf *first;
	u32 sent;
	u32 cap_nxt;
	u32 bytes;
};

void hold_init(struct hold *h, u32 seq);
bool hold_add(struct hold *h, u32 seq, u32 end, u32 ack, u32 gap_us,
	      bool begins);
bool hold_restart(struct hold *h, u32 seq, struct tcopy_chunk *first);
bool hold_next(const struct hold *h, struct tcopy_chunk *chunk);
bool hold_has(const struct hold *h, u32 seq, u32 end);
const struct buf *hold_at(const struct hold *h, u32 seq);
void hold_release(struct hold *h, u32 seq);
void hold_purge(struct hold *h);

/* ---- client.c ---- */
struct client {
	unsigned int next;		/* request to be sent */
	bool pending;			/* its event is on the way */
	u32 sent;			/* stream offset */
	u32 got;			/* answer bytes */
	bool got_fin;
	bool closing, closed, gone;
	u32 acked;			/* by pure ACKs, or with payload */
};

struct online {
	u32 nxt;			/* accepted, in order: stream offset */
	u32 ooo[OOO][2];
	unsigned int ooo_n;
	u32 fin_off;
	bool fin_known, fin;		/* FIN accepted in order */
	bool rst;
	unsigned int served;
	u64 busy_us;
	bool closed;

	/* as its socket has it, for pick-up */
	u32 snd_una, snd_nxt;		/* answer bytes, and 1 for the FIN */
	u32 wl1;			/* stream offset */
	u64 sent_us, heard_us;
};

u32 req_end(const struct world *w, unsigned int k);
u32 req_read(const struct world *w, unsigned int k);
void client_start(struct world *w);
void client_event(struct world *w, struct ev *ev);

/* ---- copy.c ---- */
struct copy {
	struct tcopy_track t;
	struct tcopy_track_conf conf;
	struct hold hold;
	bool began, ended, freed;
	enum tcopy_end end;
	u64 last_us;			/* payload was captured */
	u64 timer_at;
	u64 deadline;			/* when it ran last */
	unsigned int answered;		/* headers that it did not run for */
	unsigned int packed;		/* how often it was put away */
	u64 digest;			/* of all that it decided */
	unsigned int counted[3];

	/* seen from outside, to check by */
	bool opened;
	u32 snd_max;
	u32 snd_una;			/* by headers delivered */
	u32 edge;			/* right edge of the window, likewise */
	u32 irs, rcv_nxt;		/* likewise */
	u32 top;			/* rcv_nxt, pure ACKs included */
	bool peer_fin;
	u64 heard_us;
	u32 req_ack, req_nxt, last_nxt;
	u64 req_us;
	unsigned int released;		/* counted, not used up yet */
	bool pace_off;
	u32 base;			/* where in the stream it began */
	u32 shift;			/* of sequence numbers on the wire */
	u32 last_ack;			/* session.c's */
	bool pushed, fin;
	unsigned int reopened;
	u32 tsval, tsecr;
	bool ts_seen;
	u32 wnd_edge;			/* of what was announced */
	bool wnd_seen;
	u32 acked;
	bool acked_seen;
	u64 progress_us;		/* snd_una moved */
	unsigned int replies;
	unsigned int events;
	u64 ended_us;
};

void copy_start(struct world *w, u32 base, u32 ack);
void copy_capture(struct world *w, const struct cseg *cs);
bool copy_header(struct world *w, const struct tcopy_seg *seg);
void copy_run(struct world *w);
void copy_finish(struct world *w);
void copy_timer(struct world *w);

/* ---- server.c ---- */
enum server_state {
	S_LISTEN, S_STALE, S_SYNRCVD, S_ESTAB, S_CLOSED,
};

struct server {
	enum server_state state;
	u8 opts;
	u8 wscale_in, wscale_out;
	u32 peer_mss;
	u32 isn, rcv_nxt, rcv_adv, read;
	u32 ooo[OOO][2];
	unsigned int ooo_n;
	bool ooo_fin, fin;		/* the copy's FIN: waits, or accepted */
	u32 ooo_fin_seq;
	u32 iss, snd_una, snd_nxt, out;	/* out: behind what was written */
	u32 snd_edge;			/* of the copy's window */
	bool close, fin_sent;
	u32 fin_seq;
	bool reset_by_copy, was_open, challenged;
	u32 ts_recent, last_ack;
	u32 synack_first, synack_last;
	u32 unacked;
	u64 delack_at, rto_at, synack_at, probe_at;
	unsigned int rto_n, synacks, probes;
	u64 oldest_us;			/* when snd_una's byte was sent */
	unsigned int served, answered;
	unsigned int life, first;	/* connections before; first request */
	u64 busy_us;
	u64 wake;
};

void server_start(struct world *w);
void server_packet(struct world *w, const u8 *th, u32 hlen, u32 len);
void server_event(struct world *w, struct ev *ev);

/* ---- one session ---- */
struct world {
	u64 now;
	u64 rng;
	u64 order;
	struct ev *heap;
	unsigned int heap_n, heap_size;
	bool tracing;
	bool packs;	/* the copy is put away when it is silent */
	char why[256];
	struct plan p;
	struct client c;
	struct online o;
	struct copy k;
	struct server s;
};

#endif
