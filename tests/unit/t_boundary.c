// SPDX-License-Identifier: GPL-2.0
/* kmod/online/boundary.h: where the copy of an old connection may begin */
#include "boundary.h"
#include "t.h"

/* An answer was sent in tick 100, its request came in tick 99; the client has
 * acknowledged all but the last 500 bytes.
 */
static const struct tcopy_idle answered = {
	.rcv_nxt = 0xfffffff0,
	.snd_una = 0xfffffe00,
	.write_seq = 0xfffffe00 + 500,
	.wl1 = 0xfffffff0 - 700,
	.sent_at = 100,
	.heard_at = 99,
	.now = 101,
	.rtt = 2,
};

static struct tcopy_idle idle;
static struct tcopy_seg seg;

static void begin(void)
{
	idle = answered;
	seg = (struct tcopy_seg){
		.flags = TCOPY_ACK | TCOPY_PSH, .seq = idle.rcv_nxt,
		.ack = idle.write_seq, .len = 700,
	};
}

static void a_request_behind_an_answer_begins(void)
{
	begin();
	T_OK(tcopy_boundary(&idle, &seg));
}

static void the_first_payload_of_all_begins(void)
{
	begin();
	idle.fresh = true;
	idle.sent_at = 90;
	seg.flags = TCOPY_ACK;
	T_OK(tcopy_boundary(&idle, &seg));
}

static void the_rest_of_a_request_does_not(void)
{
	begin();
	idle.heard_at = 101;
	T_OK(!tcopy_boundary(&idle, &seg));
	/* across the wrap of ticks */
	idle.sent_at = 0xfffffff0;
	idle.heard_at = 5;
	T_OK(!tcopy_boundary(&idle, &seg));
}

static void an_answer_not_all_acknowledged_does_not(void)
{
	begin();
	seg.ack--;
	T_OK(!tcopy_boundary(&idle, &seg));
}

static void an_answer_not_all_sent_does_not(void)
{
	begin();
	idle.write_seq++;
	T_OK(!tcopy_boundary(&idle, &seg));
}

static void what_is_behind_a_gap_does_not(void)
{
	begin();
	seg.seq++;
	T_OK(!tcopy_boundary(&idle, &seg));
	seg.seq -= 2;
	T_OK(!tcopy_boundary(&idle, &seg));
}

static void what_others_wait_behind_does_not(void)
{
	begin();
	idle.queued = true;
	T_OK(!tcopy_boundary(&idle, &seg));
}

/* Tick 100: an answer, and then the first part of the next request? */
static void in_one_tick_the_client_must_have_said_more(void)
{
	begin();
	idle.heard_at = 100;
	T_OK(tcopy_boundary(&idle, &seg));	/* by its ACK of now */
	idle.snd_una = idle.write_seq;
	T_OK(!tcopy_boundary(&idle, &seg));
	idle.wl1 = idle.rcv_nxt;		/* by one before */
	T_OK(tcopy_boundary(&idle, &seg));
}

static void a_window_of_a_long_request_does_not(void)
{
	begin();
	seg.flags = TCOPY_ACK;
	idle.now = 100 + 2 * idle.rtt + 1;
	T_OK(!tcopy_boundary(&idle, &seg));
	idle.now++;
	T_OK(tcopy_boundary(&idle, &seg));
}

int main(void)
{
	T_RUN(a_request_behind_an_answer_begins);
	T_RUN(the_first_payload_of_all_begins);
	T_RUN(the_rest_of_a_request_does_not);
	T_RUN(an_answer_not_all_acknowledged_does_not);
	T_RUN(an_answer_not_all_sent_does_not);
	T_RUN(what_is_behind_a_gap_does_not);
	T_RUN(what_others_wait_behind_does_not);
	T_RUN(in_one_tick_the_client_must_have_said_more);
	T_RUN(a_window_of_a_long_request_does_not);
	return t_done();
}
