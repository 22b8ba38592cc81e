// SPDX-License-Identifier: GPL-2.0
/* track: --pace response */
#include "rig.h"

/* The copy gets @len answer bytes; the offset moves on. */
static u32 answered;

static void answer(u32 len)
{
	rig_header(TCOPY_ACK, 1 + answered, len, r.t.snd_max - ISN, 65535);
	answered += len;
	rig_poll();
	r.at = r.acts;		/* releases and ACKs are others' tests */
}

static void request(u32 len, u32 ack, u64 gap_us)
{
	rig_data(len, ack, gap_us);
	rig_poll();
}

static void begin(void)
{
	answered = 0;
	rig_plain(65535);
}

/* Whether the client's next payload of 100 bytes at @off has just left. */
#define LEAVES(off) SENDS(TCOPY_ACK | TCOPY_PSH, off, 100)

static void a_request_waits_for_the_answer_before(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	request(100, 500, MS);
	QUIET();
	answer(499);
	rig_poll();
	QUIET();
	rig_header(TCOPY_ACK, 500, 1, 101, 65535);
	rig_poll();
	LEAVES(101);
	QUIET();
}

static void an_early_answer_counts(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	answer(500);
	request(100, 500, MS);
	LEAVES(101);
	request(100, 900, MS);
	QUIET();
	answer(400);
	T_EQ(r.t.snd_max - ISN, 301);
}

static void the_same_ack_goes_at_once(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	request(100, 0, 0);
	LEAVES(101);
	/* lower: it filled a gap, or was captured late */
	request(100, 0 - 50U, 0);
	LEAVES(201);
}

static void pipelined_answers_count_from_the_first(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	answer(300);			/* faster than the client's second */
	request(100, 0, 0);
	LEAVES(101);
	request(100, 700, MS);
	QUIET();
	answer(400);
	T_EQ(r.t.snd_max - ISN, 301);
}

static void a_shorter_answer_that_is_quiet_is_enough(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	answer(0);			/* acknowledged: a short round trip */
	request(100, 500, MS);
	QUIET();
	r.now += 50 * MS;
	answer(400);
	rig_wait(10 * MS);
	T_EQ(r.t.snd_max - ISN, 101);
	answer(50);			/* not quiet yet */
	rig_wait(19 * MS);
	T_EQ(r.t.snd_max - ISN, 101);
	T_EQ(rig_deadline(), 1 * MS);
	COUNTS(PACE_QUIET);
	LEAVES(101);
	QUIET();
}

static void quiet_is_four_round_trips(void)
{
	begin();
	r.t.srtt_us = 30 * MS;
	request(100, 0, 0);
	LEAVES(1);
	request(100, 500, MS);
	r.t.rtt_at = 0;
	answer(400);
	rig_wait(119 * MS);
	T_EQ(r.t.snd_max - ISN, 101);
	rig_wait(1 * MS);
	T_EQ(r.t.snd_max - ISN, 201);
}

static void an_answer_to_the_one_before_is_none(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	answer(100);
	r.now += 100 * MS;
	request(100, 0, 0);		/* pipelined */
	LEAVES(101);
	answer(0);
	request(100, 900, MS);		/* its answer has not started */
	QUIET();
	rig_wait(50 * MS);
	T_EQ(r.t.snd_max - ISN, 201);
	answer(10);
	rig_wait(25 * MS);
	T_EQ(r.t.snd_max - ISN, 301);
}

/* No answer at all; the payload before is acknowledged, so only gates wait. */
static u64 gate(u64 gap_us)
{
	begin();
	request(100, 0, 0);
	rig_header(TCOPY_ACK, 1, 0, 101, 65535);
	request(100, 500, gap_us);
	r.at = r.acts;
	return rig_deadline();
}

static void no_answer_is_waited_for_three_seconds(void)
{
	T_EQ(gate(10 * MS), 3 * SEC);
	COUNTS(PACE_TIMEOUT);
	LEAVES(101);
	QUIET();
}

static void or_four_times_what_the_client_waited(void)
{
	T_EQ(gate(2 * SEC), 8 * SEC);
	COUNTS(PACE_TIMEOUT);
}

static void or_thirty_seconds(void)
{
	T_EQ(gate(3000 * SEC), 30 * SEC);
	COUNTS(PACE_TIMEOUT);
}

