#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Programs and memory that a guest has from the host: swtpm, virtiofsd, locked memory, huge pages.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() {
	[[ -z ${pages:-} ]] || echo "$pages" >"$pool/nr_hugepages"
	guests_teardown
}

console=(Ready=console "ReadyLine=here I am")
pool=/sys/kernel/mm/hugepages/hugepages-2048kB

helper_of() {
	jq -r --arg name "$2" '.done.helpers[$name].pid' "$sockets/$1.json"
}

@test "swtpm runs as long as its guest, and what the TPM keeps stays" {
	command -v swtpm >/dev/null || skip "no swtpm"
	more=$(printf '%s\n' "[Tpm]" Type=emulator Model=tis)
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	tpm=$(helper_of web tpm)
	[[ $(<"/proc/$tpm/comm") == swtpm ]]
	[[ $(launch monitor web info tpm) == *tpm-tis*emulator* ]]
	state=$root/var/lib/bedplate/guests/web/tpm/tpm2-00.permall
	await test -s "$state"
	launch stop web
	is_gone "$tpm"
	run ! said web "has ended"
	is_clean web
	test -s "$state"
	first=$(stat -c %i "$root/var/lib/bedplate/guests/web/tpm")
	launch start web
	[[ $(stat -c %i "$root/var/lib/bedplate/guests/web/tpm") == "$first" ]]
	launch stop web
}

@test "swtpm belongs to QEMU's user, as its state does" {
	command -v swtpm >/dev/null || skip "no swtpm"
	getent passwd nobody >/dev/null || skip "no user nobody"
	more=$(printf '%s\n' "[Tpm]" Type=emulator Model=tis)
	guest web ACPI "${console[@]}" User=nobody
	chmod 755 "$root"
	launch start web
	[[ $(stat -c %U "/proc/$(helper_of web tpm)") == nobody ]]
	[[ $(stat -c %U:%a "$root/var/lib/bedplate/guests/web/tpm") == nobody:700 ]]
	launch stop web
}

@test "a TPM 1.2 is one, and keeps its state as one" {
	command -v swtpm >/dev/null || skip "no swtpm"
	more=$(printf '%s\n' "[Tpm]" Type=emulator Version=1.2 Model=tis)
	guest web ACPI "${console[@]}" StopTimeout=60s
	launch start web
	run ! grep -qz -- --tpm2 "/proc/$(helper_of web tpm)/cmdline"
	await test -s "$root/var/lib/bedplate/guests/web/tpm/tpm-00.permall"
	[[ ! -e $root/var/lib/bedplate/guests/web/tpm/tpm2-00.permall ]]
	launch stop web
	is_clean web
}

@test "a swtpm that dies is told of at once" {
	command -v swtpm >/dev/null || skip "no swtpm"
	more=$(printf '%s\n' "[Tpm]" Type=emulator Model=tis)
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	kill -KILL "$(helper_of web tpm)"
	await said web "its tpm has ended"
	launch stop web
	is_clean web
}

@test "a swtpm that cannot start fails the guest in its own words, and leaves nothing" {
	command -v swtpm >/dev/null || skip "no swtpm"
	printf 'short' >"$root/key"
	more=$(printf '%s\n' "[Tpm]" Type=emulator Model=tis "KeyFile=$root/key")
	guest web ACPI
	run -1 launch run web
	[[ $output == *"start swtpm and virtiofsd: swtpm: it ended: "* ]]
	is_clean web
}

@test "virtiofsd serves its folder as long as the guest runs" {
	mkdir "$root/shared"
	[[ -x /usr/lib/qemu/virtiofsd || -x /usr/libexec/virtiofsd ]] || skip "no virtiofsd"
	binary=/usr/lib/qemu/virtiofsd
	[[ -x $binary ]] || binary=/usr/libexec/virtiofsd
	more=$(printf '%s\n' "[Share]" "Path=$root/shared" Tag=data "Binary=$binary" Sandbox=chroot)
	guest web ACPI "${console[@]}" StopTimeout=60s
	run_guest web
	await is_ready web
	server=$(helper_of web fs-data)
	[[ $(<"/proc/$server/comm") == virtiofsd ]]
	[[ $(launch monitor web info qtree) == *vhost-user-fs* ]]
	kill -0 "$server"
	launch stop web
	is_gone "$server"
	run ! said web "has ended"
	[[ ! -e $sockets/web/fs-data.sock ]]
	is_clean web
}

@test "Locked= keeps all of the guest's memory from being swapped out" {
	more=$(printf '%s\n' "[Memory]" Size=64M Locked=yes)
	guest web ACPI "${console[@]}"
	launch start web
	kib=$(sed -n 's/^VmLck:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(qemu_of web)/status")
	((kib >= 64 * 1024))
	launch stop web
}

@test "huge pages that are missing are reserved for the guest, and given back" {
	[[ -w $pool/nr_hugepages ]] || skip "no huge pages"
	pages=$(<"$pool/nr_hugepages")
	more=$(printf '%s\n' "[Memory]" Size=64M HugePages=2M)
	guest web ACPI "${console[@]}"
	launch start web
	(($(<"$pool/nr_hugepages") >= pages + 32))
	(($(sed -n 's/^HugetlbPages:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(qemu_of web)/status") >= 64 * 1024))
	launch stop web
	[[ $(<"$pool/nr_hugepages") == "$pages" ]]
}
