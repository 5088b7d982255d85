#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # lib.bash sets and reads them
# Cards on real interfaces: macvtaps, taps with several queues, bridges by QEMU's helper. All of it is in a
# network and a /dev of the case's own.

load lib
bats_require_minimum_version 1.5.0
setup() {
	guests_setup
	# shellcheck disable=SC2016 # the other shell's own
	unshare --net --mount sh -c 'mount -t sysfs none /sys && ip link set lo up && exec sleep 600' 3>&- &
	space=$!
	supervisors+=("$space")
	await grep -qsx sleep "/proc/$space/comm"
	namespace=(nsenter --target "$space" --net --mount)
}
teardown() { guests_teardown; }

in_space() {
	"${namespace[@]}" "$@"
}

make_macvtap() {
	local numbers number
	in_space ip link add eth0 type veth peer name far
	in_space ip link add m0 link eth0 type macvtap mode bridge || skip "no macvtaps can be made"
	in_space ip link set eth0 up
	in_space ip link set far up
	in_space ip link set m0 up
	# Nobody makes nodes here.
	number=$(in_space cat /sys/class/net/m0/ifindex)
	numbers=$(in_space cat "/sys/class/net/m0/macvtap/tap$number/dev")
	in_space sh -c 'mount -t tmpfs none /dev/shm && cp -a /dev/null /dev/kvm /dev/net /dev/urandom /dev/random /dev/zero /dev/ptmx /dev/shm 2>/dev/null; mount --move /dev/shm /dev'
	in_space mknod "/dev/tap$number" c "${numbers%:*}" "${numbers#*:}"
}

mac_of() {
	in_space cat "/sys/class/net/$1/address"
}

card_of() {
	launch monitor "$1" info network | tr -d '\r' | sed -n 's/.*macaddr=//p'
}

@test "a macvtap has its guest's card's address while the guest runs, and its own again then" {
	make_macvtap
	before=$(mac_of m0)
	more=$(printf '%s\n' "[Nic]" Link=m0 Vhost=off)
	guest web ACPI
	run_guest web
	await is_state web running
	[[ $(card_of web) == 52:54:00:* ]]
	[[ $(mac_of m0) == "$(card_of web)" && $(mac_of m0) != "$before" ]]
	[[ $(tr '\0' ' ' <"/proc/$(qemu_of web)/cmdline") == *"-netdev tap,fd="* ]]
	launch stop web
	[[ $(mac_of m0) == "$before" ]]
	is_clean web
}

@test "a macvtap whose supervisor and QEMU were killed gets its address back, too" {
	make_macvtap
	before=$(mac_of m0)
	more=$(printf '%s\n' "[Nic]" Link=m0 Vhost=off Mac=52:54:00:00:00:09)
	guest web ACPI
	run_guest web
	await is_state web running
	[[ $(mac_of m0) == 52:54:00:00:00:09 ]]
	qemu=$(qemu_of web)
	kill_supervisor
	kill -KILL "$qemu"
	await is_gone "$qemu"
	launch stop web
	[[ $(mac_of m0) == "$before" ]]
	is_clean web
}

@test "a supervisor that is killed at any step gives back its tap and huge pages, and its macvtap's address" {
	local pool=/sys/kernel/mm/hugepages/hugepages-2048kB pages step killed=0
	command -v strace >/dev/null || skip "no strace"
	make_macvtap
	before=$(mac_of m0)
	in_space ip link add br-lan type bridge
	mkdir -p "$root/etc/bedplate/network"
	printf '%s\n' "[Network]" Mode=isolated >"$root/etc/bedplate/network/lan.conf"
	pages=$(<$pool/nr_hugepages)
	more=$(printf '%s\n' "[Nic]" Link=m0 Vhost=off "[Nic]" Network=lan Vhost=off "[Memory]" HugePages=2M)
	guest web ACPI Ready=console "ReadyLine=here I am" StopTimeout=60s
	for ((step = 1; ; step++)); do
		in_space strace -o "$root/trace" -e trace=renameat -e inject=renameat:signal=SIGKILL:when=$step \
			"$launcher" run web --root "$root" >>"$root/killed.out" 2>&1 3>&- &
		traced=$!
		await eval "is_gone $traced || is_ready web"
		is_gone "$traced" || break
		echo "killed at write $step: $(jq -c '[.phase, .done]' "$sockets/web.json" 2>/dev/null)"
		# shellcheck disable=SC2034
		[[ $(jq '.done.taps | length' "$sockets/web.json" 2>/dev/null) != 2 ]] || killed=1
		launch stop web
		[[ $(mac_of m0) == "$before" ]]
		[[ -z $(in_space ip -o link show master br-lan) ]]
		(($(<$pool/nr_hugepages) == pages))
		[[ ! -e $sockets/web.json ]] || is_clean web
	done
	((killed))
	launch stop web
	wait "$traced" || true
	(($(<$pool/nr_hugepages) == pages))
}

