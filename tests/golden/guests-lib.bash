# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # lib.bash sets some, tests use the others
# The host on which guests-meaning/*.conf are guests.

# guests_host: a machine with a graphics card, a network and firmware; sets $root, $work, $launch.
guests_host() {
	local device=sys/bus/pci/devices/0000:01:00
	work=$BATS_TEST_TMPDIR
	launch=$B/qemu-launch/bedplate-qemu-launch
	root=$work/root
	mkdir -p "$root/etc/bedplate/guests" "$root/etc/bedplate/network" "$root/usr/bin" "$root/$device".{0,1} \
		"$root/usr/share/qemu/firmware"
	cp "$here"/guests-meaning/*.conf "$root/etc/bedplate/guests/"
	cp "$here"/guests-meaning/firmware/*.json "$root/usr/share/qemu/firmware/"
	printf '[Address]\nAddress=10.10.20.1/24\n' >"$root/etc/bedplate/network/lan.conf"
	echo 0x10de | tee "$root/$device.0/vendor" >"$root/$device.1/vendor"
	echo 0x1b06 >"$root/$device.0/device"
	echo 0x10ef >"$root/$device.1/device"
	echo 0x030000 >"$root/$device.0/class"
	echo 0x040300 >"$root/$device.1/class"
	ln -s /bin/true "$root/usr/bin/qemu-system-x86_64"
}

# options NAME: the guest's command line, one option a line, as on a host of its own.
options() {
	"$launch" argv --json --root "$root" "$1" |
		jq -r '.options[] | .option + (if .value then " " + .value else "" end)' | sed "s|$root/|/|g"
}

# without LIST: what no regular expression of guests-meaning/LIST matches as a whole line.
without() {
	grep -xvE -f <(grep -v '^#' "$here/guests-meaning/$1") || true
}

# same_meaning WANTED MADE: but for what the lists allow; an addition that WANTED has must be there, too.
same_meaning() {
	jq -n --rawfile wanted "$1" --rawfile made "$2" -f "$here/argv.jq" >"$work/meaning"
	jq -r '.made[]' "$work/meaning" >"$work/made.all"
	jq -r '.wanted[]' "$work/meaning" | without omissions >"$work/wanted.all"
	diff -u <(without additions <"$work/wanted.all") <(without additions <"$work/made.all") &&
		! grep -vxFf "$work/made.all" "$work/wanted.all"
}
