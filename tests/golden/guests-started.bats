#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# QEMU itself takes every guest's command line: it is started with it, waits before the first instruction, and is
# told to quit. Emulated, with files and taps made for it; what needs the host's hardware is left out.

load lib
load guests-lib

setup() {
	guests_host
}

# QEMU tells it to end; where QEMU did not start, nobody did.
teardown() {
	[ ! -e "$work/tpm.pid" ] || kill "$(cat "$work/tpm.pid")" 2>/dev/null || true
}

# The options as a JSON array, with what this machine has not left out or changed.
runnable() {
	"$launch" argv --json --root "$root" "$1" | jq --arg files "$work/files" '
		def host_hardware: .option == "-device" and (.value | startswith("vfio-pci,"))
			or .option == "-object" and (.value | startswith("input-linux,"));
		[.options[] | select(host_hardware | not)
		| if .option == "-accel" then .value = "tcg"
		  elif .option == "-m" then .value = "256M"
		  elif .option == "-cpu" then .value |= sub("^host"; "max")
		  elif .option == "-blockdev" then
			.value |= (sub("host_device"; "file") | sub("file\\.filename=/"; "file.filename=\($files)/"))
		  elif .option | IN("-kernel", "-initrd") then .value |= "\($files)\(.)"
		  elif .option == "-netdev" then .value |= sub(",vhost=on"; "")
		  elif .option == "-spice" then .value |= sub("addr=/"; "addr=\($files)/")
		  else . end]'
}

# make_files: whatever the options in $options name.
make_files() {
	local file format
	jq -r '.[] | select(.option == "-blockdev") | .value | gsub(",,"; "\u0001")
		| capture("^(?<format>[^,]+).*file\\.filename=(?<file>[^,]+)") | .format, (.file | gsub("\u0001"; ","))' \
		"$options" | while read -r format && read -r file; do
		mkdir -p "${file%/*}"
		[ -e "$file" ] || qemu-img create -q -f "$format" "$file" 16M
	done
	jq -r '.[] | select(.option | IN("-kernel", "-initrd")) | .value' "$options" | while read -r file; do
		mkdir -p "${file%/*}"
		kernel_image "$file" 6.1.0
	done
	jq -r '.[].value // empty | capture("if=pflash.*unit=1.*file=(?<vars>.*)").vars' "$options" | while read -r file; do
		mkdir -p "${file%/*}"
		cp /usr/share/OVMF/OVMF_VARS_4M.fd "$file"
	done
}

# started NAME: QEMU says hello on QMP, and ends when it is told to.
started() {
	local ended=0
	options=$work/$1.json
	runnable "$1" >"$options"
	make_files
	mkdir -p "$root/run/bedplate/guests/$1" "$work/files"
	jq -r '.[] | .option, .value // empty' "$options" >"$work/$1.args"
	if grep -q '^-tpmdev' "$work/$1.args"; then
		mkdir "$work/tpm"
		swtpm socket --tpm2 --tpmstate "dir=$work/tpm" --pid "file=$work/tpm.pid" --daemon \
			--ctrl "type=unixio,path=$root/run/bedplate/guests/$1/tpm.sock"
	fi
	jq -r '.[] | select(.option == "-netdev") | .value | capture("^tap.*ifname=(?<n>[^,]+)(.*,queues=(?<q>.))?")
		| .n + (if .q then " multi_queue" else "" end)' "$options" >"$work/taps"
	# The namespaces are its own, so that no port and no tap of the machine's is in the way.
	# shellcheck disable=SC2016 # for the inner shell
	unshare --net bash -c '
		ip link set lo up
		while read -r tap flag; do ip tuntap add "$tap" mode tap $flag; done <"$2"
		mapfile -t args <"$1"
		printf "%s\n" "{\"execute\":\"qmp_capabilities\"}" "{\"execute\":\"query-status\"}" "{\"execute\":\"quit\"}" |
			timeout 60 qemu-system-x86_64 "${args[@]}" -qmp stdio' - "$work/$1.args" "$work/taps" >"$work/$1.qmp" 2>"$work/$1.errors" || ended=$?
	grep -v "TCG doesn't support requested feature" "$work/$1.errors" || true
	[ "$ended" = 0 ] && grep -q '"status": "prelaunch"' "$work/$1.qmp"
}

all_started() {
	[[ $(id -u) == 0 ]] || skip "taps need root"
	unshare --net true 2>/dev/null || skip "no network namespaces here"
	[[ -e /dev/net/tun ]] || skip "/dev/net/tun is missing"
	local name
	for name; do
		echo "# $name"
		started "$name"
	done
}

@test "QEMU starts with the command lines of the comparison" {
	all_started windows-desktop linux-gpu windows11-gpu vnc-install vnc-desktop microvm overlay-a
}

@test "QEMU starts with one of everything" {
	all_started all-q35 all-pc
}

@test "QEMU starts with every switch, and every kind of disk" {
	all_started all-switches all-disks
}
