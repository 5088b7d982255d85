#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What goes wrong: QEMU dies, the supervisor dies, QMP is lost; nothing is left behind or doubled.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

console=(Ready=console "ReadyLine=here I am")

@test "a QEMU that will not start is told of in its own words, and undone" {
	more=$(printf '%s\n' "[Qemu]" "Args=-append words")
	guest web ACPI
	run -1 launch start web
	[[ $output == *"-append only allowed with -kernel option"* ]]
	is_state web failed
	[[ $(status web .reason) == *"-append only"* ]]
	is_clean web
}

@test "a QEMU that is killed is started again, later each time, and not without end" {
	guest web HALT "${console[@]}" Restart=on-failure RestartDelay=100ms RestartLimit=2
	run_guest web
	for round in 0 1 2; do
		await eval '[[ $(status web .restarts) == $round ]] && is_ready web'
		kill -KILL "$(qemu_of web)"
	done
	wait "$supervisor" && false
	said web "started again in 0.1 s"
	said web "started again in 0.2 s"
	said web "started again 2 times, it stays off"
	said web "killed by signal 9"
	is_state web failed
	is_clean web
}

@test "a guest that switches itself off stays off; with Restart=always it comes back" {
	guest web OFF
	launch run web
	is_state web off
	guest web OFF Restart=always RestartDelay=100ms RestartLimit=1
	run_guest web
	wait "$supervisor"
	said web "the guest has shut down"
	said web "started again 1 times, it stays off"
	is_clean web
}

@test "a guest that is to be started again is not while it is stopped" {
	guest web HALT "${console[@]}" Restart=always RestartDelay=1h RestartDelayMax=1h
	run_guest web
	await is_ready web
	kill -KILL "$(qemu_of web)"
	await is_state web waiting
	launch stop web
	is_clean web
}

@test "a lost QMP socket is found again, while the guest goes on" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	# Its end of the connection is shut down from outside: nothing else ends.
	python3 - "$supervisor" "$sockets/web/qmp.sock" <<-'END'
		import ctypes, os, socket, sys
		pid = int(sys.argv[1])
		libc = ctypes.CDLL(None, use_errno=True)
		pidfd = os.pidfd_open(pid)
		for name in os.listdir(f"/proc/{pid}/fd"):
		    if os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
		        fd = libc.syscall(438, pidfd, int(name), 0)
		        s = socket.socket(fileno=fd)
		        if s.family == socket.AF_UNIX and s.type == socket.SOCK_STREAM:
		            s.shutdown(socket.SHUT_RDWR)
	END
	await said web "QMP: connected again"
	[[ $(qemu_of web) == "$qemu" ]]
	launch stop web
	said web "asked by the power button"
	run ! said web "QEMU told to quit"
}

@test "a guest whose supervisor was killed is adopted: the same QEMU, and stopped as ever" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	kill -KILL "$supervisor"
	await is_state web unsupervised
	run_guest web
	await is_state web running
	await said web "it runs already"
	[[ $(qemu_of web) == "$qemu" ]]
	is_ready web
	launch stop web
	run ! said web "QEMU told to quit"
	is_clean web
}

@test "stop stops a guest whose supervisor was killed" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	kill -KILL "$supervisor"
	launch stop web
	is_gone "$qemu"
	is_clean web
}

@test "a supervisor that is killed at any step leaves what the next one finds or clears up" {
	command -v strace >/dev/null || skip "no strace"
	guest web ACPI "${console[@]}" StopTimeout=60s
	# Each write of the state is such a moment: what comes after it is not done yet.
	for ((step = 1; ; step++)); do
		strace -o "$root/trace" -e trace=renameat -e inject=renameat:signal=SIGKILL:when=$step \
			"$launcher" run web --root "$root" >>"$root/killed.out" 2>&1 3>&- &
		traced=$!
		await eval "is_gone $traced || is_ready web"
		is_gone "$traced" || break
		echo "killed at write $step: $(jq -c '[.phase, .done]' "$sockets/web.json" 2>/dev/null)"
		run_guest web
		await is_ready web
		((count = $(pgrep -fc -- "-name guest=web,.*$root")))
		((count == 1))
		launch stop web
		is_clean web
	done
	((step > 3))
	launch stop web
	wait "$traced" || true
}

@test "a QEMU that was let go, and nobody knew of, is never there" {
	command -v strace >/dev/null || skip "no strace"
	guest web ACPI "${console[@]}"
	# The child waits at its gate when the supervisor dies before it has written its number down.
	strace -o "$root/trace" -e trace=pidfd_open -e inject=pidfd_open:signal=SIGKILL:when=1 \
		"$launcher" run web --root "$root" >>"$root/killed.out" 2>&1 3>&- || true
	await eval '! pgrep -f "$root" -P 1 >/dev/null'
	run ! pgrep -f -- "-name guest=web,.*$root"
}

@test "thirty guests at once" {
	for ((i = 0; i < 30; i++)); do
		guest "g$i" ACPI Ready=none StopTimeout=60s
	done
	for ((i = 0; i < 30; i++)); do
		launch start "g$i" 3>&- &
	done
	wait
	[[ $(launch status --json | jq '[.[] | select(.state == "running" and .ready)] | length') == 30 ]]
	for ((i = 0; i < 30; i++)); do
		launch stop "g$i" &
	done
	wait
	[[ $(launch status --json | jq '[.[] | select(.state == "off")] | length') == 30 ]]
}
