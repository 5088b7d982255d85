#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate chart: the boot as text, as a picture and for programs, from what it left in a tree. What
# systemd says is in tests/unit/test_chart.c and, of one that runs, in tests/vm/whole.bats.

bats_require_minimum_version 1.5.0
load lib

setup() {
	work=$BATS_TEST_TMPDIR
	root=$work/root
	mkdir -p "$root/run/bedplate" "$root/etc/bedplate/guests"
	cp "$here/chart/boot.json" "$root/run/bedplate/"
	cp -r "$here/chart/guests" "$root/run/bedplate/guests"
	printf '[Guest]\nRequires=db\n' >"$root/etc/bedplate/guests/web.conf"
}

chart() {
	"$B/bedplate/bedplate" chart --root "$root" "$@"
}

# efi_time NAME DIGITS: a variable as efivarfs shows it.
efi_time() {
	local folder=$root/sys/firmware/efi/efivars
	mkdir -p "$folder"
	{
		printf '\6\0\0\0'
		printf '%s\0' "$2" | iconv -t UTF-16LE
	} >"$folder/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
}

@test "the boot is one line from the firmware to the last guest, as text" {
	efi_time LoaderTimeInitUSec 7500000
	efi_time LoaderTimeExecUSec 9250000
	LC_ALL=en_US.UTF-8 chart >"$work/text"
	same_as_expected chart.txt "$work/text"
}

@test "it is in ASCII where the terminal is, and as wide as the terminal" {
	LC_ALL=C chart >"$work/text"
	refute grep -P '[^\x00-\x7f]' "$work/text"
	[ "$(awk '{ print length }' "$work/text" | sort -n | tail -n 1)" -le 100 ]
	script -qec "stty cols 70; '$B/bedplate/bedplate' chart --root '$root'" /dev/null </dev/null | tr -d '\r' |
		sed '/not on the chart/,$d' >"$work/narrow"
	grep -q 'guests' "$work/narrow"
	[ "$(awk '{ print length }' "$work/narrow" | sort -n | tail -n 1)" -le 70 ]
}

@test "the picture is an SVG document, whatever was said, for light and for dark" {
	jq '.steps[7].detail = "<a> & \"b\" \u0001 ü"' "$here/chart/boot.json" >"$root/run/bedplate/boot.json"
	chart --svg --output "$work/svg"
	xmllint --noout "$work/svg"
	same_as_expected chart.svg "$work/svg"
	grep -q 'prefers-color-scheme: dark' "$work/svg"
	chart --svg | diff "$work/svg" -
}

@test "programs get each span with its times on one clock" {
	efi_time LoaderTimeInitUSec 7500000
	efi_time LoaderTimeExecUSec 9250000
	chart --json >"$work/json"
	[ "$(jq -c '[.version, .start_us, .end_us]' "$work/json")" = '[1,-9250000,160388203]' ]
	[ "$(jq -c '[.spans[] | select(.kind | test("^(firmware|loader|kernel|guest)")) | [.kind, .name, .start_us, .end_us, .note]]' "$work/json")" = \
		'[["firmware","firmware",-9250000,-1750000,""],["loader","loader",-1750000,0,""],["kernel","kernel",0,8661752,""],["guest-start","db",131702115,142790402,""],["guest-boot","db",142790402,144792513,"ready: its delay"],["guest-start","web",145011870,153004417,"waited for guest db"],["guest-boot","web",153004417,160388203,"ready: \"here I am\" on its console"]]' ]
	[ "$(jq -c '[.spans[] | select(.kind == "init").name]' "$work/json")" = "$(jq -c '[.steps[].name]' "$here/chart/boot.json")" ]
}

@test "what was skipped is there when all is asked for" {
	jq '.steps[9].result = "skipped"' "$here/chart/boot.json" >"$root/run/bedplate/boot.json"
	chart --json | refute grep -q resume
	chart --all --json | grep -q resume
}

@test "what cannot be read is told, and the rest is drawn" {
	echo '{' >"$root/run/bedplate/boot.json"
	echo '{"version": 1}' >"$root/run/bedplate/guests/db.json"
	chart --json >"$work/json"
	[ "$(jq -r '.left_out[]' "$work/json")" = "/init: /run/bedplate/boot.json is no report of this version
systemd: only the running system's can be asked
firmware and loader: neither tells when it began
guest db: its state has no times" ]
	[ "$(jq -c '[.spans[].name]' "$work/json")" = '["web","web"]' ]
	rm -r "$root/run/bedplate/guests"
	fails 1 'guests: none has been started.*nothing is known of this boot' chart
}

@test "two forms at once are refused, and a file that cannot be written is told" {
	fails 2 'one of them' chart --svg --json
	fails 1 "$work/none" chart --output "$work/none/chart"
}

@test "the running system's systemd is asked, for all of its units" {
	[ "$(id -u)" = 0 ] || skip "it needs root, to put another /run in place"
	mkdir -p "$root/run/systemd/system" "$work/bin"
	cat >"$work/bin/systemctl" <<-END
		#!/bin/sh
		case "\$*" in
		"show --no-pager --property="*) exec cat "$here/chart/systemctl-manager" ;;
		"show --all --no-pager --property="*" *") exec cat "$here/chart/systemctl-units" ;;
		esac
		echo "no such words: \$*" >&2
		exit 1
	END
	chmod 755 "$work/bin/systemctl"
	cat >"$work/live" <<-END
		#!/bin/sh
		mount --bind "$root/run" /run && PATH="$work/bin:\$PATH" exec "$B/bedplate/bedplate" chart --json
	END
	unshare --mount sh "$work/live" >"$work/json"
	[ "$(jq -r '[.spans[] | select(.kind == "systemd" or .kind == "bedplate-unit") | .name, .end_us] | join(" ")' "$work/json")" = \
		"systemd 164309627 bedplate-host-prep.service 131197354" ]
	[ "$(jq -r '.spans[] | select(.kind == "guest-start" and .name == "db").note' "$work/json")" = "waited for bedplate-host-prep.service" ]
	# What systemctl says against it is told.
	sed -i 's/--all/--none/' "$work/bin/systemctl"
	unshare --mount sh "$work/live" | jq -r '.left_out[]' | grep 'systemd: .*no such words'
}
