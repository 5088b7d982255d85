#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What is refused, and with which words.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
}

@test "an unknown kernel: the error lists those that are there" {
	tree nvme
	mkdir "$root/lib/modules/6.9.9-other"
	fails 1 "kernel 5.5 has no modules in lib/modules; there are: 6.1.0-fake, 6.9.9-other" \
		mkinitramfs -k 5.5 -o "$image"
	fails 1 "which kernel\? There are 6.1.0-fake, 6.9.9-other" mkinitramfs -o "$image"
	fails 1 "is no kernel version" mkinitramfs -k ../../etc -o "$image"
	rm -r "$root/lib/modules"
	fails 1 "there are no modules" mkinitramfs -k 5.5 -o "$image"
}

@test "modules without an index: the error names depmod" {
	tree nvme
	rm "$root/lib/modules/6.1.0-fake/modules.dep.bin"
	fails 1 "depmod 6.1.0-fake" mkinitramfs -o "$image"
	[ ! -e "$image" ]
}

@test "a module that is excluded but needed by the root is an error in host mode" {
	tree lvm
	mkdir -p "$root/etc/bedplate"
	printf '[Modules]\nExclude=virtio-ring\n' >"$root/etc/bedplate/host.conf"
	fails 1 "virtio_ring is excluded by the configuration, but virtio_(pci|blk) is needed" \
		mkinitramfs -o "$image"
	[ ! -e "$image" ]
	# In a generic image it just stays out, and with it what cannot be without it.
	mkinitramfs --mode generic -o "$image"
	refute_listed 'virtio_(ring|blk|pci)\.ko'
	listing | grep -q 'nvme.ko'
}

@test "a softdep that is excluded stays out without an error" {
	tree nvme
	mkdir -p "$root/etc/bedplate"
	printf '[Modules]\nExclude=crc32c-intel\n' >"$root/etc/bedplate/host.conf"
	mkinitramfs -o "$image"
	refute_listed crc32c-intel
	listing | grep -q crc32c_generic
}

@test "a file system that the kernel has no module for is an error" {
	tree nvme
	sed -i 's/ext4/zonefs/' "$root/proc/self/mountinfo"
	fails 1 "6.1.0-fake has no module fs-zonefs \(file system of /\)" mkinitramfs -o "$image"
}

@test "a root that is on no block device is named, with what to do" {
	tree nvme
	echo '99 1 0:50 / / rw - overlay overlay rw' >>"$root/proc/self/mountinfo"
	fails 1 "overlay.*--mode generic" mkinitramfs -o "$image"
}

@test "a module that the configuration adds and the kernel lacks is an error" {
	tree nvme
	mkdir -p "$root/etc/bedplate"
	printf '[Modules]\nAdd=nosuch\n' >"$root/etc/bedplate/host.conf"
	fails 1 "no module nosuch" mkinitramfs -o "$image"
}

@test "a part that is not there is named" {
	tree nvme
	mkdir "$work/none"
	fails 1 "init.*is not in $work/none" "$mki" --root "$root" --parts "$work/none" -o "$image"
}

@test "usage and configuration errors end with 2" {
	tree nvme
	fails 2 "-o FILE" mkinitramfs
	fails 2 "--mode" mkinitramfs -o "$image" --mode sometimes
	fails 2 "" mkinitramfs -o "$image" --nosuch
	fails 2 "level|Level" mkinitramfs -o "$image" --level 99
	fails 2 "DIR|folder" "$mki" --extract "$image"
	mkdir -p "$root/etc/bedplate"
	printf '[Image]\nMod=host\n' >"$root/etc/bedplate/host.conf"
	fails 2 "host.conf:2.*" mkinitramfs -o "$image"
	[[ "$output" == *Mode* ]]
}

@test "--help, --version and --dump-config" {
	run "$mki" --help
	[ "$status" -eq 0 ]
	[[ "$output" == *--explain* ]]
	run "$mki" --version
	[ "$status" -eq 0 ]
	tree nvme
	mkdir -p "$root/etc/bedplate/host.conf.d"
	printf '[Image]\nCompression=xz\n' >"$root/etc/bedplate/host.conf"
	printf '[Image]\nRescue=no\n' >"$root/etc/bedplate/host.conf.d/10-x.conf"
	run mkinitramfs --dump-config --mode generic
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *Compression=xz* && "$output" == *Rescue=no* && "$output" == *Mode=generic* ]]
	[[ "$output" == *host.conf:2* && "$output" == *10-x.conf:2* ]]
}

@test "a configured image: no rescue shell, lvm where it is asked for" {
	tree nvme
	mkdir -p "$root/etc/bedplate"
	printf '[Image]\nRescue=no\nLvm=yes\n[Boot]\nTimeout=5s\nShell=no\n' >"$root/etc/bedplate/host.conf"
	mkinitramfs -o "$image"
	refute_listed busybox
	listing | grep -q sbin/lvm
	content etc/bedplate/init.conf | grep -qx Timeout=5s
	grep -qx Shell=no "$work/content/etc/bedplate/init.conf"
}

@test "a system ID that lvm gives to this host's groups is warned of, where the root is on one" {
	tree lvm
	mkdir -p "$root/etc/lvm"
	printf '# lvm.conf\nglobal {\n\t# system_id_source = "uname"\n\tumask = 77\n}\n' >"$root/etc/lvm/lvm.conf"
	run mkinitramfs -o "$image"
	[ "$status" = 0 ]
	refute grep -q 'system ID' <<<"$output"
	printf 'global/system_id_source = "machineid"\n' >"$root/etc/lvm/lvmlocal.conf"
	run mkinitramfs -o "$image"
	[ "$status" = 0 ]
	grep -q 'warning: .*system ID (system_id_source = "machineid").* the host will not boot' <<<"$output"
	cp -a "$root/etc/lvm" "$work"
	tree nvme
	mkdir -p "$root/etc"
	cp -a "$work/lvm" "$root/etc"
	run mkinitramfs -o "$image"
	refute grep -q 'system ID' <<<"$output"
}
