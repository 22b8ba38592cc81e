// SPDX-License-Identifier: GPL-2.0
/* track: windows, loss recovery, timers, the FIN */
#include "rig.h"

static void window_is_kept_to_the_byte(void)
{
	rig_plain(2500);
	rig_data(2501, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 2000);	/* whole segments */
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 2001, 500);
	rig_poll();
	RELEASES(2001);
	SENDS(TCOPY_ACK, 2001, 500);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 2501, 1);
	rig_poll();
	RELEASES(2501);
	SENDS(TCOPY_ACK | TCOPY_PSH, 2501, 1);
	QUIET();
}

static void all_of_the_window_is_used(void)
{
	rig_plain(3000);
	rig_data(3000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 3000);
	QUIET();
}

/* A silly window is waited out while data is in flight (RFC 9293, 3.8.6.2) */
static void no_silly_segments(void)
{
	rig_plain(10000);
	rig_data(20000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 10000);
	rig_header(TCOPY_ACK, 1, 0, 5001, 5100);
	rig_poll();
	RELEASES(5001);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 6001, 5000);
	rig_poll();
	RELEASES(6001);
	SENDS(TCOPY_ACK, 10001, 1000);
	QUIET();
}

static void ten_segments_at_first(void)
{
	rig_plain(65535);
	rig_data(50000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 10000);
	QUIET();
}

static void slow_start_doubles(void)
{
	rig_plain(65535);
	rig_data(60000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 10000);
	rig_header(TCOPY_ACK, 1, 0, 10001, 65535);
	rig_poll();
	RELEASES(10001);
	SENDS(TCOPY_ACK, 10001, 20000);
	QUIET();
}

static void an_unused_window_does_not_grow(void)
{
	int i;

	rig_plain(65535);
	for (i = 0; i < 20; i++) {
		rig_data(100, 0, 0);
		rig_poll();
		SENDS(TCOPY_ACK | TCOPY_PSH, 1 + 100 * i, 100);
		rig_header(TCOPY_ACK, 1, 0, 101 + 100 * i, 65535);
		rig_poll();
		RELEASES(101 + 100 * i);
	}
	rig_data(50000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 2001, 10000);
	QUIET();
}

static void a_packet_stays_in_its_chunk(void)
{
	rig_plain(65535);
	rig_data(500, 0, 0);
	rig_data(1500, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 500);
	SENDS(TCOPY_ACK | TCOPY_PSH, 501, 1500);
	QUIET();
}

static void a_packet_fits_into_a_gso_packet(void)
{
	u32 at = 1;

	rig_opened();
	rig_data(1000000, 0, 0);
	for (int i = 0; i < 5; i++) {
		rig_poll();
		while (r.at < r.acts) {
			const struct tcopy_act *act = rig_act();

			if (act->type != TCOPY_ACT_SEND)
				continue;
			T_EQ(act->packet.seq - ISN, at);
			T_OK(act->packet.len <= 65400);
			T_EQ(act->packet.len % 1448, 0);
			at += act->packet.len;
		}
		rig_header(TCOPY_ACK, 1, 0, at, 65535);
	}
	T_OK(at > 200000);
}

static void rto_backs_off_and_gives_up(void)
{
	u64 rto = 200 * MS, passed;
	int i;

	rig_plain(65535);	/* a round trip of 1 ms: RTO at its least */
	rig_data(300, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 300);
	for (i = 0; i < 8; i++) {
		passed = rig_deadline();
		T_EQ(passed, min(rto, 60 * SEC));
		SENDS(TCOPY_ACK | TCOPY_PSH, 1, 300);
		T_OK(rig_last()->rtx);
		QUIET();
		rto *= 2;
	}
	T_EQ(rig_deadline(), 51200 * MS);
	SENDS(TCOPY_RST | TCOPY_ACK, 301, 0);
	ENDS(TIMEOUT);
	QUIET();
}

