# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # lib.bash and the cases set them
# What the cases about snapshots share: the guest web, whose second disk is $root/data.raw. What a guest writes is
# written by QEMU on its disk's own node.

# The file that is a disk now.
current() {
	launch snapshot list web --json | jq -r ".[1].current"
}

kept() {
	jq -c "$1" "$root/var/lib/bedplate/guests/web.disks.json"
}

# io COMMAND: on the disk of the guest that runs, by QEMU, which prints into its log; else on the file.
io() {
	local at
	if [[ -n ${supervisor:-} ]]; then
		at=$(stat -c %s "$log/web.log")
		launch monitor web "qemu-io -d /machine/peripheral/disk1/virtio-backend \"$1\""
		tail -c "+$((at + 1))" "$log/web.log"
	else
		qemu-io -f "$(format)" -c "$1" "$(current)"
	fi
}

# put BYTE PLACE: as the guest would. has BYTE PLACE: whether that is what it would read.
put() {
	[[ $(io "write -P $1 $2 64k") == *"wrote 65536"* ]]
}

has() {
	local said
	said=$(io "read -P $1 $2 64k")
	[[ $said == *"read 65536"* && $said != *"verification failed"* ]]
}

format() {
	[[ $(current) == *.qcow2 ]] && echo qcow2 || echo raw
}
