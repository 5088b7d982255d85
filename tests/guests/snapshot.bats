#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034,SC2016 # lib.bash sets and reads them; others run what is quoted
# The command snapshot, while guests are off and while they run. What a guest writes is written by QEMU on
# its disk's own node.

load lib
load disk
bats_require_minimum_version 1.5.0

setup() {
	guests_setup
	more=$(printf '%s\n' "[Disk]" "Path=$root/data.raw" Size=8M)
	guest web ACPI
	launch disk create web
}
teardown() { guests_teardown; }

snapshot() {
	launch snapshot "$@"
}

start() {
	run_guest web
	await is_state web running
}

stop() {
	launch stop web
	wait "$supervisor" || true
	supervisor=
}

@test "of a guest that is off: created, rolled back, taken back, committed" {
	put 1 0
	snapshot create web before
	put 2 0
	[[ $(current) == *"/overlays/web/disk1-before.qcow2" ]]
	has 2 0
	snapshot rollback web before
	has 1 0
	put 3 64k
	snapshot rollback web --undo
	has 2 0
	has 0 64k
	snapshot rollback web --undo
	has 3 64k
	snapshot rollback web --undo
	snapshot forget web
	snapshot commit web
	[[ $(current) == "$root/data.raw" ]]
	has 2 0
	[[ -z $(ls "$root/var/lib/bedplate/overlays/web") ]]
	[[ $(kept .disks) == "[]" ]]
}

@test "of a guest that runs: created and committed, and nothing that it wrote is lost" {
	start
	put 1 0
	snapshot create web one
	put 2 64k
	snapshot create web two
	put 3 128k
	qemu-io -U -r -f raw -c "read -P 0 64k 64k" "$root/data.raw" | grep -q "read 65536"
	has 1 0
	snapshot commit web two
	[[ $(current) == *disk1-one.qcow2 ]]
	put 4 192k
	snapshot commit web
	[[ $(current) == "$root/data.raw" ]]
	put 5 256k
	stop
	has 1 0
	has 2 64k
	has 3 128k
	has 4 192k
	has 5 256k
}

@test "several are committed at once, by the lowest one's name" {
	start
	snapshot create web one
	put 1 0
	snapshot create web two
	put 2 64k
	snapshot commit web one
	[[ $(current) == "$root/data.raw" ]]
	stop
	has 1 0
	has 2 64k
	snapshot create web three
	put 3 128k
	snapshot create web four
	put 4 192k
	snapshot commit web three
	has 3 128k
	has 4 192k
	[[ $(current) == "$root/data.raw" ]]
}

@test "a guest starts from its overlays, and they can be committed then" {
	snapshot create web one
	start
	put 1 0
	stop
	qemu-io -f raw -c "read -P 0 0 64k" "$root/data.raw" | grep -q "read 65536"
	start
	has 1 0
	snapshot commit web
	# QEMU has let go of what it was started with, so that nobody takes it for the disk.
	[[ -z $(ls "$root/var/lib/bedplate/overlays/web") ]]
	[[ $(current) == "$root/data.raw" ]]
	put 2 64k
	stop
	has 1 0
	has 2 64k
	[[ $(current) == "$root/data.raw" ]]
}

@test "limits of a disk stay in front of its overlays" {
	sed -i "/data.raw/a WriteIops=100000" "$root/etc/bedplate/guests/web.conf"
	start
	snapshot create web one
	snapshot commit web
	[[ $(launch qmp web query-named-block-nodes | jq -r '.[] | select(."node-name" == "disk1-limit") | .file') == *data.raw* ]]
}

@test "a create that was killed before QEMU wrote to its overlay is forgotten" {
	start
	put 1 0
	# As it would be between the two.
	qemu-img create -qu -f qcow2 -b "$root/data.raw" -F raw "$root/killed.qcow2" 8M
	jq -n --arg root "$root" '{version: 1, disks: [{path: "\($root)/data.raw", format: "raw", gone: [],
		overlays: [{name: "killed", path: "\($root)/killed.qcow2", made: 1}]}]}' \
		>"$root/var/lib/bedplate/guests/web.disks.json"
	[[ $(current) == "$root/data.raw" ]]
	[[ ! -e $root/killed.qcow2 ]]
	put 2 0
	stop
	has 2 0
}

@test "one that was killed, and its guest off since: the overlay is empty and reads through" {
	put 1 0
	snapshot create web killed
	qemu-io -f raw -c "write -P 2 0 64k" "$root/data.raw" >/dev/null
	has 2 0
}

hold_writes() {
	nodes=$(launch qmp web query-named-block-nodes)
	top=$(jq -r --arg file "$(current)" '.[] | select(.file == $file and .drv == "qcow2") | ."node-name"' <<<"$nodes")
	launch qmp web block-commit "{\"job-id\": \"bedplate-commit\", \"device\": \"$top\", \"base-node\": \"disk1\", \"auto-finalize\": false}"
	await eval '[[ $(launch qmp web query-jobs | jq -r ".[0].status") == ready ]]'
	launch qmp web block-job-complete '{"device": "bedplate-commit"}'
	await eval '[[ $(launch qmp web query-jobs | jq -r ".[0].status") == pending ]]'
}