static void rto_goes_back_in_slow_start(void)
{
	rig_plain(65535);
	rig_data(8000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 8000);
	rig_data(1000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 8001, 1000);
	rig_deadline();
	SENDS(TCOPY_ACK, 1, 1000);		/* one segment */
	QUIET();
	r.now += MS;
	rig_header(TCOPY_ACK, 1, 0, 1001, 65535);
	rig_poll();
	RELEASES(1001);
	SENDS(TCOPY_ACK, 1001, 2000);		/* two, across chunks later */
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 6001, 65535);	/* it had the rest */
	rig_poll();
	RELEASES(6001);
	SENDS(TCOPY_ACK | TCOPY_PSH, 6001, 3000);
	T_OK(rig_last()->rtx);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 9001, 65535);
	rig_poll();
	RELEASES(9001);
	QUIET();
	T_OK(tcopy_track_deadline(&r.t, &r.conf) > r.now + 500 * SEC);
}

static void held_payload_waits_for_what_is_sent_again(void)
{
	rig_plain(65535);
	rig_data(3000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 3000);
	r.now += 200 * MS;
	rig_data(500, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 1000);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 3001, 65535);
	rig_poll();
	RELEASES(3001);
	SENDS(TCOPY_ACK | TCOPY_PSH, 3001, 500);
	T_OK(!rig_last()->rtx);
}

static void dupacks(int n, u32 ack)
{
	while (n--)
		rig_header(TCOPY_ACK, 1, 0, ack, 65535);
}

static void fast_retransmit_halves_once(void)
{
	rig_plain(65535);
	rig_data(10000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 10000);
	r.now += MS;
	dupacks(2, 1);
	rig_poll();
	QUIET();
	dupacks(1, 1);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 1000);
	T_OK(rig_last()->rtx);
	QUIET();
	T_EQ(r.t.ssthresh, 5000);
	dupacks(6, 1);			/* the rest of the flight */
	rig_poll();
	QUIET();
	/* a partial ACK: the next hole, the same loss event (RFC 6582) */
	rig_header(TCOPY_ACK, 1, 0, 3001, 65535);
	rig_poll();
	RELEASES(3001);
	SENDS(TCOPY_ACK, 3001, 1000);
	T_EQ(r.t.ssthresh, 5000);
	rig_header(TCOPY_ACK, 1, 0, 10001, 65535);
	rig_poll();
	RELEASES(10001);
	QUIET();
	rig_data(60000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 10001, 2000);	/* RFC 6582: flight and one */
}

static void late_duplicates_are_no_second_loss(void)
{
	rig_plain(65535);
	rig_data(8000, 0, 0);
	rig_poll();
	rig_deadline();			/* the RTO */
	T_EQ(r.t.ssthresh, 4000);
	dupacks(5, 1);
	rig_poll();
	QUIET();
	T_EQ(r.t.ssthresh, 4000);
}

static void sack_shows_a_loss_at_once(void)
{
	struct tcopy_seg seg;

	rig_opened();
	rig_data(14480, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 14480);
	/* the relay left out what was superseded: one ACK for many */
	seg = rig_seg(TCOPY_ACK, 1, 0, 1, 65535);
	seg.sacks = 1;
	seg.sack[0][0] = ISN + 1 + 2 * 1448;
	seg.sack[0][1] = ISN + 1 + 8 * 1448;
	tcopy_track_header(&r.t, &seg, r.now);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 2 * 1448);	/* the hole, and no more */
	T_OK(rig_last()->rtx);
	QUIET();
}

static void blocks_of_nonsense_show_nothing(void)
{
	struct tcopy_seg seg;

	rig_opened();
	rig_data(14480, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 14480);
	seg = rig_seg(TCOPY_ACK, 1, 0, 1, 65535);
	seg.sacks = 4;
	seg.sack[0][0] = ISN + 9000;		/* upside down */
	seg.sack[0][1] = ISN + 2000;
	seg.sack[1][0] = ISN + 2000;		/* never sent */
	seg.sack[1][1] = ISN + 20000;
	seg.sack[2][0] = ISN - 9000;		/* of long ago */
	seg.sack[2][1] = ISN + 1;
	seg.sack[3][0] = ISN + 5;		/* nothing */
	seg.sack[3][1] = ISN + 5;
	tcopy_track_header(&r.t, &seg, r.now);
	rig_poll();
	QUIET();
}

