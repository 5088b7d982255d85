# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # lib.bash sets them
# A fake root in which the real grub-mkconfig runs: the machine's own /usr is there, in a mount
# namespace. Only grub-probe, which asks disks, gives fixed answers.

# grub_root: makes the fake root in $root such a one, with one kernel.
grub_root() {
	local link
	for link in bin sbin lib64; do
		ln -sfn "usr/$link" "$root/$link"
	done
	mkdir -p "$root"/{usr,tmp,opt/bedplate,etc/default/grub.d,boot/grub,dev/disk/by-uuid} "$root/lib"
	ln -sfn /usr/lib/x86_64-linux-gnu "$root/lib/x86_64-linux-gnu"
	: >"$root/dev/null"
	cp -a /etc/grub.d "$root/etc/"
	cp "$B/bedplate/bedplate" "$B/boot/bedplate-boot" "$root/opt/bedplate/"
	grub_probe >"$work/grub-probe"
	chmod 755 "$work/grub-probe"
	cat >"$root/etc/default/grub" <<-'END'
		GRUB_DEFAULT=0
		GRUB_TIMEOUT=5
		GRUB_DISTRIBUTOR=Debian
		GRUB_CMDLINE_LINUX_DEFAULT="quiet"
		GRUB_CMDLINE_LINUX="console=ttyS0"
	END
	mkdir -p "$root/etc/systemd/system"
	: >"$root/etc/systemd/system/bedplate-boot.service"
	grub-editenv "$root/boot/grub/grubenv" create
	echo "BOOT_IMAGE=/boot/vmlinuz-6.1.0-fake root=/dev/nvme0n1p2 ro quiet" >"$root/proc/cmdline"
	: >"$root/boot/grub/grub.cfg"
}

# What grub-probe would say of an ext4 on the second partition; tmp/abstraction in the root is what
# lies under it.
grub_probe() {
	cat <<-'END'
		#!/bin/sh
		case "$*" in
		*--target=device*) echo /dev/nvme0n1p2 ;;
		*--target=fs_uuid*) echo 11111111-2222-3333-4444-555555555555 ;;
		*--target=fs*) echo ext2 ;;
		*--target=abstraction*) cat /tmp/abstraction 2>/dev/null ;;
		*--target=partmap*) echo gpt ;;
		*--target=compatibility_hint*) echo hd0,gpt2 ;;
		esac
		exit 0
	END
}

# in_root COMMAND...: with the machine's /usr in the fake root.
in_root() {
	# shellcheck disable=SC2016 # the inner shell's
	root=$root probe=$work/grub-probe mkconfig=${mkconfig:-/usr/sbin/grub-mkconfig} unshare --user --map-root-user --mount bash -c '
		mount --rbind /usr "$root/usr"
		mount --bind "$probe" "$root/usr/sbin/grub-probe"
		mount --bind "$mkconfig" "$root/usr/sbin/grub-mkconfig"
		mount --bind /dev/null "$root/dev/null"
		exec "$@"' -- "$@"
}

# boot COMMAND...: bedplate boot on the fake root, from outside it.
boot() {
	local command=$1
	shift
	PATH=/opt/bedplate:$PATH BEDPLATE_EXEC_PATH=/opt/bedplate BEDPLATE_LIBDIR=$here/../../boot \
		in_root "$B/boot/bedplate-boot" "$command" --root "$root" "$@"
}
