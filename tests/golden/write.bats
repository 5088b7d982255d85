#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# How images are written: the same bytes each time, whole or not at all, readable by others.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
}

@test "two builds are the same bytes, whatever time zone, umask, locale, folder and order on disk" {
	tree lvm
	mkinitramfs -o "$image"
	mkdir "$work/else"
	"$here/make-tree" lvm "$work/else/where"
	# Copied backwards, so that folders list differently.
	(cd "$kernel" && find . -depth -type f | sort -r | cpio -pdm --quiet "$work/else/where")
	(cd / && umask 077 && TZ=Asia/Kathmandu LC_ALL=de_DE.UTF-8 \
		"$mki" --root "$work/else/where" --parts "$parts" -k 6.1.0-fake -o "$work/second")
	cmp "$image" "$work/second"
}

@test "SOURCE_DATE_EPOCH is every entry's time; without it there is none" {
	tree nvme
	mkinitramfs -o "$image"
	[ "$("$mki" --list "$image" --json | jq '[.entries[].mtime] | unique == [0]')" = true ]
	SOURCE_DATE_EPOCH=1234567890 mkinitramfs -o "$image"
	[ "$("$mki" --list "$image" --json | jq '[.entries[].mtime] | unique == [1234567890]')" = true ]
	SOURCE_DATE_EPOCH=yesterday fails 1 "SOURCE_DATE_EPOCH=yesterday" mkinitramfs -o "$image"
}

@test "the image has mode 0600, and nothing lies beside it" {
	tree nvme
	mkdir "$work/boot"
	(umask 000 && mkinitramfs -o "$work/boot/initrd")
	[ "$(stat -c %a "$work/boot/initrd")" = 600 ]
	nothing_but "$work/boot" initrd
}

@test "GNU cpio and zstd read the image as we do" {
	tree lvm
	mkinitramfs -o "$image"
	zstd -qdc "$image" >"$work/plain"
	mkdir "$work/theirs"
	(cd "$work/theirs" && cpio -idm --quiet --no-absolute-filenames <"$work/plain" 2>/dev/null || true)
	zstd -qdc "$work/theirs/late.cpio.zst" >"$work/late"
	rm "$work/theirs/late.cpio.zst"
	cpio -t --quiet <"$work/late" >"$work/late.list"
	diff <(cpio -t --quiet <"$work/plain" | sed "/^late.cpio.zst\$/r $work/late.list") \
		<("$mki" --list "$image" --json | jq -r '.entries[].path')
	(cd "$work/theirs" && cpio -idm --quiet --no-absolute-filenames <"$work/late" 2>/dev/null || true)
	"$mki" --extract "$image" "$work/ours" 2>/dev/null
	diff -r --no-dereference -x dev "$work/theirs" "$work/ours"
}

@test "every compression unpacks to the same archive" {
	tree nvme
	echo CONFIG_RD_LZ4=y >>"$root/boot/config-6.1.0-fake"
	mkinitramfs -o "$work/none" --compression none
	for method in zstd gzip xz lz4; do
		mkinitramfs -o "$work/$method" --compression "$method"
		"$method" -dc <"$work/$method" | cmp - "$work/none"
		diff <("$mki" --list "$work/$method") <("$mki" --list "$work/none")
	done
	# What the kernel's xz wants.
	[ "$(xz --robot --list "$work/xz" | awk '$1 == "file" { print $7 }')" = CRC32 ]
	# lz4's legacy frames.
	[ "$(head -c 4 "$work/lz4" | od -An -tx1 | tr -d ' ')" = 02214c18 ]
}

@test "a compression that the kernel cannot unpack is refused with the reason" {
	tree nvme
	fails 1 "cannot unpack lz4: boot/config-6.1.0-fake has no CONFIG_RD_LZ4=y" \
		mkinitramfs -o "$image" --compression lz4
	[ ! -e "$image" ]
	rm "$root/boot/config-6.1.0-fake"
	fails 0 "not known" mkinitramfs -o "$image" --compression lz4
}

@test "a full disk leaves the old image and nothing else" {
	tree nvme
	mkdir "$work/boot"
	mkdir "$work/parts"
	cp "$parts"/{init,lvm,e2fsck,busybox,busybox.links} "$work/parts"
	head -c 200000 /dev/urandom >"$work/parts/init"
	echo before >"$work/boot/initrd"
	# The limit counts in KiB and stands for ENOSPC; it must not kill the program either.
	fails 1 "initrd.*File too large" bash -c "ulimit -f 64; exec \"\$@\"" - \
		"$mki" --root "$root" --parts "$work/parts" -o "$work/boot/initrd"
	nothing_but "$work/boot" initrd
	[ "$(cat "$work/boot/initrd")" = before ]
}

@test "a full file system leaves nothing" {
	[ "$(id -u)" = 0 ] || skip "mounting needs root"
	tree nvme
	mkdir "$work/parts" "$work/boot"
	cp "$parts"/{lvm,e2fsck,busybox,busybox.links} "$work/parts"
	head -c 200000 /dev/urandom >"$work/parts/init"
	cat >"$work/in-namespace" <<-END
		mount -t tmpfs -o size=64k none "$work/boot"
		"$mki" --root "$root" --parts "$work/parts" -o "$work/boot/initrd"
		status=\$?
		ls -A "$work/boot"
		exit \$status
	END
	run unshare -m bash "$work/in-namespace"
	[ "$status" -ne 1 ] || [[ "$output" != *"Operation not permitted"* ]] || skip "no mount namespace"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"No space left on device"* ]]
	[[ "$output" != *$'\n'*initrd*new* ]]
	[[ "${lines[-1]}" == *"No space left on device"* ]]
}

@test "a link stays a link; a device or folder in the image's place is refused" {
	tree nvme
	mkdir "$work/boot"
	echo old >"$work/boot/initrd-1"
	ln -s initrd-1 "$work/boot/initrd"
	mkinitramfs -o "$work/boot/initrd"
	[ -L "$work/boot/initrd" ]
	"$mki" --list "$work/boot/initrd-1" >/dev/null
	fails 1 "no regular file" mkinitramfs -o /dev/null
	fails 1 "no regular file" mkinitramfs -o "$work/boot"
	[ -c /dev/null ]
}
