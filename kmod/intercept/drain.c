// SPDX-License-Identifier: GPL-2.0
/*
 * An intercept leaves in this order: peers are told (the relay sees the state);
 * answers are stolen until no copy is connected any more, or for some seconds;
 * what is left of copies' sockets is aborted, and the RSTs that this sends are
 * stolen too; then nothing more is. All of it in one work item a namespace.
 */
#include <linux/jiffies.h>

#include "abort.h"
#include "drain.h"
#include "event.h"
#include "netns.h"

/* How long, once the relay has asked, so that it tells online hosts, and while
 * it asks still (it does four times a second).
 */
#define ICEPT_DRAIN	(3 * HZ)
#define ICEPT_DRAIN_ASKED HZ

/* And how long else, since the relay asked last: an online host that hears
 * nothing from it (which is never told anything older) resets its copies after
 * 15 s. What it sends until then would be answered with RSTs to clients.
 */
#define ICEPT_DRAIN_UNTOLD (18 * HZ)

/* Sooner only if each online host has said HELLO since (it does once a second)
 * and so been told, and nothing has been heard for a moment.
 */
#define ICEPT_DRAIN_MIN	(3 * HZ / 2)
#define ICEPT_DRAIN_CALM (HZ / 2)

#define ICEPT_DRAIN_POLL (HZ / 4)

static u64 icept_answers(const struct icept_port *port)
{
	u64 c[ICEPT_COUNTERS] = {};

	icept_respond_sum(port, c);
	return c[ICEPT_STOLEN] + c[ICEPT_ERRORS];
}

/**
 * icept_drain_begin_locked() - an intercept begins to drain
 * @in:		the namespace
 * @port:	it; nothing happens when it does so already
 *
 * Context: icept_net.lock held. The caller kicks.
 */
void icept_drain_begin_locked(struct icept_net *in, struct icept_port *port)
{
	if (port->state == TCOPY_ICEPT_DRAINING)
		return;
	port->state = TCOPY_ICEPT_DRAINING;
	port->told = false;
	port->heard = jiffies;
	port->answers = icept_answers(port);
	icept_event_port(in->respond.net, port, TCOPY_ICEPT_EVENT_DRAINING);
}

/**
 * icept_drain_told_locked() - the relay learns of an intercept's state
 * @port:	it
 *
 * Context: icept_net.lock held.
 */
void icept_drain_told_locked(struct icept_port *port)
{
	if (port->state != TCOPY_ICEPT_DRAINING || port->told)
		return;
	port->told = true;
	port->told_at = jiffies;
}

/* Is there a relay that tells online hosts? */
static bool icept_drain_is_told(const struct icept_net *in,
				const struct icept_port *port)
{
	return port->told && time_before64(get_jiffies_64(),
					   in->asked + ICEPT_DRAIN_ASKED);
}

/* Has its time come, whatever copies there are? */
static bool icept_drain_is_due(const struct icept_net *in,
			       struct icept_port *port)
{
	u64 answers = icept_answers(port);
	unsigned long now = jiffies;

	if (port->forced)
		return true;
	if (answers != port->answers) {
		port->answers = answers;
		port->heard = now;
	}
	/* its sockets are elsewhere */
	if (port->family)
		return time_after_eq(now, port->heard + port->quiet * HZ);
	if (icept_drain_is_told(in, port))
		return time_after_eq(now, port->told_at + ICEPT_DRAIN);
	return time_after_eq64(get_jiffies_64(),
			       in->asked + ICEPT_DRAIN_UNTOLD);
}

/* May it go before, if no copy is connected? */
static bool icept_drain_is_calm(const struct icept_net *in,
				const struct icept_port *port)
{
	unsigned long now = jiffies;

	return port->state == TCOPY_ICEPT_DRAINING && !port->family &&
	       icept_drain_is_told(in, port) &&
	       time_after_eq(now, port->told_at + ICEPT_DRAIN_MIN) &&
	       time_after_eq(now, port->heard + ICEPT_DRAIN_CALM);
}

