// SPDX-License-Identifier: GPL-2.0
/* session: the memory that sessions are in, and its accounts. */

#include <linux/slab.h>

#include "session.h"

/* of targets without and with @forward */
static struct kmem_cache *mem_session[2];
static struct kmem_cache *mem_busy;

static size_t mem_size(const struct tcopy_target *t)
{
	return struct_size((struct tcopy_session *)NULL, online, t->forward);
}

/**
 * tcopy_session_busy() - give a session what it needs while it is not silent
 * @s:	the session, without @busy; locked, or known to nobody else
 *
 * Context: BH.
 *
 * Return: its @busy, of which all but track and hold is filled; NULL without
 * memory.
 */
struct tcopy_busy *tcopy_session_busy(struct tcopy_session *s)
{
	struct tcopy_busy *b = kmem_cache_alloc(mem_busy, TCOPY_GFP);

	if (!b)
		return NULL;
	memset_after(b, 0, hold);
	b->out_end = &b->out;
	b->session = s;
	b->armed_us = ~0ULL;
	tcopy_mem_add(s->target->tn, sizeof(*b));
	s->busy = b;
	return b;
}

/**
 * tcopy_session_unbusy() - take that away
 * @s:	the session, locked, or known to nobody else; nothing is held
 *
 * Context: any.
 */
void tcopy_session_unbusy(struct tcopy_session *s)
{
	tcopy_mem_add(s->target->tn, -(s64)sizeof(*s->busy));
	kmem_cache_free(mem_busy, s->busy);
	s->busy = NULL;
}

/**
 * tcopy_session_alloc() - memory for a session, with @busy
 * @t:	its target, which @target is; no reference is taken
 *
 * Context: BH.
 *
 * Return: zeroed but for that; for tcopy_session_free(). NULL without memory.
 */
struct tcopy_session *tcopy_session_alloc(struct tcopy_target *t)
{
	struct tcopy_session *s;

	s = kmem_cache_zalloc(mem_session[t->forward], TCOPY_GFP);
	if (!s)
		return NULL;
	s->target = t;
	tcopy_mem_add(t->tn, mem_size(t));
	if (tcopy_session_busy(s))
		return s;
	tcopy_session_free(s);
	return NULL;
}

/**
 * tcopy_session_free() - give it back
 * @s:	known to nobody any more; with its target, and nothing held
 *
 * Context: any.
 */
void tcopy_session_free(struct tcopy_session *s)
{
	const struct tcopy_target *t = s->target;

	if (s->busy)
		tcopy_session_unbusy(s);
	tcopy_mem_add(t->tn, -(s64)mem_size(t));
	kmem_cache_free(mem_session[t->forward], s);
}

/**
 * tcopy_session_mem_init() - when the module is loaded
 *
 * Not aligned to cache lines: fewer would fit into a page.
 *
 * Return: 0 or -ENOMEM.
 */
int tcopy_session_mem_init(void)
{
	size_t size = sizeof(struct tcopy_session);

	mem_session[0] = kmem_cache_create("tcopy_session", size, 0, 0, NULL);
	mem_session[1] = kmem_cache_create("tcopy_session_fwd", size +
					   sizeof(struct tcopy_forward), 0, 0,
					   NULL);
	mem_busy = KMEM_CACHE(tcopy_busy, 0);
	if (mem_session[0] && mem_session[1] && mem_busy)
		return 0;
	tcopy_session_mem_exit();
	return -ENOMEM;
}

/**
 * tcopy_session_mem_exit() - no session is left
 */
void tcopy_session_mem_exit(void)
{
	kmem_cache_destroy(mem_busy);
	kmem_cache_destroy(mem_session[1]);
	kmem_cache_destroy(mem_session[0]);
}
