// SPDX-License-Identifier: GPL-2.0
/* feedback: what relays say to this host. */

#include <linux/slab.h>
#include <linux/udp.h>
#include <net/sock.h>

#include "feedback.h"
#include "probe.h"
#include "queue.h"
#include "relay.h"
#include "session.h"
#include "trace.h"
#include "transmit.h"

/* Sessions that one datagram can touch: as many as it has records. */
#define FEEDBACK_BATCH	(TCOPY_WIRE_RECORDS / 48 + 1)

/* Clients that the test host answers itself; replaced only when they differ.
 * False without memory: better no copies than ghosts.
 */
static bool feedback_pass(struct tcopy_target *t, const u8 *p, unsigned int n)
{
	size_t size = n * sizeof(struct tcopy_wire_prefix);
	struct tcopy_pass *pass, *old;
	bool known = true;

	spin_lock_bh(&t->pass_lock);
	old = rcu_dereference_protected(t->pass,
					lockdep_is_held(&t->pass_lock));
	if (old ? old->n == n && !memcmp(old->prefix, p, size) : !n)
		goto unlock;
	pass = kmalloc(sizeof(*pass) + size, GFP_ATOMIC | __GFP_NOWARN);
	if (!pass) {
		known = false;
		goto unlock;
	}
	pass->n = n;
	memcpy(pass->prefix, p, size);
	rcu_assign_pointer(t->pass, pass);
	if (old)
		kfree_rcu(old, rcu);
unlock:
	spin_unlock_bh(&t->pass_lock);
	return known;
}

static bool pass_valid(const u8 *p, unsigned int n)
{
	struct tcopy_wire_prefix prefix;
	unsigned int i;

	for (i = 0; i < n; i++) {
		memcpy(&prefix, p + i * sizeof(prefix), sizeof(prefix));
		if (!(prefix.family == 4 && prefix.plen <= 32) &&
		    !(prefix.family == 6 && prefix.plen <= 128))
			return false;
	}
	return true;
}

static void feedback_welcome(struct tcopy_relay *relay, const u8 *p,
			     unsigned int len)
{
	const struct tcopy_rules *rules = rcu_dereference(relay->tn->rules);
	struct tcopy_wire_welcome welcome;
	struct tcopy_wire_want want;
	struct tcopy_target *t;
	unsigned int i, j, size;
	bool kick = false;

	if (len < sizeof(welcome) || !rules)
		return;
	memcpy(&welcome, p, sizeof(welcome));
	p += sizeof(welcome);
	len -= sizeof(welcome);
	spin_lock(&relay->lock);
	if (relay->epoch != welcome.epoch) {
		relay->seq_valid = false;
		WRITE_ONCE(relay->announce, true);
		kick = true;
		relay->epoch_us = tcopy_now_us();
	}
	relay->epoch = welcome.epoch;
	spin_unlock(&relay->lock);
	WRITE_ONCE(relay->lost, be64_to_cpu(welcome.lost));
	WRITE_ONCE(relay->unanswered, 0);

	for (i = 0; i < welcome.wants_n; i++) {
		if (len < sizeof(want))
			break;
		memcpy(&want, p, sizeof(want));
		p += sizeof(want);
		len -= sizeof(want);
		size = want.pass_n * sizeof(struct tcopy_wire_prefix);
		if (len < size || want.state > TCOPY_WIRE_DRAINING ||
		    want.pass_n > TCOPY_WIRE_PASS_MAX ||
		    !pass_valid(p, want.pass_n))
			break;
		j = tcopy_rule_of_relay(rules, relay, want.port);
		for (; j < rules->n; j++) {
			t = rules->by_relay[j];
			if (t->relay != relay || t->to_port != want.port)
				break;
			if (t->family != want.family ||
			    memcmp(&t->to, &want.addr, sizeof(t->to)))
				continue;
			/* The next WELCOME tries again. */
			if (!feedback_pass(t, p, want.pass_n)) {
				WRITE_ONCE(t->copying, false);
				want.state = TCOPY_WIRE_NOT_INTERCEPTED;
			}
			if (READ_ONCE(t->wire_state) != want.state ||
			    !READ_ONCE(t->welcome_us))
				kick = true;
			WRITE_ONCE(t->wire_state, want.state);
			WRITE_ONCE(t->welcome_us, tcopy_now_us());
		}
		p += size;
		len -= size;
	}
	if (kick)
		tcopy_look_all(&relay->look);
}