/* Mark what leaves, or is swept, as aborting; say whether there is any. @wait
 * is when to look again.
 */
static bool icept_drain_mark_locked(struct icept_net *in, unsigned long *wait)
{
	u64 now = get_jiffies_64();
	struct icept_port *port;
	bool look = false, any = false;

	lockdep_assert_held(&in->lock);
	*wait = ULONG_MAX;
	list_for_each_entry(port, &in->icepts, list) {
		port->copies = 0;
		if (port->ends && port->state == TCOPY_ICEPT_INTERCEPTING) {
			if (now >= port->ends) {
				icept_drain_begin_locked(in, port);
				in->gen++;
			} else {
				*wait = min_t(u64, *wait, port->ends - now);
			}
		}
		if (port->state != TCOPY_ICEPT_DRAINING)
			continue;
		*wait = min_t(unsigned long, *wait, ICEPT_DRAIN_POLL);
		port->leaving = icept_drain_is_due(in, port);
		look |= !port->leaving && icept_drain_is_calm(in, port);
	}
	if (look)
		icept_abort_look(&in->respond);
	list_for_each_entry(port, &in->icepts, list) {
		if (look && !port->copies && icept_drain_is_calm(in, port))
			port->leaving = true;
		WRITE_ONCE(port->aborting, port->leaving || port->sweep);
		port->sweep = false;
		any |= port->aborting;
	}
	return any;
}

/* Their copies' sockets are gone. */
static void icept_drain_leave_locked(struct icept_net *in)
{
	struct icept_port *port, *next;
	LIST_HEAD(gone);

	lockdep_assert_held(&in->lock);
	list_for_each_entry_safe(port, next, &in->icepts, list) {
		WRITE_ONCE(port->aborting, false);
		if (!port->leaving)
			continue;
		icept_netns_hide_locked(in, port);
		list_move(&port->list, &gone);
	}
	icept_netns_free_locked(in, &gone);
}

static void icept_drain_work(struct work_struct *work)
{
	struct icept_net *in = container_of(to_delayed_work(work),
					    struct icept_net, drain);
	unsigned long wait;

	mutex_lock(&in->lock);
	while (icept_drain_mark_locked(in, &wait)) {
		/* This takes a while when there are many, and GET must not
		 * wait for it. Nobody else takes an intercept away.
		 */
		mutex_unlock(&in->lock);
		icept_abort_sweep(&in->respond);
		mutex_lock(&in->lock);
		icept_drain_leave_locked(in);
	}
	/* Under the lock, so that it is no later than what a kick asks for. */
	if (wait != ULONG_MAX)
		mod_delayed_work(system_long_wq, &in->drain, wait);
	mutex_unlock(&in->lock);
}

/**
 * icept_drain_kick_locked() - something has changed: look now
 * @in:	the namespace
 *
 * Context: icept_net.lock held.
 */
void icept_drain_kick_locked(struct icept_net *in)
{
	lockdep_assert_held(&in->lock);
	mod_delayed_work(system_long_wq, &in->drain, 0);
}

/**
 * icept_drain_wait() - wait until what was kicked has been done
 * @in:	the namespace
 *
 * Context: process, icept_net.lock not held.
 */
void icept_drain_wait(struct icept_net *in)
{
	flush_delayed_work(&in->drain);
}

/**
 * icept_drain_init() - prepare a namespace
 * @in:	the namespace
 */
void icept_drain_init(struct icept_net *in)
{
	INIT_DELAYED_WORK(&in->drain, icept_drain_work);
}

/**
 * icept_drain_stop() - the namespace ends, and all its intercepts now
 * @in:	the namespace
 *
 * Nobody can talk to its sockets any more: none is aborted.
 *
 * Context: process, icept_net.lock not held; nobody kicks any more.
 */
void icept_drain_stop(struct icept_net *in)
{
	struct icept_port *port;

	cancel_delayed_work_sync(&in->drain);
	mutex_lock(&in->lock);
	list_for_each_entry(port, &in->icepts, list)
		port->leaving = true;
	icept_drain_leave_locked(in);
	mutex_unlock(&in->lock);
}
