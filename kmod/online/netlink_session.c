// SPDX-License-Identifier: GPL-2.0
/* netlink: what concerns sessions */

#include <linux/slab.h>

#include "netlink_int.h"
#include "session.h"
#include "target.h"

static const char *session_state(const struct tcopy_session *s)
{
	if (s->ended)
		return "ended";
	return s->busy && s->busy->track.state == TCOPY_TRACK_SYN_SENT ?
	       "opening" : "open";
}

/**
 * struct session_sums - how far a session has come
 * @held:	bytes of memory that hold its client's
 * @rtt_us:	round trip to the test service, 0: not known
 * @sent:	bytes
 * @received:	bytes
 */
struct session_sums {
	u32 held;
	u32 rtt_us;
	u32 sent;
	u32 received;
};

/* The session is locked. */
static void session_sums(const struct tcopy_session *s,
			 struct session_sums *sums)
{
	const struct tcopy_busy *b = s->busy;

	if (!b) {
		*sums = (struct session_sums) {
			.rtt_us = s->idle.srtt_us,
			.sent = s->idle.snd_nxt - s->isn - 1,
			.received = s->idle.rcv_nxt - s->idle.irs - 1,
		};
		return;
	}
	*sums = (struct session_sums) {
		.held = b->hold.bytes,
		.rtt_us = b->track.srtt_us,
		.sent = b->hold.sent - s->isn - 1,
		.received = b->track.state == TCOPY_TRACK_SYN_SENT ? 0 :
			    b->track.rcv_nxt - b->track.irs - 1,
	};
}

static int put_session(struct sk_buff *msg, struct tcopy_session *s)
{
	struct session_sums sums;
	struct nlattr *nest;
	const char *state;

	spin_lock_bh(&s->lock);
	state = session_state(s);
	session_sums(s, &sums);
	spin_unlock_bh(&s->lock);

	nest = nla_nest_start(msg, TCOPY_A_SESSION);
	if (!nest ||
	    nla_put_u32(msg, TCOPY_A_SESSION_TARGET, s->target->id) ||
	    put_addr(msg, TCOPY_A_SESSION_CLIENT_ADDR, s->flow.family,
		     &s->flow.src) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_CLIENT_PORT,
			ntohs(s->flow.sport)) ||
	    put_addr(msg, TCOPY_A_SESSION_FROM_ADDR, s->flow.family,
		     &s->flow.dst) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_FROM_PORT, ntohs(s->flow.dport)) ||
	    put_addr(msg, TCOPY_A_SESSION_TO_ADDR, s->flow.family,
		     &s->answer.src) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_TO_PORT, ntohs(s->answer.sport)) ||
	    nla_put_string(msg, TCOPY_A_SESSION_STATE, state) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_HELD, sums.held) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_RTT, sums.rtt_us) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_SENT, sums.sent) ||
	    nla_put_u32(msg, TCOPY_A_SESSION_RECEIVED, sums.received) ||
	    put_addr(msg, TCOPY_A_SESSION_SOURCE_ADDR, s->answer.family,
		     &s->answer.dst) ||
	    nla_put_u16(msg, TCOPY_A_SESSION_SOURCE_PORT,
			ntohs(s->answer.dport)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * struct session_cursor - where a dump of sessions is
 * @iter:	place in the table
 * @id:		target asked for, 0: all
 */
struct session_cursor {
	struct rhashtable_iter iter;
	u32 id;
};

/**
 * tcopy_netlink_session_start() - begin a dump, TCOPY_CMD_SESSION_GET
 * @cb:		the dump
 *
 * Context: process.
 *
 * Return: 0 or a negative errno, with an extended ack.
 */
int tcopy_netlink_session_start(struct netlink_callback *cb)
{
	struct tcopy_net *tn = tcopy_netns_find(sock_net(cb->skb->sk));
	struct nlattr *tb[TCOPY_A_MAX + 1];
	struct session_cursor *cur;
	u32 id = 0;
	bool up;
	int err;

	err = genlmsg_parse(cb->nlh, &tcopy_netlink_family, tb, TCOPY_A_MAX,
			    tcopy_netlink_policy, cb->extack);
	if (err)
		return err;
	if (tb[TCOPY_A_TARGET]) {
		err = tcopy_netlink_target_id(&id, tb[TCOPY_A_TARGET],
					      cb->extack);
		if (err)
			return err;
	}
	mutex_lock(&tn->lock);
	up = tn->up;
	mutex_unlock(&tn->lock);
	if (!up)
		return 0;	/* no target was ever there */
	cur = kzalloc(sizeof(*cur), GFP_KERNEL);
	if (!cur)
		return -ENOMEM;
	cur->id = id;
	rhashtable_walk_enter(&tn->copies, &cur->iter);
	cb->args[0] = (long)cur;
	return 0;
}

/**
 * tcopy_netlink_session_dump() - go on with it
 * @msg:	filled
 * @cb:		the dump
 *
 * Context: process.
 *
 * Return: bytes in @msg, 0 at the end.
 */
int tcopy_netlink_session_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct session_cursor *cur = (struct session_cursor *)cb->args[0];
	struct tcopy_session *s;
	void *hdr;

	if (!cur)
		return 0;
	rhashtable_walk_start(&cur->iter);
	/* An entry that did not fit is where the next message begins. */
	s = rhashtable_walk_peek(&cur->iter);
	for (; s; s = rhashtable_walk_next(&cur->iter)) {
		if (IS_ERR(s)) {
			/* The table was resized: the tool is told. */
			cb->prev_seq = 1;
			cb->seq = 2;
			continue;
		}
		if (cur->id && s->target->id != cur->id)
			continue;
		hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &tcopy_netlink_family,
				  NLM_F_MULTI, TCOPY_CMD_SESSION_GET);
		if (!hdr)
			break;
		if (put_session(msg, s)) {
			genlmsg_cancel(msg, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(msg, hdr);
	}
	rhashtable_walk_stop(&cur->iter);
	return msg->len;
}

/**
 * tcopy_netlink_session_done() - end it
 * @cb:		the dump
 *
 * Return: 0.
 */
int tcopy_netlink_session_done(struct netlink_callback *cb)
{
	struct session_cursor *cur = (struct session_cursor *)cb->args[0];

	if (cur) {
		rhashtable_walk_exit(&cur->iter);
		kfree(cur);
	}
	return 0;
}
