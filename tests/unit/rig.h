/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A track on a rig: one copy, its client and its test server played by a test,
 * step by step. ISNs lie just before the wrap, so that all that is tested here
 * is tested across it. Offsets: 1 is the first byte of payload on either side.
 */
#ifndef TCOPY_TESTS_RIG_H
#define TCOPY_TESTS_RIG_H

#include "track.h"
#include "t.h"

#define ISN	0xfffffff0U	/* of the client */
#define IRS	0xffffff00U	/* of the test server */
#define ONLINE	0xfffffe00U	/* first byte of the online service */
#define MS	1000ULL
#define SEC	1000000ULL
#define NEVER	(~0ULL)
#define ALL	(TCOPY_OPT_MSS | TCOPY_OPT_WS | TCOPY_OPT_SACKOK | TCOPY_OPT_TS)

#define CHUNKS	64
#define ACTS	512

struct rig {
	struct tcopy_track t;
	struct tcopy_track_conf conf;
	struct tcopy_chunk chunk[CHUNKS];
	unsigned int chunks;
	u32 cap;		/* behind what is held */
	u64 now;
	struct tcopy_act act[ACTS];
	unsigned int acts, at;	/* at: the next to be looked at */
	u32 ts;			/* of the test server */
};

static struct rig r;

static const struct tcopy_track_open rig_open_all = {
	.isn = ISN, .online_ack = ONLINE, .tsval = 0xffffff9c, .mss = 1460,
	.opts = ALL, .wscale = 10, .path_mss = 1460,
};

static inline const struct tcopy_chunk *rig_next(void)
{
	unsigned int i;

	for (i = 0; i < r.chunks; i++)
		if (!before(r.t.snd_max, r.chunk[i].seq) &&
		    before(r.t.snd_max, r.chunk[i].end))
			return &r.chunk[i];
	return NULL;
}

/* Poll until NONE; forgets what was not looked at. */
static inline void rig_poll(void)
{
	r.acts = 0;
	r.at = 0;
	do {
		if (r.acts == ACTS)
			T_FAIL("poll never ends");
		tcopy_track_poll(&r.t, &r.conf, rig_next(), r.now,
				 &r.act[r.acts]);
		if (r.acts && r.act[r.acts - 1].last &&
		    r.act[r.acts].type != TCOPY_ACT_NONE)
			T_FAIL("was not the last that was due");
	} while (r.act[r.acts++].type != TCOPY_ACT_NONE);
	r.acts--;
	if (r.t.state != TCOPY_TRACK_FREE &&
	    tcopy_track_deadline(&r.t, &r.conf) == NEVER)
		T_FAIL("lives for ever");
	if (tcopy_track_deadline(&r.t, &r.conf) <= r.now)
		T_FAIL("a deadline that is not cleared");
}

static inline void rig_wait(u64 us)
{
	r.now += us;
	rig_poll();
}

/* To the deadline, and look what happens then. */
static inline u64 rig_deadline(void)
{
	u64 at = tcopy_track_deadline(&r.t, &r.conf), passed = at - r.now;

	r.now = at;
	rig_poll();
	return passed;
}

static inline const struct tcopy_act *rig_act(void)
{
	static const struct tcopy_act none;

	return r.at < r.acts ? &r.act[r.at++] : &none;
}

/* The next action is a packet. */
#define SENDS(f, off, length) do {					\
		const struct tcopy_act *t_act = rig_act();		\
		T_EQ(t_act->type, TCOPY_ACT_SEND);			\
		T_EQ(t_act->packet.flags, (f));				\
		T_EQ(t_act->packet.seq - ISN, (u32)(off));		\
		T_EQ(t_act->packet.len, (u32)(length));			\
	} while (0)

#define ENDS(why) do {							\
		const struct tcopy_act *t_act = rig_act();		\
		T_EQ(t_act->type, TCOPY_ACT_END);			\
		T_EQ(t_act->end, TCOPY_END_##why);			\
	} while (0)

#define COUNTS(what) do {						\
		const struct tcopy_act *t_act = rig_act();		\
		T_EQ(t_act->type, TCOPY_ACT_COUNT);			\
		T_EQ(t_act->stat, TCOPY_TRACK_##what);			\
	} while (0)

#define RELEASES(off) do {						\
		const struct tcopy_act *t_act = rig_act();		\
		T_EQ(t_act->type, TCOPY_ACT_RELEASE);			\
		T_EQ(t_act->seq - ISN, (u32)(off));			\
	} while (0)

#define QUIET() T_EQ(rig_act()->type, TCOPY_ACT_NONE)

static inline const struct tcopy_packet *rig_last(void)
{
	return &r.act[r.at - 1].packet;
}

static inline void rig_new(const struct tcopy_track_open *open)
{
	memset(&r, 0, sizeof(r));
	r.conf.idle_us = 600 * SEC;
	r.conf.wait_us = 120 * SEC;
	r.conf.pace = true;
	r.now = 5 * SEC;
	r.cap = ISN + 1;
	r.ts = 0xfffffff0;
	tcopy_track_init(&r.t, open, r.now);
}

/* A header of the test server: seq and ack are offsets. */
static inline struct tcopy_seg rig_seg(u8 flags, u32 off, u32 len, u32 ack,
				       u32 win)
{
	struct tcopy_seg seg = {
		.flags = flags, .seq = IRS + off, .len = len,
		.ack = ISN + ack, .win = (u16)win,
	};

	if (r.t.opts & TCOPY_OPT_TS) {
		seg.opts = TCOPY_OPT_TS;
		seg.tsval = r.ts;
	}
	return seg;
}

static inline void rig_header(u8 flags, u32 off, u32 len, u32 ack, u32 win)
{
	struct tcopy_seg seg = rig_seg(flags, off, len, ack, win);

	tcopy_track_header(&r.t, &seg, r.now);
}

static inline void rig_synack(u8 opts, u16 mss, u8 wscale, u16 win)
{
	struct tcopy_seg seg = rig_seg(TCOPY_SYN | TCOPY_ACK, 0, 0, 1, win);

	seg.opts = opts;
	seg.mss = mss;
	seg.wscale = wscale;
	tcopy_track_header(&r.t, &seg, r.now);
}

/* The client sends @len bytes, having got @ack answer bytes. */
static inline void rig_data(u32 len, u32 ack, u64 gap_us)
{
	struct tcopy_chunk *c = &r.chunk[r.chunks++];

	c->seq = r.cap;
	c->end = r.cap + len;
	c->ack = ONLINE + ack;
	c->gap_us = (u32)gap_us;
	r.cap = c->end;
	tcopy_track_data(&r.t, r.cap, r.now);
}

static inline void rig_fin(u32 ack)
{
	tcopy_track_fin(&r.t, r.cap, ONLINE + ack, 0, r.now);
}

/* Open, with all options; 1448 bytes a segment, windows scaled by 128; 1 ms. */
static inline void rig_opened(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	r.now += MS;
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	r.at = r.acts;
}

/* The same, with a segment size of 1000 and no options but MSS: windows as they
 * are.
 */
static inline void rig_plain(u16 win)
{
	struct tcopy_track_open open = rig_open_all;

	open.opts = TCOPY_OPT_MSS;
	rig_new(&open);
	rig_poll();
	r.now += MS;
	rig_synack(TCOPY_OPT_MSS, 1000, 0, win);
	rig_poll();
	r.at = r.acts;
}

#endif
