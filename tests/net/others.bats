#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016 # others.bash sets them; for the shell in there
# Real firewalld, Docker, libvirt and iptables-legacy on the host: who keeps guests from getting out
# is named, Coexist= lets them, for longer than a reload, and nothing of theirs is touched otherwise.

bats_require_minimum_version 1.5.0
load lib
load others

setup() {
	others_setup
}

teardown() {
	others_teardown
}

coexist=('[Firewall]' Coexist=yes)

# What the doctor says; it fails where there is a problem of whatever kind.
checked() {
	host_prep check || true
}

start_docker() {
	start docker dockerd
	await on_host grep -q 'API listen' /tmp/docker.log
}

start_firewalld() {
	start firewalld firewalld --nofork
	await on_host sh -c 'nft list tables | grep -q firewalld && firewall-cmd --state'
}

@test "Docker: its DROP is named, opened on request, also after it was started again" {
	start_docker
	run ! reaches_out
	rules >"$BATS_TEST_TMPDIR/before"
	check=$(checked)
	[[ $check == *"what guests of lan send is dropped by Docker: the policy of ip filter FORWARD is drop"* ]]
	[[ $check == *"Coexist=yes in [Firewall] of etc/bedplate/network/lan.conf; or by hand: \`iptables -I DOCKER-USER -i br-lan"* ]]
	[[ $check == *"dhcp: nobody else answers"* ]]
	plan=$(host_prep plan network)
	[[ $plan == *"network/lan.conf: the chain ip filter FORWARD refuses"*"Coexist=yes"* && $plan != *iptables-legacy* ]]
	host_prep up network
	diff "$BATS_TEST_TMPDIR/before" <(rules)

	network "${lan[@]}" "${coexist[@]}"
	host_prep up network
	assert_served
	diff "$BATS_TEST_TMPDIR/before" <(rules | grep -v '"bedplate"')
	[[ $(checked) != *Docker* ]]
	stop dockerd
	on_host rm /tmp/docker.log
	start_docker
	assert_served
	[[ $(host_prep status network) == "all is as configured" ]]
	# it has put its own in another order by that
	rules | grep -v '"bedplate"' >"$BATS_TEST_TMPDIR/before"
	host_prep down network
	diff "$BATS_TEST_TMPDIR/before" <(rules)
	# its containers need what it has switched on since
	[[ $(on_host cat /proc/sys/net/ipv4/conf/eth0/forwarding) == 1 ]]
}

@test "firewalld: what it rejects is named, and a zone of its own lets guests through for as long as asked" {
	on_host sh -c 'dbus-uuidgen --ensure; dbus-daemon --system --fork'
	start_firewalld
	run ! reaches_out
	rules >"$BATS_TEST_TMPDIR/before"
	on_host find /etc/firewalld -type f | sort >"$BATS_TEST_TMPDIR/files"
	check=$(checked)
	[[ $check == *"firewalld lets nothing through for br-lan"*"Coexist=yes in [Firewall] of etc/bedplate/network/lan.conf"* ]]
	[[ $(host_prep plan network) == *"the chain inet firewalld filter_FORWARD refuses"*"Coexist=yes"*"zone"* ]]
	host_prep up network
	diff "$BATS_TEST_TMPDIR/before" <(rules)

	network "${lan[@]}" '[WireGuard]' Address=10.10.99.1/24 "${coexist[@]}" Host=services Allow=tcp:8080
	host_prep up coexist firewalld
	assert_served
	[[ -z $(host_prep up firewalld) ]]
	[[ $(on_host firewall-cmd --zone=bedplate --list-ports) == 8080/tcp ]]
	[[ $(on_host firewall-cmd --policy=bedplate-vpn --list-ports) == 51820/udp ]]
	network "${lan[@]}" "${coexist[@]}"
	[[ $(host_prep up network) == *"zone bedplate"* ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ $(checked) != *"firewalld lets nothing"* ]]
	on_host firewall-cmd --reload
	assert_served
	stop firewalld
	start_firewalld
	assert_served
	[[ $(host_prep status network) == "all is as configured" ]]
	# a service of the host's is not the guests' for that
	on_host busybox nc -ll -p 8080 -e /bin/true 3>&- &
	await on_host sh -c 'ss -ltn | grep -q :8080'
	run ! on_web nc -w 2 10.10.20.1 8080
	# taken out of the zone by somebody
	on_host firewall-cmd --zone=bedplate --remove-interface=br-lan
	[[ $(host_prep status network) == *"zone bedplate of firewalld's"* ]]
	host_prep up network
	assert_served
	# a down that is killed before firewalld knows
	on_host sh -c 'printf "#!/bin/sh\nkill -9 \$PPID\n" >/usr/local/bin/firewall-cmd; chmod +x /usr/local/bin/firewall-cmd'
	run on_host env PATH=/usr/local/bin:/usr/sbin:/usr/bin bedplate-host-prep down network
	[[ $status == 137 ]]
	on_host rm /usr/local/bin/firewall-cmd
	host_prep down network
	diff "$BATS_TEST_TMPDIR/before" <(rules)
	diff "$BATS_TEST_TMPDIR/files" <(on_host find /etc/firewalld -type f | sort)
}

