/* SPDX-License-Identifier: GPL-2.0 */
/* Between direct.c, which swallows, and direct_run.c, which tells. */
#ifndef TCOPY_ONLINE_DIRECT_INT_H
#define TCOPY_ONLINE_DIRECT_INT_H

#include "../lib/flow.h"
#include "../lib/seg.h"

struct tcopy_session;

/**
 * struct direct_entry - what is left of a swallowed packet, in the queue
 * @flow:	test service to this host; of an ICMP error, of the answer that
 *		will not come
 * @seg:	an answer's header. Of an ICMP error: @seq is of the packet that
 *		did not get through, as it left
 * @error:	it is an ICMP error
 * @path_mss:	payload that would have got through; 0: none
 * @run:	its session, when that is to be run on account of this entry
 */
struct direct_entry {
	struct tcopy_session *run;
	struct tcopy_flow flow;
	struct tcopy_seg seg;
	bool error;
	u16 path_mss;
};

#endif
