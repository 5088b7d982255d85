#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# A guest's file that is wrong: the others go on without it, and a guest that runs does not need it.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

console=(Ready=console "ReadyLine=here I am" StopTimeout=60s)

# spoil NAME: its file gets a line that nobody understands.
spoil() {
	printf '%s\n' "[Memory]" "Size=much" >>"$root/etc/bedplate/guests/$1.conf"
}

@test "no command for a guest depends on another guest's file" {
	guest bad ACPI
	spoil bad
	guest web ACPI "${console[@]}"
	run --separate-stderr -0 launch start web
	[[ $stderr == *"the guest bad is left out: "*"guests/bad.conf:"*"Size"* ]]
	[[ $(launch status web --json 2>/dev/null | jq -r '.[0].state') == running ]]
	[[ $(launch qmp web query-status 2>/dev/null) == *running* ]]
	[[ $(launch console web --log 2>/dev/null) == *"here I am"* ]]
	launch monitor web info status 2>/dev/null | grep -q running
	launch snapshot list web
	launch disk info web
	launch check web
	launch stop web
	is_clean web
}

@test "list, status and check show it among the others" {
	guest bad ACPI
	spoil bad
	guest web ACPI
	[[ $(launch list --json 2>/dev/null | jq -r '[.[].name] | join(" ")') == "web bad" ]]
	[[ $(launch list --json 2>/dev/null | jq -r '.[1].mistake') == *"guests/bad.conf:"* ]]
	[[ $(launch list 2>/dev/null) == *"bad"*"its file is wrong"* ]]
	[[ $(launch status --json 2>/dev/null | jq -c '[.[] | [.name, .state, .mistake != null]]') == '[["web","off",false],["bad","off",true]]' ]]
	run -1 launch check
	[[ $output == *"ok "*"web: it can start"* ]]
	[[ $output == *"problem "*"bad: "*"guests/bad.conf:"* ]]
}

@test "the guest itself does not start, and is not stopped in order to be started again" {
	guest web ACPI "${console[@]}"
	launch start web
	qemu=$(qemu_of web)
	spoil web
	run -2 launch restart web
	[[ $output == *"guests/web.conf:"* ]]
	[[ $(qemu_of web) == "$qemu" ]]
	is_state web running
	launch stop web
	is_gone "$qemu"
	run -2 launch start web
	run -2 launch argv web
	run -2 launch check web
	is_clean web
}

@test "a guest that runs is shown, spoken with, adopted and stopped when its file has become wrong" {
	guest web ACPI "${console[@]}"
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	spoil web
	[[ $(status web) == running ]]
	[[ $(status web .mistake) == *"guests/web.conf:"* ]]
	[[ $(launch qmp web query-status 2>/dev/null) == *running* ]]
	kill_supervisor
	is_state web unsupervised
	run_guest web
	await said web "it runs already"
	[[ $(qemu_of web) == "$qemu" ]]
	kill_supervisor
	launch stop web
	is_gone "$qemu"
	is_clean web
}

@test "one that was adopted and dies is not started from a wrong file" {
	guest web ACPI "${console[@]}" Restart=always RestartDelay=100ms
	run_guest web
	await is_ready web
	kill_supervisor
	is_state web unsupervised
	spoil web
	run_guest web
	await said web "it runs already"
	kill -KILL "$(qemu_of web)"
	wait "$supervisor" && false
	is_state web failed
	[[ $(status web .reason) == *"guests/web.conf:"* ]]
	is_clean web
}

@test "a host.conf that is wrong keeps guests from starting, and from nothing that one does which runs" {
	guest web ACPI "${console[@]}"
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	printf '%s\n' "[Guests]" "Usr=nobody" >"$root/etc/bedplate/host.conf"
	for words in "start web" "restart web" boot "check web" "argv web"; do
		# shellcheck disable=SC2086 # words
		run -2 launch $words
		[[ $output == *"host.conf:2: "*Usr* ]]
	done
	run --separate-stderr -0 launch status web --json
	[[ $(jq -r '.[0].state' <<<"$output") == running && $stderr == *"host.conf:2: "* ]]
	[[ $(launch list 2>/dev/null) == "web "* ]]
	[[ $(launch qmp web query-status 2>/dev/null) == *running* ]]
	[[ $(launch console web --log 2>/dev/null) == *"here I am"* ]]
	kill_supervisor
	is_state web unsupervised
	run_guest web
	await said web "it runs already"
	[[ $(launch shutdown --dry-run 2>/dev/null) == *web* ]]
	launch stop web
	is_gone "$qemu"
	is_clean web
	run -2 launch run web
	[[ $output == *"host.conf:2: "* ]]
}

@test "a guest whose file is gone is shown, spoken with, adopted and stopped as long as it runs" {
	guest web ACPI "${console[@]}"
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	rm "$root/etc/bedplate/guests/web.conf"
	run --separate-stderr -0 launch status
	[[ $output == "web "*running* && $stderr == *"guests/web.conf is gone"* ]]
	[[ $(launch qmp web query-status 2>/dev/null) == *running* ]]
	run -2 launch restart web
	[[ $output == *"no guest web"* ]]
	kill_supervisor
	is_state web unsupervised
	run_guest web
	await said web "it runs already"
	launch shutdown
	is_gone "$qemu"
	is_clean web
	[[ -z $(launch status 2>&1) ]]
	run -2 launch status web
}

@test "a guest that runs is adopted and stopped though it could not be started any more" {
	guest web ACPI "${console[@]}" User=root
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	kill_supervisor
	is_state web unsupervised
	printf '%s\n' "[Firmware]" Type=uefi "Code=$root/is-not-there" >>"$root/etc/bedplate/guests/web.conf"
	run_guest web
	await said web "it runs already"
	kill_supervisor
	is_state web unsupervised
	launch stop web
	is_gone "$qemu"
	is_clean web
}
