// SPDX-License-Identifier: GPL-2.0
/* All that is configured in a namespace, from the kernel and as text. */
#include <stdlib.h>

#include "state.h"
#include "wire_msg.h"

/**
 * state_now_try() - ask the kernel for everything
 * @now:	filled; has open sockets, and is to be put in any case
 * @err:	set on failure
 *
 * Return: false when a module went while it was asked, or would not say.
 */
bool state_now_try(struct state_now *now, struct err *err)
{
	struct err why;

	memset(now, 0, sizeof(*now));
	now->online = nl_may(&now->on, TCOPY_FAMILY_NAME);
	now->test = nl_may(&now->te, TCOPY_ICEPT_FAMILY_NAME);
	if (!now->online && !now->test)
		return err_set(err, "neither tcopy (online host) nor tcopy_intercept (test host) is loaded: 'modprobe tcopy' or 'modprobe tcopy_intercept', or insmod the .ko");
	if (now->online && (target_dump(&now->on, &now->targets, &why) ||
			    host_get(&now->on, &now->host, &why)))
		return err_set(err, "cannot read what tcopy has: %.400s",
			       why.msg);
	if (now->test && (icept_dump(&now->te, &now->icepts, &why) ||
			  icept_stats(&now->te, &now->icept_all, &why)))
		return err_set(err, "cannot read the intercepts: %.400s",
			       why.msg);
	return true;
}

/**
 * state_now_get() - ask the kernel for everything, or end the program
 * @now:	filled; has open sockets
 *
 * Neither module being loaded ends the program, too.
 */
void state_now_get(struct state_now *now)
{
	struct err err;

	if (!state_now_try(now, &err))
		refuse("%s", err.msg);
}

/**
 * state_now_put() - close sockets, free lists
 * @now:	from state_now_get() or state_now_try()
 */
void state_now_put(struct state_now *now)
{
	free(now->targets.v);
	free(now->icepts.v);
	nl_close(&now->on);
	nl_close(&now->te);
}

static void print_relay(FILE *out, const struct target *t)
{
	struct endpoint relay = t->relay;
	char text[ENDPOINT_TEXT];

	if (endpoint_same_addr(&relay, &t->to)) {
		if (relay.port != TCOPY_WIRE_PORT)
			fprintf(out, " --relay %u", relay.port);
		return;
	}
	/* a link-local one is on the target's device */
	if (relay.family == 6 && relay.addr.v6[0] == 0xfe &&
	    (relay.addr.v6[1] & 0xc0) == 0x80)
		relay.ifindex = t->to.ifindex;
	fprintf(out, " --relay %s", endpoint_text(text, &relay));
}

/**
 * state_print_target() - a target as it is typed
 * @out:	where to
 * @t:		the target
 */
void state_print_target(FILE *out, const struct target *t)
{
	struct tune tune, usual = { 0 };
	char text[ENDPOINT_TEXT];

	fprintf(out, "add-target %s", endpoint_text(text, &t->to));
	if (t->from.family)
		fprintf(out, " --from %s", endpoint_text(text, &t->from));
	else if (t->from.port != t->to.port)
		fprintf(out, " --from %u", t->from.port);
	if (*t->name)
		fprintf(out, " --name %s", t->name);
	if (t->hook == TCOPY_HOOK_FORWARD)
		fputs(" --hook forward", out);
	if (t->direct)
		fputs(" --direct", out);
	else
		print_relay(out, t);
	if (t->paused)
		fputs(" --paused", out);
	tune_of(&tune, t);
	tune_rest(&usual, t->hook == TCOPY_HOOK_FORWARD,
		  state_own(&t->from, t->direct));
	/* the seed says nothing where all connections are copied */
	if (t->sample == TCOPY_SAMPLE_ALL && !t->ramp)
		tune.has &= ~(1u << TUNE_SEED);
	tune_diff(&tune, &usual);
	tune_print(out, &tune);
	putc('\n', out);
}

/**
 * state_print_icept() - an intercept as it is typed
 * @out:	where to
 * @icept:	the intercept
 */
void state_print_icept(FILE *out, const struct icept *icept)
{
	struct endpoint addr = icept->addr;
	char text[ENDPOINT_TEXT];
	unsigned int i;

	fprintf(out, "add-intercept %u", icept->port);
	addr.port = 0;
	if (addr.family)
		fprintf(out, " --addr %s", endpoint_text(text, &addr));
	for (i = 0; i < icept->pass_n; i++)
		fprintf(out, " --pass %s",
			prefix_text(text, &icept->pass[i]));
	if (icept->ends)
		fprintf(out, " --for %u", icept->ends);
	putc('\n', out);
}

/**
 * state_print() - everything as it is typed
 * @out:	where to
 * @now:	what the kernel has; what drains is left out
 */
void state_print(FILE *out, const struct state_now *now)
{
	size_t i;

	if (now->online)
		fprintf(out, "set --memory %llu --cpu %u\n",
			(unsigned long long)now->host.memory, now->host.cpu);
	for (i = 0; i < now->targets.n; i++)
		state_print_target(out, &now->targets.v[i]);
	for (i = 0; i < now->icepts.n; i++)
		if (now->icepts.v[i].state == TCOPY_ICEPT_INTERCEPTING)
			state_print_icept(out, &now->icepts.v[i]);
}
