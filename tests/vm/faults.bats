#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The fault matrix: what goes wrong is named on the console, the boot ends as it should, and
# it does not take longer than it may. Seconds are the guest's, since /init was started.

load faults

started="Run /init as init"

# The boot has stopped, within so many seconds, for this reason. The kernel's log has the time
# of it; what was said while it was waited for ("still ...") is passed over.
assert_stopped() {
	assert_console "bedplate: the boot has stopped: .*$2"
	assert_between "$started" "\] bedplate: (s[^t]|[^s]).*$2|\] bedplate: $2" 0 "$1"
}

# ends ENDING SECONDS REASON: how a boot with a shell, or without one, ended.
assert_shell() {
	assert_ended shell
	assert_stopped "$@"
}

assert_reboot() {
	assert_ended reboot
	assert_stopped "$@"
	refute_console "Kernel panic"
}

# --- root= names what is not there, or is no root -------------------------------------------

@test "fault: a UUID with a typing error is answered by the nearest one" {
	wrong=$(disk_uuid plain-ext4 | sed 's/.$//')x
	vm_boot disk=plain-ext4 cmdline="root=UUID=$wrong rd.timeout=6"
	assert_shell 20 "UUID=$wrong did not appear within [0-9]+ s"
	assert_console "the nearest is UUID=$(disk_uuid plain-ext4)"
	assert_console "^  boot with root=UUID=$(disk_uuid plain-ext4)"
}

@test "fault: a node that is not there ends in a reboot where there is no shell" {
	vm_boot disk=plain-ext4 cmdline="root=/dev/vda3 rd.timeout=6 rd.shell=0 panic=1"
	assert_reboot 20 "/dev/vda3 did not appear within [0-9]+ s"
	assert_console "the nearest is /dev/vda"
	assert_console "bedplate: reboot in 1 s"
}

@test "fault: a label with a typing error is answered by the nearest one" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-etx4 rd.timeout=6"
	assert_shell 20 "LABEL=plain-etx4 did not appear within [0-9]+ s"
	assert_console "^  boot with root=LABEL=plain-ext4"
}

@test "fault: a PARTUUID of a disk that was taken out" {
	vm_boot disk=plain-ext4 cmdline="root=PARTUUID=$(disk_partuuid lvm-gpt) rd.timeout=6"
	assert_shell 20 "PARTUUID=$(disk_partuuid lvm-gpt) did not appear within [0-9]+ s"
	assert_console "vda2 \(PARTUUID=$(disk_partuuid plain-ext4)\)"
}

@test "fault: root= names a whole disk that has partitions" {
	vm_boot disk=plain-ext4 cmdline="root=/dev/vda"
	assert_shell 20 "/dev/vda holds no file system"
	assert_console "it has partitions: vda[12], vda[12]"
}

@test "fault: root= names a physical volume" {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vda"
	assert_shell 20 "/dev/vda is a physical volume of LVM, no file system"
	assert_console "^  boot with root=/dev/GROUP/VOLUME"
}

@test "fault: root= names swap space" {
	truncate -s 4M "$BATS_TEST_TMPDIR/swap.raw"
	mkswap -q -L swap "$BATS_TEST_TMPDIR/swap.raw"
	vm_boot qemu="$(fault_drive "$BATS_TEST_TMPDIR/swap.raw")" cmdline="root=LABEL=swap"
	assert_shell 20 "/dev/vda is swap space, no file system"
}

# --- mounting -------------------------------------------------------------------------------

@test "fault: rootfstype= of another file system" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rootfstype=xfs"
	assert_shell 20 "mounting /dev/vda2 \(xfs\) as the root: Invalid argument"
	assert_console "/dev/vda2 holds ext4; boot without rootfstype="
}

@test "fault: rootfstype= that no kernel has" {
	vm_boot disk=plain-ext4 cmdline="root=/dev/vda2 rootfstype=etx4"
	assert_shell 20 "mounting /dev/vda2 \(etx4\) as the root: No such device"
	assert_console "the kernel has no etx4"
	assert_console "/dev/vda2 holds ext4; boot without rootfstype="
}

@test "fault: rootflags= that the file system does not know" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rootflags=data=nonsense"
	assert_shell 20 "mounting /dev/vda2 \(ext4\) as the root: Invalid argument"
	assert_console "rootflags="
}

# --- modules --------------------------------------------------------------------------------

@test "fault: modules of another kernel, cut off, or that need a symbol nobody has: named, and the boot goes on" {
	vm_boot disk=plain-ext4 image="$(fault_module foreign truncated symbol)" \
		cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	assert_console "bedplate: module foreign: not loaded: it was made for another kernel"
	assert_console "bedplate: module truncated: not loaded: "
	assert_console "symbol: Unknown symbol nobody_has_this"
	assert_console "bedplate: module symbol: not loaded: it needs symbols that no loaded module has"
}

