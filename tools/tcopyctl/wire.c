// SPDX-License-Identifier: GPL-2.0
/* Bodies of the return channel's datagrams, see wire_msg.h */
#include "wire_msg.h"

#define HEADERS_HEAD (sizeof(struct tcopy_wire_hdr) + \
		      sizeof(struct tcopy_wire_headers))

static_assert(HEADERS_HEAD == 24, "head of a HEADERS");

/**
 * wire_hello_read() - read the body of a HELLO
 * @hello:	filled on success
 * @body:	behind the header; any alignment
 * @len:	its bytes
 *
 * Return: false when it is malformed; else every want that it announces is
 * there.
 */
bool wire_hello_read(struct tcopy_wire_hello *hello, const u8 *body,
		     size_t len)
{
	unsigned int i;

	if (len < sizeof(*hello))
		return false;
	memcpy(hello, body, sizeof(*hello));
	if (!hello->cookie || hello->ports_n < 1 ||
	    hello->ports_n > TCOPY_WIRE_PORTS)
		return false;
	for (i = 0; i < hello->ports_n; i++)
		if (!hello->ports[i])
			return false;
	return len - sizeof(*hello) ==
	       hello->wants_n * sizeof(struct tcopy_wire_want);
}

/**
 * wire_want_read() - read one want of a HELLO
 * @want:	filled on success
 * @body:	as wire_hello_read() has accepted it
 * @i:		which one
 *
 * Return: false when it is malformed.
 */
bool wire_want_read(struct tcopy_wire_want *want, const u8 *body,
		    unsigned int i)
{
	memcpy(want, body + sizeof(struct tcopy_wire_hello) + i * sizeof(*want),
	       sizeof(*want));
	return (want->family == 4 || want->family == 6) && want->port;
}

/**
 * wire_open_read() - read the body of an OPEN
 * @body:	behind the header; any alignment
 * @len:	its bytes
 *
 * Return: how many flows it holds; -1 when it is malformed.
 */
int wire_open_read(const u8 *body, size_t len)
{
	struct tcopy_wire_open open;
	unsigned int n;

	if (len < sizeof(open))
		return -1;
	memcpy(&open, body, sizeof(open));
	n = be16_to_cpu(open.flows_n);
	if (len - sizeof(open) != n * sizeof(struct tcopy_wire_flow))
		return -1;
	return (int)n;
}

/**
 * wire_flow_read() - read one flow of an OPEN
 * @flow:	filled on success, turned round: the direction of the answers
 * @body:	as wire_open_read() has accepted it
 * @i:		which one
 *
 * Return: false when it is malformed.
 */
bool wire_flow_read(struct tcopy_flow *flow, const u8 *body, unsigned int i)
{
	struct tcopy_wire_flow wf;
	size_t size;

	memcpy(&wf, body + sizeof(struct tcopy_wire_open) + i * sizeof(wf),
	       sizeof(wf));
	if ((wf.family != 4 && wf.family != 6) || !wf.sport || !wf.dport)
		return false;
	/* an IPv4 address's other bytes do not belong into a hash key */
	size = wf.family == 4 ? 4 : 16;
	memset(flow, 0, sizeof(*flow));
	memcpy(&flow->src, &wf.dst, size);
	memcpy(&flow->dst, &wf.src, size);
	flow->sport = wf.dport;
	flow->dport = wf.sport;
	flow->family = wf.family;
	return true;
}

static void hdr_fill(u8 *p, u8 type, size_t len, __be64 cookie)
{
	struct tcopy_wire_hdr hdr = {
		.magic = cpu_to_be32(TCOPY_WIRE_MAGIC),
		.version = TCOPY_WIRE_VERSION,
		.type = type,
		.len = cpu_to_be16((u16)len),
		.cookie = cookie,
	};

	memcpy(p, &hdr, sizeof(hdr));
}

/**
 * wire_begin() - start a datagram
 * @out:	filled
 * @type:	enum tcopy_wire_type
 * @cookie:	the receiver's
 */
void wire_begin(struct wire_out *out, u8 type, __be64 cookie)
{
	out->len = sizeof(struct tcopy_wire_hdr);
	hdr_fill(out->p, type, out->len, cookie);
}

/**
 * wire_put() - append to a datagram
 * @out:	begun
 * @data:	the bytes
 * @len:	how many
 *
 * Return: false, and nothing is appended, when they do not fit.
 */
bool wire_put(struct wire_out *out, const void *data, size_t len)
{
	if (len > sizeof(out->p) - out->len)
		return false;
	memcpy(out->p + out->len, data, len);
	out->len += len;
	return true;
}

/**
 * wire_end() - write the length, when nothing more is appended
 * @out:	begun
 */
void wire_end(struct wire_out *out)
{
	__be16 len = cpu_to_be16((u16)out->len);

	memcpy(out->p + offsetof(struct tcopy_wire_hdr, len), &len,
	       sizeof(len));
}

/**
 * wire_headers_fill() - write what goes before the records of a HEADERS
 * @head:	filled
 * @cookie:	the receiver's
 * @seq:	of this datagram
 * @records_len: bytes of records
 * @records_n:	how many they are
 */
void wire_headers_fill(u8 head[24], __be64 cookie, u32 seq, size_t records_len,
		       unsigned int records_n)
{
	struct tcopy_wire_headers headers = {
		.seq = cpu_to_be32(seq),
		.records_n = cpu_to_be16((u16)records_n),
	};

	hdr_fill(head, TCOPY_WIRE_HEADERS, HEADERS_HEAD + records_len, cookie);
	memcpy(head + sizeof(struct tcopy_wire_hdr), &headers,
	       sizeof(headers));
}
