#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# Debian: real kernels' packages installed, upgraded and removed by the real dpkg, with dkms,
# initramfs-tools and update-grub beside.

load lib

# The system that all cases begin with has the older kernel, installed by dpkg with our hooks there.
setup_file() {
	export base=$BATS_FILE_TMPDIR/base
	layers "$base" "$hooks_state"/tree/{debian,common} "$hooks_state/root-bookworm"
	host_conf
	# Its image is small; here it matters that there is one.
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/quick"
	stand_ins
	in_root update-grub
	install_kernel older >"$base/log" 2>&1 || { cat "$base/log" && return 1; }
	umount -R -l "$root"
}

teardown_file() {
	leave_root "$base"
}

setup() {
	old=$(cat "$debs/older") new=$(cat "$debs/newer")
	layers "$BATS_TEST_TMPDIR" "$base/changes" "$hooks_state"/tree/{debian,common} "$hooks_state/root-bookworm"
}

teardown() {
	leave_root
}

@test "a kernel that dpkg installs gets a verified image, with a record, before GRUB lists it" {
	ours "$old"
	[ "$(verdict "$old")" = passed ]
	[ "$(package_state "$old")" = installed ]
	[ "$(grub_kernels)" = "$old" ]
	grep -q "initrd.*/initrd.img-$old\$" "$root/boot/grub/grub.cfg"
	# initramfs-tools made one before, which is the previous one now.
	grep -A 1 'postinst.d/initramfs-tools' "$base/log" | grep -q "Generating /boot/initrd.img-$old"
	in_root lsinitramfs "/boot/initrd.img-$old.prev" | grep -q scripts/init-top
	[ ! -e "$root/boot/initrd.img-$old.prev.json" ]
}

@test "a second kernel gets its own image and becomes the default; the first one's stays" {
	local before
	before=$(sha512sum <"$root/boot/initrd.img-$old")
	install_kernel newer
	ours "$new"
	[ "$(grub_kernels)" = "$new $old" ]
	[ "$(sha512sum <"$root/boot/initrd.img-$old")" = "$before" ]
	ours "$old"
}

@test "the same version installed again leaves our image in its place, and makes no other one" {
	local before
	before=$(stat -c '%i %y' "$root/boot/initrd.img-$old")
	run install_kernel older
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"is up to date"* ]]
	ours "$old"
	refute grep -q "verifying it" <<<"$output"
	[ "$(stat -c '%i %y' "$root/boot/initrd.img-$old")" = "$before" ]
	[ ! -e "$root/boot/initrd.img-$old.dpkg-bak" ]
	in_root lsinitramfs "/boot/initrd.img-$old.prev" | grep -q scripts/init-top
}

@test "update-initramfs -u leaves our image in its place, and its own as the previous one" {
	local ours prev
	ours=$(sha512sum <"$root/boot/initrd.img-$old")
	prev=$(sha512sum <"$root/boot/initrd.img-$old.prev")
	echo "# a change" >>"$root/etc/initramfs-tools/modules"
	run in_root update-initramfs -u -k "$old"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"is up to date"* && $output != *"verifying it"* ]]
	[ "$(sha512sum <"$root/boot/initrd.img-$old")" = "$ours" ]
	ours "$old"
	[ "$(sha512sum <"$root/boot/initrd.img-$old.prev")" != "$prev" ]
	[ ! -e "$root/boot/initrd.img-$old.dpkg-bak" ]
	# Something that ours consists of has changed as well.
	echo "options virtio_blk num_request_queues=1" >"$root/etc/modprobe.d/local.conf"
	fails 0 "verifying it" in_root update-initramfs -u -k "$old"
	ours "$old"
	# -c keeps no copy of what was there.
	fails 0 "making it: .*not the one that was recorded" in_root update-initramfs -c -k "$old"
	ours "$old"
}

@test "update-initramfs makes no image of ours for a kernel that never had one" {
	in_root bedplate mkinitramfs remove "$old"
	in_root update-initramfs -c -k "$old"
	[ ! -e "$root/boot/initrd.img-$old.json" ]
}

