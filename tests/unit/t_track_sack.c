// SPDX-License-Identifier: GPL-2.0
/* Several holes in one window, told by SACK blocks. See rig.h. */
#include "rig.h"

#define MSS	1448
#define SEG(n)	(1 + (n) * MSS)		/* offset of the n-th segment, from 0 */

static struct tcopy_seg seg;

/* An ACK of all before segment @ack. */
static void begin(unsigned int ack)
{
	seg = rig_seg(TCOPY_ACK, 1, 0, SEG(ack), 65535);
}

/* Segments [@from, @to) have arrived. */
static void block(unsigned int from, unsigned int to)
{
	seg.sack[seg.sacks][0] = ISN + SEG(from);
	seg.sack[seg.sacks][1] = ISN + SEG(to);
	seg.sacks++;
}

static void tell(void)
{
	tcopy_track_header(&r.t, &seg, r.now);
	rig_poll();
}

/* An initial window, ten segments, is on its way. */
static void flight(void)
{
	rig_opened();
	rig_data(10 * MSS, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 10 * MSS);
	r.now += MS;
}

static void all_holes_in_one_round(void)
{
	flight();
	begin(0);
	block(7, 10);
	block(4, 6);
	block(1, 3);
	tell();
	SENDS(TCOPY_ACK, SEG(0), MSS);
	T_OK(rig_last()->rtx);
	SENDS(TCOPY_ACK, SEG(3), MSS);
	SENDS(TCOPY_ACK, SEG(6), MSS);
	QUIET();
	T_EQ(r.t.ssthresh, 5 * MSS);
	/* the first is filled: nothing is sent twice */
	begin(3);
	block(7, 10);
	block(4, 6);
	tell();
	RELEASES(SEG(3));
	QUIET();
	begin(10);
	tell();
	RELEASES(SEG(10));
	QUIET();
	T_EQ(r.t.ssthresh, 5 * MSS);
}

static void the_window_bounds_what_is_repaired(void)
{
	flight();
	begin(0);
	block(7, 10);
	tell();
	/* half of the flight, of seven that are lost */
	SENDS(TCOPY_ACK, SEG(0), 5 * MSS);
	QUIET();
	begin(2);
	block(7, 10);
	tell();
	RELEASES(SEG(2));
	SENDS(TCOPY_ACK, SEG(5), 2 * MSS);
	QUIET();
}

static void what_arrived_makes_room(void)
{
	flight();
	begin(0);
	block(1, 10);
	tell();
	SENDS(TCOPY_ACK, SEG(0), MSS);
	QUIET();
	/* one is on its way, and five may be */
	rig_data(10 * MSS, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, SEG(10), 4 * MSS);
	QUIET();
}

static void the_first_hole_waits_for_nothing(void)
{
	flight();
	rig_data(30 * MSS, 0, 0);
	begin(10);
	tell();
	RELEASES(SEG(10));
	SENDS(TCOPY_ACK, SEG(10), 20 * MSS);
	r.now += MS;
	/* 16 of 20 are still on their way; 10 may be */
	begin(10);
	block(11, 14);
	tell();
	SENDS(TCOPY_ACK, SEG(10), MSS);
	QUIET();
	begin(10);
	block(11, 14);
	block(15, 22);
	tell();
	SENDS(TCOPY_ACK, SEG(14), MSS);
	QUIET();
}

static void the_highest_of_too_many_is_forgotten(void)
{
	unsigned int i;

	flight();
	for (i = 0; i < TCOPY_T_SACKS + 1; i++) {
		begin(0);
		block(9 - 2 * i, 10 - 2 * i);
		seg.sack[0][1] -= 8;	/* nine holes and more */
		tcopy_track_header(&r.t, &seg, r.now);
	}
	rig_poll();
	T_EQ(r.t.sacks, TCOPY_T_SACKS);
	T_EQ(r.t.sack[0][0], ISN + SEG(1));
	T_EQ(r.t.sack[3][0], ISN + SEG(7));
	/* what lies higher finds no place */
	begin(0);
	block(9, 10);
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.sacks, TCOPY_T_SACKS);
	T_EQ(r.t.sack[3][0], ISN + SEG(7));
	/* and does when the lowest are done */
	begin(4);
	block(9, 10);
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.sacks, 3);
	T_EQ(r.t.sack[2][0], ISN + SEG(9));
}

