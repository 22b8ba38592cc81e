# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the scripts in the guest have in common, under icount but for bench/native; sourced by them: the tests' lab for IPv4,
# with cables in place of its bridge, and kprobes that count instructions. What they say is on fd 3; the rest goes to the log.
exec >"$TCOPY_OUT/guest.log" 2>&1
export T=/run/bench
mkdir -p $T
set -- 4
# shellcheck source=tests/netns/lib.sh
. "$TCOPY_TOP/tests/netns/lib.sh"
set --
# The lab's, by looks in place of time: that leaps to the next timer where all wait for this machine's disk.
wait_for() {
	local what=$2 looks=$(($1 * 20))
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $((looks--)) -gt 0 ] || fail "waited in vain: $what"
		sleep 0.1
	done
}
tracing=/sys/kernel/tracing
# the native kernel has none
mount -t tracefs tracefs $tracing 2>/dev/null || [ -e $tracing/trace ] || [ ! -d $tracing ]
sysctl -qew kernel.printk_ratelimit=0 net.core.rmem_max=8388608 net.core.wmem_max=8388608 fs.file-max=200000 kernel.hung_task_timeout_secs=0
ulimit -n 32768
for m in veth bridge nf_tables nft_dup_ipv4; do modprobe $m; done

# The lab without its bridge, which would cost as much as a copy: a cable between client and online host, one between
# that and the test host.
#   client 10.1.0.10 -- 10.1.0.1 online 10.2.0.1 -- 10.2.0.2 test
cables_up() {
	trap lab_exit EXIT
	ip netns add net
	ip link add client0 type veth peer name online0
	ip link add online1 type veth peer name test0
	IP4[test]=10.2.0.2
	host_up client client0
	host_up online online0
	host_up test test0
	ip link set online1 netns online name eth1
	ip -n online addr add 10.2.0.1/24 dev eth1
	ip -n online link set eth1 up
	ip -n test route add default via 10.2.0.1
	ns client sysctl -qw net.ipv4.ip_local_port_range='1025 65000'
}
offloads_off() {
	ns client ethtool -K eth0 tso off gso off gro off >/dev/null
	ns test ethtool -K eth0 tso off gso off gro off >/dev/null
	ns online ethtool -K eth0 tso off gso off gro off >/dev/null
	ns online ethtool -K eth1 tso off gso off gro off >/dev/null
}

# What is shed, or lost by us; there is none of it, or it is no measurement.
# shellcheck disable=SC2034	# for those who source this
SHED='queue_full|cpu_limit|memory_limit|no_memory|unshareable|send_failed|end_shed|end_gap|answers_lost|headers_lost|tuple_taken'

# the sum of counters of show-stats whose name matches
counted() {	# REGEX
	if ! grep -q '^tcopy ' /proc/modules; then echo 0; return; fi
	ctl online -j show-stats | sed 's/[,{}]/\n/g' |
		sed -nE "s/^[[:space:]]*\"($1)\":[[:space:]]*([0-9]*).*/\2/p" | awk '{ n += $1 } END { print n + 0 }'
}

# For bench/count: when a function is entered and left, by the counter of instructions, in a run of its own so that no
# probe is inside of another; and the length of its second argument when that is an skb (at 112 since 5.x). Something is
# read in any case, because to read costs 166 instructions.
probed() {	# FILE FUNCTION[:skb] COMMAND...
	local file=$1 function=${2%:skb} len='len=+112(%sp):u32'
	[ "$function" = "$2" ] || len='len=+112(%si):u32'
	shift 2
	echo 16384 >$tracing/buffer_size_kb
	echo x86-tsc >$tracing/trace_clock
	echo >$tracing/trace
	if ! echo "p:tcopy_in $function $len" >$tracing/kprobe_events; then
		echo "there is no function $function to probe" >&3
		return
	fi
	echo "r:tcopy_out $function" >>$tracing/kprobe_events
	echo 1 >$tracing/events/kprobes/enable
	"$@" >/dev/null
	echo 0 >$tracing/events/kprobes/enable
	# shellcheck disable=SC2002	# gzip wonders at a file without a size
	cat $tracing/trace | gzip -1 >"$TCOPY_OUT/$file.gz"
	echo >$tracing/kprobe_events
	echo >$tracing/trace
}
# A system call of ten instructions: what is measured of it are the probes
probed_nothing() { python3 -c 'import ctypes; [ctypes.CDLL(None).syscall(146, 0) for i in range(300)]'; }

# $WORKED_US: what the CPU has worked until now. Without another process, which would have to be read from this machine's disk.
worked() {
	local idle
	read -r _ idle </proc/uptime
	WORKED_US=$((${EPOCHREALTIME/[.,]/} - ${idle/./} * 10000))
}
# busy COMMAND...: $TOOK_US that the CPU has worked when COMMAND comes back, $BUSY_US when all is quiet after it
busy() {
	local before
	worked
	before=$WORKED_US
	"$@"
	worked
	# shellcheck disable=SC2034	# for those who source this
	TOOK_US=$((WORKED_US - before))
	sleep 5
	worked
	# shellcheck disable=SC2034
	BUSY_US=$((WORKED_US - before))
}