static void repeated_loss_lowers_the_mss(void)
{
	u32 len[6];
	int i;

	rig_opened();
	rig_data(5000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 5000);
	for (i = 0; i < 6; i++) {
		rig_deadline();
		len[i] = rig_act()->packet.len;
		QUIET();
	}
	T_EQ(len[0], 1448);
	T_EQ(len[1], 1448);
	T_EQ(len[2], 1024);
	T_EQ(len[3], 1024);
	T_EQ(len[4], 536);
	T_EQ(len[5], 536);
}

static void a_lost_small_segment_does_not(void)
{
	int i;

	rig_opened();
	rig_data(500, 0, 0);
	rig_poll();
	for (i = 0; i < 6; i++)
		rig_deadline();
	T_EQ(r.t.mss, 1448);
}

static void rto_is_measured(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	r.now += 400 * MS;		/* not acknowledged before the RTO */
	rig_poll();
	rig_header(TCOPY_ACK, 1, 0, 101, 65535);
	rig_poll();
	/* by timestamps, though it was sent twice; 1 ms before it */
	rig_data(100, 0, 0);
	rig_poll();
	T_OK(tcopy_track_deadline(&r.t, &r.conf) > r.now + 200 * MS);
	T_OK(tcopy_track_deadline(&r.t, &r.conf) < r.now + 2 * SEC);
}

static void a_syn_sent_twice_measures_by_its_echo(void)
{
	struct tcopy_seg seg;

	rig_new(&rig_open_all);
	rig_poll();
	rig_deadline();			/* sent again after a second */
	r.now += 30 * MS;
	seg = rig_seg(TCOPY_SYN | TCOPY_ACK, 0, 0, 1, 65535);
	seg.opts = ALL;
	seg.mss = 1460;
	seg.tsecr = 0xffffff9c + 1000;
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.srtt_us, 30 * MS);
	rig_poll();
	rig_data(100, 0, 0);
	rig_poll();
	/* a lost request need not wait for the initial second */
	T_EQ(tcopy_track_deadline(&r.t, &r.conf) - r.now, 200 * MS);
}

static void a_closed_window_is_probed(void)
{
	u64 rto = 200 * MS;
	int i;

	rig_plain(1000);
	rig_data(3000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 1000);
	rig_header(TCOPY_ACK, 1, 0, 1001, 0);
	rig_poll();
	RELEASES(1001);
	QUIET();
	for (i = 0; i < 4; i++) {
		T_EQ(rig_deadline(), rto);
		SENDS(TCOPY_ACK, 1000, 0);	/* nothing, outside nothing */
		QUIET();
		rto *= 2;
		rig_header(TCOPY_ACK, 1, 0, 1001, 0);
		rig_poll();
		QUIET();
	}
	rig_header(TCOPY_ACK, 1, 0, 1001, 1500);
	rig_poll();
	SENDS(TCOPY_ACK, 1001, 1000);
	QUIET();
	T_EQ(rig_deadline(), 200 * MS);		/* no back-off left over */
	SENDS(TCOPY_ACK | TCOPY_PSH, 1001, 1000);
}

static void probes_in_vain_end_it(void)
{
	int i;

	rig_plain(0);
	rig_data(100, 0, 0);
	rig_poll();
	QUIET();
	for (i = 0; i < 8; i++) {
		rig_deadline();
		SENDS(TCOPY_ACK, 0, 0);
		QUIET();
	}
	rig_deadline();
	SENDS(TCOPY_RST | TCOPY_ACK, 1, 0);
	ENDS(TIMEOUT);
}

static void no_probe_when_nothing_waits(void)
{
	rig_plain(100);
	rig_data(100, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	rig_header(TCOPY_ACK, 1, 0, 101, 0);
	rig_poll();
	RELEASES(101);
	T_OK(tcopy_track_deadline(&r.t, &r.conf) > r.now + 500 * SEC);
}

static void a_window_that_shrank_is_not_resent_into(void)
{
	rig_plain(4000);
	rig_data(4000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 4000);
	rig_header(TCOPY_ACK, 1, 0, 1001, 0);
	rig_poll();
	RELEASES(1001);
	rig_deadline();
	SENDS(TCOPY_ACK, 1000, 0);
	QUIET();
}

static void fin_rides_on_the_last_payload(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 1, 100);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 102, 65535);
	rig_poll();
	RELEASES(101);
	QUIET();
}

