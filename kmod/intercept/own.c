// SPDX-License-Identifier: GPL-2.0
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "own.h"

#define ICEPT_OWN_MAX	1024

/* Longer than the two hours after which TCP's default keep-alive speaks. */
#define ICEPT_OWN_IDLE	(9000 * HZ)

/**
 * struct icept_own_conn - a connection that this host opened
 * @node:	entry in icept_own.heads
 * @flow:	from this host to the peer; constant
 * @used:	jiffies of the last packet, to a second; written by any CPU
 *		without a lock: whichever wins is right
 * @rcu:	freed after a grace period: the packet path looks up without a
 *		lock
 */
struct icept_own_conn {
	struct hlist_node node;
	struct tcopy_flow flow;
	unsigned long used;
	struct rcu_head rcu;
};

static u32 icept_own_hash(const struct icept_own *own,
			  const struct tcopy_flow *flow)
{
	return jhash2((const u32 *)flow, sizeof(*flow) / sizeof(u32),
		      own->seed) >> (32 - ICEPT_OWN_BITS);
}

/* The caller is in an RCU read section or holds the lock. */
static struct icept_own_conn *
icept_own_find_conn(const struct icept_own *own, const struct tcopy_flow *flow)
{
	struct icept_own_conn *conn;

	hlist_for_each_entry_rcu(conn, &own->heads[icept_own_hash(own, flow)],
				 node, lockdep_is_held(&own->lock))
		if (!memcmp(&conn->flow, flow, sizeof(*flow)))
			return conn;
	return NULL;
}

static void icept_own_touch(struct icept_own_conn *conn)
{
	unsigned long now = jiffies;

	if (time_after(now, READ_ONCE(conn->used) + HZ))
		WRITE_ONCE(conn->used, now);
}

static void icept_own_drop_locked(struct icept_own *own,
				  struct icept_own_conn *conn)
{
	lockdep_assert_held(&own->lock);
	hlist_del_rcu(&conn->node);
	WRITE_ONCE(own->n, own->n - 1);
	kfree_rcu(conn, rcu);
}

/* Drop what has been idle for long; when that is nothing and the table is full,
 * what has been idle for longest.
 */
static void icept_own_age_locked(struct icept_own *own)
{
	struct icept_own_conn *conn, *oldest = NULL;
	struct hlist_node *tmp;
	unsigned int i;

	lockdep_assert_held(&own->lock);
	for (i = 0; i < ARRAY_SIZE(own->heads); i++) {
		hlist_for_each_entry_safe(conn, tmp, &own->heads[i], node) {
			unsigned long used = READ_ONCE(conn->used);

			if (time_after(jiffies, used + ICEPT_OWN_IDLE)) {
				icept_own_drop_locked(own, conn);
				continue;
			}
			if (!oldest ||
			    time_before(used, READ_ONCE(oldest->used)))
				oldest = conn;
		}
	}
	if (own->n >= ICEPT_OWN_MAX && oldest)
		icept_own_drop_locked(own, oldest);
}

/**
 * icept_own_add() - this host opens a connection
 * @own:	the table
 * @flow:	from this host to the peer, zeroed where unused
 *
 * Without memory the connection is not remembered; the retransmission of its
 * SYN tries again.
 *
 * Context: BH off.
 */
void icept_own_add(struct icept_own *own, const struct tcopy_flow *flow)
{
	struct icept_own_conn *conn;

	spin_lock(&own->lock);
	conn = icept_own_find_conn(own, flow);
	if (conn) {
		icept_own_touch(conn);
		goto out;
	}
	conn = kmalloc(sizeof(*conn),
		       GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC);
	if (!conn)
		goto out;
	icept_own_age_locked(own);
	conn->flow = *flow;
	conn->used = jiffies;
	hlist_add_head_rcu(&conn->node,
			   &own->heads[icept_own_hash(own, flow)]);
	WRITE_ONCE(own->n, own->n + 1);
out:
	spin_unlock(&own->lock);
}

/**
 * icept_own_del() - a connection is this host's own no longer
 * @own:	the table
 * @flow:	from this host to the peer; need not be there
 *
 * Context: BH off.
 */
void icept_own_del(struct icept_own *own, const struct tcopy_flow *flow)
{
	struct icept_own_conn *conn;

	spin_lock(&own->lock);
	conn = icept_own_find_conn(own, flow);
	if (conn)
		icept_own_drop_locked(own, conn);
	spin_unlock(&own->lock);
}

/**
 * icept_own_find() - did this host open the connection?
 * @own:	the table
 * @flow:	from this host to the peer
 *
 * Context: RCU read section.
 * Return: true when it did; its age is set back.
 */
bool icept_own_find(const struct icept_own *own, const struct tcopy_flow *flow)
{
	struct icept_own_conn *conn = icept_own_find_conn(own, flow);

	if (!conn)
		return false;
	icept_own_touch(conn);
	return true;
}

/**
 * icept_own_init() - an empty table
 * @own:	to prepare
 */
void icept_own_init(struct icept_own *own)
{
	unsigned int i;

	own->n = 0;
	own->seed = get_random_u32();
	spin_lock_init(&own->lock);
	for (i = 0; i < ARRAY_SIZE(own->heads); i++)
		INIT_HLIST_HEAD(&own->heads[i]);
}

/**
 * icept_own_free() - forget all
 * @own:	the table; can be used on
 */
void icept_own_free(struct icept_own *own)
{
	struct icept_own_conn *conn;
	struct hlist_node *tmp;
	unsigned int i;

	spin_lock_bh(&own->lock);
	for (i = 0; i < ARRAY_SIZE(own->heads); i++)
		hlist_for_each_entry_safe(conn, tmp, &own->heads[i], node)
			icept_own_drop_locked(own, conn);
	spin_unlock_bh(&own->lock);
}
