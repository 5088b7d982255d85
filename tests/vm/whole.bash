# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # lib.bash sets them, whole.bats uses them
#
# The host of whole.bats: a Debian on two disks, a router's card and its peer, a graphics card.

# whole_drive: Bedplate's package, a kernel's, and what is done with them, as a drive that job.service
# mounts. Sets old and new, the kernels' versions.
whole_drive() {
	local tree=$vm_state/run/whole-drive package
	old=$("$vm_here/kernel" bookworm) new=$("$vm_here/kernel" trixie)
	package=$("$vm_here/kernel-deb" trixie linux-image-amd64) || return
	assert_equal "$(dpkg-deb -f "$package" Package)" "linux-image-$new" "the package of the kernel to come"
	rm -rf "$tree" "$tree.squashfs"
	mkdir -p "$tree"
	cp "$package" "$tree/kernel.deb"
	echo "$new" >"$tree/new"
	(
		vm_once install
		make -s -C "$vm_top" deb "B=$vm_build" >/dev/null
		cp "$vm_build"/deb/bedplate_*.deb "$tree/bedplate.deb"
	) || return
	cp "$vm_build/tests/vm/netguest/netguest" "$tree"
	cp -a "$vm_here/whole" "$tree"
	install -m 755 "$vm_here/whole-job" "$tree/run"
	mksquashfs "$tree" "$tree.squashfs" -all-root -noappend -noI -noD -noF -noX -quiet -no-progress
	truncate -s %4096 "$tree.squashfs"
	rm -rf "$tree"
}

# whole_disks: sets disks, the host's, as they are before anything is installed: the second is blank.
whole_disks() {
	disks="$BATS_TEST_TMPDIR/0.raw $BATS_TEST_TMPDIR/1.raw"
	cp --sparse=always "$("$vm_here/upgrade-root")" "${disks% *}" && truncate -s 256M "${disks#* }"
}

# whole_image VERSION: the kernel's image as it was installed; the root's blocks lie one behind the
# other (upgrade-root), from the partition's first megabyte on.
whole_image() {
	local image=$BATS_TEST_TMPDIR/image
	debugfs -R "dump /boot/initrd.img-$1 $image" "${disks%% *}?offset=$((3 << 20))" 2>/dev/null
	[[ -s $image ]] && echo "$image"
}

# whole_boot OPTION...: boots $disks, which keep what is written, with the job's drive. On a processor
# of Intel's the kernel would change its page tables for each system call (PTI), slow where it is emulated.
whole_boot() {
	local card=e1000e,bus=pcie.0,romfile= vm_cmdline="$vm_cmdline mitigations=off"
	vm_boot mem=1536 smp=2 deadline=1500 iommu=1 file="$disks" \
		qemu="-cpu $vm_cpu,vendor=GenuineIntel,-svm" \
		qemu="-netdev hubport,id=wan,hubid=1 -netdev hubport,id=modem,hubid=1" \
		qemu="-netdev hubport,id=lan,hubid=2 -netdev hubport,id=spare,hubid=3" \
		device=$card,addr=0x10,netdev=wan,mac=52:54:00:aa:bb:10 \
		device=$card,addr=0x11,netdev=lan,mac=52:54:00:aa:bb:11 \
		device=bochs-display,bus=pcie.0,addr=0x12 \
		device=$card,addr=0x13,netdev=modem,mac=52:54:00:aa:bb:13 \
		device=$card,addr=0x14,netdev=spare,mac=52:54:00:aa:bb:14 \
		qemu="-drive file=$vm_state/run/whole-drive.squashfs,if=none,id=job,format=raw,readonly=on" \
		device=virtio-blk-pci,drive=job,serial=job "$@"
	grep -qx end "$vm_dir/report" || vm_fail "the job did not come to its end"
	assert_ended poweroff
}
