/* SPDX-License-Identifier: GPL-2.0 */
/* doctor: what is looked at, and what was found. */
#ifndef TCOPYCTL_DOCTOR_H
#define TCOPYCTL_DOCTOR_H

#include <linux/bpf.h>

#include "nf.h"
#include "state.h"

/**
 * struct advice - a kind of finding
 * @check:	its name, for programs
 * @why:	why it matters
 * @mend:	the command, or what else, that mends it; %s, once at most, is
 *		the subject's own word for itself (an ID, a device, a port).
 *		Without , ; : and ' it is one command, as it is typed
 */
struct advice {
	const char *check;
	const char *why;
	const char *mend;
};

/**
 * struct subject - what a finding is about
 * @name:	in words: "target 1 web", "port 80", "eth0", "this host"
 * @word:	for struct advice's @mend
 */
struct subject {
	char name[96];
	char word[640];
};

/**
 * struct doctor - an examination
 * @now:	what the kernel has
 * @nf:		the rules of nf_tables; empty: there are none
 * @checks:	questions asked
 * @found:	findings
 */
struct doctor {
	struct state_now now;
	struct nf_rules nf;
	unsigned int checks;
	unsigned int found;
};

void doctor_found(struct doctor *d, const struct advice *advice,
		  const struct subject *subject, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void doctor_fact(const struct subject *subject, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_subject(struct subject *to, const char *word, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * doctor_online.c, doctor_counter.c, doctor_test.c, doctor_host.c,
 * doctor_firewall.c, doctor_unread.c, doctor_bypass.c
 */
void doctor_online(struct doctor *d);
void doctor_counters(struct doctor *d, const struct target *t,
		     const struct subject *s);
void doctor_test(struct doctor *d);
void doctor_host(struct doctor *d);
void doctor_firewall(struct doctor *d);
void doctor_unread(struct doctor *d);
void doctor_bypass(struct doctor *d);

/* doctor_bpf.c */
unsigned int bpf_tcx(u32 ifindex, bool egress);
bool bpf_sk_msg(u32 *id, char name[static BPF_OBJ_NAME_LEN]);

/* doctor_system.c */
bool system_read(long *to, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
bool system_listens(const struct endpoint *at);
bool system_dump(u16 type, const void *head, size_t size, mnl_cb_t cb,
		 void *data);

#endif
