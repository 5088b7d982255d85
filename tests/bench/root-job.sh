# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Makes the root disks inside the workbench: the Debian system on the plain disk, then a
# copy of that whole file system on a volume.

# drive NAME: the path of the drive with this serial number.
drive() {
	path=$(grep -lx "$1" /sys/block/*/serial) && path=${path%/serial} && echo "/dev/${path##*/}"
}

plain=$(drive plain)
/bin/mke2fs -q -t ext4 -U @UUID@ "$plain" 1792M
mount -t ext4 "$plain" /mnt
tar -x -f "$(drive tar)" -C /mnt
cp /job/bench-init /mnt/bench-init
umount /mnt

lvm pvcreate -q "$(drive lvm)"
lvm vgcreate -q vg "$(drive lvm)"
lvm lvcreate -q -y -Wn -Zn -n root -L 1792M vg
lvm vgmknodes
dd if="$plain" of=/dev/vg/root bs=4M count=448 2>/dev/null
