#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# The real kernel-install: of Debian 12 (systemd 252, a shell script) and 13 (257), with its own
# plug-ins before and after ours.

load lib

teardown() {
	leave_root
}

# system SUITE [LAYOUT]: a Debian system whose /boot is as systemd-boot has it; sets $version, $kernel.
system() {
	local deb=newer
	[ "$1" != trixie ] || deb=trixie
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{kernel-install,common} "$(unpacked "$deb")" "$hooks_state/root-$1"
	host_conf
	version=$(cat "$debs/$deb") kernel=/boot/vmlinuz-$version
	in_root depmod "$version"
	mkdir -p "$root/efi/loader/entries"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	echo host >"$root/etc/kernel/entry-token"
	echo "root=UUID=1 ro quiet" >"$root/etc/kernel/cmdline"
	install_conf "layout=${2:-bls}"
	entry=$root/efi/loader/entries/host-$version.conf
	folder=$root/efi/host/$version
	boot=$root/boot
}

install_conf() {
	printf '%s\n' "$@" "BOOT_ROOT=/efi" >"$root/etc/kernel/install.conf"
}

kernel_install() {
	in_root kernel-install "$@"
}

# is_image FILE: an image that has our /init and this kernel's modules.
is_image() {
	in_root bedplate mkinitramfs --list "${1#"$root"}" | grep -q "lib/modules/$version/.*virtio_blk.ko"
}

# The storage driver is one for another kernel; trixie's are compressed.
damage() {
	local module
	module=$(find "$root/usr/lib/modules" -name 'virtio_blk.ko*')
	[[ $module != *.xz ]] || { unxz "$module" && module=${module%.xz}; }
	sed -i "s/vermagic=./vermagic=x/" "$module"
	in_root depmod "$version"
}

@test "bls: a verified image goes into the staging area, and the entry has it (252, 257)" {
	for suite in bookworm trixie; do
		system "$suite"
		fails 0 "verifying|passed|ok" kernel_install --verbose add "$version" "$kernel"
		is_image "$folder/initrd"
		grep -x "initrd  *.*/host/$version/initrd" "$entry"
		[ "$(grep -c ^initrd "$entry")" = 1 ]
		# Nothing was installed elsewhere, and there was none before.
		[ "$(ls "$boot" | grep -c initrd)" = 0 ]
		[ ! -e "${entry%.conf}-previous.conf" ]
		kernel_install remove "$version"
		[ ! -e "$folder" ] && [ ! -e "$entry" ]
		leave_root
		rm -rf "$BATS_TEST_TMPDIR"/{changes,work}
	done
}

@test "bls: the image before stays with an entry that sorts behind; remove takes both (252, 257)" {
	for suite in bookworm trixie; do
		system "$suite"
		kernel_install add "$version" "$kernel"
		cp "$folder/initrd" "$BATS_TEST_TMPDIR/first"
		# The same again is no other image.
		kernel_install add "$version" "$kernel"
		[ -z "$(ls "$folder" | grep previous)" ] && [ ! -e "${entry%.conf}-previous.conf" ]
		printf 'Compression=gzip\n' >>"$root/etc/bedplate/host.conf"
		echo 3 >"$root/etc/kernel/tries"
		kernel_install add "$version" "$kernel"
		cmp "$folder/previous-initrd" "$BATS_TEST_TMPDIR/first"
		refute cmp -s "$folder/initrd" "$folder/previous-initrd"
		local previous=${entry%.conf}-previous.conf
		grep -x "title .* (previous image)" "$previous"
		grep -x "version  *$version~previous" "$previous"
		grep -x "initrd  *.*/host/$version/previous-initrd" "$previous"
		grep -x "linux  *.*/host/$version/previous-linux" "$previous"
		cmp "$folder/previous-linux" "$folder/linux"
		grep "options  *root=UUID=1 ro quiet" "$previous"
		# Without a counter the entry of before would be taken for a good one of the new image.
		[ -e "${entry%.conf}+3.conf" ] && [ ! -e "$entry" ]
		# One that is still on trial does not push out the one before it.
		printf 'Level=1\n' >>"$root/etc/bedplate/host.conf"
		kernel_install add "$version" "$kernel"
		cmp "$folder/previous-initrd" "$BATS_TEST_TMPDIR/first"
		# "bedplate boot apply" hands over an image; none is made.
		echo image >"$boot/given"
		in_root env BEDPLATE_IMAGE=/boot/given kernel-install add "$version" "$kernel"
		cmp "$folder/initrd" "$boot/given"
		rm "$boot/given"
		in_root systemd-analyze compare-versions "$version" gt "$version~previous"
		kernel_install remove "$version"
		[ ! -e "$folder" ]
		[ -z "$(ls "$root/efi/loader/entries")" ]
		leave_root
		rm -rf "$BATS_TEST_TMPDIR"/{changes,work}
	done
}

