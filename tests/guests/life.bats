#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# A guest's life: it starts, is ready, is spoken with, shuts down.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

console=(Ready=console "ReadyLine=here I am")

@test "start returns when the guest is ready: a line on its serial console" {
	guest web ACPI "${console[@]}"
	launch start web
	[[ $(status web) == running ]]
	is_ready web
	[[ $(launch console web --log) == *"boot sector: here I am"* ]]
	launch stop web
	[[ $(status web) == off ]]
	is_clean web
}

@test "every thread runs on the CPUs that the guest's file says, and on no other" {
	(($(nproc) > 1)) || skip "one CPU"
	more=$(printf '%s\n' "[Cpu]" Model=qemu64 Cpus=2 "Pin=0 1" EmulatorPin=1 Iothreads=1 IothreadPin=0)
	guest web ACPI "${console[@]}"
	launch start web
	qemu=$(qemu_of web)
	for task in "/proc/$qemu/task/"*; do
		read -r name <"$task/comm"
		cpus=$(sed -n 's/^Cpus_allowed_list:\t//p' "$task/status")
		echo "$name: $cpus"
		case $name in
		"CPU 0/"*) [[ $cpus == 0 ]] ;;
		"CPU 1/"*) [[ $cpus == 1 ]] ;;
		"IO iothread1") [[ $cpus == 0 ]] ;;
		*) [[ $cpus == 1 ]] ;;
		esac
	done
	# Threads that are placed elsewhere come back when the supervisor is told to look.
	taskset -pc 0 "$qemu" >/dev/null
	kill -USR1 "$(status web .supervisor)"
	await eval '[[ $(taskset -pc "$qemu") == *": 1" ]]'
	[[ $(status web '[.threads[] | select(.name | startswith("CPU 1")) | .cpus] | unique[0]') == 1 ]]
}

@test "a CPU that is not there fails the start, and leaves nothing behind" {
	more=$(printf '%s\n' "[Cpu]" Pin=4000)
	guest web ACPI
	run -1 launch run web
	[[ $output == *"look whether the guest can start: guests/web.conf:"*4000* ]]
	is_state web failed
	is_clean web
}

@test "threads that cannot be placed fail the start, and leave nothing behind" {
	more=$(printf '%s\n' "[Cpu]" Pin=0)
	guest web ACPI
	run -1 timeout 60 strace -qq -o /dev/null -e trace=sched_setaffinity -e inject=sched_setaffinity:error=EINVAL "$launcher" run web --root "$root"
	[[ $output == *"place QEMU's threads, and read back: vCPU 0 "* ]]
	is_state web failed
	is_clean web
}

@test "a guest that knows the power button shuts down by it" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	launch stop web
	said web "asked by the power button"
	run ! said web "QEMU told to quit"
	wait "$supervisor"
}

@test "one that ignores it is told to quit at StopTimeout=" {
	guest web HALT "${console[@]}" StopTimeout=1s
	run_guest web
	await is_ready web
	launch stop web
	said web "QEMU told to quit"
	run ! said web SIGTERM
	wait "$supervisor"
}

@test "a QEMU that hangs is killed at last, after SIGTERM" {
	guest web HALT "${console[@]}" StopTimeout=1s KillTimeout=1s
	run_guest web
	await is_ready web
	kill -STOP "$(qemu_of web)"
	launch stop web
	said web "QEMU sent SIGTERM"
	said web "QEMU killed"
	is_clean web
}

@test "a guest that is paused is woken up to shut down" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	launch qmp web stop
	launch stop web
	run ! said web "QEMU told to quit"
	is_clean web
}

@test "an agent that is not there does not hang the stop" {
	more=$(printf '%s\n' "[Channel]" Type=agent)
	guest web ACPI "${console[@]}" StopTimeout=60s AgentTimeout=1s
	run_guest web
	await is_ready web
	launch stop web
	said web "asked by its agent"
	said web "asked by the power button"
	run ! said web "QEMU told to quit"
}

@test "qmp, monitor and reset speak with QEMU, and tell what it refuses" {
	guest web ACPI "${console[@]}"
	launch start web
	[[ $(launch qmp web query-status | jq -r .status) == running ]]
	[[ $(launch monitor web info status) == *running* ]]
	run -1 launch qmp web device_del '{"id": "none"}'
	[[ $output == *"device_del: Device 'none' not found"* ]]
	run -2 launch qmp web device_del '{'
	[[ $output == *"is no JSON object"* ]]
	# Raw: what is typed goes out, and all that comes is shown, the greeting first.
	output=$(printf '%s\n' '{"execute": "qmp_capabilities"}' '{"execute": "query-name"}' |
		timeout 20 "$launcher" qmp web --root "$root" | head -n 3)
	[[ $output == *'"QMP"'*'"name": "web"'* ]]
	launch reset web
	await eval '(($(launch console web --log | grep -c "here I am") > 1))'
	run -2 launch qmp mail query-status
	[[ $output == *"there is no guest mail"* ]]
}

@test "the console carries both ways, and shows what was written before" {
	guest web ECHO "${console[@]}"
	launch start web
	output=$( (echo ping; sleep 2) | timeout 20 "$launcher" console web --root "$root" & sleep 1.5; wait)
	[[ $output == *"here I am"*ping* ]]
}

@test "a guest runs once" {
	guest web ACPI "${console[@]}"
	launch start web
	run -1 launch run web
	[[ $output == *"web is running, or starting, already"* ]]
	[[ $(status web) == running ]]
}

@test "QEMU runs as another user, who owns the guest's folder and nothing of the supervisor's" {
	getent passwd nobody >/dev/null || skip "no user nobody"
	guest web ACPI "${console[@]}" User=nobody
	chmod 755 "$root"
	launch start web
	[[ $(stat -c %U "/proc/$(qemu_of web)") == nobody ]]
	[[ $(stat -c %U:%a "$sockets/web") == nobody:700 ]]
	[[ $(stat -c %U:%a "$sockets/web.json") == root:600 ]]
}

@test "the supervisor says to systemd when the guest is ready" {
	guest web ACPI "${console[@]}"
	python3 - "$root/notify" >"$root/heard" 3>&- <<-'END' &
		import socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1])
		s.settimeout(30)
		while True:
		    line = s.recv(1024).decode()
		    print(line, flush=True)
		    if line == "STOPPING=1":
		        break
	END
	await test -S "$root/notify"
	NOTIFY_SOCKET=$root/notify run_guest web
	await grep -q '^READY=1$' "$root/heard"
	is_ready web
	launch stop web
	await grep -q '^STOPPING=1$' "$root/heard"
	run ! grep -q FAILED "$root/heard"
}

@test "a guest that is not ready in time fails the start, and runs on" {
	guest web HALT Ready=console "ReadyLine=never said" ReadyTimeout=1s
	run -1 launch start web
	[[ $output == *'not ready in time: it waits for "never said" on its console'* ]]
	[[ $(status web) == running ]]
}
