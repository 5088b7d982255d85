# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Installs Bedplate and an image of its own on the disk with the boot loaders; see loader-disk.

inside() {
	chroot /mnt /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

target=$(grep -lx target /sys/block/*/serial) && target=${target%/serial} && target=/dev/${target##*/}

mount -t ext4 "${target}3" /mnt
cp -a /job/bedplate/. /mnt/
for dir in dev proc sys run; do
	mount -o bind "/$dir" "/mnt/$dir"
done
inside modprobe -a vfat nls_cp437 nls_ascii nls_utf8
mount -t vfat "${target}2" /mnt/boot/efi
# The system's init is the tests'.
rm -f /mnt/usr/sbin/init
cp /job/init /mnt/usr/sbin/init
mkdir -p /mnt/etc/bedplate
cat >/mnt/etc/bedplate/host.conf <<END
[Image]
Verify=static
[Boot]
Emergency=reboot
RebootDelay=1s
END
# As udev would have it; grub-mkconfig names the root by its UUID only where this is there.
mkdir -p /dev/disk/by-uuid
ln -s "../../${target##*/}3" "/dev/disk/by-uuid/$(/bin/blkid -o value -s UUID "${target}3")"
version=$(ls /mnt/lib/modules)
inside bedplate mkinitramfs update "$version"
inside grub-mkconfig -o /boot/grub/grub.cfg
umount /mnt/boot/efi
for dir in dev proc sys run; do
	umount "/mnt/$dir"
done
umount /mnt
