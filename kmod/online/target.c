// SPDX-License-Identifier: GPL-2.0
/* target: targets come and go; target_step.c says what state they are in. */

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/inetdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/route.h>

#include "direct.h"
#include "event.h"
#include "feedback.h"
#include "probe.h"
#include "relay.h"
#include "session.h"
#include "source.h"
#include "target_int.h"

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
		tcopy_target_step(tn, t, tcopy_now_us());
		tcopy_target_kick(t);
	}
}

/* Who is root is what one would like to know: the login, if there is one. */
static void target_held(struct tcopy_target *t, bool held)
{
	kuid_t user = audit_get_loginuid(current);

	t->held = held;
	if (!uid_valid(user))
		user = current_uid();
	t->held_by = from_kuid_munged(&init_user_ns, user);
}

/**
 * tcopy_target_hold() - hold new connections back, or let them begin again
 * @tn:		the namespace
 * @t:		the target
 * @held:	hold them back
 *
 * Context: process, the user's; tcopy_net.lock held.
 */
void tcopy_target_hold(struct tcopy_net *tn, struct tcopy_target *t, bool held)
{
	lockdep_assert_held(&tn->lock);
	target_held(t, held);
	tcopy_target_step(tn, t, tcopy_now_us());
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
	if (tcopy_target_is_itself(tn, t)) {
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
		return tcopy_direct_attach(tn, t, tcopy_target_direct_work);
	relay = tcopy_relay_get(tn, spec->relay_family, &spec->relay_addr,
				t->to_ifindex, spec->relay_port,
				tcopy_target_relay_work, tcopy_feedback_rcv);
	if (IS_ERR(relay)) {
		NL_SET_ERR_MSG(extack,
			       "the relay cannot be reached: there is no route to its address");
		return PTR_ERR(relay);
	}
	t->relay = relay;
	t->look = &relay->look;
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
	tcopy_event_target(t, TCOPY_EVENT_ADDED);
	target_held(t, spec->held);
	/* Not before: on this host the probe is answered at once. */
	tcopy_target_step(tn, t, tcopy_now_us());
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
		tcopy_event_target(t, TCOPY_EVENT_DELETED);
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
