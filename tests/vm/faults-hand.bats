#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Faults of the last stretch: damaged file systems, /usr, and inits that cannot be started.

load lib

# soon REGEX: this line of the kernel's log came within a time that a busy machine keeps.
soon() {
	assert_between "Run /init as init" "\\] bedplate: .*$1" 0 60
}

# assert_stopped REGEX: the boot stopped with this reason, soon, and gave a shell.
assert_stopped() {
	assert_ended shell
	assert_console "^bedplate: the boot has stopped: .*$1"
	soon "$1"
	refute_console "Kernel panic"
}

# no_init PATH REGEX: this init= is refused for this reason, before anything is deleted.
no_init() {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=$1"
	assert_stopped "$2"
	assert_console "these are on it: /sbin/init"
}

@test "damage that e2fsck repairs without asking: repaired, and the boot goes on" {
	vm_boot disk=worn-ext4 cmdline="root=LABEL=worn-ext4"
	assert_handed_over
	assert_console "bedplate: /dev/vda is checked: it was not cleanly unmounted; this may take minutes"
	assert_console "bedplate: fsck: .*ref count is 5, should be 1"
	soon "/dev/vda had errors; they were repaired"
}

@test "damage that wants a person: rescue with the reason and the ways out" {
	vm_boot disk=damaged-ext4 cmdline="root=LABEL=damaged-ext4"
	assert_console "bedplate: /dev/vda is checked: the kernel found errors on it"
	assert_console "bedplate: fsck: .*Unconnected directory inode"
	assert_stopped "/dev/vda has errors that are not repaired by itself"
	assert_console 'run "e2fsck /dev/vda" in the shell, or boot with fsck.repair=yes'
}

@test "the same damage with fsck.repair=yes: repaired, and the boot goes on" {
	vm_boot disk=damaged-ext4 cmdline="root=LABEL=damaged-ext4 fsck.repair=yes"
	assert_handed_over
	soon "/dev/vda had errors; they were repaired"
}

@test "the same damage with fsck.repair=no: nothing is changed, rescue" {
	local file
	file=$(disk_copy damaged-ext4/0)
	vm_boot file="$file" cmdline="root=LABEL=damaged-ext4 fsck.repair=no"
	assert_stopped "/dev/vda has errors that are not repaired by itself"
	cmp "$file" "$(disk_files damaged-ext4/0)" || vm_fail "the disk was written to"
}

@test "the same damage with fsck.mode=skip: mounted as it is" {
	vm_boot disk=damaged-ext4 cmdline="root=LABEL=damaged-ext4 fsck.mode=skip"
	assert_handed_over
	refute_console "is checked"
	soon "root LABEL=damaged-ext4 .* mounted"
}

@test "a check that is due in an image without e2fsck: said, and the boot goes on" {
	vm_boot disk=worn-ext4 image_options="--set Fsck.Mode=skip" \
		cmdline="root=LABEL=worn-ext4 fsck.mode=auto"
	assert_handed_over
	soon "/dev/vda should be checked \(it was not cleanly unmounted\), but /sbin/e2fsck is not in the image"
}

@test "a wrong rootfstype=: the mount's reason, and a shell" {
	vm_boot disk=plain-ext4 cmdline="root=/dev/vda2 rootfstype=xfs"
	assert_stopped "mounting /dev/vda2 \(xfs\) as the root"
	assert_console "/dev/vda2 holds ext4; boot without rootfstype=, or with that"
}

@test "/usr's device is missing: named with what is there, and a shell at the deadline" {
	vm_boot disk=usr-disk/0 cmdline="root=LABEL=usr-disk mount.usr=LABEL=usr-disk2 rd.timeout=5"
	assert_console "still waiting for LABEL=usr-disk2"
	assert_stopped "/usr: LABEL=usr-disk2 did not appear within 5 s: there are vda"
}

@test "/usr's device is missing and marked nofail: said, and the boot goes on soon" {
	vm_boot disk=usr-disk/0 cmdline="root=LABEL=usr-disk"
	assert_handed_over
	assert_console "bedplate: /usr: LABEL=usr disk did not appear within 10 s.*nofail"
	assert_between "Run /init as init" "nofail: going on" 9 60
}

@test "a btrfs for /usr lacks a disk: its own mount options say degraded, the root's do not" {
	vm_boot disk="usr-disk/0 btrfs-2disk/1" cmdline="root=LABEL=usr-disk init=/sbin/init \
		mount.usr=LABEL=btrfs-2disk mount.usrfstype=btrfs mount.usrflags=degraded,ro"
	assert_handed_over
	report mount | grep -q '^/dev/vdb /usr btrfs ro,.*degraded' || vm_fail "/usr is not mounted"
	assert_within 40
}

@test "/usr's volume does not exist: named, with what its group is" {
	vm_boot disk=usr-lvm cmdline="root=/dev/vgu/root mount.usr=/dev/vgu/user rd.timeout=5"
	assert_stopped "/usr: /dev/vgu/user: volume group vgu has no volume user; the nearest is usr"
	assert_between "Run /init as init" "[]] bedplate: /usr: /dev/vgu/user: volume" 0 10
}

@test "an init that is a dangling link" {
	no_init /sbin/dangling-init "/sbin/dangling-init: No such file"
}

@test "an init whose interpreter is missing" {
	no_init /sbin/broken-init "/sbin/broken-init: its interpreter: /bin/nothing"
}

@test "an init whose loader is missing" {
	no_init /sbin/loaderless-init "/sbin/loaderless-init: its loader: /lib64/ld-absnt-x86-64.so.2"
}

@test "an init that is not executable" {
	no_init /sbin/plain-file "/sbin/plain-file: not executable"
}
