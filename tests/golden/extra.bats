#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What people add to an image: files, programs with their libraries, features.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree lvm
	image_d=$root/etc/bedplate/image.d
}

feature() { # feature NAME FILE: what stands on the standard input becomes image.d/NAME/FILE
	mkdir -p "$image_d/$(dirname "$1/$2")"
	cat >"$image_d/$1/$2"
}

@test "files and folders go in at their place, with modes and links" {
	mkdir -p "$root/etc/some/deep" "$root/opt"
	echo one >"$root/etc/some/deep/one"
	chmod 640 "$root/etc/some/deep/one"
	ln -s deep/one "$root/etc/some/link"
	echo two >"$root/opt/two"
	mkinitramfs -o "$image" --set "Image.ExtraFiles=/etc/some /opt/two"
	[ "$(content etc/some/deep/one)" = one ]
	[ "$(content opt/two)" = two ]
	listing >"$work/list"
	grep -q '^-rw-r----- .*etc/some/deep/one$' "$work/list"
	grep -q 'etc/some/link -> deep/one$' "$work/list"
	fails 1 "opening etc/none: No such file" mkinitramfs -o "$image" --set Image.ExtraFiles=/etc/none
	mkfifo "$root/etc/fifo"
	fails 1 "etc/fifo is no file" mkinitramfs -o "$image" --set Image.ExtraFiles=/etc/fifo
}

@test "a program comes with its interpreter and libraries, and runs from the image alone" {
	[ "$(id -u)" = 0 ] || skip "chroot needs root"
	# The machine's own, as a tree of its own.
	local library
	for library in $(ldd "$(command -v sort)" | grep -o '/[^ ]*'); do
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library"
	done
	mkdir -p "$root/usr/bin"
	cp -L "$(command -v sort)" "$root/usr/bin/sort"
	mkinitramfs -o "$image" --set Image.ExtraBinaries=sort
	content usr/bin/sort >/dev/null
	[ "$(printf 'b\na\n' | chroot "$work/content" /usr/bin/sort | xargs)" = "a b" ]
	# What a library needs is found as well, and a missing one is named.
	rm "$root"/*/*/libc.so.6 "$root"/*/libc.so.6 2>/dev/null || true
	fails 1 "needs the library lib.*, which is not there" mkinitramfs -o "$image" --set Image.ExtraBinaries=sort
	fails 1 "no program nosuch, which the configuration adds" mkinitramfs -o "$image" --set Image.ExtraBinaries=nosuch
}

@test "a library from a folder of ld.so.conf is found without ld.so.cache" {
	mkdir -p "$root/usr/bin" "$root/opt/lib" "$root/etc/ld.so.conf.d"
	echo 'int answer(void) { return 42; }' | gcc -shared -nostdlib -o "$root/opt/lib/libanswer.so" -x c -
	echo 'int answer(void); int _start(void) { return answer(); }' |
		gcc -nostdlib -o "$root/usr/bin/asks" -x c - -L"$root/opt/lib" -lanswer -Wl,--dynamic-linker=/opt/lib/ld.so
	echo ld >"$root/opt/lib/ld.so"
	echo "include ld.so.conf.d/*.conf" >"$root/etc/ld.so.conf"
	echo "/opt/lib # ours" >"$root/etc/ld.so.conf.d/opt.conf"
	mkinitramfs -o "$image" --set Image.ExtraBinaries=asks
	listing >"$work/list"
	grep -q 'opt/lib/libanswer.so$' "$work/list"
	grep -q 'opt/lib/ld.so$' "$work/list"
	grep -q 'usr/lib/libanswer.so -> /opt/lib/libanswer.so$' "$work/list"
	# One of another machine is passed over.
	mkdir -p "$root/lib32"
	echo /lib32 >"$root/etc/ld.so.conf.d/a.conf"
	gcc -m32 -shared -nostdlib -o "$root/lib32/libanswer.so" -x c - </dev/null 2>/dev/null ||
		{ head -c 4 "$root/opt/lib/libanswer.so" && printf '\1\1\1' && head -c 100 /dev/zero; } >"$root/lib32/libanswer.so"
	mkinitramfs -o "$image" --set Image.ExtraBinaries=asks
	refute_listed lib32
}

@test "a program that busybox has as well takes the place of busybox's" {
	mkdir -p "$root/bin"
	printf '#!/bin/sh\necho ours\n' >"$root/bin/mount"
	chmod 755 "$root/bin/mount"
	mkinitramfs -o "$image" --set Image.ExtraBinaries=/bin/mount
	[[ "$(content bin/mount)" == *ours ]]
}

@test "a feature brings files, modules and programs that /init runs" {
	echo "setting" | feature net files/etc/net.conf
	printf '# storage\nfwcard\n' | feature net modules
	printf '#!/bin/sh\necho up\n' | feature net run/mount
	chmod +x "$image_d/net/run/mount"
	mkinitramfs -o "$image"
	[ "$(content etc/net.conf)" = setting ]
	grep -q fwcard "$work/content/etc/bedplate/modules.plan"
	[ -x "$work/content/etc/bedplate/run/mount/net" ]
	# Its shell is there without the late archive.
	listing | grep -q 'bin/sh -> busybox$'
	mkinitramfs --dry-run --explain | grep -q '^etc/net.conf: feature net$'
}

@test "a feature that is wrong is an error that names it" {
	echo nosuch | feature a modules
	fails 1 "image.d/a: .*no module nosuch" mkinitramfs -o "$image"
	rm -r "$image_d/a"
	echo x | feature b run/mound
	fails 1 "image.d/b: .*no point mound.*mean mount" mkinitramfs -o "$image"
	mv "$image_d/b/run/mound" "$image_d/b/run/mount"
	fails 1 "run/mount is no program" mkinitramfs -o "$image"
}

@test "what is added makes an image stale when it changes, comes or goes" {
	mkdir -p "$root/opt"
	echo two >"$root/opt/two"
	mkdir -p "$root/etc/bedplate"
	printf '[Image]\nExtraFiles=/opt\n' >"$root/etc/bedplate/host.conf"
	update
	up_to_date
	echo three >"$root/opt/three"
	stale_because "^opt has other files$"
	update
	echo changed >"$root/opt/two"
	stale_because "^opt/two changed$"
	update
	echo "setting" | feature net files/etc/net.conf
	stale_because "^etc/bedplate/image.d is there now$"
	update
	echo "other" | feature net files/etc/net.conf
	stale_because "^etc/bedplate/image.d/net/files/etc/net.conf changed$"
	update
	echo fwcard | feature net modules
	image_status --json | jq -r '.kernels[].stale[]' | grep -q '^etc/bedplate/image.d/net/modules is there now$'
}
