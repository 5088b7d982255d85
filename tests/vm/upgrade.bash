# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.bash sets them
#
# A Debian host on a logical volume, and kernel packages for it.

# upgrade_bedplate TREE: the tree of Bedplate's package, by `make install`, with Debian's hooks.
upgrade_bedplate() {
	make -s -C "$vm_top" install "B=$vm_build" "DESTDIR=$1" PREFIX=/usr HOOKS=debian >/dev/null
	rm -r "${1:?}/usr/share"
	mkdir -p "$1/DEBIAN" "$1/etc/bedplate"
	cp "$vm_here/upgrade-host.conf" "$1/etc/bedplate/host.conf"
	cat >"$1/DEBIAN/control" <<-END
		Package: bedplate
		Version: $(cat "$vm_top/VERSION")
		Architecture: amd64
		Maintainer: nobody <nobody@localhost>
		Provides: linux-initramfs-tool
		Description: this build of Bedplate
	END
}

# upgrade_drive: the packages and what is done with them, as a drive that job.service mounts.
# Sets good, the new kernel's version, and bad, that of the one with a broken module.
upgrade_drive() {
	local tree=$vm_state/run/upgrade-drive
	rm -rf "$tree" "$tree.squashfs"
	mkdir -p "$tree"
	good=$("$vm_here/kernel-deb" trixie linux-image-amd64) || return
	bad=$("$vm_here/kernel-deb" trixie linux-image-cloud-amd64 symbol) || return
	cp "$good" "$tree/good.deb"
	cp "$bad" "$tree/bad.deb"
	good=$(dpkg-deb -f "$good" Package) bad=$(dpkg-deb -f "$bad" Package)
	good=${good#linux-image-} bad=${bad#linux-image-}
	echo "$good" >"$tree/version"
	install -m 755 "$vm_here/upgrade-job" "$tree/run"
	upgrade_bedplate "$tree.bedplate"
	dpkg-deb --root-owner-group -Znone -b "$tree.bedplate" "$tree/bedplate.deb" >/dev/null
	mksquashfs "$tree" "$tree.squashfs" -all-root -noappend -noI -noD -noF -noX -quiet -no-progress
	truncate -s %4096 "$tree.squashfs"
	rm -rf "$tree" "$tree.bedplate"
}

# upgrade_boot OPTION...: boots $disk, which keeps what is written, with the job's drive.
upgrade_boot() {
	vm_boot mem=1536 smp=2 deadline=2400 file="$disk" \
		qemu="-drive file=$vm_state/run/upgrade-drive.squashfs,if=none,id=job,format=raw,readonly=on" \
		device=virtio-blk-pci,drive=job,serial=job \
		cmdline="root=/dev/mapper/host-root ro" "$@"
	grep -qx end "$vm_dir/report" || vm_fail "the job did not come to its end"
	assert_ended poweroff
}
