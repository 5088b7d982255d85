#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# Debian 13 with systemd-boot and initramfs-tools: dpkg installs a kernel, and the real hooks of all
# three, and kernel-install, work together with ours.

load lib

setup() {
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{debian,kernel-install,common} "$hooks_state/root-trixie"
	host_conf
	version=$(cat "$debs/trixie")
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/quick"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	echo "root=UUID=1 ro quiet" >"$root/etc/kernel/cmdline"
	# A folder is as good as a partition, to a bootctl that is told so.
	mkdir -p "$root/efi/loader"
	export SYSTEMD_RELAX_ESP_CHECKS=1 SYSTEMD_ESP_PATH=/efi
	in_root bootctl --no-variables install
	entries=$root/efi/loader/entries
}

teardown() {
	leave_root
}

install_kernel() {
	cp "$debs/trixie.deb" "$root/tmp/kernel.deb"
	in_root dpkg --force-unsafe-io -i /tmp/kernel.deb
}

# What the only entry loads, whose name has the tries that it gets.
booted_image() {
	local image
	image=$(sed -n 's/^initrd  *//p' "$entries"/*-"$version+3.conf")
	[ "$(wc -l <<<"$image")" = 1 ]
	echo "$root/efi/${image#/efi}"
}

@test "systemd-boot's entry gets the verified image, never that of initramfs-tools" {
	run install_kernel
	echo "$output"
	[ "$status" -eq 0 ]
	ours "$version"
	cmp "$(booted_image)" "$root/boot/initrd.img-$version"
	# Neither later.
	in_root update-initramfs -u -k "$version"
	ours "$version"
	cmp "$(booted_image)" "$root/boot/initrd.img-$version"
	in_root dpkg --force-unsafe-io --purge "linux-image-$version"
	[ -z "$(ls "$entries")" ]
	[ -z "$(ls "$root/boot" | grep -F "$version")" ]
}

@test "a kernel whose image fails gets no entry of systemd-boot" {
	echo "no program" >"$root/usr/lib/bedplate/init"
	fails 1 "kernel ${version%%+*}.* has no new image" install_kernel
	[ -z "$(ls "$entries" 2>/dev/null)" ]
	[ -z "$(find "$root/efi" -name 'linux' -o -name 'initrd*')" ]
}

# apply: with the command line that is given; what it did is in $output.
apply() {
	[ $# = 0 ] || echo "$*" >"$root/etc/bedplate/cmdline"
	run in_root bedplate boot apply --yes
	echo "$output"
	[ "$status" -eq 0 ]
}

idle() {
	apply && [ "$output" = "everything is as it ought to be" ]
}

@test "unified images: apply makes one where something changed, and only then; the one before stays" {
	local ukis=$root/efi/EFI/Linux token=0123456789abcdef0123456789abcdef before
	printf 'layout=uki\nBOOT_ROOT=/efi\n' >"$root/etc/kernel/install.conf"
	printf '[BootLoader]\nType=systemd-boot\nTries=2\n' >>"$root/etc/bedplate/host.conf"
	: >"$root/etc/systemd/system/bedplate-boot.service"
	install_kernel
	[ "$(ls "$ukis")" = "$token-$version+2.efi" ]
	apply root=UUID=1 ro one
	[ "$(ls "$ukis" | xargs)" = "$token-$version+2.efi $token-$version-previous.efi" ]
	before=$(stat -c '%i %z' "$ukis/$token-$version+2.efi")
	idle
	[ "$(stat -c '%i %z' "$ukis/$token-$version+2.efi")" = "$before" ]
	# It was good.
	mv "$ukis/$token-$version+2.efi" "$ukis/$token-$version.efi"
	cp "$ukis/$token-$version.efi" "$BATS_TEST_TMPDIR/first"
	idle
	# Another command line is another image, which gets its tries.
	apply root=UUID=1 ro two
	[ "$(ls "$ukis" | xargs)" = "$token-$version+2.efi $token-$version-previous.efi" ]
	cmp "$ukis/$token-$version-previous.efi" "$BATS_TEST_TMPDIR/first"
	idle
	sed -i 's/^\[Image\]/[Image]\nCompression=gzip/' "$root/etc/bedplate/host.conf"
	in_root bedplate mkinitramfs update "$version"
	apply
	objcopy -O binary --only-section=.initrd "$ukis/$token-$version+2.efi" "$root/tmp/initrd"
	cmp "$root/tmp/initrd" "$root/boot/initrd.img-$version"
	idle
}

@test "--retry gives the entry its tries back; what was there before comes back without our command line" {
	local entry=$entries/0123456789abcdef0123456789abcdef-$version
	printf '[BootLoader]\nType=systemd-boot\nTries=2\n' >>"$root/etc/bedplate/host.conf"
	: >"$root/etc/systemd/system/bedplate-boot.service"
	install_kernel
	sed -i 's/^\[Image\]/[Image]\nCompression=gzip/' "$root/etc/bedplate/host.conf"
	in_root bedplate mkinitramfs update "$version"
	apply root=UUID=1 ro ours
	[ -e "$entry+2.conf" ] && [ -e "$entry-previous.conf" ]
	[[ $output == *"by: BEDPLATE_IMAGE=/boot/initrd.img-$version kernel-install add $version"* ]]
	cmp "$root/etc/kernel/cmdline.bedplate-old" <(echo "root=UUID=1 ro quiet")
	mv "$entry+2.conf" "$entry+0-2.conf"
	idle
	run in_root bedplate boot apply --yes --retry
	echo "$output"
	[ "$status" -eq 0 ]
	[ -e "$entry+2.conf" ] && [ ! -e "$entry+0-2.conf" ]
	# kernel-install that fails is named.
	printf '#!/bin/sh\nexit 1\n' >"$root/etc/kernel/install.d/10-no.install"
	chmod 755 "$root/etc/kernel/install.d/10-no.install"
	mv "$entry+2.conf" "$root/tmp"
	fails 1 "error: kernel-install: exit status 1" in_root bedplate boot apply --yes
	rm "$root/etc/kernel/install.d/10-no.install"
	mv "$root/tmp/${entry##*/}+2.conf" "$entries"
	# The command line is not ours any more.
	rm "$root/etc/bedplate/cmdline"
	apply
	cmp "$root/etc/kernel/cmdline" <(echo "root=UUID=1 ro quiet")
	[ ! -e "$root/etc/kernel/cmdline.bedplate-old" ]
	idle
	apply root=UUID=1 ro ours
	echo changed >"$root/etc/kernel/cmdline"
	sed -i 's/^Type=.*/Type=none/' "$root/etc/bedplate/host.conf"
	apply
	[[ $output == *"/etc/kernel/cmdline has been changed by somebody else since it was last written, and stays"* ]]
	[ "$(cat "$root/etc/kernel/cmdline")" = changed ]
	# It is what is there before ours from now on.
	echo 5 >"$root/etc/kernel/tries"
	sed -i 's/^Type=.*/Type=systemd-boot/' "$root/etc/bedplate/host.conf"
	apply
	[ "$(cat "$root/etc/kernel/tries")" = 2 ]
	cmp "$root/etc/kernel/cmdline.bedplate-old" <(echo changed)
	sed -i 's/^Type=.*/Type=none/' "$root/etc/bedplate/host.conf"
	apply
	[ "$(cat "$root/etc/kernel/cmdline")" = changed ]
	[ "$(cat "$root/etc/kernel/tries")" = 5 ]
}