/* A gap in the numbers of datagrams is a loss; TCP repairs it. */
static void feedback_seq(struct tcopy_relay *relay, u32 seq)
{
	const struct tcopy_rules *rules = rcu_dereference(relay->tn->rules);
	u32 missed = 0;
	unsigned int i;

	spin_lock(&relay->lock);
	if (relay->seq_valid && after(seq, relay->next_seq))
		missed = seq - relay->next_seq;
	if (!relay->seq_valid || !before(seq, relay->next_seq))
		relay->next_seq = seq + 1;
	relay->seq_valid = true;
	spin_unlock(&relay->lock);

	if (unlikely(missed) && rules)
		for (i = 0; i < rules->n; i++)
			if (rules->target[i]->relay == relay)
				tcopy_count_add(rules->target[i], HEADERS_LOST,
						missed);
}

/**
 * tcopy_feedback_rcv() - a datagram of a relay's address has come
 * @sk:		tcopy_relay.sock
 * @skb:	UDP header first, checksum verified; consumed
 *
 * Headers are left to the queue, behind production's packets; the rest is rare.
 *
 * Context: softirq, RCU read section; udp_sock.encap_rcv.
 *
 * Return: 0, always: nothing of it is for a socket.
 */
int tcopy_feedback_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct tcopy_relay *relay = rcu_dereference_sk_user_data(sk);
	struct tcopy_wire_challenge challenge;
	struct tcopy_wire_headers headers;
	struct tcopy_wire_hdr hdr;

	if (!relay || skb->len > TCOPY_WIRE_MAX + sizeof(struct udphdr) ||
	    skb_linearize(skb))
		goto drop;
	__skb_pull(skb, sizeof(struct udphdr));
	if (!tcopy_wire_check(&hdr, skb->data, skb->len) ||
	    hdr.cookie != relay->cookie)
		goto drop;
	__skb_pull(skb, sizeof(hdr));

	switch (hdr.type) {
	case TCOPY_WIRE_HEADERS:
		if (skb->len < sizeof(headers))
			break;
		memcpy(&headers, skb->data, sizeof(headers));
		feedback_seq(relay, be32_to_cpu(headers.seq));
		/* Nothing of its way here may be held on to. */
		skb_orphan(skb);
		skb_dst_drop(skb);
		nf_reset_ct(skb);
		skb_ext_reset(skb);
		skb->dev = NULL;
		if (tcopy_queue_add(relay->tn, skb, TCOPY_QUEUE_DATAGRAM))
			return 0;
		break;
	case TCOPY_WIRE_CHALLENGE:
		if (skb->len != sizeof(challenge))
			break;
		memcpy(&challenge, skb->data, sizeof(challenge));
		if (READ_ONCE(relay->peer_cookie) == challenge.cookie)
			break;
		WRITE_ONCE(relay->peer_cookie, challenge.cookie);
		WRITE_ONCE(relay->hello_us, 0);
		tcopy_look_all(&relay->look);
		break;
	case TCOPY_WIRE_WELCOME:
		feedback_welcome(relay, skb->data, skb->len);
		break;
	}
drop:
	kfree_skb(skb);
	return 0;
}

/*
 * A header of no session: the test service has a connection that nobody copies
 * any more, because this host or module was started anew, a target was removed,
 * or the last RST of a session was lost. It gets a RST.
 *
 * Whose is it? With several online hosts the relay decides. It hands a header
 * to the host that announced the connection (OPEN), or, when nobody did, to
 * the only host that copies to that service; but a SYN-ACK of unknown owner
 * goes to all of them, as repair. So
 * - a SYN-ACK is never answered here: another host may own it. Should nobody,
 *   the test service gives it up by itself;
 * - nothing is answered while the relay may not know all online hosts yet, so
 *   that the "only" one may be one of several (tcopy_relay_may_reset()). A
 *   host whose return channel was dead for so long that the relay forgot it
 *   may lose copies to this rule; it has got no headers for them since.
 *
 * Where would an answer go? A RST is not answered, but for a challenge ACK when
 * its sequence number is not the expected one; this one's is what the test
 * service has just acknowledged. Should there be one all the same, it is
 * stolen: a probe was (state copying), and so was this header. A RST is never
 * answered.
 */
