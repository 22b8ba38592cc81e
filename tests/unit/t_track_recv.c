// SPDX-License-Identifier: GPL-2.0
/* track: what it acknowledges, and when; timestamps; hostile headers */
#include "rig.h"

#define ACKS(off) do {							\
		SENDS(TCOPY_ACK, r.t.snd_max - ISN, 0);			\
		T_EQ(rig_last()->ack - IRS, (u32)(off));		\
	} while (0)

static void one_segment_waits_four_milliseconds(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1, 100, 1, 500);
	rig_poll();
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), r.now + 4 * MS);
	rig_wait(2 * MS);
	rig_header(TCOPY_ACK, 101, 100, 1, 500);
	rig_poll();
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), r.now + 2 * MS);
	rig_wait(2 * MS);
	ACKS(201);
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), NEVER);
}

static void two_segments_are_acknowledged_at_once(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1, 1448, 1, 500);
	rig_poll();
	QUIET();
	rig_header(TCOPY_ACK, 1449, 1448, 1, 500);
	rig_poll();
	ACKS(2897);
	QUIET();
}

static void a_batch_has_one_ack(void)
{
	int i;

	rig_opened();
	for (i = 0; i < 10; i++)
		rig_header(TCOPY_ACK, 1 + i * 30000, 30000, 1, 500);
	rig_poll();
	ACKS(300001);
	QUIET();
}

static void payload_carries_the_ack(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1, 3000, 1, 500);
	rig_data(10, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 10);
	T_EQ(rig_last()->ack, IRS + 3001);
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), NEVER);
}

static void a_lost_header_is_covered(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1449, 1448, 1, 500);
	rig_poll();
	ACKS(2897);
	QUIET();
	rig_header(TCOPY_ACK, 1, 1448, 1, 500);		/* late after all */
	rig_poll();
	ACKS(2897);
	QUIET();
}

static void an_ack_from_ahead_is_not_covered(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1, 100, 1, 500);
	rig_poll();
	rig_wait(100 * MS);
	ACKS(101);
	rig_wait(100 * MS);
	/* 1 byte is missing: it may have been the FIN */
	rig_header(TCOPY_ACK, 102, 0, 1, 500);
	rig_poll();
	ACKS(101);
	rig_header(TCOPY_ACK | TCOPY_FIN, 101, 0, 1, 500);
	rig_poll();
	QUIET();
	rig_wait(4 * MS);
	ACKS(102);
}

static void repetition_is_answered(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1, 3000, 1, 500);
	rig_poll();
	ACKS(3001);
	rig_header(TCOPY_ACK, 1, 1448, 1, 500);
	rig_poll();
	ACKS(3001);
}

static void keep_alive_is_answered(void)
{
	rig_opened();
	rig_header(TCOPY_ACK, 1, 3000, 1, 500);
	rig_poll();
	ACKS(3001);
	r.now += 10 * SEC;
	rig_header(TCOPY_ACK, 3000, 0, 1, 500);
	rig_poll();
	ACKS(3001);
	QUIET();
}

/* With the client's own when that comes. */
static void fin_is_acknowledged_in_time(void)
{
	rig_opened();
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 10, 1, 500);
	rig_poll();
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), r.now + 4 * MS);
	rig_wait(4 * MS);
	ACKS(12);
	/* nothing comes after a FIN */
	rig_header(TCOPY_ACK, 12, 100, 1, 500);
	rig_poll();
	ACKS(12);
}

static void pure_acks_are_not_answered(void)
{
	int i;

	rig_opened();
	for (i = 0; i < 5; i++) {
		rig_wait(SEC);
		rig_header(TCOPY_ACK, 1, 0, 1, 500 + i);
		rig_poll();
		QUIET();
	}
}

static void what_was_never_sent_is_challenged(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	rig_wait(30 * MS);
	rig_header(TCOPY_ACK, 1, 3000, 102, 500);
	rig_poll();
	ACKS(1);			/* and nothing of it counts */
	QUIET();
	/* not for ever, if the other side challenges in turn */
	rig_header(TCOPY_ACK, 1, 3000, 102, 500);
	rig_poll();
	QUIET();
}

