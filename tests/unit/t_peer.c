// SPDX-License-Identifier: GPL-2.0
/* kmod/online/peer.h: which packets of a live connection production refuses */
#include "peer.h"
#include "t.h"

static const struct tcopy_peer peer = {
	.kind = TCOPY_PEER_FULL,
	.write_seq = 50000,
	.rcv_nxt = 0xfffff000,		/* the window wraps */
	.rcv_wnd = 65536,
};

static bool refuses(u8 flags, u32 seq, u32 ack)
{
	struct tcopy_seg seg = {
		.flags = flags, .seq = seq, .ack = ack, .len = 100,
	};

	return tcopy_peer_refuses(&peer, &seg);
}

static void payload_beyond_the_window_is_refused(void)
{
	T_OK(!refuses(TCOPY_ACK, 0xfffff000 + 65536, 50000));
	T_OK(refuses(TCOPY_ACK, 0xfffff000 + 65537, 50000));
	T_OK(refuses(TCOPY_ACK | TCOPY_FIN, 0x70000000, 50000));
}

static void payload_in_the_window_is_not(void)
{
	T_OK(!refuses(TCOPY_ACK, 0xfffff000, 50000));
	T_OK(!refuses(TCOPY_ACK, 0x10, 49000));
	/* a retransmission, or what production has read since */
	T_OK(!refuses(TCOPY_ACK, 0xfffff000 - 5000, 50000));
}

static void an_ack_of_what_was_never_sent_is_refused(void)
{
	T_OK(refuses(TCOPY_ACK, 0xfffff000, 50001));
	T_OK(refuses(TCOPY_ACK, 0xfffff000, 50000 + (1U << 31)));
	T_OK(refuses(TCOPY_ACK, 0xfffff000, 50000 - (1U << 30) - 1));
}

static void an_rst_counts_in_the_window_only(void)
{
	T_OK(!refuses(TCOPY_RST, 0xfffff000, 0));
	T_OK(!refuses(TCOPY_RST, 0xfffff000 + 1000, 0));
	T_OK(refuses(TCOPY_RST, 0xfffff000 - 1, 0));
	T_OK(refuses(TCOPY_RST | TCOPY_ACK, 0x10000000, 50000));
}

static void nothing_is_refused_without_a_connection(void)
{
	struct tcopy_seg seg = { .flags = TCOPY_ACK, .seq = 1, .ack = 1 };
	struct tcopy_peer none = { .kind = TCOPY_PEER_NONE };

	T_OK(!tcopy_peer_refuses(&none, &seg));
	none.kind = TCOPY_PEER_REQUEST;
	T_OK(!tcopy_peer_refuses(&none, &seg));
}

int main(void)
{
	T_RUN(payload_beyond_the_window_is_refused);
	T_RUN(payload_in_the_window_is_not);
	T_RUN(an_ack_of_what_was_never_sent_is_refused);
	T_RUN(an_rst_counts_in_the_window_only);
	T_RUN(nothing_is_refused_without_a_connection);
	return t_done();
}
