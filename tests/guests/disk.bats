#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034,SC2016 # lib.bash sets and reads them; others run what is quoted
# The command disk: image files by the real qemu-img, and disks of guests that run.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

disk() {
	launch disk "$@"
}

size_of() {
	qemu-img info -U --output json "$1" | jq '."virtual-size"'
}

# with_disk FILE [KEY=VALUE...]: a [Disk] more, for `guest`.
with_disk() {
	more=$(printf '%s\n' "${more:-}" "[Disk]" "Path=$root/$1" "${@:2}")
}

@test "a file is made whole, in the format that its name says" {
	for format in raw qcow2 vmdk vdi vhdx; do
		disk create "$root/new.$format" 8M
		[[ $(qemu-img info --output json "$root/new.$format" | jq -r .format) == "$format" ]]
		[[ $(size_of "$root/new.$format") == $((8 << 20)) ]]
	done
	[[ ! -e $root/new.raw.bedplate-new ]]
}

@test "what is there is not made again" {
	echo precious >"$root/there.img"
	run -1 disk create "$root/there.img" 8M
	[[ $output == *"there already"* ]]
	[[ $(<"$root/there.img") == precious ]]
}

@test "an overlay is made over another file, as large as that" {
	disk create "$root/base.qcow2" 8M
	disk create "$root/over.qcow2" --backing "$root/base.qcow2"
	[[ $(size_of "$root/over.qcow2") == $((8 << 20)) ]]
	[[ $(qemu-img info --output json "$root/over.qcow2" | jq -r '."backing-filename"') == "$root/base.qcow2" ]]
}

@test "a guest's disks are made as its sections say, and belong to its user" {
	with_disk data.qcow2 Size=8M Serial=DATA
	with_disk more.qcow2 "Backing=$root/data.qcow2"
	guest web ACPI User=4711
	disk create web
	[[ $(size_of "$root/data.qcow2") == $((8 << 20)) ]]
	[[ $(size_of "$root/more.qcow2") == $((8 << 20)) ]]
	[[ $(stat -c %u "$root/data.qcow2") == 4711 ]]
	disk create web
	run -1 disk create web DATA
	[[ $output == *"there already"* ]]
}

@test "a logical volume is not made" {
	more=$(printf '%s\n' "[Disk]" Path=/dev/no-such-group/volume)
	guest web ACPI
	run -1 disk create web volume
	[[ $output == *"lvcreate"* ]]
}

@test "a disk is called by its number, its serial number, its path or its file's name" {
	with_disk data.qcow2 Size=8M Serial=DATA
	guest web ACPI
	disk create web
	for name in 1 disk1 DATA data.qcow2 "$root/data.qcow2"; do
		[[ $(disk info web "$name" --json | jq -r '.[0].path') == "$root/data.qcow2" ]]
	done
	run -2 disk info web DATE
	[[ $output == *"did you mean DATA?"* ]]
}

@test "a disk grows, and is not made smaller unasked" {
	disk create "$root/a.qcow2" 8M
	disk resize "$root/a.qcow2" +8M
	[[ $(size_of "$root/a.qcow2") == $((16 << 20)) ]]
	run -2 disk resize "$root/a.qcow2" 4M
	[[ $output == *"--shrink"* ]]
	[[ $(size_of "$root/a.qcow2") == $((16 << 20)) ]]
	disk resize "$root/a.qcow2" 4M --shrink
	[[ $(size_of "$root/a.qcow2") == $((4 << 20)) ]]
}

@test "a converted file appears whole, and never over another unasked" {
	disk create "$root/a.qcow2" 8M
	qemu-io -f qcow2 -c "write -P 0xab 0 1M" "$root/a.qcow2" >/dev/null
	disk convert "$root/a.qcow2" "$root/b.raw"
	qemu-io -f raw -c "read -P 0xab 0 1M" "$root/b.raw" | grep -vq failed
	[[ ! -e $root/b.raw.bedplate-new ]]
	run -1 disk convert "$root/a.qcow2" "$root/b.raw"
	[[ $output == *"--replace"* ]]
	disk convert "$root/a.qcow2" "$root/b.raw" --format vmdk --replace
	[[ $(qemu-img info --output json -f vmdk "$root/b.raw" | jq -r .format) == vmdk ]]
}

