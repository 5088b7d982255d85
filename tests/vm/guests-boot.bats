#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Guests that start with a Debian host under systemd, in order; that outlive their supervisors; and
# that are off before the host's network is.

load lib


# put_qemu DIR: this machine's QEMU, with its libraries, for a system that has others: DIR/run.
put_qemu() {
	local qemu library
	qemu=$(command -v qemu-system-x86_64)
	mkdir -p "$1/lib" "$1/modules" "$1/share"
	cp "$qemu" "$1/qemu"
	cp /usr/lib/*/qemu/accel-*.so "$1/modules"
	ldd "$qemu" "$1"/modules/* | sed -n 's|^\s*\(\S*\) => \(/\S*\).*|\2|p' | sort -u | while read -r library; do
		cp -L "$library" "$1/lib/"
	done
	cp -L "$(ldd "$qemu" | grep -o '/[^ ]*/ld-linux[^ ]*')" "$1/linker"
	cp -L /usr/share/seabios/bios*.bin /usr/share/qemu/{kvmvapic,linuxboot_dma}.bin "$1/share/"
	cat >"$1/run" <<-'END'
		#!/bin/sh
		export QEMU_MODULE_DIR=/run/job/qemu/modules
		exec /run/job/qemu/linker --library-path /run/job/qemu/lib /run/job/qemu/qemu -L /run/job/qemu/share "$@"
	END
	chmod 755 "$1/run"
}

make_job() {
	local tree=$BATS_TEST_TMPDIR/job
	mkdir "$tree"
	cp -a "$vm_here/guests-boot" "$tree/config"
	(
		vm_once install
		make -s -C "$vm_top" install "B=$vm_build" "DESTDIR=$tree/host" PREFIX=/usr HOOKS= >/dev/null
		make -s -C "$vm_top" "B=$vm_build" "$vm_build/tests/guests/ACPI.img" >/dev/null
	)
	rm -r "$tree/host/usr/share"
	# There is no boot loader whose boot could be marked as good.
	rm "$tree/host/usr/lib/systemd/system/multi-user.target.wants/bedplate-boot.service"
	put_qemu "$tree/qemu"
	cp "$vm_build/tests/guests/ACPI.img" "$tree"
	install -m 755 "$vm_here/guests-boot-job" "$tree/run"
	mksquashfs "$tree" "$tree.squashfs" -all-root -noappend -quiet -no-progress -comp gzip -Xcompression-level 1
	truncate -s %4096 "$tree.squashfs"
}

assert_started() {
	assert_equal "$(report failed)" "" "failed units"
	assert_equal "$(report db.ActiveState) $(report web.ActiveState)" "active active" "the units"
	# web was begun when db was ready, and no earlier.
	(($(report web.InactiveExitTimestampMonotonic) >= $(report db.ActiveEnterTimestampMonotonic))) ||
		vm_fail "web did not wait for db"
	(($(report db.ActiveEnterTimestampMonotonic) - $(report db.InactiveExitTimestampMonotonic) >= 2000000)) ||
		vm_fail "db was ready before its delay was over"
	assert_equal "$(report db.AllowedCPUs) $(report cpus)" "1 1" "the CPUs of db's unit"
	assert_equal "$(report web.AllowedCPUs)" "" "the CPUs of web's unit"
	assert_equal "$(report db.Slice)" bedplate-guests.slice "the slice"
	assert_equal "$(report db.TimeoutStopUSec)" "3min 5s" "how long db may take to stop"
}

assert_survived() {
	assert_equal "$(report restarted.status)" 0 "whether db's supervisor came back"
	[[ -n $(report qemu-before) ]] || vm_fail "db has no QEMU"
	assert_equal "$(report qemu-after)" "$(report qemu-before)" "db's QEMU"
	assert_equal "$(report after.MainPID) $(report after.NRestarts)" "$(report before.MainPID) 0" "web's supervisor"
}

@test "guests start with the host in order, outlive a supervisor, and are off before the network is" {
	make_job
	vm_boot mem=1024 smp=2 deadline=900 drive="$("$vm_here/systemd-root")" \
		cmdline="root=/dev/mapper/host-root rw init=/usr/sbin/job-boot systemd.show_status=1 systemd.wants=network.target" \
		qemu="-drive file=$BATS_TEST_TMPDIR/job.squashfs,if=none,id=job,format=raw,readonly=on" \
		device=virtio-blk-pci,drive=job,serial=job
	grep -qx end "$vm_dir/report" || vm_fail "the job did not come to its end"
	assert_ended poweroff
	assert_started
	assert_survived
	# What is new to systemd is told to it.
	assert_equal "$(report stop.status) $(report start.status)" "0 0" "stop and start"
	report late.After | grep -q 'bedplate-guest@db.service' || vm_fail "late is not ordered after db"
	assert_equal "$(report late.ActiveState)" active "late"
	in_order 'Stopped .*guest@web' 'Stopping .*guest@db' 'Stopped .*guest@db' 'Stopped target .*network\.target' 'Stopping .*bedplate-host-pre'
	in_order 'Stopped .*guest@late' 'Stopping .*guest@db'
}