static void far_away_is_ignored(void)
{
	static const u32 off[] = { 0x7fffffff, 0x80000000, 0x80000001,
				   70000000, 0 - 70000000U };
	unsigned int i;

	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	for (i = 0; i < 5; i++) {
		rig_header(TCOPY_ACK, off[i], 10, 101, 500);
		rig_poll();
		QUIET();
	}
	rig_header(TCOPY_ACK, 1, 0xfffffff0, 101, 500);
	rig_poll();
	QUIET();
	/* RFC 5961: an ACK from long ago */
	rig_header(TCOPY_ACK, 1, 10, 0 - 9000000U, 500);
	rig_poll();
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), NEVER);
}

static void without_ack_means_nothing(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(0, 1, 5000, 101, 500);
	rig_poll();
	QUIET();
}

static void tsval_is_a_millisecond_clock(void)
{
	rig_opened();		/* 1 ms after the SYN */
	rig_data(1, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 1);
	T_EQ(rig_last()->tsval, 0xffffff9c + 1);
	rig_wait(150 * MS);
	rig_data(1, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 2, 1);
	T_EQ(rig_last()->tsval, 0xffffff9c + 151);	/* past the wrap */
	/* another CPU's clock is a little behind */
	r.now -= 50 * MS;
	rig_data(1, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 3, 1);
	T_EQ(rig_last()->tsval, 0xffffff9c + 151);
}

static void tsecr_is_the_latest_and_never_goes_back(void)
{
	rig_opened();
	r.ts = 10;		/* past the wrap: later than 0xfffffff0 */
	rig_header(TCOPY_ACK, 1, 3000, 1, 500);
	rig_poll();
	ACKS(3001);
	T_EQ(rig_last()->tsecr, 10);
	r.ts = 0xfffffff8;		/* overtaken on its way */
	rig_header(TCOPY_ACK, 3001, 3000, 1, 500);
	rig_poll();
	ACKS(6001);
	T_EQ(rig_last()->tsecr, 10);
	r.ts = 20;			/* older than what was acknowledged */
	rig_header(TCOPY_ACK, 1, 1448, 1, 500);
	rig_poll();
	ACKS(6001);
	T_EQ(rig_last()->tsecr, 10);
}

static void an_old_window_does_not_count(void)
{
	rig_plain(5000);
	rig_data(9000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 5000);
	rig_header(TCOPY_ACK, 11, 10, 5001, 1000);
	rig_poll();
	RELEASES(5001);
	SENDS(TCOPY_ACK, 5001, 1000);
	T_EQ(rig_last()->ack, IRS + 21);
	QUIET();
	/* overtaken: from before the window closed that far */
	rig_header(TCOPY_ACK, 1, 10, 5001, 4000);
	rig_poll();
	ACKS(21);
	QUIET();
}

static void a_syn_on_an_open_connection_is_challenged(void)
{
	rig_opened();
	rig_wait(SEC);
	rig_header(TCOPY_SYN, 5000, 0, 1, 500);
	rig_poll();
	ACKS(1);
	QUIET();
}

/* The client asks with 100 bytes. */
static void ask(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	r.now += MS;
}

static bool is_answer(u8 flags, u32 off, u32 len, u32 ack, u32 win, u64 armed)
{
	struct tcopy_seg seg = rig_seg(flags, off, len, ack, win);
	struct tcopy_track before = r.t;
	bool is = tcopy_track_answer(&r.t, &seg, armed, r.now);

	/* one that is left alone changes nothing */
	return is || memcmp(&before, &r.t, sizeof(before));
}

static void the_expected_answer_leaves_nothing_to_be_done(void)
{
	ask();
	T_EQ(is_answer(TCOPY_ACK | TCOPY_PSH, 1, 200, 101, 500, r.now), true);
	T_EQ(r.t.snd_una, ISN + 101);
	T_EQ(tcopy_track_ack_deadline(&r.t), r.now + 4 * MS);
	rig_poll();
	QUIET();
	T_EQ(tcopy_track_deadline(&r.t, &r.conf), r.now + r.conf.idle_us);
}

