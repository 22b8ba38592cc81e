/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace: tracepoints of tcopy, for bpftrace, perf and tracefs; docs/tracing.md
 * has recipes. Nothing is worked out for them but where they are recorded.
 *
 * Addresses are 16 bytes, those of IPv4 mapped (::ffff:192.0.2.1), so that each
 * event has one format. A session is told by its address in memory, which may
 * be another's once it has ended; 0: there is none.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcopy

#if !defined(TCOPY_ONLINE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCOPY_ONLINE_TRACE_H

#include <linux/tracepoint.h>
#include "../lib/flow.h"
#include "../lib/seg.h"

struct tcopy_net;
struct tcopy_packet;
struct tcopy_session;
struct tcopy_target;

/* The longest name of a counter has 17 characters. */
#define TCOPY_TRACE_NAME	24

#define tcopy_trace_flags(flags)		\
	__print_flags(flags, "|",		\
		      { TCOPY_FIN, "FIN" },	\
		      { TCOPY_SYN, "SYN" },	\
		      { TCOPY_RST, "RST" },	\
		      { TCOPY_PSH, "PSH" },	\
		      { TCOPY_ACK, "ACK" },	\
		      { TCOPY_URG, "URG" })

/* A copy begins or ends: what is the counter of show-stats that it grows
 * (opened, reopened, closed, end_refused, ...).
 */
TRACE_EVENT(tcopy_session,
	TP_PROTO(const struct tcopy_session *s, u32 what),
	TP_ARGS(s, what),
	TP_STRUCT__entry(
		__field(const void *, session)
		__field(__u32, netns)
		__field(__u32, target)
		__field(__u16, cport)
		__field(__u16, service_port)
		__field(__u16, source_port)
		__field(__u16, to_port)
		__array(__u8, caddr, 16)
		__array(__u8, service, 16)
		__array(__u8, source, 16)
		__array(__u8, to, 16)
		__array(char, what, TCOPY_TRACE_NAME)
	),
	TP_fast_assign(
		const struct tcopy_flow *f = &s->flow, *a = &s->answer;

		__entry->session = s;
		__entry->netns = s->target->tn->net->ns.inum;
		__entry->target = s->target->id;
		strscpy(__entry->what, tcopy_trace_names[what],
			sizeof(__entry->what));
		__entry->cport = ntohs(f->sport);
		__entry->service_port = ntohs(f->dport);
		__entry->source_port = ntohs(a->dport);
		__entry->to_port = ntohs(a->sport);
		tcopy_addr_mapped(__entry->caddr, f->family, &f->src);
		tcopy_addr_mapped(__entry->service, f->family, &f->dst);
		tcopy_addr_mapped(__entry->source, a->family, &a->dst);
		tcopy_addr_mapped(__entry->to, a->family, &a->src);
	),
	TP_printk("%s target=%u client=[%pI6c]:%u service=[%pI6c]:%u source=[%pI6c]:%u to=[%pI6c]:%u session=%p netns=%u",
		  __entry->what, __entry->target,
		  __entry->caddr, __entry->cport,
		  __entry->service, __entry->service_port, __entry->source,
		  __entry->source_port, __entry->to, __entry->to_port,
		  __entry->session, __entry->netns)
);

/* A packet was built for a copy, and leaves unless tcopy_drop says send_failed.
 * Numbers as on the wire.
 */
TRACE_EVENT(tcopy_copy,
	TP_PROTO(const struct tcopy_session *s, const struct tcopy_packet *p),
	TP_ARGS(s, p),
	TP_STRUCT__entry(
		__field(const void *, session)
		__field(__u32, netns)
		__field(__u32, target)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u32, len)
		__field(__u16, cport)
		__field(__u16, source_port)
		__field(__u8, flags)
		__field(__u8, again)
		__array(__u8, caddr, 16)
		__array(__u8, source, 16)
	),
	TP_fast_assign(
		const struct tcopy_flow *f = &s->flow, *a = &s->answer;

		__entry->session = s;
		__entry->netns = s->target->tn->net->ns.inum;
		__entry->target = s->target->id;
		__entry->seq = p->seq;
		__entry->ack = p->ack;
		__entry->len = p->len;
		__entry->cport = ntohs(f->sport);
		__entry->source_port = ntohs(a->dport);
		__entry->flags = p->flags;
		__entry->again = p->rtx;
		tcopy_addr_mapped(__entry->caddr, f->family, &f->src);
		tcopy_addr_mapped(__entry->source, a->family, &a->dst);
	),
	TP_printk("target=%u client=[%pI6c]:%u source=[%pI6c]:%u seq=%u ack=%u len=%u flags=%s again=%u session=%p netns=%u",
		  __entry->target, __entry->caddr, __entry->cport,
		  __entry->source, __entry->source_port, __entry->seq,
		  __entry->ack, __entry->len, tcopy_trace_flags(__entry->flags),
		  __entry->again, __entry->session, __entry->netns)
);

