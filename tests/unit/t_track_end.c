// SPDX-License-Identifier: GPL-2.0
/* track: how a copy ends, and what it says when it has */
#include "rig.h"

/* Both sides have closed, the client first. */
static void close_politely(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_fin(0);
	rig_poll();
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 0, 102, 65535);
	rig_poll();
}

static void client_closes_first(void)
{
	T_DO(close_politely());
	RELEASES(101);
	SENDS(TCOPY_ACK, 102, 0);	/* before the END */
	T_EQ(rig_last()->ack, IRS + 2);
	ENDS(CLOSED);
	QUIET();
	T_EQ(rig_deadline(), 2 * SEC);
	T_EQ(rig_act()->type, TCOPY_ACT_FREE);
	QUIET();
	T_EQ(tcopy_track_deadline(&r.t, &r.conf), NEVER);
}

static void server_closes_first(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 50, 101, 65535);
	rig_poll();
	RELEASES(101);
	QUIET();
	rig_fin(51);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 101, 0);
	T_EQ(rig_last()->ack, IRS + 52);
	QUIET();
	rig_header(TCOPY_ACK, 52, 0, 102, 65535);
	rig_poll();
	ENDS(CLOSED);
	QUIET();
}

static void a_late_fin_is_acknowledged(void)
{
	T_DO(close_politely());
	r.now += SEC;
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 0, 102, 65535);
	rig_poll();
	SENDS(TCOPY_ACK, 102, 0);
	QUIET();
	rig_header(TCOPY_ACK, 2, 0, 102, 65535);	/* asks nothing */
	rig_poll();
	QUIET();
	T_EQ(rig_deadline(), 1 * SEC);
	T_EQ(rig_act()->type, TCOPY_ACT_FREE);
}

static void late_headers_after_a_reset_are_reset(void)
{
	int i;

	rig_plain(65535);
	tcopy_track_end(&r.t, TCOPY_END_SHED, r.now);
	rig_poll();
	SENDS(TCOPY_RST | TCOPY_ACK, 1, 0);
	T_EQ(rig_last()->ack, IRS + 1);
	ENDS(SHED);
	QUIET();
	for (i = 0; i < 6; i++) {
		rig_header(TCOPY_ACK, 1, 100, 77, 65535);
		rig_poll();
		if (i < 4)
			SENDS(TCOPY_RST, 77, 0);
		QUIET();
	}
}

/* Its RST may have been lost, and what was in flight before it as well. */
static void the_last_word_is_repeated(void)
{
	rig_plain(65535);
	tcopy_track_end_again(&r.t, r.now);	/* it lives */
	rig_data(100, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	tcopy_track_end(&r.t, TCOPY_END_REMOVED, r.now);
	rig_poll();
	SENDS(TCOPY_RST | TCOPY_ACK, 101, 0);
	ENDS(REMOVED);
	QUIET();
	tcopy_track_end_again(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_RST, 1, 0);
	QUIET();
	tcopy_track_end_again(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_RST, 101, 0);
	QUIET();
	/* the answer to its challenge is what it expects; that may be lost */
	rig_header(TCOPY_ACK, 1, 0, 51, 65535);
	rig_poll();
	SENDS(TCOPY_RST, 51, 0);
	tcopy_track_end_again(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_RST, 51, 0);
	QUIET();
}

static void the_last_ack_is_repeated(void)
{
	T_DO(close_politely());
	r.at = r.acts;
	tcopy_track_end_again(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_ACK, 102, 0);
	QUIET();
}

static void who_has_reset_it_is_told_nothing(void)
{
	rig_plain(65535);
	rig_header(TCOPY_RST, 1, 0, 0, 0);
	rig_poll();
	ENDS(RESET);
	tcopy_track_end_again(&r.t, r.now);
	rig_poll();
	QUIET();
}

static void a_rst_is_never_answered(void)
{
	rig_plain(65535);
	tcopy_track_end(&r.t, TCOPY_END_SHED, r.now);
	rig_poll();
	rig_header(TCOPY_RST | TCOPY_ACK, 1, 0, 1, 0);
	rig_header(TCOPY_RST, 1, 0, 0, 0);
	rig_poll();
	QUIET();
}

static void nothing_revives_it(void)
{
	rig_plain(65535);
	tcopy_track_end(&r.t, TCOPY_END_SHED, r.now);
	rig_poll();
	r.now += SEC;
	rig_data(100, 0, 0);
	rig_fin(0);
	tcopy_track_rst(&r.t, r.now);
	tcopy_track_alive(&r.t, r.now);
	tcopy_track_end(&r.t, TCOPY_END_GAP, r.now);
	rig_poll();
	QUIET();
	T_EQ(rig_deadline(), 1 * SEC);
	T_EQ(rig_act()->type, TCOPY_ACT_FREE);
	rig_wait(10 * SEC);
	rig_header(TCOPY_ACK, 1, 100, 1, 65535);
	rig_poll();
	QUIET();
}

static void the_first_reason_stays(void)
{
	rig_plain(65535);
	tcopy_track_end(&r.t, TCOPY_END_GAP, r.now);
	tcopy_track_end(&r.t, TCOPY_END_SHED, r.now);
	rig_header(TCOPY_RST, 1, 0, 1, 0);
	rig_poll();
	SENDS(TCOPY_RST | TCOPY_ACK, 1, 0);
	ENDS(GAP);
}

static void a_request_after_the_servers_fin(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 50, 101, 65535);
	rig_poll();
	rig_data(100, 50, 0);		/* nobody would answer */
	rig_poll();
	SENDS(TCOPY_RST | TCOPY_ACK, 101, 0);
	ENDS(SERVER_CLOSED);
}

