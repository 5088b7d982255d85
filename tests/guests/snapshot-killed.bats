#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # lib.bash sets and reads them
# The command snapshot, killed at each of its calls in turn that change something: a file, or QEMU. A start
# from what is left, without any other command before it, has all that the guest wrote. strace(1) does the killing.

load lib
load disk
bats_require_minimum_version 1.5.0

setup() {
	guests_setup
	more=$(printf '%s\n' "[Disk]" "Path=$root/data.raw" Size=8M)
	guest web ACPI
	launch disk create web
	number=0
}
teardown() { guests_teardown; }

# calls COMMAND...: those of a whole run, as "NAME N": the Nth of this name. What is written is not there before it is
# renamed, and QEMU has not been told before it is sent; so these are all that make a difference.
calls() {
	strace -qq -o "$root/trace" "$launcher" "$@" --root "$root" >/dev/null
	awk -F'(' '
		{ number[$1]++ }
		/^(send|sendto|sendmsg|rename|renameat|renameat2|link|linkat|unlink|unlinkat|vfork|clone|clone3)\(/ {
			print $1, number[$1] }' "$root/trace"
}

# killed "NAME N" COMMAND...: or what $how says instead.
killed() {
	local name=${1% *} n=${1#* }
	strace -qq -o /dev/null -e trace="$name" -e inject="$name:${how:-signal=KILL}:when=$n" "$launcher" "${@:2}" --root "$root" \
		>/dev/null 2>&1 3>&- || true
}

# Whatever there is, committed.
flatten() {
	launch snapshot forget web
	while [[ $(current) != "$root/data.raw" ]]; do
		launch snapshot commit web
	done
}

is_held_back() {
	[[ $(launch qmp web query-jobs | jq -r '.[0].status') == pending ]]
}

lose_power() {
	kill -KILL "$(qemu_of web)"
	wait "$supervisor" || true
	supervisor=
}

# live CALL COMMAND...: the guest has overlays a and b, runs, writes, and loses its power after the kill.
live() {
	launch snapshot create web a
	run_guest web
	await is_state web running
	launch snapshot create web b
	number=$((number % 200 + 1))
	put "$number" 64k
	io flush >/dev/null
	killed "$@"
	# At the same place: an older one must not lie over it.
	if ! is_held_back; then
		number=$((number % 200 + 1))
		put "$number" 64k
		io flush >/dev/null
	fi
	lose_power
	has "$number" 64k || {
		echo "killed at $1: what the guest wrote is lost"
		return 1
	}
	flatten
	has "$number" 64k
}

trace_live() {
	launch snapshot create web a
	run_guest web
	await is_state web running
	launch snapshot create web b
	mapfile -t all < <(calls "$@")
	lose_power
	flatten
	((${#all[@]} > 5))
}

@test "create, killed at any of its calls, loses nothing of a guest that runs" {
	trace_live snapshot create web c
	for call in "${all[@]}"; do
		live "$call" snapshot create web c
	done
}

@test "commit, killed at any of its calls, loses nothing of a guest that runs" {
	trace_live snapshot commit web a
	for call in "${all[@]}"; do
		live "$call" snapshot commit web a
	done
}

# answers COMMAND...: "recvfrom N" for each time that QEMU answered.
answers() {
	strace -qq -e signal=none -o "$root/trace" -e trace=recvfrom "$launcher" "$@" --root "$root" >/dev/null
	awk '/ = [0-9]/ { print "recvfrom", NR }' "$root/trace"
}

@test "a connection that is lost at any of QEMU's answers loses nothing, whatever QEMU has done" {
	for action in "create web c" "commit web a"; do
		launch snapshot create web a
		run_guest web
		await is_state web running
		launch snapshot create web b
		# shellcheck disable=SC2086 # words
		mapfile -t all < <(answers snapshot $action)
		((${#all[@]} > 3))
		lose_power
		flatten
		how=error=ECONNRESET
		# The last ones are about what is changed.
		for ((i = ${#all[@]} > 7 ? ${#all[@]} - 7 : 0; i < ${#all[@]}; i++)); do
			# shellcheck disable=SC2086 # words
			live "${all[i]}" snapshot $action
		done
		how=
	done
}

@test "of a guest that is off nothing is lost either, and nothing is left over" {
	for action in "create web c" "commit web a" "rollback web b"; do
		launch snapshot create web a
		put 1 0
		launch snapshot create web b
		put 2 64k
		# shellcheck disable=SC2086 # words
		mapfile -t all < <(calls snapshot $action)
		flatten
		for call in "${all[@]}"; do
			launch snapshot create web a
			put 1 0
			launch snapshot create web b
			put 2 64k
			# shellcheck disable=SC2086 # words
			killed "$call" snapshot $action
			has 1 0
			[[ $action == rollback* ]] || has 2 64k
			[[ $action != rollback* || $(kept ".disks[0].aside") == null ]] || launch snapshot rollback web --undo
			has 2 64k
			flatten
			has 2 64k
			[[ -z $(ls "$root/var/lib/bedplate/overlays/web") && $(kept .disks) == "[]" ]] || {
				echo "$action, killed at $call: left-overs"
				return 1
			}
			qemu-io -f raw -c "write -z 0 128k" "$root/data.raw" >/dev/null
		done
	done
}
