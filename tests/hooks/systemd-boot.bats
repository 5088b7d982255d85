#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# Debian 13 with systemd-boot and initramfs-tools: dpkg installs a kernel, and the real hooks of all
# three, and kernel-install, work together with ours.

load lib

setup() {
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{debian,kernel-install,common} "$hooks_state/root-trixie"
	host_conf
	version=$(cat "$debs/trixie")
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/quick"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	echo "root=UUID=1 ro quiet" >"$root/etc/kernel/cmdline"
	# A folder is as good as a partition, to a bootctl that is told so.
	mkdir -p "$root/efi/loader"
	export SYSTEMD_RELAX_ESP_CHECKS=1 SYSTEMD_ESP_PATH=/efi
	in_root bootctl --no-variables install
	entries=$root/efi/loader/entries
}

teardown() {
	leave_root
}

install_kernel() {
	cp "$debs/trixie.deb" "$root/tmp/kernel.deb"
	in_root dpkg --force-unsafe-io -i /tmp/kernel.deb
}

# What the only entry loads, whose name has the tries that it gets.
booted_image() {
	local image
	image=$(sed -n 's/^initrd  *//p' "$entries"/*-"$version+3.conf")
	[ "$(wc -l <<<"$image")" = 1 ]
	echo "$root/efi/${image#/efi}"
}

@test "systemd-boot's entry gets the verified image, never that of initramfs-tools" {
	run install_kernel
	echo "$output"
	[ "$status" -eq 0 ]
	ours "$version"
	cmp "$(booted_image)" "$root/boot/initrd.img-$version"
	# Neither later.
	in_root update-initramfs -u -k "$version"
	ours "$version"
	cmp "$(booted_image)" "$root/boot/initrd.img-$version"
	in_root dpkg --force-unsafe-io --purge "linux-image-$version"
	[ -z "$(ls "$entries")" ]
	[ -z "$(ls "$root/boot" | grep -F "$version")" ]
}

@test "a kernel whose image fails gets no entry of systemd-boot" {
	echo "no program" >"$root/usr/lib/bedplate/init"
	fails 1 "kernel ${version%%+*}.* has no new image" install_kernel
	[ -z "$(ls "$entries" 2>/dev/null)" ]
	[ -z "$(find "$root/efi" -name 'linux' -o -name 'initrd*')" ]
}