# efi_variable NAME TEXT: as systemd-boot leaves them.
efi_variable() {
	local folder=$root/sys/firmware/efi/efivars
	mkdir -p "$folder"
	{ printf '\6\0\0\0' && printf '%s\0' "$2" | iconv -t UTF-16LE; } >"$folder/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
}

# came_up ENTRY LINE: this boot came from it, with the installed image; then `bedplate boot good`.
came_up() {
	efi_variable LoaderInfo "systemd-boot 257"
	efi_variable LoaderBootCountPath "\\loader\\entries\\$1"
	mkdir -p "$root/run/bedplate"
	echo "{\"image\": \"$(jq -r .image.id "$root/boot/initrd.img-$version.json")\"}" >"$root/run/bedplate/boot.json"
	echo "initrd=\\x panic=30 $2 systemd.machine_id=0" >"$root/tmp/cmdline"
	mountpoint -q "$root/proc/cmdline" || mount --bind "$root/tmp/cmdline" "$root/proc/cmdline"
	in_root bedplate boot good
}

# lines: each entry's name without the machine's id and version, and what is ours in its line.
lines() {
	(cd "$entries" && for file in *.conf; do
		echo "$(echo "$file" | sed "s/^.*-$version//; s/.conf\$//"):$(sed -n 's/^options .*ours=\([a-z]*\).*/\1/p' "$file")"
	done) | xargs
}

