#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# An image is judged by looking at it: what is right passes, and each thing that is wrong has its
# line.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree lvm
	mkinitramfs -o "$image"
	modules=lib/modules/6.1.0-fake/kernel
}

verify() {
	"$mki" verify --static --root "$root" "$image" "$@"
}

# change COMMAND...: runs a command in the unpacked image and packs it anew, all in one archive.
change() {
	rm -rf "$work/tree"
	"$mki" --extract "$image" "$work/tree" 2>/dev/null
	(cd "$work/tree" && "$@" && find . | sort | cpio --quiet -o -H newc) >"$work/changed"
	mv "$work/changed" "$image"
}

# wrong PATTERN: verify fails with such a line.
wrong() {
	fails 1 "WRONG  $1" verify
	[[ $output == *"$image: failed (static, "* ]]
}

@test "a host image and a generic one pass, with a line for each thing that was looked at" {
	run verify
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ "the archive is sound: "[0-9]+" entries" ]]
	[[ $output == *"/init is there, executable and static"* ]]
	[[ $output == *"15 modules fit kernel 6.1.0-fake, with all they need, in order"* ]]
	[[ $output == *"what the root stands on is in the image or built in"* ]]
	[[ $output == *"$image: passed (static, "* ]]
	for method in zstd gzip xz none; do
		mkinitramfs --mode generic --compression $method -o "$image"
		verify
	done
}

@test "packed anew without a change it still passes" {
	change true
	verify
}

@test "--json has the method, the result, the reason and the steps" {
	verify --json >"$work/json"
	[ "$(jq -r '.method, .result, .reason' "$work/json" | xargs)" = "static passed null" ]
	[ "$(jq -r '.steps[0] | .kind, .text' "$work/json" | head -n 1)" = "done" ]
	change rm init
	fails 1 '"result": "failed"' verify --json
	jq -e '.reason == "/init is not in the image" and
		([.steps[] | select(.kind == "finding")] | length) == 1' <<<"$output"
}

@test "a damaged archive fails: a byte within, a cut, bytes behind, the late archive" {
	cp "$image" "$work/whole"
	size=$(stat -c %s "$image")
	printf '\xff\x00\xff' | dd of="$image" bs=1 seek=$((size / 2)) conv=notrunc status=none
	wrong "in the zstd stream at byte 0 of the file: "
	head -c $((size - 100)) "$work/whole" >"$image"
	wrong "in the zstd stream at byte 0 of the file: "
	(cat "$work/whole" && echo rubbish) >"$image"
	wrong "what stands at byte $size is neither a cpio archive nor known as compressed"
	mkinitramfs --compression none -o "$image"
	verify
	at=$(grep -abo late.cpio.zst "$image" | tail -n 1 | cut -d: -f1)
	printf '\xff\xff\xff' | dd of="$image" bs=1 seek=$((at + 100)) conv=notrunc status=none
	wrong "late.cpio.zst: in its zstd stream"
}

@test "/init: missing, not executable, no program, not static" {
	cp "$image" "$work/whole"
	change rm init
	wrong "/init is not in the image"
	cp "$work/whole" "$image"
	change chmod 644 init
	wrong "/init is not executable \(mode 0644\)"
	cp "$work/whole" "$image"
	change cp etc/initrd-release init
	wrong "/init is no whole program"
	cp "$work/whole" "$image"
	change truncate -s 5000 init
	wrong "/init is no whole program"
	cp "$work/whole" "$image"
	change cp "$(command -v jq)" init
	wrong "/init is not static: it asks for /lib"
}

@test "init.conf: missing or wrong" {
	cp "$image" "$work/whole"
	change rm etc/bedplate/init.conf
	wrong "etc/bedplate/init.conf is not in the image"
	cp "$work/whole" "$image"
	change sed -i 's/^Timeout=.*/Tineout=5s/' etc/bedplate/init.conf
	wrong 'etc/bedplate/init.conf:[0-9]+: .*Tineout'
}

@test "a module of the plan that is missing" {
	change rm $modules/drivers/block/virtio_blk.ko
	wrong "etc/bedplate/modules.plan names kernel/drivers/block/virtio_blk.ko, which is not in the image"
	[[ $output == *"the root needs module virtio_blk, which is not in the image (driver of "* ]]
}

