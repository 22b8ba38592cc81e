/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ports: which port may a copy use that does not leave with its client's? Pure:
 * the caller has the memory, the clock and the lock.
 */
#ifndef TCOPY_ONLINE_PORTS_H
#define TCOPY_ONLINE_PORTS_H

#include "../lib/types.h"

/* A port that was given back rests for so long, while there are others: the
 * test server may still have its connection in TIME-WAIT.
 */
#define TCOPY_PORTS_REST_S	60

/**
 * struct tcopy_port - a free port
 * @slot:	its number; a number of the source address above bit 16 when
 *		there will be several
 * @free_s:	when it was given back, seconds of any clock, modulo 2^32
 */
struct tcopy_port {
	u32 slot;
	u32 free_s;
};

/**
 * struct tcopy_ports - the free ports, as a ring: longest free first
 * @size:	entries of @ring
 * @head:	entry of the one that has been free for longest
 * @n:		free now
 * @ring:	the caller's memory
 */
struct tcopy_ports {
	u32 size;
	u32 head;
	u32 n;
	struct tcopy_port *ring;
};

/* Ports of a turn: those that clients seldom draw from (they do from 32768 to
 * 60999 on Linux, from 49152 on elsewhere: RFC 6335), so that a real connection
 * evicts few copies.
 */
#define TCOPY_TURN_FIRST	1024
#define TCOPY_TURN_PORTS	(32768 - TCOPY_TURN_FIRST)
/* Bits of an address that a turn takes. */
#define TCOPY_TURN_BITS		24

/**
 * struct tcopy_turn - an order of all addresses of a prefix and their ports
 * @host_add:	random
 * @host_mul:	random, odd
 * @port_add:	random, less than TCOPY_TURN_PORTS
 * @port_mul:	random, less than TCOPY_TURN_PORTS, no divisor in common with it
 *
 * Nothing is kept of the tuples in use: a counter goes through all of them, so
 * that each is used again only when all others were. Addresses come first: one
 * address is used again after all others have been, with another port.
 */
struct tcopy_turn {
	u32 host_add;
	u32 host_mul;
	u32 port_add;
	u32 port_mul;
};

void tcopy_turn_init(struct tcopy_turn *turn, u64 seed);
void tcopy_turn_at(const struct tcopy_turn *turn, u32 count, u32 bits,
		   u32 *host, u16 *port);
void tcopy_ports_init(struct tcopy_ports *p, struct tcopy_port *ring, u32 size);
void tcopy_ports_shuffle(struct tcopy_ports *p, u64 seed);
bool tcopy_ports_take(struct tcopy_ports *p, u32 now_s, u32 *slot,
		      bool *early);
bool tcopy_ports_give(struct tcopy_ports *p, u32 slot, u32 now_s);

#endif
