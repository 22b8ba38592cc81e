// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's TCG for bench/sharing: which instructions of the guest's
 * kernel move cache lines between its CPUs.
 *
 * Each CPU is given a cache that holds all it has touched, and lines of 64
 * bytes are kept coherent as by MESI. So what is counted is sharing alone: an
 * access needs a transfer when another CPU has written the line since this one
 * had it, or when it writes what another CPU holds. Kernel memory only: user
 * addresses are not those of one memory.
 *
 *   -plugin sharing.so,out=DIR
 *
 * While there is a file DIR/on, accesses are counted; when it goes away,
 * DIR/instructions and DIR/lines are written, and then DIR/written is made.
 * Until then the guest runs at its usual speed.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What QEMU offers a plugin; its qemu-plugin.h is in no package of Debian. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_trans_cb)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*mem_cb)(unsigned int cpu, uint32_t info, uint64_t vaddr,
		       void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb,
				      int flags, int rw, void *data);
bool qemu_plugin_mem_is_store(uint32_t info);
void qemu_plugin_reset(uint64_t id, void (*cb)(uint64_t id));

enum {
	CPUS = 8,
	LINES = 1 << 22,	/* of 64 bytes: 256 MB that were touched */
	INSNS = 1 << 18,
	BY = 8,			/* of a line's users that are named */
	ACCESS_NO_REGS = 0,
	ACCESS_RW = 3,
};

/* with four levels of page tables as with five */
static const uint64_t KERNEL = 1ull << 63;

struct insn {
	uint64_t addr;
	struct {
		uint64_t accesses, fetched, taken;
	} by[CPUS];
};

struct line {
	_Atomic uint64_t key;	/* address / 64; 0: free */
	_Atomic int busy;
	uint8_t holders;	/* a bit a CPU */
	bool written;		/* since the count began */
	uint32_t transfers;
	struct insn *users[BY];	/* that needed transfers */
};

static struct line *lines;
static struct insn *insns;
static pthread_mutex_t insns_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool on;
static _Atomic uint64_t overflow;
static const char *dir;

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static size_t slot(uint64_t key, size_t size)
{
	return (key * 0x9e3779b97f4a7c15 >> 32) & (size - 1);
}

static struct line *line_of(uint64_t key)
{
	size_t i = slot(key, LINES), tries;

	for (tries = 0; tries < 256; tries++, i = (i + 1) & (LINES - 1)) {
		_Atomic uint64_t *at = &lines[i].key;
		uint64_t was = atomic_load(at);

		if (!was && atomic_compare_exchange_strong(at, &was, key))
			was = key;
		if (was == key)
			return &lines[i];
	}
	overflow++;
	return NULL;
}

static struct insn *insn_of(uint64_t addr)
{
	size_t i = slot(addr, INSNS), tries;
	struct insn *found = NULL;

	pthread_mutex_lock(&insns_lock);
	for (tries = 0; tries < INSNS; tries++, i = (i + 1) & (INSNS - 1)) {
		if (insns[i].addr && insns[i].addr != addr)
			continue;
		insns[i].addr = addr;
		found = &insns[i];
		break;
	}
	pthread_mutex_unlock(&insns_lock);
	return found;
}

static void moved(struct line *l, struct insn *insn)
{
	int i;

	l->transfers++;
	for (i = 0; i < BY; i++) {
		if (l->users[i] && l->users[i] != insn)
			continue;
		l->users[i] = insn;
		return;
	}
}

static void accessed(unsigned int cpu, uint32_t info, uint64_t vaddr,
		     void *data)
{
	struct insn *insn = data;
	uint8_t me = (uint8_t)(1 << cpu);
	struct line *l;

	if (!atomic_load_explicit(&on, memory_order_relaxed) ||
	    vaddr < KERNEL || cpu >= CPUS)
		return;
	l = line_of(vaddr / 64);
	if (!l)
		return;
	insn->by[cpu].accesses++;
	while (atomic_exchange(&l->busy, 1))
		;
	if (qemu_plugin_mem_is_store(info)) {
		if (l->holders & ~me) {
			insn->by[cpu].taken++;
			moved(l, insn);
		}
		l->holders = me;
		l->written = true;
	} else if (!(l->holders & me)) {
		if (l->written) {
			insn->by[cpu].fetched++;
			moved(l, insn);
		}
		l->holders |= me;
	}
	atomic_store(&l->busy, 0);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);
		struct insn *mine = at >= KERNEL ? insn_of(at) : NULL;

		if (mine)
			qemu_plugin_register_vcpu_mem_cb(insn, accessed,
							 ACCESS_NO_REGS,
							 ACCESS_RW, mine);
	}
}

static void begin(uint64_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}

/* Only a CPU's thread can have what was translated thrown away: the first that
 * translates something.
 */
static void wait_on(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)tb;
	if (on)
		qemu_plugin_reset(id, begin);
}

static FILE *file(const char *name, const char *mode)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, mode);
}

/* Of an instruction: ADDRESS ACCESSES FETCHED TAKEN.
 * Of a line: ADDRESS TRANSFERS INSTRUCTION...
 */
static void write_out(void)
{
	FILE *f = file("instructions", "w");
	size_t i;
	int c;

	for (i = 0; i < INSNS && f; i++) {
		uint64_t accesses = 0, fetched = 0, taken = 0;

		for (c = 0; c < CPUS; c++) {
			accesses += insns[i].by[c].accesses;
			fetched += insns[i].by[c].fetched;
			taken += insns[i].by[c].taken;
		}
		if (accesses)
			fprintf(f, "%" PRIx64 " %" PRIu64 " %" PRIu64
				" %" PRIu64 "\n",
				insns[i].addr, accesses, fetched, taken);
	}
	if (f)
		fclose(f);
	f = file("lines", "w");
	for (i = 0; i < LINES && f; i++) {
		if (!lines[i].transfers)
			continue;
		fprintf(f, "%" PRIx64 " %u", lines[i].key * 64,
			lines[i].transfers);
		for (c = 0; c < BY && lines[i].users[c]; c++)
			fprintf(f, " %" PRIx64, lines[i].users[c]->addr);
		fputc('\n', f);
	}
	if (f)
		fclose(f);
	f = file("written", "w");
	if (f) {
		fprintf(f, "%" PRIu64 " accesses were not counted\n",
			atomic_load(&overflow));
		fclose(f);
	}
}

static void *watch(void *unused)
{
	for (;;) {
		FILE *f = file("on", "r");

		if (f)
			fclose(f);
		if (f && !on) {
			on = true;
		} else if (!f && on) {
			on = false;
			usleep(100000);
			write_out();
			return unused;
		}
		usleep(20000);
	}
}

__attribute__((visibility("default"))) int
qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	pthread_t thread;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("sharing: where to write? (out=DIR)\n", stderr);
		return 1;
	}
	dir = strdup(argv[0] + 4);
	lines = calloc(LINES, sizeof(*lines));
	insns = calloc(INSNS, sizeof(*insns));
	if (!dir || !lines || !insns ||
	    pthread_create(&thread, NULL, watch, NULL))
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, wait_on);
	return 0;
}