@test "bls: an image that fails stops kernel-install, and the entry that was there stays (252, 257)" {
	for suite in bookworm trixie; do
		system "$suite"
		kernel_install add "$version" "$kernel"
		(cd "$root/efi" && find . -type f -exec sha512sum {} +) >"$BATS_TEST_TMPDIR/before"
		damage
		fails 1 "kernel ${version%%+*}.* has no new image, .*virtio_blk.ko is not for kernel" kernel_install add "$version" "$kernel"
		(cd "$root/efi" && sha512sum -c --quiet "$BATS_TEST_TMPDIR/before")
		# A new kernel gets no entry at all.
		kernel_install remove "$version"
		fails 1 "is not for kernel" kernel_install add "$version" "$kernel"
		[ -z "$(find "$root/efi" -type f -name '*.conf')" ]
		[ ! -e "$folder" ]
		leave_root
		rm -rf "$BATS_TEST_TMPDIR"/{changes,work}
	done
}

# at_write: a plug-in keeps what is there when 90-loaderentry or 90-uki-copy begins, in /tmp/efi.
at_write() {
	printf '#!/bin/sh\n[ "$1" != add ] || cp -a /efi /tmp/efi\n' >"$root/etc/kernel/install.d/89-later.install"
	chmod 755 "$root/etc/kernel/install.d/89-later.install"
}

# change_image, change_kernel: the next one is another.
change_image() {
	echo "options virtio_blk num_request_queues=$((++changes))" >"$root/etc/modprobe.d/local.conf"
}

change_kernel() {
	echo "build $((++changes))" >>"$root/$kernel"
}

