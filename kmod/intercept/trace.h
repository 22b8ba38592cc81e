/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace: the tracepoint of tcopy_intercept; see online/trace.h for how
 * addresses are told.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcopy_intercept

#if !defined(TCOPY_INTERCEPT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCOPY_INTERCEPT_TRACE_H

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/tracepoint.h>
#include "../lib/flow.h"
#include "../lib/seg.h"

#define ICEPT_TRACE_NAME	12

/* A segment of an intercepted service: what is stolen (and told to the relay),
 * passed or own (both let through); or an ICMP error about a copy: errors when
 * stolen, without sequence numbers. th is NULL then.
 */
TRACE_EVENT(icept_answer,
	TP_PROTO(const struct net *net, const struct tcopy_flow *flow,
		 const struct sk_buff *skb, unsigned int off,
		 const struct tcphdr *th, u32 what),
	TP_ARGS(net, flow, skb, off, th, what),
	TP_STRUCT__entry(
		__field(__u32, netns)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u32, len)
		__field(__u16, service_port)
		__field(__u16, cport)
		__field(__u8, flags)
		__array(__u8, service, 16)
		__array(__u8, caddr, 16)
		__array(char, what, ICEPT_TRACE_NAME)
	),
	TP_fast_assign(
		unsigned int start = off + (th ? th->doff * 4 : 0);

		__entry->netns = net->ns.inum;
		strscpy(__entry->what, icept_trace_names[what],
			sizeof(__entry->what));
		__entry->seq = th ? ntohl(th->seq) : 0;
		__entry->ack = th ? ntohl(th->ack_seq) : 0;
		__entry->len = th && skb->len > start ? skb->len - start : 0;
		__entry->flags = th ? ((const u8 *)th)[13] : 0;
		__entry->service_port = ntohs(flow->sport);
		__entry->cport = ntohs(flow->dport);
		tcopy_addr_mapped(__entry->service, flow->family, &flow->src);
		tcopy_addr_mapped(__entry->caddr, flow->family, &flow->dst);
	),
	TP_printk("%s service=[%pI6c]:%u client=[%pI6c]:%u seq=%u ack=%u len=%u flags=%s netns=%u",
		  __entry->what, __entry->service, __entry->service_port,
		  __entry->caddr, __entry->cport, __entry->seq,
		  __entry->ack, __entry->len,
		  __print_flags(__entry->flags, "|",
				{ TCOPY_FIN, "FIN" },
				{ TCOPY_SYN, "SYN" },
				{ TCOPY_RST, "RST" },
				{ TCOPY_PSH, "PSH" },
				{ TCOPY_ACK, "ACK" },
				{ TCOPY_URG, "URG" }),
		  __entry->netns)
);

#endif

/* This file again, from where -I leads. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH intercept
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
