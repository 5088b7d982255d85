#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and hooks-lib.bash set them
# What the hooks leave when they are killed, or find too little room, without the packaging systems
# (tests/hooks has those).

load lib
load hooks-lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	unshare --user --map-root-user --mount true 2>/dev/null ||
		skip "no user namespaces here"
}

# second_build: a package brings it with its modules, so its image is another one.
second_build() {
	echo "options virtio_blk num_request_queues=2" >"$root/lib/modprobe.d/build.conf"
}

# images: sets $work/image1 and image2, what the two builds have, and leaves the first one installed.
images() {
	mkdir -p "$root/lib/modprobe.d"
	cp "$work/kernel2" "$boot/vmlinuz-$version"
	second_build
	in_root bedplate mkinitramfs update "$version"
	cp "$boot/initrd.img-$version" "$work/image2"
	rm "$boot/initrd.img-$version"* "$root/lib/modprobe.d/build.conf"
	cp "$work/kernel1" "$boot/vmlinuz-$version"
	in_root bedplate mkinitramfs update "$version"
	cp "$boot/initrd.img-$version" "$work/image1"
	refute cmp -s "$work/image1" "$work/image2"
}

# ends_with NAME...: the second build and its image are there, the first image before it, and these.
ends_with() {
	cmp "$boot/vmlinuz-$version" "$work/kernel2" && cmp "$boot/initrd.img-$version" "$work/image2" &&
		nothing_but "$boot" "config-$version" "vmlinuz-$version" "initrd.img-$version"{,.json} "$@"
}

# ---- Debian ----

# upgrade: as linux-image's scripts and dpkg do it.
debian_root() {
	hooks_root debian
	images
	second_build
	cat >"$root/opt/bedplate/upgrade" <<-'END'
		#!/bin/sh
		set -e
		export DEB_MAINT_PARAMS="configure"
		if [ ! -e /var/unpacked ]; then
			/etc/kernel/preinst.d/00-bedplate "$1" "/boot/vmlinuz-$1"
			cp /kernel2 "/boot/vmlinuz-$1.dpkg-new"
			mv -f "/boot/vmlinuz-$1.dpkg-new" "/boot/vmlinuz-$1"
			: >/var/unpacked
		fi
		/etc/kernel/postinst.d/00-bedplate "$1" "/boot/vmlinuz-$1"
		exec /etc/kernel/postinst.d/zy-bedplate "$1" "/boot/vmlinuz-$1"
	END
	chmod 755 "$root/opt/bedplate/upgrade"
	cp "$work/kernel2" "$root/"
	keep_start
}

# Between unpacking and configuring the proved kernel has its other name.
debian_bootable() {
	bootable || proved "$boot/.vmlinuz-$version.bedplate-kept" "$boot/initrd.img-$version"
}

