#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what building and testing need, on Debian 12. Quick when everything is there. With "all": what
# only `make check-all` needs, too; with "bench": what only `make bench` does.
set -eu
export DEBIAN_FRONTEND=noninteractive

packages=(
	# build
	make gcc clang llvm libc6-dev libmnl-dev libncurses-dev pkg-config git
	libelf-dev libssl-dev bc flex bison cpio xz-utils zstd kmod perl python3
	# kernels: what we build against and boot, and the source for the debug kernel and checkpatch
	linux-image-cloud-amd64 linux-headers-cloud-amd64
	linux-image-6.12-cloud-amd64 linux-headers-6.12-cloud-amd64 linux-source-6.12
	# the lab
	qemu-system-x86 qemu-system-common busybox-static util-linux
	iproute2 ethtool nftables iptables ipvsadm tcpdump procps
	nginx-light curl wrk
	# services whose traffic is copied, and a client of HTTP/2
	redis-server postgresql-15 mariadb-server-core mariadb-client-core memcached nghttp2-client
	# a parser of what Prometheus reads
	python3-prometheus-client
	# lint
	sparse shellcheck codespell cppcheck coccinelle
	# netlink specs, for lint and the YNL client
	python3-yaml python3-jsonschema yamllint
	# the manual, and completion
	mandoc bash-completion fish zsh
)
# the packages, the dissector of the return channel, recipes for tracing, and a tunnel
[ "${1:-}" != all ] || packages+=(debhelper dh-dkms lintian rpm rpmlint mmdebstrap tshark bpftrace linux-perf wireguard-tools)

# what draws its chart
[ "${1:-}" != bench ] || packages+=(python3-matplotlib gdb)

missing=()
have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
for p in "${packages[@]}"; do
	grep -qx "installed $p" <<<"$have" || missing+=("$p")
done
if [ ${#missing[@]} = 0 ]; then
	exit 0
fi
echo "setup: installing ${missing[*]}"
if [ "$(id -u)" != 0 ]; then
	echo "setup: this needs root: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
fi

# No service must start here: packages ask this script whether they may.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
	trap 'rm -f $policy' EXIT
fi
log=$(mktemp)
if ! { apt-get -q update && apt-get -q install -y --no-install-recommends "${missing[@]}"; } \
	>"$log" 2>&1 </dev/null; then
	tail -20 "$log" >&2
	echo "setup: apt-get failed (log: $log)" >&2
	exit 1
fi
rm -f "$log"
