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

@test "a guest's times are in its state, on the kernel's clock, and stay when another supervisor takes over" {
	before=$(awk '{ printf "%.0f", $1 * 1e6 }' /proc/uptime)
	guest web ACPI "${console[@]}"
	launch start web
	times=$(jq -c '[.times.start_us, .times.run_us, .times.ready_us]' "$sockets/web.json")
	jq -e --argjson before "$before" '. == sort and .[0] >= $before and .[1] > .[0] and .[2] - .[0] < 120e6' <<<"$times"
	kill -KILL "$(status web .supervisor)"
	launch start web
	[[ $(jq -c '[.times.start_us, .times.run_us, .times.ready_us]' "$sockets/web.json") == "$times" ]]
	[[ $("$guests_build/bedplate/bedplate" chart --root "$root" --json |
		jq -c '[.spans[] | .kind, .end_us, .note]') == "[\"guest-start\",$(jq '.[1]' <<<"$times"),\"\",\"guest-boot\",$(jq '.[2]' <<<"$times"),\"ready: \\\"here I am\\\" on its console\"]" ]]
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

@test "the guest's processors are scheduled as its file says, and nothing else of QEMU is" {
	command -v chrt >/dev/null && chrt -r 5 true || skip "nobody may have real time here"
	more=$(printf '%s\n' "[Cpu]" Model=qemu64 Cpus=2 Scheduler=rr Priority=5)
	guest web ACPI "${console[@]}"
	launch start web
	count=0
	for task in "/proc/$(qemu_of web)/task/"*; do
		read -r name <"$task/comm"
		how=$(chrt -p "${task##*/}" | sed 's/.*: //' | xargs)
		echo "$name: $how"
		case $name in
		"CPU "*) [[ $how == "SCHED_RR 5" ]] && count=$((count + 1)) ;;
		*) [[ $how == "SCHED_OTHER 0" ]] ;;
		esac
	done
	((count == 2))
	launch stop web
	sed -i 's/^Scheduler=.*/Scheduler=batch/; s/^Priority=.*/Nice=7/' "$root/etc/bedplate/guests/web.conf"
	launch start web
	for task in "/proc/$(qemu_of web)/task/"*; do
		read -r name <"$task/comm"
		[[ $name == "CPU "* ]] || continue
		[[ $(chrt -p "${task##*/}") == *SCHED_BATCH* ]]
		[[ $(sed 's/.*) //' "$task/stat" | cut -d ' ' -f 17) == 7 ]]
	done
	launch stop web
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

# fill_queue SOCKET: as killed clients do that QEMU has not seen yet. Where QEMU stands still it is full. By $others.
fill_queue() {
	python3 - "$1" "$root/full" 3>&- <<-'END' &
		import os, signal, socket, sys
		os.chdir(os.path.dirname(sys.argv[1]))
		held = []
		try:
		    while True:
		        held.append(socket.socket(socket.AF_UNIX))
		        held[-1].setblocking(False)
		        held[-1].connect(os.path.basename(sys.argv[1]))
		except BlockingIOError:
		    open(sys.argv[2], "w").close()
		signal.pause()
	END
	others=$!
	supervisors+=("$others")
	await test -e "$root/full"
	rm "$root/full"
}

