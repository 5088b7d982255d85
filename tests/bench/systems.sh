# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# How each system makes an image, with its distribution's defaults. Runs on the Debian
# root, in a VM or in a chroot; $tools has our programs in a folder "bedplate".
#
# generate NAME adds a line "gen NAME SECONDS KIB USER SYSTEM" or "failed NAME STATUS" to
# $report, and leaves $out/NAME.img and $out/NAME.log.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root
program=$tools/bedplate/bedplate-mkinitramfs

initramfs_tools() {
	rm -rf /run/conf
	cp -a /etc/initramfs-tools /run/conf
	sed -i "s/^MODULES=.*/MODULES=$1/" /run/conf/initramfs.conf
	echo "mkinitramfs -d /run/conf -o $2 $kernel"
}

bedplate() {
	echo "env BEDPLATE_LIBDIR=$tools/bedplate $program" \
		"-k $kernel -o $2 --mode $1 $3"
}

# command_of NAME FILE: the command that generates it.
command_of() {
	case $1 in
	bedplate-host-unsigned) bedplate host "$2" "--set Modules.Signatures=drop" ;;
	bedplate-host-*-[0-9]*) packing=${1#bedplate-host-} && bedplate host "$2" \
		"--set Image.Compression=${packing%-*} --set Image.Level=${packing#*-}" ;;
	bedplate-host-vfio) bedplate host "$2" "" ;;
	bedplate-update) echo "env BEDPLATE_LIBDIR=$tools/bedplate $tools/update-unchanged $program $kernel" ;;
	bedplate-*) bedplate "${1#bedplate-}" "$2" "" ;;
	initramfs-tools-*) initramfs_tools "${1#initramfs-tools-}" "$2" ;;
	dracut-hostonly) echo "dracut --force --hostonly --kver $kernel $2" ;;
	dracut-generic) echo "dracut --force --no-hostonly --kver $kernel $2" ;;
	tiny-initramfs) echo "mktirfs -o $2 $kernel" ;;
	esac
}

# configure NAME: the configuration that only this image is made with, and what comes first.
configure() {
	rm -f /etc/bedplate/host.conf.d/bench.conf
	case $1 in
	bedplate-host-vfio)
		mkdir -p /etc/bedplate/host.conf.d
		printf '[Vfio]\nDevices=8086:10d3\n' >/etc/bedplate/host.conf.d/bench.conf
		;;
	bedplate-update)
		mkdir -p /etc/bedplate/host.conf.d
		printf '[Image]\nVerify=static\n' >/etc/bedplate/host.conf.d/bench.conf
		env "BEDPLATE_LIBDIR=$tools/bedplate" "$program" update "$kernel" >"$out/$1.log" 2>&1
		cp "/boot/initrd.img-$kernel" "$out/$1.img"
		;;
	esac
}

generate() {
	rm -f "$out/$1.img"
	configure "$1"
	command=$(command_of "$1" "$out/$1.img")
	# shellcheck disable=SC2086 # a command of plain words
	/usr/bin/time -q -o /run/time -f '%e %M %U %S' timeout 1800 $command >"$out/$1.log" 2>&1 </dev/null
	status=$?
	if [ $status = 0 ]; then
		echo "gen $1 $(cat /run/time)" >>"$report"
	else
		echo "exit status $status" >>"$out/$1.log"
		echo "failed $1 $status" >>"$report"
		rm -f "$out/$1.img"
	fi
}

# generate_all NAMES RUNS: the names in the file, in turn, and that RUNS times.
generate_all() {
	for _ in $(seq "$2"); do
		while read -r name; do
			generate "$name"
		done <"$1"
	done
}
