/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spare: skbs for payload that are there before they are needed. All that the
 * hook does keeps production's packet waiting, and half of it was to get
 * memory: that is done behind production's packets, and what the test service
 * has acknowledged is used again, as soon as the device, or a test service on
 * this host, is done with what was sent of it.
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
 * @busy:	to be used again when their clones are gone, the oldest first;
 *		bounded in number, not accounted
 * @taken:	asked for since they were last filled up
 * @want:	to be ready when they are filled up: the most that were asked
 *		for at a time of late
 *
 * Of its CPU's softirq alone.
 */
struct tcopy_spare {
	struct sk_buff_head free;
	struct sk_buff_head busy;
	unsigned int taken;
	unsigned int want;
};

void tcopy_spare_init(struct tcopy_cpu *cpu);
struct sk_buff *tcopy_spare_take(struct tcopy_net *tn, unsigned int size);
bool tcopy_spare_give(struct tcopy_net *tn, struct sk_buff *skb);
void tcopy_spare_fill(struct tcopy_cpu *cpu);
bool tcopy_spare_busy(const struct tcopy_cpu *cpu);
void tcopy_spare_purge(struct tcopy_cpu *cpu);

#endif