@test "a new command line is tried in the first entry alone, beside one with the line before it" {
	printf '[BootLoader]\nType=systemd-boot\nTries=2\n' >>"$root/etc/bedplate/host.conf"
	: >"$root/etc/systemd/system/bedplate-boot.service"
	install_kernel
	rm "$root/boot"/*.prev
	base=0123456789abcdef0123456789abcdef-$version
	apply root=UUID=1 ro ours=one
	[ "$(lines)" = "+2:one" ]
	mv "$entries/$base+2.conf" "$entries/$base+1-1.conf"
	came_up "$base+1-1.conf" "root=UUID=1 ro ours=one"
	[ "$(lines)" = ":one" ]
	idle
	apply root=UUID=1 ro ours=two
	[[ $output == *"the new command line is tried 2 times; then the entry with the previous one is started"* ]]
	[ "$(lines)" = "+2:two -cmdline:one" ]
	grep -x "title .*(previous command line)" "$entries/$base-cmdline.conf"
	idle
	# What systemd-boot makes of it, the first one coming first.
	[ "$(in_root bootctl list --json=short | jq -r '[.[] | select(.type == "type1") | .path | sub(".*/"; "")] | join(" ")')" = \
		"$base+2.conf $base-cmdline.conf" ]
	# It does not come up.
	mv "$entries/$base+2.conf" "$entries/$base+0-2.conf"
	came_up "" "root=UUID=1 ro ours=one"
	[ "$(in_root bedplate boot status --json | jq -r .trial.state)" = failed ]
	[ "$(lines)" = "+0-2:two -cmdline:one" ]
	idle
	[ "$(in_root bootctl list --json=short | jq -r '[.[] | select(.type == "type1") | .path | sub(".*/"; "")] | join(" ")')" = \
		"$base-cmdline.conf $base+0-2.conf" ]
	run in_root bedplate boot apply --yes --retry
	[ "$(lines)" = "+2:two -cmdline:one" ]
	# Going back needs no trial.
	apply root=UUID=1 ro ours=one
	[ "$(lines)" = ":one" ]
	# Now it comes up.
	apply root=UUID=1 ro ours=two
	mv "$entries/$base+2.conf" "$entries/$base+1-1.conf"
	came_up "$base+1-1.conf" "root=UUID=1 ro ours=two"
	[ "$(lines)" = ":two" ]
	idle
	# A new image while another line is tried: what was good is kept, with its line.
	apply root=UUID=1 ro ours=three
	[ "$(lines)" = "+2:three -cmdline:two" ]
	cp "$root/boot/initrd.img-$version" "$root/tmp/good"
	# kernel-install by itself keeps what was good, too.
	in_root kernel-install add "$version" "/boot/vmlinuz-$version"
	[ "$(lines)" = "+2:three -previous:two" ]
	apply
	[ "$(lines)" = "+2:three -cmdline:two -previous:two" ]
	echo "options virtio_blk num_request_queues=1" >"$root/etc/modprobe.d/local.conf"
	in_root bedplate mkinitramfs update "$version"
	apply
	[ "$(lines)" = "+2:three -previous:two" ]
	cmp "$root/efi/0123456789abcdef0123456789abcdef/$version/previous-initrd.img-$version" "$root/tmp/good"
	grep -x "title .*(trixie) (previous image)" "$entries/$base-previous.conf"
	grep -x "version  *$version~previous" "$entries/$base-previous.conf"
	idle
}

