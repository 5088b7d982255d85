#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate check: the real programs on a whole fake host, and on one where something of each kind is wrong.

bats_require_minimum_version 1.5.0
load lib
load whole-lib

setup_file() {
	golden_setup_file
}

setup() {
	whole_host
	new_image
}

faults() {
	put etc/bedplate/guests/db.conf $'[Memory]\nSize=much\nSiez=2'
	put etc/bedplate/guests/web.conf $'[Machine]\nAccel=kvm\n[Memory]\nSize=1G\n[Disk]\nPath=/none.img'
	put etc/bedplate/guests/mail.conf $'[Memory]\nSize=1G'
	put etc/bedplate/network/lan.conf $'[Network]\nMode=open'
	put proc/cmdline 'root=/dev/vg/root ro'
	put etc/bedplate/host.conf $'[KernelArgs]\nRequire=iommu=pt\n[BootLoader]\nType=none\n[Modules]\nAdd=loop'
	rm "$root/dev/kvm"
}

# placeless: without this test's own folders.
placeless() {
	sed "s|$parts|PARTS|"
}

# told FILTER: the findings as JSON that this jq filter lets through.
told() {
	bedplate check --json | jq -c ".findings[] | select($1)"
}

@test "a host on which all is well passes, and says what was not looked at" {
	run -0 bedplate check
	echo "$output" | placeless >"$work/check"
	same_as_expected bedplate-check.good "$work/check"
}

@test "faults of every kind are told at once, each with its place and what to do, the worst last" {
	faults
	run --separate-stderr -2 bedplate check
	echo "$output" | placeless >"$work/check"
	same_as_expected bedplate-check.faults "$work/check"
	[ -z "$stderr" ]
}

@test "JSON has them with the worst first" {
	faults
	run --separate-stderr -2 bedplate check --json
	jq -e '.version == 1 and .worst == "problem"' <<<"$output"
	jq -e '[.findings[] | .severity | {problem: 0, warning: 1, note: 2, ok: 3}[.]] | . == sort' <<<"$output"
	[ "$(jq -r '.findings[] | select(.mistake) | .origin' <<<"$output" | sort)" = \
		$'guests/db.conf:2\nguests/db.conf:3\nnetwork/lan.conf:2' ]
	jq -e '.findings[] | select(.origin == "guests/db.conf:3") | .subject == "db" and (.advice | test("did you mean Size"))' \
		<<<"$output"
}

@test "what two programs find, or several guests have, is told once" {
	faults
	[ "$(told '.what | test("/dev/kvm")' | wc -l)" = 1 ]
	[ "$(told '.what | test("/dev/kvm")' | jq -r .subject)" = 'mail, web' ]
	[ "$(told '.origin == "guests/db.conf:2"' | wc -l)" = 1 ]
}

@test "a missing kernel argument and a stale image alone: a problem and a warning" {
	put proc/cmdline 'root=/dev/vg/root ro'
	run -1 bedplate check
	grep -A1 'problem .*iommu=pt' <<<"$output" | grep '/etc/bedplate/cmdline'
	put proc/cmdline 'root=/dev/vg/root ro iommu=pt'
	put etc/bedplate/host.conf $'[KernelArgs]\nRequire=iommu=pt\n[BootLoader]\nType=none\n[Modules]\nAdd=loop'
	run -0 bedplate check
	grep -A1 'warning .*the image is stale' <<<"$output" | grep 'mkinitramfs update 6.1.0-fake'
}

@test "a program that is missing, fails, or says nothing sensible is a finding, and the others are heard" {
	rm "$work/programs/bedplate-boot" "$work/programs/bedplate-mkinitramfs" "$work/programs/bedplate-qemu-launch"
	printf '#!/bin/sh\necho "bedplate mkinitramfs: error: the disk is on fire" >&2\necho "bedplate mkinitramfs: error: hint: water" >&2\nexit 1\n' \
		>"$work/programs/bedplate-mkinitramfs"
	printf '#!/bin/sh\necho "[1,"\n' >"$work/programs/bedplate-qemu-launch"
	chmod +x "$work"/programs/*
	run -1 bedplate check
	grep -A1 'problem  the boot loader: not looked at: starting .*bedplate-boot: No such file' <<<"$output" | grep 'installed whole'
	grep -A1 'problem  the disk is on fire' <<<"$output" | grep -e '-> water'
	grep 'problem  the guests: not looked at: the program says nothing that can be read' <<<"$output"
	[ "$(told '.program == "host-prep"' | wc -l)" -gt 5 ]
}

@test "the programs run side by side, and one that hangs is ended" {
	printf '#!/bin/sh\necho $$ >>%s/started\nwhile [ "$(wc -l <%s/started)" -lt 4 ]; do sleep 0.05; done\n' \
		"$work" "$work" >"$work/all"
	chmod +x "$work/all"
	for name in mkinitramfs boot host-prep qemu-launch; do
		ln -sf "$work/all" "$work/programs/bedplate-$name"
	done
	run -1 timeout 20 "$B/bedplate/bedplate" check --root "$root"
	[ "$(wc -l <"$work/started")" = 4 ]
	printf '#!/bin/sh\nsleep 60\n' >"$work/all"
	BEDPLATE_PART_TIMEOUT_MS=300 run -1 timeout 20 "$B/bedplate/bedplate" check --root "$root"
	[ "$(grep -c 'not done after 300 ms' <<<"$output")" = 4 ]
}

@test "no colours where the output is no terminal, or NO_COLOR is set; nothing is changed" {
	faults
	cp -a "$root" "$work/before"
	run -2 bedplate check
	refute grep $'\033' <<<"$output"
	TERM=xterm script -qec "'$B/bedplate/bedplate' check --root '$root'" /dev/null >"$work/coloured" || true
	grep -q $'\033\[1;31mproblem' "$work/coloured"
	NO_COLOR=1 TERM=xterm script -qec "'$B/bedplate/bedplate' check --root '$root'" /dev/null >"$work/plain" || true
	grep -q 'problem' "$work/plain"
	refute grep $'\033' "$work/plain"
	# But for what qemu-launch keeps of QEMU's abilities.
	rm -r "$root/var/cache"
	rmdir "$root/var"
	diff -r --no-dereference "$work/before" "$root"
}

@test "bedplate qemu-launch check tells a wrong file once, each mistake with its hint" {
	put etc/bedplate/guests/db.conf $'[Memory]\nSize=much\nSiez=2'
	run -1 "$B/qemu-launch/bedplate-qemu-launch" check --root "$root"
	[ "$(grep -c 'db.conf:2' <<<"$output")" = 1 ]
	[ "$(grep -c 'db.conf:3' <<<"$output")" = 1 ]
	run -0 --separate-stderr "$B/qemu-launch/bedplate-qemu-launch" check --root "$root" web
	[[ $stderr == *'the guest db is left out'* ]]
	run -1 --separate-stderr "$B/qemu-launch/bedplate-qemu-launch" check --json --root "$root"
	[ "$(jq -r '.findings[] | select(.guest == "db") | .origin' <<<"$output")" = $'guests/db.conf:2\nguests/db.conf:3' ]
	put etc/bedplate/guests/db.conf $'[Memory]\nSiez=2'
	run -0 --separate-stderr "$B/qemu-launch/bedplate-qemu-launch" check --root "$root" web
	[[ $stderr == *'the guest db is left out: etc/bedplate/guests/db.conf:2: '*'hint: did you mean Size?'* ]]
}
