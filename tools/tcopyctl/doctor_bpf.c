// SPDX-License-Identifier: GPL-2.0
/* doctor: which eBPF programs are there. What they do is not known. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "doctor.h"

/* enum bpf_attach_type of Linux 6.6 and later */
#define TCX_INGRESS	46
#define TCX_EGRESS	47

static int bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/**
 * bpf_tcx() - has a device programs that see its packets (Linux 6.6)?
 * @ifindex:	the device
 * @egress:	those that leave by it; otherwise those that come in
 *
 * Return: how many; 0 also where the kernel knows of no such thing.
 */
unsigned int bpf_tcx(u32 ifindex, bool egress)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = ifindex;
	attr.query.attach_type = egress ? TCX_EGRESS : TCX_INGRESS;
	if (bpf(BPF_PROG_QUERY, &attr))
		return 0;
	return attr.query.prog_cnt;
}

static bool prog_info(u32 id, struct bpf_prog_info *info)
{
	union bpf_attr attr;
	int fd, rc;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return false;
	memset(&attr, 0, sizeof(attr));
	memset(info, 0, sizeof(*info));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(*info);
	attr.info.info = (uintptr_t)info;
	rc = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
	close(fd);
	return !rc;
}

/**
 * bpf_sk_msg() - is there a program that can move payload between sockets?
 * @id:		its ID, set when there is one
 * @name:	its name; may be empty
 *
 * Of the whole machine: which sockets are in its map nobody can tell.
 *
 * Return: false also for who may not look (CAP_SYS_ADMIN).
 */
bool bpf_sk_msg(u32 *id, char name[static BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	u32 last = 0;

	for (;;) {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = last;
		if (bpf(BPF_PROG_GET_NEXT_ID, &attr))
			return false;
		last = attr.next_id;
		/* it may be gone by now */
		if (prog_info(last, &info) &&
		    info.type == BPF_PROG_TYPE_SK_MSG) {
			*id = last;
			memcpy(name, info.name, BPF_OBJ_NAME_LEN);
			return true;
		}
	}
}
