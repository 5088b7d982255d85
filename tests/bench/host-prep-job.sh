# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One host's network is brought up by one of several systems and looked at; twice by those that
# can see that nothing is to be done.
#
#   host-prep-job.sh SYSTEM times|memory|rules
#
# Runs in the Debian tree of tests/bench/host-prep, in namespaces of its own. It prints
# "FIRST-US SECOND-US FIRST-CPU-US", or the KiB of the largest process, or the rules as nft prints them.
# All systems load these same rules, which bedplate has made, so that nft has the same to do.

set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
bridge=br-lan taps=(tap0 tap1 tap2 tap3) rules=/run/bench/rules.nft

# The host has a NIC with a default route.
make_host() {
	mount -t sysfs sysfs /sys
	ip link set lo up
	ip link add eth0 type veth peer name far0
	ip link set far0 up
	ip link set eth0 up
	ip address add 10.9.0.2/24 dev eth0
	ip route add default via 10.9.0.1
}

up_bedplate() {
	/run/bench/bedplate-host-prep up network
}

settings() {
	echo "net.ipv6.conf.$bridge.accept_ra=0"
	printf 'net.ipv6.conf.%s.disable_ipv6=1\n' "${taps[@]}"
	printf 'net.ipv4.conf.%s.forwarding=1\n' $bridge eth0
}

# As a person writes it down: command by command, the rules in a file.
script() {
	ip link add $bridge type bridge stp_state 0 forward_delay 0
	ip address add 10.20.0.1/24 dev $bridge
	for tap in "${taps[@]}"; do
		ip tuntap add "$tap" mode tap vnet_hdr
		sysctl -q -w "net.ipv6.conf.$tap.disable_ipv6=1"
		ip link set "$tap" master $bridge
		ip link set "$tap" up
	done
	ip link set $bridge up
	sysctl -q -w net.ipv6.conf.$bridge.accept_ra=0
	sysctl -q -w net.ipv4.conf.$bridge.forwarding=1
	sysctl -q -w net.ipv4.conf.eth0.forwarding=1
}
up_script() {
	script
	nft -f $rules
}

# The same, which cannot be run twice: its rules would stand there twice.
up_script_once() {
	script
	nft -f /run/bench/rules
}

# The same with a command of nft for each chain and rule.
up_script_rules() {
	script
	while read -r line; do
		nft "$line"
	done </run/bench/rules.commands
}

# With as few processes as such programs allow.
up_batch() {
	{
		printf 'tuntap add %s mode tap vnet_hdr\n' "${taps[@]}"
		echo "link add $bridge type bridge stp_state 0 forward_delay 0"
		echo "address add 10.20.0.1/24 dev $bridge"
		printf "link set %s master $bridge up\n" "${taps[@]}"
		echo "link set $bridge up"
	} | ip -batch -
	settings | sysctl -q -p -
	nft -f $rules
}

up_ifupdown2() {
	ifup -a
}

# No network at all: the part of it that is nft's, and the same for all.
up_nft_alone() {
	nft -f $rules
}

# What differs between them must not be what was asked for.
assert_up() {
	nft list ruleset | grep -q masquerade
	[ "$1" != nft-alone ] || return 0
	ip -o address show $bridge | grep -q 'inet 10\.20\.0\.1/24 '
	[ "$(ip -o link show master $bridge up | wc -l)" = 4 ]
	[ "$(cat /proc/sys/net/ipv4/conf/$bridge/forwarding /proc/sys/net/ipv4/conf/eth0/forwarding |
		tr -d '\n')" = 11 ]
}

# elapsed COMMAND...: sets us, and cpu_us for its processor time.
elapsed() {
	local start=$EPOCHREALTIME end TIMEFORMAT='%3U %3S'
	{ time "$@" >/run/log 2>&1; } 2>/run/cpu || {
		cat /run/log >&2
		return 1
	}
	end=$EPOCHREALTIME
	us=$((${end/./} - ${start/./}))
	cpu_us=$(awk '{ print ($1 + $2) * 1e6 }' /run/cpu)
}

times() {
	elapsed "up_${1//-/_}"
	first=$us cpu=$cpu_us
	assert_up "$1"
	second=-
	case $1 in
	bedplate | ifupdown2)
		elapsed "up_${1//-/_}"
		second=$us
		assert_up "$1"
		;;
	esac
	echo "$first $second $cpu"
}

memory() {
	/usr/bin/time -f %M -o /run/memory bash "$0" "$1" up >/run/log 2>&1 || {
		cat /run/log >&2
		return 1
	}
	assert_up "$1"
	cat /run/memory
}

case $2 in
up)
	# The program itself, if there is one, and not the shell that has called it.
	[ "$1" != bedplate ] || exec /run/bench/bedplate-host-prep up network
	[ "$1" != ifupdown2 ] || exec ifup -a
	"up_${1//-/_}"
	;;
rules)
	make_host
	elapsed up_bedplate
	nft list ruleset
	;;
*)
	make_host
	"$2" "$1"
	;;
esac
