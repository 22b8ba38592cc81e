// SPDX-License-Identifier: GPL-2.0
/* track: windows where answers come with their payload; what routers say */
#include "rig.h"

/* As rig_opened(), with a window of @win at most: 1448 bytes a segment. */
static void opened(u32 win)
{
	struct tcopy_track_open open = rig_open_all;

	open.win_max = win;
	rig_new(&open);
	rig_poll();
	r.now += MS;
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	r.at = 0;
}

/* The next packet is an ACK of @off that announces @wnd. */
#define ACKS(off, wnd) do {						\
		SENDS(TCOPY_ACK, r.t.snd_max - ISN, 0);			\
		T_EQ(rig_last()->ack - IRS, (u32)(off));		\
		T_EQ(rig_last()->win, (wnd));				\
	} while (0)

static void answer(u32 off, u32 len)
{
	rig_header(TCOPY_ACK, off, len, 1, 500);
	rig_poll();
}

static void without_payload_it_is_constant(void)
{
	rig_opened();
	T_EQ(r.t.rcv_wscale, 10);
	rig_header(TCOPY_ACK, 5001, 5000, 1, 500);
	rig_poll();
	ACKS(10001, 65535);
	tcopy_track_window(&r.t, 1000);
	rig_header(TCOPY_ACK, 10001, 5000, 1, 500);
	rig_poll();
	ACKS(15001, 65535);
}

static void it_is_not_scaled(void)
{
	struct tcopy_track_open open = rig_open_all;

	open.win_max = 65535;
	rig_new(&open);
	rig_poll();
	SENDS(TCOPY_SYN, 0, 0);
	T_EQ(rig_last()->opts, ALL);
	T_EQ(rig_last()->wscale, 0);
	T_EQ(rig_last()->win, 65535);
}

static void it_is_the_clients(void)
{
	opened(20000);
	ACKS(1, 20000);
	tcopy_track_window(&r.t, 30000);
	answer(1, 2896);
	ACKS(2897, 30000);
	tcopy_track_window(&r.t, 1U << 20);
	answer(2897, 2896);
	ACKS(5793, 65535);
}

static void it_is_not_taken_back(void)
{
	opened(20000);
	ACKS(1, 20000);
	tcopy_track_window(&r.t, 10000);
	answer(1, 2896);
	ACKS(2897, 20000 - 2896);
	answer(2897, 8000);
	ACKS(10897, 10000);
}

static void it_is_never_closed(void)
{
	opened(3000);
	ACKS(1, 3000);
	tcopy_track_window(&r.t, 0);
	answer(1, 2896);
	ACKS(2897, 2896);
}

static void a_loss_halves_it_once_a_window(void)
{
	opened(65535);
	ACKS(1, 65535);
	answer(1449, 1448);		/* the first segment is lost */
	ACKS(2897, 65535 - 2896);	/* but it was announced */
	answer(4345, 1448);		/* the third as well: the same window */
	ACKS(5793, 65535 - 5792);
	answer(5793, 40000);
	ACKS(45793, 32767);
	answer(45793, 19743);		/* all that was announced then */
	ACKS(65536, 32767);
	answer(67000, 1000);
	ACKS(68000, 32767 - 2464);
	answer(68000, 30303);
	ACKS(98303, 16383);
}

static void a_window_that_arrives_whole_adds_a_segment(void)
{
	unsigned int i;
	u32 at = 65536;

	opened(65535);
	ACKS(1, 65535);
	answer(2, 65534);
	ACKS(65536, 32767);
	for (i = 0; i < 3; i++) {
		answer(at, 32766 + i * 1448);
		at += 32766 + i * 1448;
		ACKS(at, 32767 + i * 1448);
		answer(at, 2896);
		at += 2896;
		ACKS(at, 32767 + (i + 1) * 1448);
		at -= 2896;
		answer(at, 2896);	/* an old one changes nothing */
		rig_act();
		at += 2896;
		r.t.win_mark = r.t.rcv_nxt;
	}
}

static void a_duplicate_is_no_loss(void)
{
	opened(65535);
	ACKS(1, 65535);
	answer(1, 20000);
	ACKS(20001, 65535);
	answer(1449, 1448);
	ACKS(20001, 65535);
	answer(20001, 2896);
	ACKS(22897, 65535);
}

