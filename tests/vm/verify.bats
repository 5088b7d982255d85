#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # bats and lib.bash set them
# An image is verified by booting it from scratch disks that look like the host's.

load lib
load verify

# lvm_host LAYOUT GROUP DEVICE...: a host whose root is GROUP/root with ext4.
lvm_host() {
	host_begin "$1"
	host_volume "$2" root "${@:3}"
	host_root 254:0 ext4 "/dev/mapper/$2-root"
}

assert_passed() {
	[[ $status == 0 ]] || vm_fail "verify's exit status is $status"
	assert_says "image: passed \(boot, "
}

assert_failed() {
	[[ $status == 1 ]] || vm_fail "verify's exit status is $status"
	assert_says "image: failed \(boot, [0-9.]+ s\): $1"
}

# change COMMAND...: runs a command in the unpacked image and packs it anew.
change() {
	"$mki" --extract "$vm_dir/image" "$vm_dir/tree" 2>/dev/null
	(cd "$vm_dir/tree" && "$@" && find . | cpio --quiet -o -H newc) >"$vm_dir/changed"
	mv "$vm_dir/changed" "$vm_dir/image"
}

# Nothing of a verification is left: no process that has the image, no file beside it.
assert_nothing_left() {
	run pgrep -f -- "-initrd $vm_dir/image"
	[[ -z $output ]] || vm_fail "QEMU is still there: $output"
	run find "$vm_dir" -maxdepth 1 -name 'bedplate-verify-*'
	[[ -z $output ]] || vm_fail "files are left: $output"
}

@test "an image that was made on its host, a root on a logical volume, hands over on a scratch disk" {
	lvm_host lvm-ext4 vg vda
	cp "$("$vm_here/image" host "$KERNEL" lvm-ext4 virtio-blk)" "$vm_dir/image"
	verify
	assert_passed
	assert_says "scratch disks: 1 on virtio-blk, ext4 on volume vg/root"
	assert_says "the image handed over to the root \(ext4 /dev/mapper/vg-root\)"
	assert_nothing_left
}

# make-host-image verifies what it has made, and keeps what was said.
@test "on a real host its chain and its layout are found" {
	local disk log
	for disk in lvm-ext4 plain-ext4; do
		log=$("$vm_here/image" host "$KERNEL" $disk virtio-blk).log
		grep "^ok *what the root stands on is in the image or built in" "$log"
		grep "^/tmp/image: passed (static, " "$log"
		grep "^/tmp/image: skipped (boot, .*: making a file system for the scratch disk: mke2fs is not installed" "$log"
	done
}

@test "lvm itself activates the root from the group that was written" {
	lvm_host lvm-3pv vg3 vda vdb
	host_image
	change sed -i 's/^Native=.*/Native=no/' etc/bedplate/init.conf
	verify -v
	assert_says "running lvm: it is to do all of it"
	assert_passed
	# A word of lvm's about what is odd in the metadata would be in the kernel's log.
	[[ ! $output =~ WARNING|mismatch|incorrect ]] || vm_fail "lvm has something to say"
}

@test "a root volume over disks and a partition, beside a disk that it does not use" {
	host_begin lvm-3pv
	host_partition 2 2
	host_volume vg3 root vda vdb vdc2
	host_root 254:0 ext4 /dev/mapper/vg3-root
	host_image
	verify
	assert_passed
	assert_says "scratch disks: 4 on virtio-blk"
}

@test "a striped root volume" {
	lvm_host lvm-striped vgs vda vdb
	host_image
	verify
	assert_passed
}

@test "btrfs on a logical volume" {
	host_begin lvm-btrfs
	host_volume vgb root vda
	host_root 0:20 btrfs /dev/mapper/vgb-root
	host_image
	verify
	assert_passed
	assert_says "handed over to the root \(btrfs "
}

@test "a root on a partition: the same UUIDs; a generic image is told of it" {
	host_begin plain-ext4
	host_partition 0 2
	host_root 253:2 ext4 /dev/vda2
	host_image
	verify
	assert_passed
	assert_says "ext4 on a partition"
	host_image --mode generic
	verify
	assert_passed
}

@test "xfs on a logical volume" {
	host_begin lvm-xfs
	host_volume vgx root vda
	host_root 254:0 xfs /dev/mapper/vgx-root
	host_image
	verify
	assert_passed
	assert_says "handed over to the root \(xfs "
}

