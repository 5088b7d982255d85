#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What guests' files say to systemd: the generator's output, and that systemd takes it.

bats_require_minimum_version 1.5.0
load lib

setup() {
	work=$BATS_TEST_TMPDIR
	root=$work/root
	mkdir -p "$root/etc/bedplate/guests" "$work/out" "$work/units"
	cp "$here"/units/*.conf "$root/etc/bedplate/guests/"
	ln -s "$B/qemu-launch/bedplate-qemu-launch" "$work/bedplate-guest-generator"
}

# generate: what /run/systemd/generator would get, in $work/out.
generate() {
	"$work/bedplate-guest-generator" --root "$root" "$work/out" "$work/early" "$work/late"
}

# listing: all of it as one text.
listing() {
	local file
	(
		cd "$work/out" || exit
		find . -type l -printf '%P -> %l\n' | sort
		find . -type f -printf '%P\n' | sort | while read -r file; do
			printf '\n== %s\n' "$file"
			cat "$file"
		done
	)
}

# verify UNIT...: systemd has nothing to say against them.
verify() {
	local unit
	for unit in "bedplate-guest@.service" bedplate-guests.target bedplate-guests.slice bedplate-host-prep.service bedplate-host-prep-late.service; do
		sed "s|@BINDIR@|$B/bedplate|" "$here/../../units/$unit" >"$work/units/$unit"
	done
	SYSTEMD_UNIT_PATH=$work/units:$work/out:/usr/lib/systemd/system \
		run -0 systemd-analyze verify --man=no --recursive-errors=no "$@"
	[ -z "$output" ]
}

@test "the generator makes the units that guests' files ask for" {
	run -0 --separate-stderr generate
	[ -z "$stderr" ]
	listing >"$work/listing"
	same_as_expected units "$work/listing"
}

@test "systemd takes the units as they are, and orders them" {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is missing"
	generate
	verify bedplate-guest@{web,db,spare,circle-a}.service bedplate-guests.target bedplate-host-prep-late.service
}

@test "a guest's file that is wrong is told, and costs the others nothing" {
	echo '[Gust]' >>"$root/etc/bedplate/guests/spare.conf"
	run -0 --separate-stderr generate
	[[ $stderr == *"guests/spare.conf:4:"*Gust* ]]
	[ -L "$work/out/bedplate-guests.target.wants/bedplate-guest@web.service" ]
	[ -e "$work/out/bedplate-guest@web.service.d/50-bedplate.conf" ]
}

@test "without guests nothing is made, and what cannot be done is told" {
	rm -r "$root/etc/bedplate"
	generate
	[ -z "$(ls "$work/out")" ]
	run -1 "$work/bedplate-guest-generator" --root "$root" "$work/none"
	[[ $output == *"$work/none: No such file or directory"* ]]
	run -2 "$work/bedplate-guest-generator" --root "$root"
}
