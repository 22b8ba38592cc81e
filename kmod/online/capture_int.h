/* SPDX-License-Identifier: GPL-2.0 */
/* What capture*.c share: the hooks, capture_input.c and capture_forward.c, call
 * capture.c.
 */
#ifndef TCOPY_ONLINE_CAPTURE_INT_H
#define TCOPY_ONLINE_CAPTURE_INT_H

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include "../lib/flow.h"
#include "../lib/seg.h"

struct tcopy_net;
struct tcopy_rules;

/* Behind the firewall and what it rewrites, before conntrack confirms: the
 * latter is at INT_MAX for IPv4 and INT_MAX - 1 for IPv6, and a packet that
 * conntrack then drops (a lost race of two first packets) is copied in vain,
 * but one that it never confirms is never missed either. Where packets are
 * forwarded conntrack confirms later; there it is the last word that counts: a
 * packet that any chain drops must not be copied.
 */
#define TCOPY_CAPTURE_PRIORITY	(INT_MAX - 10)

/**
 * struct capture - one packet, while the hook looks at it
 * @tn:		the namespace
 * @skb:	production's: read only
 * @thoff:	offset of the TCP header from skb->data
 * @hlen:	its length
 * @dif:	ingress device as the socket tables see it
 * @sdif:	its slave when that is a VRF
 * @forward:	it is on its way to another host
 * @reply:	it goes from the online service to its client
 * @flow:	client to online service, whatever way it goes
 * @seg:	the TCP header
 */
struct capture {
	struct tcopy_net *tn;
	const struct sk_buff *skb;
	unsigned int thoff;
	unsigned int hlen;
	int dif;
	int sdif;
	bool forward;
	bool reply;
	struct tcopy_flow flow;
	struct tcopy_seg seg;
};

/* capture.c */
bool tcopy_capture_checksum_ok(const struct capture *c);
struct sk_buff *tcopy_capture_take(const struct capture *c, bool halfopen);
bool tcopy_capture_parse(struct capture *c, const struct tcphdr *th);
void tcopy_capture_fragment(const struct tcopy_rules *rules, struct capture *c,
			    const struct tcphdr *th);
void tcopy_capture_packet(const struct tcopy_rules *rules, struct capture *c,
			  const struct tcphdr *th);

/* capture_forward.c */
int tcopy_capture_forward_hook(struct net *net);
void tcopy_capture_forward_unhook(struct net *net);

#endif
