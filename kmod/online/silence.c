// SPDX-License-Identifier: GPL-2.0
/*
 * silence: are new copies answered? When several in a row are not, their
 * answers may be going anywhere, to clients for example: then no further ones
 * begin until a probe has shown again that answers are stolen. The same when
 * several in a row are refused, since a target that nothing listens on is
 * worth a word to its user, and new copies of it are not worth their SYNs.
 *
 * Only handshakes count, each once: nothing is written on behalf of an
 * established copy. What an old connection still hears says little about the
 * way of new ones, because its test server may just be repeating itself.
 */

#include "silence.h"

/* Copies in a row that were not answered, or were refused. */
#define SILENCE_ROW	5
/* A second SYN is answered within, or within so many round trips. */
#define SILENCE_MIN_US	(300 * (u64)USEC_PER_MSEC)
#define SILENCE_RTTS	4

/**
 * tcopy_silence_us() - how long is an answer to a second SYN waited for?
 * @t: the target
 *
 * Context: any.
 *
 * Return: microseconds.
 */
u64 tcopy_silence_us(const struct tcopy_target *t)
{
	return max_t(u64, SILENCE_MIN_US,
		     (u64)SILENCE_RTTS * READ_ONCE(t->rtt_us));
}

/* Who begins a session looks at @copying without a lock: one that is being made
 * on another CPU may begin after all. The work item sorts out the rest.
 */
static void silence_pause(struct tcopy_target *t, int probe)
{
	if (cmpxchg(&t->probe, TCOPY_PROBE_STOLEN, probe) != TCOPY_PROBE_STOLEN)
		return;
	WRITE_ONCE(t->copying, false);
	tcopy_count(t, PAUSES);
	tcopy_target_kick(t);
}

/**
 * tcopy_silence_answer() - the first header of a new copy has come
 * @t:		its target
 * @refused:	it is a RST in answer to the SYN
 *
 * Context: BH; the session's lock held, which keeps @t in service. Once a
 * session.
 */
void tcopy_silence_answer(struct tcopy_target *t, bool refused)
{
	if (atomic_read(&t->silent_n))
		atomic_set(&t->silent_n, 0);
	if (refused) {
		if (atomic_inc_return(&t->refused_n) >= SILENCE_ROW)
			silence_pause(t, TCOPY_PROBE_REFUSALS);
		return;
	}
	if (atomic_read(&t->refused_n))
		atomic_set(&t->refused_n, 0);
	if (!READ_ONCE(t->answered))
		WRITE_ONCE(t->answered, true);
}

/**
 * tcopy_silence_none() - a second SYN was not answered in time
 * @t:		its target
 * @syn_us:	when it left
 *
 * One that left before copying began for the last time tells nothing of now.
 *
 * Context: BH; the session's lock held, which keeps @t in service. Once a
 * session.
 */
void tcopy_silence_none(struct tcopy_target *t, u64 syn_us)
{
	if (syn_us < READ_ONCE(t->copying_us))
		return;
	if (atomic_inc_return(&t->silent_n) >= SILENCE_ROW)
		silence_pause(t, TCOPY_PROBE_SILENCE);
}

/**
 * tcopy_silence_begin() - copying begins, or begins again
 * @t:		the target
 * @now_us:	now
 *
 * Context: process; tcopy_net.lock held; before tcopy_target.copying is set.
 */
void tcopy_silence_begin(struct tcopy_target *t, u64 now_us)
{
	WRITE_ONCE(t->copying_us, now_us);
	WRITE_ONCE(t->answered, false);
	atomic_set(&t->silent_n, 0);
	atomic_set(&t->refused_n, 0);
}
