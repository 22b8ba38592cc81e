// SPDX-License-Identifier: GPL-2.0
/* The options that add-target and set-target share. */
#include <net/if.h>

#include "tune.h"

#define FOR_MOST	31536000	/* a year */

/* Attribute of an option that is a number or a word, and its size. */
static const struct {
	u16 type;
	u8 size;
} attrs[TUNE_N] = {
	[TUNE_PACE] = { TCOPY_A_TARGET_PACE, 1 },
	[TUNE_MAX_SESSIONS] = { TCOPY_A_TARGET_MAX_SESSIONS, 4 },
	[TUNE_IDLE] = { TCOPY_A_TARGET_IDLE, 4 },
	[TUNE_WAIT] = { TCOPY_A_TARGET_WAIT, 4 },
	[TUNE_SESSIONS] = { TCOPY_A_TARGET_SESSIONS, 1 },
	[TUNE_SAMPLE] = { TCOPY_A_TARGET_SAMPLE, 4 },
	[TUNE_SEED] = { TCOPY_A_TARGET_SEED, 4 },
	[TUNE_RAMP] = { TCOPY_A_TARGET_RAMP, 4 },
	[TUNE_RATE] = { TCOPY_A_TARGET_RATE, 4 },
	[TUNE_MSS] = { TCOPY_A_TARGET_MSS, 4 },
	[TUNE_MARK] = { TCOPY_A_TARGET_MARK, 4 },
	[TUNE_DSCP] = { TCOPY_A_TARGET_DSCP, 1 },
	[TUNE_COPIES] = { TCOPY_A_TARGET_COPIES, 4 },
	[TUNE_FOR] = { TCOPY_A_TARGET_FOR, 4 },
};

static bool read_number(u32 *to, const char *value, u64 least, u64 most,
			const char *what, struct err *err)
{
	u64 n;

	if (!parse_number(&n, value, least, most, what, err))
		return false;
	*to = (u32)n;
	return true;
}

/* One of two words: the first is 0. */
static bool read_word(u32 *to, const char *value, const char *first,
		      const char *second, const char *what, struct err *err)
{
	*to = !strcmp(value, second);
	if (*to || !strcmp(value, first))
		return true;
	return err_set(err, "'%.64s' is no %s: %s or %s is", value, what, first,
		       second);
}

static bool read_source(struct tune *tune, const char *value, struct err *err)
{
	struct err why;

	if (!strcmp(value, "client") || !strcmp(value, "own")) {
		tune->value[TUNE_SOURCE] = *value == 'o' ? TCOPY_SOURCE_OWN :
							   TCOPY_SOURCE_CLIENT;
		return true;
	}
	tune->value[TUNE_SOURCE] = TCOPY_SOURCE_PREFIX;
	if (!strchr(value, '/') && !parse_prefix(&tune->source, value, &why))
		return err_set(err, "'%.64s' is no source: client, own or a prefix is",
			       value);
	return parse_prefix(&tune->source, value, err);
}

static bool read_client(struct tune *tune, int opt, const char *value,
			struct err *err)
{
	bool not = opt == TUNE_NOT_CLIENT;
	unsigned int *n = &tune->client_n[not];

	if (!strcmp(value, not ? "none" : "all")) {
		if (*n)
			return err_set(err, "'%s' stands alone", value);
		return true;
	}
	if (tune->client_n[0] + tune->client_n[1] == TCOPY_CLIENTS_MAX)
		return err_set(err, "%u prefixes at most, --client and --not-client together",
			       TCOPY_CLIENTS_MAX);
	if (!parse_prefix(&tune->client[not][*n], value, err))
		return false;
	(*n)++;
	return true;
}

static bool read_dev(struct tune *tune, const char *value, struct err *err)
{
	if (!*value || strlen(value) >= sizeof(tune->dev))
		return err_set(err, "'%.64s' is no device: eth0 or off would be",
			       value);
	snprintf(tune->dev, sizeof(tune->dev), "%s",
		 strcmp(value, "off") ? value : "");
	return true;
}

/* What can be turned off is off at 0. */
static bool may_be_off(int opt)
{
	return opt == TUNE_RAMP || opt == TUNE_RATE || opt == TUNE_MSS ||
	       opt == TUNE_MARK || opt == TUNE_FOR;
}

/**
 * tune_read() - take an option
 * @tune:	zeroed before the first
 * @opt:	TUNE_...
 * @name:	how it is called
 * @value:	its value; the program ends when that is wrong
 */
