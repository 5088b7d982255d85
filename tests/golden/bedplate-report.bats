#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate report: what is in the archive, and that no secret is, wherever one was planted.

bats_require_minimum_version 1.5.0
load lib
load whole-lib

setup_file() {
	golden_setup_file
}

setup() {
	whole_host
	new_image
}

# report: into $work/report.tar.gz, unpacked into $work/out.
report() {
	bedplate report -o "$work/report.tar.gz" >"$work/said"
	rm -rf "$work/out"
	mkdir "$work/out"
	tar xzf "$work/report.tar.gz" -C "$work/out" --strip-components=1
}

# clean: nothing that was planted is in the archive, nor was it said.
clean() {
	refute grep -rn 'PLANTED' "$work/out" "$work/said"
	refute grep -n 'PLANTED' <(zcat "$work/report.tar.gz")
}

@test "the archive has configuration, plans, findings and logs, for its owner alone" {
	put var/log/bedplate/guests/web.log 'qemu: something is wrong'
	report
	[ "$(stat -c %a "$work/report.tar.gz")" = 600 ]
	for file in contents.txt bedplate/check.txt bedplate/status.json boot/status.txt images/status.txt \
		images/list-initrd.img-6.1.0-fake.txt host-prep/plan.txt qemu-launch/argv-web.txt \
		files/etc/bedplate/host.conf files/etc/bedplate/guests/web.conf files/proc/cmdline \
		files/run/bedplate/boot.json files/var/log/bedplate/guests/web.log; do
		[ -s "$work/out/$file" ]
	done
	diff "$root/etc/bedplate/guests/web.conf" "$work/out/files/etc/bedplate/guests/web.conf"
	grep 'Memory' "$work/out/bedplate/check.txt"
	grep ' lib/modules' "$work/out/images/list-initrd.img-6.1.0-fake.txt"
	grep 'something is wrong' "$work/out/files/var/log/bedplate/guests/web.log"
	diff <(cut -d' ' -f1 "$work/out/contents.txt") <(sed '/^$/,$d' "$work/said" | cut -d' ' -f1)
}

@test "by default it has the host's name and the time, and is never written over another" {
	cd "$work"
	bedplate report >"$work/said"
	file=$(sed -n 's/^wrote //p' "$work/said")
	[[ $file =~ ^bedplate-report-.+-[0-9]{8}-[0-9]{6}\.tar\.gz$ ]]
	[ -s "$work/$file" ]
	run -1 bedplate report -o "$work/$file"
	[[ $output == *'File exists'* ]]
}

@test "--dry-run lists the same and writes nothing" {
	cd "$work"
	report
	ls "$work" >"$work/../before"
	bedplate report --dry-run >"$work/../list"
	diff "$work/../before" <(ls "$work")
	diff <(cut -d' ' -f1 "$work/../list") <(cut -d' ' -f1 "$work/out/contents.txt")
}

@test "what fails, is missing or hangs is recorded, and the rest is there" {
	rm "$work/programs/bedplate-boot"
	printf '#!/bin/sh\necho half\necho "it broke" >&2\nexit 3\n' >"$work/fails"
	chmod +x "$work/fails"
	ln -sf "$work/fails" "$work/programs/bedplate-host-prep"
	report
	grep '^boot/status.txt .*not there: starting .*No such file' "$work/out/contents.txt"
	grep '^host-prep/plan.txt .*exit status 3: it broke' "$work/out/contents.txt"
	grep half "$work/out/host-prep/plan.txt"
	grep '^files/etc/fstab .*not there' "$work/out/contents.txt"
	[ ! -e "$work/out/boot/status.txt" ]
	[ -s "$work/out/qemu-launch/status.txt" ]
}

@test "links do not lead out of the root, and a pipe does not hang" {
	put ../outside 'PLANTED outside'
	put usr/lib/os-release 'ID=inside'
	rm -f "$root/etc/os-release" "$root/proc/modules" "$root/proc/version"
	ln -s /usr/lib/os-release "$root/etc/os-release"
	ln -s "$work/outside" "$root/proc/modules"
	mkfifo "$root/proc/version"
	mkdir -p "$root/var/log/bedplate/guests"
	ln -s /usr/lib/os-release "$root/var/log/bedplate/guests/link.log"
	mkfifo "$root/var/log/bedplate/guests/pipe.log"
	[ -s "$work/outside" ]
	SECONDS=0
	report
	((SECONDS < 60))
	clean
	grep -Fx 'ID=inside' "$work/out/files/etc/os-release"
	grep '^files/proc/modules .*not there: .*No such file' "$work/out/contents.txt"
	grep '^files/proc/version .*not there: .*is no regular file' "$work/out/contents.txt"
	grep '^files/var/log/bedplate/guests/link.log .*not there: ' "$work/out/contents.txt"
	grep '^files/var/log/bedplate/guests/pipe.log .*not there: .*is no regular file' "$work/out/contents.txt"
}

@test "a log's end begins with a whole line" {
	put var/log/bedplate/guests/web.log "password=$(printf 'PLANTED%.0s' {1..10000})"$'\n''last line'
	put var/log/bedplate/guests/one.log "password=$(printf 'PLANTED%.0s' {1..10000})"
	truncate -s -1 "$root/var/log/bedplate/guests/one.log"
	report
	clean
	diff - "$work/out/files/var/log/bedplate/guests/web.log" <<<'last line'
	[ ! -s "$work/out/files/var/log/bedplate/guests/one.log" ]
}