static void ranges_that_meet_are_one(void)
{
	flight();
	begin(0);
	block(1, 2);
	block(3, 4);
	block(5, 6);
	block(7, 8);
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.sacks, 4);
	begin(0);
	block(2, 7);
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.sacks, 1);
	T_EQ(r.t.sack[0][0], ISN + SEG(1));
	T_EQ(r.t.sack[0][1], ISN + SEG(8));
	/* inside, as RFC 2883 tells of duplicates */
	begin(0);
	block(3, 4);
	block(1, 8);
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.sacks, 1);
	T_EQ(r.t.sack[0][1], ISN + SEG(8));
	/* the two ends, and one that is left */
	begin(0);
	block(9, 10);
	block(8, 9);
	tcopy_track_header(&r.t, &seg, r.now);
	T_EQ(r.t.sacks, 1);
	T_EQ(r.t.sack[0][1], ISN + SEG(10));
}

static void blocks_from_afar_are_nonsense(void)
{
	flight();
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, SEG(10), 0);
	/* seen from its left edge it is above, from its right edge below */
	begin(0);
	seg.sacks = 1;
	seg.sack[0][0] = ISN + SEG(0) + 0x7ffffff0;
	seg.sack[0][1] = seg.sack[0][0] + 20 * MSS;
	tell();
	QUIET();
	T_EQ(r.t.sacks, 0);
	/* the last byte, and the FIN behind it */
	begin(10);
	tell();
	RELEASES(SEG(10));
	for (int i = 0; i < 3; i++) {
		begin(10);
		tcopy_track_header(&r.t, &seg, r.now);
	}
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, SEG(10), 0);
	T_EQ(r.t.rtx_nxt, ISN + SEG(10) + 1);
	QUIET();
}

static void a_timeout_forgets_and_skips_what_is_told_again(void)
{
	flight();
	begin(0);
	block(2, 4);
	tell();
	QUIET();		/* two segments behind a hole are reordered */
	rig_deadline();
	SENDS(TCOPY_ACK, SEG(0), MSS);
	QUIET();
	T_EQ(r.t.sacks, 0);
	begin(1);
	block(6, 10);
	block(2, 4);
	tell();
	RELEASES(SEG(1));
	SENDS(TCOPY_ACK, SEG(1), MSS);
	SENDS(TCOPY_ACK, SEG(4), MSS);
	QUIET();
	begin(5);
	block(6, 10);
	tell();
	RELEASES(SEG(5));
	SENDS(TCOPY_ACK, SEG(5), MSS);
	QUIET();
}

static void a_server_without_it_is_told_one_hole_a_round(void)
{
	rig_plain(65535);
	rig_data(10000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 10000);
	r.now += MS;
	for (int i = 0; i < 3; i++)
		rig_header(TCOPY_ACK, 1, 0, 1, 65535);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 1000);
	QUIET();
	/* less than what was sent again: from there */
	rig_header(TCOPY_ACK, 1, 0, 501, 65535);
	rig_poll();
	RELEASES(501);
	SENDS(TCOPY_ACK, 501, 1000);
	QUIET();
}

int main(void)
{
	T_RUN(all_holes_in_one_round);
	T_RUN(the_window_bounds_what_is_repaired);
	T_RUN(what_arrived_makes_room);
	T_RUN(the_first_hole_waits_for_nothing);
	T_RUN(the_highest_of_too_many_is_forgotten);
	T_RUN(ranges_that_meet_are_one);
	T_RUN(blocks_from_afar_are_nonsense);
	T_RUN(a_timeout_forgets_and_skips_what_is_told_again);
	T_RUN(a_server_without_it_is_told_one_hole_a_round);
	return t_done();
}
