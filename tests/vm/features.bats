#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Features of an image: what they have /init run, and what becomes of the boot.

load lib

# image_with_features: a generic image of a root that has two of them.
image_with_features() {
	local root=$BATS_TEST_TMPDIR/root out=$BATS_TEST_TMPDIR/image point
	local parts=$vm_build
	mkdir -p "$root/etc/bedplate/image.d"/{a-good,b-bad}/run "$root/boot"
	# Hard links: the modules are many.
	cp -al "$vm_state/kernel/$KERNEL/." "$root/" 2>/dev/null ||
		cp -a "$vm_state/kernel/$KERNEL/." "$root/"
	for point in vfio modules device mount switch; do
		cat >"$root/etc/bedplate/image.d/a-good/run/$point" <<-'END'
			#!/bin/sh
			echo "at $1 of $(basename "$(dirname "$0")")"
			[ "$1" != switch ] || grep -c " /sysroot " /proc/mounts
		END
		chmod +x "$root/etc/bedplate/image.d/a-good/run/$point"
	done
	printf '#!/bin/sh\necho "I cannot"; exit 3\n' >"$root/etc/bedplate/image.d/b-bad/run/mount"
	chmod +x "$root/etc/bedplate/image.d/b-bad/run/mount"
	env "BEDPLATE_LIBDIR=$parts" "$vm_build/mkinitramfs/bedplate-mkinitramfs" --mode generic \
		--root "$root" -o "$out" >&2
	echo "$out"
}

@test "a feature's programs run at their points in order; one that fails is a warning" {
	"$vm_here/kernel" "$KERNEL" >/dev/null
	vm_boot image="$(image_with_features)" disk=plain-ext4 cmdline="root=LABEL=plain-ext4"
	assert_handed_over
	local point
	for point in vfio modules device mount switch; do
		assert_console "a-good: at $point of $point"
	done
	assert_equal "$(grep -o 'a-good: at [a-z]*' "$vm_dir/console.log" | cut -d' ' -f3 | xargs)" \
		"vfio modules device mount switch" order
	assert_console "a-good: 1$"
	assert_console "b-bad: I cannot"
	assert_console "run/mount/b-bad"
	boot_json '.messages[]' | grep -q 'run/mount/b-bad'
}
