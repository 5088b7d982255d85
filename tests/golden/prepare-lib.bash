# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # lib.bash sets some, tests use the others
# A fake machine for host-prep, whose kernel takes any value (of as many digits as before: a write does not
# cut the file).

# fake_machine: sets $work and $root.
fake_machine() {
	work=$BATS_TEST_TMPDIR
	root=$work/root
	put proc/sys/vm/swappiness 60
	put proc/swaps 'Filename Type Size Used Priority'
	put proc/meminfo 'MemTotal: 8388608 kB'
	put proc/cmdline 'root=/dev/sda1'
	put proc/self/mountinfo '22 1 0:20 / /proc rw - proc proc rw'
	put sys/kernel/mm/ksm/run 0
	put sys/kernel/mm/ksm/pages_to_scan 100
	put sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages 100
	put etc/bedplate/guests/web.conf $'[Memory]\nSize=1G\nHugePages=2M'
	mkdir -p "$root/dev"
}

host_prep() {
	"$B/host-prep/bedplate-host-prep" "$1" --root "$root" "${@:2}"
}