@test "a signal ends it at once, and nothing is written" {
	interrupts report --root "$root" -o "$work/report.tar.gz"
	grep 'gathering the report: Interrupted' "$work/said"
	[ ! -e "$work/report.tar.gz" ]
}

# rows: SCHEMA SECTION KEY KIND of each key that bears a secret.
rows() {
	sed -n 's/^	{ "\([a-z]*\)", "\([A-Za-z]*\)", "\([A-Za-z]*\)", SECRET_\([A-Z]*\) },$/\1 \2 \3 \4/p' \
		"$here/../../bedplate/secret_conf.c"
}

@test "a secret at each key of the schema that bears one stays out, wherever else it is told" {
	local schema section key kind n=0 value file
	put var/log/bedplate/guests/web.log 'begin'
	while read -r schema section key kind; do
		n=$((n + 1))
		value=PLANTED$n-of-$key
		case $kind in
		WORDS) put "x" "one,password=$value two" ;;
		FILE)
			put "secret/$n" "$value"
			put x "/secret/$n"
			;;
		*) put x "$value" ;;
		esac
		case $schema in
		host) file=etc/bedplate/host.conf.d/$n.conf ;;
		guest) file=etc/bedplate/guests/g$n.conf ;;
		network) file=etc/bedplate/network/n$n.conf ;;
		esac
		put "$file" "[$section]"$'\n'"$key=$(cat "$root/x")"
		echo "qemu: cannot use $value here" >>"$root/var/log/bedplate/guests/web.log"
	done < <(rows)
	[ "$n" -ge 12 ]
	report
	clean
	[ "$(grep -c 'cannot use (left out) here' "$work/out/files/var/log/bedplate/guests/web.log")" = "$n" ]
	grep 'password=(left out)' "$work/out"/files/etc/bedplate/guests/*.conf
	grep '^PasswordFile=/secret/' "$work/out"/files/etc/bedplate/guests/*.conf
}

@test "what looks like a secret stays out of any file, and the rest of it in" {
	put etc/bedplate/host.conf $'[Boot]\nPasword=PLANTED\n#Password=PLANTED\n[Wrong]\nKey=PLANTED\n[Boot]\nPassword=a\\\nPLANTED\n[Sysctl]\nSet=vm.swappiness=10'
	put etc/bedplate/guests/web.conf $'[Memory]\nSize=1G\n[Qemu]\nArgs=-object secret,id=s0,data=PLANTED \\\n  -x PLANTED\n[Disk]\nPath=nbd://me:PLANTED@host/x'
	put proc/cmdline 'root=/dev/vg/root quiet my.password=PLANTED ro'
	put etc/fstab '//srv/x /mnt cifs user=me,password=PLANTED,rw 0 0'
	put etc/modprobe.d/wifi.conf 'options wifi psk="PLANTED too" power=1'
	put run/bedplate/boot.json '{"version": 1, "result": "ok", "token": "PLANTED", "kernel": "k"}'
	put var/log/bedplate/guests/web.log $'-fw_cfg name=opt/x,string=PLANTED\nhash $6$salt$PLANTEDPLANTED end\n-----BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY-----\nPrivateKey = PLANTED\n-smbios type=11,value=io.systemd.credential:x=PLANTED\nlast line'
	report
	clean
	grep -Fx 'Set=vm.swappiness=10' "$work/out/files/etc/bedplate/host.conf"
	grep -Fx 'Pasword=(left out)' "$work/out/files/etc/bedplate/host.conf"
	grep -Fx 'Size=1G' "$work/out/files/etc/bedplate/guests/web.conf"
	grep -F -- '-object secret,id=s0,data=(left out)' "$work/out/files/etc/bedplate/guests/web.conf"
	grep -Fx 'root=/dev/vg/root quiet my.password=(left out) ro' "$work/out/files/proc/cmdline"
	grep -Fx '//srv/x /mnt cifs user=me,password=(left out),rw 0 0' "$work/out/files/etc/fstab"
	grep -Fx 'options wifi psk="(left out)" power=1' "$work/out/files/etc/modprobe.d/wifi.conf"
	jq -e '.token == "(left out)" and .kernel == "k"' "$work/out/files/run/bedplate/boot.json"
	grep -Fx 'last line' "$work/out/files/var/log/bedplate/guests/web.log"
}

@test "a key of the schema whose name speaks of a secret is in the table of those that bear one, or known to bear none" {
	local none='guest Firmware EnrolledKeys|guest Display Keymap|network Peer PublicKey'
	perl -0ne 'while (/CONF_KEY\(\s*(\w+),\s*\w+,\s*(\w+)/g) { ($s, $k, $a) = ($1, $2, $ARGV); $a =~ s{.*/([a-z]+)[_.].*}{$1}; print "$a $s $k\n" }' \
		"$here"/../../lib/schema/{host,guest,guest_devices,guest_people,network}.def |
		grep -iE ' [A-Za-z]*(pass(word|wd|phrase)|secret|key|token|psk|cred)[A-Za-z]*$' | grep -vxE "$none" >"$work/suspects"
	[ -s "$work/suspects" ]
	diff <(rows | cut -d' ' -f1-3 | sort) <(rows | cut -d' ' -f1-3 | sort -u)
	while read -r row; do
		rows | grep -q "^$row " || { echo "not in the table: $row"; false; }
	done <"$work/suspects"
}
