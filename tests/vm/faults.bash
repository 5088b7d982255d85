# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the fault cases add to the bats library: images and disks with something wrong.

# shellcheck source=tests/vm/lib.bash
. "${BASH_SOURCE[0]%/*}/lib.bash"

fault_version() {
	cat "$vm_state/kernel/$KERNEL/version"
}

# fault_file PATH [TEXT]: a file that the next fault_image has in place of the image's own;
# without TEXT its content is read. The folder that collects them is the case's.
fault_file() {
	local file=$BATS_TEST_TMPDIR/overlay/$1
	mkdir -p "${file%/*}"
	if (($# > 1)); then
		printf '%s\n' "$2" >"$file"
	else
		cat >"$file"
	fi
}

# fault_image KIND [DISK CONTROLLER]: prints an image with the files of fault_file. The
# kernel unpacks archive behind archive, and a later file takes an earlier one's place; a
# plain archive begins at a multiple of four bytes (init/initramfs.c).
fault_image() {
	local image=$BATS_TEST_TMPDIR/image base
	base=$("$vm_here/image" "$1" "$KERNEL" "${@:2}") || return
	cp "$base" "$image"
	truncate -s %4 "$image"
	(cd "$BATS_TEST_TMPDIR/overlay" && find . -mindepth 1 |
		cpio -o -H newc --owner=0:0 --quiet) >>"$image"
	echo "$image"
}

# fault_module KIND...: the generic image with modules of tests/vm/bad-module (each KIND.ko), which
# its plan loads first of all.
fault_module() {
	local kind modules
	modules=lib/modules/$(fault_version)/kernel
	mkdir -p "$BATS_TEST_TMPDIR/overlay/$modules"
	for kind; do
		"$vm_here/bad-module" "$kind" "$BATS_TEST_TMPDIR/overlay/$modules/$kind.ko" "$KERNEL" "$kind"
	done
	{
		echo "kernel/arch/x86/crypto/sha256-ssse3.ko -"
		echo "kernel/drivers/md/dm-mod.ko 0"
		printf 'kernel/%s.ko -\n' "$@"
	} | fault_file etc/bedplate/modules.plan
	fault_image generic
}

# fault_disk NAME: prints a copy of a layout's first disk, which the case may spoil.
fault_disk() {
	local file=$BATS_TEST_TMPDIR/$1.raw
	"$vm_here/disk" "$1" && cp --sparse=always "$vm_state/disks/$1/0.raw" "$file" &&
		echo "$file"
}

# fault_drive FILE [OPTIONS]: QEMU's arguments for a file as a virtio-blk disk.
fault_drive() {
	local id
	id=fault$(basename "$1" .raw | tr -cd 'a-z0-9')
	echo "-drive file=$1,if=none,id=$id,format=raw,cache=unsafe${2:+,$2}" \
		"-device virtio-blk-pci,drive=$id"
}