@test "a command waits for its turn where others are in front of it, and not without end" {
	guest web ACPI "${console[@]}"
	run_guest web
	await is_ready web
	kill -STOP "$(qemu_of web)"
	fill_queue "$sockets/web/control.sock"
	"$launcher" qmp web query-status --root "$root" >"$root/answer" 2>&1 3>&- &
	first=$!
	await grep -qs unix_ "/proc/$first/stack"
	kill "$others"
	kill -CONT "$(qemu_of web)"
	wait "$first" || cat "$root/answer"
	grep -q running "$root/answer"
	kill -STOP "$(qemu_of web)"
	fill_queue "$sockets/web/control.sock"
	run -1 launch qmp web query-status
	[[ $output == *"others have been in front of us"* ]]
	kill "$others"
	kill -CONT "$(qemu_of web)"
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

@test "sockets and files that QEMU makes are its user's alone, wherever they are" {
	more=$(printf '%s\n' "[Serial]" Type=file "Path=$root/second" "[Serial]" Type=socket "Path=$root/third")
	umask 022
	guest web ACPI "${console[@]}"
	launch start web
	[[ $(stat -c %a "$root/second") == 600 ]]
	for socket in "$root/third" "$sockets"/web/*.sock; do
		echo "# $socket $(stat -c %A "$socket")"
		[[ $(stat -c %A "$socket") == srw[x-]------ ]]
		count=$((${count:-0} + 1))
	done
	((count >= 5))
	[[ $(stat -c %a "$log/web.log") == 600 ]]
	launch stop web
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

# vnc_login PORT PASSWORD: "in" or "out", as the server of VNC says (RFC 6143, 7.2.2).
vnc_login() {
	"${namespace[@]}" python3 - "$1" "$2" <<-'END'
		import socket, subprocess, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
		f = s.makefile("rwb", buffering=0)
		f.read(12)
		f.write(b"RFB 003.008\n")
		kinds = f.read(f.read(1)[0])
		if 2 not in kinds:
		    print("open")
		    sys.exit()
		f.write(b"\x02")
		challenge = f.read(16)
		# DES with each byte of the key mirrored, by openssl as triple DES with one key.
		key = sys.argv[2].encode()[:8].ljust(8, b"\0")
		key = bytes(int(f"{b:08b}"[::-1], 2) for b in key)
		answer = subprocess.run(
		    ["openssl", "enc", "-des-ede3", "-nopad", "-K", (key * 3).hex()],
		    input=challenge, capture_output=True, check=True).stdout[:16]
		f.write(answer)
		print("in" if f.read(4) == b"\0\0\0\0" else "out")
	END
}

@test "a display's password comes from its file, and never stands on the command line" {
	command -v openssl >/dev/null || skip "no openssl"
	(umask 077 && echo secret-1 >"$root/password" && echo second >"$root/password2")
	own_ports
	more=$(printf '%s\n' "[Display]" Type=vnc "PasswordFile=$root/password" \
		"[Display]" Type=vnc "PasswordFile=$root/password2")
	guest web ACPI "${console[@]}"
	launch start web
	! tr '\0' '\n' <"/proc/$(qemu_of web)/cmdline" | grep -E 'secret|second'
	run ! grep -rE 'secret-1|second' "$log" "$sockets"
	mapfile -t ports < <(tr '\0' '\n' <"/proc/$(qemu_of web)/cmdline" | sed -n 's/^vnc=127.0.0.1:\([0-9]*\),.*/\1/p')
	((${#ports[@]} == 2))
	[[ $(vnc_login $((5900 + ports[0])) secret-1) == in ]]
	[[ $(vnc_login $((5900 + ports[0])) wrong) == out ]]
	[[ $(vnc_login $((5900 + ports[1])) second) == in ]]
	[[ $(vnc_login $((5900 + ports[1])) secret-1) == out ]]
	launch stop web
	# Without a password nobody would get in: the start says so.
	: >"$root/password"
	run -1 launch run web
	[[ $output == *"set passwords and cables: setting a display's password: $root/password: it is empty"* ]]
	is_clean web
}

# spice_login PORT PASSWORD: "in" or "out", as the server says to who links to its main channel: RedLinkMess, and the
# password encrypted with the key of its reply (SPICE protocol, "Link").
spice_login() {
	"${namespace[@]}" python3 - "$1" "$2" "$root" <<-'END'
		import socket, struct, subprocess, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
		f = s.makefile("rwb", buffering=0)
		f.write(struct.pack("<4sIII", b"REDQ", 2, 2, 18) + struct.pack("<IBBIII", 0, 1, 0, 0, 0, 18))
		magic, major, minor, size = struct.unpack("<4sIII", f.read(16))
		reply = b""
		while len(reply) < size:
		    reply += f.read(size - len(reply))
		assert magic == b"REDQ" and reply[:4] == b"\0\0\0\0", reply
		with open(sys.argv[3] + "/spice.der", "wb") as key:
		    key.write(reply[4:166])
		ticket = subprocess.run(
		    ["openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", sys.argv[3] + "/spice.der",
		     "-pkeyopt", "rsa_padding_mode:oaep"], input=sys.argv[2].encode() + b"\0", capture_output=True, check=True).stdout
		f.write(ticket)
		print("in" if f.read(4) == b"\0\0\0\0" else "out")
	END
}

@test "SPICE's password, too" {
	command -v openssl >/dev/null || skip "no openssl"
	[[ $(qemu-system-x86_64 -spice help 2>&1) == *addr=* ]] || skip "this QEMU has no SPICE"
	(umask 077 && echo secret-1 >"$root/password")
	own_ports
	more=$(printf '%s\n' "[Display]" Type=spice Port=5930 "PasswordFile=$root/password")
	guest web ACPI "${console[@]}"
	launch start web
	run ! grep -qz secret "/proc/$(qemu_of web)/cmdline"
	run ! grep -qz secret "/proc/$(qemu_of web)/environ"
	run ! grep -r secret-1 "$log" "$sockets"
	[[ $(spice_login 5930 secret-1) == in ]]
	[[ $(spice_login 5930 wrong) == out ]]
	[[ $(spice_login 5930 "") == out ]]
	launch stop web
}

@test "a card whose cable is out has no link when the guest begins, and keeps what is set later" {
	more=$(printf '%s\n' "[Nic]" Type=user Model=e1000 "[Nic]" Type=user Model=e1000 LinkUp=no)
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	[[ $(link_of web 1) == 1 ]]
	[[ $(link_of web 2) == 0 ]]
	launch qmp web set_link '{"name": "nic1", "up": true}'
	# The card takes half a second to find it.
	await eval '[[ $(link_of web 2) == 1 ]]'
	kill_supervisor
	run_guest web
	await said web "it runs already"
	[[ $(link_of web 2) == 1 ]]
	launch stop web
}

# kilobytes PID KEY: of its memory.
kilobytes() {
	sed -n "s/^$2: *\([0-9]*\) kB/\1/p" "/proc/$1/smaps_rollup"
}

# What is its own, and what of the program is there: with the page that waits its neighbours in the page cache,
# which are the more where the file was written a moment ago. All of it has twice as much.
is_small() {
	(($(kilobytes "$1" Anonymous) < 220 && $(kilobytes "$1" Rss) < 500))
}

@test "a supervisor that waits has little memory, and works on when something happens" {
	guest web ACPI "${console[@]}"
	run_guest web
	await is_ready web
	await is_small "$supervisor"
	launch qmp web stop
	await is_small "$supervisor"
	launch qmp web cont
	launch stop web
	said web "asked by the power button"
	is_clean web
}

# pad FILE MEGABYTES
pad() {
	head -c "$(($2 << 20))" /dev/zero >>"$1"
}

@test "QEMU's log is bounded: set aside at a start, and cut while the guest runs" {
	guest web ACPI "${console[@]}"
	mkdir -p "$log"
	for i in 1 2 3 4; do
		echo "log $i" >"$log/web.log"
		pad "$log/web.log" 2
		launch start web
		[[ $(stat -c %s "$log/web.log") -lt 100000 ]]
		((i == 4)) || launch stop web
	done
	grep -aq "log 4" "$log/web.log.1"
	grep -aq "log 2" "$log/web.log.3"
	[[ ! -e $log/web.log.4 ]]
	pad "$log/web.log" 5
	await eval '[[ $(stat -c %s "$log/web.log") -lt 100000 ]]'
	[[ $(stat -c %s "$log/web.log.1") == 1048576 ]]
	grep -aq "log 4" "$log/web.log.2"
	launch stop web
}

@test "a supervisor's log is bounded as well: set aside at a start, and cut while the guest runs" {
	guest web ACPI "${console[@]}"
	mkdir -p "$log"
	echo "log 1" >"$log/web.run.log"
	pad "$log/web.run.log" 2
	launch start web
	grep -aq "log 1" "$log/web.run.log.1"
	[[ $(stat -c %s "$log/web.run.log") -lt 100000 ]]
	echo "log 2" >>"$log/web.run.log"
	pad "$log/web.run.log" 5
	await eval '[[ $(stat -c %s "$log/web.run.log") -lt 100000 ]]'
	[[ $(stat -c %s "$log/web.run.log.1") == 1048576 ]]
	grep -aq "log 1" "$log/web.run.log.2"
	# It writes on, into the log's beginning.
	launch stop web
	[[ $(head -c 2 "$log/web.run.log" | tr -d '\0') != "" ]]
}
