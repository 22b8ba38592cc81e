/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The return channel between an online host (tcopy.ko) and a test host's relay
 * (tcopyctl relay): UDP, big-endian, one datagram = one message. See
 * docs/architecture.md, "Return channel".
 *
 * online                                relay
 *   HELLO (cookie 0) ------------------->
 *   <---------------------- CHALLENGE (relay's cookie; echoes the online's)
 *   HELLO (relay's cookie) ------------->   once a second
 *   <------------------------------ WELCOME (what is intercepted)
 *   OPEN (connections that begin) ------>
 *   <------------------------------ HEADERS (answers)
 *   BYE -------------------------------->
 *
 * Each side draws a random cookie and every datagram carries the cookie of the
 * side that receives it: an off-path sender cannot guess it. A HELLO alone may
 * carry 0, and is answered with a CHALLENGE only.
 */
#ifndef TCOPY_LIB_WIRE_H
#define TCOPY_LIB_WIRE_H

#include "flow.h"
#include "seg.h"

#define TCOPY_WIRE_MAGIC	0x54435059	/* "TCPY" */
#define TCOPY_WIRE_VERSION	1
#define TCOPY_WIRE_MAX		1232	/* IPv6's least MTU less headers */
#define TCOPY_WIRE_PORT		36524	/* default port of the relay */
#define TCOPY_WIRE_PORTS	16	/* receive ports in a HELLO */
#define TCOPY_WIRE_PASS_MAX	32	/* pass prefixes of one intercept */

enum tcopy_wire_type {
	TCOPY_WIRE_HELLO = 1,
	TCOPY_WIRE_CHALLENGE = 2,
	TCOPY_WIRE_WELCOME = 3,
	TCOPY_WIRE_OPEN = 4,
	TCOPY_WIRE_HEADERS = 5,
	TCOPY_WIRE_BYE = 6,
};

/**
 * struct tcopy_wire_hdr - begins every datagram
 * @magic:	TCOPY_WIRE_MAGIC
 * @version:	TCOPY_WIRE_VERSION
 * @type:	enum tcopy_wire_type
 * @len:	length of the whole datagram, this header included
 * @cookie:	the receiver's cookie
 */
struct tcopy_wire_hdr {
	__be32 magic;
	u8 version;
	u8 type;
	__be16 len;
	__be64 cookie;
};

/**
 * struct tcopy_wire_hello - behind the header of a HELLO
 * @cookie:	the online host's cookie, not 0
 * @ports_n:	entries of @ports in use, 1 to TCOPY_WIRE_PORTS
 * @wants_n:	struct tcopy_wire_want that follow
 * @reserved:	0
 * @ports:	UDP ports that receive HEADERS at the HELLO's source address; a
 *		flow always goes to the same one
 * @reserved2:	0; the size is a multiple of @cookie's alignment
 *
 * Longer than the CHALLENGE that answers it, so that a relay cannot be used to
 * amplify a flood with forged sources.
 */
struct tcopy_wire_hello {
	__be64 cookie;
	u8 ports_n;
	u8 wants_n;
	__be16 reserved;
	__be16 ports[TCOPY_WIRE_PORTS];
	__be32 reserved2;
};

/**
 * struct tcopy_wire_want - an address and port of the test service
 * @family:	4 or 6
 * @state:	in a HELLO 0; in a WELCOME enum tcopy_wire_state
 * @port:	the service's port
 * @pass_n:	in a WELCOME: struct tcopy_wire_prefix that follow this one
 * @reserved:	0
 * @addr:	the service's address
 */
struct tcopy_wire_want {
	u8 family;
	u8 state;
	__be16 port;
	u8 pass_n;
	u8 reserved[3];
	union tcopy_addr addr;
};

enum tcopy_wire_state {
	TCOPY_WIRE_NOT_INTERCEPTED = 0,
	TCOPY_WIRE_INTERCEPTED = 1,
	TCOPY_WIRE_DRAINING = 2,	/* stop: reset every copy now */
};

/**
 * struct tcopy_wire_prefix - clients whose answers are not stolen
 * @family:	4 or 6
 * @plen:	prefix length in bits
 * @reserved:	0
 * @addr:	prefix, host bits zero
 */
struct tcopy_wire_prefix {
	u8 family;
	u8 plen;
	__be16 reserved;
	union tcopy_addr addr;
};

/**
 * struct tcopy_wire_challenge - behind the header of a CHALLENGE
 * @cookie:	the relay's cookie for this peer, not 0
 */
struct tcopy_wire_challenge {
	__be64 cookie;
};

/**
 * struct tcopy_wire_welcome - behind the header of a WELCOME
 * @epoch:	drawn when the relay starts: another epoch is another relay
 * @lost:	records that were lost on the test host since then
 * @wants_n:	struct tcopy_wire_want that follow, each with its prefixes
 * @reserved:	0
 *
 * Answers one HELLO; a relay that cannot fit all wants sends several.
 */
struct tcopy_wire_welcome {
	__be64 epoch;
	__be64 lost;
	u8 wants_n;
	u8 reserved[7];
};

/**
 * struct tcopy_wire_open - behind the header of an OPEN
 * @flows_n:	struct tcopy_wire_flow that follow
 * @reserved:	0
 */
struct tcopy_wire_open {
	__be16 flows_n;
	__be16 reserved;
};

/**
 * struct tcopy_wire_flow - a copied connection, from client to test service
 * @family:	4 or 6
 * @reserved:	0
 * @sport:	source port of the copy
 * @dport:	port of the test service
 * @src:	source address of the copy
 * @dst:	address of the test service
 */
struct tcopy_wire_flow {
	u8 family;
	u8 reserved[3];
	__be16 sport;
	__be16 dport;
	union tcopy_addr src;
	union tcopy_addr dst;
};

/**
 * struct tcopy_wire_headers - behind the header of a HEADERS
 * @seq:	counts the HEADERS to this peer from 0; a gap is a loss
 * @records_n:	struct tcopy_wire_record that follow
 * @reserved:	0
 */
struct tcopy_wire_headers {
	__be32 seq;
	__be16 records_n;
	__be16 reserved;
};

/**
 * struct tcopy_wire_record - one answer of the test service, without payload
 * @payload:	payload bytes of the answer (SYN and FIN not counted)
 * @len:	bytes of headers that follow: IP and TCP, a multiple of 4
 * @tcp_off:	offset of the TCP header in them: 20 (IPv4) or 40 (IPv6);
 *		IPv4 options and IPv6 extension headers are left out
 *
 * The headers are as they left the test service's TCP, checksums not
 * filled in; the IP header's lengths are of the original and may be 0.
 */
struct tcopy_wire_record {
	__be32 payload;
	__be16 len;
	__be16 tcp_off;
};

/* longest record: IPv6 and 60 bytes of TCP */
#define TCOPY_WIRE_RECORD_MAX	(sizeof(struct tcopy_wire_record) + 40 + 60)
/* bytes for records in a HEADERS datagram */
#define TCOPY_WIRE_RECORDS	(TCOPY_WIRE_MAX - \
				 sizeof(struct tcopy_wire_hdr) - \
				 sizeof(struct tcopy_wire_headers))