# And once more it comes to its end.
debian_check() {
	debian_bootable || return 1
	in_root upgrade "$version" >>"$work/words" 2>&1 || return 1
	rm -f "$boot"/*.dpkg-new
	ends_with "initrd.img-$version.prev"{,.json}
}

@test "Debian: another build of a version, killed at each call in turn: a proved pair is there, and it ends later" {
	debian_root
	at_each_call debian_check upgrade "$version"
}

@test "Debian: an image that fails leaves the proved pair under its names; a later run takes the new one" {
	debian_root
	echo "[Image" >>"$root/etc/bedplate/host.conf"
	fails 1 "kernel $version has no new image" in_root upgrade "$version"
	cmp "$boot/vmlinuz-$version" "$work/kernel1"
	cmp "$boot/initrd.img-$version" "$work/image1"
	cmp "$boot/.vmlinuz-$version.bedplate-next" "$work/kernel2"
	sed -i '/^\[Image$/d' "$root/etc/bedplate/host.conf"
	in_root upgrade "$version"
	ends_with "initrd.img-$version.prev"{,.json}
}

# ---- pacman, apk ----

copy_root() {
	hooks_root
	echo "# one" | tee "$root/lib/modules/$version/modules.dep" >"$root/lib/modules/$version/modules.alias"
	images
	second_build
	cp "$work/kernel2" "$root/"
	keep_start
}

copy_check() {
	bootable || return 1
	in_root kernel-copy add "$version" /kernel2 >>"$work/words" 2>&1 || return 1
	ends_with "initrd.img-$version.prev"{,.json} && [ -e "$root/var/lib/bedplate/kernels/$version" ]
}

@test "kernel-copy killed at each call in turn: a proved pair is under its names, and it ends later" {
	copy_root
	at_each_call copy_check kernel-copy add "$version" /kernel2
}

@test "kernel-copy: the kernel that is there stays until the new one's image is proved" {
	copy_root
	# A copy of what is there when the image is made.
	# shellcheck disable=SC2016 # the script's
	sed -i 's|^exec|cp -a /boot /tmp/$command\n&|' "$root/opt/bedplate/bedplate"
	in_root kernel-copy add "$version" /kernel2
	cmp "$root/tmp/update/vmlinuz-$version" "$work/kernel1"
	ends_with "initrd.img-$version.prev"{,.json}
	# One that fails leaves the pair, and nothing of itself.
	restart
	echo "[Image" >>"$root/etc/bedplate/host.conf"
	fails 1 "kernel $version has no new image" in_root kernel-copy add "$version" /kernel2
	bootable
	nothing_but "$boot" "config-$version" "vmlinuz-$version" "initrd.img-$version"{,.json}
}

# in_full_boot KIB COMMAND...: with so much room beside what is in /boot; shows what is there afterwards.
in_full_boot() {
	local size
	size=$(($(du -sk --apparent-size "$boot" | cut -f1) + $1 + 24))
	shift
	# shellcheck disable=SC2016 # the inner shell's
	in_root sh -c 'size=$1
		shift
		mkdir /tmp/small
		mount -t tmpfs -o "size=${size}k" none /tmp/small
		cp -a /boot/. /tmp/small
		mount --bind /tmp/small /boot
		status=0
		"$@" || status=$?
		cd /boot && find . -type f -exec sha512sum {} + | grep -v failure | sort
		exit $status' - "$size" "$@"
}

in_boot() {
	(cd "$boot" && find . -type f -exec sha512sum {} + | sort)
}

@test "kernel-copy begins nothing where a kernel has no room" {
	copy_root
	fails 1 "/boot has [0-9]+ KiB left, and a kernel needs 68 KiB: nothing was changed there" \
		in_full_boot 40 kernel-copy add "$version" /kernel2
	[ "$(grep -E '^[0-9a-f]{128} ' <<<"$output")" = "$(in_boot)" ]
	# There is room for it, and none for its image.
	fails 1 "kernel $version has no new image.*/boot has .* MB left" in_full_boot 200 kernel-copy add "$version" /kernel2
	[ "$(grep -E '^[0-9a-f]{128} ' <<<"$output")" = "$(in_boot)" ]
}

@test "kernel-copy tidy: a note without a kernel in /boot is no other kernel that could be booted" {
	copy_root
	in_root kernel-copy add "$version" /kernel2
	mkdir -p "$root/lib/modules/6.1.0-next"
	cp "$root/lib/modules/$version/modules.dep" "$root/lib/modules/6.1.0-next/"
	: >"$root/var/lib/bedplate/kernels/6.1.0-next"
	rm "$root/lib/modules/$version/modules.dep"
	fails 0 "no other kernel has an image: those of $version stay" in_root kernel-copy tidy
	[ -e "$boot/vmlinuz-$version" ]
}

# ---- kernel-install ----

# entry NAME FOLDER KERNEL IMAGE: an entry with these files.
entry() {
	printf '%s\n' "title Linux" "version ${1#host-}" "linux /host/$2/$3" "initrd /host/$2/$4" "options ro" \
		>"$entries/$1.conf"
	mkdir -p "$esp/host/$2"
	[ -e "$esp/host/$2/$3" ] || echo "$1: $3" >"$esp/host/$2/$3"
	[ -e "$esp/host/$2/$4" ] || echo "$1: $4" >"$esp/host/$2/$4"
}