@test "fault: a module whose loading never ends stops the boot with its name" {
	vm_boot disk=plain-ext4 image="$(fault_module hang)" \
		cmdline="root=LABEL=plain-ext4 rd.timeout=6 rd.shell=0 panic=1"
	assert_reboot 30 "module hang is still being loaded"
	assert_console "modprobe.blacklist=hang"
}

@test "fault: a module that oopses is named, and the boot goes on without it" {
	vm_boot disk=plain-ext4 image="$(fault_module oops)" cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	assert_console "bedplate: module oops: not loaded: the kernel crashed in it"
}

@test "fault: a module that panics ends in a reboot after a time" {
	vm_boot disk=plain-ext4 image="$(fault_module panic)" cmdline="root=LABEL=plain-ext4"
	assert_ended panic
	assert_console "Kernel panic - not syncing: the faulty module panics"
	assert_console "Rebooting in 10 seconds"
}

@test "fault: a plan that names a module which is not in the image" {
	fault_file etc/bedplate/modules.plan "kernel/faulty.ko -"
	vm_boot disk=plain-ext4 image="$(fault_image generic)" cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	assert_console "bedplate: module faulty: not loaded: its file is missing from the image"
}

@test "fault: the driver of the root's controller is not in the image" {
	without=$BATS_TEST_TMPDIR/overlay/lib/modules/$(fault_version)
	mkdir -p "$without"
	grep -v virtio_blk "$vm_state/kernel/$KERNEL/modules/modules.alias" >"$without/modules.alias"
	vm_boot disk=plain-ext4 image="$(fault_image generic)" cmdline="root=LABEL=plain-ext4 rd.timeout=6"
	assert_shell 20 "there is no block device at all"
	assert_console "no driver has virtio0 .virtio:d00000002"
}

@test "fault: an image that has no modules for the kernel" {
	image=$("$vm_here/image" generic bookworm)
	vm_boot kernel=trixie disk=plain-ext4 image="$image" \
		cmdline="root=LABEL=plain-ext4 rd.timeout=6 rd.shell=0 panic=1"
	assert_reboot 20 "LABEL=plain-ext4 did not appear"
	assert_console "the image has no modules for this kernel, $(sed 's/[+.]/[&]/g' "$vm_state/kernel/trixie/version")"
}

# --- the image's own files ------------------------------------------------------------------

@test "fault: a broken init.conf is named, and the command line is still heard; a broken plan too, and drivers are looked for" {
	fault_file etc/bedplate/init.conf "Nonsense"
	fault_file etc/bedplate/modules.plan "kernel/drivers/block/virtio_blk.ko 7"
	vm_boot disk=plain-ext4 image="$(fault_image generic)" cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	assert_console "bedplate: etc/bedplate/init.conf:1: .*; defaults are used"
	assert_console "bedplate: modules.plan:1: \"7\" is no number of an earlier line"
}

@test "fault: an empty plan in a host's image: drivers are looked for" {
	fault_file etc/bedplate/modules.plan ""
	vm_boot disk=lvm-ext4 image="$(fault_image host lvm-ext4 virtio-blk)" \
		cmdline="root=/dev/vg/root"
	assert_handed_over
	assert_console "looking for drivers of all devices"
	assert_between "$started" "" 0 20
}

# --- labels, arguments ----------------------------------------------------------------------

# label_disk LABEL: a plain disk whose file system has this label.
label_disk() {
	local file
	file=$(fault_disk plain-ext4)
	tune2fs -L "$1" "$file?offset=$((18432 * 512))" >/dev/null
	fault_drive "$file"
}

@test "fault: a label with a blank and a slash is found by udev's name" {
	vm_boot qemu="$(label_disk "my root/1")" \
		cmdline='root=/dev/disk/by-label/my\x20root\x2f1'
	assert_handed_over
	assert_root_device /dev/vda2
}

@test "fault: a label with a blank and a slash is found by itself, in quotes" {
	vm_boot qemu="$(label_disk "my root/1")" cmdline='root="LABEL=my root/1"'
	assert_handed_over
	assert_root_device /dev/vda2
}

@test "fault: names and values that are wrong are told, and the boot goes on" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.timeout=abc rd.brake=mount \
rd.break=pre-muont rd.break=log rd.luks.uuid=1234 rd.emergency=explode"
	assert_handed_over
	assert_console "bedplate: rd.timeout on the kernel command line: .*abc"
	assert_console "bedplate: rd.brake on the kernel command line is not known here; was rd.break meant"
	assert_console "bedplate: rd.break=pre-muont: there is no such step to stop before; .*nearest is pre-mount"
	# The command line is read after that.
	assert_console "bedplate: rd.break=log: there is no such step to stop before"
	assert_console "bedplate: rd.emergency on the kernel command line: .*explode"
	refute_console "bedplate: rd.luks"
	assert_between "$started" "" 0 20
}

