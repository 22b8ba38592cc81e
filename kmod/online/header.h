/* SPDX-License-Identifier: GPL-2.0 */
/*
 * header: the one builder of TCP headers, for SYN, data, ACK, FIN, RST, probes
 * and retransmissions. Pure. Nothing of a client's packet can leak through,
 * because nothing of it is here.
 */
#ifndef TCOPY_ONLINE_HEADER_H
#define TCOPY_ONLINE_HEADER_H

#include "track.h"

/* longest header that tcopy_header_fill() writes: 20 and MSS, SACK-permitted
 * with timestamps, window scale
 */
#define TCOPY_HEADER_MAX	40

unsigned int tcopy_header_len(const struct tcopy_packet *p);
unsigned int tcopy_header_fill(u8 *th, const struct tcopy_packet *p,
			       __be16 sport, __be16 dport);

#endif
