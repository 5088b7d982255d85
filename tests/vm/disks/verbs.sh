# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# The verbs of a layout, carried out inside the workbench.
#
#   disks SIZE...                        its blank disks, numbered from 0
#   partition DISK                       GPT: a small first partition, the rest is DISK.root
#   volume_group NAME DISK|DISK.root...  physical volumes and a volume group on them
#   volume GROUP NAME SIZE [OPTION...]   a logical volume; options are lvcreate's
#   thin_volume GROUP/POOL NAME SIZE     a volume out of a thin pool
#   root FSTYPE DISK|DISK.root|/dev/...  a file system with the root tree on it
#   usr, fstab, debug                    see below
#
# Identities come from the layout's name, so that a test knows them without looking.

# shellcheck disable=SC2154 # $layout is set where this is sourced
# identity KIND: the UUID that this layout's KIND has (as disk_uuid in lib.bash).
identity() {
	printf '%s %s' "$layout" "$1" | md5sum |
		sed 's/^\(.\{8\}\)\(....\)\(....\)\(....\)\(.\{12\}\).*/\1-\2-\3-\4-\5/'
}

# device REF: the path of a disk (by its serial number), a partition or a volume.
device() {
	case $1 in
	/*) echo "$1" ;;
	*) path=$(grep -lx "$layout.${1%.root}" /sys/block/*/serial) &&
		path=${path%/serial} && echo "/dev/${path##*/}$(partition_of "$1")" ;;
	esac
}

partition_of() {
	case $1 in *.root) echo 2 ;; esac
}

disks() {
	:
}

partition() {
	sfdisk --quiet "$(device "$1")" <<-END
		label: gpt
		label-id: $(identity gpt)
		size=8M, name=spare
		uuid=$(identity part), name=part-$layout
	END
}

volume_group() {
	group=$1
	shift
	paths=
	for ref; do
		lvm pvcreate -q --norestorefile --uuid "$(identity "pv$ref")" "$(device "$ref")"
		paths="$paths $(device "$ref")"
	done
	# shellcheck disable=SC2086 # a list of paths without blanks
	lvm vgcreate -q "$group" $paths
}

volume() {
	group=$1 name=$2 size=$3
	shift 3
	lvm lvcreate -q -y -Wn -Zn -n "$name" -L "$size" "$@" "$group"
	lvm vgmknodes "$group" # of no other: it fails over those that are not ours
}

thin_volume() {
	lvm lvcreate -q -y -V "$3" -T "$1" -n "$2"
	lvm vgmknodes "${1%/*}" || : # has a word to say about a pool's layers
}

root() {
	path=$(device "$2")
	case $1 in
	ext4) /bin/mke2fs -q -t ext4 -U "$(identity fs)" -L "$layout" "$path" ;;
	xfs) mkfs.xfs -q -f -m "uuid=$(identity fs)" -L "$layout" "$path" ;;
	btrfs) mkfs.btrfs -q -f -U "$(identity fs)" -L "$layout" "$path" ;;
	esac
	mount -t "$1" "$path" /mnt
	cp -a /job/root/. /mnt/
	umount /mnt
}

# usr FSTYPE DEVICE: a file system with the root tree's /usr and an init that only it has.
usr() {
	path=$(device "$2")
	/bin/mke2fs -q -t "$1" -U "$(identity usr)" -L "usr disk" "$path"
	mount -t "$1" "$path" /mnt
	cp -a /job/root/usr/. /mnt/
	mkdir -p /mnt/sbin
	cp -a /job/root/sbin/init /mnt/sbin/usr-init
	umount /mnt
}

# fstab DEVICE LINE: adds a line to /etc/fstab on this file system.
fstab() {
	mount "$(device "$1")" /mnt
	echo "$2" >>/mnt/etc/fstab
	umount /mnt
}

# debug DEVICE COMMAND...: changes an ext file system behind its back, by debugfs.
debug() {
	path=$(device "$1")
	shift
	for command; do
		/bin/debugfs -w -R "$command" "$path"
	done
}