# long_cmdline END: as long as a kernel's command line may be, with what vm_boot puts before
# it, and with this end.
long_cmdline() {
	local fill=$((2047 - ${#vm_cmdline} - 1 - 15 - ${#1}))
	printf 'quoted="a b" x=%s%s' "$(head -c $fill /dev/zero | tr '\0' x)" "$1"
}

@test "fault: the longest command line that the kernel takes is heard to its end" {
	line=$(long_cmdline " root=LABEL=plain-ext4")
	vm_boot disk=plain-ext4 cmdline="$line"
	assert_handed_over
	assert_equal "$(report cmdline)" "$vm_cmdline $line" "command line"
}

@test "fault: a command line that was cut off, root= and all, is named as the reason" {
	vm_boot disk=plain-ext4 cmdline="$(long_cmdline " roo")"
	assert_shell 20 "no root file system is named"
	assert_console "which is full: its end was cut off"
}

# --- consoles -------------------------------------------------------------------------------

@test "fault: a console that somebody has stopped by Ctrl-S holds nothing up" {
	vm_boot disk=plain-ext4 rule="$started"$'\t0\tsend\t\x13' \
		cmdline="root=/dev/vdz rd.timeout=6 rd.shell=0 panic=2"
	assert_ended reboot
	assert_between "$started" "reboot: Restarting system" 6 30
}

@test "fault: a machine without any console boots" {
	vm_cmdline="console=null no_timer_check"
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4"
	assert_handed_over
}

@test "fault: without any console a failed boot ends in a reboot" {
	vm_cmdline="console=null no_timer_check"
	vm_boot disk=plain-ext4 cmdline="root=/dev/vdz rd.timeout=4 panic=2"
	assert_ended reboot
}

@test "fault: a console= that does not exist beside one that does" {
	vm_boot disk=plain-ext4 cmdline="console=ttyS7 console=nonsense0 root=/dev/vdz rd.timeout=6"
	assert_shell 20 "/dev/vdz did not appear"
}

# --- the rescue shell -----------------------------------------------------------------------

@test "fault: a full /run: the boot goes on with a warning and without a report" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.break=switch" \
		shell="mount -o remount,size=1M /run; dd if=/dev/zero of=/run/full bs=64k; exit"
	assert_handed_over
	assert_console "bedplate: writing /run/bedplate/boot.json: No space left on device"
	assert_equal "$(report boot.json)" "" "half a report"
}

@test "fault: SIGSEGV in /init is named, and ends by policy" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.break=switch panic=1" \
		shell="kill -SEGV 1; sleep 100" shell="exit"
	assert_ended reboot
	assert_console "bedplate: /init was hit by signal 11 \(Segmentation fault\)"
	refute_console "Kernel panic"
}

@test "fault: a device that appears while the shell is open is found when it is left" {
	vm_boot late=plain-ext4 when="the boot has stopped" after=0 \
		cmdline="root=LABEL=plain-ext4 rd.timeout=2" \
		shell='until lspci | grep -q 1af4:1042; do sleep 0.1; done; exit'
	assert_handed_over
	assert_root_device /dev/vda2
}

@test "fault: nothing is mounted on /sysroot: the root is not switched" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rd.break=switch" \
		shell="umount /sysroot; exit"
	assert_shell 30 "nothing is mounted on /sysroot"
	refute_handed_over
}

@test "fault: a / that is no initramfs is not emptied" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rw rd.break=switch" \
		shell="mkdir /sysroot/sysroot; cp /init /sysroot/sbin/init; exit" \
		shell="umount /sysroot; mount -t tmpfs none /sysroot; exit"
	assert_shell 40 "/ is no initramfs: nothing is deleted from it"
}

@test "fault: a root without the folders that mounts move to is named, and boots" {
	vm_boot disk=plain-ext4 cmdline="root=LABEL=plain-ext4 rw rd.break=switch" \
		shell="rmdir /sysroot/proc /sysroot/sys; exit"
	assert_handed_over
	assert_console "bedplate: /proc: not moved to the new root: .*make that folder on it"
	assert_console "bedplate: /sys: not moved to the new root: .*make that folder on it"
}

# --- disks ----------------------------------------------------------------------------------

@test "fault: root= names an encrypted device" {
	local disk
	disk=$BATS_TEST_TMPDIR/luks.raw
	truncate -s 8M "$disk"
	printf 'secret' | cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 \
		--key-file - "$disk"
	vm_boot qemu="$(fault_drive "$disk")" cmdline="root=UUID=$(cryptsetup luksUUID "$disk")"
	assert_shell 20 "/dev/vda is encrypted \(LUKS\), no file system"
	assert_console "^  encrypted devices are not opened here"
}

