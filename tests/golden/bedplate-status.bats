#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate status: one screen about a whole fake host, calm when all is well.

bats_require_minimum_version 1.5.0
load lib
load whole-lib

setup_file() {
	golden_setup_file
}

setup() {
	whole_host
	new_image
	guest_state web running true $$
	id=$("$mki" status --root "$root" --json | jq -r '.kernels[0].id')
	sed -i "s/0123456789abcdef/$id/" "$root/run/bedplate/boot.json"
	export TZ=UTC
}

trouble() {
	put etc/bedplate/guests/router.conf $'[Machine]\nAccel=tcg\n[Guest]\nAutostart=yes'
	put etc/bedplate/guests/web.conf $'[Machine]\nAccel=tcg\n[Memory]\nSize=1G\n[Guest]\nAutostart=yes\nRequires=router'
	put etc/bedplate/host.conf $'[KernelArgs]\nRequire=iommu=pt\n[BootLoader]\nType=none\n[Sysctl]\nSet=vm.swappiness=10'
	put run/bedplate/guests/router.json '{"version": 1, "phase": "failed", "ready": false, "since": 1767225600,
		"restarts": 5, "reason": "QEMU ended with status 1", "forced": false, "done": {}}'
	rm "$root/run/bedplate/guests/web.json"
	put run/bedplate/boot.json '{"version": 1, "kernel": "6.1.0-fake", "result": "ok", "image": null, "steps": [],
		"vfio": [{"address": "0000:01:00.0", "id": "10de:1b06", "group": 1, "group_state": "whole", "result": "bound"},
			{"address": "0000:02:00.0", "id": "8086:1521", "group": null, "group_state": null, "result": "absent",
			"origin": "guests/router.conf:7"}],
		"kernel_args": [{"kind": "require", "rule": "iommu=pt", "origin": "host.conf:2", "result": "failed"},
			{"kind": "advise", "rule": "nohz_full=2-3", "origin": "host.conf:3", "result": "failed"}],
		"messages": ["vg/root is degraded"]}'
	put var/lib/bedplate/dnsmasq/lan.leases $'4102444800 52:54:00:00:00:01 10.9.8.7 web *\n1 52:54:00:00:00:02 10.9.8.8 old *'
}

@test "all is well: one calm screen" {
	run --separate-stderr -0 bedplate status
	[ -z "$stderr" ]
	echo "$output" >"$work/status"
	same_as_expected bedplate-status.good "$work/status"
	[ "$(awk 'length > 80' "$work/status")" = '' ]
}

@test "what needs attention stands first, with what to do" {
	trouble
	run --separate-stderr -1 bedplate status
	echo "$output" >"$work/status"
	same_as_expected bedplate-status.trouble "$work/status"
	[ "$(awk 'length > 80' "$work/status")" = '' ]
}

@test "JSON says the same" {
	run --separate-stderr -0 bedplate status --json
	jq -e '.version == 1 and .attention == [] and .boot.image.ours and .boot.image.verified.result == "skipped"' <<<"$output"
	jq -e '.boot.initramfs_us == 800000 and .guests[0].ready and .drift == []' <<<"$output"
	trouble
	run --separate-stderr -1 bedplate status --json
	jq -e '.attention | map(.severity) == (map(.severity) | sort)' <<<"$output"
	jq -e '.guests[] | select(.name == "web") | .waits_for == ["router"]' <<<"$output"
	jq -e '.drift | length == 1' <<<"$output"
	jq -e '.vfio | length == 2' <<<"$output"
}

@test "a network with its clients; a lease that is over is none" {
	put etc/bedplate/network/lan.conf $'[Network]\nMode=host-only\n[Address]\nAddress=10.9.8.1/24'
	trouble
	run --separate-stderr bedplate status --json
	jq -e '.networks[0] | .name == "lan" and .bridge == "br-lan" and .state == "missing" and .clients == 1' <<<"$output"
}

@test "a program that fails is what needs attention, and the rest is shown" {
	printf '#!/bin/sh\necho "bedplate host-prep: error: no" >&2\nexit 1\n' >"$work/fails"
	chmod +x "$work/fails"
	ln -sf "$work/fails" "$work/programs/bedplate-host-prep"
	run --separate-stderr -1 bedplate status
	[ "$(grep -c 'problem  .*: no$' <<<"$output")" = 1 ]
	grep '^drift     not known' <<<"$output"
	grep '^guests    web  .*running, ready since 2026-01-01 00:00' <<<"$output"
}
