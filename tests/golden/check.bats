#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate host-prep check on a fake machine: the findings, their JSON, the exit status, and the one
# thing that it writes, on request.

bats_require_minimum_version 1.5.0
load lib

setup() {
	work=$BATS_TEST_TMPDIR
	root=$work/root
	"$here/make-iommu-tree" "$root"
	put proc/cpuinfo 'flags : fpu vmx'
	put proc/cmdline 'root=/dev/sda1 quiet'
	put proc/meminfo 'MemTotal: 8388608 kB'
	put proc/self/mountinfo '22 1 0:20 / /proc rw - proc proc rw'
	put proc/net/udp '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   1: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0 0'
	put proc/77/comm dnsmasq
	mkdir "$root/proc/77/fd"
	ln -s 'socket:[4711]' "$root/proc/77/fd/5"
	put proc/50/comm NetworkManager
	put proc/sys/net/bridge/bridge-nf-call-iptables 1
	put proc/sys/net/ipv4/conf/br-lan/forwarding 0
	put run/systemd/timesync/synchronized ''
	put run/bedplate/boot.json '{"version": 1, "result": "ok", "messages": ["vg/root is degraded"]}'
	put sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages 100
	put etc/passwd $'root:x:0:0::/root:/bin/sh\nqemu:x:107:107::/:/sbin/nologin'
	put etc/group $'root:x:0:\nkvm:x:36:'
	put etc/bedplate/host.conf $'[KernelArgs]\nRequire=iommu=pt\nAdvise=nohz_full=2-3'
	put etc/bedplate/guests/web.conf \
		$'[Memory]\nSize=7G\nHugePages=2M\n[Passthrough]\nAddress=01:00.0\n[Nic]\nNetwork=lan\nUser=qemu'
	put etc/bedplate/network/lan.conf $'[Network]\nBridge=br-lan\n[Address]\nAddress=10.10.20.1/24'
}

check() {
	"$B/host-prep/bedplate-host-prep" check --root "$root" "$@"
}

# as_it_should_be: the machine, mended.
as_it_should_be() {
	rm -r "$root/proc/77" "$root/proc/50" "$root/etc/bedplate/guests" "$root/etc/bedplate/network"
	put proc/cmdline 'iommu=pt nohz_full=2-3'
	put proc/sys/net/bridge/bridge-nf-call-iptables 0
	put dev/kvm ''
	put run/bedplate/boot.json '{"version": 1, "result": "ok", "messages": []}'
}

@test "each finding says what is wrong and what to do about it" {
	run -2 check
	echo "$output" >"$work/check"
	same_as_expected check.findings "$work/check"
	[ "$(grep -c '^problem' "$work/check")" = "$(grep -A1 '^problem' "$work/check" | grep -c '^ *-> ')" ]
}

@test "JSON has the same findings" {
	run -2 check --json
	echo "$output" >"$work/json"
	jq -e '.version == 1 and .worst == "problem"' "$work/json"
	[ "$(jq '.findings | length' "$work/json")" = "$(check | grep -vc '^ ')" ]
	[ "$(jq -r '.findings[] | select(.check == "dhcp") | .severity' "$work/json")" = problem ]
	# whatever bytes are in the name of the file that one is about
	put etc/bedplate/host.conf.d/$'b\xe4d.conf' '[Nope]'
	[ "$(check --json | jq -r '.findings[] | select(.check == "files") | .what')" = "there is no section [Nope]" ]
}

@test "the exit status is that of the worst finding" {
	as_it_should_be
	run -0 check
	rm "$root/run/systemd/timesync/synchronized"
	run -0 check
	put run/bedplate/boot.json '{"version": 1, "result": "rescue", "messages": []}'
	run -1 check
	rm "$root/dev/kvm"
	run -2 check
}

@test "a device that goes to its guest when that starts is where it should be until then" {
	check | grep '^problem  iommu: 0000:01:00.0 (guests/web.conf:5): no guest can have it while 0000:01:00.1 '
	printf '%s\n' '[Passthrough]' Address=01:00.0 Bind=start >"$root/etc/bedplate/guests/web.conf"
	run -2 check
	grep '^ok       iommu: ' <<<"$output"
}

# iommu FINDING ADVICE: what check says of the devices that host.conf names.
iommu() {
	run check iommu
	grep -A1 -F "iommu: $1" <<<"$output" | grep -F -- "-> $2"
}