static void payload_after_a_half_close_flows(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 50, 101, 65535);
	rig_poll();
	rig_data(100, 0, 0);		/* of the same request */
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 101, 100);
	rig_data(100, 51, 0);		/* online, the server closed too */
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 201, 100);
}

static void the_servers_rst(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_RST, 1, 0, 0, 0);
	rig_poll();
	ENDS(RESET);			/* no RST in answer to one */
	QUIET();
}

static void a_rst_outside_the_window_is_none(void)
{
	rig_plain(65535);
	rig_header(TCOPY_RST, 0, 0, 0, 0);
	rig_header(TCOPY_RST, 70000, 0, 0, 0);
	rig_poll();
	QUIET();
	/* inside: headers before it may have been lost */
	rig_header(TCOPY_RST, 60000, 0, 0, 0);
	rig_poll();
	ENDS(RESET);
}

static void the_servers_rst_after_our_fin(void)
{
	rig_plain(65535);
	rig_fin(0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 1, 0);
	rig_header(TCOPY_RST, 1, 0, 0, 0);
	rig_poll();
	ENDS(CLOSED);
}

static void the_clients_rst_waits_for_its_payload(void)
{
	rig_plain(150);
	rig_data(200, 0, 0);
	tcopy_track_rst(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 150);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 151, 150);
	rig_poll();
	RELEASES(151);
	SENDS(TCOPY_ACK | TCOPY_PSH, 151, 50);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 201, 150);
	rig_poll();
	RELEASES(201);
	QUIET();			/* and for the answer to it */
	rig_header(TCOPY_ACK, 1, 10, 201, 150);
	rig_poll();
	QUIET();
	T_EQ(rig_deadline(), 20 * MS);
	SENDS(TCOPY_ACK, 201, 0);	/* the delayed ACK is overdue here */
	SENDS(TCOPY_RST | TCOPY_ACK, 201, 0);
	ENDS(CLOSED);
}

/* Where nothing is gated, either: it would overtake what is on its way. */
static void the_clients_rst_waits_for_the_ack(void)
{
	rig_plain(65535);
	r.conf.pace = false;
	rig_data(200, 0, 0);
	tcopy_track_rst(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 200);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 201, 65535);
	rig_poll();
	RELEASES(201);
	SENDS(TCOPY_RST | TCOPY_ACK, 201, 0);
	ENDS(CLOSED);
}

static void the_clients_rst_does_not_wait_for_ever(void)
{
	rig_plain(65535);
	rig_data(200, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK, 1, 0, 201, 65535);
	tcopy_track_rst(&r.t, r.now);
	rig_poll();
	RELEASES(201);
	QUIET();
	T_EQ(rig_deadline(), 3 * SEC);
	SENDS(TCOPY_RST | TCOPY_ACK, 201, 0);
	ENDS(CLOSED);
}