static void a_lost_request_opens_no_gate(void)
{
	begin();
	request(100, 0, 0);
	request(100, 500, 10 * MS);
	rig_wait(5 * SEC);		/* sent again meanwhile */
	T_EQ(r.t.snd_max - ISN, 101);
	rig_header(TCOPY_ACK, 1, 0, 101, 65535);
	rig_wait(2900 * MS);
	T_EQ(r.t.snd_max - ISN, 101);
	rig_wait(200 * MS);
	T_EQ(r.t.snd_max - ISN, 201);
}

static void after_three_timeouts_gates_are_gone(void)
{
	int i;

	begin();
	request(100, 0, 0);
	for (i = 1; i <= 3; i++) {
		rig_header(TCOPY_ACK, 1, 0, 1 + 100 * i, 65535);
		request(100, 500 * i, MS);
		r.at = r.acts;
		T_EQ(rig_deadline(), 3 * SEC);
		COUNTS(PACE_TIMEOUT);
		if (i == 3)
			COUNTS(PACE_OFF);
		LEAVES(1 + 100 * i);
		QUIET();
	}
	request(100, 5000, MS);
	LEAVES(401);
	QUIET();
}

static void a_release_is_counted_once(void)
{
	begin();
	request(100, 0, 0);
	rig_header(TCOPY_ACK, 1, 0, 101, 0);	/* the window is closed */
	request(100, 500, 0);
	r.at = r.acts;
	rig_deadline();
	COUNTS(PACE_TIMEOUT);
	QUIET();
	rig_wait(SEC);
	SENDS(TCOPY_ACK, 100, 0);	/* a probe, no count */
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 101, 500);
	rig_poll();
	LEAVES(101);
	QUIET();
}

static void none_means_none(void)
{
	begin();
	r.conf.pace = false;
	request(100, 0, 0);
	LEAVES(1);
	request(100, 500, MS);
	LEAVES(101);
	QUIET();
}

static void a_fin_waits_where_nothing_else_does(void)
{
	begin();
	r.conf.pace = false;
	request(100, 0, 0);
	LEAVES(1);
	request(100, 500, MS);
	LEAVES(101);
	rig_header(TCOPY_ACK, 1, 0, 201, 65535);
	rig_fin(800);			/* of both answers in all */
	rig_poll();
	RELEASES(201);
	QUIET();
	rig_header(TCOPY_ACK, 1, 400, 201, 65535);
	rig_poll();
	QUIET();
	rig_wait(2 * SEC);		/* no pause in the answers ends that */
	SENDS(TCOPY_ACK, 201, 0);
	QUIET();
	rig_header(TCOPY_ACK, 401, 400, 201, 65535);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 201, 0);
	QUIET();
}

static void a_rst_waits_where_nothing_else_does(void)
{
	begin();
	r.conf.pace = false;
	request(100, 0, 0);
	LEAVES(1);
	request(100, 500, MS);
	LEAVES(101);
	rig_header(TCOPY_ACK, 1, 0, 201, 65535);
	tcopy_track_rst(&r.t, r.now);
	rig_poll();
	RELEASES(201);
	QUIET();
	rig_header(TCOPY_ACK, 1, 400, 201, 65535);
	rig_poll();
	QUIET();
	rig_wait(2 * SEC);
	SENDS(TCOPY_ACK, 201, 0);
	QUIET();
	rig_header(TCOPY_ACK, 401, 100, 201, 65535);
	rig_poll();
	SENDS(TCOPY_RST | TCOPY_ACK, 201, 0);
	ENDS(CLOSED);
}

static void a_fin_where_nothing_else_waits_is_released(void)
{
	begin();
	r.conf.pace = false;
	request(100, 0, 0);
	LEAVES(1);
	rig_header(TCOPY_ACK, 1, 400, 101, 65535);
	rig_fin(800);
	rig_poll();
	RELEASES(101);
	QUIET();
	rig_wait(SEC);
	SENDS(TCOPY_ACK, 101, 0);
	QUIET();
	T_EQ(rig_deadline(), 2 * SEC);
	COUNTS(PACE_QUIET);
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
	QUIET();
}

static void a_greeting_comes_first(void)
{
	begin();
	request(100, 80, MS);		/* it has heard 80 bytes */
	QUIET();
	answer(79);
	T_EQ(r.t.snd_max - ISN, 1);
	answer(1);
	T_EQ(r.t.snd_max - ISN, 101);
}

