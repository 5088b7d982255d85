#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a password makes of files and messages: nobody but root reads the images, and nothing
# that is shown or noted has it.
# shellcheck disable=SC2154 # lib.bash sets them

load lib.bash

setup_file() { golden_setup_file; }

setup() {
	golden_setup
	tree lvm
	mkdir -p "$root/etc/bedplate"
	# shellcheck disable=SC2016 # no variables
	hash='$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1'
	printf '[Boot]\nPassword=%s\n[Image]\nVerify=no\nKeep=1\n' "$hash" >"$root/etc/bedplate/host.conf"
}

# says_nothing COMMAND...: it succeeds, and the hash is in nothing that it says.
says_nothing() {
	run "$@"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[ -n "$output" ] && [[ "$output" != *saltstring* ]]
}

@test "the configuration that is shown says that there is a password, and reads back" {
	says_nothing mkinitramfs --dump-config
	[[ "$output" == *"# Password= is set, and not shown"* ]]
	[[ "$output" == *host.conf:2* ]]
	echo "$output" >"$root/etc/bedplate/host.conf"
	run mkinitramfs --dump-config
	[ "$status" -eq 0 ]
	[[ "$output" == *Password=* && "$output" != *"not shown"* ]]
}

@test "what is said of an image does not have the password's hash, nor does its record" {
	says_nothing mkinitramfs --dry-run
	says_nothing mkinitramfs --dry-run --explain
	mkinitramfs -v -o "$image" >"$work/said" 2>&1
	refute grep saltstring "$work/said"
	says_nothing "$mki" --list "$image"
	content etc/bedplate/init.conf | grep -qF saltstring
	update -v >"$work/said" 2>&1
	refute grep saltstring "$work/said"
	says_nothing image_status --json
	refute grep -rl saltstring "$root/boot" --include='*.json' --include='*.failure'
}

@test "all that an update leaves with the hash in it is root's alone, the image before it, too" {
	local file files=0
	umask 000
	update
	update --set Image.Compression=gzip
	ls "$root"/boot/initrd*.prev
	# Whatever the folder has but kernels and records.
	for file in "$root"/boot/initrd*; do
		[[ $file == *.json ]] || { files=$((files + 1)) && [ "$(stat -c %a "$file")" = 600 ]; }
	done
	[ "$files" -eq 2 ]
}

@test "the configuration in an image is for root, so that an extracted one shows nobody the hash" {
	mkinitramfs -o "$image"
	"$mki" --extract "$image" "$work/out"
	[ "$(stat -c %a "$work/out/etc/bedplate/init.conf")" = 600 ]
}
