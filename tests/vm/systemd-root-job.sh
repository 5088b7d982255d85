# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Puts the Debian system on its volumes, inside the workbench; see systemd-root.

# drive NAME: the path of the drive with this serial number.
drive() {
	path=$(grep -lx "$1" /sys/block/*/serial) && path=${path%/serial} && echo "/dev/${path##*/}"
}

root_uuid=b3d91a7e-0000-4000-8000-000000000011

lvm pvcreate -q "$(drive target)"
lvm vgcreate -q host "$(drive target)"
for volume in root:900M home:32M data:32M swap:64M guests:48M; do
	lvm lvcreate -q -y -Wn -Zn -n "${volume%:*}" -L "${volume#*:}" host
done
lvm vgmknodes
/bin/mke2fs -q -t ext4 -U "$root_uuid" /dev/host/root
/bin/mke2fs -q -t ext4 /dev/host/home
/bin/mke2fs -q -t ext4 /dev/host/data
mkswap /dev/host/swap

mount -t ext4 /dev/host/root /mnt
tar -x -f "$(drive tar)" -C /mnt
mkdir -p /mnt/data
cp -a /job/usr/lib/modules /mnt/usr/lib/
# Nobody sets the network up unless a case asks for that.
rm -f /mnt/etc/systemd/system/*.wants/NetworkManager* /mnt/etc/systemd/system/*.wants/networking.service
cp /job/systemd-report /mnt/usr/sbin/systemd-report
cp /job/job-boot /mnt/usr/sbin/job-boot
echo 0123456789abcdef0123456789abcdef >/mnt/etc/machine-id
echo bedplate-test >/mnt/etc/hostname
swap_spec=$(/bin/blkid -o value -s UUID /dev/host/swap)
cat >/mnt/etc/fstab <<END
UUID=$root_uuid / ext4 errors=remount-ro 0 1
/dev/mapper/host-home /home ext4 defaults 0 2
/dev/host/data /data ext4 defaults 0 2
UUID=$swap_spec none swap sw 0 0
END
cat >/mnt/etc/systemd/system/report.service <<END
[Unit]
Description=Tell the test what this system looks like
After=multi-user.target
[Service]
Type=simple
ExecStart=/usr/sbin/systemd-report
END
mkdir -p /mnt/etc/systemd/system/multi-user.target.wants
ln -s ../report.service /mnt/etc/systemd/system/multi-user.target.wants/report.service
umount /mnt