@test "frames for a guest's card come to it through its macvtap" {
	make_macvtap
	more=$(printf '%s\n' "[Nic]" Link=m0 Vhost=off "[Qemu]" "Args=-object filter-dump,id=dump,netdev=net0,file=$root/dump.pcap")
	guest web ACPI
	: >"$root/dump.pcap" && chmod 666 "$root/dump.pcap"
	run_guest web
	await is_state web running
	in_space ip address add 10.9.8.1/24 dev far
	in_space ip neighbour add 10.9.8.2 lladdr "$(card_of web)" dev far nud permanent
	in_space python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"for this guest", ("10.9.8.2", 9))'
	await grep -qa "for this guest" "$root/dump.pcap"
	launch stop web
}

@test "a card with several queues has as many on its tap, which has to be made for them" {
	in_space ip tuntap add tap-web mode tap multi_queue
	in_space ip link set tap-web up
	more=$(printf '%s\n' "[Nic]" Tap=tap-web Queues=3 Vhost=off)
	guest web ACPI
	run_guest web
	await is_state web running
	[[ $(find "/proc/$(qemu_of web)/fd" -lname /dev/net/tun | wc -l) == 3 ]]
	[[ $(launch monitor web info network | grep -c "^ *\\\\ net0\|net0: index=") == 3 ]]
	[[ $(launch monitor web info qtree) == *"mq = true"* ]]
	launch stop web
	in_space ip link delete tap-web
	in_space ip tuntap add tap-web mode tap
	run -1 launch start web
	[[ $output == *"it was made for one queue"* ]]
}

@test "with Vhost=on QEMU gets a descriptor of the kernel's for each queue" {
	[[ -e /dev/vhost-net ]] || skip "this kernel has no vhost_net"
	in_space ip tuntap add tap-web mode tap multi_queue
	more=$(printf '%s\n' "[Nic]" Tap=tap-web Queues=2 Vhost=on)
	guest web ACPI
	run_guest web
	await is_state web running
	[[ $(find "/proc/$(qemu_of web)/fd" -lname /dev/vhost-net | wc -l) == 2 ]]
	launch stop web
}

@test "without the kernel's vhost Vhost=on says what does without" {
	[[ ! -e /dev/vhost-net ]] || skip "this kernel has vhost_net"
	in_space ip tuntap add tap-web mode tap
	more=$(printf '%s\n' "[Nic]" Tap=tap-web Vhost=on)
	guest web ACPI
	run -1 launch start web
	[[ $output == *"web.conf:17: there is no /dev/vhost-net"* && $output == *"or Vhost=off"* ]]
}

@test "a card on a bridge by QEMU's helper is a port of that bridge, and goes with the guest" {
	in_space test -x /usr/lib/qemu/qemu-bridge-helper || skip "no qemu-bridge-helper"
	in_space ip link add br0 type bridge
	mkdir "$root/etc/qemu"
	echo "allow br0" >"$root/etc/qemu/bridge.conf"
	in_space mount --bind "$root/etc" /etc
	more=$(printf '%s\n' "[Nic]" Bridge=br0)
	guest web ACPI User=root
	run_guest web
	await is_state web running
	[[ $(in_space ip -o link show master br0 | wc -l) == 1 ]]
	launch stop web
	[[ -z $(in_space ip -o link show master br0) ]]
	is_clean web
}
