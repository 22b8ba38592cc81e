// SPDX-License-Identifier: GPL-2.0
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/tcopy_intercept.h>
#include <net/genetlink.h>

#include "../compat/hrtimer.h"
#include "../lib/wire.h"
#include "digest.h"
#include "event.h"
#include "upcall.h"

/* A batch leaves when no further record has come for so long, or after so many
 * times that, and one that comes later than all of them behind the one before
 * does not wait at all. What clients ask next waits for these headers, so that
 * a batch that always waited for the longest would hold up connections that are
 * as busy.
 */
#define ICEPT_QUIET_NS		(200 * NSEC_PER_USEC)
#define ICEPT_QUIET_LOOKS	5
#define ICEPT_BATCH_NS		(ICEPT_QUIET_LOOKS * ICEPT_QUIET_NS)

#define ICEPT_SLOT_BITS		4

#define ICEPT_BATCH_GFP		(GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC)

/**
 * struct icept_slot - the last record in the batch of flows with one hash
 * @off:	where it begins in icept_batch.buf
 * @len:	its length in bytes; 0: no such record
 */
struct icept_slot {
	u16 off;
	u16 len;
};

/**
 * struct icept_batch - records of one CPU that wait to be sent
 * @lock:	protects all but @up; taken with BH off, innermost: nothing is
 *		called under it but the allocator and the timer. A CPU is nearly
 *		always alone with its own, but POST_ROUTING runs in process
 *		context too, where on PREEMPT_RT BH off alone would not keep the
 *		timer out
 * @timer:	soft, pinned: ends the wait of the batch
 * @armed:	@timer is running
 * @more:	a record has come since it was armed
 * @looks:	how often that was so for this batch
 * @n:		records in @buf
 * @len:	bytes in @buf
 * @sent:	when the last batch left (monotonic)
 * @lost:	see struct icept_upcall_stats
 * @superseded:	see struct icept_upcall_stats
 * @up:		whose batch it is; constant
 * @slots:	to find the record before of a flow
 * @buf:	the records, one after the other
 */
struct icept_batch {
	spinlock_t lock;
	struct hrtimer timer;
	bool armed;
	bool more;
	u8 looks;
	u16 n;
	u16 len;
	ktime_t sent;
	u64 lost;
	u64 superseded;
	struct icept_upcall *up;
	struct icept_slot slots[1 << ICEPT_SLOT_BITS];
	u8 buf[TCOPY_WIRE_RECORDS] __aligned(4);
};

static_assert(TCOPY_WIRE_RECORDS <= U16_MAX);
static_assert(TCOPY_WIRE_RECORDS >= TCOPY_WIRE_RECORD_MAX);

/**
 * struct icept_message - a batch that has been taken to be sent
 * @skb:	the message; NULL: nothing to send
 * @portid:	to whom
 * @n:		records in it
 */
struct icept_message {
	struct sk_buff *skb;
	u32 portid;
	u16 n;
};

/* Empty the batch into a message. Records of a batch that cannot become one are
 * lost, and counted: TCP repairs it.
 */
static void icept_batch_take_locked(struct icept_batch *b,
				    struct icept_message *msg)
{
	struct icept_upcall *up = b->up;
	void *hdr;

	lockdep_assert_held(&b->lock);
	msg->skb = NULL;
	msg->n = b->n;
	msg->portid = READ_ONCE(up->relay);
	if (!b->n)
		return;

	if (msg->portid)
		msg->skb = genlmsg_new(nla_total_size(sizeof(u16)) +
				       nla_total_size(b->len),
				       ICEPT_BATCH_GFP);
	if (msg->skb) {
		hdr = genlmsg_put(msg->skb, 0, 0, up->family, 0,
				  TCOPY_ICEPT_CMD_RECORDS);
		if (hdr && !nla_put_u16(msg->skb, TCOPY_ICEPT_A_RECORDS_N,
					b->n) &&
		    !nla_put(msg->skb, TCOPY_ICEPT_A_RECORDS, b->len, b->buf)) {
			genlmsg_end(msg->skb, hdr);
		} else {
			nlmsg_free(msg->skb);
			msg->skb = NULL;
		}
	}
	if (!msg->skb)
		b->lost += b->n;

