#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Before the boot: the kernel's Python client of netlink specs, for t_ynl.sh. Argument: where ynl.tar goes.
set -eu
out=$(realpath "$1")
dir=$("$(dirname "$(realpath "$0")")/../lint/ynl")
tar -C "$dir/tools/net/ynl" -cf "$out/ynl.tar" cli.py lib