@test "a dependency that is missing; one that is built in is not missed" {
	change rm $modules/drivers/virtio/virtio_ring.ko
	wrong "kernel/drivers/block/virtio_blk.ko needs virtio_ring, which is neither in the image nor built in"
	change sh -c 'echo kernel/drivers/virtio/virtio_ring.ko >>lib/modules/6.1.0-fake/modules.builtin
		awk "/^#/ || !/virtio_ring/ { sub(/ [0-9,]+$/, \" -\"); print }" etc/bedplate/modules.plan >plan
		mv plan etc/bedplate/modules.plan'
	fails 1 "does not wait for" verify
	[[ $output != *virtio_ring* ]]
}

@test "the plan's order: without, before, and not waiting for what a module needs" {
	cp "$image" "$work/whole"
	change sed -i '/jbd2/d; s/ [0-9,]*$/ -/' etc/bedplate/modules.plan
	wrong "etc/bedplate/modules.plan loads ext4 without jbd2, which it needs"
	cp "$work/whole" "$image"
	change sh -c 'sed -n "1p; /ext4/s/ [0-9,]*$/ -/p" etc/bedplate/modules.plan >plan
		sed "1d; /ext4/d; s/ [0-9,]*$/ -/" etc/bedplate/modules.plan >>plan
		mv plan etc/bedplate/modules.plan'
	wrong "etc/bedplate/modules.plan loads ext4 before (mbcache|jbd2), which it needs"
	cp "$work/whole" "$image"
	change sed -i '/ext4/s/ [0-9,]*$/ -/' etc/bedplate/modules.plan
	wrong "etc/bedplate/modules.plan: ext4 does not wait for (mbcache|jbd2), which it needs"
	cp "$work/whole" "$image"
	change sed -i '/ext4/s/ [0-9,]*$/ 99/' etc/bedplate/modules.plan
	wrong 'etc/bedplate/modules.plan: modules.plan:[0-9]+: "99" is no number of an earlier line'
}

@test "modules of another build or of another kernel" {
	cp "$image" "$work/whole"
	change sed -i 's/6.1.0-fake SMP/6.1.0-fake EVL/' $modules/fs/ext4/ext4.ko
	wrong 'kernel/fs/ext4/ext4.ko: its vermagic is "6.1.0-fake EVL mod_unload ", but that of others "6.1.0-fake SMP mod_unload "'
	cp "$work/whole" "$image"
	change sed -i 's/6.1.0-fake SMP/6.1.9-fake SMP/' $modules/fs/ext4/ext4.ko
	wrong 'kernel/fs/ext4/ext4.ko is not for kernel 6.1.0-fake: its vermagic is "6.1.9-fake SMP'
	cp "$work/whole" "$image"
	change truncate -s 100 $modules/fs/ext4/ext4.ko
	wrong 'kernel/fs/ext4/ext4.ko is no kernel module'
	cp "$work/whole" "$image"
	fails 1 "WRONG  the image is for kernel 6.1.0-fake, not 6.1.9-fake" verify --kernel 6.1.9-fake
	change cp -a lib/modules/6.1.0-fake lib/modules/6.1.9-fake
	wrong "there are modules of two kernels: 6.1.0-fake and 6.1.9-fake"
}

@test "the kernel's own image: that of its version is looked at unasked, and must be of it" {
	kernel_image "$work/vmlinuz" 6.1.0-fake
	verify --kernel-image "$work/vmlinuz" |
		grep "the kernel image $work/vmlinuz is of 6.1.0-fake"
	kernel_image "$root/boot/vmlinuz-6.1.0-fake" 6.1.0-fake2
	wrong "the kernel image boot/vmlinuz-6.1.0-fake is of 6.1.0-fake2, not 6.1.0-fake"
	echo "something else" >"$work/vmlinuz"
	fails 1 "WRONG  $work/vmlinuz is neither a bzImage nor" verify --kernel-image "$work/vmlinuz"
}

@test "the root's chain: what it needs by now and the image has not" {
	# The root moved to xfs since the image was made.
	sed -i 's/- ext4/- xfs/' "$root/proc/self/mountinfo"
	wrong "the root needs module xfs, which is not in the image \(file system of /\)"
	tree nvme
	wrong "the image looks for the root /dev/mapper/vg--a-root--lv, but that is UUID="
	[[ $output == *"the root needs module nvme, which is not in the image"* ]]
	# Where there is no telling, it is said.
	mkinitramfs -o "$image"
	rm -r "$root/dev/disk" "$root/run/udev" 2>/dev/null || :
	verify | grep "note *the root's UUID could not be read"
	rm "$root/proc/self/mountinfo"
	verify | grep "note *the host's root was not found: "
}

