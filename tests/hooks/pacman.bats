#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# The real pacman with local packages that are laid out as Arch's kernels are, made of Debian's.

load lib

setup_file() {
	local version
	for name in older newer broken; do
		version=$(cat "$debs/${name/broken/newer}")
		package_kernel "$name" "$version" linux >/dev/null
	done
	package_kernel older "$(cat "$debs/older")" linux-lts >/dev/null
}

setup() {
	old=$(cat "$debs/older") new=$(cat "$debs/newer")
	layers "$BATS_TEST_TMPDIR" "$hooks_state"/tree/{pacman,common} "$hooks_state/root-bookworm"
	host_conf
	printf '[options]\nArchitecture = x86_64\nLocalFileSigLevel = Never\n' >"$root/etc/pacman.conf"
	mkdir -p "$root/var/lib/pacman"
	depmod_hook
	boot=$root/boot
	rm -rf "$boot/grub"
}

teardown() {
	leave_root
}

# kmod's hook on Arch, as short as it can be.
depmod_hook() {
	printf '%s\n' '[Trigger]' 'Type = Path' 'Operation = Install' 'Operation = Upgrade' 'Operation = Remove' \
		'Target = usr/lib/modules/*/vmlinuz' '[Action]' 'When = PostTransaction' \
		'Exec = /bin/depmod-hook' 'NeedsTargets' >"$root/usr/share/libalpm/hooks/60-depmod.hook"
	cat >"$root/bin/depmod-hook" <<-'END'
		#!/bin/sh
		while read -r target; do
			folder=/${target%/vmlinuz}
			if [ -e "/$target" ]; then depmod "${folder##*/}"; else rm -rf "$folder"; fi
		done
	END
	chmod +x "$root/bin/depmod-hook"
}

# package NAME VERSION TREE: $BATS_FILE_TMPDIR/NAME-VERSION.pkg.tar
package() {
	printf '%s\n' "pkgname = $1" "pkgbase = $1" "pkgver = $2-1" "pkgdesc = test" "url = none" "builddate = 1" \
		"packager = test" "size = 1" "arch = x86_64" "license = none" >"$3/.PKGINFO"
	(cd "$3" && tar --owner=0 --group=0 -cf "$BATS_FILE_TMPDIR/$1-$2.pkg.tar" .PKGINFO usr)
	rm -rf "$3"
}

# package_kernel NAME VERSION PKGBASE: the package has debs/NAME's modules and kernel.
package_kernel() {
	local tree=$BATS_FILE_TMPDIR/tree
	mkdir -p "$tree/usr/lib/modules"
	dpkg-deb -x "$debs/$1.deb" "$tree/deb"
	mv "$tree/deb/lib/modules/$2" "$tree/usr/lib/modules/"
	mv "$tree/deb/boot/vmlinuz-$2" "$tree/usr/lib/modules/$2/vmlinuz"
	echo "$3" >"$tree/usr/lib/modules/$2/pkgbase"
	rm -rf "$tree/deb"
	case $1 in
	older) package "$3" 1 "$tree" ;;
	newer) package "$3" 2 "$tree" ;;
	broken) package "$3" 2broken "$tree" ;;
	esac
}

pacman_install() {
	local package packages=()
	for package; do
		ln "$BATS_FILE_TMPDIR/$package.pkg.tar" "$root/tmp/" 2>/dev/null ||
			cp "$BATS_FILE_TMPDIR/$package.pkg.tar" "$root/tmp/"
		packages+=("/tmp/$package.pkg.tar")
	done
	in_root pacman --noconfirm -U "${packages[@]}"
}

# running VERSION: this kernel seems to run.
running() {
	printf '#!/bin/sh\necho %s\n' "$1" >"$root/usr/local/bin/uname"
	chmod +x "$root/usr/local/bin/uname"
}

in_boot() {
	(cd "$boot" && ls -A | xargs)
}

files_of() {
	echo "initrd.img-$1 initrd.img-$1.json"
}

@test "a kernel that pacman installs is copied beside its verified image, after depmod" {
	run pacman_install linux-1
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -o 'depmod-hook\|60-depmod\|Making and verifying.*' <<<"$output" | tail -n 1)" = "Making and verifying initramfs images (bedplate)..." ]
	[ "$(in_boot)" = "$(files_of "$old") vmlinuz-$old" ]
	ours "$old"
	[ "$(verdict "$old")" = passed ]
	cmp "$boot/vmlinuz-$old" "$root/usr/lib/modules/$old/vmlinuz"
}

@test "an upgrade brings the new kernel and its image, and takes the old ones" {
	pacman_install linux-1
	echo theirs | tee "$boot/vmlinuz-custom" >"$boot/initrd.img-custom"
	pacman_install linux-2
	[ "$(in_boot)" = "$(files_of "$new") initrd.img-custom vmlinuz-$new vmlinuz-custom" ]
	ours "$new"
}

