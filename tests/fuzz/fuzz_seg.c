// SPDX-License-Identifier: GPL-2.0
/* Whatever arrives as a HEADERS or as a TCP header is read in bounds. */
#include <stdlib.h>

#include "header.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header that was read and is built again says the same. */
static void round_trip(const struct tcopy_seg *seg)
{
	u8 known = TCOPY_OPT_MSS | TCOPY_OPT_WS | TCOPY_OPT_SACKOK |
		   TCOPY_OPT_TS;
	struct tcopy_packet p = {
		.seq = seg->seq, .ack = seg->ack, .tsval = seg->tsval,
		.tsecr = seg->tsecr, .win = seg->win, .mss = seg->mss,
		.flags = seg->flags, .opts = seg->opts, .wscale = seg->wscale,
	};
	u8 th[TCOPY_HEADER_MAX];
	struct tcopy_seg back;
	unsigned int len;

	if (!(p.flags & TCOPY_SYN))
		known = TCOPY_OPT_TS;
	len = tcopy_header_fill(th, &p, 0, 0);
	if (len != tcopy_header_len(&p) || len > sizeof(th) ||
	    tcopy_seg_parse(&back, th, len, seg->len) != (int)len)
		abort();
	if (back.seq != p.seq || back.win != p.win || back.flags != p.flags ||
	    back.opts != (p.opts & known) ||
	    (back.opts & TCOPY_OPT_TS && back.tsecr != p.tsecr) ||
	    (back.opts & TCOPY_OPT_WS && back.wscale != p.wscale))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcopy_wire_hdr hdr;
	struct tcopy_flow flow;
	struct tcopy_seg seg;
	size_t at = 0;
	int len;

	tcopy_wire_check(&hdr, data, size);
	while (at < size) {
		len = tcopy_wire_record_read(&flow, &seg, data + at, size - at);
		if (len < 0)
			break;
		if (len < 28 || (size_t)len > size - at || seg.wscale > 14 ||
		    seg.sacks > TCOPY_SEG_SACKS)
			abort();
		round_trip(&seg);
		at += len;
	}
	len = tcopy_seg_parse(&seg, data, size > 60 ? 60 : (unsigned int)size,
			      (u32)size);
	if (len >= 0) {
		if (len < 20 || len > 60 || (size_t)len > size)
			abort();
		round_trip(&seg);
	}
	return 0;
}
