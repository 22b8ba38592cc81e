// SPDX-License-Identifier: GPL-2.0
/* track: the handshake */
#include "rig.h"

static void syn_carries_what_was_known(void)
{
	const struct tcopy_packet *p;

	rig_new(&rig_open_all);
	rig_poll();
	SENDS(TCOPY_SYN, 0, 0);
	p = rig_last();
	T_EQ(p->opts, ALL);
	T_EQ(p->mss, 1460);
	T_EQ(p->wscale, 10);
	T_EQ(p->win, 65535);
	T_EQ(p->tsval, 0xffffff9c);
	T_EQ(p->tsecr, 0);
	QUIET();
}

static void syn_without_options(void)
{
	struct tcopy_track_open open = rig_open_all;

	open.opts = TCOPY_OPT_TFO | TCOPY_OPT_MPTCP | TCOPY_OPT_MD5;
	open.mss = 0;
	rig_new(&open);
	rig_poll();
	SENDS(TCOPY_SYN, 0, 0);
	T_EQ(rig_last()->opts, 0);
	rig_synack(0, 0, 0, 1000);
	rig_data(2000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 536);	/* RFC 9293: 536 where none is given */
}

static void syn_again_then_given_up(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	SENDS(TCOPY_SYN, 0, 0);
	T_EQ(rig_deadline(), 1 * SEC);
	SENDS(TCOPY_SYN, 0, 0);
	T_OK(rig_last()->rtx);
	T_EQ(rig_deadline(), 2 * SEC);
	SENDS(TCOPY_SYN, 0, 0);
	T_EQ(rig_deadline(), 4 * SEC);
	SENDS(TCOPY_SYN, 0, 0);
	T_EQ(rig_deadline(), 4 * SEC);
	SENDS(TCOPY_RST, 1, 0);
	ENDS(NO_SYNACK);
	QUIET();
}

static void refused(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	rig_header(TCOPY_RST | TCOPY_ACK, 0, 0, 7, 0);	/* another's */
	rig_poll();
	QUIET();
	rig_header(TCOPY_RST, 0, 0, 1, 0);		/* nobody's */
	rig_poll();
	QUIET();
	rig_header(TCOPY_RST | TCOPY_ACK, 0, 0, 1, 0);
	rig_poll();
	ENDS(REFUSED);
	QUIET();
}

static void stale_connection_is_reset(void)
{
	int i;

	rig_new(&rig_open_all);
	rig_poll();
	r.now += MS;
	for (i = 0; i < 4; i++) {
		rig_header(TCOPY_ACK, 500, 0, 12345, 100);
		rig_poll();
		SENDS(TCOPY_RST, 12345, 0);
		T_EQ(rig_last()->opts, 0);
		SENDS(TCOPY_SYN, 0, 0);
		QUIET();
	}
	/* bounded: it may be a forger */
	rig_header(TCOPY_ACK, 500, 0, 12345, 100);
	rig_poll();
	QUIET();
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 0);
}

static void a_stale_connection_may_expect_the_next_byte(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	rig_header(TCOPY_ACK, 4000, 0, 1, 500);
	rig_poll();
	SENDS(TCOPY_RST, 1, 0);
	SENDS(TCOPY_SYN, 0, 0);
}

static void synack_is_acknowledged_at_once(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	r.now += 100 * MS;
	r.ts = 4711;
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 0);
	T_EQ(rig_last()->ack, IRS + 1);
	T_EQ(rig_last()->opts, TCOPY_OPT_TS);
	/* newer kernels reject a third ACK that echoes anything else */
	T_EQ(rig_last()->tsecr, 4711);
	T_EQ(rig_last()->tsval, 0xffffff9c + 100);
	QUIET();
}

static void payload_rides_on_the_third_ack(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	rig_data(100, 0, 0);
	rig_poll();
	QUIET();			/* held */
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	QUIET();
}

static void accepted_where_clients_speak_first(void)
{
	struct tcopy_track_open open = rig_open_all;

	open.late_ack = true;
	rig_new(&open);
	rig_poll();
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	QUIET();
}

static void late_third_ack_waits_for_payload(void)
{
	accepted_where_clients_speak_first();
	T_EQ(tcopy_track_ack_deadline(&r.t), r.now + 4 * MS);
	r.now += 3 * MS;
	rig_data(100, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	QUIET();
}

static void late_third_ack_does_not_wait_for_long(void)
{
	accepted_where_clients_speak_first();
	r.now += 4 * MS;
	rig_poll();
	SENDS(TCOPY_ACK, 1, 0);
	QUIET();
}

static void lost_third_ack_is_sent_again(void)
{
	rig_opened();
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 0);
	QUIET();
}