@test "the kernel that runs keeps its copy and its image until another one runs" {
	pacman_install linux-1
	running "$old"
	pacman_install linux-2
	[ "$(in_boot)" = "$(files_of "$old") $(files_of "$new") vmlinuz-$old vmlinuz-$new" ]
	running "$new"
	pacman_install linux-2
	[ "$(in_boot)" = "$(files_of "$new") vmlinuz-$new" ]
}

@test "a kernel whose image fails is taken away again, and the old one stays bootable" {
	local before
	pacman_install linux-1
	before=$(cd "$boot" && sha512sum initrd.img-* vmlinuz-*)
	run pacman_install linux-2broken
	echo "$output"
	[[ $output == *"kernel $new has no new image, and the boot loader's default stays: "*"virtio_blk.ko is not for kernel $new"* ]]
	[[ $output == *"command failed to execute correctly"* ]]
	[[ $output == *"no other kernel has an image: those of $old stay"* ]]
	[ "$(in_boot)" = "$(files_of "$old") initrd.img-$new.failure vmlinuz-$old" ]
	[ "$(cd "$boot" && sha512sum initrd.img-"$old"* vmlinuz-*)" = "$before" ]
	# The repaired one takes its place.
	pacman_install linux-2
	[ "$(in_boot)" = "$(files_of "$new") vmlinuz-$new" ]
}

@test "the same version with a damaged driver leaves kernel and image as they were" {
	local before
	pacman_install linux-2
	before=$(cd "$boot" && sha512sum vmlinuz-* "initrd.img-$new")
	run pacman_install linux-2broken
	echo "$output"
	[[ $output == *"command failed to execute correctly"* ]]
	[ "$(cd "$boot" && sha512sum vmlinuz-* "initrd.img-$new")" = "$before" ]
	refute ls "$boot"/.vmlinuz*
}

@test "where depmod has not run the image stays as it was" {
	local before
	pacman_install linux-2
	before=$(cd "$boot" && sha512sum ./*)
	rm "$root/usr/share/libalpm/hooks/60-depmod.hook" "$root/usr/lib/modules/$new/modules.alias"
	run pacman_install linux-2
	echo "$output"
	[[ $output == *"kernel $new: /lib/modules/$new/modules.alias is missing: its image stays as it was"* ]]
	[[ $output == *"command failed to execute correctly"* ]]
	[ "$(cd "$boot" && sha512sum ./*)" = "$before" ]
}

@test "removing one of two kernels takes its files only; those of the last one stay" {
	pacman_install linux-lts-1 linux-2
	[ "$(in_boot)" = "$(files_of "$old") $(files_of "$new") vmlinuz-$old vmlinuz-$new" ]
	in_root pacman --noconfirm -R linux-lts
	[ "$(in_boot)" = "$(files_of "$new") vmlinuz-$new" ]
	fails 0 "no other kernel has an image: those of $new stay" in_root pacman --noconfirm -R linux
	[ "$(in_boot)" = "$(files_of "$new") vmlinuz-$new" ]
}

@test "a package that brings a part of the image makes it anew" {
	pacman_install linux-1
	mkdir -p "$BATS_TEST_TMPDIR/tree/usr/lib/modprobe.d"
	echo "options virtio_blk num_request_queues=1" >"$BATS_TEST_TMPDIR/tree/usr/lib/modprobe.d/disk.conf"
	package settings 1 "$BATS_TEST_TMPDIR/tree"
	fails 0 "modprobe.d.*verifying it" pacman_install settings-1
	ours "$old"
	[ -e "$boot/initrd.img-$old.prev" ]
}

@test "a package of firmware or microcode that comes, or goes, makes the images anew that have it" {
	local tree=$BATS_TEST_TMPDIR/tree
	pacman_install linux-1
	printf 'ExtraFiles=/usr/lib/firmware/vendor/part.bin\n' >>"$root/etc/bedplate/host.conf"
	mkdir -p "$tree/usr/lib/firmware/vendor"
	echo firmware >"$tree/usr/lib/firmware/vendor/part.bin"
	package firmware 1 "$tree"
	pacman_install firmware-1
	mkdir -p "$tree/usr/lib/firmware/vendor"
	echo "firmware, newer" >"$tree/usr/lib/firmware/vendor/part.bin"
	package firmware 2 "$tree"
	fails 0 "part.bin changed.*verifying it" pacman_install firmware-2
	ours "$old"
	[ "$(in_root bedplate mkinitramfs status --json "$old" | jq -c '.kernels[0].stale')" = '[]' ]
	# Without it the image would be another one.
	run in_root pacman --noconfirm -R firmware
	echo "$output"
	[[ $output == *"Making and verifying"*"opening usr/lib/firmware/vendor/part.bin"* ]]
}
