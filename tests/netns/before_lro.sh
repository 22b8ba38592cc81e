#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Before the boot: the module of t_lro.sh, for each kernel that there are headers for. Argument: where tcopy_lro-KVER.ko goes.
set -eu
out=$1
here=$(dirname "$(realpath "$0")")
cd "$here/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kdirs=$(make -s print-kdirs)
for kdir in $kdirs; do
	rm -rf "$work/lro"
	cp -r "$here/lro" "$work/lro"
	make -s -C "$kdir" M="$work/lro" W=1 modules
	cp "$work/lro/tcopy_lro.ko" "$out/tcopy_lro-$(modinfo -F vermagic "$work/lro/tcopy_lro.ko" | cut -d' ' -f1).ko"
done