	b->n = 0;
	b->len = 0;
	b->sent = ktime_get();
	memset(b->slots, 0, sizeof(b->slots));
}

/* Without the lock: the delivery takes locks of netlink and wakes the relay.
 * BH is still off, so that the batches of a CPU arrive in their order.
 */
static void icept_message_send(struct icept_batch *b,
			       struct icept_message *msg)
{
	struct icept_upcall *up = b->up;
	int err;

	if (!msg->skb)
		return;
	err = genlmsg_unicast(up->net, msg->skb, msg->portid);
	if (likely(err >= 0))
		return;
	if (err == -ECONNREFUSED)
		icept_upcall_unbind(up, msg->portid);
	spin_lock(&b->lock);
	b->lost += msg->n;
	spin_unlock(&b->lock);
}

static enum hrtimer_restart icept_batch_timer(struct hrtimer *timer)
{
	struct icept_batch *b = container_of(timer, struct icept_batch, timer);
	struct icept_message msg;

	local_bh_disable();
	spin_lock(&b->lock);
	if (b->more && ++b->looks < ICEPT_QUIET_LOOKS) {
		b->more = false;
		hrtimer_forward_now(timer, ns_to_ktime(ICEPT_QUIET_NS));
		spin_unlock(&b->lock);
		local_bh_enable();
		return HRTIMER_RESTART;
	}
	b->armed = false;
	icept_batch_take_locked(b, &msg);
	spin_unlock(&b->lock);
	icept_message_send(b, &msg);
	local_bh_enable();
	return HRTIMER_NORESTART;
}

/* By client address and port: the rest of the 4-tuple hardly varies here. */
static unsigned int icept_slot_hash(const u8 *rec)
{
	unsigned int off = sizeof(struct tcopy_wire_record);
	unsigned int ip_len = rec[off] >> 4 == 4 ? 20 : 40;

	return hash_32(tcopy_get32(rec + off + ip_len - 4) ^
		       tcopy_get16(rec + off + ip_len + 2), ICEPT_SLOT_BITS);
}

/* The record of @len bytes behind the batch's last becomes its last, or takes
 * the place of one that it makes useless. That is older than every record of
 * its flow but this one, so the order inside of a flow stays.
 */
static void icept_batch_commit_locked(struct icept_batch *b, u16 len)
{
	u8 *rec = b->buf + b->len;
	struct icept_slot *slot = &b->slots[icept_slot_hash(rec)];

	lockdep_assert_held(&b->lock);
	if (slot->len == len &&
	    icept_digest_supersedes(rec, len, b->buf + slot->off, slot->len)) {
		memcpy(b->buf + slot->off, rec, len);
		b->superseded++;
		return;
	}
	slot->off = b->len;
	slot->len = len;
	b->len += len;
	b->n++;
}

/**
 * icept_upcall_add() - a record of an answer for the relay
 * @up:		started
 * @ip:		IPv4 or IPv6 header, 20 or 40 bytes readable
 * @th:		TCP header
 * @avail:	bytes readable at @th
 * @payload:	payload bytes behind the TCP header
 *
 * Context: BH off.
 * Return: false when the headers are malformed and there is no record.
 */
bool icept_upcall_add(struct icept_upcall *up, const u8 *ip, const u8 *th,
		      unsigned int avail, u32 payload)
{
	struct icept_batch *b = this_cpu_ptr(up->batches);
	struct icept_message full = {}, now = {};
	int len;

	spin_lock(&b->lock);
	len = icept_digest_fill(b->buf + b->len, sizeof(b->buf) - b->len, ip,
				th, avail, payload);
	if (unlikely(len < 0)) {
		spin_unlock(&b->lock);
		return false;
	}
	if (unlikely(!READ_ONCE(up->relay))) {
		b->lost++;
		spin_unlock(&b->lock);
		return true;
	}
	if (len > sizeof(b->buf) - b->len) {
		icept_batch_take_locked(b, &full);
		icept_digest_fill(b->buf, sizeof(b->buf), ip, th, avail,
				  payload);
	}
	icept_batch_commit_locked(b, len);
	b->more = true;

	/* A clock is read for the first record of a batch alone. */
	if (b->n == 1 && !b->armed) {
		if (ktime_sub(ktime_get(), b->sent) >= ICEPT_BATCH_NS) {
			icept_batch_take_locked(b, &now);
		} else {
			b->armed = true;
			b->more = false;
			b->looks = 0;
			hrtimer_start(&b->timer, ns_to_ktime(ICEPT_QUIET_NS),
				      HRTIMER_MODE_REL_PINNED_SOFT);
		}
	}
	spin_unlock(&b->lock);

	icept_message_send(b, &full);
	icept_message_send(b, &now);
	return true;
}

