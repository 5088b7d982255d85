# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the cases
# What the network cases share: a host with one NIC, and what it is connected to.

net_top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
netstate=$net_top/${BEDPLATE_BUILD:-build}/tests/net/netstate
[[ ${BEDPLATE_BUILD:-} != /* ]] || netstate=$BEDPLATE_BUILD/tests/net/netstate
export LC_ALL=C.UTF-8

# namespace NAME: a network namespace with a /sys of its own, kept by a process whose id is $NAME.
namespace() {
	local ready=$BATS_TEST_TMPDIR/$1.ready
	mkfifo "$ready"
	# shellcheck disable=SC2016 # for the shell in there
	unshare --net --mount --propagation private bash -c '
		mount -t sysfs sysfs /sys && ip link set lo up && echo ready >"$1" && exec sleep infinity
	' - "$ready" 3>&- &
	declare -g "$1=$!"
	read -r <"$ready"
}

# The machine under test, and the one at the other end of its cable.
on_host() {
	nsenter --target "$host" --net --mount "$@"
}
on_far() {
	nsenter --target "$far" --net --mount "$@"
}

# The host's eth0 has addresses of both families, a default route in each, and one more of each kind
# that is easily lost. Neighbours are at .1.
net_setup() {
	namespace host
	namespace far
	on_host ip link add eth0 type veth peer name far0
	on_host ip link set far0 netns "$far"
	on_far sh -e <<-'END'
		ip link set far0 up
		ip address add 10.9.0.1/24 dev far0
		ip address add fd09::1/64 nodad dev far0
	END
	on_host sh -e <<-'END'
		ip link set eth0 up
		ip address add 10.9.0.2/24 brd + dev eth0
		ip address add 10.9.0.3/24 dev eth0
		ip address add 10.8.0.2/16 noprefixroute dev eth0
		ip address add fd09::2/64 nodad dev eth0
		ip route add 10.8.0.0/16 dev eth0 proto kernel scope link src 10.8.0.2 metric 100
		ip route add default via 10.9.0.1 proto dhcp src 10.9.0.2 metric 100
		ip route add 10.77.0.0/16 via 10.9.0.1 mtu 1400
		ip route add default via 10.9.0.1 table 100
		ip -6 route add default via fd09::1
	END
}

net_teardown() {
	[[ ! -e $BATS_TEST_TMPDIR/far.server ]] || kill "$(<"$BATS_TEST_TMPDIR/far.server")"
	[[ -z ${host:-} ]] || kill "$host"
	[[ -z ${far:-} ]] || kill "$far"
	wait 2>/dev/null || true
}

# All that `down` or an undo has to give back, without what the kernel does in its own time.
snapshot() {
	on_host ip -o link show | sed 's/ qdisc.*//; s/^[0-9]*: //; s/,LOWER_UP\|NO-CARRIER,//g'
	on_host ip -o address show | grep -v 'scope link' | sed 's/^[0-9]*: //; s/ *\\.*//'
	on_host ip -4 route show table all | grep -v 'table local' | sed 's, linkdown,,'
	on_host ip -6 route show table all | grep -v 'table local\|fe80\|ff00' | sed 's/ pref medium//'
}

plan() {
	on_host "$netstate" plan "$@"
}
apply() {
	on_host "$netstate" apply "$@"
}

# await COMMAND...: until it is true, ten seconds ($patience) at most.
await() {
	local end=$((SECONDS + ${patience:-10}))
	until "$@"; do
		((SECONDS < end)) || {
			echo "waited for: $*"
			return 1
		}
	done
}

# link_field LINK JQ-EXPRESSION: of `ip -details`.
link_field() {
	on_host ip -json -details link show "$1" | jq -r ".[0] | $2"
}

# The host with an /etc, /run and /var/lib of its own: $conf is its /etc/bedplate, $run its /run/bedplate.
prep_setup() {
	net_setup
	conf=$BATS_TEST_TMPDIR/etc/bedplate run=$BATS_TEST_TMPDIR/run/bedplate
	mkdir -p "$conf/network" "$run"
	cp /etc/passwd /etc/group "$BATS_TEST_TMPDIR/etc"
	# shellcheck disable=SC2016 # for the shell in there
	on_host sh -e -c 'mount --bind "$1/etc" /etc; mount --bind "$1/run" /run; mount -t tmpfs tmpfs /var/lib' \
		- "$BATS_TEST_TMPDIR"
}

prep_teardown() {
	host_prep down network >/dev/null 2>&1 || true
	net_teardown
}

# Processes by name that are in the host's network.
in_host() {
	local pid
	for pid in $(pgrep -x "$1"); do
		[[ $(readlink "/proc/$pid/ns/net") != "$(readlink "/proc/$host/ns/net")" ]] || echo "$pid"
	done
}
# Those that keep a dnsmasq running.
keepers() {
	in_host bedplate-keeper
}
is_gone() {
	! kill -0 "$1" 2>/dev/null
}

# What is installed beside the programs.
export BEDPLATE_LIBDIR=$net_top/host-prep

host_prep() {
	on_host "$(dirname "$netstate")/../../host-prep/bedplate-host-prep" "$@"
}

# network NAME LINE...: writes a network's file.
network() {
	printf '%s\n' "${@:2}" >"$conf/network/$1.conf"
}
