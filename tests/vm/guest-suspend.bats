#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # vm_... are lib's
# A host that suspends to RAM while a guest runs.

load lib
load job
job_name=guest-suspend
job_end=until

setup_file() {
	local tree=$job_tree
	mkdir -p "$tree/job"
	install "$vm_build/qemu-launch/bedplate-qemu-launch" "$tree/job/qemu-launch"
	install -m 644 "$vm_here/guest-suspend-job" "$tree/job/run"
	install -m 644 "$vm_build/tests/guests/HALT.img" "$tree/job/disk"
	truncate -s 1M "$tree/job/disk"
	job_add_qemu
	# Waking up is a reset; a kernel that the firmware has started is found again by it.
	job_boot mem=1024 smp=1 firmware=1 deadline=200 until="the job is done" \
		cmdline="loglevel=4" qemu="-action reboot=reset"
}

@test "a suspend of the host is noticed and told, and the guest goes on" {
	assert_status start 0
	assert_equal "$(report before)" 0 "suspends that were told before"
	assert_status sleep 0
	told noticed 'web: the host was suspended for [1-9]'
	told status '^web running ready'
	assert_status stop 0
}
