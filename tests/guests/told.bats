#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What a person is told who has made a mistake.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

# A disk that is not there.
lacks() {
	printf '%s\n' "[Disk]" "Path=$root/$2" Bus=ide >>"$root/etc/bedplate/guests/$1.conf"
}

@test "all that keeps a guest from starting is said by start, each on a line of its own" {
	guest web ACPI
	lacks web one.img
	lacks web two.img
	guest app ACPI Requires=web
	run -1 launch start app
	[[ ${lines[0]} == *"error: web: "*"/one.img: No such file"* ]]
	[[ ${lines[1]} == *"error: web: "*"/two.img: No such file"* ]]
	[[ ${lines[2]} == *"error: app: not started: it requires web"*"/one.img"* ]]
	[[ ${#lines[@]} == 3 ]]
	run -0 launch status web
	[[ ${lines[0]} == "web "*failed*"/one.img: No such file"* ]]
	[[ ${lines[1]} == "    "*"/two.img: No such file"* ]]
	[[ $(status web .reason) == *"/one.img"*$'\n'*"/two.img"* ]]
}

@test "a guest that runs is not shown with why it did not start before" {
	guest web ACPI Ready=console "ReadyLine=what it never says" ReadyTimeout=infinity
	mv "$root/web.img" "$root/away.img"
	run -1 launch start web
	[[ $(status web .reason) == *"No such file"* ]]
	mv "$root/away.img" "$root/web.img"
	run_guest web
	await is_state web running
	[[ $(status web .reason) == "" ]]
	launch stop web
}

@test "console says that a guest has none, and what to do about it" {
	guest web ACPI
	sed -i '/^\[Serial\]/d' "$root/etc/bedplate/guests/web.conf"
	launch start web
	run -1 launch console web
	[[ $output == *"web has no console"*"[Serial]"* ]]
	launch stop web
	run -1 launch console web
	[[ $output == *"web does not run"* ]]
}

@test "each command that needs a guest says so where there is none, or none of this name" {
	for command in start stop restart reset console monitor qmp run argv "snapshot list"; do
		# shellcheck disable=SC2086 # words
		run -2 launch $command
		[[ $output == *"which guest?"*'`bedplate qemu-launch list`'* ]]
		# shellcheck disable=SC2086
		run -2 launch $command nobody
		[[ $output == *"there is no guest nobody"* ]]
	done
}

@test "a disk that is to be made needs its folder" {
	guest web ACPI
	printf '%s\n' "[Disk]" "Path=$root/none/new.qcow2" Size=1M Bus=ide >>"$root/etc/bedplate/guests/web.conf"
	run -1 launch check web
	[[ $output == *"problem "*"web.conf:"*"$root/none/new.qcow2 cannot be made"*"mkdir -p $root/none"* ]]
	mkdir "$root/none"
	run -0 launch check web
}

@test "a file's name without a slash is told from a guest's" {
	run -2 launch disk create new.qcow2 1M
	[[ $output == *"there is no guest new.qcow2"*"./new.qcow2"* ]]
	run -2 launch disk info web
	[[ $output == *"there is no guest web"* && $output != *"./web"* ]]
}

@test "whose a block device has to be is said with how that is done" {
	guest web ACPI User=nobody
	mknod -m 660 "$root/volume" b 7 250
	printf '%s\n' "[Disk]" "Path=$root/volume" Bus=ide >>"$root/etc/bedplate/guests/web.conf"
	chmod 755 "$root"
	run -1 launch check web
	[[ $output == *"$root/volume: QEMU's user nobody may not read and write it"*"chown nobody $root/volume"*udev* ]]
}