static void a_deadline_that_comes_closer_is_not_left_out(void)
{
	ask();
	rig_data(100, 0, 0);
	rig_poll();
	T_EQ(is_answer(TCOPY_ACK, 1, 200, 101, 500, r.now + 201 * MS), false);
	T_EQ(is_answer(TCOPY_ACK, 1, 200, 101, 500, r.now + 200 * MS), true);
	T_EQ(tcopy_track_deadline(&r.t, &r.conf), r.now + 200 * MS);
}

static bool is_expected(u8 flags, u32 off, u32 len, u32 ack, u32 win)
{
	return is_answer(flags, off, len, ack, win, r.now);
}

static void other_answers_are_not_expected(void)
{
	ask();
	T_EQ(is_expected(TCOPY_ACK, 1, 200, 1, 500), false);
	T_EQ(is_expected(TCOPY_ACK, 1, 200, 102, 500), false);
	T_EQ(is_expected(TCOPY_ACK, 1, 200, 101, 0), false);
	T_EQ(is_expected(TCOPY_ACK, 0, 200, 101, 500), false);
	T_EQ(is_expected(TCOPY_ACK, 2, 200, 101, 500), false);
	T_EQ(is_expected(TCOPY_ACK, 1, 2 * 1448, 101, 500), false);
	T_EQ(is_expected(TCOPY_ACK, 1, 2 * 1448 - 1, 101, 500), true);

	ask();
	T_EQ(is_expected(TCOPY_ACK | TCOPY_FIN, 1, 200, 101, 500), false);
	T_EQ(is_expected(TCOPY_ACK | TCOPY_RST, 1, 0, 101, 500), false);
	T_EQ(is_expected(TCOPY_ACK | TCOPY_SYN, 1, 0, 101, 500), false);
	T_EQ(is_expected(TCOPY_PSH, 1, 200, 101, 500), false);
	T_EQ(is_expected(TCOPY_ACK, 1, 0, 101, 500), true);

	ask();
	rig_data(100, 1, 0);		/* waits for it */
	rig_poll();
	T_EQ(is_expected(TCOPY_ACK, 1, 200, 101, 500), false);

	ask();
	rig_fin(0);
	T_EQ(is_expected(TCOPY_ACK, 1, 200, 101, 500), false);

	/* the ACK of the answer before is due */
	ask();
	T_EQ(is_expected(TCOPY_ACK, 1, 200, 51, 500), true);
	r.now += 4 * MS;
	T_EQ(is_expected(TCOPY_ACK, 201, 0, 101, 500), false);
}

int main(void)
{
	T_RUN(one_segment_waits_four_milliseconds);
	T_RUN(two_segments_are_acknowledged_at_once);
	T_RUN(a_batch_has_one_ack);
	T_RUN(payload_carries_the_ack);
	T_RUN(a_lost_header_is_covered);
	T_RUN(an_ack_from_ahead_is_not_covered);
	T_RUN(repetition_is_answered);
	T_RUN(keep_alive_is_answered);
	T_RUN(fin_is_acknowledged_in_time);
	T_RUN(pure_acks_are_not_answered);
	T_RUN(what_was_never_sent_is_challenged);
	T_RUN(far_away_is_ignored);
	T_RUN(without_ack_means_nothing);
	T_RUN(tsval_is_a_millisecond_clock);
	T_RUN(tsecr_is_the_latest_and_never_goes_back);
	T_RUN(an_old_window_does_not_count);
	T_RUN(a_syn_on_an_open_connection_is_challenged);
	T_RUN(the_expected_answer_leaves_nothing_to_be_done);
	T_RUN(a_deadline_that_comes_closer_is_not_left_out);
	T_RUN(other_answers_are_not_expected);
	return t_done();
}
