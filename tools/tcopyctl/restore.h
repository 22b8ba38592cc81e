/* SPDX-License-Identifier: GPL-2.0 */
/* restore: what has to be done. */
#ifndef TCOPYCTL_RESTORE_H
#define TCOPYCTL_RESTORE_H

#include "state.h"

/**
 * struct restore - the way from what there is to what is wanted
 * @want:	by a file
 * @now:	by the kernel
 * @match:	of each wanted target: the one of @now that becomes it, or -1
 * @later:	of each wanted target: after others were deleted
 * @keep:	of each target of @now: it stays
 * @icept_add:	of each wanted intercept: it is not there
 * @icept_later: of each wanted intercept: after its port was deleted
 * @icept_keep:	of each intercept of @now: it stays
 * @said:	what was changed, a line each; its memory is @text, @size long
 * @text:	see @said, when that was flushed
 * @size:	see @said
 * @err:	why it failed
 */
struct restore {
	const struct state_want *want;
	struct state_now *now;
	int *match;
	bool *later;
	bool *keep;
	bool *icept_add;
	bool *icept_later;
	bool *icept_keep;
	FILE *said;
	char *text;
	size_t size;
	struct err err;
};

void restore_plan(struct restore *r, const struct state_want *want,
		  struct state_now *now);
void restore_free(struct restore *r);

#endif
