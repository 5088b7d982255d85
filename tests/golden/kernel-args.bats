#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016 # lib.bash sets them; a hash has dollar signs
# Rules about the kernel's arguments: where they come from, what is warned of, what /init gets.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree nvme
	mkdir -p "$root/etc/bedplate/guests" "$root/etc/default"
	echo "BOOT_IMAGE=/vmlinuz root=/dev/nvme0n1p2 ro quiet" >"$root/proc/cmdline"
}

guest() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$root/etc/bedplate/guests/$name.conf"
}

# says PATTERN, silent PATTERN: what mkinitramfs said.
says() {
	[[ "$output" =~ $1 ]] || {
		echo "never said: $1"
		return 1
	}
}

silent() {
	[[ ! "$output" =~ $1 ]] || {
		echo "said: $1"
		return 1
	}
}

build() {
	run mkinitramfs -o "$image"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "rules of host.conf and of the guests reach /init, each with its origin" {
	conf '[KernelArgs]' 'Require=intel_iommu=on|amd_iommu=on' 'Require=hugepages>=512' \
		'OnFailure=reboot' '[KernelArgs]' 'Forbid=nomodeset' 'Effective=isolated=2-5'
	guest web '[Memory]' 'Size=3584M' 'HugePages=1G' '[Passthrough]' 'Address=01:00.0'
	guest db '[Memory]' 'Size=2G' 'HugePages=1G'
	guest small '[Memory]' 'Size=1G'
	build
	content etc/bedplate/init.conf | sed -n '/^\[KernelArgs\]/,/^\[[^K]/p' | sed '/^\[[^K]/d' |
		grep -E '=..*' >"$work/rules"
	same_as_expected kernel-args.init.conf "$work/rules"
}

@test "what the running command line lacks is warned of, with rule and origin" {
	conf '[KernelArgs]' 'Require=intel_iommu=on' 'Advise=iommu=pt' 'Forbid=quiet' \
		'Require=root'
	build
	says "proc/cmdline: intel_iommu is not given; intel_iommu=on is required \(host.conf:2\)"
	says "proc/cmdline: iommu is not given; iommu=pt is advised \(host.conf:3\)"
	says "proc/cmdline: quiet is given; quiet is forbidden \(host.conf:4\)"
	silent "root is"
}

@test "the boot loader's command line counts before the running one" {
	conf '[KernelArgs]' 'Require=intel_iommu=on root' 'Effective=iommu hugepages-1G>=2'
	echo 'GRUB_CMDLINE_LINUX="intel_iommu=on"' >"$root/etc/default/grub"
	echo 'GRUB_CMDLINE_LINUX_DEFAULT="hugepagesz=1G hugepages=1"' >>"$root/etc/default/grub"
	build
	silent "proc/cmdline:"
	silent "intel_iommu"
	says "etc/default/grub: hugepagesz=1G hugepages=1 is given; hugepages-1G>=2 must be in effect \(host.conf:3\); give hugepagesz=1G hugepages=2"
	mkdir -p "$root/etc/kernel"
	echo 'intel_iommu=of' >"$root/etc/kernel/cmdline"
	build
	says "etc/kernel/cmdline: intel_iommu=of is given; intel_iommu=on is required"
}

@test "a guest's needs are checked, and named by the guest's line" {
	guest web '[Memory]' 'Size=4G' 'HugePages=1G' '[Passthrough]' 'Address=01:00.0'
	printf 'processor : 0\nvendor_id : GenuineIntel\n' >"$root/proc/cpuinfo"
	build
	says "there are no IOMMU groups; iommu must be in effect \(guests/web.conf:5\); give intel_iommu=on"
	says "intel_iommu is not given; intel_iommu=on is advised \(guests/web.conf:5\)"
	says "0 huge pages of 1G are reserved; hugepages-1G>=4 must be in effect \(guests/web.conf:3\); give hugepagesz=1G hugepages=4"
	mkdir -p "$root/sys/kernel/iommu_groups/0" "$root/sys/kernel/mm/hugepages/hugepages-1048576kB"
	echo 4 >"$root/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"
	echo "root=/dev/x intel_iommu=on" >"$root/proc/cmdline"
	build
	silent "web.conf"
	# Where the kernel switches it on by itself, nothing is advised.
	echo "root=/dev/x" >"$root/proc/cmdline"
	echo "CONFIG_INTEL_IOMMU_DEFAULT_ON=y" >>"$root/boot/config-6.1.0-fake"
	build
	silent "web.conf"
}

@test "a generic image is for another machine: it gets the rules and nobody is warned" {
	conf '[KernelArgs]' 'Require=intel_iommu=on'
	run mkinitramfs --mode generic -o "$image"
	[ "$status" -eq 0 ]
	silent "intel_iommu"
	content etc/bedplate/init.conf | grep -qx 'Require=intel_iommu=on'
}

@test "a rule that makes no sense is an error with its line, also in a drop-in and a list" {
	conf '[KernelArgs]' 'Require=quiet' 'Require=hugepages>many'
	fails 2 "host.conf:3: \[KernelArgs\] Require: \"hugepages>many\".*write >=" \
		mkinitramfs -o "$image"
	conf '[KernelArgs]' 'Effective=iomu'
	fails 2 "host.conf:2: \[KernelArgs\] Effective: .*iomu.*did you mean iommu" \
		mkinitramfs -o "$image"
	conf '[KernelArgs]' 'OnFailure=panic'
	fails 2 "host.conf:2:" mkinitramfs -o "$image"
	conf
	guest web '[Passthrough]' 'Adress=01:00.0'
	fails 2 "guests/web.conf:2.*Address" mkinitramfs -o "$image"
}

@test "the rescue shell's password has to be a hash that /init can check" {
	conf '[Boot]' 'Password=secret'
	fails 2 "host.conf:2: \[Boot\] Password: this is no hash.*openssl passwd -6" \
		mkinitramfs -o "$image"
	[[ "$output" != *secret* ]]
	conf '[Boot]' 'Password=$y$j9T$abc$def'
	fails 2 "only those that begin with .6" mkinitramfs -o "$image"
	hash='$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1'
	conf '[Boot]' "Password=$hash"
	build
	content etc/bedplate/init.conf | grep -qxF "Password=$hash"
	[ "$(stat -c %a "$image")" = 600 ]
}