/**
 * icept_upcall_bind() - a socket becomes the relay
 * @up:		the namespace's
 * @portid:	its netlink port, not 0
 * @pid:	of its process
 *
 * Return: false when another one is.
 */
bool icept_upcall_bind(struct icept_upcall *up, u32 portid, u32 pid)
{
	u32 old = cmpxchg(&up->relay, 0, portid);

	if (old && old != portid)
		return false;
	WRITE_ONCE(up->pid, pid);
	if (!old)
		icept_event_relay(up->net, TCOPY_ICEPT_EVENT_RELAY_UP);
	return true;
}

/**
 * icept_upcall_is_relay() - is it the relay's process that asks?
 * @up:		the namespace's
 * @pid:	of who asks
 *
 * Return: true when it is: the relay is there and runs.
 */
bool icept_upcall_is_relay(const struct icept_upcall *up, u32 pid)
{
	return READ_ONCE(up->relay) && READ_ONCE(up->pid) == pid;
}

/**
 * icept_upcall_unbind() - a socket is the relay no longer
 * @up:		the namespace's
 * @portid:	its netlink port; nothing happens when it is not the relay
 *
 * What waits in the batches is counted lost when their timers come.
 */
void icept_upcall_unbind(struct icept_upcall *up, u32 portid)
{
	if (cmpxchg(&up->relay, portid, 0) == portid)
		icept_event_relay(up->net, TCOPY_ICEPT_EVENT_RELAY_DOWN);
}

/**
 * icept_upcall_stats() - sum the counters of all CPUs
 * @up:		started or not
 * @stats:	filled
 *
 * Context: process; against icept_upcall_start() and _stop() the caller's lock.
 */
void icept_upcall_stats(const struct icept_upcall *up,
			struct icept_upcall_stats *stats)
{
	struct icept_batch *b;
	int cpu;

	memset(stats, 0, sizeof(*stats));
	if (!up->batches)
		return;
	for_each_possible_cpu(cpu) {
		b = per_cpu_ptr(up->batches, cpu);
		spin_lock_bh(&b->lock);
		stats->lost += b->lost;
		stats->superseded += b->superseded;
		spin_unlock_bh(&b->lock);
	}
}

/**
 * icept_upcall_init() - nothing is used yet, nothing is allocated
 * @up:		to prepare
 * @net:	the namespace
 * @family:	registered by the time a relay can bind
 */
void icept_upcall_init(struct icept_upcall *up, struct net *net,
		       const struct genl_family *family)
{
	up->batches = NULL;
	up->relay = 0;
	up->pid = 0;
	up->net = net;
	up->family = family;
}

/**
 * icept_upcall_start() - make the batches; again: nothing
 * @up:		prepared
 *
 * Return: 0, or -ENOMEM.
 */
int icept_upcall_start(struct icept_upcall *up)
{
	struct icept_batch __percpu *batches;
	struct icept_batch *b;
	int cpu;

	if (up->batches)
		return 0;
	batches = alloc_percpu(struct icept_batch);
	if (!batches)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		b = per_cpu_ptr(batches, cpu);
		spin_lock_init(&b->lock);
		tcopy_hrtimer_setup(&b->timer, icept_batch_timer,
				    HRTIMER_MODE_REL_PINNED_SOFT);
		b->up = up;
	}
	up->batches = batches;
	return 0;
}

/**
 * icept_upcall_stop() - free the batches; what waits in them is dropped
 * @up:		prepared
 *
 * Context: process. No packet can reach icept_upcall_add() any more.
 */
void icept_upcall_stop(struct icept_upcall *up)
{
	int cpu;

	if (!up->batches)
		return;
	for_each_possible_cpu(cpu)
		hrtimer_cancel(&per_cpu_ptr(up->batches, cpu)->timer);
	free_percpu(up->batches);
	up->batches = NULL;
}
