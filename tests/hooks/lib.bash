# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by the cases; bats sets status and output
# What the hooks' cases share.

# shellcheck source=tests/hooks/common.bash
. "$BATS_TEST_DIRNAME/common.bash"
debs=$hooks_state/debs
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
unset BEDPLATE_LIBDIR BEDPLATE_EXEC_PATH SOURCE_DATE_EPOCH

# layers FOLDER LOWER...: mounts the trees one over the other at FOLDER/root, the first one on top;
# what changes goes to FOLDER/changes.
layers() {
	local folder=$1 lower
	shift
	mkdir -p "$folder"/{root,changes,work}
	lower=$(printf ':%s' "$@")
	mount -t overlay overlay -o "lowerdir=${lower#:},upperdir=$folder/changes,workdir=$folder/work" "$folder/root"
	root=$folder/root
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=755 dev "$root/dev"
	local node
	for node in null zero full random urandom tty; do
		touch "$root/dev/$node"
		mount --bind "/dev/$node" "$root/dev/$node"
	done
	ln -s /proc/self/fd "$root/dev/fd"
	mkdir "$root/dev/shm"
}

# A kernel's files, as dpkg would unpack them; a layer of its own.
unpacked() {
	local tree=$hooks_state/debs/$1.tree
	(
		vm_once hooks
		[[ -d $tree && $tree -nt $debs/$1.deb ]] && exit
		rm -rf "$tree" "$tree.new"
		mkdir -p "$tree.new"
		dpkg-deb -x "$debs/$1.deb" "$tree.new"
		# /lib is a link there.
		[[ ! -d $tree.new/lib ]] || { mkdir -p "$tree.new/usr" && mv "$tree.new/lib" "$tree.new/usr/lib"; }
		mv "$tree.new" "$tree"
		touch "$tree"
	) >&2
	echo "$tree"
}

# A chroot has no devices of its own, and no host that an image could be made for.
host_conf() {
	mkdir -p "$root/etc/bedplate"
	printf '[Image]\nMode=generic\nVerify=static\n' >"$root/etc/bedplate/host.conf"
}

in_root() {
	TMPDIR=/tmp timeout 300 chroot "$root" "$@" </dev/null
}

# A chroot's root is on no device that grub-probe could name, and the tests may run in a container,
# where zz-update-grub does nothing.
stand_ins() {
	local program
	cat >"$root/usr/sbin/grub-probe" <<-'END'
		#!/bin/sh
		case $* in
		*--target=device*) echo /dev/vda1 ;;
		*--target=fs\ * | *--target=fs) echo ext2 ;;
		*--target=fs_uuid*) echo 0000-0000 ;;
		*--target=partmap*) echo gpt ;;
		*--target=abstraction*) ;;
		*) echo "hd0" ;;
		esac
	END
	printf '#!/bin/sh\nexit 1\n' >"$root/usr/bin/systemd-detect-virt"
	chmod +x "$root/usr/sbin/grub-probe" "$root/usr/bin/systemd-detect-virt"
}

# install_kernel NAME: of the packages in debs.
install_kernel() {
	cp "$debs/$1.deb" "$root/tmp/kernel.deb"
	in_root dpkg --force-unsafe-io -i /tmp/kernel.deb
}

package_state() {
	in_root dpkg-query -W -f '${db:Status-Status}' "linux-image-$1"
}

# Kernels in grub.cfg's order: the first one is the default.
grub_kernels() {
	grep -o 'vmlinuz-[^ ]*' "$root/boot/grub/grub.cfg" | sed 's/vmlinuz-//' | uniq | awk '!seen[$0]++' | xargs
}

# fails STATUS PATTERN COMMAND...: ends with this status and says this.
fails() {
	local status_wanted=$1 pattern=$2
	shift 2
	run "$@"
	echo "$output"
	[ "$status" -eq "$status_wanted" ] && [[ "$output" =~ $pattern ]]
}

# ours VERSION: the image of this kernel is the one that its record describes.
ours() {
	[ "$(in_root bedplate mkinitramfs status "$1" --json | jq -c '.kernels[0] | [.there, .recorded]')" = '[true,true]' ]
}

verdict() {
	in_root bedplate mkinitramfs status "$1" --json | jq -r '.kernels[0].verified.result'
}

refute() {
	if "$@"; then
		echo "unexpected: $*"
		return 1
	fi
}

# journal_start, journal: what came to /dev/log.
journal_start() {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	perl -MSocket -MIO::Handle -e '
		my ($s, $line);
		socket($s, PF_UNIX, SOCK_DGRAM, 0) && bind($s, pack_sockaddr_un($ARGV[0])) or die $!;
		open(my $out, ">", $ARGV[1]) or die $!;
		$out->autoflush;
		close(STDOUT);
		print $out "$line\n" while defined(recv($s, $line, 65536, 0))' \
		"$root/dev/log" "$BATS_TEST_TMPDIR/journal" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	journal_pid=$!
	cat <"$BATS_TEST_TMPDIR/ready" # ends when it listens
}

leave_root() {
	[ -z "${journal_pid:-}" ] || kill "$journal_pid" 2>/dev/null || :
	umount -R -l "${1:-$BATS_TEST_TMPDIR}/root" 2>/dev/null || :
}
