// SPDX-License-Identifier: GPL-2.0
/* direct: what was swallowed reaches its sessions, and probes. */

#include "direct.h"
#include "direct_int.h"
#include "probe.h"
#include "queue.h"
#include "session.h"

/* Tell whom it concerns. */
static void direct_read(struct tcopy_net *tn, struct direct_entry *entry,
			u64 now_us)
{
	struct tcopy_session *s = tcopy_session_find_copy(tn, &entry->flow);
	const struct tcopy_rules *rules = rcu_dereference(tn->rules);
	struct tcopy_target *t;
	bool run;

	if (s) {
		run = entry->error ?
		      tcopy_session_error(s, entry->seg.seq, entry->path_mss,
					  now_us) :
		      tcopy_session_header(s, &entry->seg, now_us);
		if (run)
			entry->run = s;
		return;
	}
	t = tcopy_probe_awaits(rules, &entry->flow);
	if (t && !entry->error)
		tcopy_probe_header(tn, rules, &entry->flow, &entry->seg);
	else if (t && !entry->path_mss)
		tcopy_probe_unreachable(t, entry->seg.seq);
}

/**
 * tcopy_direct_run() - work off answers
 * @tn:		the namespace; the skbs' true size is accounted there
 * @list:	entries of the queue, TCOPY_QUEUE_ANSWER; emptied
 * @now_us:	when its batch began
 *
 * Each session runs once, at the end, so that one acknowledgment answers all of
 * its segments.
 *
 * Context: BH, RCU read section, which keeps the sessions for as long.
 */
void tcopy_direct_run(struct tcopy_net *tn, struct sk_buff_head *list,
		      u64 now_us)
{
	struct direct_entry *entry;
	struct sk_buff *skb;

	skb_queue_walk(list, skb)
		direct_read(tn, (struct direct_entry *)skb->data, now_us);
	while ((skb = __skb_dequeue(list))) {
		entry = (struct direct_entry *)skb->data;
		if (entry->run)
			tcopy_session_run(entry->run, now_us);
		tcopy_mem_add(tn, -(s64)skb->truesize);
		consume_skb(skb);
	}
}
