#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate host-prep plan, up, down and status on a fake machine.

load lib
load prepare-lib

setup() {
	fake_machine
	conf '[Sysctl]' Set=vm.swappiness=10 '[Ksm]' Run=yes PagesToScan=500
}

value() {
	cat "$root/$1"
}

journal() {
	echo "$root/run/bedplate/host-prep.json"
}

@test "plan shows what up does, up does it once, down leaves no trace" {
	cp -a "$root" "$work/before"
	host_prep plan >"$work/plan"
	same_as_expected prepare.plan "$work/plan"
	[ ! -e "$root/run" ]
	host_prep up >"$work/up"
	diff "$work/plan" "$work/up"
	[ "$(value proc/sys/vm/swappiness)" = 10 ]
	[ "$(value sys/kernel/mm/ksm/run)" = 1 ]
	[ "$(value sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages)" = 512 ]
	[ "$(stat -c %a "$(journal)")" = 600 ]
	[ "$(host_prep up)" = '' ]
	[ "$(host_prep plan)" = 'nothing to do' ]
	[ "$(host_prep status)" = 'all is as configured' ]
	host_prep down
	[ ! -e "$(journal)" ]
	rm -r "$root/run"
	diff -r "$work/before" "$root"
}

@test "one part alone is brought up and taken down" {
	host_prep up ksm
	[ "$(value sys/kernel/mm/ksm/run)" = 1 ]
	[ "$(value proc/sys/vm/swappiness)" = 60 ]
	host_prep up sysctl
	host_prep down ksm
	[ "$(value sys/kernel/mm/ksm/run)" = 0 ]
	[ "$(value proc/sys/vm/swappiness)" = 10 ]
	jq -e '.sysctl | length == 1' "$(journal)"
	fails 2 'did you mean ksm' host_prep up kms
}

@test "check judges the parts that are named, and those that no check is about as status does" {
	asked() { # asked PART...: which checks were done, and the worst of each
		host_prep check --json "$@" >"$work/asked" || true
		jq -r '[.findings[] | "\(.check) \(.severity)"] | unique[]' "$work/asked"
	}
	[ "$(asked hugepages)" = $'hugepages problem\nmemory ok' ]
	[ "$(asked sysctl kernel)" = $'kernel ok\nsysctl warning' ]
	host_prep check sysctl | grep -q '^warning  sysctl: not as the files say: ~ vm.swappiness: 60 -> 10'
	fails 1 '`bedplate host-prep up sysctl`' host_prep check sysctl
	host_prep up sysctl hugepages
	[ "$(asked sysctl hugepages)" = $'hugepages ok\nmemory ok\nsysctl ok' ]
	[ "$(asked network | cut -d' ' -f1 | xargs)" = 'addresses bridges dhcp forwarding owners permissions programs' ]
	# shellcheck disable=SC2119 # without words
	[[ $(asked) == *$'\nksm warning\n'*$'\nsysctl ok' ]]
	host_prep check | grep -A1 '^warning  ksm: not as the files say: ~ ksm pages_to_scan: .*, and 1 more$' |
		grep -q '`bedplate host-prep plan ksm` shows it all'
	fails 2 'did you mean swap' host_prep check swpa
	fails 2 'one of them' host_prep check --apply-ownership network
	conf '[Sysctl]' Set=vm.swappiness
	[ "$(asked sysctl)" = 'files problem' ]
	conf '[Swap]' Device=/dev/none '[HugePages]' Pages=1 Node=7
	host_prep check | grep -A1 '^problem  swap: host.conf:2: there is no /dev/none$' | grep -q -- '-> .*`bedplate host-prep up swap` fails'
	host_prep check | grep -q '^problem  hugepages: there is no NUMA node 7 here (host.conf:4)'
}

@test "completions offer every part" {
	host_prep up zzzzzzzz 2>&1 | sed -n 's/.*there are: //p' | tr -d , | xargs -n 1 | sort >"$work/parts"
	[ "$(wc -l <"$work/parts")" -gt 10 ]
	grep -o "compgen -W 'modules [^']*" "$B/completion/bash/bedplate" | head -n 1 | cut -d"'" -f2 |
		xargs -n 1 | grep -vx network | sort >"$work/offered"
	diff "$work/parts" "$work/offered"
}

@test "a step that fails undoes those before it" {
	conf '[Sysctl]' 'Set=vm.swappiness=10 vm.none=1'
	fails 1 'host.conf:2: vm.none' host_prep up
	[ "$(value proc/sys/vm/swappiness)" = 60 ]
	[ ! -e "$(journal)" ]
}

@test "what is wrong in a file is told before anything is done" {
	conf '[Sysctl]' Set=vm.swappiness=10 '[Swap]' File=/swap Format=yes
	fails 2 'host.conf:5: \[Swap\] Format' host_prep up
	conf '[Sysctl]' Set=vm.swappiness=10 '[Swap]' Device=/dev/none
	fails 1 'host.conf:4: there is no /dev/none' host_prep up
	[ "$(value proc/sys/vm/swappiness)" = 60 ]
	conf '[Sysctl]' Set=vm.swappiness=10 '[HugePages]' Size=1G
	fails 1 'no huge pages of 1G' host_prep up
	[ "$(value proc/sys/vm/swappiness)" = 60 ]
}

@test "status names what is no longer as configured, and down leaves that alone" {
	host_prep up
	put proc/sys/vm/swappiness 77
	host_prep status >"$work/status"
	grep -Eq '^~ vm.swappiness: 77 -> 10 +# host.conf:2$' "$work/status"
	[ "$(host_prep status --json | jq -c '[.steps[].part]')" = '["sysctl"]' ]
	host_prep down | grep -q 'vm.swappiness is left at 77'
	[ "$(value proc/sys/vm/swappiness)" = 77 ]
}

@test "two at once are kept apart" {
	mkdir -p "$root/run/bedplate"
	exec 8>"$root/run/bedplate/host-prep.lock"
	flock 8
	fails 1 'another bedplate host-prep is at work' host_prep up
	exec 8>&-
	host_prep up
}

@test "a journal that is none is not written over" {
	host_prep up
	put run/bedplate/host-prep.json '{"version": 99}'
	fails 1 'no journal of this version' host_prep down
	grep -q 99 "$(journal)"
}

@test "what --restore and --confirm cannot mean is a mistake" {
	fails 2 'not a part' host_prep down --restore sysctl
	for seconds in 0 -1; do
		fails 2 'from 1 on' host_prep up --confirm=$seconds
	done
	[[ $(cat "$root/proc/sys/vm/swappiness") == 60 ]]
}
