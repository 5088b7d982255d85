#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate host-prep killed, or refused by the kernel, at each call in turn that changes anything, on a
# fake machine: `down` leaves no trace all the same. strace(1) does that.

load lib
load prepare-lib

setup() {
	fake_machine
	put proc/sys/vm/max_map_count 65530
	put sys/devices/system/cpu/cpufreq/policy0/scaling_governor powersave
	conf '[Sysctl]' 'Set=vm.swappiness=10 vm.max_map_count=99999' '[Ksm]' Run=yes PagesToScan=500 '[Cpu]' \
		Governor=schedutil
	mkdir -p "$work/state"
	strace=(strace -f -qq -o "$work/trace")
}

# remember NAME: the machine as it is, for `again NAME`.
remember() {
	rm -rf "$work/state/$1"
	cp -a "$root" "$work/state/$1"
}

again() {
	rm -rf "$root"
	cp -a "$work/state/$1" "$root"
}

# values TREE: what the kernel has.
values() {
	(cd "$1" && grep -r . proc sys | sort)
}

# writes COMMAND: its calls that change something, as "NAME N": the Nth of this name.
writes() {
	"${strace[@]}" "$B/host-prep/bedplate-host-prep" "$1" --root "$root" >/dev/null
	sed -E 's/^[0-9]+ +//' "$work/trace" | awk -F'(' '
		{ number[$1]++ }
		/^(write\([^12]|fsync|renameat|unlinkat|mkdirat)/ { print $1, number[$1] }'
}

# hinder FROM WHAT COMMAND: killed, or refused, at each of these calls in turn; then down.
hinder() {
	local from=$1 what=$2 command=$3 call number times=0
	again "$from"
	writes "$command" >"$work/calls"
	while read -r call number; do
		again "$from"
		"${strace[@]}" -e trace="$call" -e inject="$call:$what:when=$number" \
			"$B/host-prep/bedplate-host-prep" "$command" --root "$root" >/dev/null 2>&1 || true
		host_prep down >/dev/null
		diff <(values "$work/state/before") <(values "$root") ||
			{ echo "$command, $what at $call $number" && return 1; }
		[ ! -e "$root/run/bedplate/host-prep.json" ]
		times=$((times + 1))
	done <"$work/calls"
	[ "$times" -ge 9 ]
}

@test "up killed at each call: down gives all back" {
	remember before
	hinder before signal=KILL up
}

@test "down killed at each call: the next gives back the rest" {
	remember before
	host_prep up
	remember up
	hinder up signal=KILL down
}

@test "up that gives back what the files no longer ask for, killed at each call: down does it" {
	remember before
	host_prep up
	rm "$root/etc/bedplate/guests/web.conf"
	put etc/bedplate/host.conf $'[Sysctl]\nSet=vm.swappiness=20'
	remember up
	hinder up signal=KILL up
}

@test "each call of up and down refused: down gives all back" {
	remember before
	hinder before error=EIO up
	host_prep up
	remember up
	hinder up error=EIO down
}

@test "what could not be undone is known to down" {
	remember before
	put etc/bedplate/host.conf $'[Sysctl]\nSet=vm.swappiness=10 vm.none=1'
	# The value is written, the next one is not there, and the first cannot be written back.
	fails 1 'undoing: host.conf:2: vm.swappiness' "${strace[@]}" -e trace=write \
		-e inject=write:error=EIO:when="$(refused_write)" \
		"$B/host-prep/bedplate-host-prep" up --root "$root"
	grep -qx 10 "$root/proc/sys/vm/swappiness"
	host_prep down
	diff <(values "$work/state/before") <(values "$root")
}

# The number of the last write, by which the value comes back.
refused_write() {
	"${strace[@]}" -e trace=write "$B/host-prep/bedplate-host-prep" up --root "$root" \
		>/dev/null 2>&1 || true
	grep -n 'write([^12]*, "60"' "$work/trace" | cut -d: -f1
	again before >/dev/null
	put etc/bedplate/host.conf $'[Sysctl]\nSet=vm.swappiness=10 vm.none=1'
}

@test "a signal that asks it to stop takes back what was done" {
	remember before
	fails 1 interrupted "${strace[@]}" -e trace=write -e inject=write:signal=TERM:when="$(first_write)" \
		"$B/host-prep/bedplate-host-prep" up --root "$root"
	diff <(values "$work/state/before") <(values "$root")
	[ ! -e "$root/run/bedplate/host-prep.json" ]
}

# The number of the write that changes the first value.
first_write() {
	"${strace[@]}" -e trace=write "$B/host-prep/bedplate-host-prep" up --root "$root" >/dev/null
	grep -n 'write([^12]*, "10"' "$work/trace" | cut -d: -f1
	again before
}

@test "down waits for a modprobe that a killed up has left, and unloads what it has loaded" {
	mkdir -p "$work/bin" "$root/sys/module"
	mkfifo "$work/begun" "$work/go"
	printf '#!/bin/sh\necho >%q; timeout 60 cat %q >/dev/null; mkdir %q\n' "$work/begun" "$work/go" "$root/sys/module/slow" >"$work/bin/modprobe"
	printf '#!/bin/sh\nrmdir %q/"$1"\n' "$root/sys/module" >"$work/bin/rmmod"
	chmod +x "$work/bin"/*
	conf '[KernelModules]' Load=slow
	PATH=$work/bin:$PATH "$B/host-prep/bedplate-host-prep" up --root "$root" 3>&- >/dev/null &
	read -r _ <"$work/begun"
	kill -9 $!
	wait $! || true
	fails 1 "another bedplate host-prep is at work" host_prep down
	echo >"$work/go"
	flock "$root/run/bedplate/host-prep.lock" true
	[ -d "$root/sys/module/slow" ]
	PATH=$work/bin:$PATH host_prep down
	[ ! -e "$root/sys/module/slow" ]
	[ ! -e "$root/run/bedplate/host-prep.json" ]
}
