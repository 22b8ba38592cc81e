/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCOPY_ONLINE_FEEDBACK_H
#define TCOPY_ONLINE_FEEDBACK_H

struct sk_buff;
struct sock;
struct tcopy_net;

int tcopy_feedback_rcv(struct sock *sk, struct sk_buff *skb);
unsigned int tcopy_feedback_run(struct tcopy_net *tn, struct sk_buff *skb,
				u64 now_us);

#endif