@test "what goes with a device in its IOMMU group has to go to vfio-pci as well" {
	rm -r "$root/etc/bedplate/guests"
	put etc/bedplate/host.conf $'[Vfio]\nDevices=01:00.0'
	iommu '0000:01:00.0 (host.conf:2): no guest can have it while 0000:01:00.1 in its IOMMU group has driver snd_hda_intel' \
		'have that go with it, by [Vfio] Devices=0000:01:00.1 or'
	ln -sfn ../../../bus/pci/drivers/vfio-pci "$(readlink -f "$root/sys/bus/pci/devices/0000:01:00.0")/driver"
	iommu '0000:01:00.0 (host.conf:2): no guest can have it while 0000:01:00.1 ' 'have that go with it'
	put etc/bedplate/host.conf $'[Vfio]\nDevices=01:00.*'
	run -1 check iommu
	[ "$(grep -c '^warning' <<<"$output")" = 1 ]
	iommu '0000:01:00.1 (host.conf:2) is not on vfio-pci but on snd_hda_intel' 'it can be passed through'
}

@test "a device that up would leave where it is gets other advice" {
	rm -r "$root/etc/bedplate/guests"
	put etc/bedplate/host.conf $'[Vfio]\nDevices=02:00.0 1234:5678@03:00.0 00:1c.0 00:17.0'
	mkdir -p "$root/sys/dev/block"
	ln -s ../../class/block/sda2 "$root/sys/dev/block/8:2"
	put proc/self/mountinfo '28 1 8:2 / / rw - ext4 /dev/sda2 rw'
	put sys/class/net/ens1f0/operstate up
	iommu '0000:02:00.0 (host.conf:2) is not on vfio-pci but on igb' 'its interface ens1f0 is up: `ip link set ens1f0 down`'
	iommu '0000:03:00.0 (host.conf:2) is 144d:a808, not 1234:5678' 'addresses move when cards are added'
	iommu '0000:00:1c.0 (host.conf:2) is a bridge, which no guest can have' 'take it out'
	iommu '0000:00:17.0 (host.conf:2) cannot be passed through: the host stands on it: / (sda2)' '`bedplate host-prep iommu`'
}

@test "mistakes in all files are told at once, and the other checks go on" {
	put etc/bedplate/host.conf $'[KernelArgs]\nReqire=iommu=pt'
	put etc/bedplate/guests/db.conf $'[Memory]\nSize=much'
	put etc/bedplate/guests/mail.conf $'[Memory]\nHugePages=3M'
	put etc/bedplate/network/dmz.conf $'[Network]\nMode=open'
	run -2 check
	for place in host.conf:2 guests/db.conf:2 guests/mail.conf:2 network/dmz.conf:2; do
		grep "^problem  files: $place: " <<<"$output"
	done
	grep '^problem  kvm: ' <<<"$output"
}

@test "nothing is written unless it is asked for" {
	cp -a "$root" "$work/before"
	run -2 check
	diff -r --no-dereference "$work/before" "$root"
	check --apply-ownership >"$work/said"
	grep 'wrote /etc/NetworkManager/conf.d/90-bedplate.conf.*systemctl restart NetworkManager' "$work/said"
	file=$root/etc/NetworkManager/conf.d/90-bedplate.conf
	grep -Fx 'unmanaged-devices+=interface-name:br-lan;interface-name:tap-web' "$file"
	rm -r "$root/etc/NetworkManager"
	diff -r --no-dereference "$work/before" "$root"
}

@test "a second time it writes nothing, and never over somebody else's file" {
	check --apply-ownership
	[ "$(check --apply-ownership)" = '' ]
	run -2 check
	grep '^ok       owners: ' <<<"$output"
	put etc/NetworkManager/conf.d/90-bedplate.conf '[main]'
	fails 1 'not bedplate' check --apply-ownership
	[ "$(cat "$root/etc/NetworkManager/conf.d/90-bedplate.conf")" = '[main]' ]
}

@test "while a file is wrong, nobody is told to leave anything alone" {
	put etc/bedplate/network/dmz.conf $'[Network]\nMode=open'
	fails 2 'network/dmz.conf:2' check --apply-ownership
	[ ! -e "$root/etc/NetworkManager" ]
	fails 2 'one of them' check --apply-ownership --json
}