@test "firewalld: a zone that it does not take leaves nothing, and fails the up" {
	on_host sh -c 'dbus-uuidgen --ensure; dbus-daemon --system --fork'
	start_firewalld
	rules >"$BATS_TEST_TMPDIR/before"
	network "${lan[@]}" "${coexist[@]}"
	on_host sh -c 'printf "#!/bin/sh\necho no >&2; exit 1\n" >/usr/local/bin/firewall-cmd; chmod +x /usr/local/bin/firewall-cmd'
	run ! on_host env PATH=/usr/local/bin:/usr/sbin:/usr/bin bedplate-host-prep up network
	[[ $output == *"zone bedplate of firewalld's"* ]]
	run ! on_host test -e /etc/firewalld/zones/bedplate.xml
	diff "$BATS_TEST_TMPDIR/before" <(rules)
}

@test "libvirt: its default network and ours stand side by side, and nothing of it is a false alarm" {
	start libvirt libvirtd
	await on_host virsh --quiet --connect network:///system net-start default
	[[ $(on_host pgrep -a dnsmasq) == *libvirt*/default.conf* ]]
	rules >"$BATS_TEST_TMPDIR/before"
	check=$(checked)
	[[ $check == *"dhcp: nobody else answers"* && $check == *"libvirt's networks have firewall rules of their own"* ]]
	[[ $check != *"is dropped by"* && $check != *"problem "*libvirt* ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	assert_served
	network "${lan[@]}" "${coexist[@]}"
	host_prep up network
	diff "$BATS_TEST_TMPDIR/before" <(rules)
	stop libvirtd
	start libvirt libvirtd
	await on_host virsh --quiet --connect network:///system net-list
	assert_served
	host_prep down network
	diff "$BATS_TEST_TMPDIR/before" <(rules)
	[[ $(on_host cat /proc/sys/net/ipv4/conf/eth0/forwarding) == 1 ]]
}

@test "iptables-legacy: a DROP that nft does not see is named with what helps, and left as it is" {
	on_host iptables-legacy -P FORWARD DROP || skip "no iptables-legacy in this kernel"
	run ! reaches_out
	rules >"$BATS_TEST_TMPDIR/before"
	[[ $(host_prep plan network) == *"iptables-legacy's FORWARD refuses"* ]]
	check=$(checked)
	[[ $check == *"another firewall (iptables-legacy): the policy of ip filter FORWARD is drop"* ]]
	network "${lan[@]}" "${coexist[@]}"
	host_prep up network
	diff "$BATS_TEST_TMPDIR/before" <(rules)
	# what check says of it
	help=$(sed -n 's/.*-> `\(iptables-legacy [^`]*\)`.*/\1/p' <<<"$check")
	on_host sh -c "$help"
	reaches_out
	# a table that was only looked at is nothing to tell of
	on_host sh -c 'iptables-legacy -F FORWARD; iptables-legacy -P FORWARD ACCEPT'
	[[ $(host_prep plan network) != *iptables-legacy* ]]
	on_host iptables-legacy -A FORWARD -s 192.0.2.1 -j DROP
	[[ $(host_prep plan network) == *"iptables-legacy has rules of its own"* ]]
}

@test "systemd-resolved: guests' names are asked for where a bridge says, for as long as it does" {
	on_host sh -c 'dbus-uuidgen --ensure; dbus-daemon --system --fork; chown systemd-resolve: /run/systemd/resolve'
	start resolved /lib/systemd/systemd-resolved
	await on_host resolvectl status
	run ! on_host resolvectl query web.lan

	network '[Address]' Address=10.10.20.1/24 Dns=10.10.20.1 "${lan[@]:2}"
	host_prep up network
	[[ $(on_host resolvectl dns br-lan) == *": 10.10.20.1" ]]
	[[ $(on_host resolvectl query web.lan) == *10.10.20.5* ]]
	[[ -z $(host_prep up network) ]]

	network "${lan[@]}"
	host_prep up network
	[[ $(on_host resolvectl dns br-lan) == *":" ]]
	run ! on_host resolvectl query web.lan

	network '[Address]' Address=10.10.20.1/24 Dns=10.10.20.1 "${lan[@]:2}"
	host_prep up network
	on_host resolvectl query web.lan
	host_prep down network
	run ! on_host resolvectl query web.lan
	[[ $(on_host resolvectl dns) != *10.10.20.1* ]]
}
