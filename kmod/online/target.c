// SPDX-License-Identifier: GPL-2.0
/* target: targets come and go, and change their state with what is learned. */

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/inetdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/route.h>

#include "direct.h"
#include "feedback.h"
#include "peer.h"
#include "probe.h"
#include "relay.h"
#include "session.h"
#include "silence.h"
#include "source.h"
#include "target.h"

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
/* How long reset copies linger before their target is gone. */
#define TARGET_LINGER		(HZ / 5)
/* How often they are reset, in that time. */
#define TARGET_RSTS		5

/**
 * tcopy_target_find() - a target by its ID
 * @tn:	the namespace
 * @id:	the ID
 *
 * Context: tcopy_net.lock held.
 *
 * Return: the target or NULL.
 */
struct tcopy_target *tcopy_target_find(struct tcopy_net *tn, u32 id)
{
	struct tcopy_target *t;

	lockdep_assert_held(&tn->lock);
	list_for_each_entry(t, &tn->targets, list)
		if (t->id == id)
			return t;
	return NULL;
}

static __printf(3, 4) void target_state(struct tcopy_target *t, u8 state,
					const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(t->reason, sizeof(t->reason), fmt, args);
	va_end(args);
	if (t->held) {
		snprintf(t->reason, sizeof(t->reason),
			 "new connections are held back by pause-target (of user %u); those being copied go on: resume-target ends that",
			 t->held_by);
		state = TCOPY_STATE_PAUSED;
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

/* Is what listens at the target the online service itself? It may have begun to
 * since the target was added.
 */
static bool target_is_itself(struct tcopy_net *tn, const struct tcopy_target *t)
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

/* What is known of a target becomes its state; a probe is sent when one is due.
 * Returns false when it wants to be looked at again soon.
 */
static bool target_step(struct tcopy_net *tn, struct tcopy_target *t,
			u64 now_us)
{
	unsigned int port = ntohs(t->to_port);
	u64 probe_us = READ_ONCE(t->probe_us);
	char to[44];
	int err;

	if (t->relay && !target_heard(tn, t, now_us))
		return true;
	if (target_is_itself(tn, t)) {
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

static void target_work(struct work_struct *work)
{
	struct tcopy_relay *relay = container_of(to_delayed_work(work),
						 struct tcopy_relay, work);
	struct tcopy_net *tn = relay->tn;
	u64 now_us = tcopy_now_us(), hello_us = TARGET_HELLO_US * 9 / 10;
	unsigned long wait = HZ / 4;
	struct tcopy_target *t;
	bool announce;

	tcopy_relay_flush(relay);
	/* Whoever removes the relay holds the lock and waits for this work. */
	if (!mutex_trylock(&tn->lock)) {
		queue_delayed_work(system_highpri_wq, &relay->work,
				   HZ / 50 + 1);
		return;
	}
	if (READ_ONCE(relay->unanswered))
		hello_us = TARGET_HELLO_AGAIN_US * 9 / 10;
	if (now_us - READ_ONCE(relay->hello_us) >= hello_us) {
		WRITE_ONCE(relay->hello_us, now_us);
		WRITE_ONCE(relay->unanswered, relay->unanswered + 1);
		tcopy_relay_hello(relay);
	}
	announce = READ_ONCE(relay->announce);
	if (announce)
		WRITE_ONCE(relay->announce, false);
	list_for_each_entry(t, &tn->targets, list) {
		if (t->relay != relay)
			continue;
		if (announce)
			tcopy_session_announce(tn, t);
		if (!target_step(tn, t, tcopy_now_us()))
			wait = HZ / 10;
	}
	mutex_unlock(&tn->lock);
	queue_delayed_work(system_highpri_wq, &relay->work, wait);
}

/* The same for targets without a relay. */
static void target_direct_work(struct work_struct *work)
{
	struct tcopy_direct *on = container_of(to_delayed_work(work),
					       struct tcopy_direct, step);
	unsigned long wait = HZ / 4;
	struct tcopy_net *tn = on->tn;
	struct tcopy_target *t;

	/* Whoever removes the last holds the lock and waits for this work. */
	if (!mutex_trylock(&tn->lock)) {
		queue_delayed_work(system_highpri_wq, &on->step, HZ / 50 + 1);
		return;
	}
	list_for_each_entry(t, &tn->targets, list)
		if (t->direct && !target_step(tn, t, tcopy_now_us()))
			wait = HZ / 10;
	mutex_unlock(&tn->lock);
	queue_delayed_work(system_highpri_wq, &on->step, wait);
}

/* Look for targets that end by themselves when the first of them does. */
static void target_arm_ends(struct tcopy_net *tn)
{
	u64 first_us = 0, now_us = tcopy_now_us();
	const struct tcopy_target *t;
	unsigned long wait = 0;

	list_for_each_entry(t, &tn->targets, list)
		if (t->ends_us && (!first_us || t->ends_us < first_us))
			first_us = t->ends_us;
	if (!first_us)
		return;
	if (first_us > now_us)
		wait = msecs_to_jiffies(div_u64(first_us - now_us,
						USEC_PER_MSEC)) + 1;
	mod_delayed_work(system_long_wq, &tn->ends, wait);
}

/**
 * tcopy_target_ends_work() - delete the targets whose time is over
 * @work: tcopy_net.ends
 *
 * Not a relay's work item: that goes with its last target.
 *
 * Context: process; may sleep.
 */
void tcopy_target_ends_work(struct work_struct *work)
{
	struct tcopy_net *tn = container_of(to_delayed_work(work),
					    struct tcopy_net, ends);
	u64 now_us = tcopy_now_us();
	struct tcopy_target *t, *next;

	mutex_lock(&tn->lock);
	list_for_each_entry_safe(t, next, &tn->targets, list)
		if (t->ends_us && t->ends_us <= now_us)
			tcopy_target_del(tn, t);
	target_arm_ends(tn);
	mutex_unlock(&tn->lock);
}

/**
 * tcopy_target_ends() - let a target end by itself
 * @tn:		the namespace
 * @t:		the target
 * @seconds:	from now; 0: never
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_target_ends(struct tcopy_net *tn, struct tcopy_target *t,
		       u32 seconds)
{
	lockdep_assert_held(&tn->lock);
	t->ends_us = seconds ? tcopy_now_us() + seconds * (u64)USEC_PER_SEC : 0;
	target_arm_ends(tn);
}

/**
 * tcopy_target_left_s() - when does a target end by itself?
 * @t: has @ends_us
 *
 * Context: tcopy_net.lock held.
 *
 * Return: seconds, 1 at least.
 */
u32 tcopy_target_left_s(const struct tcopy_target *t)
{
	u64 now_us = tcopy_now_us();

	if (t->ends_us <= now_us)
		return 1;
	return div_u64(t->ends_us - now_us + USEC_PER_SEC - 1, USEC_PER_SEC);
}

/**
 * tcopy_target_change() - change a target that copies
 * @tn:		the namespace
 * @t:		the target
 * @conf:	taken over
 * @ramp:	its ramp begins anew
 *
 * Sessions go on. A probe that is under way stands: it was answered, or not, on
 * the way that was; the next goes the new one.
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_target_change(struct tcopy_net *tn, struct tcopy_target *t,
			 struct tcopy_conf *conf, bool ramp)
{
	struct tcopy_way old = tcopy_target_conf(t)->way;

	lockdep_assert_held(&tn->lock);
	if (ramp)
		WRITE_ONCE(t->ramp_us, t->state == TCOPY_STATE_COPYING ?
			   tcopy_now_us() : 0);
	tcopy_target_set(tn, t, conf);
	/* Nobody has shown that answers to what goes another way are stolen. */
	if (old.oif != conf->way.oif || old.mark != conf->way.mark ||
	    old.dscp != conf->way.dscp) {
		WRITE_ONCE(t->probe, TCOPY_PROBE_NONE);
		target_step(tn, t, tcopy_now_us());
		tcopy_target_kick(t);
	}
}

/**
 * tcopy_target_hold() - hold new connections back, or let them begin again
 * @tn:		the namespace
 * @t:		the target
 * @held:	hold them back
 *
 * Context: process; tcopy_net.lock held. The user is the caller's, by the login
 * when there is one: who is root here is what one would like to know.
 */
void tcopy_target_hold(struct tcopy_net *tn, struct tcopy_target *t, bool held)
{
	kuid_t user = audit_get_loginuid(current);

	lockdep_assert_held(&tn->lock);
	t->held = held;
	if (!uid_valid(user))
		user = current_uid();
	t->held_by = from_kuid_munged(&init_user_ns, user);
	target_step(tn, t, tcopy_now_us());
}

/**
 * tcopy_target_is_own() - is it an address of this host?
 * @tn:		the namespace
 * @family:	4 or 6
 * @addr:	the address
 */
bool tcopy_target_is_own(struct tcopy_net *tn, u8 family,
			 const union tcopy_addr *addr)
{
	if (family == 4)
		return inet_addr_type(tn->net, addr->v4) == RTN_LOCAL;
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_chk_addr(tn->net, (struct in6_addr *)addr->v6, NULL, 0) ||
	       ipv6_addr_loopback((struct in6_addr *)addr->v6);
#else
	return false;
#endif
}

static bool target_is_unicast(struct tcopy_net *tn,
			      const struct tcopy_target *t)
{
	unsigned int type;

	if (t->family == 6)
		return !ipv6_addr_is_multicast((struct in6_addr *)t->to.v6);
	type = inet_addr_type(tn->net, t->to.v4);
	return type == RTN_UNICAST || type == RTN_LOCAL;
}

static int target_check(struct tcopy_net *tn, const struct tcopy_target *t,
			struct netlink_ext_ack *extack)
{
	const struct tcopy_target *other;

	if (!target_is_unicast(tn, t)) {
		NL_SET_ERR_MSG(extack,
			       "the target's address is no unicast address: copies go to one host");
		return -EINVAL;
	}
	if (t->local && t->from_port == ntohs(t->to_port) &&
	    (t->from_any || !memcmp(&t->from, &t->to, sizeof(t->to)))) {
		NL_SET_ERR_MSG(extack,
			       "the target is the online service itself: a test service on this host needs an address or port of its own, see --from");
		return -EINVAL;
	}
	if (target_is_itself(tn, t)) {
		NL_SET_ERR_MSG(extack,
			       "one service listens at both addresses, and would get its own requests again: have the test service and the online service listen at one address each, or give the test service a port of its own");
		return -EINVAL;
	}
	if (t->forward && tcopy_target_is_own(tn, t->family, &t->from)) {
		NL_SET_ERR_MSG(extack,
			       "packets to this host's own addresses are not forwarded: give the service's own address (behind DNAT the container's), or hook input");
		return -EINVAL;
	}
	if (t->forward && t->from_port == ntohs(t->to_port) &&
	    !memcmp(&t->from, &t->to, sizeof(t->to))) {
		NL_SET_ERR_MSG(extack,
			       "the online service and the target are the same: its packets would be copied to itself");
		return -EINVAL;
	}
	list_for_each_entry(other, &tn->targets, list) {
		if (t->name[0] && !strcmp(t->name, other->name)) {
			NL_SET_ERR_MSG(extack,
				       "another target has this name: choose another, or del-target it first");
			return -EEXIST;
		}
		if (other->family == t->family &&
		    other->from_port == t->from_port &&
		    other->to_port == t->to_port &&
		    other->forward == t->forward &&
		    !memcmp(&other->to, &t->to, sizeof(t->to)) &&
		    (other->from_any || t->from_any ||
		     !memcmp(&other->from, &t->from, sizeof(t->from)))) {
			NL_SET_ERR_MSG(extack,
				       "this service is copied to this target already: see show-targets");
			return -EEXIST;
		}
	}
	return 0;
}

/* Have the way by which answers are heard of. */
static int target_attach(struct tcopy_net *tn, struct tcopy_target *t,
			 const struct tcopy_target_spec *spec,
			 struct netlink_ext_ack *extack)
{
	struct tcopy_relay *relay;

	if (t->direct)
		return tcopy_direct_attach(tn, t, target_direct_work);
	relay = tcopy_relay_get(tn, spec->relay_family, &spec->relay_addr,
				t->to_ifindex, spec->relay_port, target_work,
				tcopy_feedback_rcv);
	if (IS_ERR(relay)) {
		NL_SET_ERR_MSG(extack,
			       "the relay cannot be reached: there is no route to its address");
		return PTR_ERR(relay);
	}
	t->relay = relay;
	t->step = &relay->work;
	return 0;
}

static void target_detach(struct tcopy_net *tn, struct tcopy_target *t)
{
	if (t->relay)
		tcopy_relay_put(t->relay);
	else
		tcopy_direct_detach(tn, t);
}

/**
 * tcopy_target_add() - copy one more service
 * @tn:		the namespace
 * @spec:	what is wanted; its target is taken over on success, its @conf
 *		by the target
 * @extack:	says what is wrong
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: 0; -EEXIST: its name, or the same copy, exists; -EINVAL: its address
 * is a local one; -ENOMEM; what sockets say. Nothing is changed on an error.
 */
int tcopy_target_add(struct tcopy_net *tn, struct tcopy_target_spec *spec,
		     struct netlink_ext_ack *extack)
{
	struct tcopy_target *t = spec->t;
	int err;

	lockdep_assert_held(&tn->lock);
	err = target_check(tn, t, extack);
	if (err)
		return err;
	tcopy_target_set(tn, t, spec->conf);
	spec->conf = NULL;
	err = tcopy_netns_up(tn);
	if (err)
		return err;
	err = tcopy_probe_reserve(tn, t);
	if (err) {
		NL_SET_ERR_MSG(extack, "no local port is free for the probe");
		return err;
	}
	err = tcopy_source_attach(tn, t);
	if (err)
		goto probe;
	err = target_attach(tn, t, spec, extack);
	if (err)
		goto source;
	err = tcopy_netns_hook(tn, t->forward);
	if (err)
		goto relay;

	t->id = ++tn->next_id;
	list_add_tail(&t->list, &tn->targets);
	tn->targets_n++;
	err = tcopy_rule_publish(tn);
	if (err)
		goto list;
	/* Not before: on this host the probe is answered at once. */
	target_step(tn, t, tcopy_now_us());
	tcopy_target_kick(t);
	tcopy_target_ends(tn, t, spec->ends_s);
	return 0;

list:
	list_del_init(&t->list);
	tn->targets_n--;
	tcopy_netns_unhook(tn);
relay:
	target_detach(tn, t);
source:
	tcopy_source_detach(t);
probe:
	tcopy_probe_free(t);
	return err;
}

/* Take all of @list, that were targets until now, out of service at once. */
static void target_del_list(struct tcopy_net *tn, struct list_head *list)
{
	struct tcopy_target *t, *next;
	bool any = false;
	unsigned int i;

	/* Without memory for a smaller snapshot there is no way round waiting
	 * for some.
	 */
	while (tcopy_rule_publish(tn))
		schedule_timeout_uninterruptible(HZ / 10);
	synchronize_net();
	list_for_each_entry(t, list, list)
		any |= tcopy_session_end_target(tn, t);
	for (i = 1; any && i <= TARGET_RSTS; i++) {
		schedule_timeout_uninterruptible(TARGET_LINGER / TARGET_RSTS);
		if (i == TARGET_RSTS)
			break;
		list_for_each_entry(t, list, list)
			tcopy_session_end_again(tn, t);
	}
	list_for_each_entry_safe(t, next, list, list) {
		tcopy_session_del_target(tn, t);
		tcopy_source_detach(t);
		list_del_init(&t->list);
		target_detach(tn, t);
		tcopy_probe_free(t);
		tcopy_target_put(t);
	}
	tcopy_netns_unhook(tn);
}

/**
 * tcopy_target_del() - stop copying a service
 * @tn:	the namespace
 * @t:	the target; gone when this returns
 *
 * Its copies are reset; the test service has a moment to object to an RST.
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_target_del(struct tcopy_net *tn, struct tcopy_target *t)
{
	LIST_HEAD(list);

	lockdep_assert_held(&tn->lock);
	WRITE_ONCE(t->copying, false);
	list_move(&t->list, &list);
	tn->targets_n--;
	target_del_list(tn, &list);
}

/**
 * tcopy_target_del_all() - stop copying
 * @tn: the namespace
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_target_del_all(struct tcopy_net *tn)
{
	struct tcopy_target *t;
	LIST_HEAD(list);

	lockdep_assert_held(&tn->lock);
	if (list_empty(&tn->targets))
		return;
	list_for_each_entry(t, &tn->targets, list)
		WRITE_ONCE(t->copying, false);
	list_splice_init(&tn->targets, &list);
	tn->targets_n = 0;
	target_del_list(tn, &list);
}