/* Of a loopback's segments two are more than the window. */
static void a_new_connection_goes_on_with_it(void)
{
	struct tcopy_seg seg;

	opened(50000);
	ACKS(1, 50000);
	answer(1449, 1448);		/* a loss: 25000 from now on */
	ACKS(2897, 50000 - 2896);
	rig_header(TCOPY_RST, 2897, 0, 0, 0);
	rig_poll();
	tcopy_track_reopen(&r.t, ISN + 101, ONLINE, r.now);
	rig_poll();
	r.at = r.acts - 1;
	SENDS(TCOPY_SYN, 100, 0);
	T_EQ(rig_last()->win, 25000);
	T_EQ(rig_last()->wscale, 0);
	seg = rig_seg(TCOPY_SYN | TCOPY_ACK, 0, 0, 101, 65535);
	seg.opts = ALL;
	seg.mss = 1460;
	tcopy_track_header(&r.t, &seg, r.now);
	rig_poll();
	ACKS(1, 25000);
	tcopy_track_window(&r.t, 10000);
	answer(1, 20000);
	ACKS(20001, 10000);
}

static void half_a_window_is_acknowledged_at_once(void)
{
	struct tcopy_track_open open = rig_open_all;

	open.win_max = 65535;
	open.mss = 65495;
	open.path_mss = 65495;
	rig_new(&open);
	rig_poll();
	r.now += MS;
	rig_synack(ALL, 65495, 7, 65535);
	rig_poll();
	r.at = r.acts;
	answer(1, 32766);
	QUIET();
	answer(32767, 1);
	ACKS(32768, 65535);
}

static void a_router_lowers_the_segment_size(void)
{
	opened(65535);
	rig_data(4000, 0, 0);
	rig_poll();
	r.at = r.acts;
	tcopy_track_path(&r.t, ISN + 1, 1220, r.now);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 4000);
	T_EQ(rig_last()->mss, 1208);
	T_EQ(rig_last()->rtx, true);
	QUIET();
	/* said again, and more than that */
	tcopy_track_path(&r.t, ISN + 1449, 1220, r.now);
	tcopy_track_path(&r.t, ISN + 1449, 1400, r.now);
	rig_poll();
	QUIET();
	T_EQ(r.t.mss, 1208);
}

static void who_does_not_see_it_lowers_nothing(void)
{
	opened(65535);
	rig_data(4000, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK, 1, 0, 1449, 500);
	rig_poll();
	r.at = r.acts;
	tcopy_track_path(&r.t, ISN + 1, 1220, r.now);
	tcopy_track_path(&r.t, ISN + 4001, 1220, r.now);
	rig_poll();
	QUIET();
	T_EQ(r.t.mss, 1448);
	/* and not below a floor */
	tcopy_track_path(&r.t, ISN + 1449, 48, r.now);
	rig_poll();
	T_EQ(r.t.mss, 500);
}

static void unreachable_refuses_a_syn(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	r.at = r.acts;
	tcopy_track_unreachable(&r.t, ISN + 1, r.now);
	rig_poll();
	QUIET();
	tcopy_track_unreachable(&r.t, ISN, r.now);
	rig_poll();
	ENDS(REFUSED);
	QUIET();
}

static void unreachable_may_pass_when_open(void)
{
	opened(65535);
	rig_data(100, 0, 0);
	rig_poll();
	r.at = r.acts;
	tcopy_track_unreachable(&r.t, ISN, r.now);
	tcopy_track_unreachable(&r.t, ISN + 1, r.now);
	rig_poll();
	QUIET();
	T_EQ(r.t.state, TCOPY_TRACK_OPEN);
}

int main(void)
{
	T_RUN(without_payload_it_is_constant);
	T_RUN(it_is_not_scaled);
	T_RUN(it_is_the_clients);
	T_RUN(it_is_not_taken_back);
	T_RUN(it_is_never_closed);
	T_RUN(a_loss_halves_it_once_a_window);
	T_RUN(a_window_that_arrives_whole_adds_a_segment);
	T_RUN(a_duplicate_is_no_loss);
	T_RUN(a_new_connection_goes_on_with_it);
	T_RUN(half_a_window_is_acknowledged_at_once);
	T_RUN(a_router_lowers_the_segment_size);
	T_RUN(who_does_not_see_it_lowers_nothing);
	T_RUN(unreachable_refuses_a_syn);
	T_RUN(unreachable_may_pass_when_open);
	return t_done();
}
