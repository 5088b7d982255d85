#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# The real dkms of Debian 12 (3.0) and 13 (3.2). Its module takes the place of the kernel's own
# virtio_blk; "building" it is copying that one, for which dkms needs neither compiler nor headers.

load lib

teardown() {
	leave_root
}

# system SUITE: with a kernel that has an image of ours; sets $version.
system() {
	local deb=newer
	[ "$1" != trixie ] || deb=trixie
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{debian,common} "$(unpacked "$deb")" "$hooks_state/root-$1"
	host_conf
	version=$(cat "$debs/$deb")
	in_root depmod "$version"
	headers "$version"
	source_of_module
}

# What dkms takes for the kernel's headers.
headers() {
	mkdir -p "$root/lib/modules/$1/build/include"
	touch "$root/lib/modules/$1/build/.config"
}

# prebuilt VERSION: this kernel's virtio_blk with a version of its own, or dkms would not have it.
prebuilt() {
	local module
	module=$(find "$root/lib/modules/$1/kernel" "$(unpacked "${2:-older}")/usr/lib/modules/$1/kernel" \
		-name 'virtio_blk.ko*' 2>/dev/null | head -n 1)
	xz -dcf "$module" >"$BATS_TEST_TMPDIR/module"
	objcopy --dump-section .modinfo="$BATS_TEST_TMPDIR/modinfo" "$BATS_TEST_TMPDIR/module"
	printf 'version=2\0' >>"$BATS_TEST_TMPDIR/modinfo"
	objcopy --update-section .modinfo="$BATS_TEST_TMPDIR/modinfo" "$BATS_TEST_TMPDIR/module" \
		"$root/usr/src/disk-1/$1.ko"
}

source_of_module() {
	mkdir -p "$root/usr/src/disk-1"
	touch "$root/usr/src/disk-1/Makefile"
	prebuilt "$version"
	cat >"$root/usr/src/disk-1/dkms.conf" <<-'END'
		PACKAGE_NAME=disk
		PACKAGE_VERSION=1
		BUILT_MODULE_NAME[0]=virtio_blk
		DEST_MODULE_LOCATION[0]=/updates/dkms
		MAKE[0]="cp $kernelver.ko virtio_blk.ko"
		CLEAN="true"
		AUTOINSTALL=yes
	END
}

has_dkms_module() {
	in_root bedplate mkinitramfs --list "/boot/initrd.img-$version" | grep "virtio_blk" | grep -q updates/dkms
}

@test "a module that dkms builds in the kernel's postinst is in the image, which is made once" {
	system bookworm
	local image=$version
	version=$(cat "$debs/older")
	headers "$version"
	prebuilt "$version"
	in_root dkms add disk/1
	cp "$debs/older.deb" "$root/tmp/kernel.deb"
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/quick"
	run in_root dpkg --force-unsafe-io -i /tmp/kernel.deb
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c "verifying it" <<<"$output")" = 1 ]
	has_dkms_module
	[ "$version" != "$image" ]
}

@test "dkms install and remove by hand make the image anew (3.2: post_transaction)" {
	system trixie
	in_root bedplate mkinitramfs update "$version"
	refute has_dkms_module
	in_root dkms install disk/1 -k "$version"
	has_dkms_module
	ours "$version"
	in_root dkms remove disk/1 -k "$version"
	refute has_dkms_module
}

@test "after apt has installed a package whose modules dkms builds the image is made anew (3.0)" {
	system bookworm
	in_root bedplate mkinitramfs update "$version"
	local package=$BATS_TEST_TMPDIR/package
	mkdir -p "$package"/{DEBIAN,usr/src}
	mv "$root/usr/src/disk-1" "$package/usr/src/"
	printf '%s\n' "Package: disk-dkms" "Version: 1" "Architecture: all" "Maintainer: test <t@invalid>" \
		"Depends: dkms" "Description: test" >"$package/DEBIAN/control"
	printf '#!/bin/sh\nset -e\ndkms add disk/1\ndkms install disk/1 -k %s\n' "$version" >"$package/DEBIAN/postinst"
	chmod 755 "$package/DEBIAN/postinst"
	dpkg-deb -Znone -b "$package" "$root/tmp/disk-dkms.deb" >/dev/null
	run in_root apt-get -q -y -o Dpkg::Use-Pty=0 install /tmp/disk-dkms.deb
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"dkms/virtio_blk.ko"* || $output == *"making it: "* ]]
	has_dkms_module
	ours "$version"
	# Nothing changed, nothing done.
	run in_root apt-get -q -y -o Dpkg::Use-Pty=0 --reinstall install /tmp/disk-dkms.deb
	[[ $output != *"verifying it"* ]]
}

@test "modules that are built when the headers come get into the image (3.0)" {
	system bookworm
	rm -r "$root/lib/modules/$version/build"
	in_root bedplate mkinitramfs update "$version"
	in_root dkms add disk/1
	headers "$version"
	in_root env "DEB_MAINT_PARAMS='configure' ''" run-parts --report --exit-on-error "--arg=$version" /etc/kernel/header_postinst.d
	has_dkms_module
}
