#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate qemu-launch argv and list: guests' files beside the command lines that they make.

bats_require_minimum_version 1.5.0
load lib

setup() {
	ql=$B/qemu-launch/bedplate-qemu-launch
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root/etc/bedplate/guests" "$root/usr/share/qemu" "$root/usr/bin"
	cp -r "$here/guests/firmware" "$root/usr/share/qemu/firmware"
	cp "$here"/guests/*.conf "$root/etc/bedplate/guests"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	touch "$root/usr/bin/qemu-system-x86_64" "$root/usr/bin/qemu-system-aarch64"
}

# argv_of GUEST: its command line, one option a line, without this test's folder.
argv_of() {
	"$ql" argv "$1" --root "$root" --lines | sed "s|$root|ROOT|g; s/ \\\\\$//"
}

@test "each guest's file makes its command line" {
	local guest failed=0
	for guest in "$here"/guests/*.conf; do
		guest=$(basename "$guest" .conf)
		argv_of "$guest" >"$BATS_TEST_TMPDIR/$guest.argv"
		same_as_expected "guests/$guest.argv" "$BATS_TEST_TMPDIR/$guest.argv" || failed=1
	done
	[ "$failed" -eq 0 ]
}

@test "the command line on one line is that of --lines and of --json" {
	local words
	eval "set -- $("$ql" argv windows-11 --root "$root")"
	words=$(printf '%s\n' "$@")
	eval "set -- $("$ql" argv windows-11 --root "$root" --lines)"
	[ "$words" = "$(printf '%s\n' "$@")" ]
	[ "$words" = "$("$ql" argv windows-11 --root "$root" --json |
		jq -r '.program, (.options[] | .option, (.value // empty))')" ]
}

@test "each option says the line that it comes from" {
	"$ql" argv firmware --root "$root" --origins >"$BATS_TEST_TMPDIR/origins"
	sed -n '/^# .*firmware.conf:11$/,+1p' "$BATS_TEST_TMPDIR/origins" | grep -x -- '-device pvpanic-pci,bus=.*'
	sed -n '/^# always$/,+1p' "$BATS_TEST_TMPDIR/origins" | grep -x -- -nodefaults
}

@test "a descriptor in /etc stands for that of the same name, and an empty one hides it" {
	mkdir -p "$root/etc/qemu/firmware"
	sed 's|/usr/share/OVMF/OVMF_CODE_4M.ms.fd|/srv/own.fd|' \
		"$here/guests/firmware/40-secure-enrolled.json" >"$root/etc/qemu/firmware/40-secure-enrolled.json"
	argv_of windows-11 | grep -F file=/srv/own.fd
	: >"$root/etc/qemu/firmware/40-secure-enrolled.json"
	fails 1 'windows-11.conf:28: .*no UEFI firmware with secure boot and keys for the machine q35' \
		"$ql" argv windows-11 --root "$root"
	[[ "$output" == *"hint: on Debian the package ovmf has it"* ]]
}

@test "a guest that is not there is told with the nearest name" {
	fails 2 'there is no guest windows-12' "$ql" argv windows-12 --root "$root"
	[[ "$output" == *"did you mean windows-11?"* ]]
	fails 2 'which guest\?' "$ql" argv --root "$root"
}

@test "list shows every guest, and JSON has the same" {
	"$ql" list --root "$root" >"$BATS_TEST_TMPDIR/list"
	same_as_expected guests/list "$BATS_TEST_TMPDIR/list"
	[ "$("$ql" list --root "$root" --json | jq -r '.[].name')" = "$(awk '{ print $1 }' "$BATS_TEST_TMPDIR/list")" ]
}
