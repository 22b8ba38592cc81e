// SPDX-License-Identifier: GPL-2.0
/* tcopyctl doctor: what is wrong here, why it matters, what mends it. */
#include <stdarg.h>
#include <stdio.h>

#include "doctor.h"
#include "out.h"

/**
 * doctor_subject() - what findings are about
 * @to:		filled
 * @word:	its own word for itself, in commands
 * @fmt:	in words
 */
void doctor_subject(struct subject *to, const char *word, const char *fmt, ...)
{
	va_list ap;

	snprintf(to->word, sizeof(to->word), "%s", word);
	va_start(ap, fmt);
	vsnprintf(to->name, sizeof(to->name), fmt, ap);
	va_end(ap);
}

/* Put the subject's word where the advice has its %s. */
static void mend_text(char *buf, size_t size, const struct advice *advice,
		      const struct subject *subject)
{
	const char *at = strstr(advice->mend, "%s");

	if (at)
		snprintf(buf, size, "%.*s%s%s", (int)(at - advice->mend),
			 advice->mend, subject->word, at + 2);
	else
		snprintf(buf, size, "%s", advice->mend);
}

/**
 * doctor_found() - something is wrong
 * @d:		the examination
 * @advice:	what kind of thing
 * @subject:	about what
 * @fmt:	what it is, without newline
 */
void doctor_found(struct doctor *d, const struct advice *advice,
		  const struct subject *subject, const char *fmt, ...)
{
	char what[768], mend[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	mend_text(mend, sizeof(mend), advice, subject);
	d->found++;
	if (out_is_json()) {
		out_row();
		out_str("check", NULL, advice->check);
		out_str("subject", NULL, subject->name);
		out_str("what", NULL, what);
		out_str("why", NULL, advice->why);
		out_str("mend", NULL, mend);
		out_row_end();
		return;
	}
	out_line(2, "FOUND %s: %s: %s", advice->check, subject->name, what);
	out_line(8, "  why:  %s", advice->why);
	/* no sentence: a command, which broken into two could not be copied */
	if (!strpbrk(advice->mend, ",;:'"))
		printf("  mend: %s\n", mend);
	else
		out_line(8, "  mend: %s", mend);
}

/**
 * doctor_fact() - what was seen, for people
 * @subject:	about what
 * @fmt:	without newline
 */
void doctor_fact(const struct subject *subject, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_line(2, "%s: %s", subject->name, text);
}

static void examine_version(struct doctor *d, const char *subject,
			    const char *loaded)
{
	static const struct advice version = {
		"version", "what the tool asks for the module may not know",
		"install both from one build, and load the module anew: rmmod, modprobe"
	};
	struct subject s;

	d->checks++;
	doctor_subject(&s, "", "%s", subject);
	if (strcmp(loaded, TCOPY_VERSION))
		doctor_found(d, &version, &s,
			     "the module is version %s, tcopyctl is %s", loaded,
			     TCOPY_VERSION);
}

/* Unlike state_now_get(): no module is a finding. */
static bool examine_modules(struct doctor *d)
{
	static const struct advice missing = {
		"module", "nothing is copied and nothing is intercepted",
		"'modprobe tcopy' on the online host, 'modprobe tcopy_intercept' on the test host; or insmod the .ko"
	};
	static const struct advice idle = {
		"nothing", "no packet is looked at",
		"'tcopyctl add-target ADDR:PORT' on the online host, 'tcopyctl add-intercept PORT' on the test host; 'tcopyctl restore' brings back what was saved"
	};
	struct subject host;
	struct nl nl;
	bool any;

	doctor_subject(&host, "", "this host");
	d->checks++;
	any = nl_may(&nl, TCOPY_FAMILY_NAME);
	nl_close(&nl);
	if (!any) {
		any = nl_may(&nl, TCOPY_ICEPT_FAMILY_NAME);
		nl_close(&nl);
	}
	if (!any) {
		doctor_found(d, &missing, &host,
			     "neither tcopy nor tcopy_intercept is loaded");
		return false;
	}
	state_now_get(&d->now);
	if (d->now.online)
		examine_version(d, "online host's module tcopy",
				d->now.host.version);
	if (d->now.test)
		examine_version(d, "test host's module tcopy_intercept",
				d->now.icept_all.version);
	d->checks++;
	if (!d->now.targets.n && !d->now.icepts.n)
		doctor_found(d, &idle, &host,
			     "neither a target nor an intercept in this network namespace");
	doctor_fact(&host, "tcopyctl %s", TCOPY_VERSION);
	if (d->now.online)
		doctor_fact(&host, "tcopy %s, %zu targets", d->now.host.version,
			    d->now.targets.n);
	if (d->now.test)
		doctor_fact(&host, "tcopy_intercept %s, %zu intercepts",
			    d->now.icept_all.version, d->now.icepts.n);
	return true;
}

static int run(struct args *args)
{
	struct doctor d = { 0 };

	args_none(args);
	out_list(OUT_TABLE);
	if (examine_modules(&d)) {
		doctor_online(&d);
		doctor_test(&d);
		doctor_host(&d);
		nf_rules_get(&d.nf);
		doctor_firewall(&d);
		doctor_unread(&d);
		doctor_bypass(&d);
		nf_rules_put(&d.nf);
		state_now_put(&d.now);
	}
	if (out_is_json())
		out_list_end();
	else
		printf("%u questions, %u finding%s\n", d.checks, d.found,
		       d.found == 1 ? "" : "s");
	return d.found ? EXIT_FOUND : EXIT_DONE;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.synopsis = "",
	.summary = "look for what is wrong on this host, and say what mends it",
	.help =
	"On either host: modules and versions, each target's state, return channel, route and counters,\n"
	"each intercept's relay, service and pass prefixes, reverse path filters, conntrack, the way back to\n"
	"clients, rules of nftables that drop every copy or answer, rules that cannot be read here (legacy\n"
	"iptables, tc, bridges), martians, what takes packets or payload past the hook. Each finding says what\n"
	"it is, why it matters, and what mends it. Changes nothing.\n"
	"Exit code 3 when something was found. With -j a list of the findings. Counters are those since\n"
	"the module was loaded or 'reset-stats': after mending, reset them and ask again.\n",
	.examples =
	"tcopyctl doctor\n"
	"tcopyctl -n blue -j doctor | jq -r '.[].mend'\n",
	.run = run,
};
