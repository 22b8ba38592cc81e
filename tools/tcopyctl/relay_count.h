/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relay's counters, told to 'tcopyctl metrics' of its network namespace: a
 * Unix socket there, whose name is no file. Who connects gets a line for each,
 * "NAME VALUE", and the end.
 */
#ifndef TCOPYCTL_RELAY_COUNT_H
#define TCOPYCTL_RELAY_COUNT_H

#include <stddef.h>

#include "relay_core.h"

#define RELAY_COUNTS	(sizeof(struct relay_stats) / sizeof(u64))

/**
 * struct relay_counts - what a relay that runs has counted
 * @peers:	online hosts now
 * @value:	as relay_stat_infos[]
 * @known:	which of them it told: it may be of another version
 */
struct relay_counts {
	u64 peers;
	u64 value[RELAY_COUNTS];
	bool known[RELAY_COUNTS];
};

int relay_count_listen(struct err *err);
void relay_count_serve(int fd, const struct relay *r);
bool relay_count_get(struct relay_counts *to);

#endif
