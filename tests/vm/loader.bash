# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Booting by real boot loaders: the disk that loader-disk makes, and what its init (loader-init)
# says of each boot.

# shellcheck source=tests/vm/lib.bash
. "${BASH_SOURCE[0]%/*}/lib.bash"

# Where the EFI system partition begins: behind the first MiB and GRUB's core image.
esp_offset=2M

# esp_put FILE PATH, esp_get PATH FILE: a file on the EFI system partition.
esp_put() {
	mcopy -n -o -i "$loader_disk@@$esp_offset" "$1" "::$2"
}

esp_get() {
	mcopy -n -o -i "$loader_disk@@$esp_offset" "::$1" "$2"
}

# loader_begin [LOADER]: a disk for this case, $loader_disk. Firmware without variables starts
# EFI/BOOT/BOOTX64.EFI; with LOADER that is this file of the EFI system partition.
loader_begin() {
	local base
	base=$("$vm_here/loader-disk") || return
	loader_disk=$BATS_TEST_TMPDIR/loader.raw
	cp --sparse=always "$base" "$loader_disk"
	[[ -n ${1:-} ]] || return 0
	esp_get "$1" "$BATS_TEST_TMPDIR/loader.efi"
	mmd -i "$loader_disk@@$esp_offset" ::/EFI/BOOT
	esp_put "$BATS_TEST_TMPDIR/loader.efi" /EFI/BOOT/BOOTX64.EFI
}

# loader_boot bios|ovmf [OPTION...] <CASE: boots the disk until the case, a script of sh,
# ends with 0. It is run by each boot's init, with the number of the boot as $boot; `tell NAME
# COMMAND...` runs a command and marks what it prints (after).
loader_boot() {
	local kind=$1
	shift
	cat >"$BATS_TEST_TMPDIR/case.sh"
	esp_put "$BATS_TEST_TMPDIR/case.sh" /case.sh
	vm_boot loader="$kind" disk= file="$loader_disk" deadline=300 "$@"
}

# said BOOT, cmdline BOOT: what the case printed and the kernel's command line in this boot.
said() {
	report "case $1"
}

cmdline() {
	report "cmdline $1"
}

# after BOOT NAME: what "tell NAME COMMAND..." of the case printed in this boot.
after() {
	said "$1" | sed -n "/^=== $2\$/,/^===\$/p" | sed '/^===/d'
}

# boots: the number of boots that got as far as the system's init.
boots() {
	grep -c '^boot ' "$vm_dir/report"
}

# image_of BOOT: the id of the image that it came up by.
image_of() {
	report "boot.json $1" | jq -r .image
}

# assert_boots COUNT: the system came up that often, and the case came to its end.
assert_boots() {
	assert_ended poweroff
	assert_equal "$(boots)" "$1" "boots of the system"
}
