#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034,SC2016 # vm_... are lib's
# Ready=notify: a Linux guest in the guest says READY=1 by vsock, where its firmware's tables say that it should. One
# guest is booted for all cases (guest-notify-job); each looks at a part of its report.

load lib
load job
job_name=guest-notify

# What the guest of the guest is: a program, and the modules that it needs in the order in which they are loaded.
make_guest() {
	local tree=$BATS_FILE_TMPDIR/guest kernel=$vm_state/kernel/${KERNEL:?} module number=10
	mkdir -p "$tree/modules"
	modprobe -d "$kernel" -S "$("$vm_here/kernel")" -D -a virtio_pci vmw_vsock_virtio_transport |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
		case $module in
		*.xz) xz -dc "$module" ;;
		*.zst) zstd -qdc "$module" ;;
		*) cat "$module" ;;
		esac >"$tree/modules/$((number++))-${module##*/}"
	done
	install "$vm_build/tests/vm/vsocksay" "$tree/init"
	(cd "$tree" && find . | cpio -o -H newc --owner=0:0 --quiet) >"$job_tree/job/initrd"
	cp "$kernel/vmlinux" "$job_tree/job/vmlinux"
}

setup_file() {
	mkdir -p "$job_tree/job"
	install "$vm_build/qemu-launch/bedplate-qemu-launch" "$job_tree/job/qemu-launch"
	install "$vm_build/tests/vm/vsocksay" "$job_tree/job/vsocksay"
	install -m 644 "$vm_here/guest-notify-job" "$job_tree/job/run"
	install -m 644 "$vm_build/tests/guests/HALT.img" "$job_tree/job/boot.img"
	job_add_qemu
	install -D -m 644 /usr/share/qemu/pvh.bin "$job_tree/usr/share/qemu/pvh.bin"
	vm_add_modules "$job_tree" vhost_vsock vsock_loopback
	make_guest
	job_boot mem=1024 deadline=1200 cmdline="loglevel=4"
}

# assert_guests KEY STATES: of app and web, as `status --json` tells them.
assert_guests() {
	assert_equal "$(report "$1" | jq -r 'map("\(.name) \(.state) \(.ready)") | join(", ")')" "$2" "$1"
}

@test "check says that the guest's user may not open the device of vsock, and what to do" {
	local key
	for key in root other; do
		assert_status check.$key 1
		told check.$key 'web.conf:[0-9]+: /dev/vhost-vsock: QEMU.s user qemu may not read and write it: .*`usermod -a -G kvm qemu`'
	done
	assert_status check.member 0
}

@test "what somebody else than the guest says by vsock does not make it ready" {
	assert_guests early "app off false, web running false"
	assert_status stranger 0
	assert_guests stranger.then "app off false, web running false"
}

@test "another word than READY=1 by vsock does not make a guest ready" {
	assert_status other 0
	assert_guests other.then "app off false, web running false"
}

@test "READY=1 by vsock makes a guest ready, and starts those that require it" {
	assert_status ready 0
	assert_status start 0
	assert_guests ready.then "app running true, web running true"
	assert_status stop 0
}
