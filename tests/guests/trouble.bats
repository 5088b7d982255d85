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

# lose_qmp PID: its connections to QEMU are shut down from outside; nothing else ends.
lose_qmp() {
	python3 - "$1" <<-'END'
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
}

@test "a lost QMP socket is found again, while the guest goes on" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	lose_qmp "$supervisor"
	await said web "QMP: connected again"
	[[ $(qemu_of web) == "$qemu" ]]
	launch stop web
	said web "asked by the power button"
	run ! said web "QEMU told to quit"
}

@test "a guest whose QMP socket is lost when it is to stop is asked all the same" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	# Both are there when it looks.
	kill -STOP "$supervisor"
	lose_qmp "$supervisor"
	kill -TERM "$supervisor"
	kill -CONT "$supervisor"
	wait "$supervisor"
	said web "cannot be pressed yet"
	said web "QMP: connected again"
	run ! said web "QEMU told to quit"
	run ! said web "SIGTERM"
	is_clean web
}

@test "a QEMU that ends as soon as it is asked to is not taken for one that cannot be asked" {
	command -v strace >/dev/null || skip "no strace"
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	# It is slow to look at what has become of its words: QEMU is gone by then.
	strace -qq -o "$root/trace" -p "$supervisor" -e trace=sendto -e inject=sendto:delay_exit=3000000 3>&- &
	await eval '! grep -q "^TracerPid:.0$" "/proc/$supervisor/status"'
	launch stop web
	said web "asked by the power button to shut down$"
	run ! said web "QEMU told to quit"
	is_clean web
}

@test "a guest whose supervisor was killed is adopted: the same QEMU, and stopped as ever" {
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	kill_supervisor
	is_state web unsupervised
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
	kill_supervisor
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

@test "a supervisor that is killed between any two words to QEMU or its helpers leaves nothing undone" {
	command -v strace >/dev/null || skip "no strace"
	(umask 077 && echo secret >"$root/password")
	own_ports
	more=$(printf '%s\n' "[Display]" Type=vnc "PasswordFile=$root/password" "[Nic]" Type=user Model=e1000 LinkUp=no \
		"[Tpm]" Type=emulator Model=tis)
	guest web ACPI "${console[@]}" StopTimeout=60s
	for ((word = 1; ; word++)); do
		strace -o "$root/trace" -e trace=sendto -e "inject=sendto:signal=SIGKILL:when=$word" \
			"$launcher" run web --root "$root" >>"$root/killed.out" 2>&1 3>&- &
		traced=$!
		await eval "is_gone $traced || is_ready web"
		is_gone "$traced" || break
		echo "killed at word $word: $(tail -n 3 "$root/trace")"
		run_guest web
		await is_ready web
		# The cable is out, and the password is set, whichever of the two has done it.
		[[ $(link_of web 1) == 0 ]]
		launch stop web
		is_clean web
	done
	((word > 6))
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

# taken_late PORT: a QEMU before whose first start somebody takes this port.
taken_late() {
	cat >"$root/qemu" <<-END
		#!/bin/sh
		case " \$* " in *" vnc=127.0.0.1:"*)
			if mkdir "$root/taken" 2>/dev/null; then
				python3 -c 'import socket, os, time
		s = socket.create_server(("127.0.0.1", $1))
		open("$root/taken/pid", "w").write(str(os.getpid()))
		time.sleep(300)' 3>&- >/dev/null 2>&1 &
				until [ -s "$root/taken/pid" ]; do sleep 0.05; done
			fi ;;
		esac
		exec qemu-system-x86_64 "\$@"
	END
	chmod 755 "$root/qemu"
}

@test "a port that somebody takes before QEMU does costs a display the next one, and no start" {
	own_ports
	taken_late 5900
	more=$(printf '%s\n' "[Display]" Type=vnc "[Qemu]" "Binary=$root/qemu")
	guest web ACPI "${console[@]}"
	launch start web
	supervisors+=("$(cat "$root/taken/pid")")
	[[ $(launch qmp web query-vnc | jq -r .service) == 5901 ]]
	grep -q "port 5900 was free and is somebody else's now; trying the next" "$log/web.run.log"
	launch stop web
	is_clean web
	# One that the file says is the one that is meant.
	sed -i 's/^Type=vnc/&\nPort=5900/' "$root/etc/bedplate/guests/web.conf"
	kill "$(cat "$root/taken/pid")"
	rm -r "$root/taken"
	run -1 launch start web
	supervisors+=("$(cat "$root/taken/pid")")
	[[ $output == *"Address already in use"* ]]
	run ! grep -q "trying the next" <(tail -n 3 "$log/web.run.log")
	is_clean web
}

@test "a guest whose kernel panics is reset where OnPanic=reset says so, and runs on" {
	guest web PANIC "${console[@]}" OnPanic=reset
	sed -i 's/^Type=pc/Type=pc\nPanic=isa/' "$root/etc/bedplate/guests/web.conf"
	run_guest web
	await eval '(($(launch console web --log | grep -c "here I am") == 2))'
	await eval '[[ $(launch qmp web query-status | jq -r .status) == running ]]'
	said web GUEST_PANICKED
	launch stop web
}

@test "one that is paused by its panic stays so, by default" {
	guest web PANIC "${console[@]}"
	sed -i 's/^Type=pc/Type=pc\nPanic=isa/' "$root/etc/bedplate/guests/web.conf"
	run_guest web
	await eval '[[ $(launch qmp web query-status | jq -r .status) == guest-panicked ]]'
	(($(launch console web --log | grep -c "here I am") == 1))
	launch stop web
}

@test "the reset button starts a guest again whose QEMU ends with it" {
	guest web HALT "${console[@]}" OnReboot=stop
	run_guest web
	await is_ready web
	qemu=$(qemu_of web)
	launch reset web
	await eval '[[ $(qemu_of web) != "$qemu" ]] && is_ready web'
	launch stop web
}