@test "an image that no boot was good with is not kept in front of another kernel, whatever came of it" {
	local base=0123456789abcdef0123456789abcdef other=0123456789abcdef0123456789abcdef-6.0.1
	printf '[BootLoader]\nType=systemd-boot\nTries=2\n' >>"$root/etc/bedplate/host.conf"
	: >"$root/etc/systemd/system/bedplate-boot.service"
	mkdir -p "$entries" "$root/efi/$base/6.0.1"
	echo kernel >"$root/efi/$base/6.0.1/linux"
	printf 'title Debian\nversion 6.0.1\nlinux /%s/6.0.1/linux\noptions root=UUID=1\n' "$base" >"$entries/$other.conf"
	base+=-$version
	install_kernel
	for change in gzip xz; do
		sed -i "/^Compression=/d; s/^\[Image\]/[Image]\nCompression=$change/" "$root/etc/bedplate/host.conf"
		in_root bedplate mkinitramfs update "$version"
		apply
		ls "$entries"
		[ "$(ls "$entries" | grep -vx "$other.conf")" = "$base+2.conf" ]
		mv "$entries/$base+2.conf" "$entries/$base+0-2.conf"
	done
	# One that was good is.
	mv "$entries/$base+0-2.conf" "$entries/$base.conf"
	in_root kernel-install add "$version" "/boot/vmlinuz-$version"
	sed -i "s/^Compression=.*/Compression=lz4/" "$root/etc/bedplate/host.conf"
	mv "$entries/$base+2.conf" "$entries/$base.conf"
	in_root bedplate mkinitramfs update "$version"
	apply
	ls "$entries"
	[ -e "$entries/$base+2.conf" ] && [ -e "$entries/$base-previous.conf" ]
	# A kernel that was replaced, and was not brought there.
	idle
	sed -i "s/#1 SMP/#2 SMP/" "$root/boot/vmlinuz-$version"
	apply
	cmp "$root/boot/vmlinuz-$version" "$root/efi/0123456789abcdef0123456789abcdef/$version/linux"
	idle
}

@test "an apply that was broken off leaves no line untried in an entry without a counter" {
	printf '[BootLoader]\nType=systemd-boot\nTries=2\n' >>"$root/etc/bedplate/host.conf"
	: >"$root/etc/systemd/system/bedplate-boot.service"
	install_kernel
	rm "$root/boot"/*.prev
	base=0123456789abcdef0123456789abcdef-$version
	apply root=UUID=1 ro ours=one
	mv "$entries/$base+2.conf" "$entries/$base.conf"
	came_up "" "root=UUID=1 ro ours=one"
	[ "$(lines)" = ":one" ]
	cp -a "$entries" "$root/tmp/entries"
	broken_off() {
		rm "$entries"/*
		cp -a "$root/tmp/entries/." "$entries"
	}
	# The trial was remembered, and then the power failed.
	apply root=UUID=1 ro ours=two
	broken_off
	apply
	[ "$(lines)" = "+2:two -cmdline:one" ]
	# The same, and the host was started before anybody came to apply it.
	broken_off
	printf '%s\n' "$(jq '.trial.failed = "2026-01-01T00:00:00Z"' "$root/var/lib/bedplate/boot.json")" \
		>"$root/var/lib/bedplate/boot.json"
	apply
	[ "$(lines)" = ":one" ]
	run in_root bedplate boot apply --yes --retry
	[ "$(lines)" = "+2:two -cmdline:one" ]
}
