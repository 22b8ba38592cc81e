// SPDX-License-Identifier: GPL-2.0
/* tools/tcopyctl/parse.c: tables of what is taken and what is refused, why */
#include "parse.h"
#include "t.h"

static struct err err;

/* @why is part of the message, NULL: it must be taken */
static void check_hostport(const char *s, unsigned int flags, const char *host,
			   const char *dev, unsigned int port, const char *why)
{
	struct hostport hp;
	bool ok = parse_hostport(&hp, s, flags, &err);

	if (why) {
		if (ok)
			T_FAIL("'%.50s' was taken", s);
		if (!strstr(err.msg, why))
			T_FAIL("'%.50s': '%.50s' does not say '%.50s'", s,
			       err.msg, why);
		return;
	}
	if (!ok)
		T_FAIL("'%.50s' was refused: %.50s", s, err.msg);
	if (strcmp(hp.host, host) || strcmp(hp.dev, dev) || hp.port != port)
		T_FAIL("'%.50s' became '%.50s' '%.50s' %u", s, hp.host,
		       hp.dev, hp.port);
}

static void hostports(void)
{
	const unsigned int port_only = HOSTPORT_PORT_ONLY;
	static const struct {
		const char *s;
		unsigned int flags;
		const char *host, *dev;
		unsigned int port;
		const char *why;
	} t[] = {
		{ "10.0.0.5:80", 0, "10.0.0.5", "", 80, NULL },
		{ "web-1.example:65535", 0, "web-1.example", "", 65535, NULL },
		{ "[2001:db8::5]:80", 0, "2001:db8::5", "", 80, NULL },
		{ "[fe80::1%eth0]:80", 0, "fe80::1", "eth0", 80, NULL },
		{ "80", 1, "", "", 80, NULL },
		{ "10.0.0.5:80", 1, "10.0.0.5", "", 80, NULL },
		{ "2001:db8::5", 2, "2001:db8::5", "", 0, NULL },
		{ "10.0.0.5", 2, "10.0.0.5", "", 0, NULL },
		{ "[::1]", 2, "::1", "", 0, NULL },

		{ "", 0, "", "", 0, "not ADDR:PORT" },
		{ "80", 0, "", "", 0, "not ADDR:PORT" },
		{ "10.0.0.5", 0, "", "", 0, "10.0.0.5:80 would be" },
		{ "10.0.0.5:", 0, "", "", 0, "no port" },
		{ ":80", 0, "", "", 0, "not ADDR:PORT" },
		{ "10.0.0.5:0", 0, "", "", 0, "from 1 to 65535" },
		{ "10.0.0.5:65536", 0, "", "", 0, "from 1 to 65535" },
		{ "10.0.0.5:http", 0, "", "", 0, "no port" },
		{ "10.0.0.5:-1", 0, "", "", 0, "no port" },
		{ "10.0.0.5:80x", 0, "", "", 0, "no port" },
		{ "10.0.0.5:18446744073709551696", 0, "", "", 0, "no port" },
		{ "10.0.0.256:80", 0, "", "", 0, "no IPv4 address" },
		{ "10.0.5:80", 0, "", "", 0, "no IPv4 address" },
		{ "2001:db8::5:80", 0, "", "", 0, "brackets" },
		{ "2001:db8::5", 0, "", "", 0, "brackets" },
		{ "[2001:db8::5]80", 0, "", "", 0, "only :PORT" },
		{ "[2001:db8::5]", 0, "", "", 0, "lacks its port" },
		{ "[2001:db8::5:80", 0, "", "", 0, "lacks its ']'" },
		{ "[10.0.0.5]:80", 0, "", "", 0, "IPv6 address" },
		{ "[::ffff:10.0.0.5]:80", 0, "", "", 0, "IPv6 address" },
		{ "[fe80::1%]:80", 0, "", "", 0, "device" },
		{ "[fe80::1%a-much-too-long-device]:80", 0, "", "", 0,
		  "device" },
		{ "a b:80", 0, "", "", 0, "not ADDR:PORT" },
		{ "-web:80", 0, "", "", 0, "not ADDR:PORT" },
		{ "0", 1, "", "", 0, "no port" },
		{ "x", 1, "", "", 0, "lacks its port" },
	};
	size_t i;

	T_EQ(port_only, 1);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		T_DO(check_hostport(t[i].s, t[i].flags, t[i].host, t[i].dev,
				    t[i].port, t[i].why));
}

