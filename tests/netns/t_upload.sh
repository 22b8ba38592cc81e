#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Uploads of 1 MB and 20 MB, as GRO super-packets: the same bytes arrive at both servers.
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
put 1048576 12 4 1m
put 20971520 2 2 20m
same_logs 14 90
same_uploads 14
ghosts_none
