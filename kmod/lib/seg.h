/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_LIB_SEG_H
#define TCOPY_LIB_SEG_H

#include "types.h"

/* TCP header flags, as in byte 13 of the header (RFC 9293, section 3.1) */
#define TCOPY_FIN	0x01
#define TCOPY_SYN	0x02
#define TCOPY_RST	0x04
#define TCOPY_PSH	0x08
#define TCOPY_ACK	0x10
#define TCOPY_URG	0x20

/* what of a segment's options tcopy_seg_parse() found: tcopy_seg.opts */
#define TCOPY_OPT_MSS	0x01
#define TCOPY_OPT_WS	0x02
#define TCOPY_OPT_SACKOK 0x04
#define TCOPY_OPT_TS	0x08
#define TCOPY_OPT_SACK	0x10
#define TCOPY_OPT_MPTCP	0x20
#define TCOPY_OPT_MD5	0x40	/* MD5 (19) or AO (29) */
#define TCOPY_OPT_TFO	0x80

#define TCOPY_SEG_SACKS	4

/**
 * struct tcopy_seg - what a TCP header says, in host byte order
 * @seq:	sequence number of the first byte, or of the SYN
 * @ack:	acknowledgment number; meaningless without TCOPY_ACK
 * @len:	payload bytes (SYN and FIN not counted); up to 4 GB, because a
 *		GSO packet is one segment here
 * @tsval:	timestamp value, with TCOPY_OPT_TS
 * @tsecr:	timestamp echo reply, with TCOPY_OPT_TS
 * @win:	window field, not scaled
 * @mss:	with TCOPY_OPT_MSS
 * @flags:	TCOPY_FIN ...
 * @opts:	TCOPY_OPT_...: which options were there and well formed
 * @wscale:	with TCOPY_OPT_WS, 0 to 14 (RFC 7323, section 2.3)
 * @sacks:	number of blocks in @sack
 * @sack:	SACK blocks, [0] is the left edge, [1] the right; what is behind
 *		@sacks of them is not filled
 */
struct tcopy_seg {
	u32 seq;
	u32 ack;
	u32 len;
	u32 tsval;
	u32 tsecr;
	u16 win;
	u16 mss;
	u8 flags;
	u8 opts;
	u8 wscale;
	u8 sacks;
	u32 sack[TCOPY_SEG_SACKS][2];
};

static inline u16 tcopy_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 tcopy_get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static inline u8 *tcopy_put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
	return p + 2;
}

static inline u8 *tcopy_put32(u8 *p, u32 v)
{
	p[0] = v >> 24;
	p[1] = v >> 16 & 0xff;
	p[2] = v >> 8 & 0xff;
	p[3] = v & 0xff;
	return p + 4;
}

/* An option that does not fit ends the walk and keeps what was read before it,
 * as the kernel's own parser does (RFC 9293, section 3.1; RFC 7323; RFC 2018).
 */
static inline void tcopy_seg_options_walk(struct tcopy_seg *seg, const u8 *p,
					  unsigned int len)
{
	while (len > 0) {
		unsigned int size, i;
		u8 kind = p[0];

		if (kind == 0)
			return;
		if (kind == 1) {
			p++;
			len--;
			continue;
		}
		if (len < 2)
			return;
		size = p[1];
		if (size < 2 || size > len)
			return;

		if (kind == 2 && size == 4) {
			seg->mss = tcopy_get16(p + 2);
			seg->opts |= TCOPY_OPT_MSS;
		} else if (kind == 3 && size == 3) {
			seg->wscale = p[2] > 14 ? 14 : p[2];
			seg->opts |= TCOPY_OPT_WS;
		} else if (kind == 4 && size == 2) {
			seg->opts |= TCOPY_OPT_SACKOK;
		} else if (kind == 5 && size >= 10 && (size - 2) % 8 == 0) {
			seg->sacks = 0;
			for (i = 2; i < size && seg->sacks < TCOPY_SEG_SACKS;
			     i += 8) {
				seg->sack[seg->sacks][0] = tcopy_get32(p + i);
				seg->sack[seg->sacks][1] =
					tcopy_get32(p + i + 4);
				seg->sacks++;
			}
			seg->opts |= TCOPY_OPT_SACK;
		} else if (kind == 8 && size == 10) {
			seg->tsval = tcopy_get32(p + 2);
			seg->tsecr = tcopy_get32(p + 6);
			seg->opts |= TCOPY_OPT_TS;
		} else if (kind == 30) {
			seg->opts |= TCOPY_OPT_MPTCP;
		} else if (kind == 19 || kind == 29) {
			seg->opts |= TCOPY_OPT_MD5;
		} else if (kind == 34) {
			seg->opts |= TCOPY_OPT_TFO;
		}
		p += size;
		len -= size;
	}
}

/**
 * tcopy_seg_options() - read the options of a TCP header
 * @seg:	its option fields are set; the rest is left as it is
 * @p:		first byte behind the fixed header
 * @len:	bytes of options, 0 to 40
 */
static inline void tcopy_seg_options(struct tcopy_seg *seg, const u8 *p,
				     unsigned int len)
{
	/* Timestamps as nearly everybody writes them (RFC 7323, appendix A) */
	if (len == 12 && tcopy_get32(p) == 0x0101080a) {
		seg->tsval = tcopy_get32(p + 4);
		seg->tsecr = tcopy_get32(p + 8);
		seg->opts |= TCOPY_OPT_TS;
		return;
	}
	tcopy_seg_options_walk(seg, p, len);
}

/**
 * tcopy_seg_fixed() - read the fixed part of a TCP header
 * @seg:	filled, without options
 * @th:		20 bytes, as on the wire; any alignment
 * @payload:	payload bytes behind the header
 */
static inline void tcopy_seg_fixed(struct tcopy_seg *seg, const u8 *th,
				   u32 payload)
{
	memset(seg, 0, offsetof(struct tcopy_seg, sack));
	seg->seq = tcopy_get32(th + 4);
	seg->ack = tcopy_get32(th + 8);
	seg->flags = th[13];
	seg->win = tcopy_get16(th + 14);
	seg->len = payload;
}

/**
 * tcopy_seg_parse() - read a TCP header
 * @seg:	filled as a whole on success
 * @th:		the header, as on the wire; any alignment
 * @avail:	bytes readable at @th
 * @payload:	payload bytes behind the header
 *
 * Return: length of the header in bytes (20 to 60); -1 when @avail is too short
 * for it or its data offset is below 5.
 */
static inline int tcopy_seg_parse(struct tcopy_seg *seg, const u8 *th,
				  unsigned int avail, u32 payload)
{
	unsigned int hlen;

	if (avail < 20)
		return -1;
	hlen = (th[12] >> 4) * 4;
	if (hlen < 20 || hlen > avail)
		return -1;

	tcopy_seg_fixed(seg, th, payload);
	tcopy_seg_options(seg, th + 20, hlen - 20);
	return (int)hlen;
}

/**
 * tcopy_seg_shift() - tell of the other side's bytes in other numbers
 * @seg:	what it acknowledges, as a whole and by SACK, is moved
 * @by:		taken off, modulo 2^32
 */
static inline void tcopy_seg_shift(struct tcopy_seg *seg, u32 by)
{
	unsigned int i;

	seg->ack -= by;
	for (i = 0; i < seg->sacks; i++) {
		seg->sack[i][0] -= by;
		seg->sack[i][1] -= by;
	}
}

#endif