# boots ENTRY KERNEL IMAGE: the entry in /tmp/efi loads files of this content, none of which is written
# by kernel-install.
boots() {
	local text=$root/tmp/efi/loader/entries/${1##*/} file
	for file in linux initrd; do
		file=$(sed -n "s/^$file  *.*\/host/host/p" "$text")
		[[ $file == */previous-* ]]
		cmp "$root/tmp/efi/$file" "$2"
		shift
	done
}

@test "bls: while an entry is written, the one before it is whole, with a kernel of its own (252, 257)" {
	local old=$BATS_TEST_TMPDIR/old
	for suite in bookworm trixie; do
		system "$suite"
		kernel_install add "$version" "$kernel"
		mkdir -p "$old"
		cp "$folder"/{linux,initrd} "$old"
		at_write
		# The same again: what is kept meanwhile goes afterwards.
		kernel_install add "$version" "$kernel"
		boots "${entry%.conf}-previous.conf" "$old"/{linux,initrd}
		[ "$(ls "$root/tmp/efi/loader/entries")" = "host-$version-previous.conf" ]
		[ "$(ls "$root/efi/loader/entries")" = "host-$version.conf" ]
		rm -r "$root/tmp/efi"
		# Another kernel and another image of the same version.
		echo 2 >"$root/etc/kernel/tries"
		change_image
		change_kernel
		kernel_install add "$version" "$kernel"
		boots "${entry%.conf}-previous.conf" "$old"/{linux,initrd}
		[ "$(ls "$root/tmp/efi/loader/entries")" = "host-$version-previous.conf" ]
		cmp "$folder/linux" "$root/$kernel"
		cmp "$folder/previous-linux" "$old/linux"
		[ "$(ls "$root/efi/loader/entries" | xargs)" = "host-$version+2.conf host-$version-previous.conf" ]
		rm -r "$root/tmp/efi"
		# One that fails later on leaves it, too.
		change_kernel
		printf '#!/bin/sh\nexit 1\n' >"$root/etc/kernel/install.d/90-loaderentry.install"
		chmod 755 "$root/etc/kernel/install.d/90-loaderentry.install"
		fails 1 "" kernel_install add "$version" "$kernel"
		boots "${entry%.conf}-previous.conf" "$old"/{linux,initrd}
		cmp "$folder/previous-linux" "$old/linux"
		[ "$(ls "$root/efi/loader/entries")" = "host-$version-previous.conf" ]
		leave_root
		rm -rf "$BATS_TEST_TMPDIR"/{changes,work}
	done
}

# small_efi KIB: a partition with so much room beside what is there.
small_efi() {
	cp -a "$root/efi" "$root/tmp/before"
	mount -t tmpfs -o size=$(($(du -sk "$root/efi" | cut -f1) + $1))k efi "$root/efi"
	cp -a "$root/tmp/before/." "$root/efi"
}

# fingerprint: what is on the partition.
fingerprint() {
	(cd "$root/efi" && find . -type f -exec sha512sum {} + | sort -k 2)
}

@test "bls: where there is no room for two kernels they share one that stays the same, or nothing is begun" {
	local linux initrd before
	system trixie
	kernel_install add "$version" "$kernel"
	linux=$(du -k "$folder/linux" | cut -f1) initrd=$(du -k "$folder/initrd" | cut -f1)
	small_efi $((initrd + 1000))
	before=$(fingerprint)
	change_kernel
	fails 1 "kernel ${version%%+*}.*: /efi has .* KiB left, which is not enough .*: nothing was changed there" kernel_install add "$version" "$kernel"
	[ "$(fingerprint)" = "$before" ]
	# With another kernel's entry, this one need not be kept.
	sed "s/$version/0.1/" "$entry" >"$root/efi/loader/entries/host-0.1.conf"
	fails 1 "nothing was changed there" kernel_install add "$version" "$kernel"
	mkdir "$root/efi/host/0.1"
	echo older | tee "$root/efi/host/0.1/linux" >"$root/efi/host/0.1/initrd"
	run kernel_install add "$version" "$kernel"
	echo "$output"
	[ "$status" -eq 0 ] && [[ $output == *"what was booted so far is not kept"* ]]
	cmp "$folder/linux" "$root/$kernel"
	[ "$(ls "$root/efi/loader/entries" | xargs)" = "host-0.1.conf host-$version.conf" ]
	rm -r "$root/efi/loader/entries/host-0.1.conf" "$root/efi/host/0.1"
	# The same kernel serves both.
	cp "$folder/initrd" "$root/tmp/old"
	change_image
	run kernel_install add "$version" "$kernel"
	echo "$output"
	[ "$status" -eq 0 ] && [[ $output == *"the entry of the image before shares its kernel"* ]]
	grep -x "linux  *.*/host/$version/linux" "${entry%.conf}-previous.conf"
	cmp "$folder/previous-initrd" "$root/tmp/old"
	# Not when it is to change.
	before=$(fingerprint)
	change_kernel
	fails 1 "nothing was changed there" kernel_install add "$version" "$kernel"
	[ "$(fingerprint)" = "$before" ]
	# Nor is a new kernel begun that has no room.
	kernel_install remove "$version"
	dd if=/dev/zero of="$root/efi/full" bs=1k count=$((initrd + initrd)) status=none
	fails 1 "nothing was changed there" kernel_install add "$version" "$kernel"
	[ -z "$(ls "$root/efi/loader/entries")" ]
}

@test "a counter is a number: a kernel whose version has a plus keeps its entries" {
	local other
	system trixie
	other=$root/efi/loader/entries/host-$version+1a.conf
	kernel_install add "$version" "$kernel"
	cp "$entry" "$other"
	cp "$entry" "$root/efi/loader/entries/host-$version+2-1.conf"
	kernel_install add "$version" "$kernel"
	[ -e "$other" ] && [ -e "$entry" ] && [ ! -e "$root/efi/loader/entries/host-$version+2-1.conf" ]
}

@test "uki: the image before stays, whole while the new one is written, and sorts behind (257, ukify, bootctl)" {
	local ukis=$root/efi/EFI/Linux
	system trixie uki
	ukis=$root/efi/EFI/Linux
	kernel_install add "$version" "$kernel"
	cp "$ukis/host-$version.efi" "$BATS_TEST_TMPDIR/first"
	at_write
	echo 3 >"$root/etc/kernel/tries"
	change_image
	kernel_install add "$version" "$kernel"
	cmp "$root/tmp/efi/EFI/Linux/host-$version-previous.efi" "$BATS_TEST_TMPDIR/first"
	[ "$(ls "$root/tmp/efi/EFI/Linux")" = "host-$version-previous.efi" ]
	cmp "$ukis/host-$version-previous.efi" "$BATS_TEST_TMPDIR/first"
	[ "$(ls "$ukis" | xargs)" = "host-$version+3.efi host-$version-previous.efi" ]
	export SYSTEMD_RELAX_ESP_CHECKS=1 SYSTEMD_ESP_PATH=/efi
	[ "$(in_root bootctl list --json=short | jq -r '[.[] | select(.type == "type2") | .path | sub(".*/"; "")] | join(" ")')" = \
		"host-$version+3.efi host-$version-previous.efi" ]
	# One on trial is not worth keeping.
	rm -r "$root/tmp/efi"
	change_image
	kernel_install add "$version" "$kernel"
	cmp "$ukis/host-$version-previous.efi" "$BATS_TEST_TMPDIR/first"
	kernel_install remove "$version"
	[ -z "$(ls "$ukis")" ]
	# No room: what is there stays.
	rm "$root/etc/kernel/tries"
	rm -r "$root/tmp/efi"
	kernel_install add "$version" "$kernel"
	small_efi 1000
	change_image
	cp "$ukis/host-$version.efi" "$BATS_TEST_TMPDIR/first"
	fails 1 "/efi has .* KiB left, which is not enough .*: nothing was changed there" kernel_install add "$version" "$kernel"
	cmp "$ukis/host-$version.efi" "$BATS_TEST_TMPDIR/first"
}

@test "uki: the unified image has our initramfs in it (257, ukify)" {
	system trixie uki
	kernel_install add "$version" "$kernel"
	objcopy -O binary --only-section=.initrd "$root/efi/EFI/Linux/host-$version.efi" "$root/tmp/initrd"
	is_image "$root/tmp/initrd"
	damage
	kernel_install remove "$version"
	fails 1 "is not for kernel" kernel_install add "$version" "$kernel"
	[ ! -e "$root/efi/EFI/Linux/host-$version.efi" ]
}

@test "other: the image is installed with its record, and removed with the kernel (252, 257)" {
	for suite in bookworm trixie; do
		system "$suite" other
		kernel_install add "$version" "$kernel"
		ours "$version"
		[ "$(verdict "$version")" = passed ]
		[ -z "$(ls "$root/efi/loader/entries")" ]
		kernel_install remove "$version"
		[ "$(ls "$boot" | grep -c initrd)" = 0 ]
		leave_root
		rm -rf "$BATS_TEST_TMPDIR"/{changes,work}
	done
}

@test "Debian's own plug-in takes the installed image: ours is brought up to date, and is the only one (252, 257)" {
	for suite in bookworm trixie; do
		system "$suite"
		in_root bedplate mkinitramfs update "$version"
		echo theirs >"$boot/initrd.img-$version"
		kernel_install add "$version" "$kernel"
		ours "$version"
		[ "$(grep -c ^initrd "$entry")" = 1 ]
		cmp "$boot/initrd.img-$version" "$folder/initrd.img-$version"
		printf 'Compression=gzip\n' >>"$root/etc/bedplate/host.conf"
		kernel_install add "$version" "$kernel"
		is_image "$folder/previous-initrd.img-$version"
		grep -x "initrd  *.*/host/$version/previous-initrd.img-$version" "${entry%.conf}-previous.conf"
		cmp "$boot/initrd.img-$version" "$folder/initrd.img-$version"
		leave_root
		rm -rf "$BATS_TEST_TMPDIR"/{changes,work}
	done
}

@test "somebody else's image is left alone: another generator, or one that was given" {
	system bookworm
	install_conf layout=bls initrd_generator=dracut
	kernel_install add "$version" "$kernel"
	[ -e "$entry" ]
	refute grep -q ^initrd "$entry"
	install_conf layout=bls initrd_generator=bedplate
	echo given >"$root/tmp/given"
	kernel_install add "$version" "$kernel" /tmp/given
	[ "$(sed -n 's/^initrd  *.*\///p' "$entry")" = given ]
	install_conf layout=bls initrd_generator=bedplate
	kernel_install add "$version" "$kernel"
	[ "$(sed -n 's/^initrd  *.*\///p' "$entry")" = initrd ]
}

@test "without Bedplate its plug-ins do nothing" {
	system bookworm
	rm -r "$root/usr/lib/bedplate"
	kernel_install add "$version" "$kernel"
	[ -e "$entry" ]
	kernel_install remove "$version"
	[ ! -e "$entry" ]
}
