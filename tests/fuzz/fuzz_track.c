// SPDX-License-Identifier: GPL-2.0
/*
 * Any events in any order: poll ends, timers are cleared, nothing is sent that
 * is not held, and once it is silent every copy comes to its end.
 */
#include <stdlib.h>

#include "track.h"

#define IDLE	600000000ULL

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t left;
};

static struct tcopy_track t;
static struct tcopy_track_conf conf;
static struct tcopy_chunk chunk;	/* all that is held is one */
static u64 now;
static bool ended;
static u32 edge;		/* of the window that was announced */
static bool edge_seen;

static u32 take(struct input *in, unsigned int bytes)
{
	u32 v = 0;

	while (bytes-- && in->left) {
		v = v << 8 | *in->p++;
		in->left--;
	}
	return v;
}

/* What was announced is not taken back. */
static void window(const struct tcopy_packet *p)
{
	if (!p->win)
		abort();
	if (!t.win_max || !(p->flags & TCOPY_ACK) || p->flags & TCOPY_RST)
		return;
	if (edge_seen && before(p->ack + p->win, edge))
		abort();
	edge = p->ack + p->win;
	edge_seen = true;
}

static void act(const struct tcopy_act *act)
{
	const struct tcopy_packet *p = &act->packet;
	u32 end;

	switch (act->type) {
	case TCOPY_ACT_SEND:
		window(p);
		end = p->seq + p->len;
		if (!p->len)
			break;
		if (ended || after(end, chunk.end) || after(end, t.snd_max) ||
		    before(p->seq, t.snd_una) || p->len > 65400 || !p->mss)
			abort();
		break;
	case TCOPY_ACT_END:
		if (ended)
			abort();
		ended = true;
		break;
	default:
		break;
	}
}

static void poll(void)
{
	unsigned int polls = 0;
	bool has, was_last = false;
	struct tcopy_act a;

	do {
		has = before(t.snd_max, chunk.end) &&
		      !before(t.snd_max, chunk.seq);
		tcopy_track_poll(&t, &conf, has ? &chunk : NULL, now, &a);
		act(&a);
		if (++polls > 4000)
			abort();
		if (was_last && a.type != TCOPY_ACT_NONE)
			abort();
		was_last = a.last;
	} while (a.type != TCOPY_ACT_NONE);
	if (t.state == TCOPY_TRACK_FREE ?
	    tcopy_track_deadline(&t, &conf) != ~0ULL :
	    tcopy_track_deadline(&t, &conf) <= now ||
	    tcopy_track_deadline(&t, &conf) == ~0ULL)
		abort();
	if (tcopy_track_ack_deadline(&t) <= now)
		abort();
}

/* It may be put away at any time: it goes on as if it had not been. */
static void away(void)
{
	struct tcopy_track_idle idle;
	u64 at = tcopy_track_deadline(&t, &conf);

	if (!tcopy_track_pack(&t, &idle))
		return;
	memset(&t, 0xa5, sizeof(t));
	tcopy_track_unpack(&t, &idle);
	if (tcopy_track_deadline(&t, &conf) != at)
		abort();
	poll();
}

/* The short way and the long one come to the same. */
static bool answer(const struct tcopy_seg *seg)
{
	struct tcopy_track told = t;
	struct tcopy_act a;

	if (!tcopy_track_answer(&t, seg, now, now)) {
		if (memcmp(&told, &t, sizeof(t)))
			abort();
		return false;
	}
	tcopy_track_header(&told, seg, now);
	tcopy_track_poll(&told, &conf, NULL, now, &a);
	if (a.type != TCOPY_ACT_RELEASE || a.seq != t.snd_una)
		abort();
	tcopy_track_poll(&told, &conf, NULL, now, &a);
	if (a.type != TCOPY_ACT_NONE || memcmp(&told, &t, sizeof(t)) ||
	    tcopy_track_ack_deadline(&t) <= now)
		abort();
	return true;
}

/* A number near one that matters, or any. */
static u32 number(struct input *in)
{
	u32 near[] = { t.snd_una, t.snd_max, t.rcv_nxt, t.isn, t.irs,
		       t.snd_una + t.snd_wnd, t.cap_nxt, t.rcv_acked };
	u32 kind = take(in, 1);

	if (kind & 8)
		return take(in, 4);
	return near[kind & 7] + (kind >> 4) - 8;
}

