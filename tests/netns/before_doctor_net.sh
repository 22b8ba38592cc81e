#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An XDP program that lets everything pass, in $1.
set -eu
cat >"$1/xdp_pass.c" <<'C'
__attribute__((section("xdp"), used)) int pass(void *ctx)
{
	return 2;
}
char gpl[] __attribute__((section("license"), used)) = "GPL";
C
clang -O2 -g -target bpf -c -o "$1/xdp_pass.o" "$1/xdp_pass.c"
