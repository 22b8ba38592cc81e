// SPDX-License-Identifier: GPL-2.0
/* track: put away while nothing happens, and had again */
#include "rig.h"

static struct tcopy_track_idle idle;

/* Put it away, and have it again, whatever was in that memory. */
static bool away(void)
{
	if (!tcopy_track_pack(&r.t, &idle))
		return false;
	memset(&r.t, 0xa5, sizeof(r.t));
	tcopy_track_unpack(&r.t, &idle);
	return true;
}

/* A request of 100 bytes and its answer of 300, and all is acknowledged. */
static void answered(void)
{
	rig_opened();
	rig_data(100, 0, 0);
	rig_poll();
	r.now += MS;
	rig_header(TCOPY_ACK, 1, 300, 101, 500);
	rig_poll();
	rig_wait(4 * MS);
}

static void not_before_it_is_silent(void)
{
	u64 at;

	answered();
	T_OK(!away());
	at = tcopy_track_silent_at(&r.t);
	T_EQ(at, r.now + TCOPY_SILENT_US);	/* an ACK has just left */
	r.now = at - 1;
	rig_poll();
	T_OK(!away());
	rig_wait(1);
	T_OK(away());
}

static void it_goes_on(void)
{
	answered();
	rig_wait(3 * SEC);
	T_OK(away());
	rig_poll();
	QUIET();
	T_EQ(tcopy_track_ack_deadline(&r.t), NEVER);
	rig_data(50, 300, 3 * SEC);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 101, 50);
	T_EQ(rig_last()->ack, IRS + 301);
	r.now += MS;
	rig_header(TCOPY_ACK, 301, 10, 151, 500);
	rig_poll();
	RELEASES(151);
	rig_wait(4 * MS);
	rig_wait(3 * SEC);
	T_OK(away());
}

static void the_gate_is_kept(void)
{
	answered();
	rig_wait(3 * SEC);
	T_OK(away());
	/* 400 bytes were online's answer, of which the copy has got 300 */
	rig_data(50, 400, 3 * SEC);
	rig_poll();
	COUNTS(PACE_QUIET);
	SENDS(TCOPY_ACK | TCOPY_PSH, 101, 50);
}

static void it_ends_when_it_would(void)
{
	u64 at;

	answered();
	at = tcopy_track_deadline(&r.t, &r.conf);
	rig_wait(3 * SEC);
	T_OK(away());
	T_EQ(tcopy_track_deadline(&r.t, &r.conf), at);
	rig_deadline();
	SENDS(TCOPY_RST | TCOPY_ACK, 101, 0);
	ENDS(IDLE);
}

static void not_what_is_under_way(void)
{
	rig_opened();			/* the SYN's ACK has left */
	rig_wait(3 * SEC);
	T_OK(away());
	rig_data(100, 0, 0);		/* not acknowledged */
	rig_poll();
	rig_wait(3 * SEC);
	T_OK(!away());

	answered();			/* half closed */
	rig_fin(300);
	rig_poll();
	r.now += MS;
	rig_header(TCOPY_ACK, 301, 0, 102, 500);
	rig_poll();
	rig_wait(3 * SEC);
	T_OK(!away());

	answered();			/* not sent: it waits for its gate */
	r.conf.pace = true;
	rig_data(50, 100000, 0);
	tcopy_track_header(&r.t, &(struct tcopy_seg) { .flags = TCOPY_ACK,
			   .seq = IRS + 301, .ack = ISN + 101 }, r.now);
	rig_poll();
	T_OK(!away());
}

static void one_that_was_closed_is_begun_anew(void)
{
	struct tcopy_seg syn_ack;

	answered();
	rig_header(TCOPY_ACK | TCOPY_FIN, 301, 0, 101, 500);
	rig_poll();
	rig_data(50, 300, 0);
	rig_poll();
	T_EQ(r.t.state, TCOPY_TRACK_ENDED);
	T_OK(tcopy_track_parked(&r.t));
	r.chunks = 0;			/* what was held is given up */
	rig_wait(3 * SEC);
	r.t.cap_nxt = r.t.snd_nxt;
	T_OK(away());
	T_OK(tcopy_track_parked(&r.t));
	rig_poll();
	QUIET();
	tcopy_track_reopen(&r.t, ISN + 101, ONLINE + 300, r.now);
	rig_poll();
	SENDS(TCOPY_SYN, 100, 0);
	/* and put away with its own ISN */
	r.now += MS;
	syn_ack = rig_seg(TCOPY_SYN | TCOPY_ACK, 0, 0, 101, 65535);
	tcopy_track_header(&r.t, &syn_ack, r.now);
	rig_poll();
	rig_wait(4 * MS);
	rig_wait(3 * SEC);
	T_OK(away());
	T_EQ(r.t.isn, ISN + 100);
}

/* A test service that has not said a word for hours. */
static void what_was_long_ago(void)
{
	answered();
	r.conf.idle_us = 7200 * SEC;
	r.now += 90 * 60 * SEC;
	rig_header(TCOPY_ACK, 300, 0, 101, 500);	/* a keep-alive probe */
	rig_poll();
	rig_wait(3 * SEC);
	T_OK(away());
	T_OK(r.now - r.t.heard_at > 60 * 60 * SEC);
	rig_data(50, 300, 3 * SEC);
	rig_poll();
	SENDS(TCOPY_ACK | TCOPY_PSH, 101, 50);
}

int main(void)
{
	T_RUN(not_before_it_is_silent);
	T_RUN(it_goes_on);
	T_RUN(the_gate_is_kept);
	T_RUN(it_ends_when_it_would);
	T_RUN(not_what_is_under_way);
	T_RUN(one_that_was_closed_is_begun_anew);
	T_RUN(what_was_long_ago);
	return t_done();
}
