// SPDX-License-Identifier: GPL-2.0
/* Names to numbers: hosts, devices, and selectors of targets. */
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "resolve.h"
#include "tcopyctl.h"

#define ADDRS_MAX 32

static bool from_sockaddr(struct endpoint *to, const struct sockaddr *sa)
{
	memset(to, 0, sizeof(*to));
	if (sa->sa_family == AF_INET) {
		to->family = 4;
		to->addr.v4 = ((const struct sockaddr_in *)sa)->sin_addr.s_addr;
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		to->family = 6;
		memcpy(to->addr.v6, &in6->sin6_addr, 16);
		to->ifindex = in6->sin6_scope_id;
		return true;
	}
	return false;
}

/* A name with several addresses is the user's to choose from, not ours. */
static void look_up(struct endpoint *to, const char *host, const char *what)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct endpoint found[ADDRS_MAX];
	struct addrinfo *list, *ai;
	char text[ENDPOINT_TEXT];
	unsigned int n = 0, i;
	char all[512] = "";
	size_t len = 0;
	int rc;

	rc = getaddrinfo(host, NULL, &hints, &list);
	if (rc)
		refuse("%s: cannot resolve '%s': %s", what, host,
		       gai_strerror(rc));
	for (ai = list; ai && n < ADDRS_MAX; ai = ai->ai_next) {
		if (!from_sockaddr(&found[n], ai->ai_addr))
			continue;
		for (i = 0; i < n; i++)
			if (!memcmp(&found[i], &found[n], sizeof(found[n])))
				break;
		n += i == n;
	}
	freeaddrinfo(list);
	if (!n)
		refuse("%s: '%s' has no address", what, host);
	if (n > 1) {
		for (i = 0; i < n && len < sizeof(all); i++)
			len += (size_t)snprintf(all + len, sizeof(all) - len,
						"%s%s", i ? ", " : "",
						endpoint_text(text, &found[i]));
		refuse("%s: '%s' has several addresses, say which: %s", what,
		       host, all);
	}
	*to = found[0];
}

/**
 * resolve_endpoint() - from text to numbers, or the end of the program
 * @to:		filled; family 0 when @from has no host
 * @from:	from parse_hostport()
 * @what:	the option or argument, for errors
 */
void resolve_endpoint(struct endpoint *to, const struct hostport *from,
		      const char *what)
{
	struct err err;

	memset(to, 0, sizeof(*to));
	if (*from->host && !parse_addr(to, from->host, &err)) {
		if (from->bracketed)
			misuse("%s: %s", what, err.msg);
		look_up(to, from->host, what);
	}
	to->port = from->port;
	if (*from->dev) {
		to->ifindex = if_nametoindex(from->dev);
		if (!to->ifindex)
			refuse("%s: no device '%s' here ('ip link' lists them)",
			       what, from->dev);
	}
	if (to->family && !parse_addr_ok(to, from->host, &err))
		misuse("%s: %s", what, err.msg);
}

static bool selected(const struct target *t, const struct selector *sel,
		     const struct endpoint *ep)
{
	switch (sel->kind) {
	case SELECT_ALL:
		return true;
	case SELECT_ID:
		return t->id == sel->id;
	case SELECT_NAME:
		return !strcmp(t->name, sel->name);
	case SELECT_ENDPOINT:
		return t->to.family == ep->family && t->to.port == ep->port &&
		       t->to.ifindex == ep->ifindex &&
		       !memcmp(&t->to.addr, &ep->addr, sizeof(ep->addr));
	}
	return false;
}

static void refuse_ambiguous(const struct target_list *list, const char *text)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT];
	size_t i;

	warn("'%.64s' is ambiguous, use the ID:", text);
	for (i = 0; i < list->n; i++)
		fprintf(stderr, "  %u %s %s -> %s\n", list->v[i].id,
			*list->v[i].name ? list->v[i].name : "-",
			endpoint_text(from, &list->v[i].from),
			endpoint_text(to, &list->v[i].to));
	leave(EXIT_REFUSED);
}

/**
 * resolve_targets() - the targets that a selector means
 * @nl:		to the family tcopy
 * @list:	filled; empty only for "all" and when there is none
 * @selector:	ID, NAME, ADDR:PORT or all, as it was typed; NULL: all
 * @one:	"all" will not do
 *
 * Ends the program when the selector is wrong, matches nothing or is
 * ambiguous.
 */
void resolve_targets(struct nl *nl, struct target_list *list,
		     const char *selector, bool one)
{
	struct selector sel = { .kind = SELECT_ALL };
	struct endpoint ep = { 0 };
	struct err err;
	size_t i, n = 0;

	if (selector && !parse_selector(&sel, selector, &err))
		misuse("%s", err.msg);
	if (one && sel.kind == SELECT_ALL)
		misuse("'all' is more than one target: ID, NAME or ADDR:PORT would be right");
	if (sel.kind == SELECT_ENDPOINT)
		resolve_endpoint(&ep, &sel.hostport, selector);

	/* words are judged before the kernel is asked for anything */
	nl_need(nl, TCOPY_FAMILY_NAME);
	if (target_dump(nl, list, &err))
		refuse("cannot read the targets: %s", err.msg);
	for (i = 0; i < list->n; i++)
		if (selected(&list->v[i], &sel, &ep))
			list->v[n++] = list->v[i];
	list->n = n;
	if (sel.kind == SELECT_ALL)
		return;
	if (!n)
		refuse("no target '%.64s' ('tcopyctl show-targets' lists them)",
		       selector);
	if (n > 1)
		refuse_ambiguous(list, selector);
}
