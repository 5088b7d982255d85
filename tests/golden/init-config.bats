#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate init-config: what it proposes for machines of several kinds, that the real programs take what it
# writes, and that it never writes over anything.

bats_require_minimum_version 1.5.0
load lib

setup() {
	work=$BATS_TEST_TMPDIR
	export BEDPLATE_EXEC_PATH=$work/programs
	mkdir "$BEDPLATE_EXEC_PATH"
	ln -s "$B/host-prep/bedplate-host-prep" "$B/boot/bedplate-boot" "$BEDPLATE_EXEC_PATH/"
}

# cpus FROM TO THREADS_APART CACHE NODE: cores with one thread, or a second one that many numbers on.
cpus() {
	local core cpu folder siblings
	for core in $(seq "$1" "$2"); do
		siblings=$core
		[ "$3" = 0 ] || siblings+=,$((core + $3))
		for cpu in ${siblings//,/ }; do
			folder=$root/sys/devices/system/cpu/cpu$cpu
			mkdir -p "$folder/topology" "$folder/cache/index3"
			echo "$siblings" >"$folder/topology/thread_siblings_list"
			echo "$5" >"$folder/topology/physical_package_id"
			echo "$4" >"$folder/cache/index3/shared_cpu_list"
			mkdir -p "$root/sys/devices/system/node/node$5"
			echo "$4" >"$root/sys/devices/system/node/node$5/cpulist"
		done
	done
}

# machine NAME: a fake root of trees/config-NAME.*; sets $root.
machine() {
	root=$work/$1
	"$here/make-tree" "config-$1" "$root"
	"$here/make-iommu-tree" "$root" "config-$1"
	mkdir -p "$root/boot" "$root/srv" "$root/sys/devices/system/cpu"
	case $1 in
	server)
		cpus 0 3 8 0-3,8-11 0
		cpus 4 7 8 4-7,12-15 1
		echo 0-15
		;;
	desktop)
		cpus 0 7 16 0-7,16-23 0
		cpus 8 15 16 8-15,24-31 0
		echo 0-31 >"$root/sys/devices/system/node/node0/cpulist"
		echo 0-31
		;;
	virtual) echo 0 ;;
	bios)
		cpus 0 3 0 0-3 0
		echo 0-3
		;;
	esac >"$root/sys/devices/system/cpu/online"
}

init_config() {
	"$B/bedplate/bedplate" init-config --root "$root" "$@"
}

# uncommented FILE...: what is commented out in them counts.
uncommented() {
	sed -i -E 's/^#(\[|[A-Z][A-Za-z0-9]*=)/\1/' "$@"
}

# taken: the real programs find no mistake in what is below $root/etc/bedplate.
taken() {
	"$mki" --dump-config --root "$root" >"$work/dump"
	"$B/host-prep/bedplate-host-prep" check --root "$root" --json >"$work/check" || true
	jq -e '[.findings[] | select(.check == "files" and .severity != "ok" and .severity != "note")] == []' \
		"$work/check"
	"$B/qemu-launch/bedplate-qemu-launch" list --root "$root" --json >"$work/list"
}

# samples_in: they take effect.
samples_in() {
	local sample
	for sample in "$root"/etc/bedplate/*/*.sample; do
		mv "$sample" "${sample%.sample}"
	done
}

proposes() { # proposes NAME: what is printed for it is as expected
	machine "$1"
	init_config --dry-run 2>"$work/errors" | sed "s|$root||" >"$work/files"
	cat "$work/errors"
	[ ! -s "$work/errors" ]
	[ ! -e "$root/etc/bedplate" ]
	same_as_expected "init-config.$1" "$work/files"
}

@test "an Intel server with two network cards, LVM and a graphics card to spare" {
	proposes server
}

@test "an AMD desktop that has Wi-Fi only" {
	proposes desktop
}

@test "a virtual machine without an IOMMU" {
	proposes virtual
}

@test "a BIOS host without LVM, whose IOMMU is not used" {
	proposes bios
}

@test "the real programs take what is written, the samples and what is commented out, too" {
	local name
	for name in server desktop virtual bios; do
		machine "$name"
		init_config
		taken
		samples_in
		taken
		[ "$(jq length "$work/list")" = 1 ]
		"$B/qemu-launch/bedplate-qemu-launch" argv example --root "$root" >/dev/null
		uncommented "$root"/etc/bedplate/{,*/}*.conf
		taken
	done
}

@test "what counts by itself binds no device, takes no interface and reserves nothing" {
	local name
	for name in server desktop virtual bios; do
		machine "$name"
		init_config
		"$mki" --dump-config --root "$root" >"$work/dump"
		refute grep -E '^(Devices|Require|Effective|Pages|File|Zram)=.' "$work/dump"
		refute grep -Er '^(Ports|Parent|Interface|Route|Dhcp)=' "$root"/etc/bedplate/network --include='*.conf'
		[ "$(find "$root/etc/bedplate" -name '*.conf' | wc -l)" = 2 ]
		"$B/host-prep/bedplate-host-prep" plan --root "$root" vfio hugepages swap | grep -x 'nothing to do'
		# With a network to look at: a bridge of its own, and that packets may pass.
		[ "$(id -u)" = 0 ] || continue
		"$B/host-prep/bedplate-host-prep" plan --root "$root" >"$work/plan"
		cat "$work/plan"
		[ "$(grep -c '^+ bridge br-' "$work/plan")" = 1 ]
		refute grep -vE 'firewall table inet bedplate|[ /]br-(nat|guests)[ :/]|/forwarding: 1 |dnsmasq of' "$work/plan"
	done
}

