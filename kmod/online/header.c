// SPDX-License-Identifier: GPL-2.0
/*
 * The one builder of TCP headers. See header.h.
 */
#include "header.h"

/**
 * tcopy_header_len() - how long will the header be?
 * @p:	the packet
 *
 * Return: bytes, a multiple of 4, 20 to TCOPY_HEADER_MAX.
 */
unsigned int tcopy_header_len(const struct tcopy_packet *p)
{
	unsigned int len = 20;

	/* Only a SYN carries more than timestamps. */
	if (!(p->flags & TCOPY_SYN))
		return p->opts & TCOPY_OPT_TS ? 32 : 20;
	if (p->opts & TCOPY_OPT_MSS)
		len += 4;
	if (p->opts & TCOPY_OPT_TS)
		len += 12;
	else if (p->opts & TCOPY_OPT_SACKOK)
		len += 4;
	if (p->opts & TCOPY_OPT_WS)
		len += 4;
	return len;
}

/**
 * tcopy_header_fill() - write the TCP header of a packet
 * @th:		tcopy_header_len() bytes, any alignment
 * @p:		the packet
 * @sport:	source port
 * @dport:	destination port
 *
 * All but the checksum, which is 0: it depends on addresses and payload, and
 * transmit leaves it to the device. Options are in the order of Linux, each
 * word of four bytes aligned (RFC 9293, 3.1; RFC 7323, appendix A).
 *
 * Return: length of the header in bytes.
 */
unsigned int tcopy_header_fill(u8 *th, const struct tcopy_packet *p,
			       __be16 sport, __be16 dport)
{
	unsigned int len = tcopy_header_len(p);
	u32 ack = p->flags & TCOPY_ACK ? p->ack : 0;
	u8 opts = p->opts;
	u8 *to;

	memcpy(th, &sport, 2);
	memcpy(th + 2, &dport, 2);
	to = tcopy_put32(th + 4, p->seq);
	to = tcopy_put32(to, ack);
	to = tcopy_put32(to, len << 26 | (u32)p->flags << 16 | p->win);
	to = tcopy_put32(to, 0);		/* checksum, urgent pointer */

	if (!(p->flags & TCOPY_SYN)) {
		if (opts & TCOPY_OPT_TS) {
			to = tcopy_put32(to, 0x0101080a);
			to = tcopy_put32(to, p->tsval);
			tcopy_put32(to, p->tsecr);
		}
		return len;
	}
	if (opts & TCOPY_OPT_MSS) {
		*to++ = 2;
		*to++ = 4;
		to = tcopy_put16(to, p->mss);
	}
	if (opts & (TCOPY_OPT_SACKOK | TCOPY_OPT_TS)) {
		/* SACK-permitted, or two NOPs in its place */
		*to++ = opts & TCOPY_OPT_SACKOK ? 4 : 1;
		*to++ = opts & TCOPY_OPT_SACKOK ? 2 : 1;
		if (opts & TCOPY_OPT_TS) {
			*to++ = 8;
			*to++ = 10;
			to = tcopy_put32(to, p->tsval);
			to = tcopy_put32(to, p->tsecr);
		} else {
			*to++ = 1;
			*to++ = 1;
		}
	}
	if (opts & TCOPY_OPT_WS) {
		*to++ = 1;
		*to++ = 3;
		*to++ = 3;
		*to++ = p->wscale;
	}
	return len;
}
