#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The test host's VM of run-two: runs what the other asks for in $TCOPY_OUT/do.N, one after the other.
export T=/run/t
mkdir -p $T
exec >"$TCOPY_OUT/test.log" 2>&1
. "$TCOPY_TOP/tests/netns/lib.sh"
# a power-off leaves no other trace of what the kernel had to say
dmesg -w >"$TCOPY_OUT/test.kernel" &
[ -e /sys/bus/virtio/drivers/virtio_net ] || modprobe virtio_net
sysctl -qw kernel.printk_ratelimit=0 net.core.rmem_max=8388608 net.core.wmem_max=8388608
ulimit -n 32768
HOSTS=(test)
host_up test eth0
mkdir $T/test
ln -s "$TCOPY_OUT/test-access.log" $T/test/access.log
nginx_up test
touch "$TCOPY_OUT/test.up"
set +e
for ((n = 1; ; n++)); do
	until [ -e "$TCOPY_OUT/do.$n" ]; do sleep 0.1; done
	note "do $(cat "$TCOPY_OUT/do.$n")"
	# not in a subshell: what it starts must stay, what it sets too
	eval "$(cat "$TCOPY_OUT/do.$n")" >"$TCOPY_OUT/out.$n" 2>&1
	echo $? >"$TCOPY_OUT/rc.$n"
	mv "$TCOPY_OUT/rc.$n" "$TCOPY_OUT/done.$n"
done
