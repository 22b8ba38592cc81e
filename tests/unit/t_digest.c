// SPDX-License-Identifier: GPL-2.0
/* kmod/intercept/digest.c: an answer's headers become a record */
#include "digest.h"
#include "wire.h"
#include "t.h"

#define REC	sizeof(struct tcopy_wire_record)

struct answer {
	u8 ip[60];
	u8 th[60];
	unsigned int th_len;
	u32 payload;
};

static void put32(u8 *p, u32 v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

static struct answer answer(int version, u8 flags, u32 seq, u32 ack,
			    u32 payload)
{
	struct answer a = { .th_len = 20, .payload = payload };
	unsigned int i;

	for (i = 0; i < sizeof(a.ip); i++)
		a.ip[i] = 0x80 + i;
	if (version == 4) {
		a.ip[0] = 0x46;		/* 4 bytes of options */
		a.ip[9] = 6;
	} else {
		a.ip[0] = 0x60;
		a.ip[6] = 0;		/* hop-by-hop */
	}
	a.th[0] = 0;			/* port 80 to 4660 */
	a.th[1] = 80;
	a.th[2] = 0x12;
	a.th[3] = 0x34;
	put32(a.th + 4, seq);
	put32(a.th + 8, ack);
	a.th[12] = 5 << 4;
	a.th[13] = flags;
	a.th[14] = 0x20;
	return a;
}

/* timestamps, and one SACK block if @sack */
static void options(struct answer *a, bool sack)
{
	static const u8 ts[12] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 block[12] = { 1, 1, 5, 10, 0, 0, 0, 9, 0, 0, 0, 99 };

	memcpy(a->th + 20, ts, 12);
	if (sack)
		memcpy(a->th + 32, block, 12);
	a->th_len = sack ? 44 : 32;
	a->th[12] = a->th_len / 4 << 4;
}

static int fill(u8 *buf, size_t room, const struct answer *a)
{
	return icept_digest_fill(buf, room, a->ip, a->th, a->th_len,
				 a->payload);
}

static void reads_back(int version)
{
	struct answer a = answer(version, TCOPY_ACK | TCOPY_PSH, 7, 9, 70000);
	unsigned int ip_len = version == 4 ? 20 : 40, src, dst;
	u8 buf[TCOPY_WIRE_RECORD_MAX + 1];
	struct tcopy_flow flow;
	struct tcopy_seg seg;
	int len;

	options(&a, true);
	memset(buf, 0xee, sizeof(buf));
	len = fill(buf, TCOPY_WIRE_RECORD_MAX, &a);
	T_EQ(len, REC + ip_len + 44);
	T_EQ(buf[len], 0xee);
	T_EQ(len % 4, 0);
	T_EQ(tcopy_wire_record_read(&flow, &seg, buf, len), len);
	T_EQ(flow.family, version);
	T_EQ(be16_to_cpu(flow.sport), 80);
	T_EQ(be16_to_cpu(flow.dport), 0x1234);
	src = version == 4 ? 12 : 8;
	dst = version == 4 ? 16 : 24;
	T_OK(!memcmp(&flow.src, a.ip + src, version == 4 ? 4 : 16));
	T_OK(!memcmp(&flow.dst, a.ip + dst, version == 4 ? 4 : 16));
	T_EQ(seg.seq, 7);
	T_EQ(seg.ack, 9);
	T_EQ(seg.len, 70000);
	T_EQ(seg.win, 0x2000);
	T_EQ(seg.flags, TCOPY_ACK | TCOPY_PSH);
	T_EQ(seg.opts, TCOPY_OPT_TS | TCOPY_OPT_SACK);
	T_EQ(seg.sack[0][1], 99);
}

static void record_of_ipv4(void)
{
	T_DO(reads_back(4));
}

static void record_of_ipv6(void)
{
	T_DO(reads_back(6));
}

static void header_says_what_is_left_out(void)
{
	struct answer a = answer(4, TCOPY_ACK, 1, 1, 0);
	u8 buf[TCOPY_WIRE_RECORD_MAX];

	fill(buf, sizeof(buf), &a);
	T_EQ(buf[REC], 0x45);
	T_OK(!memcmp(buf + REC + 1, a.ip + 1, 19));
	a = answer(6, TCOPY_ACK, 1, 1, 0);
	fill(buf, sizeof(buf), &a);
	T_EQ(buf[REC + 6], 6);
	T_OK(!memcmp(buf + REC, a.ip, 6));
	T_OK(!memcmp(buf + REC + 7, a.ip + 7, 33));
}

static void longest_record_fits(void)
{
	struct answer a = answer(6, TCOPY_ACK, 1, 1, 0xffffffff);
	u8 buf[TCOPY_WIRE_RECORD_MAX];

	a.th_len = 60;
	a.th[12] = 15 << 4;
	T_EQ(fill(buf, sizeof(buf), &a), TCOPY_WIRE_RECORD_MAX);
}

static void too_little_room_writes_nothing(void)
{
	struct answer a = answer(4, TCOPY_ACK, 1, 1, 0);
	u8 buf[REC + 40];
	unsigned int i;

	memset(buf, 0xee, sizeof(buf));
	T_EQ(fill(buf, sizeof(buf) - 1, &a), sizeof(buf));
	for (i = 0; i < sizeof(buf); i++)
		T_EQ(buf[i], 0xee);
	T_EQ(fill(buf, sizeof(buf), &a), sizeof(buf));
}

static void malformed_headers_are_refused(void)
{
	struct answer a = answer(4, TCOPY_ACK, 1, 1, 0);
	u8 buf[TCOPY_WIRE_RECORD_MAX];

	a.th[12] = 4 << 4;
	T_EQ(fill(buf, sizeof(buf), &a), -1);
	a.th[12] = 6 << 4;	/* longer than what is readable */
	T_EQ(fill(buf, sizeof(buf), &a), -1);
	a.th[12] = 5 << 4;
	a.th_len = 19;
	T_EQ(fill(buf, sizeof(buf), &a), -1);
	a.th_len = 20;
	a.ip[0] = 0x55;
	T_EQ(fill(buf, sizeof(buf), &a), -1);
}

static bool supersedes(const struct answer *a, const struct answer *old)
{
	u8 rec[TCOPY_WIRE_RECORD_MAX], old_rec[TCOPY_WIRE_RECORD_MAX];
	int len, old_len;

	len = fill(rec, sizeof(rec), a);
	old_len = fill(old_rec, sizeof(old_rec), old);
	return icept_digest_supersedes(rec, len, old_rec, old_len);
}

static void later_ack_supersedes(void)
{
	struct answer old = answer(4, TCOPY_ACK, 1, 100, 0);
	struct answer ack = answer(4, TCOPY_ACK, 1, 101, 0);
	struct answer data = answer(4, TCOPY_ACK | TCOPY_PSH, 1, 100, 10);
	struct answer fin = answer(4, TCOPY_ACK | TCOPY_FIN, 1, 101, 0);

	T_OK(supersedes(&ack, &old));
	T_OK(supersedes(&data, &old));
	T_OK(supersedes(&fin, &old));
	T_OK(!supersedes(&old, &ack));
	options(&old, false);
	options(&ack, false);
	T_OK(supersedes(&ack, &old));
}

static void acknowledgments_wrap(void)
{
	struct answer old = answer(6, TCOPY_ACK, 1, 0xfffffff0, 0);
	struct answer ack = answer(6, TCOPY_ACK, 1, 0x10, 0);

	T_OK(supersedes(&ack, &old));
	T_OK(!supersedes(&old, &ack));
}

/* The copier counts them: without them it would wait for its timer. */
static void duplicate_acks_stay(void)
{
	struct answer old = answer(4, TCOPY_ACK, 1, 100, 0);
	struct answer ack = answer(4, TCOPY_ACK, 1, 101, 0);

	T_OK(!supersedes(&old, &old));
	options(&old, true);
	options(&ack, false);
	T_OK(!supersedes(&ack, &old));
}

static void only_pure_acks_go(void)
{
	struct answer ack = answer(4, TCOPY_ACK, 1, 101, 0);
	struct answer data = answer(4, TCOPY_ACK, 1, 100, 1);
	static const u8 flags[] = {
		TCOPY_SYN | TCOPY_ACK, TCOPY_FIN | TCOPY_ACK,
		TCOPY_RST | TCOPY_ACK, TCOPY_RST, TCOPY_URG | TCOPY_ACK,
	};
	unsigned int i;

	for (i = 0; i < sizeof(flags); i++) {
		struct answer old = answer(4, flags[i], 1, 100, 0);

		T_OK(!supersedes(&ack, &old));
	}
	T_OK(!supersedes(&ack, &data));
}

static void resets_and_syns_supersede_nothing(void)
{
	struct answer old = answer(4, TCOPY_ACK, 1, 100, 0);
	struct answer rst = answer(4, TCOPY_RST, 1, 0, 0);
	struct answer rst_ack = answer(4, TCOPY_RST | TCOPY_ACK, 1, 101, 0);
	struct answer syn = answer(4, TCOPY_SYN | TCOPY_ACK, 1, 101, 0);

	T_OK(!supersedes(&rst, &old));
	T_OK(!supersedes(&rst_ack, &old));
	T_OK(!supersedes(&syn, &old));
}

static void other_flows_do_not_count(void)
{
	struct answer old = answer(4, TCOPY_ACK, 1, 100, 0), ack;

	ack = answer(4, TCOPY_ACK, 1, 101, 0);
	ack.th[3]++;
	T_OK(!supersedes(&ack, &old));
	ack = answer(4, TCOPY_ACK, 1, 101, 0);
	ack.ip[19]++;
	T_OK(!supersedes(&ack, &old));
	ack = answer(6, TCOPY_ACK, 1, 101, 0);
	T_OK(!supersedes(&ack, &old));
}

int main(void)
{
	T_RUN(record_of_ipv4);
	T_RUN(record_of_ipv6);
	T_RUN(header_says_what_is_left_out);
	T_RUN(longest_record_fits);
	T_RUN(too_little_room_writes_nothing);
	T_RUN(malformed_headers_are_refused);
	T_RUN(later_ack_supersedes);
	T_RUN(acknowledgments_wrap);
	T_RUN(duplicate_acks_stay);
	T_RUN(only_pure_acks_go);
	T_RUN(resets_and_syns_supersede_nothing);
	T_RUN(other_flows_do_not_count);
	return t_done();
}