@test "an image that activates another volume than the root's fails" {
	change sed -i 's/^Volumes=.*/Volumes=vg-a\/other/' etc/bedplate/init.conf
	wrong "the image does not activate vg-a/root-lv"
}

@test "a root that only lvm can activate needs lvm in the image" {
	dm=$root/sys/devices/virtual/block/dm
	mkdir -p "$dm-1/dm" "$dm-1/slaves"
	mv "$dm-0/slaves/vdb" "$dm-1/slaves/"
	echo vg--a-root--lv_rimage_0 >"$dm-1/dm/name"
	echo LVM-oYHWuUPfChXzsvTkhR1eBx8dVJPJGhJXNCkUY1kxv9EdgN0cZJ8pzgIxAhZDvEwG >"$dm-1/dm/uuid"
	ln -s ../../dm-1 "$dm-0/slaves/dm-1"
	mkinitramfs -o "$image"
	verify
	change rm sbin/lvm
	wrong "the root needs lvm, which is not in the image"
}

@test "devices that are passed through need vfio-pci and its plan in the image" {
	mkdir -p "$root/etc/bedplate"
	printf '[Vfio]\nDevices=0000:77:00.0\n' >"$root/etc/bedplate/host.conf"
	mkinitramfs -o "$image"
	verify
	cp "$image" "$work/whole"
	change rm etc/bedplate/vfio.plan
	wrong "devices are passed through, but etc/bedplate/vfio.plan is not in the image"
	cp "$work/whole" "$image"
	change rm $modules/drivers/vfio/pci/vfio-pci.ko
	wrong "devices are passed through, but vfio-pci is not in the image"
}

@test "firmware that the host has and the image has not, unless the configuration leaves it out" {
	mkinitramfs --mode generic -o "$image"
	verify
	mkdir -p "$root/lib/firmware/card"
	echo new >"$root/lib/firmware/card/new.bin"
	wrong "module fwcard names the firmware card/new.bin, which the host has and the image has not"
	mkdir -p "$root/etc/bedplate"
	printf '[Image]\nFirmware=no\n' >"$root/etc/bedplate/host.conf"
	verify
	rm "$root/etc/bedplate/host.conf"
	mkinitramfs --mode generic -o "$image"
	verify
}

@test "the result is kept in the record beside an image that was installed, and in no other" {
	verify
	[ ! -e "$image.json" ]
	update
	boot=$root/boot/initrd.img-6.1.0-fake
	"$mki" verify --static --root "$root" "$boot"
	[ "$(jq -c '.verified | [.method, .result, .reason]' "$boot.json")" = '["static","passed",""]' ]
	# What the root needs has changed since.
	sed -i 's/- ext4/- xfs/' "$root/proc/self/mountinfo"
	fails 1 "failed \(static, " "$mki" verify --static --root "$root" "$boot"
	jq -e '.verified | .result == "failed" and (.reason | startswith("the root needs module xfs"))' "$boot.json"
	# A record that is about another image says nothing of this one.
	cp "$boot.json" "$work/before"
	cp "$image" "$boot.new"
	mv "$boot.new" "$boot"
	echo "# another" >>"$boot"
	run "$mki" verify --static --root "$root" "$boot"
	diff "$work/before" "$boot.json"
}

@test "what cannot be tried: no file, no image, options that make no sense" {
	fails 1 "opening $work/none: No such file" "$mki" verify "$work/none"
	: >"$work/empty"
	fails 1 "$work/empty is empty" "$mki" verify "$work/empty"
	fails 2 "FILE is missing" "$mki" verify
	fails 2 "one argument too many" "$mki" verify a b
	fails 2 "one of them, or neither" "$mki" verify --static --boot "$image"
	fails 2 "\-\-timeout: " "$mki" verify --timeout soon "$image"
	fails 2 "\-\-memory: " "$mki" verify --memory 1M "$image"
	fails 2 "accel" "$mki" verify --accel fast "$image"
	"$mki" verify --help | grep -q -- '--kernel-image FILE'
}
