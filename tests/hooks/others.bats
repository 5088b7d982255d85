#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# apk and Gentoo's installkernel, which Debian has not got: their hooks are called as these do it
# (aports' mkinitfs.trigger, sys-kernel/installkernel). And what is installed, and where.

load lib

teardown() {
	leave_root
}

# system FOLDER: with the newer kernel's files, and the hooks of this folder.
system() {
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{"$1",common} "$(unpacked newer)" "$hooks_state/root-bookworm"
	host_conf
	version=$(cat "$debs/newer")
	boot=$root/boot
	rm -rf "$boot/grub"
}

damage() {
	find "$root/lib/modules/" -name virtio_blk.ko -exec sed -i "s/vermagic=./vermagic=x/" {} +
	in_root depmod "$version"
}

# Alpine's kernel has its flavour in its name; its package says the version elsewhere.
flavour() {
	mkdir -p "$root/usr/share/kernel/lts"
	echo "$version" >"$root/usr/share/kernel/lts/kernel.release"
	mv "$boot/vmlinuz-$version" "$boot/vmlinuz-lts"
}

trigger() {
	in_root /usr/lib/bedplate/apk-trigger "$@"
}

@test "apk: the kernel is copied beside its verified image; a removed one loses both" {
	system apk
	flavour
	trigger /usr/share/kernel/lts
	cmp "$boot/vmlinuz-$version" "$boot/vmlinuz-lts"
	ours "$version"
	[ "$(verdict "$version")" = passed ]
	# An upgrade: another version in the same files, and the old one's modules are gone.
	older=$(cat "$debs/older")
	cp "$(unpacked older)/boot/vmlinuz-$older" "$boot/vmlinuz-lts"
	cp -a "$(unpacked older)/usr/lib/modules/$older" "$root/lib/modules/"
	echo "$older" >"$root/usr/share/kernel/lts/kernel.release"
	rm -r "${root:?}/lib/modules/$version"
	trigger /usr/share/kernel/lts
	ours "$older"
	[ "$(cd "$boot" && ls vmlinuz-* initrd.img-* | xargs)" = \
		"initrd.img-$older initrd.img-$older.json vmlinuz-$older vmlinuz-lts" ]
}

@test "apk: a kernel whose image fails leaves what was there" {
	local before
	system apk
	flavour
	trigger /usr/share/kernel/lts
	before=$(cd "$boot" && sha512sum vmlinuz-* "initrd.img-$version")
	damage
	fails 1 "kernel $version has no new image.*is not for kernel" trigger /usr/share/kernel/lts
	[ "$(cd "$boot" && sha512sum vmlinuz-* "initrd.img-$version")" = "$before" ]
	# A folder without a kernel is one that was removed.
	rm "$root/usr/share/kernel/lts/kernel.release"
	trigger /usr/share/kernel/lts
}

@test "apk: firmware or microcode that comes makes the images anew that have it" {
	system apk
	flavour
	printf 'ExtraFiles=/usr/lib/firmware/vendor/part.bin\n' >>"$root/etc/bedplate/host.conf"
	mkdir -p "$root/usr/lib/firmware/vendor"
	echo firmware >"$root/usr/lib/firmware/vendor/part.bin"
	trigger /usr/share/kernel/lts
	fails 0 "is up to date" trigger /lib/firmware/vendor
	echo "firmware, newer" >"$root/usr/lib/firmware/vendor/part.bin"
	fails 0 "part.bin changed.*verifying it" trigger /lib/firmware/vendor
	ours "$version"
}

@test "Gentoo: a verified image goes into installkernel's staging area, or nothing is installed" {
	local plugin=/usr/lib/kernel/preinst.d/50-bedplate.install
	system gentoo
	in_root depmod "$version"
	mkdir "$root/tmp/staging"
	in_root env INSTALLKERNEL_STAGING_AREA=/tmp/staging $plugin "$version" "/boot/vmlinuz-$version"
	in_root bedplate mkinitramfs --list /tmp/staging/initrd | grep -q "lib/modules/$version/.*virtio_blk.ko"
	[ "$(cd "$boot" && ls | grep -c initrd)" = 0 ]
	rm "$root/tmp/staging/initrd"
	in_root env INSTALLKERNEL_INITRD_GENERATOR=dracut INSTALLKERNEL_STAGING_AREA=/tmp/staging \
		$plugin "$version" "/boot/vmlinuz-$version"
	[ -z "$(ls "$root/tmp/staging")" ]
	damage
	fails 1 "is not for kernel" in_root env INSTALLKERNEL_STAGING_AREA=/tmp/staging \
		$plugin "$version" "/boot/vmlinuz-$version"
	[ -z "$(ls "$root/tmp/staging")" ]
}

@test "make install brings the hooks that it is asked for, at their places, with LIBDIR in them" {
	local tree=$BATS_TEST_TMPDIR/tree file
	root=
	for name in common debian kernel-install pacman apk gentoo; do
		"$vm_top/hooks/install" "$tree" /opt/lib/bedplate "$name"
	done
	refute grep -rn "/usr/lib/bedplate" "$tree"
	[ ! -e "$tree/usr/lib/bedplate" ]
	for file in /opt/lib/bedplate/kernel-hook /etc/kernel/preinst.d/00-bedplate /etc/kernel/postinst.d/zy-bedplate \
		/usr/lib/kernel/install.d/51-bedplate.install /usr/share/libalpm/scripts/bedplate \
		/opt/lib/bedplate/apk-trigger /usr/lib/kernel/preinst.d/50-bedplate.install; do
		[ -x "$tree$file" ]
	done
	[ "$(stat -c %a "$tree/etc/apt/apt.conf.d/90bedplate")" = 644 ]
	# HOOKS= are none but what is common to all.
	[ -x "$hooks_state/tree/common/usr/lib/bedplate/kernel-hook" ]
	[ ! -e "$hooks_state/tree/common/etc/kernel" ]
}

@test "run-parts, dpkg and kernel-install would take the hooks in the right order" {
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{debian,kernel-install,common} "$hooks_state/root-trixie"
	[ "$(in_root run-parts --test /etc/kernel/postinst.d | sed 's/.*\///' | xargs)" = \
		"00-bedplate dkms initramfs-tools zy-bedplate zz-systemd-boot" ]
	[ "$(in_root run-parts --test /etc/initramfs/post-update.d | sed 's/.*\///' | xargs)" = "bedplate systemd-boot" ]
	[ "$(cd "$root/usr/lib/kernel/install.d" && printf '%s\n' *.install | sort -V | xargs)" = \
		"40-dkms.install 50-depmod.install 51-bedplate.install 55-initrd.install 60-ukify.install 89-bedplate.install 90-loaderentry.install 90-uki-copy.install 91-bedplate.install" ]
}
