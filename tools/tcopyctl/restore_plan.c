// SPDX-License-Identifier: GPL-2.0
/* restore: what has to be done. */
#include <stdlib.h>

#include "restore.h"
#include "route.h"
#include "wire_msg.h"

static bool same_relay(const struct want_target *want, const struct target *t)
{
	const struct endpoint *addr = want->relay.family ? &want->relay :
							   &want->to;
	u16 port = want->relay.port ? want->relay.port : TCOPY_WIRE_PORT;

	return t->direct ||
	       (endpoint_same_addr(addr, &t->relay) && port == t->relay.port);
}

/* Can @t become what is wanted, with its sessions? */
static bool matches(const struct want_target *want, const struct target *t)
{
	if (!state_same_service(want, t) || strcmp(want->name, t->name) ||
	    !same_relay(want, t))
		return false;
	if (want->direct == t->direct)
		return true;
	/* on this host it is direct by itself */
	return t->direct && route_is_own(&want->to);
}

static void plan_targets(struct restore *r)
{
	const struct state_want *want = r->want;
	const struct state_now *now = r->now;
	size_t i, j;

	for (i = 0; i < want->target_n; i++) {
		r->match[i] = -1;
		for (j = 0; j < now->targets.n && r->match[i] < 0; j++)
			if (!r->keep[j] &&
			    matches(&want->target[i], &now->targets.v[j]))
				r->match[i] = (int)j;
		if (r->match[i] >= 0)
			r->keep[r->match[i]] = true;
	}
	for (i = 0; i < want->target_n; i++)
		for (j = 0; j < now->targets.n; j++)
			if (!r->keep[j] &&
			    (state_overlap(&want->target[i],
					   &now->targets.v[j]) ||
			     (*want->target[i].name &&
			      !strcmp(want->target[i].name,
				      now->targets.v[j].name))))
				r->later[i] = true;
}

static bool same_pass(const struct want_icept *want, const struct icept *icept)
{
	const struct prefix *a = want->pass, *b = icept->pass;
	unsigned int i;

	if (want->pass_n != icept->pass_n)
		return false;
	for (i = 0; i < want->pass_n; i++)
		if (a[i].family != b[i].family || a[i].plen != b[i].plen ||
		    memcmp(&a[i].addr, &b[i].addr, a[i].family == 4 ? 4 : 16))
			return false;
	return true;
}

static bool same_icept(const struct want_icept *want, const struct icept *icept)
{
	return icept->state == TCOPY_ICEPT_INTERCEPTING &&
	       want->at.port == icept->port &&
	       endpoint_same_addr(&want->at, &icept->addr) &&
	       same_pass(want, icept) && !want->ends == !icept->ends;
}

/* One that drains already, and that nobody waits for, leaves by itself. */
static bool leaves(const struct restore *r, const struct icept *icept)
{
	size_t i;

	if (icept->state == TCOPY_ICEPT_INTERCEPTING)
		return false;
	for (i = 0; i < r->want->icept_n; i++)
		if (r->want->icept[i].at.port == icept->port)
			return false;
	return true;
}

/* When one of a port has to go, all of that port do. */
static void plan_icepts(struct restore *r)
{
	const struct state_want *want = r->want;
	const struct icept_list *have = &r->now->icepts;
	size_t i, j;

	for (j = 0; j < have->n; j++)
		r->icept_keep[j] = leaves(r, &have->v[j]);
	for (j = 0; j < have->n; j++)
		for (i = 0; i < want->icept_n; i++)
			if (same_icept(&want->icept[i], &have->v[j]))
				r->icept_keep[j] = true;
	for (j = 0; j < have->n; j++)
		for (i = 0; i < have->n; i++)
			if (have->v[i].port == have->v[j].port &&
			    !r->icept_keep[i])
				r->icept_keep[j] = false;
	for (i = 0; i < want->icept_n; i++) {
		r->icept_add[i] = true;
		for (j = 0; j < have->n; j++) {
			if (have->v[j].port != want->icept[i].at.port)
				continue;
			if (!r->icept_keep[j])
				r->icept_later[i] = true;
			else if (same_icept(&want->icept[i], &have->v[j]))
				r->icept_add[i] = false;
		}
	}
}

static bool *flags(size_t n)
{
	bool *p = xrealloc(NULL, n + 1, sizeof(*p));

	memset(p, 0, (n + 1) * sizeof(*p));
	return p;
}

/**
 * restore_plan() - see what has to be done
 * @r:		filled; restore_free() it
 * @want:	what is wanted
 * @now:	what there is
 */
void restore_plan(struct restore *r, const struct state_want *want,
		  struct state_now *now)
{
	memset(r, 0, sizeof(*r));
	r->want = want;
	r->now = now;
	r->match = xrealloc(NULL, want->target_n + 1, sizeof(*r->match));
	r->later = flags(want->target_n);
	r->keep = flags(now->targets.n);
	r->icept_add = flags(want->icept_n);
	r->icept_later = flags(want->icept_n);
	r->icept_keep = flags(now->icepts.n);
	r->said = open_memstream(&r->text, &r->size);
	if (!r->said)
		refuse("out of memory");
	plan_targets(r);
	plan_icepts(r);
}

/**
 * restore_free() - free the lists
 * @r:	from restore_plan()
 */
void restore_free(struct restore *r)
{
	free(r->match);
	free(r->later);
	free(r->keep);
	free(r->icept_add);
	free(r->icept_later);
	free(r->icept_keep);
	fclose(r->said);
	free(r->text);
}