static void feedback_orphan(struct tcopy_net *tn, struct tcopy_target *t,
			    const struct tcopy_flow *flow,
			    const struct tcopy_seg *seg)
{
	struct tcopy_packet rst = {
		.flags = TCOPY_RST,
		.seq = seg->ack,
		.mss = 536,
	};
	struct tcopy_flow back;

	if (!(seg->flags & TCOPY_ACK) || seg->flags & (TCOPY_SYN | TCOPY_RST))
		return;
	if (!READ_ONCE(t->copying) ||
	    !tcopy_relay_may_reset(t->relay, tcopy_now_us()))
		return;
	tcopy_flow_reverse(&back, flow);
	if (tcopy_transmit_once(tn->net, &back, &tcopy_target_conf(t)->way,
				&rst))
		tcopy_count(t, SEND_FAILED);
	else
		tcopy_count(t, ORPHAN_RSTS);
}

static void feedback_unknown(struct tcopy_net *tn,
			     const struct tcopy_flow *flow,
			     const struct tcopy_seg *seg)
{
	const struct tcopy_rules *rules = rcu_dereference(tn->rules);
	struct tcopy_target *t, *other = NULL;
	unsigned int i;

	trace_tcopy_header(tn, NULL, flow, seg);
	if (!rules || tcopy_probe_header(tn, rules, flow, seg))
		return;
	for (i = 0; i < rules->n; i++) {
		t = rules->target[i];
		if (t->direct || t->family != flow->family ||
		    memcmp(&t->to, &flow->src, sizeof(t->to)))
			continue;
		if (t->to_port == flow->sport) {
			tcopy_count(t, HEADERS_UNKNOWN);
			feedback_orphan(tn, t, flow, seg);
			return;
		}
		other = t;
	}
	/* A service of the same host that was a target until lately */
	if (other)
		feedback_orphan(tn, other, flow, seg);
}

/**
 * tcopy_feedback_run() - work off a datagram of headers
 * @tn:		the namespace; the skb's true size is accounted there
 * @skb:	struct tcopy_wire_headers and records; consumed
 * @now_us:	when its batch began
 *
 * Each session that has something to do then runs once, at the end, so that one
 * acknowledgment answers all of its records.
 *
 * Context: BH, RCU read section.
 *
 * Return: how many headers it says that it has.
 */
unsigned int tcopy_feedback_run(struct tcopy_net *tn, struct sk_buff *skb,
				u64 now_us)
{
	struct tcopy_session *batch[FEEDBACK_BATCH] __uninitialized, *s;
	struct tcopy_wire_headers headers;
	unsigned int batch_n = 0, len, i;
	struct tcopy_flow flow __uninitialized;
	struct tcopy_seg seg __uninitialized;
	const u8 *p;
	int size;

	memcpy(&headers, skb->data, sizeof(headers));
	p = skb->data + sizeof(headers);
	len = skb->len - sizeof(headers);
	for (i = be16_to_cpu(headers.records_n); i; i--) {
		size = tcopy_wire_record_read(&flow, &seg, p, len);
		if (size < 0)
			break;
		p += size;
		len -= size;
		s = tcopy_session_find_copy(tn, &flow);
		if (!s)
			feedback_unknown(tn, &flow, &seg);
		else if (tcopy_session_header(s, &seg, now_us) &&
			 !WARN_ON_ONCE(batch_n >= ARRAY_SIZE(batch)))
			batch[batch_n++] = s;
	}
	for (i = 0; i < batch_n; i++)
		tcopy_session_run(batch[i], now_us);
	tcopy_mem_give(this_cpu_ptr(tn->cpu), skb->truesize);
	consume_skb(skb);
	return be16_to_cpu(headers.records_n);
}