static void hosts_longer_than_the_buffer(void)
{
	char s[600];
	struct hostport hp;

	memset(s, 'a', sizeof(s));
	strcpy(s + 255, ":80");
	T_OK(parse_hostport(&hp, s, 0, &err));
	T_EQ(strlen(hp.host), 255);
	memset(s, 'a', sizeof(s));
	strcpy(s + 256, ":80");
	T_OK(!parse_hostport(&hp, s, 0, &err));
	memset(s, '1', sizeof(s));
	s[0] = '[';
	strcpy(s + 590, "]:80");
	T_OK(!parse_hostport(&hp, s, 0, &err));
}

static void check_prefix(const char *s, unsigned int family, unsigned int plen,
			 const char *why)
{
	struct prefix p;
	bool ok = parse_prefix(&p, s, &err);

	if (why) {
		if (ok)
			T_FAIL("'%.50s' was taken", s);
		if (!strstr(err.msg, why))
			T_FAIL("'%.50s': '%.50s' does not say '%.50s'", s,
			       err.msg, why);
		return;
	}
	if (!ok)
		T_FAIL("'%.50s' was refused: %.50s", s, err.msg);
	T_EQ(p.family, family);
	T_EQ(p.plen, plen);
}

static void prefixes(void)
{
	T_DO(check_prefix("10.0.0.0/8", 4, 8, NULL));
	T_DO(check_prefix("0.0.0.0/0", 4, 0, NULL));
	T_DO(check_prefix("10.1.2.3", 4, 32, NULL));
	T_DO(check_prefix("::/0", 6, 0, NULL));
	T_DO(check_prefix("2001:db8::/32", 6, 32, NULL));
	T_DO(check_prefix("2001:db8::1", 6, 128, NULL));
	T_DO(check_prefix("10.0.0.1/8", 4, 8, "did you mean 10.0.0.0/8?"));
	T_DO(check_prefix("10.0.0.128/24", 4, 8, "10.0.0.0/24?"));
	T_DO(check_prefix("2001:db8::1/64", 6, 0, "2001:db8::/64?"));
	T_DO(check_prefix("10.0.0.0/33", 4, 0, "from 0 to 32"));
	T_DO(check_prefix("::/129", 6, 0, "from 0 to 128"));
	T_DO(check_prefix("10.0.0.0/", 4, 0, "prefix length"));
	T_DO(check_prefix("10.0.0.0/-1", 4, 0, "prefix length"));
	T_DO(check_prefix("10.0.0.0/8/8", 4, 0, "prefix length"));
	T_DO(check_prefix("10/8", 4, 0, "no prefix"));
	T_DO(check_prefix("", 4, 0, "no prefix"));
	T_DO(check_prefix("web/8", 4, 0, "no prefix"));
	T_DO(check_prefix("10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0/8",
			  4, 0, "no prefix"));
}

static void prefix_holds_to_the_bit(void)
{
	struct endpoint in, out;
	struct prefix p;

	T_OK(parse_prefix(&p, "10.0.0.192/27", &err));
	T_OK(parse_addr(&in, "10.0.0.223", &err));
	T_OK(parse_addr(&out, "10.0.0.224", &err));
	T_OK(prefix_holds(&p, 4, &in.addr));
	T_OK(!prefix_holds(&p, 4, &out.addr));
	T_OK(!prefix_holds(&p, 6, &in.addr));
	T_OK(parse_prefix(&p, "0.0.0.0/0", &err));
	T_OK(prefix_holds(&p, 4, &out.addr));
	T_OK(parse_prefix(&p, "2001:db8::/33", &err));
	T_OK(parse_addr(&in, "2001:db8:7fff::1", &err));
	T_OK(parse_addr(&out, "2001:db8:8000::1", &err));
	T_OK(prefix_holds(&p, 6, &in.addr));
	T_OK(!prefix_holds(&p, 6, &out.addr));
	T_OK(parse_prefix(&p, "2001:db8::1", &err));
	T_OK(parse_addr(&in, "2001:db8::1", &err));
	T_OK(prefix_holds(&p, 6, &in.addr));
	/* a length that its family does not have: from the kernel, say */
	p.plen = 200;
	T_OK(!prefix_holds(&p, 6, &in.addr));
}

