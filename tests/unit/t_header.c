// SPDX-License-Identifier: GPL-2.0
/* kmod/online/header.c */
#include "header.h"
#include "t.h"

#define PORT(n) cpu_to_be16(n)

static void plain(void)
{
	static const u8 want[20] = {
		0x12, 0x34, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0x0a, 0x0b,
		0x0c, 0x0d, 0x50, 0x18, 0xff, 0xfe, 0, 0, 0, 0,
	};
	struct tcopy_packet p = {
		.seq = 0x01020304, .ack = 0x0a0b0c0d, .win = 0xfffe,
		.flags = TCOPY_ACK | TCOPY_PSH,
	};
	u8 th[TCOPY_HEADER_MAX];

	memset(th, 0xaa, sizeof(th));
	T_EQ(tcopy_header_fill(th, &p, PORT(0x1234), PORT(80)), 20);
	T_OK(!memcmp(th, want, 20));
	T_EQ(th[20], 0xaa);
}

static void timestamps(void)
{
	static const u8 want[12] = {
		1, 1, 8, 10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	};
	struct tcopy_packet p = {
		.flags = TCOPY_ACK, .opts = 0xff, .tsval = 0x11223344,
		.tsecr = 0x55667788, .mss = 1460, .wscale = 7,
	};
	u8 th[TCOPY_HEADER_MAX];

	/* whatever is asked for: only a SYN carries the others */
	T_EQ(tcopy_header_fill(th, &p, 0, 0), 32);
	T_EQ(th[12], 0x80);
	T_OK(!memcmp(th + 20, want, 12));
}

static void syn_with_all(void)
{
	static const u8 want[20] = {
		2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0,
		1, 3, 3, 7,
	};
	struct tcopy_packet p = {
		.flags = TCOPY_SYN, .mss = 1460, .tsval = 9, .wscale = 7,
		.ack = 0xdeadbeef,
		.opts = TCOPY_OPT_MSS | TCOPY_OPT_WS | TCOPY_OPT_SACKOK |
			TCOPY_OPT_TS,
	};
	u8 th[TCOPY_HEADER_MAX];

	T_EQ(tcopy_header_fill(th, &p, 0, 0), 40);
	T_EQ(th[12], 0xa0);
	T_EQ(tcopy_get32(th + 8), 0);		/* no ACK, no number */
	T_OK(!memcmp(th + 20, want, 20));
}

/* Each set of options reads back as what it was, and in full words. */
static void every_option_set(void)
{
	unsigned int set;

	for (set = 0; set < 16; set++) {
		struct tcopy_packet p = {
			.flags = TCOPY_SYN, .mss = 1300, .tsval = 77,
			.tsecr = 78, .wscale = 11, .opts = (u8)set,
			.seq = 5, .win = 6,
		};
		u8 th[TCOPY_HEADER_MAX + 4];
		struct tcopy_seg seg;
		unsigned int len;

		memset(th, 0xaa, sizeof(th));
		len = tcopy_header_fill(th, &p, 0, 0);
		T_EQ(len, tcopy_header_len(&p));
		T_OK(len % 4 == 0 && len <= TCOPY_HEADER_MAX);
		T_EQ(th[len], 0xaa);
		T_EQ(tcopy_seg_parse(&seg, th, len, 0), len);
		T_EQ(seg.opts, set);
		T_EQ(seg.seq, 5);
		T_EQ(seg.win, 6);
		T_EQ(seg.mss, set & TCOPY_OPT_MSS ? 1300 : 0);
		T_EQ(seg.wscale, set & TCOPY_OPT_WS ? 11 : 0);
		T_EQ(seg.tsval, set & TCOPY_OPT_TS ? 77 : 0);
		T_EQ(seg.tsecr, set & TCOPY_OPT_TS ? 78 : 0);
	}
}

/* a copy's numbers become its client's, across the wrap; the server's stay */
static void shifted(void)
{
	struct tcopy_seg seg = {
		.seq = 77, .ack = 5, .flags = TCOPY_ACK, .sacks = 2,
		.sack = { { 10, 20 }, { 30, 40 }, { 50, 60 } },
	};

	tcopy_seg_shift(&seg, 8);
	T_EQ(seg.seq, 77);
	T_EQ(seg.ack, 0xfffffffd);
	T_EQ(seg.sack[0][0], 2);
	T_EQ(seg.sack[0][1], 12);
	T_EQ(seg.sack[1][0], 22);
	T_EQ(seg.sack[1][1], 32);
	T_EQ(seg.sack[2][0], 50);
}

int main(void)
{
	T_RUN(plain);
	T_RUN(timestamps);
	T_RUN(syn_with_all);
	T_RUN(every_option_set);
	T_RUN(shifted);
	return t_done();
}