@test "fault: a root on an md RAID is told from one that is not there" {
	vm_boot disk=md-raid1/0 cmdline="root=UUID=$(disk_uuid md-raid1) rd.timeout=6"
	assert_shell 20 "did not appear within [0-9]+ s: .*vda is a member of a RAID \(md\)"
	assert_console "^  RAID of the md driver is not assembled here"
}

@test "fault: a clone of the root's disk, or a second path to it, is told" {
	vm_boot disk=plain-ext4 qemu="$(fault_drive "$(fault_disk plain-ext4)")" \
		cmdline="root=UUID=$(disk_uuid plain-ext4)"
	assert_handed_over
	assert_console "bedplate: UUID=.* is on /dev/vd[ab]2 too, .* /dev/vd[ab]2 is taken"
}

@test "fault: the second disk of a btrfs is 4 s late" {
	vm_boot disk=btrfs-2disk/0 late=btrfs-2disk/1 after=4 \
		cmdline="root=UUID=$(disk_uuid btrfs-2disk)"
	assert_handed_over
	assert_fstype btrfs
	assert_between "$started" "" 4 25
}

@test "fault: the second disk of a btrfs does not come" {
	vm_boot disk=btrfs-2disk/0 cmdline="root=LABEL=btrfs-2disk rd.timeout=6"
	assert_shell 20 "1 of the 2 devices of the btrfs on vda are there"
	assert_console "rootflags=degraded"
}

@test "fault: a btrfs without its second disk boots with rootflags=degraded, after a time" {
	vm_boot disk=btrfs-2disk/1 cmdline="root=LABEL=btrfs-2disk rootflags=degraded"
	assert_handed_over
	assert_between "$started" "" 10 30
}

@test "fault: read errors on the root's disk" {
	local disk inode bad
	disk=$(fault_disk plain-ext4)
	inode=$(debugfs -R 'imap <2>' "$disk?offset=$((18432 * 512))" 2>/dev/null |
		sed -n 's/.*block \([0-9]*\),.*/\1/p')
	bad="driver=raw,node-name=bad,file.driver=blkdebug,file.image.driver=file"
	bad+=",file.image.filename=$disk,file.inject-error.0.event=read_aio"
	bad+=",file.inject-error.0.errno=5,file.inject-error.0.sector=$((18432 + inode * 2))"
	vm_boot qemu="-blockdev $bad" \
		qemu="-device virtio-blk-pci,drive=bad" cmdline="root=LABEL=plain-ext4"
	assert_shell 20 "mounting /dev/vda2 \(ext4\) as the root: "
	assert_console "I/O error, dev vda"
	assert_console "^  the kernel's last lines .* or the disk fails"
}

@test "fault: a disk of no size" {
	vm_boot qemu="-drive driver=null-co,size=0,if=none,id=empty -device virtio-blk-pci,drive=empty" \
		cmdline="root=/dev/vda rd.timeout=6"
	assert_shell 20 "vda is there, but its size is 0"
}

@test "fault: a write-protected disk is mounted read-only where rw was asked for" {
	vm_boot qemu="$(fault_drive "$(fault_disk plain-ext4)" readonly=on)" \
		cmdline="root=LABEL=plain-ext4 rw"
	assert_handed_over
	assert_ro
	assert_console "bedplate: /dev/vda2 is write-protected: mounted read-only"
}

# null_disks COUNT: QEMU's arguments for so many empty disks on one SCSI controller.
null_disks() {
	local i
	echo "-device virtio-scsi-pci,id=many"
	for ((i = 0; i < $1; i++)); do
		echo "-drive driver=null-co,size=1M,read-zeroes=on,if=none,id=null$i" \
			"-device scsi-hd,bus=many.0,scsi-id=1,lun=$i,drive=null$i"
	done
}

@test "fault: the root is found among 200 other disks" {
	vm_boot disk=plain-ext4 qemu="$(null_disks 200 | xargs)" cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	assert_between "$started" "" 0 30
}

@test "fault: among 200 disks the nearest is found, and the diagnosis has an end" {
	vm_boot disk=plain-ext4 qemu="$(null_disks 200 | xargs)" \
		cmdline="root=LABEL=plain-etx4 rd.timeout=10"
	assert_shell 40 "LABEL=plain-etx4 did not appear within [0-9]+ s"
	assert_console "the nearest is LABEL=plain-ext4"
}

@test "fault: disks come and go while the root is waited for" {
	vm_boot controller=virtio-scsi disk=lvm-ext4 late="plain-xfs plain-ext4" after=6 \
		rule="$started"$'\t4\tqmp\t{"execute":"device_del","arguments":{"id":"device0"}}' \
		cmdline="root=LABEL=plain-ext4 rd.timeout=40"
	assert_handed_over
	assert_between "$started" "" 5 30
	assert_console "bedplate: .*waiting for LABEL=plain-ext4"
}