static void seconds(void)
{
	u32 s = 0;

	T_OK(parse_seconds(&s, "90", 1, 604800, &err));
	T_EQ(s, 90);
	T_OK(parse_seconds(&s, "90s", 1, 604800, &err));
	T_EQ(s, 90);
	T_OK(parse_seconds(&s, "5m", 1, 604800, &err));
	T_EQ(s, 300);
	T_OK(parse_seconds(&s, "2h", 1, 604800, &err));
	T_EQ(s, 7200);
	T_OK(parse_seconds(&s, "7d", 1, 604800, &err));
	T_EQ(s, 604800);
	T_OK(!parse_seconds(&s, "8d", 1, 604800, &err));
	T_OK(strstr(err.msg, "1 to 604800 s"));
	T_OK(!parse_seconds(&s, "0", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "4294967297", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "99999999999999999999999d", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "s", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "1.5", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "500ms", 1, 604800, &err));
	T_OK(strstr(err.msg, "no duration"));
	T_OK(!parse_seconds(&s, "-1", 1, 604800, &err));
	T_OK(!parse_seconds(&s, "1w", 1, 604800, &err));
	T_EQ(s, 604800);
}

static void sizes(void)
{
	u64 n = 0;

	T_OK(parse_size(&n, "1048576", &err));
	T_EQ(n, 1048576);
	T_OK(parse_size(&n, "512M", &err));
	T_EQ(n, 512ull << 20);
	T_OK(parse_size(&n, "2g", &err));
	T_EQ(n, 2ull << 30);
	T_OK(parse_size(&n, "1T", &err));
	T_EQ(n, 1ull << 40);
	T_OK(parse_size(&n, "16777215T", &err));
	T_OK(!parse_size(&n, "16777216T", &err));
	T_OK(!parse_size(&n, "18446744073709551616", &err));
	T_OK(!parse_size(&n, "0", &err));
	T_OK(!parse_size(&n, "0M", &err));
	T_OK(!parse_size(&n, "", &err));
	T_OK(!parse_size(&n, "M", &err));
	T_OK(!parse_size(&n, "1MB", &err));
	T_OK(!parse_size(&n, "1X", &err));
	T_OK(!parse_size(&n, "-1M", &err));
	T_OK(!parse_size(&n, "1.5G", &err));
	T_OK(strstr(err.msg, "no size"));
}

static void names(void)
{
	char name[32];

	T_OK(parse_name(name, "web", &err));
	T_OK(parse_name(name, "0web", &err));
	T_OK(parse_name(name, "b\xc3\xbcro", &err));
	T_OK(parse_name(name, "123456789012345678901234567890x", &err));
	T_OK(!parse_name(name, "12345678901234567890123456789x12", &err));
	T_OK(!parse_name(name, "", &err));
	T_OK(!parse_name(name, "7", &err));
	T_OK(strstr(err.msg, "selects by ID"));
	T_OK(!parse_name(name, "all", &err));
	T_OK(!parse_name(name, "a:b", &err));
	T_OK(!parse_name(name, "a b", &err));
	T_OK(!parse_name(name, "a\nb", &err));
	T_OK(!parse_name(name, "-x", &err));
}

static void selectors(void)
{
	struct selector sel;

	T_OK(parse_selector(&sel, "all", &err));
	T_EQ(sel.kind, SELECT_ALL);
	T_OK(parse_selector(&sel, "7", &err));
	T_EQ(sel.kind, SELECT_ID);
	T_EQ(sel.id, 7);
	T_OK(parse_selector(&sel, "web", &err));
	T_EQ(sel.kind, SELECT_NAME);
	T_OK(!strcmp(sel.name, "web"));
	T_OK(parse_selector(&sel, "[2001:db8::1]:443", &err));
	T_EQ(sel.kind, SELECT_ENDPOINT);
	T_EQ(sel.hostport.port, 443);
	T_OK(!parse_selector(&sel, "0", &err));
	T_OK(!parse_selector(&sel, "4294967296", &err));
	T_OK(!parse_selector(&sel, "", &err));
	T_OK(!parse_selector(&sel, "10.0.0.1:", &err));
}

static void check_service(const char *s, u32 ifindex, const char *why)
{
	struct endpoint ep;

	T_OK(parse_addr(&ep, s, &err));
	ep.ifindex = ifindex;
	if (parse_addr_ok(&ep, s, &err)) {
		if (why)
			T_FAIL("'%.50s' was taken", s);
		return;
	}
	if (!why || !strstr(err.msg, why))
		T_FAIL("'%.50s': %.50s", s, err.msg);
}