static void window_of_a_synack_is_not_scaled(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	rig_synack(ALL, 1460, 7, 2000);
	rig_data(5000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK, 1, 1448);
	QUIET();
	rig_header(TCOPY_ACK, 1, 0, 1449, 20);		/* 20 * 128 */
	rig_poll();
	RELEASES(1449);
	SENDS(TCOPY_ACK, 1449, 1448);
	QUIET();
}

static void wscale_counts_when_both_have_it(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	rig_synack(TCOPY_OPT_MSS | TCOPY_OPT_TS, 1460, 7, 65535);
	rig_data(3000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 3000);
	rig_header(TCOPY_ACK, 1, 0, 3001, 2000);
	rig_data(5000, 0, 0);
	rig_poll();
	RELEASES(3001);
	SENDS(TCOPY_ACK, 3001, 1448);
	QUIET();
	/* nor is what we announce: an answer beyond 65,535 bytes is made up */
	rig_header(TCOPY_ACK, 70001, 1000, 4449, 0);
	T_EQ(tcopy_track_ack_deadline(&r.t), NEVER);
}

static void mss_is_the_least_of_all(void)
{
	struct tcopy_track_open open = rig_open_all;

	open.path_mss = 1200;
	rig_new(&open);
	rig_poll();
	rig_synack(ALL, 1460, 7, 65535);
	rig_data(5000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 5000);
	T_EQ(rig_last()->mss, 1188);		/* timestamps taken off */

	rig_new(&rig_open_all);
	rig_poll();
	rig_synack(TCOPY_OPT_MSS, 1000, 0, 65535);
	rig_data(5000, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 5000);
	T_EQ(rig_last()->mss, 1000);
	T_EQ(rig_last()->opts, 0);
}

static void tiny_mss_is_not_believed(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	rig_synack(ALL, 1, 0, 65535);
	rig_data(100, 0, 0);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 1, 100);
	T_EQ(rig_last()->mss, 48);
}

static void other_synacks_are_not_ours(void)
{
	rig_new(&rig_open_all);
	rig_header(TCOPY_SYN | TCOPY_ACK, 0, 0, 1, 1000);
	T_EQ(r.t.state, TCOPY_TRACK_SYN_SENT);	/* no SYN has left yet */
	rig_poll();
	rig_header(TCOPY_SYN, 0, 0, 1, 1000);
	T_EQ(r.t.state, TCOPY_TRACK_SYN_SENT);
	rig_header(TCOPY_ACK, 0, 0, 1, 1000);
	T_EQ(r.t.state, TCOPY_TRACK_SYN_SENT);
}

static void ended_before_the_syn(void)
{
	rig_new(&rig_open_all);
	tcopy_track_end(&r.t, TCOPY_END_REMOVED, r.now);
	rig_poll();
	ENDS(REMOVED);		/* nobody there who would want a RST */
	QUIET();
}

static void ended_after_the_syn(void)
{
	rig_new(&rig_open_all);
	rig_poll();
	tcopy_track_end(&r.t, TCOPY_END_REMOVED, r.now);
	rig_poll();
	SENDS(TCOPY_RST, 1, 0);
	ENDS(REMOVED);
	/* its SYN-ACK was on the way */
	rig_synack(ALL, 1460, 7, 65535);
	rig_poll();
	SENDS(TCOPY_RST, 1, 0);
	QUIET();
}

int main(void)
{
	T_RUN(syn_carries_what_was_known);
	T_RUN(syn_without_options);
	T_RUN(syn_again_then_given_up);
	T_RUN(refused);
	T_RUN(stale_connection_is_reset);
	T_RUN(a_stale_connection_may_expect_the_next_byte);
	T_RUN(synack_is_acknowledged_at_once);
	T_RUN(payload_rides_on_the_third_ack);
	T_RUN(late_third_ack_waits_for_payload);
	T_RUN(late_third_ack_does_not_wait_for_long);
	T_RUN(lost_third_ack_is_sent_again);
	T_RUN(window_of_a_synack_is_not_scaled);
	T_RUN(wscale_counts_when_both_have_it);
	T_RUN(mss_is_the_least_of_all);
	T_RUN(tiny_mss_is_not_believed);
	T_RUN(other_synacks_are_not_ours);
	T_RUN(ended_before_the_syn);
	T_RUN(ended_after_the_syn);
	return t_done();
}