static void the_clients_rst_without_payload(void)
{
	rig_plain(65535);
	tcopy_track_rst(&r.t, r.now);
	rig_poll();
	SENDS(TCOPY_RST | TCOPY_ACK, 1, 0);
	ENDS(CLOSED);
}

static void idle(void)
{
	rig_plain(65535);
	rig_wait(599 * SEC);
	QUIET();
	tcopy_track_alive(&r.t, r.now);
	rig_poll();
	T_EQ(rig_deadline(), 600 * SEC);
	SENDS(TCOPY_RST | TCOPY_ACK, 1, 0);
	ENDS(IDLE);
}

static void headers_are_no_idleness(void)
{
	rig_plain(65535);
	rig_wait(599 * SEC);
	rig_header(TCOPY_ACK, 1, 0, 1, 65535);
	rig_poll();
	T_EQ(rig_deadline(), 600 * SEC);
}

static void no_answer_for_too_long(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_fin(0);
	rig_poll();
	r.now += SEC / 10;
	rig_header(TCOPY_ACK, 1, 0, 102, 65535);
	rig_poll();
	/* its FIN is due, and nothing comes */
	rig_wait(50 * SEC);
	QUIET();
	T_EQ(rig_deadline(), 70 * SEC);
	SENDS(TCOPY_RST | TCOPY_ACK, 102, 0);
	ENDS(WAIT);
}

static void waiting_is_no_fault_when_nothing_is_due(void)
{
	rig_plain(65535);
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK, 1, 0, 101, 65535);
	rig_poll();
	rig_wait(500 * SEC);
	QUIET();
}

static void limits_may_be_off(void)
{
	rig_plain(65535);
	r.conf.idle_us = 0;
	r.conf.wait_us = 0;
	/* then only a timer that has a reason to run would end it */
	tcopy_track_fin(&r.t, r.cap, ONLINE, 0, r.now);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_FIN, 1, 0);
}

/* Answered once, and then the test server is gone: of the two requests in
 * flight it had taken none, or @acked bytes.
 */
static void rig_left(u8 flags, u32 acked)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK, 1, 500, 101, 500);
	rig_poll();
	rig_data(50, 500, 0);
	rig_poll();
	rig_header(flags, 501, 0, 101 + acked, 500);
	rig_poll();
	r.at = 0;
}

static void a_reset_copy_is_parked(void)
{
	rig_left(TCOPY_RST, 0);
	ENDS(RESET);
	QUIET();
	T_OK(tcopy_track_parked(&r.t));
	T_EQ(tcopy_track_resume_seq(&r.t), ISN + 101);
	/* for as long as --idle allows */
	T_EQ(rig_deadline(), 600 * SEC);
	T_EQ(rig_act()->type, TCOPY_ACT_FREE);
}

static void what_was_taken_is_not_sent_again(void)
{
	rig_left(TCOPY_RST | TCOPY_ACK, 20);
	T_EQ(rig_act()->type, TCOPY_ACT_RELEASE);
	ENDS(RESET);
	T_EQ(tcopy_track_resume_seq(&r.t), ISN + 121);
}

static void nothing_is_sent_again_without_an_answer(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_RST, 1, 0, 0, 0);
	rig_poll();
	T_OK(tcopy_track_parked(&r.t));
	T_EQ(tcopy_track_resume_seq(&r.t), ISN + 101);
	/* a FIN is no answer */
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK | TCOPY_FIN, 1, 0, 1, 500);
	rig_poll();
	rig_header(TCOPY_RST, 2, 0, 0, 0);
	rig_poll();
	T_EQ(tcopy_track_resume_seq(&r.t), ISN + 101);
}

static void a_client_that_leaves_unparks(void)
{
	rig_left(TCOPY_RST, 0);
	r.now += 5 * SEC;
	tcopy_track_unpark(&r.t, r.now);
	T_OK(!tcopy_track_parked(&r.t));
	T_EQ(rig_deadline(), 2 * SEC);
	T_EQ(rig_act()->type, TCOPY_ACT_FREE);
}

