#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The hand-over to inits of all kinds, with /usr apart or not.

load lib

@test "systemd: a Debian root with volumes for home, data and swap is content" {
	local volume
	vm_boot disk= deadline=400 mem=1024 smp=2 drive="$("$vm_here/systemd-root")" \
		cmdline="root=/dev/mapper/host-root"
	grep -qx end "$vm_dir/report" || vm_fail "the report is not complete"
	assert_ended poweroff
	assert_equal "$(report running)" running "the system's state"
	assert_equal "$(report failed)" "" "failed units"
	refute_console "Timed out waiting for device"
	# The initrd's share of the time, as told by bedplate's own clock.
	report analyze | grep -Eq '\(kernel\) \+ [0-9.]+(ms|s) \(initrd\) \+ ' ||
		vm_fail "systemd-analyze: $(report analyze)"
	report mount | grep -q '^/dev/mapper/host-home /home ext4 ' || vm_fail "home is not mounted"
	report mount | grep -q '^/dev/mapper/host-data /data ext4 ' || vm_fail "data is not mounted"
	assert_equal "$(report swap | tail -n +2 | wc -l)" 1 "swap areas"
	assert_equal "$(report root_source)" /dev/mapper/host-root "the root's device"
	# udev's database: what /init activated is not told from what udev saw come.
	for volume in root home data swap; do
		report "udev.$volume" | grep -qx 'E: DM_UDEV_PRIMARY_SOURCE_FLAG=1' ||
			vm_fail "$volume has no DM_UDEV_PRIMARY_SOURCE_FLAG"
		! report "udev.$volume" | grep -q 'SYSTEMD_READY=0' || vm_fail "$volume is not ready"
		assert_equal "$(report "device.$volume")" active "device unit of $volume"
		assert_equal "$(report "mapper.$volume") $(report "uuid.$volume")" \
			"$(report "link.$volume") $(report "link.$volume")" "links of $volume"
	done
	report "udev.root" | grep -qx "E: DM_UUID=LVM-.*" || vm_fail "the root has no DM_UUID"
	report "udev.root" | grep -qx "E: ID_FS_TYPE=ext4" || vm_fail "the root was not probed"
	assert_equal "$(report refresh.status) $(report vgck.status)" "0 0" "lvm2's contentment"
	assert_equal "$(report lvs | awk '{ print $1, $2 }' | sort | xargs)" \
		"data active guests active home active root active swap active" "active volumes"
	# Our words are in the journal, our report on the host, and systemd did not check again.
	report bedplate | grep -q '^root /dev/mapper/host-root (ext4, ro) mounted' ||
		vm_fail "the journal has no word of bedplate"
	assert_equal "$(boot_json '.lvm.activated | join(" ")')" host/root "what /init activated"
	report journal | grep -q '/dev/mapper/host-home: clean' || vm_fail "systemd checked nothing at all"
	! report journal | grep -q '/dev/mapper/host-root: clean' || vm_fail "the root was checked twice"
}

@test "busybox init takes over" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/lib/busybox/init"
	assert_ended poweroff
	assert_argv /sbin/init from-busybox
	assert_equal "$(report missing)" "" "missing mounts"
}

@test "a shell script takes over as process 1" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/sbin/shell-init -- two words"
	assert_ended poweroff
	assert_console "^shell-init: pid 1, arguments two words"
	assert_argv /sbin/init from-shell two words
}

@test "an init that is an absolute link is found inside the new root" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 init=/sbin/absolute-init"
	assert_handed_over
	assert_argv /sbin/absolute-init
}

@test "/usr on a volume of its own is activated, checked and mounted, and has the init" {
	vm_boot disk=usr-lvm cmdline="root=/dev/vgu/root init=/usr/sbin/usr-init"
	assert_handed_over
	assert_active_volumes vgu-root vgu-usr
	report mount | grep -Eq '^/dev/mapper/vgu-usr /usr ext4 rw,noatime' ||
		vm_fail "/usr is not mounted as /etc/fstab says"
	assert_console "bedplate: /dev/dm-1 is checked: it was not cleanly unmounted"
	assert_equal "$(boot_json .usr.spec)" /dev/mapper/vgu-usr "/usr's device"
	for what in root usr; do
		report run | grep -qx "/run/initramfs/fsck-$what" || vm_fail "systemd is not told of $what's check"
	done
}

@test "an image made for its host brings /usr's chain as well" {
	vm_boot image=host disk=usr-lvm cmdline="init=/usr/sbin/usr-init"
	assert_handed_over
	assert_active_volumes vgu-root vgu-usr
}

@test "/usr by a label with a blank in it is mounted read-only where fstab says ro" {
	vm_boot disk=usr-disk cmdline="root=LABEL=usr-disk rw init=/usr/sbin/usr-init"
	assert_handed_over
	assert_rw
	report mount | grep -q '^/dev/vdb /usr ext4 ro' || vm_fail "/usr is not mounted read-only"
}

@test "mount.usr= and mount.usrflags= override /etc/fstab" {
	vm_boot disk=usr-disk cmdline="root=LABEL=usr-disk init=/usr/sbin/usr-init \
		mount.usr=/dev/vdb mount.usrflags=rw,nodev"
	assert_handed_over
	report mount | grep -q '^/dev/vdb /usr ext4 rw,nodev' || vm_fail "/usr is not as told"
}

@test "e2fsck is not run on a file system that needs none, and is where fsck.mode=force says so" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.debug"
	assert_handed_over
	refute_console "is checked"
	report run | grep -qx /run/initramfs/fsck-root || vm_fail "systemd would check it again"
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 fsck.mode=force"
	assert_handed_over
	assert_console "is checked: it was asked for"
	assert_equal "$(boot_json '[.steps[] | select(.name == "fsck")] | length')" 1 "checks"
}
