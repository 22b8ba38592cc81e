/* SPDX-License-Identifier: GPL-2.0 */
/* Who is connected to a port of this host now. */
#ifndef TCOPYCTL_LIVE_H
#define TCOPYCTL_LIVE_H

#include "parse.h"

#define LIVE_SHOWN 20

/**
 * struct live_list - connections of other hosts
 * @n:		how many there are
 * @v:		the first of them
 */
struct live_list {
	unsigned int n;
	struct endpoint v[LIVE_SHOWN];
};

void live_find(struct live_list *list, const struct endpoint *local,
	       const struct prefix *pass, unsigned int pass_n);
bool live_ssh(const struct endpoint *local);
bool live_read_line(struct endpoint *local, struct endpoint *remote,
		    unsigned int *state, const char *line);

#endif
