#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate-host-prep.service on a Debian host under systemd: what it makes at boot, whom that serves,
# and that nothing is left of it; and how it gets along with those who give a host its addresses.

load lib

# The drive that job-boot and systemd-report's successor take all from.
make_job() {
	local tree=$BATS_TEST_TMPDIR/job
	cp -a "$vm_here/host-prep-boot" "$tree"
	(
		vm_once install
		make -s -C "$vm_top" install "B=$vm_build" "DESTDIR=$tree/host" PREFIX=/usr HOOKS= >/dev/null
	)
	rm -r "$tree/host/usr/share"
	# There is no boot loader whose boot could be marked as good.
	rm "$tree/host/usr/lib/systemd/system/multi-user.target.wants/bedplate-boot.service"
	install -m 755 "$vm_here/host-prep-boot-job" "$tree/run"
	mksquashfs "$tree" "$tree.squashfs" -all-root -noappend -quiet -no-progress
	truncate -s %4096 "$tree.squashfs"
}

# boot JOB: a host that the job's program prepares, and what it says at the end of the boot.
boot() {
	make_job
	vm_boot mem=1024 smp=2 deadline=900 iommu=1 drive="$("$vm_here/systemd-root")" \
		cmdline="root=/dev/mapper/host-root rw init=/usr/sbin/job-boot job=$1 intel_iommu=on" \
		qemu="-drive file=$BATS_TEST_TMPDIR/job.squashfs,if=none,id=job,format=raw,readonly=on" \
		device=virtio-blk-pci,drive=job,serial=job device=e1000e,bus=pcie.0,addr=0x10
	grep -qx end "$vm_dir/report" || vm_fail "the job did not come to its end"
	assert_ended poweroff
}

# said KEY TEXT: a line of the command's output has it.
said() {
	report "$1" | grep -Fq -- "$2" || vm_fail "$1 never said: $2"
}

# refute_said KEY TEXT
refute_said() {
	! report "$1" | grep -F -- "$2" || vm_fail "$1 said: $2"
}

assert_status() {
	local key
	for key in "${@:2}"; do
		assert_equal "$(report "$key.status")" "$1" "exit status of $key"
	done
}

assert_up() {
	assert_equal "$(report failed)" "" "failed units"
	assert_equal "$(report unit) $(report dhcp)" "active active" "the units"
	said up "vm/swappiness:10"
	report up | grep -Eq '^/dev/dm-[0-9]+ partition 5$' || vm_fail "there is no swap on the volume"
	said up "/var/swap file 4"
	said up "hugepages-2048kB/nr_hugepages:16"
	said up "hugetlbfs /run/hugepages"
	report up | grep -q '^card .*/drivers/vfio-pci ' || vm_fail "the card is not vfio-pci's"
	assert_equal "$(report iommu | jq -r '.groups[].functions[] | select(.address == "0000:00:10.0") | .verdict')" \
		ready "what a guest can have"
	assert_equal "$(report key)" 600 "the mode of the VPN's key"
}

# The address that the distribution gave, with its route, is the bridge's.
assert_moved() {
	said before "cable0 inet 192.0.2.10/24"
	said before "default via 192.0.2.1 dev cable0"
	said up "br0 inet 192.0.2.10/24"
	said up "default via 192.0.2.1 dev br0"
	! report up | grep -q '^cable0 .*inet ' || vm_fail "cable0 has an address still"
	said up "cable0.20 inet 10.20.30.1/24"
}

assert_content() {
	assert_equal "$(report status)" "all is as configured" "the status"
	assert_equal "$(report again.status) $(report again)" "0 " "a second up"
}

assert_served() {
	assert_equal "$(report lease | tail -n 1)" "10.10.20.5 10.10.20.1 10.10.20.1 lan" "the lease"
	report name | grep -Eq '^10\.10\.20\.5 +web\.lan' || vm_fail "web.lan has no address: $(report name)"
	assert_status 0 bridge vlan nat
}

assert_vpn() {
	assert_status 0 peer vpn tunnel through
	said vpn-port "WireGuard keys of wg-lan: another port -> 1 peers"
	said vpn-allowed "WireGuard keys of wg-lan: other allowed addresses of the peer laptop -> 1 peers"
	assert_status 0 vpn-mend vpn-up tunnel-again
	assert_equal "$(report vpn-as-was)" "all is as configured" "the VPN, put right"
	report handshake | awk '{ exit !($2 > 0) }' || vm_fail "there was no handshake"
}

# vlans_of KEY: the VLANs of our ports, p: without a tag on the way in, u: on the way out.
vlans_of() {
	report "$1" | jq -r '.[] | select(.ifname | test("^(wire|br-trunk|tap-app|tap-router)$")) | .ifname + ":" +
		([.vlans[] | " \(.vlan)" + (if any(.flags[]?; . == "PVID") then "p" else "" end) +
			(if any(.flags[]?; . == "Egress Untagged") then "u" else "" end)] | add)' | sort | paste -s -d ,
}