static void fin_is_gated_like_a_request(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	rig_header(TCOPY_ACK, 1, 0, 101, 65535);
	rig_fin(500);
	rig_poll();
	RELEASES(101);
	QUIET();
	rig_wait(2 * SEC);
	QUIET();
	rig_header(TCOPY_ACK, 1, 500, 101, 65535);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
	QUIET();
}

/* A server gives an answer up whose client has left. */
static void a_fin_waits_longer_for_the_rest_of_an_answer(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	r.now += 50 * MS;
	answer(400);
	rig_fin(500);
	rig_poll();
	rig_wait(499 * MS);
	T_EQ(r.t.snd_max - ISN, 101);
	T_EQ(rig_deadline(), 1 * MS);
	COUNTS(PACE_QUIET);
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
	QUIET();
}

static void fin_of_a_half_close_goes_at_once(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
}

static void fin_does_not_ride_past_its_gate(void)
{
	begin();
	rig_data(100, 0, 0);
	rig_fin(500);
	rig_poll();
	LEAVES(1);
	QUIET();
}

static void a_fin_does_not_ride_where_nothing_else_waits(void)
{
	begin();
	r.conf.pace = false;
	rig_data(100, 500, 0);
	rig_fin(500);
	rig_poll();
	LEAVES(1);
	QUIET();
}

/* The online service closed and the test server does not: one byte less. */
static void fin_of_the_online_service_is_allowed(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	answer(500);
	r.now += SEC;
	rig_fin(501);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
	QUIET();			/* and nothing was counted */
}

static void the_servers_fin_opens_the_clients(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 10, 101, 65535);
	rig_fin(501);
	rig_poll();
	RELEASES(101);
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
}

static void payload_in_two_parts_is_gated_once(void)
{
	rig_plain(2000);
	rig_data(100, 0, 0);
	rig_poll();
	LEAVES(1);
	rig_header(TCOPY_ACK, 1, 50, 101, 1000);
	rig_data(2000, 50, 0);
	rig_poll();
	RELEASES(101);
	SENDS(TCOPY_ACK, 101, 1000);
	rig_header(TCOPY_ACK, 51, 0, 1101, 1000);
	rig_poll();
	RELEASES(1101);
	SENDS(TCOPY_ACK | TCOPY_PSH, 1101, 1000);
}

static void what_is_sent_again_is_not_gated(void)
{
	begin();
	request(100, 0, 0);
	LEAVES(1);
	request(100, 500, 0);
	QUIET();
	T_EQ(rig_deadline(), 200 * MS);
	LEAVES(1);
	T_OK(rig_last()->rtx);
	QUIET();
}

int main(void)
{
	T_RUN(a_request_waits_for_the_answer_before);
	T_RUN(an_early_answer_counts);
	T_RUN(the_same_ack_goes_at_once);
	T_RUN(pipelined_answers_count_from_the_first);
	T_RUN(a_shorter_answer_that_is_quiet_is_enough);
	T_RUN(quiet_is_four_round_trips);
	T_RUN(an_answer_to_the_one_before_is_none);
	T_RUN(no_answer_is_waited_for_three_seconds);
	T_RUN(or_four_times_what_the_client_waited);
	T_RUN(or_thirty_seconds);
	T_RUN(a_lost_request_opens_no_gate);
	T_RUN(after_three_timeouts_gates_are_gone);
	T_RUN(a_release_is_counted_once);
	T_RUN(none_means_none);
	T_RUN(a_fin_waits_where_nothing_else_does);
	T_RUN(a_rst_waits_where_nothing_else_does);
	T_RUN(a_fin_where_nothing_else_waits_is_released);
	T_RUN(a_greeting_comes_first);
	T_RUN(fin_is_gated_like_a_request);
	T_RUN(a_fin_waits_longer_for_the_rest_of_an_answer);
	T_RUN(fin_of_a_half_close_goes_at_once);
	T_RUN(fin_does_not_ride_past_its_gate);
	T_RUN(a_fin_does_not_ride_where_nothing_else_waits);
	T_RUN(fin_of_the_online_service_is_allowed);
	T_RUN(the_servers_fin_opens_the_clients);
	T_RUN(payload_in_two_parts_is_gated_once);
	T_RUN(what_is_sent_again_is_not_gated);
	return t_done();
}
