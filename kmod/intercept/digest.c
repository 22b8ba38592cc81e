// SPDX-License-Identifier: GPL-2.0
#include "digest.h"
#include "../lib/wire.h"

#define IP4_LEN		20
#define IP6_LEN		40
#define IP_PROTO_TCP	6

/**
 * icept_digest_fill() - make a record of an answer's headers
 * @buf:	where it goes; any alignment
 * @room:	bytes at @buf
 * @ip:		IPv4 or IPv6 header, 20 or 40 bytes readable
 * @th:		TCP header
 * @avail:	bytes readable at @th
 * @payload:	payload bytes behind the TCP header
 *
 * IPv4 options and IPv6 extension headers are left out, and the header that
 * remains says so; nothing else in it is changed. Nothing is written when the
 * record is longer than @room.
 *
 * Return: length of the record in bytes, whether it fitted or not; -1 when the
 * headers are malformed.
 */
int icept_digest_fill(u8 *buf, size_t room, const u8 *ip, const u8 *th,
		      unsigned int avail, u32 payload)
{
	struct tcopy_wire_record rec;
	unsigned int ip_len, th_len;
	size_t len;

	switch (ip[0] >> 4) {
	case 4:
		ip_len = IP4_LEN;
		break;
	case 6:
		ip_len = IP6_LEN;
		break;
	default:
		return -1;
	}
	if (avail < 20)
		return -1;
	th_len = (th[12] >> 4) * 4;
	if (th_len < 20 || th_len > avail)
		return -1;

	len = sizeof(rec) + ip_len + th_len;
	if (len > room)
		return (int)len;

	rec.payload = cpu_to_be32(payload);
	rec.len = cpu_to_be16((u16)(ip_len + th_len));
	rec.tcp_off = cpu_to_be16((u16)ip_len);
	memcpy(buf, &rec, sizeof(rec));
	buf += sizeof(rec);
	memcpy(buf, ip, ip_len);
	if (ip_len == IP4_LEN)
		buf[0] = 0x45;
	else
		buf[6] = IP_PROTO_TCP;
	memcpy(buf + ip_len, th, th_len);
	return (int)len;
}

/* A segment whose only news is its acknowledgment and window. SACK blocks are
 * news of their own.
 */
static bool is_pure_ack(const struct tcopy_seg *seg)
{
	return (seg->flags & (TCOPY_FIN | TCOPY_SYN | TCOPY_RST | TCOPY_URG |
			      TCOPY_ACK)) == TCOPY_ACK &&
	       seg->len == 0 && !(seg->opts & TCOPY_OPT_SACK);
}

/**
 * icept_digest_supersedes() - does a record make an earlier one useless?
 * @rec:	the later record, as icept_digest_fill() made it
 * @len:	its length in bytes
 * @old:	the earlier one
 * @old_len:	its length in bytes
 *
 * True when @old is a pure ACK and @rec, of the same flow, acknowledges more;
 * or as much with payload, as a request's ACK and its answer do. Two pure ACKs
 * of the same number both stay: the second is a duplicate ACK (RFC 5681,
 * section 2) and the copier counts those.
 *
 * Return: true when @old need not be sent.
 */
bool icept_digest_supersedes(const u8 *rec, size_t len, const u8 *old,
			     size_t old_len)
{
	struct tcopy_flow flow, old_flow;
	struct tcopy_seg seg, old_seg;

	if (tcopy_wire_record_read(&flow, &seg, rec, len) < 0 ||
	    tcopy_wire_record_read(&old_flow, &old_seg, old, old_len) < 0)
		return false;
	if (memcmp(&flow, &old_flow, sizeof(flow)))
		return false;
	if (!is_pure_ack(&old_seg))
		return false;
	if ((seg.flags & (TCOPY_SYN | TCOPY_RST | TCOPY_ACK)) != TCOPY_ACK)
		return false;
	return after(seg.ack, old_seg.ack) ||
	       (seg.ack == old_seg.ack && seg.len > 0);
}