static void header(struct input *in)
{
	struct tcopy_seg seg = {0};
	int i;

	seg.flags = (u8)take(in, 1);
	seg.opts = (u8)take(in, 1);
	seg.seq = number(in);
	seg.ack = number(in);
	seg.len = seg.opts & 0x80 ? take(in, 4) : take(in, 1);
	seg.win = (u16)take(in, 2);
	seg.mss = (u16)take(in, 2);
	seg.wscale = (u8)take(in, 1);
	seg.tsval = take(in, 4);
	seg.tsecr = take(in, 4);
	if (seg.opts & TCOPY_OPT_SACK) {
		seg.sacks = take(in, 1) % 5;
		for (i = 0; i < seg.sacks; i++) {
			seg.sack[i][0] = number(in);
			seg.sack[i][1] = number(in);
		}
	}
	if (!answer(&seg))
		tcopy_track_header(&t, &seg, now);
}

static void begin(struct input *in)
{
	struct tcopy_track_open open = {
		.isn = take(in, 4), .online_ack = take(in, 4),
		.tsval = take(in, 4), .mss = (u16)take(in, 2),
		.opts = (u8)take(in, 1), .wscale = (u8)take(in, 1),
		.path_mss = (u16)take(in, 2),
	};
	u32 how = take(in, 1);

	if (how & 2)
		open.win_max = how << 8;
	now = 1;
	ended = false;
	edge_seen = false;
	conf.idle_us = IDLE;
	conf.wait_us = IDLE / 5;
	conf.pace = how & 1;
	chunk.seq = open.isn + 1;
	chunk.end = chunk.seq;
	chunk.ack = open.online_ack;
	tcopy_track_init(&t, &open, now);
	poll();
}

/* As session.c may do at any time when the test server has ended it. */
static void reopen(struct input *in)
{
	u32 seq = tcopy_track_resume_seq(&t) + take(in, 1);

	if (t.state != TCOPY_TRACK_ENDED || !tcopy_track_parked(&t))
		return;
	chunk.seq = seq;
	chunk.end = seq + take(in, 1);
	tcopy_track_reopen(&t, seq, chunk.ack, now);
	ended = false;
	edge_seen = false;
	tcopy_track_data(&t, chunk.end, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned int i;
	u32 op;

	begin(&in);
	while (in.left) {
		op = take(&in, 1);
		switch (op & 7) {
		case 0:
			chunk.end += take(&in, 2);
			chunk.ack += take(&in, 1);
			chunk.gap_us = take(&in, 3);
			tcopy_track_data(&t, chunk.end, now);
			if (op & 8)
				tcopy_track_window(&t, take(&in, 3));
			break;
		case 1:
			tcopy_track_fin(&t, op & 8 ? number(&in) : chunk.end,
					chunk.ack + (op >> 4), 0, now);
			break;
		case 2:
			if (op & 8)
				tcopy_track_rst(&t, now);
			else if (op & 16)
				tcopy_track_alive(&t, now);
			else if (op & 64)
				reopen(&in);
			else if (op & 32)
				tcopy_track_end(&t, op >> 5, now);
			break;
		case 3:
			now += 1ULL << (op >> 3);
			break;
		case 4:
			if (op & 8)
				tcopy_track_path(&t, number(&in),
						 (u16)take(&in, 2), now);
			else if (op & 16)
				tcopy_track_unreachable(&t, number(&in), now);
			else if (t.state != TCOPY_TRACK_FREE)
				now = tcopy_track_deadline(&t, &conf);
			break;
		default:
			header(&in);
		}
		if (!(op & 128)) {	/* events may come in batches */
			poll();
			away();
		}
	}
	/* Silence, with the window probed and everything else timed out. */
	poll();
	for (i = 0; i < 500 && t.state != TCOPY_TRACK_FREE; i++) {
		now = min(tcopy_track_deadline(&t, &conf),
			  tcopy_track_ack_deadline(&t));
		poll();
	}
	if (t.state != TCOPY_TRACK_FREE || !ended)
		abort();
	return 0;
}