# efi_root: a partition with the kernel 1.0, whose image and kernel are to be others.
efi_root() {
	esp=$work/efi entries=$work/efi/loader/entries staging=$work/staging
	mkdir -p "$entries" "$staging" "$work/bin" "$work/conf/etc/bedplate"
	entry host-1.0 1.0 linux initrd
	echo "another image" >"$staging/initrd"
	echo "another kernel" >"$work/kernel"
	room 100000
	printf '#!/bin/sh\nshift\nexec "%s" --root "%s" "$@"\n' "$mki" "$work/conf" >"$work/bin/bedplate"
	# shellcheck disable=SC2016 # the script's
	printf '#!/bin/sh\n[ "$1" = -f ] || exec /usr/bin/stat "$@"\ncat "%s"\n' "$work/room" >"$work/bin/stat"
	chmod 755 "$work/bin"/*
	export KERNEL_INSTALL_BOOT_ROOT=$esp KERNEL_INSTALL_ENTRY_TOKEN=host KERNEL_INSTALL_LAYOUT=bls \
		KERNEL_INSTALL_STAGING_AREA=$staging KERNEL_INSTALL_CONF_ROOT=$work/conf
}

# room KIB: so much is free.
room() {
	echo "$1 1024" >"$work/room"
}

keep_entry() {
	PATH=$work/bin:$PATH "${traced[@]}" "$here/../../hooks/kernel-install/usr/lib/bedplate/keep-entry" "$1" 1.0 \
		"$esp/host/1.0" "$work/kernel"
}

on_partition() {
	(cd "$esp" && find . -type f -exec sha512sum {} + | sort -k 2)
}

refused() {
	local before
	before=$(on_partition)
	fails 1 "nothing was changed there" keep_entry keep
	[ "$(on_partition)" = "$before" ]
}

@test "kernel-install: a good entry goes for room only where another kernel's has no counter, and its files" {
	efi_root
	room 1
	refused
	# One on trial, and one whose image is gone.
	entry host-2.0+3 2.0 linux initrd
	entry host-2.1+2-1 2.1 linux initrd
	entry host-2.2+12-1 2.2 linux initrd
	entry host-2.3 2.3 linux initrd
	rm "$esp/host/2.3/initrd"
	refused
	entry host-3.0 3.0 linux initrd
	fails 0 "what was booted so far is not kept" keep_entry keep
}

@test "kernel-install: while the own entry is on trial, the one before it does not go for room" {
	efi_root
	entry host-1.0-previous 1.0 linux previous-initrd
	mv "$entries/host-1.0.conf" "$entries/host-1.0+3.conf"
	entry host-2.0+3 2.0 linux initrd
	room 1
	refused
	room 1000
	keep_entry keep
	grep -x "linux /host/1.0/previous-linux" "$entries/host-1.0-previous.conf"
	[ "$(cat "$esp/host/1.0/previous-linux")" = "host-1.0: linux" ]
}

@test "kernel-install: Keep=0 keeps the entry of before only until the new one is written" {
	local keep
	for keep in 1 0; do
		efi_root
		printf '[Image]\nKeep=%s\n' "$keep" >"$work/conf/etc/bedplate/host.conf"
		keep_entry keep
		[ "$(ls "$entries")" = host-1.0-previous.conf ]
		entry host-1.0 1.0 linux initrd
		keep_entry finish
		[ -e "$entries/host-1.0.conf" ]
		[ $keep = 1 ] || refute compgen -G "$esp/host/1.0/previous-*"
		[ $keep = 0 ] || [ -e "$entries/host-1.0-previous.conf" ]
	done
	[ ! -e "$entries/host-1.0-previous.conf" ]
}

@test "kernel-install: files are on the disk before the entry that names them, and that before the own one goes" {
	efi_root
	traced=(strace -f -qq -o "$work/trace" -e "trace=syncfs,rename,renameat,renameat2,unlink,unlinkat")
	keep_entry keep
	sed -E 's/^[0-9]+ +//' "$work/trace" | awk '
		/ = 0$/ && /^rename.*previous-(linux|initrd)"/ { files = 1 }
		/ = 0$/ && /^syncfs/ { files = 0; entry = 0; syncs++ }
		/ = 0$/ && /^rename.*host-1.0-previous.conf"/ { if (files) wrong = 1; entry = 1; count++ }
		/ = 0$/ && /^unlink.*host-1.0.conf"/ { if (entry) wrong = 1; count++; open = 1 }
		{ print }
		END { exit wrong || count != 2 || syncs < 3 }'
}

# One of the two is whole, with the files of before.
entry_check() {
	local file
	for file in "$entries"/host-1.0{,-previous}.conf; do
		[ ! -e "$file" ] || [ "$(awk '$1 ~ /^(linux|initrd)$/ { print $2 }' "$file" | while read -r name; do cat "$esp$name"; done)" != \
			"$(printf 'host-1.0: %s\n' linux initrd)" ] || return 0
	done
	return 1
}

@test "kernel-install: killed at each call while the entry is kept, one of the two is whole" {
	local number=1
	efi_root
	traced=("$B/tests/golden/killat" 1)
	while keep_entry keep; do
		entry_check || { find "$esp" -type f && echo "killed at call $number" && return 1; }
		rm -rf "$esp"
		efi_root
		number=$((number + 1))
		traced=("$B/tests/golden/killat" "$number")
	done
	[ $number -gt 8 ]
}