static void a_reset_by_the_client_parks_nothing(void)
{
	rig_opened();
	tcopy_track_rst(&r.t, r.now);
	rig_poll();
	T_OK(!tcopy_track_parked(&r.t));
	rig_opened();
	tcopy_track_end(&r.t, TCOPY_END_SHED, r.now);
	rig_poll();
	T_OK(!tcopy_track_parked(&r.t));
}

static void a_new_connection_begins_with_a_request(void)
{
	const struct tcopy_packet *p;
	u32 tsval;

	rig_left(TCOPY_RST, 0);
	rig_fin(500);
	r.now += 3 * SEC;
	tsval = 0xffffff9c + (u32)((r.now - 5 * SEC) / MS);
	tcopy_track_reopen(&r.t, ISN + 101, ONLINE + 500, r.now);
	tcopy_track_data(&r.t, r.cap, r.now);
	rig_poll();
	SENDS(TCOPY_SYN, 100, 0);
	p = rig_last();
	T_EQ(p->opts, ALL);
	T_EQ(p->wscale, 10);
	/* RFC 6191: acceptable in TIME-WAIT */
	T_EQ(p->tsval, tsval);
	QUIET();

	/* another server: numbers of its own, and the gate is open */
	r.now += MS;
	{
		struct tcopy_seg seg = rig_seg(TCOPY_SYN | TCOPY_ACK, 7000, 0,
					       101, 65535);

		seg.opts = ALL;
		seg.mss = 1460;
		tcopy_track_header(&r.t, &seg, r.now);
	}
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 101, 50);
	T_EQ(rig_last()->ack, IRS + 7001);
}

static void the_clients_fin_is_kept(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	rig_header(TCOPY_ACK, 1, 500, 101, 500);
	rig_poll();
	rig_data(50, 500, 0);
	rig_poll();
	rig_fin(500);
	rig_header(TCOPY_RST, 501, 0, 0, 0);
	rig_poll();
	tcopy_track_reopen(&r.t, ISN + 101, ONLINE + 500, r.now);
	tcopy_track_data(&r.t, r.cap, r.now);
	rig_poll();
	{
		struct tcopy_seg seg = rig_seg(TCOPY_SYN | TCOPY_ACK, 0, 0, 101,
					       65535);

		seg.opts = ALL;
		seg.mss = 1460;
		tcopy_track_header(&r.t, &seg, r.now);
	}
	rig_poll();
	r.at = 0;
	SENDS(TCOPY_ACK | TCOPY_PSH | TCOPY_FIN, 101, 50);
}

int main(void)
{
	T_RUN(client_closes_first);
	T_RUN(server_closes_first);
	T_RUN(a_late_fin_is_acknowledged);
	T_RUN(late_headers_after_a_reset_are_reset);
	T_RUN(the_last_word_is_repeated);
	T_RUN(the_last_ack_is_repeated);
	T_RUN(who_has_reset_it_is_told_nothing);
	T_RUN(a_rst_is_never_answered);
	T_RUN(nothing_revives_it);
	T_RUN(the_first_reason_stays);
	T_RUN(a_request_after_the_servers_fin);
	T_RUN(payload_after_a_half_close_flows);
	T_RUN(the_servers_rst);
	T_RUN(a_rst_outside_the_window_is_none);
	T_RUN(the_servers_rst_after_our_fin);
	T_RUN(the_clients_rst_waits_for_its_payload);
	T_RUN(the_clients_rst_waits_for_the_ack);
	T_RUN(the_clients_rst_does_not_wait_for_ever);
	T_RUN(the_clients_rst_without_payload);
	T_RUN(idle);
	T_RUN(headers_are_no_idleness);
	T_RUN(no_answer_for_too_long);
	T_RUN(waiting_is_no_fault_when_nothing_is_due);
	T_RUN(limits_may_be_off);
	T_RUN(a_reset_copy_is_parked);
	T_RUN(what_was_taken_is_not_sent_again);
	T_RUN(nothing_is_sent_again_without_an_answer);
	T_RUN(a_client_that_leaves_unparks);
	T_RUN(a_reset_by_the_client_parks_nothing);
	T_RUN(a_new_connection_begins_with_a_request);
	T_RUN(the_clients_fin_is_kept);
	return t_done();
}
