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
		[ ! -e "$folder/previous-initrd" ]
		printf 'Compression=gzip\n' >>"$root/etc/bedplate/host.conf"
		echo 3 >"$root/etc/kernel/tries"
		kernel_install add "$version" "$kernel"
		cmp "$folder/previous-initrd" "$BATS_TEST_TMPDIR/first"
		refute cmp -s "$folder/initrd" "$folder/previous-initrd"
		local previous=${entry%.conf}-previous.conf
		grep -x "title .* (previous image)" "$previous"
		grep -x "version  *$version~previous" "$previous"
		grep -x "initrd  *.*/host/$version/previous-initrd" "$previous"
		grep -x "linux  *.*/host/$version/linux" "$previous"
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
		is_image "$folder/previous-initrd"
		grep -x "initrd  *.*/host/$version/previous-initrd" "${entry%.conf}-previous.conf"
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
