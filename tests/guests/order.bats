#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Guests start in the order that their files ask for, each when those it needs are ready, and stop in
# the reverse order.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

console=(Ready=console "ReadyLine=here I am" StopTimeout=60s)
delay=(Ready=delay StopTimeout=60s)

# line_of REGEX: the number of the line of the output that has it.
line_of() {
	grep -nE -m 1 -- "$1" <<<"$output" | cut -d: -f1
}

# in_order REGEX...: lines of the output that stand in this order.
in_order() {
	local regex line last=0
	for regex in "$@"; do
		line=$(line_of "$regex")
		[[ -n $line ]] || {
			echo "never said: $regex"
			return 1
		}
		((line > last)) || {
			echo "too early: $regex"
			return 1
		}
		last=$line
	done
}

# A chain, web -> app -> db, and mail, which stands alone.
chain() {
	guest web ACPI "${console[@]}" Autostart=yes Requires=app
	guest app ACPI "${delay[@]}" ReadyDelay=300ms After=db Requires=db
	guest db ACPI "${delay[@]}" ReadyDelay=1s
	guest mail ACPI "${delay[@]}" ReadyDelay=300ms Autostart=yes
	guest spare ACPI
}

@test "boot starts a chain guest by guest, each when the one before is ready, and others meanwhile" {
	chain
	run -0 launch boot
	in_order "^db: starting" "^mail: ready" "^db: ready" "^app: starting" "^app: ready" "^web: starting" "^web: ready"
	# What nobody asked for and nobody requires stays off.
	[[ $output != *spare* ]]
	is_ready web
	[[ $(status spare) == off ]]
	# A second one finds nothing to do.
	run -0 launch boot
	[[ -z $output ]]
	run -0 launch shutdown
	in_order "^mail: stopping" "^web: off" "^app: stopping" "^app: off" "^db: stopping" "^db: off"
	for name in web app db mail; do
		is_clean "$name"
	done
}

@test "guests that start at once get ports of their own for their displays" {
	own_ports
	more=$(printf '%s\n' "[Display]" Type=vnc)
	for i in 1 2 3 4; do
		guest "g$i" ACPI "${console[@]}" Autostart=yes
	done
	launch boot
	for i in 1 2 3 4; do
		launch qmp "g$i" query-vnc | jq -r .service
	done >"$root/ports"
	[[ $(sort -u "$root/ports" | wc -l) == 4 ]]
	# As long as a guest is there, which need not listen yet, nobody else gets its port.
	launch restart g2
	launch qmp g2 query-vnc | jq -r .service >>"$root/ports"
	[[ $(sort -u "$root/ports" | wc -l) == 4 ]]
	launch shutdown
}

@test "boot --dry-run tells the plan and starts nothing" {
	guest solo HALT
	[[ $(launch boot --dry-run) == "no guest has Autostart=yes" ]]
	[[ $(launch shutdown --dry-run) == "no guest runs" ]]
	[[ $(launch shutdown --dry-run --json) == "[]" ]]
	chain
	run -0 launch boot --dry-run
	[[ $output == $'db\napp: after db\nmail\nweb: after app' ]]
	[[ $(launch boot --dry-run --json | jq -c '[.[] | [.name, .waits_for]]') == \
		'[["db",[]],["app",["db"]],["mail",[]],["web",["app"]]]' ]]
	[[ ! -e $sockets ]]
}

@test "start starts what a guest requires first, and is content with what is ready" {
	chain
	launch start app
	is_ready db
	[[ $(status web) == off ]]
	launch start app
	launch start web
	# app goes on without db, which is said.
	run -0 --separate-stderr launch stop db
	[[ $stderr == *"app: it runs, and requires db"* ]]
	[[ $(status app) == running ]]
	# But it is not started without: by hand, or by an old unit.
	launch stop web app
	run -1 timeout 30 "$launcher" run app --root "$root"
	[[ $output == *"it requires db, which is off"* ]]
	run -0 launch shutdown
}

@test "who requires a guest that fails is not started and says why; who is only ordered after it is" {
	guest db ACPI "${console[@]}" Autostart=yes
	printf '%s\n' "[Cpu]" Pin=4000 >>"$root/etc/bedplate/guests/db.conf"
	guest app ACPI "${console[@]}" Autostart=yes Requires=db
	guest web ACPI "${console[@]}" Autostart=yes Requires=app
	guest mail ACPI "${console[@]}" Autostart=yes After=db
	run -1 launch boot
	in_order "^db: failed: .*4000" "^app: not started: it requires db, which has failed: .*4000" \
		"^web: not started: it requires app, which was not started"
	in_order "^db: failed" "^mail: starting" "^mail: ready"
	[[ $(launch boot --json | jq -c 'map({(.name): .result}) | add') == \
		'{"app":"not started","db":"failed","mail":"ready","web":"not started"}' ]]
	run -1 launch start web
	[[ $output == *"app: not started: it requires db, which has failed:"* ]]
	launch shutdown
}

