# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # lib.bash sets vm_...
# For files whose cases each look at a part of one boot's report: the workbench runs a job, NAME-job, with what
# job_make has put beside it. Such a file sets job_name, and job_make and its boot are its own:
#
#	job_name=host-prep
#	setup_file() {
#		make_tree "$job_tree"
#		job_boot mem=1536 ...
#	}

vm_case_dir() {
	echo "$vm_state/run/$job_name"
}

job_tree=$BATS_FILE_TMPDIR/tree

# job_boot NAME=VALUE...: boots the workbench with $job_tree (vm_boot's words), to the job's end, which is a
# poweroff unless $job_end has another of assert_ended's words.
job_boot() {
	(cd "$job_tree" && find . | cpio -o -H newc --owner=0:0 --quiet) |
		cat "$("$vm_here/workbench")" - >"$BATS_FILE_TMPDIR/initrd"
	vm_boot image="$BATS_FILE_TMPDIR/initrd" smp=2 "$@"
	assert_ended "${job_end:-poweroff}"
	grep -q '^end' "$vm_dir/report" || vm_fail "the job did not come to its end"
}

# job_add_qemu: this machine's QEMU where a Debian host has it, with what it needs for a PC without a screen.
job_add_qemu() {
	local file modules
	modules=$(dirname "$(find /usr/lib -name accel-tcg-x86_64.so -print -quit)")
	vm_copy_program qemu-system-x86_64 "$job_tree"
	install -D "$job_tree/bin/qemu-system-x86_64" "$job_tree/usr/bin/qemu-system-x86_64"
	rm "$job_tree/bin/qemu-system-x86_64"
	for file in "$modules/accel-tcg-x86_64.so" /usr/share/seabios/bios-256k.bin /usr/share/qemu/kvmvapic.bin; do
		install -D -m 644 "$file" "$job_tree$file"
	done
}

setup() {
	vm_dir=$(vm_case_dir)
}

job_keep_logs() {
	mkdir -p "$vm_state/logs"
	rm -rf "$vm_state/logs/$job_name"
	cp -rT "$(vm_case_dir)" "$vm_state/logs/$job_name"
	echo "logs: $vm_state/logs/$job_name"
}

teardown() {
	[[ -n ${BATS_TEST_COMPLETED:-} ]] || job_keep_logs
}

teardown_file() {
	grep -qs '^end' "$(vm_case_dir)/report" || job_keep_logs
	rm -rf "$(vm_case_dir)"
}

# told KEY EXPECTED: what the command printed; lines parted by "; ".
told() {
	local got
	got=$(report "$1" | tr -s ' \t' ' ' | awk '{ printf "%s%s", (NR > 1 ? "; " : ""), $0 }')
	[[ $got =~ $2 ]] || vm_fail "$1: $got"
}

assert_status() {
	assert_equal "$(report "$1.status")" "$2" "the status of $1"
}