static void fin_waits_for_missing_payload(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	tcopy_track_fin(&r.t, r.cap + 500, ONLINE, 0, r.now);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	QUIET();
	rig_data(500, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 101, 500);
}

static void fin_needs_room_in_the_window(void)
{
	rig_plain(100);
	rig_data(100, 0, 0);
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 101, 0);
	rig_poll();
	RELEASES(101);
	QUIET();
	rig_deadline();
	SENDS(TCOPY_ACK, 100, 0);	/* probed for */
	rig_header(TCOPY_ACK, 1, 0, 101, 1);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
}

static void fin_is_sent_again(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 1, 100);
	rig_deadline();
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 1, 100);
	rig_header(TCOPY_ACK, 1, 0, 101, 65535);
	rig_poll();
	RELEASES(101);
	rig_deadline();
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
	QUIET();
}

static void a_second_fin_changes_nothing(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 1, 100);
	rig_fin(0);
	rig_poll();
	QUIET();
	rig_data(100, 0, 0);		/* payload behind a FIN is none */
	rig_poll();
	QUIET();
}

static void a_forged_fin_is_found_out(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	/* far ahead: the real one is nearer */
	tcopy_track_fin(&r.t, r.cap + 70000, ONLINE, 0, r.now);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	/* in the middle of payload that comes later */
	tcopy_track_fin(&r.t, r.cap + 50, ONLINE, 0, r.now);
	rig_data(100, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 101, 100);
	QUIET();
	/* inside what was there already */
	rig_data(100, 500, 0);
	tcopy_track_fin(&r.t, r.cap - 50, ONLINE, 0, r.now);
	rig_fin(500);
	rig_poll();
	QUIET();
	rig_header(TCOPY_ACK, 1, 500, 201, 65535);
	rig_poll();
	RELEASES(201);
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 201, 100);
}

static void release_is_told_once(void)
{
	rig_plain(65535);
	rig_data(1000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 1000);
	rig_header(TCOPY_ACK, 1, 0, 500, 65535);
	rig_poll();
	RELEASES(500);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 500, 65535);
	rig_poll();
	QUIET();
}

int main(void)
{
	T_RUN(window_is_kept_to_the_byte);
	T_RUN(all_of_the_window_is_used);
	T_RUN(no_silly_segments);
	T_RUN(ten_segments_at_first);
	T_RUN(slow_start_doubles);
	T_RUN(an_unused_window_does_not_grow);
	T_RUN(a_packet_stays_in_its_chunk);
	T_RUN(a_packet_fits_into_a_gso_packet);
	T_RUN(rto_backs_off_and_gives_up);
	T_RUN(rto_goes_back_in_slow_start);
	T_RUN(held_payload_waits_for_what_is_sent_again);
	T_RUN(fast_retransmit_halves_once);
	T_RUN(late_duplicates_are_no_second_loss);
	T_RUN(sack_shows_a_loss_at_once);
	T_RUN(blocks_of_nonsense_show_nothing);
	T_RUN(repeated_loss_lowers_the_mss);
	T_RUN(a_lost_small_segment_does_not);
	T_RUN(rto_is_measured);
	T_RUN(a_syn_sent_twice_measures_by_its_echo);
	T_RUN(a_closed_window_is_probed);
	T_RUN(probes_in_vain_end_it);
	T_RUN(no_probe_when_nothing_waits);
	T_RUN(a_window_that_shrank_is_not_resent_into);
	T_RUN(fin_rides_on_the_last_payload);
	T_RUN(fin_waits_for_missing_payload);
	T_RUN(fin_needs_room_in_the_window);
	T_RUN(fin_is_sent_again);
	T_RUN(a_second_fin_changes_nothing);
	T_RUN(a_forged_fin_is_found_out);
	T_RUN(release_is_told_once);
	return t_done();
}
