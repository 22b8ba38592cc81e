// SPDX-License-Identifier: GPL-2.0
/* ports: which port may a copy use? See ports.h. */
#include "ports.h"

/**
 * tcopy_ports_init() - no port is free yet
 * @p:		filled as a whole
 * @ring:	memory for @size entries; the caller's, as long as @p is used
 * @size:	how many ports there will be at most, not 0
 *
 * The caller gives the ports, then shuffles them.
 */
void tcopy_ports_init(struct tcopy_ports *p, struct tcopy_port *ring, u32 size)
{
	p->size = size;
	p->head = 0;
	p->n = 0;
	p->ring = ring;
}

/**
 * tcopy_ports_shuffle() - free ports come in an order nobody can know
 * @p:		none was taken yet
 * @seed:	random, not 0
 *
 * Not for secrecy alone (RFC 6056): a module that is loaded again must not
 * begin with the ports whose connections the test server still has.
 */
void tcopy_ports_shuffle(struct tcopy_ports *p, u64 seed)
{
	struct tcopy_port tmp;
	u32 i, j;

	for (i = p->n; i > 1; i--) {
		/* xorshift64: good enough for an order */
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		j = (u32)(((seed >> 32) * i) >> 32);
		tmp = p->ring[i - 1];
		p->ring[i - 1] = p->ring[j];
		p->ring[j] = tmp;
	}
}

/**
 * tcopy_ports_take() - a port for a new copy
 * @p:		the ports
 * @now_s:	seconds of the clock of tcopy_ports_give()
 * @slot:	filled
 * @early:	filled: it has not rested, because no port has
 *
 * The one that has been free for longest: as long as others are free, none is
 * used again within TCOPY_PORTS_REST_S; when there are too few for that, the
 * longest rest is the best there is.
 *
 * Return: false when none is free.
 */
bool tcopy_ports_take(struct tcopy_ports *p, u32 now_s, u32 *slot, bool *early)
{
	const struct tcopy_port *port = &p->ring[p->head];

	if (!p->n)
		return false;
	*slot = port->slot;
	*early = now_s - port->free_s < TCOPY_PORTS_REST_S;
	p->head = p->head + 1 == p->size ? 0 : p->head + 1;
	p->n--;
	return true;
}

/**
 * tcopy_ports_give() - a port is free
 * @p:		the ports
 * @slot:	was taken, or is new
 * @now_s:	seconds: it rests from now on. For a new one
 *		TCOPY_PORTS_REST_S ago
 *
 * Return: false when there are more ports than there can be: one was given
 * twice. It is not kept.
 */
bool tcopy_ports_give(struct tcopy_ports *p, u32 slot, u32 now_s)
{
	u32 tail = p->head + p->n;

	if (p->n == p->size)
		return false;
	if (tail >= p->size)
		tail -= p->size;
	p->ring[tail].slot = slot;
	p->ring[tail].free_s = now_s;
	p->n++;
	return true;
}

/**
 * tcopy_turn_init() - an order that nobody can know
 * @turn:	filled
 * @seed:	random
 */
void tcopy_turn_init(struct tcopy_turn *turn, u64 seed)
{
	u32 low = (u32)seed, high = (u32)(seed >> 32);

	turn->host_add = low;
	turn->host_mul = high | 1;
	turn->port_add = low % TCOPY_TURN_PORTS;
	turn->port_mul = high % TCOPY_TURN_PORTS;
	/* 31,744 is 2^10 * 31 */
	while (!(turn->port_mul % 2) || !(turn->port_mul % 31))
		turn->port_mul = (turn->port_mul + 1) % TCOPY_TURN_PORTS;
}

/**
 * tcopy_turn_at() - whose turn is it?
 * @turn:	the order
 * @count:	goes up by one
 * @bits:	of the address that are free, TCOPY_TURN_BITS at most
 * @host:	filled: these bits
 * @port:	filled, host order
 */
void tcopy_turn_at(const struct tcopy_turn *turn, u32 count, u32 bits,
		   u32 *host, u16 *port)
{
	u32 mask = (1U << bits) - 1, round = (count >> bits) % TCOPY_TURN_PORTS;

	*host = (count * turn->host_mul + turn->host_add) & mask;
	/* Not the same port for all addresses of a round */
	round = (round * turn->port_mul + turn->port_add + *host) %
		TCOPY_TURN_PORTS;
	*port = (u16)(TCOPY_TURN_FIRST + round);
}