static void services(void)
{
	struct endpoint ep;

	T_DO(check_service("10.0.0.5", 0, NULL));
	T_DO(check_service("2001:db8::5", 0, NULL));
	T_DO(check_service("fe80::5", 3, NULL));
	T_DO(check_service("fe80::5", 0, "link-local"));
	T_DO(check_service("2001:db8::5", 3, "takes a device"));
	T_DO(check_service("0.0.0.0", 0, "no host"));
	T_DO(check_service("0.1.2.3", 0, "no host"));
	T_DO(check_service("::", 0, "no host"));
	T_DO(check_service("224.0.0.1", 0, "multicast"));
	T_DO(check_service("255.255.255.255", 0, "broadcast"));
	T_DO(check_service("ff02::1", 0, "multicast"));
	T_OK(!parse_addr(&ep, "::ffff:1.2.3.4", &err));
	T_OK(strstr(err.msg, "write it as IPv4"));
	T_OK(!parse_addr(&ep, "1.2.3.4 ", &err));
	T_OK(!parse_addr(&ep, "01.2.3.4", &err));
}

/* Whatever bytes come, nothing is read or written past its end. */
static void any_bytes(void)
{
	static const char alphabet[] =
		"0123456789abcdef:.%[]/-smhdKMGal \xff\n.";
	struct hostport hp;
	struct selector sel;
	struct prefix p;
	char name[32];
	uint32_t x = 1;
	unsigned int i, j;
	char s[40];
	u64 n;
	u32 m;

	for (i = 0; i < 200000; i++) {
		unsigned int len = i % (sizeof(s) - 1);

		for (j = 0; j < len; j++) {
			x = x * 1664525 + 1013904223;
			s[j] = alphabet[(x >> 16) % (sizeof(alphabet) - 1)];
		}
		s[len] = 0;
		parse_hostport(&hp, s, i & 3, &err);
		parse_selector(&sel, s, &err);
		parse_prefix(&p, s, &err);
		parse_seconds(&m, s, 1, 604800, &err);
		parse_size(&n, s, &err);
		parse_name(name, s, &err);
	}
}

static void percents(void)
{
	static const struct {
		const char *s;
		u32 share;
	} t[] = {
		{ "10", 100000 }, { "100", 1000000 }, { "0.5", 5000 },
		{ "12.25", 122500 }, { "0.0001", 1 }, { "99.9999", 999999 },
		{ "100.0", 1000000 }, { "007", 70000 },
		{ "0", 0 }, { "0.0", 0 }, { "", 0 }, { ".5", 0 }, { "5.", 0 },
		{ "100.0001", 0 }, { "101", 0 }, { "0.00001", 0 }, { "-1", 0 },
		{ "10%", 0 }, { "1e1", 0 }, { "18446744073709551626", 0 },
	};
	u32 share;
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		share = 0;
		if (parse_percent(&share, t[i].s, &err) != !!t[i].share ||
		    share != t[i].share)
			T_FAIL("'%s' became %u", t[i].s, share);
	}
}

static void marks(void)
{
	static const struct {
		const char *s;
		bool ok;
		u32 mark;
	} t[] = {
		{ "0", true, 0 }, { "7", true, 7 }, { "0x11", true, 17 },
		{ "0XfF", true, 255 }, { "0xffffffff", true, 0xffffffff },
		{ "4294967295", true, 0xffffffff },
		{ "4294967296", false, 0 }, { "0x", false, 0 },
		{ "0x100000000", false, 0 }, { "0xg", false, 0 },
		{ "0x1 ", false, 0 }, { "-1", false, 0 }, { "", false, 0 },
	};
	unsigned int i;
	u32 mark;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		mark = 0;
		if (parse_mark(&mark, t[i].s, &err) != t[i].ok ||
		    mark != t[i].mark)
			T_FAIL("'%s' became %u", t[i].s, mark);
	}
}

int main(void)
{
	T_RUN(hostports);
	T_RUN(hosts_longer_than_the_buffer);
	T_RUN(prefixes);
	T_RUN(prefix_holds_to_the_bit);
	T_RUN(seconds);
	T_RUN(sizes);
	T_RUN(percents);
	T_RUN(marks);
	T_RUN(names);
	T_RUN(selectors);
	T_RUN(services);
	T_RUN(any_bytes);
	return t_done();
}
