// SPDX-License-Identifier: GPL-2.0
/* tune: what a target has, its defaults, what differs, and all that as text. */
#include <net/if.h>
#include <stdio.h>

#include "tune.h"

#define ALL_BITS ((1u << TUNE_N) - 1)

static const struct arg_def defs[] = { TUNE_DEFS };

/**
 * tune_of() - what a target has
 * @to:		filled, with every bit
 * @t:		the target
 */
void tune_of(struct tune *to, const struct target *t)
{
	memset(to, 0, sizeof(*to));
	to->has = ALL_BITS;
	to->value[TUNE_PACE] = t->pace;
	to->value[TUNE_MAX_SESSIONS] = t->max_sessions;
	to->value[TUNE_IDLE] = t->idle;
	to->value[TUNE_WAIT] = t->wait;
	to->value[TUNE_SOURCE] = t->source;
	to->source = t->source_prefix;
	to->value[TUNE_SESSIONS] = t->sessions;
	to->value[TUNE_SAMPLE] = t->sample;
	to->value[TUNE_SEED] = t->seed;
	to->value[TUNE_RAMP] = t->ramp;
	to->value[TUNE_RATE] = t->rate;
	to->value[TUNE_MSS] = t->mss;
	to->value[TUNE_MARK] = t->mark;
	to->value[TUNE_DSCP] = t->dscp;
	to->value[TUNE_FOR] = t->ends;
	to->value[TUNE_COPIES] = t->copies;
	if (t->dev && !if_indextoname(t->dev, to->dev)) {
		warn("target %u: the device of its --dev is gone", t->id);
		snprintf(to->dev, sizeof(to->dev), "gone");
	}
	memcpy(to->client[0], t->client, sizeof(t->client));
	memcpy(to->client[1], t->not_client, sizeof(t->not_client));
	to->client_n[0] = t->client_n;
	to->client_n[1] = t->not_client_n;
}

/**
 * tune_rest() - what add-target means where it does not say
 * @tune:	options that were given stay; --seed, which is random, does too
 * @forward:	with --hook forward
 * @own:	copies leave with this host's address by themselves
 */
void tune_rest(struct tune *tune, bool forward, bool own)
{
	static const u32 usual[TUNE_N] = {
		[TUNE_MAX_SESSIONS] = 262144,
		[TUNE_IDLE] = 600,
		[TUNE_WAIT] = 120,
		[TUNE_SAMPLE] = TCOPY_SAMPLE_ALL,
		[TUNE_COPIES] = 1,
	};
	int i;

	for (i = 0; i < TUNE_N; i++) {
		if (tune->has & 1u << i || i == TUNE_SEED)
			continue;
		tune->has |= 1u << i;
		tune->value[i] = usual[i];
		if (i == TUNE_SOURCE && own)
			tune->value[i] = TCOPY_SOURCE_OWN;
		if (i == TUNE_SESSIONS && forward)
			tune->value[i] = TCOPY_SESSIONS_FULL;
	}
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->plen == b->plen &&
	       !memcmp(&a->addr, &b->addr, a->family == 4 ? 4 : 16);
}

static bool same_clients(const struct tune *a, const struct tune *b, int not)
{
	unsigned int i;

	if (a->client_n[not] != b->client_n[not])
		return false;
	for (i = 0; i < a->client_n[not]; i++)
		if (!same_prefix(&a->client[not][i], &b->client[not][i]))
			return false;
	return true;
}

static bool same(const struct tune *a, const struct tune *b, int opt)
{
	u32 left = a->value[opt], right = b->value[opt];

	switch (opt) {
	case TUNE_CLIENT:
	case TUNE_NOT_CLIENT:
		return same_clients(a, b, opt == TUNE_NOT_CLIENT);
	case TUNE_DEV:
		return !strcmp(a->dev, b->dev);
	case TUNE_FOR:
		/* what is left of it is less by the minute */
		return !left == !right;
	case TUNE_SOURCE:
		return left == right &&
		       (left != TCOPY_SOURCE_PREFIX ||
			same_prefix(&a->source, &b->source));
	}
	return left == right;
}

/**
 * tune_diff() - what has to be changed
 * @want:	what is wanted; keeps what differs from @have
 * @have:	what there is, with every bit
 */
void tune_diff(struct tune *want, const struct tune *have)
{
	int i;

	for (i = 0; i < TUNE_N; i++)
		if (want->has & 1u << i && same(want, have, i))
			want->has &= ~(1u << i);
}

static void print_clients(FILE *out, const struct tune *tune, int opt)
{
	bool not = opt == TUNE_NOT_CLIENT;
	char text[ENDPOINT_TEXT];
	unsigned int i;

	if (!tune->client_n[not])
		fprintf(out, " %s %s", defs[opt].name, not ? "none" : "all");
	for (i = 0; i < tune->client_n[not]; i++)
		fprintf(out, " %s %s", defs[opt].name,
			prefix_text(text, &tune->client[not][i]));
}

static const char *value_text(char *buf, size_t size, const struct tune *tune,
			      int opt)
{
	u32 value = tune->value[opt];
	char prefix[ENDPOINT_TEXT];

	switch (opt) {
	case TUNE_PACE:
		return value == TCOPY_PACE_NONE ? "none" : "response";
	case TUNE_SESSIONS:
		return value == TCOPY_SESSIONS_FULL ? "full" : "any";
	case TUNE_SOURCE:
		if (value != TCOPY_SOURCE_PREFIX)
			return value == TCOPY_SOURCE_OWN ? "own" : "client";
		snprintf(buf, size, "%s", prefix_text(prefix, &tune->source));
		return buf;
	case TUNE_DEV:
		return *tune->dev ? tune->dev : "off";
	case TUNE_SAMPLE:
		return percent_text(buf, value);
	case TUNE_RAMP:
		return value ? percent_text(buf, value) : "off";
	case TUNE_MARK:
		snprintf(buf, size, value ? "0x%x" : "off", value);
		return buf;
	case TUNE_RATE:
	case TUNE_MSS:
	case TUNE_FOR:
		if (!value)
			return "off";
		break;
	}
	snprintf(buf, size, "%u", value);
	return buf;
}

/**
 * tune_print() - options as they are typed, each with a space before it
 * @out:	where to
 * @tune:	options
 */
void tune_print(FILE *out, const struct tune *tune)
{
	char buf[ENDPOINT_TEXT];
	int i;

	for (i = 0; i < TUNE_N; i++) {
		if (!(tune->has & 1u << i))
			continue;
		if (i == TUNE_CLIENT || i == TUNE_NOT_CLIENT)
			print_clients(out, tune, i);
		else
			fprintf(out, " %s %s", defs[i].name,
				value_text(buf, sizeof(buf), tune, i));
	}
}