@test "an image without the controller's module fails, with the reason and the console" {
	lvm_host lvm-ext4 vg vda
	host_image --set Boot.Timeout=3s
	change find lib/modules -name 'virtio_blk.ko' -delete
	verify
	assert_says "note   the image has no virtio_blk, which virtio-blk takes"
	assert_failed "the boot has stopped: /dev/mapper/vg-root did not appear within 3 s: .*no block device at all"
	assert_says "virtio_blk: its file is missing from the image"
	assert_nothing_left
}

@test "arguments and devices that only the host has do not end the boot, whatever their policy" {
	lvm_host lvm-ext4 vg vda
	mkdir -p "$host/etc/bedplate"
	cat >"$host/etc/bedplate/host.conf" <<-END
		[KernelArgs]
		Require=intel_iommu=on hugepages=4
		OnFailure=reboot
		[Vfio]
		Devices=0000:77:00.0
		OnFailure=rescue
	END
	host_image
	verify -v
	assert_says "intel_iommu=on is required"
	assert_says "0000:77:00.0 is not bound"
	assert_passed
}

@test "the boot has a bound: time is up, and the machine is gone" {
	local start=$EPOCHREALTIME
	lvm_host lvm-ext4 vg vda
	host_image
	verify --timeout 1s
	assert_failed "no hand-over within 1 s; the last word was: "
	assert_nothing_left
	awk "BEGIN { exit !($EPOCHREALTIME - $start < 30) }"
}

# qemu_that LINE...: a program in QEMU's place that does this before the real one is run with its
# arguments, and with $more.
qemu_that() {
	mkdir -p "$vm_dir/bin"
	printf '%s\n' '#!/bin/sh' "$@" "exec $(command -v qemu-system-x86_64) \"\$@\" \$more" \
		>"$vm_dir/bin/qemu-system-x86_64"
	chmod +x "$vm_dir/bin/qemu-system-x86_64"
}

# begin_verify: a verification in the background, with a guest that stands still; sets $verifier and
# $guest.
begin_verify() {
	lvm_host lvm-ext4 vg vda
	host_image
	qemu_that more=-S
	TMPDIR=$vm_dir PATH=$vm_dir/bin:$PATH "$mki" verify --boot --accel tcg --root "$host" \
		--kernel-image "$vm_state/kernel/$KERNEL/vmlinux" "$vm_dir/image" \
		>"$vm_dir/console.log" 2>&1 3>&- &
	verifier=$!
	until guest=$(pgrep -P "$verifier" -f "/qemu-system-x86_64 .* -S$"); do
		kill -0 "$verifier"
	done
}

@test "the guest has the lowest priorities, and ends with the program, also when that is killed" {
	begin_verify
	[[ $(ps -o ni= -p "$guest" | tr -d ' ') == 19 ]] || vm_fail "the guest is not niced"
	[[ $(ionice -p "$guest") == idle ]] || vm_fail "the guest's I/O is not idle"
	[[ $(<"/proc/$guest/oom_score_adj") == 1000 ]] || vm_fail "others would be killed first"
	kill -KILL "$verifier"
	if ! timeout 30 tail --pid="$guest" -f /dev/null; then
		kill -KILL "$guest"
		vm_fail "the guest goes on"
	fi
	wait "$verifier" || :
	assert_nothing_left
}

@test "a signal ends the verification and leaves nothing" {
	begin_verify
	kill -TERM "$verifier"
	status=0
	wait "$verifier" || status=$?
	assert_equal "$status" 1 "the exit status"
	grep -q interrupted "$vm_dir/console.log" || vm_fail "it does not say why"
	assert_nothing_left
}

@test "KVM under which nothing comes up: it is given up after a while, and TCG does it" {
	[[ -w /dev/kvm ]] || skip "no /dev/kvm here"
	lvm_host lvm-ext4 vg vda
	host_image
	# shellcheck disable=SC2016 # for the program
	qemu_that 'case " $* " in *" -accel kvm "*) exec sleep 600 ;; esac'
	PATH=$vm_dir/bin:$PATH verify --accel auto
	assert_says "under KVM no kernel comes up here \(/init was not reached\)"
	assert_says "booted under TCG"
	assert_passed
}