@test "a failed conversion leaves what was there" {
	echo precious >"$root/b.raw"
	head -c 65536 /dev/urandom >"$root/a.qcow2"
	run -1 disk convert "$root/a.qcow2" "$root/b.raw" --replace
	[[ $(<"$root/b.raw") == precious ]]
	[[ ! -e $root/b.raw.bedplate-new ]]
}

@test "damage is found, and put right where it can be" {
	disk create "$root/a.qcow2" 8M
	qemu-io -f qcow2 -c "write 0 1M" "$root/a.qcow2" >/dev/null
	[[ $(disk check "$root/a.qcow2") == *": sound" ]]
	# The table of references says 0 of clusters that are in use.
	printf '\0\0\0\0\0\0' | dd of="$root/a.qcow2" bs=1 seek=$((0x20000 + 8)) conv=notrunc status=none
	run -1 disk check "$root/a.qcow2"
	[[ $output == *"damaged"* ]]
	disk check "$root/a.qcow2" --repair all
	[[ $(disk check "$root/a.qcow2") == *": sound" ]]
}

@test "while a guest runs its disk is not checked, converted or mounted" {
	with_disk data.qcow2 Size=8M
	guest web ACPI
	run_guest web
	await is_state web running
	for action in "check web 1" "convert web 1 $root/x.raw" "mount web 1 $root"; do
		# shellcheck disable=SC2086 # words
		run -1 disk $action
		[[ $output == *"guests that are off"* ]]
	done
	disk info web | grep -q "data.qcow2"
}

@test "a running guest is told when its disk grows" {
	with_disk data.qcow2 Size=8M
	with_disk slow.qcow2 Size=8M ReadIops=1000
	guest web ACPI
	run_guest web
	await is_state web running
	disk resize web 1 16M
	disk resize web 2 16M
	launch qmp web query-block >"$root/blocks"
	[[ $(jq '[.[].inserted.image."virtual-size" // 0] | map(select(. == 16777216)) | length' "$root/blocks") == 2 ]]
	run -2 disk resize web 1 8M
	[[ $output == *"smaller"* ]]
	[[ $(size_of "$root/data.qcow2") == $((16 << 20)) ]]
}

@test "what a guest writes to a volatile disk is forgotten" {
	disk create "$root/data.raw" 8M
	with_disk data.raw Volatile=yes
	guest web ACPI
	for _ in 1 2; do
		run_guest web
		await is_state web running
		overlay=$root/var/lib/bedplate/guests/web/disk1.volatile.qcow2
		[[ $(qemu-img map -U --output json "$overlay" | jq '[.[] | select(.depth == 0)] | length') == 0 ]]
		launch monitor web 'qemu-io -d /machine/peripheral/disk1/virtio-backend "write -P 7 0 64k"'
		launch monitor web 'qemu-io -d /machine/peripheral/disk1/virtio-backend flush'
		[[ $(qemu-img map -U --output json "$overlay" | jq '[.[] | select(.depth == 0)] | length') == 1 ]]
		launch stop web
		wait "$supervisor"
		[[ ! -e $overlay ]]
	done
	[[ $(qemu-io -f raw -c "read -P 0 0 8M" "$root/data.raw") != *failed* ]]
}

@test "mistakes in words are told with the nearest" {
	guest web ACPI
	run -2 disk crate web
	[[ $output == *"did you mean create?"* ]]
	run -2 disk info wob
	[[ $output == *"did you mean web?"* ]]
	run -2 disk create "$root/x.img" 8Q
	run -2 disk resize web
	[[ $output == *"SIZE"* ]]
	run -2 disk
}

@test "while another command works on a guest's disks that is what is said" {
	guest web ACPI
	mkdir -p "$sockets"
	exec {held}>"$sockets/web.lock"
	flock -n "$held"
	run -1 launch disk resize web 0 4M
	[[ $output == *"another command works on its disks"* ]]
	run -1 launch snapshot create web one
	[[ $output == *"another command works on its disks"* ]]
	exec {held}>&-
	launch disk resize web 0 4M
}