assert_vlans() {
	local as_configured="br-trunk: 5pu 30,tap-app: 20pu,tap-router: 1pu 20 30,wire: 1pu 20 30"
	assert_status 0 vlans-up vlans-mend vlans-down
	assert_equal "$(report filtering)" 1 "whether the bridge keeps VLANs apart"
	assert_equal "$(vlans_of vlans)" "$as_configured" "the VLANs"
	assert_equal "$(report vlans-again.status) $(report vlans-again)" "0 " "a second up with VLANs"
	said vlans-drift "tap-app"
	said vlans-drift "tap-router"
	said vlans-drift "vlan 99"
	assert_equal "$(vlans_of vlans-mended)" "$as_configured" "the VLANs, put right"
	assert_equal "$(vlans_of vlans-left)" "" "the VLANs when their network is gone"
	report vlans-links | grep 'wire@' | grep -qv master || vm_fail "the port is still in a bridge"
	refute_said vlans-links tap-app
}

# Whoever ends it, it comes back; but not from its manager's stop.
assert_comes_back() {
	assert_status 0 dhcp-back dhcp-start
	assert_equal "$(report dhcp-stopped)" inactive "the server, once it was stopped"
	said dhcp-start "dnsmasq of network lan: not running -> on br-lan"
}

# A carrier that comes when nobody waits for it any more.
assert_late() {
	assert_status 0 late-stop late-pulled late-start late-came late-over
	assert_equal "$(report late-waits)" active "whether it is still waited for"
	said late-for "the address that systemd-networkd gives cable0"
	refute_said late-without "inet 192.0.2.10"
	said late "default via 192.0.2.1 dev br0"
	refute_said late "cable0 inet "
	assert_equal "$(report late-again.status) $(report late-again)" "0 " "a second up when all has come"
}

@test "the host is prepared at boot, serves guests, a VLAN and a VPN, and is as before when its unit is stopped" {
	boot alone
	assert_up
	assert_moved
	assert_content
	assert_served
	assert_vpn
	assert_vlans
	assert_comes_back
	assert_status 0 reload stop start
	assert_equal "$(report reloaded.status)" 2 "whether the VLAN is there whose file is gone"
	diff <(report before) <(report down) || vm_fail "something is left"
	# ifupdown is told that the bridge needs it no more.
	said owners "ifupdown sets cable0 up, which is bedplate's"
	assert_status 0 own apply networking ping-told
	assert_equal "$(report status-told)" "all is as configured" "the status after ifupdown was restarted"
	refute_said owners-told "ifupdown sets"
	refute_said look "cable0 inet "
	said look "br0 inet 192.0.2.10/24"
	refute_console 'FAILED.*guests\.'
}

@test "systemd-networkd gives the host its address, and leaves bedplate's interfaces alone when it is told to" {
	boot networkd
	assert_equal "$(report failed)" "" "failed units"
	# Its address comes when there is a carrier, and is waited for.
	said boot "at most: the address that systemd-networkd gives cable0"
	said up "br0 inet 192.0.2.10/24"
	said up "default via 192.0.2.1 dev br0"
	refute_said up "cable0 inet "
	# It begins with what is new late, and has taken nothing away.
	assert_equal "$(report again.status) $(report again)" "0 " "a second up"
	assert_late
	said owners "systemd-networkd sets br-lan up, which is bedplate's"
	said owners "systemd-networkd sets cable0 up, and br0 of network office takes its address over"
	# What it is kept from by what is written now.
	assert_status 0 apply reload unmanaged up-again
	said up-again "+ address 10.10.20.1/24 on br-lan"
	said look "br-lan inet 10.10.20.1/24"
	said look "br0 inet 192.0.2.10/24"
	assert_equal "$(report status-told)" "all is as configured" "the status, once networkd is told"
	refute_said owners-told "which is bedplate's"
	assert_status 0 ping-told

	assert_status 0 up-dhcp lease apply-dhcp unmanaged-dhcp
	said look-dhcp "br0 inet 192.0.2.50/24"
	assert_equal "$(report status-dhcp)" "all is as configured" "the status with DHCP"
	assert_status 0 online-dhcp
	said owners-dhcp "ok       owners: nobody else sets our interfaces up"
}

@test "NetworkManager gives the host its address, and leaves bedplate's interfaces alone when it is told to" {
	boot manager
	assert_equal "$(report failed)" "" "failed units"
	# Whether host-prep or NetworkManager came first.
	said up "br0 inet 192.0.2.10/24"
	said up "default via 192.0.2.1 dev br0"
	refute_said up "cable0 inet "
	assert_equal "$(report status)" "all is as configured" "the status"
	said owners "NetworkManager sets br-lan up, which is bedplate's"
	# What it is told before that would take cable0 out of its bridge.
	said owners "first [Address] Dhcp=yes or Address= in etc/bedplate/network/office.conf"
	assert_status 1 apply
	assert_status 2 written
	assert_status 0 own apply-own reload-own unmanaged unmanaged-own ping-own
	said look "br0 inet 192.0.2.10/24"
	assert_equal "$(report status-own)" "all is as configured" "the status, once it is told"
	said owners-own "ok       owners: nobody else sets our interfaces up"
}
