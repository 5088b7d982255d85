# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Puts a Debian system and three boot loaders on a disk, inside the workbench; see loader-disk.

# drive NAME: the path of the drive with this serial number.
drive() {
	path=$(grep -lx "$1" /sys/block/*/serial) && path=${path%/serial} && echo "/dev/${path##*/}"
}

inside() {
	chroot /mnt /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

target=$(drive target)
root_uuid=b3d91a7e-0000-4000-8000-000000000021
esp_id=BED0BED0

sfdisk --quiet "$target" <<END
label: gpt
size=1M, type=21686148-6449-6E6F-744E-656564454649
size=160M, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=b3d91a7e-0000-4000-8000-000000000022
type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=b3d91a7e-0000-4000-8000-000000000023
END
/bin/mke2fs -q -t ext4 -U "$root_uuid" "${target}3"
mount -t ext4 "${target}3" /mnt
tar -x -f "$(drive source)" -C /mnt
cp -a /job/usr/lib/modules /mnt/usr/lib/
cp /job/boot/* /mnt/boot/
for dir in dev proc sys run; do
	mount -o bind "/$dir" "/mnt/$dir"
done
inside modprobe -a vfat nls_cp437 nls_ascii nls_utf8
inside mkfs.vfat -F 32 -i "$esp_id" "${target}2"
mkdir -p /mnt/boot/efi
mount -t vfat "${target}2" /mnt/boot/efi
cat >/mnt/etc/fstab <<END
UUID=$root_uuid / ext4 defaults 0 1
UUID=BED0-BED0 /boot/efi vfat defaults 0 0
END
echo 0123456789abcdef0123456789abcdef >/mnt/etc/machine-id
cat >/mnt/etc/default/grub <<'END'
GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT=
GRUB_CMDLINE_LINUX="console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1"
GRUB_TERMINAL=serial
GRUB_DISABLE_OS_PROBER=true
END
inside grub-install --target=i386-pc "$target"
inside grub-install --target=x86_64-efi --efi-directory=/boot/efi --bootloader-id=debian --no-nvram
inside bootctl --esp-path=/boot/efi --no-variables install
rm -rf /mnt/boot/efi/EFI/BOOT
umount /mnt/boot/efi
for dir in dev proc sys run; do
	umount "/mnt/$dir"
done
umount /mnt
