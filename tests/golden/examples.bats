#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and examples-lib.bash set them
# Each folder of examples/ on a host that fits it: what host-prep plans, what the image's plan and the kernel's
# command line are, QEMU's command lines, and that every check is content once the host is up.

bats_require_minimum_version 1.5.0
load lib
load examples-lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	unshare --net true 2>/dev/null || skip "a network namespace needs root"
}

# as_expected FILE NOW: as same_as_expected, of the example.
as_expected() {
	mkdir -p "$here/expected/examples/$name"
	same_as_expected "examples/$name/$1" "$2"
}

# all_of EXAMPLE: everything that is golden about it.
all_of() {
	example "$1"
	plan_is_expected
	image_is_expected
	guests_are_expected
	come_up
	checks_are_expected
	comments_are_good
}

plan_is_expected() {
	in_example "$B/host-prep/bedplate-host-prep" plan --root "$root" >"$work/plan" 2>&1
	as_expected plan "$work/plan"
}

# The kernel's arguments are asked for after the image is there: what this kernel has to be told counts.
image_is_expected() {
	# shellcheck disable=SC2034 # of content
	image=$root/boot/initrd.img-6.1.0-fake
	mkdir "$root/etc/bedplate/host.conf.d"
	printf '%s\n' '[Image]' Verify=no >"$root/etc/bedplate/host.conf.d/not-a-real-kernel.conf"
	update
	content etc/bedplate/init.conf >"$work/init.conf"
	as_expected init.conf "$work/init.conf"
	content etc/bedplate/modules.plan >"$work/modules.plan"
	as_expected modules.plan "$work/modules.plan"
	echo quiet >"$root/etc/bedplate/cmdline"
	"$B/boot/bedplate-boot" cmdline --explain --root "$root" >"$work/cmdline"
	as_expected cmdline "$work/cmdline"
}

guests_are_expected() {
	local guest
	for guest in "$root"/etc/bedplate/guests/*.conf; do
		guest=$(basename "$guest" .conf)
		"$B/qemu-launch/bedplate-qemu-launch" argv "$guest" --root "$root" --lines |
			sed "s|$root||g; s/ \\\\\$//" >"$work/argv"
		as_expected "$guest.argv" "$work/argv"
	done
}

# What `up` does on a fake machine: values are written. Interfaces are those of the plan.
come_up() {
	local link
	in_example "$B/host-prep/bedplate-host-prep" up --root "$root" sysctl ksm cpu hugepages
	sed -nE 's/^\+ (bridge|tap) ([^: ]+):.*/\2/p' "$work/plan" | while read -r link; do
		mkdir -p "$root/sys/class/net/$link"
	done
}

# What a fake machine cannot show stands in what is expected as what it is: a note, or a problem.
checks_are_expected() {
	in_example "$B/host-prep/bedplate-host-prep" check --root "$root" >"$work/findings" || true
	as_expected host.findings "$work/findings"
	"$B/qemu-launch/bedplate-qemu-launch" check --root "$root" >"$work/findings" || true
	as_expected guests.findings "$work/findings"
}

# What is to be had by taking away a #, as for an installation, is as good as the rest.
comments_are_good() {
	local guest
	sed -i -E 's/^#(\[|[A-Z][A-Za-z0-9]+=)/\1/' "$root"/etc/bedplate/{,*/}*.conf
	placeholders
	for guest in "$root"/etc/bedplate/guests/*.conf; do
		"$B/qemu-launch/bedplate-qemu-launch" argv "$(basename "$guest" .conf)" --root "$root"
	done
}

@test "a home lab behind Wi-Fi" {
	all_of home-lab
}

@test "a router guest, and one that needs it" {
	all_of router-guest
}

@test "Windows with a graphics card" {
	all_of windows-gpu
}

@test "four kinds of networks side by side" {
	all_of four-networks
}

@test "one base image and many overlays" {
	all_of base-and-overlays
}

@test "an appliance host" {
	all_of appliance
}

@test "every folder of examples/ has a test, and all that it should" {
	local folder
	for folder in "$examples"/*/; do
		folder=$(basename "$folder")
		grep -q "all_of $folder\$" "$BATS_TEST_FILENAME"
		grep -q "($folder/README.md)" "$examples/README.md"
		[ -s "$examples/$folder/README.md" ]
		[ -s "$examples/$folder/host.conf" ]
		ls "$examples/$folder"/{network,guests}/*.conf
	done
}
