#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # lib.bash sets and reads them
# UEFI as the system has it (OVMF): found by its descriptors, booted, and its variables kept for each guest.

load lib
bats_require_minimum_version 1.5.0

setup() {
	[[ -e /usr/share/qemu/firmware/60-edk2-x86_64.json ]] || skip "no OVMF"
	guests_setup
	mkdir -p "$root/usr/share/qemu"
	cp -r /usr/share/qemu/firmware "$root/usr/share/qemu"
	template=$(jq -r '.mapping."nvram-template".filename' /usr/share/qemu/firmware/60-edk2-x86_64.json)
}
teardown() { guests_teardown; }

# uefi NAME [KEY=VALUE...]: a guest that has nothing to boot; its firmware says so on the serial port.
uefi() {
	more=$(printf '%s\n' "[Firmware]" Type=uefi "[Memory]" Size=128M)
	guest "$1" HALT Ready=console ReadyLine=BdsDxe ReadyTimeout=200s StopTimeout=1s "${@:2}"
	sed -i 's/^Type=pc/Type=q35/; s/^Bus=ide/Bus=sata/' "$root/etc/bedplate/guests/$1.conf"
	truncate -s 1M "$root/$1.img"
	vars=$root/var/lib/bedplate/guests/$1/vars.fd
}

@test "OVMF boots, and what it writes is in the guest's own variables, which the next start keeps" {
	uefi web User=nobody
	chmod 755 "$root"
	before=$(sha256sum <"$template")
	launch start web
	ls -l "${vars%/*}"
	# Made of the template, and written to since: the firmware puts down its boot options.
	[[ $(stat -c '%U %a %s' "$vars") == "nobody 600 $(stat -c %s "$template")" ]]
	run ! cmp -s "$template" "$vars"
	[[ $(tr '\0' ' ' <"/proc/$(qemu_of web)/cmdline") == *"$vars"* ]]
	launch stop web
	[[ -s $vars && $(sha256sum <"$template") == "$before" ]]
	kept=$(stat -c %i "$vars")
	strings -el "$vars" | grep -q "QEMU HARDDISK"
	# Started with its processors halted again at once: what there was is not made anew.
	sed -i 's/^Ready=.*/Ready=none/' "$root/etc/bedplate/guests/web.conf"
	launch start web
	launch stop web
	[[ $(stat -c '%i %U %a' "$vars") == "$kept nobody 600" ]]
	strings -el "$vars" | grep -q "QEMU HARDDISK"
}

@test "each guest has variables of its own" {
	uefi web
	first=$vars
	sed -i 's/^Ready=.*/Ready=none/' "$root/etc/bedplate/guests/web.conf"
	uefi mail
	sed -i 's/^Ready=.*/Ready=none/' "$root/etc/bedplate/guests/mail.conf"
	launch start web mail
	[[ $(stat -c %a "$first") == 600 && $(stat -c %a "$vars") == 600 && ! $first -ef $vars ]]
	launch stop web mail
	[[ -s $first && -s $vars ]]
}

@test "variables that are being made when the supervisor is killed are whole or not there" {
	command -v strace >/dev/null || skip "no strace"
	uefi web
	sed -i 's/^Ready=.*/Ready=none/' "$root/etc/bedplate/guests/web.conf"
	killed=0
	for call in copy_file_range sendfile read; do
		rm -f "$vars"
		strace -P "$template" -o "$root/trace" -e trace=$call -e inject=$call:signal=SIGKILL:when=1 \
			"$launcher" run web --root "$root" >>"$root/killed.out" 2>&1 3>&- &
		traced=$!
		await eval "is_gone $traced || is_state web running"
		! grep -q "killed by SIGKILL" "$root/trace" || killed=$((killed + 1))
		[[ ! -e $vars || $(stat -c %s "$vars") == "$(stat -c %s "$template")" ]]
		# The next start makes them.
		launch stop web
		launch start web
		cmp -s -n 64 "$template" "$vars"
		launch stop web
	done
	((killed))
}