@test "a second time nothing is written, and whatever is there stays" {
	machine server
	init_config >"$work/said"
	[ "$(grep -c '^wrote ' "$work/said")" = 4 ]
	echo '# mine' >"$root/etc/bedplate/host.conf"
	cp -a "$root" "$work/before"
	init_config >"$work/said"
	[ "$(grep -c 'is there already$' "$work/said")" = 4 ]
	refute grep '^wrote' "$work/said"
	diff -r --no-dereference "$work/before" "$root"
}

@test "a link that leads nowhere is there, too; what was taken into use has no sample again" {
	machine server
	mkdir -p "$root/etc/bedplate/guests"
	ln -s nowhere "$root/etc/bedplate/host.conf"
	touch "$root/etc/bedplate/guests/example.conf"
	init_config >"$work/said"
	[ "$(readlink "$root/etc/bedplate/host.conf")" = nowhere ]
	grep 'left out .*example.conf.sample: guests/example.conf is there already' "$work/said"
	[ ! -e "$root/etc/bedplate/guests/example.conf.sample" ]
	[ -e "$root/etc/bedplate/network/nat.conf" ]
}

@test "where there is a network, no other is added, and the guest plugs into that one" {
	machine server
	mkdir -p "$root/etc/bedplate/network"
	printf '[Address]\nAddress=192.168.200.1/24\n' >"$root/etc/bedplate/network/lan.conf"
	init_config >"$work/said"
	grep 'left out .*network/nat.conf: network/lan.conf is there already' "$work/said"
	grep -x 'Network=lan' "$root/etc/bedplate/guests/example.conf.sample"
	[ "$(init_config --json | jq -r .proposal.address)" = 10.30.20.1/24 ]
}

@test "when one file cannot be written, none is" {
	machine server
	mkdir -p "$root/etc/bedplate"
	echo none >"$root/etc/bedplate/guests"
	fails 1 'guests' init_config
	[ "$(find "$root/etc/bedplate" -type f)" = "$root/etc/bedplate/guests" ]
}

@test "host.conf, where a password's hash may stand, is for its owner only; the others for all" {
	machine server
	(umask 077 && init_config)
	cd "$root/etc/bedplate"
	[ "$(stat -c %a host.conf network/nat.conf network/public.conf.sample guests/example.conf.sample | xargs)" = \
		'600 644 644 644' ]
}

@test "--output writes elsewhere, and nothing into the system" {
	machine server
	init_config --output "$work/out"
	(cd "$work/out" && find . -type f | sort) | diff - <(printf '%s\n' ./guests/example.conf.sample ./host.conf \
		./network/nat.conf ./network/public.conf.sample)
	[ ! -e "$root/etc/bedplate" ]
	fails 1 'none/out' init_config --output "$work/none/out"
}

@test "dhcpcd is named where it is for all interfaces, not where it is for one" {
	machine server
	mkdir -p "$root/proc/77" "$root/run/dhcpcd"
	echo dhcpcd >"$root/proc/77/comm"
	echo 77 >"$root/run/dhcpcd/br0-4.pid"
	init_config --dry-run --json | jq -e '.machine.network_managers == ["systemd-networkd"]'
	echo 77 >"$root/run/dhcpcd/pid"
	init_config --dry-run --json | jq -e '.machine.network_managers | contains(["dhcpcd"])'
}

@test "JSON has what was found, what is proposed, and which files" {
	machine server
	init_config --dry-run --json >"$work/json"
	[ ! -e "$root/etc/bedplate" ]
	jq -e '.version == 1 and .machine.cpu.maker == "intel" and .machine.cpu.nodes == 2
		and .machine.root.group == "vg0" and .machine.iommu == "on" and .machine.firmware == "efi"
		and .machine.boot_loader == "grub" and .machine.network_managers == ["systemd-networkd"]' "$work/json"
	jq -e '[.machine.nics[] | [.name, .default_route, .link]] == [["eno1", true, true], ["ens1", false, false]]' \
		"$work/json"
	jq -e '.proposal.passthrough[0].devices == "10de:1eb8@03:00.0 10de:10f8@03:00.1"' "$work/json"
	[ "$(jq -r '[.files[].state] | unique | join(" ")' "$work/json")" = new ]
	init_config --json >"$work/json"
	[ "$(jq -r '[.files[].state] | unique | join(" ")' "$work/json")" = written ]
}

@test "what another program cannot tell is said, and the rest is proposed" {
	machine server
	rm "$BEDPLATE_EXEC_PATH/bedplate-boot"
	init_config >"$work/said" 2>"$work/errors"
	grep 'bedplate-boot' "$work/errors"
	grep 'wrote .*host.conf' "$work/said"
	grep '^# firmware: EFI, boot loader: none known' "$root/etc/bedplate/host.conf"
}

@test "a signal ends it at once, and nothing is written" {
	machine server
	interrupts init-config --root "$root"
	grep 'looking at the machine: Interrupted' "$work/said"
	[ ! -e "$root/etc/bedplate/host.conf" ]
}

@test "without a private network to spare there is none, and it is said" {
	machine virtual
	printf '%s\n' '|-- 192.168.0.0' '/16 link UNICAST' >>"$root/proc/net/fib_trie"
	init_config 2>"$work/errors"
	grep 'every private network is in use' "$work/errors"
	[ ! -e "$root/etc/bedplate/network/nat.conf" ]
	grep -x 'Type=user' "$root/etc/bedplate/guests/example.conf.sample"
}
