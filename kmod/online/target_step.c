// SPDX-License-Identifier: GPL-2.0
/* target: its state, by what its relay, its probe and its copies say. */

#include "direct.h"
#include "event.h"
#include "peer.h"
#include "probe.h"
#include "relay.h"
#include "session.h"
#include "silence.h"
#include "target_int.h"

/* Without a WELCOME for so long, and to so many HELLOs, nothing is copied.
 * Both: when this host is too busy to ask, nobody can answer.
 */
#define TARGET_SILENCE_US	(3 * (u64)USEC_PER_SEC)
#define TARGET_SILENCE_HELLOS	3
/* And without one for so long copies are reset: the intercept may have left,
 * though no sooner than after 18 s, and nobody could say so. A relay that is
 * started again in time goes on with them.
 */
#define TARGET_GONE_US		(15 * (u64)USEC_PER_SEC)
/* A probe's SYN is repeated after, and so often; then it has failed. */
#define TARGET_PROBE_US		(USEC_PER_SEC)
#define TARGET_PROBE_TRIES	3
/* A probe that failed is tried again after. */
#define TARGET_AGAIN_US		(3 * (u64)USEC_PER_SEC)
#define TARGET_HELLO_US		(USEC_PER_SEC)
/* One that is not answered is repeated sooner: on a network that loses 5 % each
 * way, three in a row are lost every quarter of an hour.
 */
#define TARGET_HELLO_AGAIN_US	(USEC_PER_SEC / 4)
/* Copying that was paused before any copy was accepted is tried again after,
 * and after so many times as long at most.
 */
#define TARGET_PAUSE_US		(USEC_PER_SEC)
#define TARGET_PAUSE_MAX	32

