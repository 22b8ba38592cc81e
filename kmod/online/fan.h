/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fan: the copies of one connection, when a target makes several.
 *
 * The first copy is the session that the tables of online flows lead to. The
 * others hang on a fan that they share, and get a packet after it: from the
 * CPU's queue, a few of them an entry, so that a thousand copies never keep a
 * CPU for longer than others' packets would. An entry that is not through goes
 * to the end of the queue, behind it the next packet's: each copy sees them in
 * order.
 */
#ifndef TCOPY_ONLINE_FAN_H
#define TCOPY_ONLINE_FAN_H

#include "halfopen.h"
#include "peer.h"
#include "session.h"

/**
 * struct tcopy_fan - the copies of one connection to one target
 * @leader:	the first copy; valid while @listed. It stays in the table of
 *		online flows until no copy is left, dead or not
 * @live:	copies that are not dead
 * @listed:	@leader is in the table of online flows
 * @missed:	enum tcopy_end: how all of them are to end; READ_ONCE
 * @told:	the others have been told so; xchg
 * @begun:	an entry that makes the others is in a queue; xchg: two CPUs may
 *		have a connection's first packets
 * @born:	entries of @copy that were made, or given up; READ_ONCE, written
 *		by whoever works off that entry
 * @n:		entries of @copy
 * @ref:	one a copy, one an entry of a queue
 * @queued:	entries in queues, or being worked off
 * @target:	holds a reference
 * @ev:		the client's packet that began it
 * @syn:	what its SYN said
 * @peer:	what production's socket said
 * @copy:	the others, each with a reference; NULL when dead. RCU; xchg
 */
struct tcopy_fan {
	struct tcopy_session *leader;
	atomic_t live;
	int listed;
	int missed;
	int told;
	int begun;
	u32 born;
	u32 n;
	refcount_t ref;
	atomic_t queued;
	struct tcopy_target *target;
	struct tcopy_event ev;
	struct tcopy_syn syn;
	struct tcopy_peer peer;
	struct tcopy_session __rcu *copy[];
};

struct tcopy_fan *tcopy_fan_new(struct tcopy_session *leader, u32 copies,
				const struct tcopy_event *ev,
				const struct tcopy_syn *syn,
				const struct tcopy_peer *peer);
void tcopy_fan_put(struct tcopy_fan *fan);
void tcopy_fan_leave(struct tcopy_session *s);
bool tcopy_fan_waits(const struct tcopy_fan *fan);
void tcopy_fan_done(struct tcopy_fan *fan);
void tcopy_fan_unlist(struct tcopy_fan *fan);
void tcopy_fan_tell(struct tcopy_fan *fan);
void tcopy_fan_missed(struct tcopy_fan *fan, enum tcopy_end why);
void tcopy_fan_end(struct tcopy_fan *fan, enum tcopy_end why);
struct sk_buff *tcopy_fan_packet(struct tcopy_session *leader,
				 struct sk_buff *skb,
				 const struct tcopy_event *ev);
void tcopy_fan_run(struct tcopy_net *tn, struct sk_buff *skb);

#endif
