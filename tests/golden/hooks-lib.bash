# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # lib.bash sets them
# A fake root in which the hooks run: the machine's own /usr and /proc are there, in a namespace.

# hooks_root NAME...: makes one in $root, with the fake kernel, two builds of its own file ($work/kernel1 and
# kernel2), and these folders of hooks.
hooks_root() {
	local link name
	tree lvm
	boot=$root/boot version=6.1.0-fake
	for link in bin sbin lib64; do
		ln -sfn "usr/$link" "$root/$link"
	done
	rm -rf "${root:?}"/{proc,sys,usr}
	mkdir -p "$root"/{proc,usr,tmp,dev,var/lib,opt/bedplate,etc/bedplate}
	ln -sfn /usr/lib/x86_64-linux-gnu "$root/lib/x86_64-linux-gnu"
	: >"$root/dev/null"
	mkdir "$root/etc/alternatives"
	ln -s "$(readlink -f /usr/bin/awk)" "$root/etc/alternatives/awk"
	for name in common "$@"; do
		"$here/../../hooks/install" "$root" /opt/bedplate "$name"
	done
	cp -r "$B/mkinitramfs/bedplate-mkinitramfs" "$B/tests/golden/killat" "$parts" "$root/opt/bedplate/"
	cat >"$root/opt/bedplate/bedplate" <<-'END'
		#!/bin/sh
		command=$2
		shift 2
		[ "$command" = remove ] || set -- --parts /opt/bedplate/parts "$@"
		exec /opt/bedplate/bedplate-mkinitramfs "$command" "$@"
	END
	chmod 755 "$root/opt/bedplate/bedplate"
	printf '[Image]\nMode=generic\nVerify=static\nCompression=none\n' >"$root/etc/bedplate/host.conf"
	for name in kernel1 kernel2; do
		kernel_image "$work/$name" "$version"
		echo "$name" >>"$work/$name"
	done
}

# in_root COMMAND...: with the machine's /usr in the fake root.
in_root() {
	# shellcheck disable=SC2016 # the inner shell's
	root=$root TMPDIR=/tmp PATH=/opt/bedplate:/usr/sbin:/usr/bin unshare --user --map-root-user --mount --propagation private bash -c '
		mount --rbind /usr "$root/usr"
		mount --rbind /proc "$root/proc"
		mount --bind /dev/null "$root/dev/null"
		exec chroot "$root" "$@"' -- "$@"
}

# keep_start, restart: the fake root as it is, without what is the machine's; and that again.
keep_start() {
	mkdir -p "$work/start"
	cp -a "$root"/{boot,lib,var} "$work/start"
}

restart() {
	rm -rf "${root:?}"/{boot,lib,var,tmp}
	mkdir "$root/tmp"
	cp -a "$work/start/." "$root"
}

# proved KERNEL IMAGE: the two files are a pair that was proved.
proved() {
	local number
	for number in 1 2; do
		! cmp -s "$1" "$work/kernel$number" || ! cmp -s "$2" "$work/image$number" || return 0
	done
	return 1
}

# bootable: as an entry names them, or that of the image before.
bootable() {
	proved "$boot/vmlinuz-$version" "$boot/initrd.img-$version" ||
		proved "$boot/vmlinuz-$version" "$boot/initrd.img-$version.prev"
}

# at_each_call CHECK COMMAND...: the command killed at each of its calls in turn.
at_each_call() {
	local number=1 check=$1
	shift
	restart
	while in_root killat $number "$@" >"$work/words" 2>&1; do
		"$check" >>"$work/words" 2>&1 || {
			cat "$work/words"
			ls -lA "$boot"
			echo "killed at call $number: $check" && return 1
		}
		number=$((number + 1))
		restart
	done
	echo "$number times"
	[ $number -gt 30 ]
}