static __printf(3, 4) void target_state(struct tcopy_target *t, u8 state,
					const char *fmt, ...)
{
	char reason[sizeof(t->reason)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	if (t->held) {
		snprintf(reason, sizeof(reason),
			 "new connections are held back by pause-target (of user %u); those being copied go on: resume-target ends that",
			 t->held_by);
		state = TCOPY_STATE_PAUSED;
	}
	if (state != t->state || strcmp(reason, t->reason)) {
		strscpy(t->reason, reason, sizeof(t->reason));
		t->changed = true;
	}
	t->state = state;
	WRITE_ONCE(t->copying, state == TCOPY_STATE_COPYING);
}

static void target_addr(char *buf, size_t size, u8 family,
			const union tcopy_addr *addr)
{
	if (family == 4)
		snprintf(buf, size, "%pI4", &addr->v4);
	else
		snprintf(buf, size, "[%pI6c]", addr->v6);
}

/* Say why copying is paused. */
static void target_paused(struct tcopy_target *t)
{
	bool silence = t->paused == TCOPY_PROBE_SILENCE;
	char to[44];

	target_addr(to, sizeof(to), t->family, &t->to);
	if (!t->pauses || t->direct)
		target_state(t, TCOPY_STATE_PAUSED,
			     "new copies were %s by %s:%u: check the service there and firewalls on the way; resumes by itself when a probe is answered",
			     silence ? "not answered" : "refused", to,
			     ntohs(t->to_port));
	else
		target_state(t, TCOPY_STATE_PAUSED,
			     "%s:%u %s with clients' source addresses but answers probes: check rp_filter and firewalls there and on the way; tried again by itself",
			     to, ntohs(t->to_port),
			     silence ? "answers no copies" : "refuses copies");
}

/* New copies were not answered, or refused: they pause until a probe is
 * answered. When not one copy was accepted since the last time, that says
 * little, and there is more time between two attempts.
 */
static void target_pause(struct tcopy_target *t, u8 why, u64 now_us)
{
	t->paused = why;
	t->pauses = t->answered ? 0 : min_t(u8, t->pauses + 1, 6);
	t->probe_at = now_us;
	if (t->pauses)
		t->probe_at += min(1 << (t->pauses - 1), TARGET_PAUSE_MAX) *
			       (u64)TARGET_PAUSE_US;
	WRITE_ONCE(t->probe, TCOPY_PROBE_NONE);
	target_paused(t);
}

/* Does its relay answer, and is the service intercepted? Says why not. */
static bool target_heard(struct tcopy_net *tn, struct tcopy_target *t,
			 u64 now_us)
{
	unsigned int port = ntohs(t->to_port);
	u64 welcome_us = READ_ONCE(t->welcome_us);
	char relay[44];
	bool draining;

	target_addr(relay, sizeof(relay), t->relay->family, &t->relay->addr);
	if (!welcome_us ||
	    (now_us - welcome_us > TARGET_SILENCE_US &&
	     READ_ONCE(t->relay->unanswered) >= TARGET_SILENCE_HELLOS)) {
		tcopy_probe_forget(tn, t);
		t->paused = 0;
		target_state(t, TCOPY_STATE_CONNECTING,
			     "no answer from the relay at %s:%u: run `tcopyctl relay` on the test host, and let UDP to that port through",
			     relay, ntohs(t->relay->port));
		if (now_us - welcome_us > TARGET_GONE_US)
			tcopy_session_end_target(tn, t);
		return false;
	}
	if (READ_ONCE(t->wire_state) == TCOPY_WIRE_INTERCEPTED)
		return true;

	draining = READ_ONCE(t->wire_state) == TCOPY_WIRE_DRAINING;
	tcopy_probe_forget(tn, t);
	t->paused = 0;
	target_state(t, TCOPY_STATE_REFUSED,
		     "port %u is %s: run `tcopyctl add-intercept %u` on the test host",
		     port, draining ? "intercepted no longer" :
				      "not intercepted", port);
	tcopy_session_end_target(tn, t);
	return false;
}

/**
 * tcopy_target_is_itself() - is what listens there the online service itself?
 * @tn:	the namespace
 * @t:	the target
 *
 * It may have begun to since the target was added.
 *
 * Context: process.
 */
bool tcopy_target_is_itself(struct tcopy_net *tn, const struct tcopy_target *t)
{
	return t->local && t->from_port == ntohs(t->to_port) &&
	       tcopy_peer_shared(tn->net, t->family, &t->from, &t->to,
				 t->to_port);
}

static void target_refuse_itself(struct tcopy_net *tn, struct tcopy_target *t)
{
	tcopy_probe_forget(tn, t);
	t->paused = 0;
	target_state(t, TCOPY_STATE_REFUSED,
		     "one service listens on port %u both at the target's address and at that of the online service: have each listen at its own",
		     t->from_port);
	tcopy_session_end_target(tn, t);
}

/* False: it wants to be looked at again soon. */
static bool target_look(struct tcopy_net *tn, struct tcopy_target *t,
			u64 now_us)
{
	unsigned int port = ntohs(t->to_port);
	u64 probe_us = READ_ONCE(t->probe_us);
	char to[44];
	int err;

	if (t->relay && !target_heard(tn, t, now_us))
		return true;
	if (tcopy_target_is_itself(tn, t)) {
		target_refuse_itself(tn, t);
		return true;
	}
	target_addr(to, sizeof(to), t->family, &t->to);

	switch (READ_ONCE(t->probe)) {
	case TCOPY_PROBE_SILENCE:
	case TCOPY_PROBE_REFUSALS:
		target_pause(t, READ_ONCE(t->probe), now_us);
		fallthrough;
	case TCOPY_PROBE_NONE:
		t->probe_tries = 0;
		if (t->paused && now_us < t->probe_at)
			return false;
		break;
	case TCOPY_PROBE_SENT:
		if (now_us - probe_us < TARGET_PROBE_US)
			return false;
		if (t->probe_tries < TARGET_PROBE_TRIES)
			break;
		if (t->paused)
			target_paused(t);
		else
			target_state(t, TCOPY_STATE_REFUSED,
				     "the probe to %s:%u was not answered: does the service run there, and is the way to it open?",
				     to, port);
		if (now_us - probe_us > TARGET_AGAIN_US)
			tcopy_probe_forget(tn, t);
		return true;
	case TCOPY_PROBE_STOLEN:
		if (t->state != TCOPY_STATE_COPYING)
			tcopy_silence_begin(t, now_us);
		if (!t->ramp_us && !t->held)
			WRITE_ONCE(t->ramp_us, now_us);
		t->paused = 0;
		target_state(t, TCOPY_STATE_COPYING, "%s", "");
		return true;
	case TCOPY_PROBE_LEAKED:
		target_state(t, TCOPY_STATE_REFUSED,
			     "the probe's answer from %s:%u came as a packet, it was not stolen: is the intercept on the host that answers, and this host outside its --pass prefixes?",
			     to, port);
		if (now_us - probe_us > TARGET_AGAIN_US)
			WRITE_ONCE(t->probe, TCOPY_PROBE_NONE);
		return true;
	case TCOPY_PROBE_CLOSED:
		target_state(t, TCOPY_STATE_REFUSED,
			     "nothing listens on port %u of the test host, or a firewall there rejects: start the service there",
			     port);
		if (now_us - probe_us > TARGET_AGAIN_US)
			WRITE_ONCE(t->probe, TCOPY_PROBE_NONE);
		return true;
	}

	WRITE_ONCE(t->probe_tries, t->probe_tries + 1);
	err = tcopy_probe_send(tn, t);
	if (err)
		target_state(t, TCOPY_STATE_CONNECTING,
			     "the probe to %s:%u could not be sent (error %d): is there a route?",
			     to, port, err);
	else if (t->state != TCOPY_STATE_REFUSED && !t->paused)
		target_state(t, TCOPY_STATE_CONNECTING,
			     "waiting for the answer to the probe to %s:%u",
			     to, port);
	return false;
}

/**
 * tcopy_target_step() - what is known of a target becomes its state
 * @tn:		the namespace
 * @t:		the target
 * @now_us:	now
 *
 * A probe is sent when one is due, and those who listen are told.
 *
 * Context: process; tcopy_net.lock held; may sleep.
 *
 * Return: false when it wants to be looked at again soon.
 */
bool tcopy_target_step(struct tcopy_net *tn, struct tcopy_target *t, u64 now_us)
{
	bool rests = target_look(tn, t, now_us);

	if (t->changed)
		tcopy_event_target(t, TCOPY_EVENT_STATE);
	t->changed = false;
	tcopy_watch_step(t, now_us);
	return rests;
}

/* Does it answer? What a WELCOME says of a service is target_heard()'s. */
static void target_relay_heard(struct tcopy_relay *relay, u64 now_us)
{
	unsigned int unanswered = READ_ONCE(relay->unanswered);

	if (relay->hello_us && !unanswered) {
		relay->heard_us = now_us;
		if (!relay->up)
			tcopy_event_relay(relay, TCOPY_EVENT_RELAY_UP);
		relay->up = true;
	} else if (relay->up && unanswered >= TARGET_SILENCE_HELLOS &&
		   now_us - relay->heard_us > TARGET_SILENCE_US) {
		tcopy_event_relay(relay, TCOPY_EVENT_RELAY_DOWN);
		relay->up = false;
	}
}

/* Is there nothing to be looked at yet? */
static bool target_rests(const struct tcopy_look *look)
{
	return !READ_ONCE(look->all) && !READ_ONCE(look->kicked) &&
	       time_before(jiffies, look->at);
}

/* Whoever removes what it is part of holds the lock and waits for this work. */
static bool target_trylock(struct tcopy_net *tn, struct tcopy_look *look)
{
	if (mutex_trylock(&tn->lock))
		return true;
	queue_delayed_work(system_highpri_wq, &look->work, HZ / 50 + 1);
	return false;
}

static void target_queue(struct tcopy_look *look)
{
	unsigned long now = jiffies;

	queue_delayed_work(system_highpri_wq, &look->work,
			   time_before(now, look->at) ? look->at - now : 0);
}

/* Look at the targets of @relay, or at those without one, that are due. */
static void target_look_due(struct tcopy_net *tn, struct tcopy_look *look,
			    const struct tcopy_relay *relay)
{
	bool due = time_after_eq(jiffies, look->at);
	unsigned long soon = jiffies + HZ / 10;
	struct tcopy_target *t;

	/* Whoever kicks from here on makes it run again. */
	xchg(&look->kicked, false);
	due |= xchg(&look->all, false);
	if (due)
		look->at = jiffies + HZ / 4;
	list_for_each_entry(t, &tn->targets, list) {
		if (t->relay != relay || (!READ_ONCE(t->kicked) && !due))
			continue;
		xchg(&t->kicked, false);
		if (!tcopy_target_step(tn, t, tcopy_now_us()) &&
		    time_before(soon, look->at))
			look->at = soon;
	}
}

/**
 * tcopy_target_relay_work() - look at the targets of a relay, and greet it
 * @work: of tcopy_relay.look
 *
 * Where connections begin it runs each tick, to announce them, which is all
 * that it does then.
 *
 * Context: process; may sleep.
 */
void tcopy_target_relay_work(struct work_struct *work)
{
	struct tcopy_relay *relay = container_of(to_delayed_work(work),
						 struct tcopy_relay, look.work);
	u64 now_us = tcopy_now_us(), hello_us = TARGET_HELLO_US * 9 / 10;
	struct tcopy_net *tn = relay->tn;
	struct tcopy_target *t;

	tcopy_relay_flush(relay);
	if (target_rests(&relay->look)) {
		target_queue(&relay->look);
		return;
	}
	if (!target_trylock(tn, &relay->look))
		return;
	target_relay_heard(relay, now_us);
	if (READ_ONCE(relay->unanswered))
		hello_us = TARGET_HELLO_AGAIN_US * 9 / 10;
	if (now_us - READ_ONCE(relay->hello_us) >= hello_us) {
		WRITE_ONCE(relay->hello_us, now_us);
		WRITE_ONCE(relay->unanswered, relay->unanswered + 1);
		tcopy_relay_hello(relay);
	}
	if (READ_ONCE(relay->announce)) {
		WRITE_ONCE(relay->announce, false);
		list_for_each_entry(t, &tn->targets, list)
			if (t->relay == relay)
				tcopy_session_announce(tn, t);
	}
	target_look_due(tn, &relay->look, relay);
	mutex_unlock(&tn->lock);
	target_queue(&relay->look);
}

/**
 * tcopy_target_direct_work() - look at the targets without a relay
 * @work: of tcopy_direct.look
 *
 * Context: process; may sleep.
 */
void tcopy_target_direct_work(struct work_struct *work)
{
	struct tcopy_direct *on = container_of(to_delayed_work(work),
					       struct tcopy_direct, look.work);
	struct tcopy_net *tn = on->tn;

	if (!target_trylock(tn, &on->look))
		return;
	target_look_due(tn, &on->look, NULL);
	mutex_unlock(&tn->lock);
	target_queue(&on->look);
}
