// SPDX-License-Identifier: GPL-2.0
/* direct: whose answers are waited for; the hooks live as long as anybody's. */

#include <linux/mm.h>

#include "direct.h"

/* Have the hooks that a further target needs. */
static int direct_hook(struct tcopy_net *tn, const struct tcopy_direct *on,
		       const struct tcopy_target *t)
{
	int err = 0;

	if (!on->users)
		err = tcopy_direct_hook(tn->net, false);
	if (err || !t->local || on->local_users)
		return err;
	err = tcopy_direct_hook(tn->net, true);
	if (err && !on->users)
		tcopy_direct_unhook(tn->net, false);
	return err;
}

/* Nothing waits for answers any more. */
static void direct_free(struct tcopy_net *tn, struct tcopy_direct *on)
{
	RCU_INIT_POINTER(tn->direct, NULL);
	/* No packet is in a hook any more when that is over. */
	synchronize_net();
	cancel_delayed_work_sync(&on->look.work);
	kvfree(on);
}

/**
 * tcopy_direct_attach() - wait for a target's answers
 * @tn:		the namespace
 * @t:		with @direct, not in the list of targets yet; its @look is set
 * @work:	work item that looks at targets; at most one is made a namespace
 *
 * Context: process; tcopy_net.lock held.
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_direct_attach(struct tcopy_net *tn, struct tcopy_target *t,
			work_func_t work)
{
	struct tcopy_direct *on;
	int err;

	lockdep_assert_held(&tn->lock);
	on = rcu_dereference_protected(tn->direct, lockdep_is_held(&tn->lock));
	if (!on) {
		on = kvzalloc(sizeof(*on), GFP_KERNEL);
		if (!on)
			return -ENOMEM;
		on->tn = tn;
		tcopy_look_init(&on->look, work);
		rcu_assign_pointer(tn->direct, on);
	}
	err = direct_hook(tn, on, t);
	if (err) {
		if (!on->users)
			direct_free(tn, on);
		return err;
	}
	on->users++;
	on->local_users += t->local;
	WRITE_ONCE(tn->direct_local, on->local_users);
	set_bit(ntohs(t->to_port), on->ports);
	t->look = &on->look;
	return 0;
}

/**
 * tcopy_direct_detach() - a target's answers do not come any more
 * @tn:	the namespace
 * @t:	out of the list of targets; its copies were reset and are forgotten
 *
 * Context: process; tcopy_net.lock held.
 */
void tcopy_direct_detach(struct tcopy_net *tn, struct tcopy_target *t)
{
	const struct tcopy_target *other;
	struct tcopy_direct *on;
	bool used = false;

	lockdep_assert_held(&tn->lock);
	on = rcu_dereference_protected(tn->direct, lockdep_is_held(&tn->lock));
	list_for_each_entry(other, &tn->targets, list)
		used |= other->direct && other->to_port == t->to_port;
	if (!used)
		clear_bit(ntohs(t->to_port), on->ports);
	on->local_users -= t->local;
	if (t->local && !on->local_users) {
		tcopy_direct_unhook(tn->net, true);
		WRITE_ONCE(tn->direct_local, false);
	}
	if (--on->users)
		return;
	tcopy_direct_unhook(tn->net, false);
	direct_free(tn, on);
}
