#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A tool of another version than the modules, in $1/doctor.
set -eu
cd "$(dirname "$(realpath "$0")")/../.."
make -C tools/tcopyctl OUT="$1/doctor" VERSION=0.0.9 CFLAGS=-O0