# hold: a commit stands where one does that was killed while QEMU holds writes back. The chain was written already.
hold() {
	start
	snapshot create web one
	put 1 0
	hold_writes
	chain=$root/var/lib/bedplate/guests/web.disks.json
	jq '(.disks[] | select(.path | endswith("data.raw"))) |= (.gone = .overlays | .overlays = [])' "$chain" >"$chain.new"
	mv "$chain.new" "$chain"
}

@test "a commit that was killed while QEMU held writes back is undone, and the guest goes on" {
	hold
	# QEMU is believed.
	[[ $(current) == *disk1-one.qcow2 ]]
	[[ $(launch qmp web query-jobs) == "[]" ]]
	put 2 64k
	stop
	has 1 0
	has 2 64k
}

@test "the supervisor sees to that by itself, and so does one that takes the guest over" {
	hold
	await eval '[[ $(launch qmp web query-jobs) == "[]" ]]'
	await said web "taking it back"
	await eval 'jq -e "any(.disks[].overlays[]; .name == \"one\")" "$chain"'
	put 2 64k
	kill_supervisor
	is_state web unsupervised
	hold_writes
	start
	await eval '[[ $(launch qmp web query-jobs) == "[]" ]]'
	put 3 128k
	stop
	has 1 0
	has 2 64k
	has 3 128k
}

@test "killed at any moment, nothing that the guest wrote is lost" {
	start
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		put "$i" "$((i * 64))k"
		for action in "create web s$i" "commit web"; do
			# shellcheck disable=SC2086 # words
			"$launcher" snapshot $action --root "$root" >/dev/null 2>&1 3>&- &
			sleep "0.0$((RANDOM % 9))"
			kill -KILL $! 2>/dev/null || true
			wait $! 2>/dev/null || true
		done
		# Whatever was left half done is settled by the next command, and the guest goes on.
		snapshot list web >/dev/null
	done
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		has "$i" "$((i * 64))k"
	done
	stop
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		has "$i" "$((i * 64))k"
	done
	while snapshot commit web; do :; done
	[[ $(current) == "$root/data.raw" ]]
	has 1 64k
	has 12 768k
}

@test "a failed create leaves the guest on the file that it had" {
	start
	mkdir -p "$root/var/lib/bedplate/overlays/web"
	launch qmp web block-commit '{}' || true
	# QEMU refuses an overlay over a node that a job is at work on.
	launch qmp web blockdev-add "{\"driver\": \"raw\", \"node-name\": \"copy\", \"file\": {\"driver\": \"file\", \"filename\": \"$root/copy\"}}" || true
	qemu-img create -q -f raw "$root/copy" 8M
	launch qmp web blockdev-add "{\"driver\": \"raw\", \"node-name\": \"copy\", \"file\": {\"driver\": \"file\", \"filename\": \"$root/copy\"}}"
	launch qmp web blockdev-mirror '{"job-id": "busy", "device": "disk1", "target": "copy", "sync": "full"}'
	run -1 snapshot create web one
	[[ $(kept .disks) == "[]" ]]
	[[ $(current) == "$root/data.raw" ]]
	[[ -z $(ls "$root/var/lib/bedplate/overlays/web") ]]
}

@test "rollback is refused while the guest runs" {
	snapshot create web one
	start
	run -1 snapshot rollback web one
	[[ $output == *"guests that are off"* ]]
}

@test "files of another are not committed into" {
	snapshot create web one
	cat >"$root/etc/bedplate/guests/other.conf" <<-END
		[Disk]
		Path=$root/other.qcow2
		Backing=$root/data.raw
		Size=8M
	END
	run -1 snapshot commit web
	[[ $output == *"what other's disk0 lies over"* ]]
	rm "$root/etc/bedplate/guests/other.conf"
	qemu-img rebase -u -f qcow2 -b "$root/web.img" -F raw "$(current)"
	run -1 snapshot commit web
	[[ $output == *"lies over $root/web.img, and not over $root/data.raw"* ]]
}

@test "mistakes are told" {
	run -2 snapshot create web ../x
	[[ $output == *"no name"* ]]
	run -2 snapshot create web
	run -1 snapshot rollback web none
	[[ $output == *"no disk has a snapshot none"* ]]
	run -1 snapshot rollback web --undo
	run -2 snapshot comit web
	[[ $output == *"did you mean commit?"* ]]
	snapshot create web one
	run -1 snapshot create web one
	[[ $output == *"has a snapshot one already"* ]]
	echo "{" >"$root/var/lib/bedplate/guests/web.disks.json"
	run -1 snapshot list web
	run -1 launch run web
	[[ $output == *"disks.json"* ]]
}
