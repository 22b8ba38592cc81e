// SPDX-License-Identifier: GPL-2.0
/* kmod/online/forward.h: what headers of both directions tell of production */
#include "forward.h"
#include "t.h"

#define CLIENT	0xffffff00u	/* the client's ISN: its numbers wrap soon */
#define ONLINE	0xfffffff0u	/* production's */

static struct tcopy_forward begun(u8 client_ws)
{
	struct tcopy_seg syn_ack = {
		.seq = ONLINE, .ack = CLIENT + 1, .win = 65535, .wscale = 7,
		.flags = TCOPY_SYN | TCOPY_ACK, .opts = TCOPY_OPT_WS,
	};
	struct tcopy_forward f;

	tcopy_forward_answer(&f, &syn_ack, client_ws, 1000);
	return f;
}

static bool reply(struct tcopy_forward *f, u8 flags, u32 seq, u32 len, u32 ack,
		  u16 win)
{
	struct tcopy_seg seg = {
		.flags = flags, .seq = seq, .len = len, .ack = ack, .win = win,
	};

	return tcopy_forward_reply(f, &seg, 1001);
}

static void client(struct tcopy_forward *f, u32 seq, u32 len, u32 ack, u32 now)
{
	struct tcopy_seg seg = {
		.flags = TCOPY_ACK, .seq = seq, .len = len, .ack = ack,
	};

	tcopy_forward_client(f, &seg, now);
}

static bool begins(const struct tcopy_forward *f, u8 flags, u32 ack)
{
	struct tcopy_seg seg = {
		.flags = flags, .seq = CLIENT + 1, .ack = ack,
	};

	return tcopy_forward_begins(f, &seg);
}

static void a_copy_begins_when_the_syn_ack_is_acknowledged(void)
{
	struct tcopy_forward f = begun(1);

	T_OK(begins(&f, TCOPY_ACK, ONLINE + 1));
	T_OK(begins(&f, TCOPY_ACK | TCOPY_PSH, ONLINE + 5000));
	T_OK(!begins(&f, TCOPY_ACK, ONLINE));
	T_OK(!begins(&f, TCOPY_ACK, ONLINE - 5000));
	T_OK(!begins(&f, TCOPY_PSH, ONLINE + 1));
	T_OK(!begins(&f, TCOPY_ACK | TCOPY_RST, ONLINE + 1));
}

static void windows_are_scaled_when_both_agreed(void)
{
	struct tcopy_forward f = begun(1);

	/* never that of a SYN-ACK itself */
	T_EQ(f.edge, CLIENT + 1 + 65535);
	reply(&f, TCOPY_ACK, ONLINE + 1, 0, CLIENT + 1, 1000);
	T_EQ(f.edge, CLIENT + 1 + 128000);

	f = begun(0);
	reply(&f, TCOPY_ACK, ONLINE + 1, 0, CLIENT + 1001, 65535);
	T_EQ(f.edge, CLIENT + 1001 + 65535);
}

static void the_streams_go_forward_only(void)
{
	struct tcopy_forward f = begun(0);

	reply(&f, TCOPY_ACK, ONLINE + 1, 100, CLIENT + 501, 1000);
	T_EQ(f.ack, CLIENT + 501);
	T_EQ(f.nxt, ONLINE + 101);
	/* a retransmission, with an ACK of before */
	reply(&f, TCOPY_ACK, ONLINE + 1, 50, CLIENT + 1, 1000);
	T_EQ(f.ack, CLIENT + 501);
	T_EQ(f.nxt, ONLINE + 101);
	/* a FIN counts one; without ACK nothing counts */
	reply(&f, TCOPY_ACK | TCOPY_FIN, ONLINE + 101, 0, CLIENT + 501, 1000);
	T_EQ(f.nxt, ONLINE + 102);
	reply(&f, 0, ONLINE + 102, 10, CLIENT + 900, 1000);
	T_EQ(f.ack, CLIENT + 501);
	T_EQ(f.nxt, ONLINE + 102);
	/* far away is nobody's */
	reply(&f, TCOPY_ACK, ONLINE + 1, 0, CLIENT + (1U << 30) + 502, 1000);
	T_EQ(f.ack, CLIENT + 501);
}