void tune_read(struct tune *tune, int opt, const char *name, const char *value)
{
	u32 *to = &tune->value[opt];
	struct err err;
	bool ok = true;

	tune->has |= 1u << opt;
	if (may_be_off(opt) && !strcmp(value, "off"))
		return;
	switch (opt) {
	case TUNE_PACE:
		ok = read_word(to, value, "response", "none", "pace", &err);
		break;
	case TUNE_SOURCE:
		ok = read_source(tune, value, &err);
		break;
	case TUNE_COPIES:
		ok = read_number(to, value, 1, TCOPY_COPIES_MAX,
				 "number of copies", &err);
		break;
	case TUNE_SESSIONS:
		ok = read_word(to, value, "any", "full",
			       "kind of sessions", &err);
		break;
	case TUNE_MAX_SESSIONS:
		ok = read_number(to, value, 1, 16777216, "number of sessions",
				 &err);
		break;
	case TUNE_IDLE:
	case TUNE_WAIT:
		ok = parse_seconds(to, value, 1, 604800, &err);
		break;
	case TUNE_CLIENT:
	case TUNE_NOT_CLIENT:
		ok = read_client(tune, opt, value, &err);
		break;
	case TUNE_SAMPLE:
	case TUNE_RAMP:
		ok = parse_percent(to, value, &err);
		break;
	case TUNE_SEED:
		ok = read_number(to, value, 0, UINT32_MAX, "seed", &err);
		break;
	case TUNE_RATE:
		ok = read_number(to, value, 1, 1000000, "rate", &err);
		break;
	case TUNE_MSS:
		ok = read_number(to, value, 88, 65495, "MSS", &err);
		break;
	case TUNE_MARK:
		ok = parse_mark(to, value, &err);
		break;
	case TUNE_DSCP:
		ok = read_number(to, value, 0, 63, "DSCP", &err);
		break;
	case TUNE_DEV:
		ok = read_dev(tune, value, &err);
		break;
	case TUNE_FOR:
		ok = parse_seconds(to, value, 1, FOR_MOST, &err);
		break;
	}
	if (!ok)
		misuse("%s: %s", name, err.msg);
}

static void put_prefixes(struct nlmsghdr *nlh, u16 type,
			 const struct prefix *prefix, unsigned int n)
{
	struct nlattr *nest;
	unsigned int i;

	/* none: an empty nest */
	if (!n)
		mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, type));
	for (i = 0; i < n; i++) {
		nest = mnl_attr_nest_start(nlh, type);
		attr_put_addr(nlh, TCOPY_A_PREFIX_ADDR, prefix[i].family,
			      &prefix[i].addr);
		mnl_attr_put_u8(nlh, TCOPY_A_PREFIX_PLEN, prefix[i].plen);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void put_source(struct nlmsghdr *nlh, const struct tune *tune)
{
	mnl_attr_put_u8(nlh, TCOPY_A_TARGET_SOURCE,
			(u8)tune->value[TUNE_SOURCE]);
	if (tune->value[TUNE_SOURCE] == TCOPY_SOURCE_PREFIX)
		put_prefixes(nlh, TCOPY_A_TARGET_SOURCE_PREFIX, &tune->source,
			     1);
}

static u32 dev_index(const char *name)
{
	u32 index = *name ? if_nametoindex(name) : 0;

	if (*name && !index)
		refuse("--dev: no device %s here", name);
	return index;
}

/**
 * tune_check() - the program ends when what was asked for is not here
 * @tune:	options
 *
 * tune_put() does that too, but perhaps when others were done already.
 */
void tune_check(const struct tune *tune)
{
	if (tune->has & 1u << TUNE_DEV)
		dev_index(tune->dev);
}

/**
 * tune_put() - write what was asked for
 * @nlh:	a message with room, in the nest of a target
 * @tune:	options; a device is looked up here
 */
void tune_put(struct nlmsghdr *nlh, const struct tune *tune)
{
	int i;

	for (i = 0; i < TUNE_N; i++) {
		if (!(tune->has & 1u << i))
			continue;
		if (i == TUNE_CLIENT)
			put_prefixes(nlh, TCOPY_A_TARGET_CLIENT,
				     tune->client[0], tune->client_n[0]);
		else if (i == TUNE_NOT_CLIENT)
			put_prefixes(nlh, TCOPY_A_TARGET_NOT_CLIENT,
				     tune->client[1], tune->client_n[1]);
		else if (i == TUNE_SOURCE)
			put_source(nlh, tune);
		else if (i == TUNE_DEV)
			mnl_attr_put_u32(nlh, TCOPY_A_TARGET_DEV,
					 dev_index(tune->dev));
		else if (attrs[i].size == 1)
			mnl_attr_put_u8(nlh, attrs[i].type, (u8)tune->value[i]);
		else
			mnl_attr_put_u32(nlh, attrs[i].type, tune->value[i]);
	}
}