/* Client packets that are not copied, or packets of a copy that did not leave:
 * reason is the counter of show-stats. Numbers are the client's, or 0 where
 * several packets go at once, or nothing is known of them any more.
 */
TRACE_EVENT(tcopy_drop,
	TP_PROTO(const struct tcopy_target *t, const struct tcopy_session *s,
		 const struct tcopy_flow *flow, const struct tcopy_seg *seg,
		 u32 reason, u32 packets),
	TP_ARGS(t, s, flow, seg, reason, packets),
	TP_STRUCT__entry(
		__field(const void *, session)
		__field(__u32, netns)
		__field(__u32, target)
		__field(__u32, packets)
		__field(__u32, seq)
		__field(__u32, len)
		__field(__u16, cport)
		__field(__u16, service_port)
		__field(__u8, flags)
		__array(__u8, caddr, 16)
		__array(__u8, service, 16)
		__array(char, reason, TCOPY_TRACE_NAME)
	),
	TP_fast_assign(
		__entry->session = s;
		__entry->netns = t->tn->net->ns.inum;
		__entry->target = t->id;
		strscpy(__entry->reason, tcopy_trace_names[reason],
			sizeof(__entry->reason));
		__entry->packets = packets;
		__entry->seq = seg ? seg->seq : 0;
		__entry->len = seg ? seg->len : 0;
		__entry->cport = ntohs(flow->sport);
		__entry->service_port = ntohs(flow->dport);
		__entry->flags = seg ? seg->flags : 0;
		tcopy_addr_mapped(__entry->caddr, flow->family, &flow->src);
		tcopy_addr_mapped(__entry->service, flow->family, &flow->dst);
	),
	TP_printk("%s target=%u client=[%pI6c]:%u service=[%pI6c]:%u seq=%u len=%u flags=%s packets=%u session=%p netns=%u",
		  __entry->reason, __entry->target,
		  __entry->caddr, __entry->cport,
		  __entry->service, __entry->service_port, __entry->seq,
		  __entry->len, tcopy_trace_flags(__entry->flags),
		  __entry->packets, __entry->session, __entry->netns)
);

/* The header of an answer has come, from the relay or past direct.c; of no
 * session (0), it is a probe's or nobody copies that connection any more: then
 * the client is who the test service has for it. Numbers as on the wire.
 */
TRACE_EVENT(tcopy_header,
	TP_PROTO(const struct tcopy_net *tn, const struct tcopy_session *s,
		 const struct tcopy_flow *answer, const struct tcopy_seg *seg),
	TP_ARGS(tn, s, answer, seg),
	TP_STRUCT__entry(
		__field(const void *, session)
		__field(__u32, netns)
		__field(__u32, target)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u32, len)
		__field(__u16, win)
		__field(__u16, cport)
		__field(__u16, to_port)
		__field(__u8, flags)
		__array(__u8, caddr, 16)
		__array(__u8, to, 16)
	),
	TP_fast_assign(
		const struct tcopy_flow *a = answer;

		__entry->session = s;
		__entry->netns = tn->net->ns.inum;
		__entry->target = s ? s->target->id : 0;
		__entry->seq = seg->seq;
		__entry->ack = seg->ack;
		__entry->len = seg->len;
		__entry->win = seg->win;
		__entry->cport = ntohs(s ? s->flow.sport : a->dport);
		__entry->to_port = ntohs(a->sport);
		__entry->flags = seg->flags;
		tcopy_addr_mapped(__entry->caddr, a->family,
				  s ? &s->flow.src : &a->dst);
		tcopy_addr_mapped(__entry->to, a->family, &a->src);
	),
	TP_printk("target=%u client=[%pI6c]:%u to=[%pI6c]:%u seq=%u ack=%u len=%u win=%u flags=%s session=%p netns=%u",
		  __entry->target, __entry->caddr, __entry->cport,
		  __entry->to, __entry->to_port, __entry->seq, __entry->ack,
		  __entry->len, __entry->win, tcopy_trace_flags(__entry->flags),
		  __entry->session, __entry->netns)
);

#endif

/* This file again, from where -I leads. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH online
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