@test "removing a kernel removes our image and what belongs to it, and nobody else's" {
	install_kernel newer
	echo theirs | tee "$root/boot/initrd.img-5.0-custom" >"$root/boot/vmlinuz-5.0-custom"
	in_root dpkg --force-unsafe-io -r "linux-image-$old"
	[ "$(cd "$root/boot" && ls -A | grep -F "$old" | xargs)" = "" ]
	[ "$(grub_kernels)" = "$new 5.0-custom" ]
	in_root dpkg --force-unsafe-io --purge "linux-image-$old"
	[ ! -e "$root/lib/modules/$old" ]
	ours "$new"
	[ "$(cat "$root/boot/initrd.img-5.0-custom")" = theirs ]
	# One whose record is gone is somebody else's, too; initramfs-tools is not there to remove it.
	rm "$root/boot/initrd.img-$new.json" "$root/etc/kernel/postrm.d/initramfs-tools"
	in_root dpkg --force-unsafe-io --purge "linux-image-$new"
	[ -e "$root/boot/initrd.img-$new" ]
}

@test "a kernel with a damaged storage driver: dpkg fails, says why, and the default stays" {
	local before
	before=$(sha512sum <"$root/boot/initrd.img-$old")
	cp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	journal_start
	run install_kernel broken
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output == *"bedplate: kernel $new has no new image, and the boot loader's default stays: "*"virtio_blk.ko is not for kernel $new"* ]]
	[[ $output == *"error processing package linux-image-$new"* ]]
	[ "$(package_state "$new")" = half-configured ]
	kill "$journal_pid"
	grep -a "bedplate: kernel $new has no new image.*virtio_blk.ko is not for kernel" "$BATS_TEST_TMPDIR/journal"
	cmp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	[ "$(sha512sum <"$root/boot/initrd.img-$old")" = "$before" ]
	[ ! -e "$root/boot/initrd.img-$new.json" ]
	ours "$old"
	# Nor does it become the default when GRUB's configuration is made for another reason.
	in_root update-grub
	[ "$(grub_kernels)" = "$old $new" ]
	in_root bedplate mkinitramfs status "$new" | grep "the last update failed.*virtio_blk.ko is not for kernel"
	# The repaired kernel is configured, and is the default then.
	install_kernel newer
	ours "$new"
	[ "$(grub_kernels)" = "$new $old" ]
}

@test "a kernel that failed leaves nothing behind when it is removed" {
	fails 1 "has no new image" install_kernel broken
	in_root dpkg --force-unsafe-io --purge "linux-image-$new"
	[ "$(cd "$root/boot" && ls -A | grep -F "$new" | xargs)" = "" ]
	[ "$(grub_kernels)" = "$old" ]
}

@test "a command line that contradicts itself keeps the default, and dpkg says so" {
	cp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	printf '[KernelArgs]\nForbid=quiet\n' >>"$root/etc/bedplate/host.conf"
	echo "ro quiet" >"$root/etc/bedplate/cmdline"
	fails 1 "bedplate: the boot loader was not brought up to date: .*quiet" install_kernel newer
	[ "$(package_state "$new")" = half-configured ]
	ours "$new"
	cmp "$root/boot/grub/grub.cfg" "$BATS_TEST_TMPDIR/grub.cfg"
	echo "ro" >"$root/etc/bedplate/cmdline"
	in_root dpkg --force-unsafe-io --configure -a
	[ "$(grub_kernels)" = "$new $old" ]
}

# kernel_of NAME: what the package has as its kernel.
kernel_of() {
	dpkg-deb --fsys-tarfile "$debs/$1.deb" | tar -xO "./boot/vmlinuz-$new"
}

has_kernel() { # has_kernel NAME [FILE]: the file is this build's kernel
	cmp "${2:-$root/boot/vmlinuz-$new}" <(kernel_of "$1")
}

waiting() {
	echo "$root/boot/.vmlinuz-$new.bedplate-$1"
}

no_left_overs() {
	[ -z "$(find "$root/boot" -name '.*')" ]
}