static void a_client_acknowledges_what_was_sent_only(void)
{
	struct tcopy_forward f = begun(0);

	reply(&f, TCOPY_ACK, ONLINE + 1, 100, CLIENT + 1, 1000);
	client(&f, CLIENT + 1, 0, ONLINE + 61, 1002);
	T_EQ(f.client_ack, ONLINE + 61);
	client(&f, CLIENT + 1, 0, ONLINE + 102, 1003);
	T_EQ(f.client_ack, ONLINE + 61);
	T_EQ(f.at, 1003);
}

static void what_went_another_way_is_noticed(void)
{
	struct tcopy_forward f = begun(0);

	T_OK(!reply(&f, TCOPY_ACK, ONLINE + 1, 0, CLIENT + 1, 1000));
	client(&f, CLIENT + 1, 500, ONLINE + 1, 1002);
	T_OK(!reply(&f, TCOPY_ACK, ONLINE + 1, 0, CLIENT + 501, 1000));
	T_OK(reply(&f, TCOPY_ACK, ONLINE + 1, 0, CLIENT + 502, 1000));
}

static void a_look_at_it_says_what_a_socket_would(void)
{
	struct tcopy_forward f = begun(0);
	struct tcopy_peer peer;
	struct tcopy_seg seg = { .flags = TCOPY_ACK, .len = 100 };

	reply(&f, TCOPY_ACK, ONLINE + 1, 100, CLIENT + 501, 1000);
	tcopy_forward_peer(&f, &peer);
	T_EQ(peer.kind, TCOPY_PEER_FULL);
	T_EQ(peer.online_ack, ONLINE + 1);
	T_EQ(peer.rcv_nxt, CLIENT + 501);
	T_EQ(peer.write_seq, ONLINE + 101);
	/* the SYN-ACK's window reached further */
	T_EQ(peer.rcv_wnd, 65535 - 500);

	seg.ack = ONLINE + 101;
	seg.seq = CLIENT + 65536;
	T_OK(!tcopy_peer_refuses(&peer, &seg));
	seg.seq++;
	T_OK(tcopy_peer_refuses(&peer, &seg));
	seg.seq = CLIENT + 600;
	seg.ack++;
	T_OK(tcopy_peer_refuses(&peer, &seg));

	f.gone = true;
	tcopy_forward_peer(&f, &peer);
	T_EQ(peer.kind, TCOPY_PEER_NONE);
}

static void an_rst_counts_at_the_expected_byte_only(void)
{
	struct tcopy_forward f = begun(0);

	reply(&f, TCOPY_ACK, ONLINE + 1, 100, CLIENT + 501, 1000);
	/* of the client: captured is up to + 801 */
	T_OK(tcopy_forward_believes(&f, CLIENT + 801, CLIENT + 801));
	T_OK(tcopy_forward_believes(&f, CLIENT + 501, CLIENT + 801));
	T_OK(!tcopy_forward_believes(&f, CLIENT + 802, CLIENT + 801));
	T_OK(!tcopy_forward_believes(&f, CLIENT + 600, CLIENT + 801));
	T_OK(!tcopy_forward_believes(&f, CLIENT + 500, CLIENT + 801));
	/* of production */
	client(&f, CLIENT + 1, 0, ONLINE + 61, 1002);
	T_OK(tcopy_forward_reset(&f, ONLINE + 61));
	T_OK(tcopy_forward_reset(&f, ONLINE + 101));
	T_OK(!tcopy_forward_reset(&f, ONLINE + 62));
	T_OK(!tcopy_forward_reset(&f, ONLINE + 1));
}

int main(void)
{
	T_RUN(a_copy_begins_when_the_syn_ack_is_acknowledged);
	T_RUN(windows_are_scaled_when_both_agreed);
	T_RUN(the_streams_go_forward_only);
	T_RUN(a_client_acknowledges_what_was_sent_only);
	T_RUN(what_went_another_way_is_noticed);
	T_RUN(a_look_at_it_says_what_a_socket_would);
	T_RUN(an_rst_counts_at_the_expected_byte_only);
	return t_done();
}