static_assert(sizeof(struct tcopy_wire_hdr) == 16, "wire format");
static_assert(sizeof(struct tcopy_wire_hello) == 48, "wire format");
static_assert(sizeof(struct tcopy_wire_want) == 24, "wire format");
static_assert(sizeof(struct tcopy_wire_prefix) == 20, "wire format");
static_assert(sizeof(struct tcopy_wire_challenge) == 8, "wire format");
static_assert(sizeof(struct tcopy_wire_welcome) == 24, "wire format");
static_assert(sizeof(struct tcopy_wire_open) == 4, "wire format");
static_assert(sizeof(struct tcopy_wire_flow) == 40, "wire format");
static_assert(sizeof(struct tcopy_wire_headers) == 8, "wire format");
static_assert(sizeof(struct tcopy_wire_record) == 8, "wire format");

/**
 * tcopy_wire_check() - is this a datagram of ours?
 * @hdr:	filled from the first bytes on success
 * @p:		the datagram; any alignment
 * @len:	its length in bytes
 *
 * Checks magic, version and length; neither the type nor the cookie.
 *
 * Return: true when @hdr may be used and a body of @len - sizeof(*hdr) bytes
 * follows it.
 */
static inline bool tcopy_wire_check(struct tcopy_wire_hdr *hdr, const u8 *p,
				    size_t len)
{
	if (len < sizeof(*hdr))
		return false;
	memcpy(hdr, p, sizeof(*hdr));
	return hdr->magic == cpu_to_be32(TCOPY_WIRE_MAGIC) &&
	       hdr->version == TCOPY_WIRE_VERSION &&
	       be16_to_cpu(hdr->len) == len;
}

/**
 * tcopy_wire_record_read() - read one record of a HEADERS
 * @flow:	filled: the answer's direction, test service to client
 * @seg:	filled: the answer's TCP header, with its payload length
 * @p:		the record; any alignment
 * @len:	bytes left in the datagram
 *
 * Return: the record's whole length in bytes; -1 when it is malformed or does
 * not fit, and nothing behind it can be read either.
 */
static inline int tcopy_wire_record_read(struct tcopy_flow *flow,
					 struct tcopy_seg *seg, const u8 *p,
					 size_t len)
{
	struct tcopy_wire_record rec;
	unsigned int hlen, off;
	const u8 *ip;
	u32 v4[2];

	if (len < sizeof(rec))
		return -1;
	memcpy(&rec, p, sizeof(rec));
	hlen = be16_to_cpu(rec.len);
	off = be16_to_cpu(rec.tcp_off);
	if (hlen > len - sizeof(rec) || hlen > 100 || hlen < off + 20)
		return -1;

	ip = p + sizeof(rec);
	if (off == 20 && ip[0] >> 4 == 4) {
		flow->family = 4;
		memcpy(&v4, ip + 12, 8);
		flow->src = (union tcopy_addr){ .w = { v4[0] } };
		flow->dst = (union tcopy_addr){ .w = { v4[1] } };
	} else if (off == 40 && ip[0] >> 4 == 6) {
		flow->family = 6;
		memcpy(&flow->src, ip + 8, 16);
		memcpy(&flow->dst, ip + 24, 16);
	} else {
		return -1;
	}
	memcpy(&flow->sport, ip + off, 2);
	memcpy(&flow->dport, ip + off + 2, 2);
	if (tcopy_seg_parse(seg, ip + off, hlen - off,
			    be32_to_cpu(rec.payload)) < 0)
		return -1;
	return (int)(sizeof(rec) + hlen);
}

#endif
