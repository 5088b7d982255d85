# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Puts the Debian host on its volume, and GRUB on its disk, inside the workbench; see upgrade-root.

# drive NAME: the path of the drive with this serial number.
drive() {
	path=$(grep -lx "$1" /sys/block/*/serial) && path=${path%/serial} && echo "/dev/${path##*/}"
}

target=$(drive target)
sfdisk --quiet "$target" <<END
label: gpt
size=1M, type=21686148-6449-6E6F-744E-656564454649
type=E6D6D379-F507-44C2-A23C-238F2A3DF928
END
lvm pvcreate -q "${target}2"
lvm vgcreate -q host "${target}2"
lvm lvcreate -q -y -Wn -Zn -n root -L 1900M host
lvm vgmknodes
/bin/mke2fs -q -t ext4 -U b3d91a7e-0000-4000-8000-000000000012 /dev/host/root
mount -t ext4 /dev/host/root /mnt
tar -x -f "$(drive tar)" -C /mnt
echo 0123456789abcdef0123456789abcdef >/mnt/etc/machine-id
echo bedplate-test >/mnt/etc/hostname
echo "/dev/mapper/host-root / ext4 errors=remount-ro 0 1" >/mnt/etc/fstab
cat >/mnt/etc/systemd/system/job.service <<END
[Unit]
Description=Run the test's job
After=multi-user.target
[Service]
Type=oneshot
ExecStartPre=mount --mkdir -r -t squashfs /dev/disk/by-id/virtio-job /run/job
ExecStart=/run/job/run
ExecStopPost=systemctl --no-block poweroff
END
mkdir -p /mnt/etc/systemd/system/multi-user.target.wants
ln -s ../job.service /mnt/etc/systemd/system/multi-user.target.wants/job.service
cat >/mnt/etc/default/grub <<'END'
GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=
GRUB_CMDLINE_LINUX="console=ttyS0 no_timer_check cryptomgr.notests norandmaps"
GRUB_TERMINAL=serial
GRUB_DISABLE_OS_PROBER=true
END
for dir in dev proc sys run; do
	mount -o bind "/$dir" "/mnt/$dir"
done
chroot /mnt /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	grub-install --target=i386-pc --modules="lvm part_gpt ext2" "$target"
for dir in dev proc sys run; do
	umount "/mnt/$dir"
done
umount /mnt