@test "an upgrade within a version whose driver is damaged keeps the image that was proved, and its kernel" {
	local before
	install_kernel newer
	before=$(sha512sum <"$root/boot/initrd.img-$new")
	fails 1 "virtio_blk.ko is not for kernel" install_kernel broken
	[ "$(sha512sum <"$root/boot/initrd.img-$new")" = "$before" ]
	has_kernel newer
	has_kernel broken "$(waiting next)"
	[ ! -e "$(waiting kept)" ]
	ours "$new"
	[ "$(verdict "$new")" = passed ]
	# GRUB has the pair, and nothing twice.
	in_root update-grub
	[ "$(grub_kernels)" = "$new $old" ]
	refute grep -F .vmlinuz "$root/boot/grub/grub.cfg"
	# Nor does update-initramfs get its image into that place.
	fails 1 "" in_root update-initramfs -u -k "$new"
	[[ $output == *"virtio_blk.ko is not for kernel"* ]]
	[ "$(sha512sum <"$root/boot/initrd.img-$new")" = "$before" ]
	# The same again does not take what waits for what was proved, and a sound build ends it.
	fails 1 "virtio_blk.ko is not for kernel" install_kernel broken
	has_kernel newer
	install_kernel rebuilt
	has_kernel rebuilt
	no_left_overs
	ours "$new"
	[ "$(verdict "$new")" = passed ]
}

@test "another build of a version: its kernel is in its place only when its image is proved" {
	install_kernel newer
	# As if dkms ran.
	printf '#!/bin/sh\ncp -a /boot /tmp/meanwhile\n' >"$root/etc/kernel/postinst.d/dkms-later"
	chmod 755 "$root/etc/kernel/postinst.d/dkms-later"
	fails 0 "the kernel /boot/.vmlinuz-$new.bedplate-next has changed" install_kernel rebuilt
	has_kernel newer "$root/tmp/meanwhile/vmlinuz-$new"
	has_kernel rebuilt
	no_left_overs
	ours "$new"
	in_root bedplate mkinitramfs status --json "$new" | jq -e '.kernels[0].stale == []'
}

@test "an upgrade that is stopped once its kernel is unpacked has the proved one on the disk, and ends later" {
	install_kernel newer
	cp "$debs/broken.deb" "$root/tmp/kernel.deb"
	in_root dpkg --force-unsafe-io --unpack /tmp/kernel.deb
	has_kernel broken
	has_kernel newer "$(waiting kept)"
	# Unpacked once more: what is kept stays what was proved.
	in_root dpkg --force-unsafe-io --unpack /tmp/kernel.deb
	has_kernel newer "$(waiting kept)"
	fails 1 "virtio_blk.ko is not for kernel" in_root dpkg --force-unsafe-io --configure -a
	has_kernel newer
	ours "$new"
	in_root dpkg --force-unsafe-io --purge "linux-image-$new"
	[ "$(cd "$root/boot" && ls -A | grep -F "$new" | xargs)" = "" ]
}

@test "a kernel that cannot be kept is not unpacked over" {
	install_kernel newer
	printf '#!/bin/sh\nexit 1\n' | tee "$root/usr/local/bin/ln" >"$root/usr/local/bin/cp"
	chmod 755 "$root/usr/local/bin/"{ln,cp}
	fails 1 "vmlinuz-$new could not be kept beside its place, and nothing is unpacked over it" install_kernel rebuilt
	has_kernel newer
	ours "$new"
}

@test "images that cannot be looked at are an error, and not nobody's" {
	echo "[Image" >>"$root/etc/bedplate/host.conf"
	fails 1 "bedplate: images were not looked at, and stay as they are: .*host.conf:" in_root /usr/lib/bedplate/kernel-hook refresh
	fails 0 "bedplate: the image of kernel $old was not removed: .*host.conf:" in_root /usr/lib/bedplate/kernel-hook remove "$old"
	[ -e "$root/boot/initrd.img-$old" ]
	# A record that is none is ours all the same.
	host_conf
	echo "no record" >"$root/boot/initrd.img-$old.json"
	in_root /usr/lib/bedplate/kernel-hook refresh "$old"
	ours "$old"
	echo "no record" >"$root/boot/initrd.img-$old.json"
	fails 0 "bedplate: the image of kernel $old was not removed: .* has no record" in_root /usr/lib/bedplate/kernel-hook remove "$old"
}

@test "scripts that a removed Bedplate leaves behind do no harm, and say so" {
	rm -r "$root/usr/lib/bedplate" "$root/usr/bin/bedplate"
	fails 0 "zy-bedplate: bedplate is not installed: kernel $new gets no image from it" install_kernel newer
	[ "$(package_state "$new")" = installed ]
	[ "$(grub_kernels)" = "$new $old" ]
	in_root update-initramfs -u -k "$new"
	fails 0 "bedplate is not installed" in_root dpkg --force-unsafe-io --purge "linux-image-$new"
	[ "$(package_state "$new" 2>/dev/null)" != installed ]
}
