/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spare: skbs for payload that are there before they are needed. All that the
 * hook does keeps production's packet waiting, and half of it was to get
 * memory: that is done behind production's packets, and what the test service
 * has acknowledged is used again.
 */
#ifndef TCOPY_ONLINE_SPARE_H
#define TCOPY_ONLINE_SPARE_H

#include <linux/skbuff.h>

struct tcopy_cpu;
struct tcopy_net;

/* Heads as kmalloc() makes them, the second twice as large as the first. */
#define TCOPY_SPARE_SIZES	2
#define TCOPY_SPARE_SIZE	1024

/**
 * struct tcopy_spare - skbs with heads of one size on one CPU
 * @free:	they: empty skbs, bounded in number, not accounted
 * @taken:	asked for since they were last filled up
 *
 * Of its CPU's softirq alone.
 */
struct tcopy_spare {
	struct sk_buff_head free;
	unsigned int taken;
};

void tcopy_spare_init(struct tcopy_cpu *cpu);
struct sk_buff *tcopy_spare_take(struct tcopy_net *tn, unsigned int size);
bool tcopy_spare_give(struct tcopy_net *tn, struct sk_buff *skb);
void tcopy_spare_fill(struct tcopy_cpu *cpu);
void tcopy_spare_purge(struct tcopy_cpu *cpu);

#endif
