/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relay's side of kmod/lib/wire.h: bodies of datagrams read and written.
 * Pure: (pointer, length) in, structs out.
 */
#ifndef TCOPYCTL_WIRE_MSG_H
#define TCOPYCTL_WIRE_MSG_H

#include "wire.h"

#define WIRE_BODY_MAX	(TCOPY_WIRE_MAX - sizeof(struct tcopy_wire_hdr))
#define WIRE_WANTS_MAX	((WIRE_BODY_MAX - sizeof(struct tcopy_wire_hello)) / \
			 sizeof(struct tcopy_wire_want))

/**
 * struct wire_out - a datagram that is being written
 * @len:	bytes so far
 * @p:		the bytes
 */
struct wire_out {
	size_t len;
	u8 p[TCOPY_WIRE_MAX];
};

bool wire_hello_read(struct tcopy_wire_hello *hello, const u8 *body,
		     size_t len);
bool wire_want_read(struct tcopy_wire_want *want, const u8 *body,
		    unsigned int i);
int wire_open_read(const u8 *body, size_t len);
bool wire_flow_read(struct tcopy_flow *flow, const u8 *body, unsigned int i);

void wire_begin(struct wire_out *out, u8 type, __be64 cookie);
bool wire_put(struct wire_out *out, const void *data, size_t len);
void wire_end(struct wire_out *out);
void wire_headers_fill(u8 head[24], __be64 cookie, u32 seq, size_t records_len,
		       unsigned int records_n);

#endif