@test "a guest that is not ready in time runs on, and keeps those that require it off" {
	guest db HALT Ready=console "ReadyLine=never" ReadyTimeout=1s Stop= Autostart=yes
	guest app ACPI "${console[@]}" Autostart=yes Requires=db
	run -1 launch boot
	in_order "^db: failed: not ready in time: it waits for" "^app: not started: it requires db, which has failed: not ready in time"
	[[ $(status db) == running ]]
	# Told to systemd it is up, for systemd would end it; the one that requires it looks for itself.
	run -1 timeout 30 "$launcher" run app --root "$root"
	[[ $output == *"it requires db, which is not ready: not ready in time"* ]]
	# Stop= is empty: to be told to quit is how it is to end.
	launch shutdown
}

@test "shutdown says whom it had to end, and fails" {
	guest db HALT "${console[@]}" StopTimeout=1s
	guest web ACPI "${console[@]}"
	launch start db web
	run -1 launch shutdown
	[[ $output == *"db: failed: it did not shut down in time, and was ended"* ]]
	[[ $output == *"web: off after"* ]]
	[[ $(status db .reason) == "stopped: QEMU told to quit" ]]
	is_clean db
}

@test "shutdown stops a guest whose supervisor was killed, in its place of the order" {
	guest db ACPI "${console[@]}"
	guest web ACPI "${console[@]}" After=db
	launch start db web
	for supervisor in "$(status db .supervisor)" "$(status web .supervisor)"; do
		kill_supervisor
	done
	run -0 launch shutdown
	in_order "^web: stopping" "^web: off" "^db: stopping" "^db: off"
	is_clean db
	is_clean web
}

@test "guests that wait for each other are told with every line, and the others start" {
	guest db ACPI "${console[@]}" Autostart=yes Requires=web
	guest web ACPI "${console[@]}" Autostart=yes After=db
	guest mail ACPI "${console[@]}" Autostart=yes After=nail
	circle="web -> db (guests/web.conf:9, After=) -> web (guests/db.conf:9, Requires=)"
	run -1 launch check web
	[[ $output == *"it waits for itself: $circle"* ]]
	run -2 launch start web
	[[ $output == *"guests/web.conf:9: it waits for itself: $circle"* ]]
	run -1 timeout 30 "$launcher" run web --root "$root"
	[[ $output == *"$circle"* ]]
	run -1 launch boot
	[[ $output == *"web: failed: it waits for itself: $circle"* ]]
	[[ $output == *"mail: guests/mail.conf:9: it is to start after nail, and there is no such guest"* ]]
	is_ready mail
	[[ $(launch check mail --json | jq -r '.findings[] | select(.check == "order") | .severity + ", " + .advice') == \
		"warning, did you mean mail?" ]]
	launch shutdown
}

@test "a boot that is told to stop in the middle takes back what it has started, and nothing else" {
	guest old ACPI "${console[@]}" Autostart=yes
	guest db ACPI "${console[@]}" Autostart=yes
	guest app ACPI "${delay[@]}" ReadyDelay=10min ReadyTimeout=20min Autostart=yes Requires=db
	guest web ACPI "${console[@]}" Autostart=yes Requires=app
	launch start old
	"$launcher" boot --root "$root" >"$root/boot.out" 2>&1 3>&- &
	boot=$!
	supervisors+=("$boot")
	await is_state app running
	kill -TERM "$boot"
	code=0
	wait "$boot" || code=$?
	((code == 1))
	[[ $(status db) == off && $(status app) == off && $(status web) == off ]]
	is_clean db
	is_clean app
	is_ready old
	run -0 grep "stopped in the middle" "$root/boot.out"
	run ! grep "^web" "$root/boot.out"
	launch shutdown
}

@test "a boot that is told to stop twice says that it waits no longer" {
	guest db HALT "${delay[@]}" ReadyDelay=10min ReadyTimeout=20min Autostart=yes
	"$launcher" boot --root "$root" >"$root/boot.out" 2>&1 3>&- &
	boot=$!
	supervisors+=("$boot")
	await is_state db running
	kill -TERM "$boot"
	await grep -q "stopping what was started" "$root/boot.out"
	await is_state db stopping
	kill -TERM "$boot"
	code=0
	wait "$boot" || code=$?
	((code == 1))
	run -0 grep "not waited for any longer" "$root/boot.out"
}

@test "boot waits for a guest that somebody else is starting" {
	guest db ACPI "${delay[@]}" ReadyDelay=2s Autostart=yes
	guest web ACPI "${console[@]}" Autostart=yes Requires=db
	run_guest db
	await is_state db running
	run -0 launch boot
	in_order "^db: starting" "^db: ready" "^web: starting" "^web: ready"
	launch shutdown
	wait "$supervisor"
}
