#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What /init maps by itself is what lvm2 would have mapped, over layouts that lvm2 made.

load lib
# shellcheck disable=SC2154 # vm_... are lib's

# compare SEED COUNT: in one guest; the result is vm_dir/report.
compare() {
	local tree=$BATS_TEST_TMPDIR/tree initrd=$BATS_TEST_TMPDIR/initrd
	mkdir -p "$tree/job"
	"$vm_here/lvm-layouts" "$1" "$2" "$tree/job/layouts"
	install "$vm_build/tests/vm/lvmnative" "$tree/job/lvmnative"
	install "$vm_build/deps/sbin/lvm" "$tree/job/lvm"
	install -m 644 "$vm_here/lvm-compare-job" "$tree/job/run"
	(cd "$tree" && find . | cpio -o -H newc --owner=0:0 --quiet) |
		cat "$("$vm_here/workbench")" - >"$initrd"
	vm_boot disk=blank image="$initrd" cmdline="loglevel=4" mem=1024 deadline=1500
	assert_ended poweroff
	grep -q '^end' "$vm_dir/report" || vm_fail "the comparison did not come to its end"
}

# What must hold of every layout, and that enough of them said anything.
assert_all_same() {
	! grep -E '^[0-9]+ (differs|DISCONTENT|  [^#])' "$vm_dir/report" || vm_fail "lvm2 does otherwise"
	(($(grep -c ' same [1-9]' "$vm_dir/report") >= $1)) || vm_fail "too few layouts were compared"
	(($(grep -c ' content' "$vm_dir/report") >= $2)) || vm_fail "lvm2 was asked too seldom"
}

@test "volumes that /init activates are those of lvm2: name, UUID, table (101 layouts)" {
	compare 1 101
	assert_all_same 75 8
}

@test "volumes that /init activates are those of lvm2: name, UUID, table (101 more layouts)" {
	compare 2 101
	assert_all_same 75 8
}
