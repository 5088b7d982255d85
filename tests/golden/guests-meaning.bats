#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Guests' files against the command lines that people start such guests with: guests-meaning/NAME.conf beside
# guests-meaning/NAME.argv, which was written by hand and not by the program. argv.jq compares what they mean.

load lib
load guests-lib

setup() {
	guests_host
}

@test "guests' files become the command lines that such guests are started with" {
	local name
	for name in "$here"/guests-meaning/*.argv; do
		name=$(basename "$name" .argv)
		echo "# $name"
		options "$name" >"$work/$name"
		[ -s "$work/$name" ]
		same_meaning "$here/guests-meaning/$name.argv" "$work/$name"
	done
}

@test "whatever a guest can have makes its command line" {
	local name failed=0
	for name in "$here"/guests-meaning/all-*.conf; do
		name=$(basename "$name" .conf)
		"$launch" argv --lines --root "$root" "$name" | sed "s|$root|ROOT|g; s/ \\\\\$//" >"$work/$name.argv"
		same_as_expected "guests/$name.argv" "$work/$name.argv" || failed=1
	done
	[ "$failed" -eq 0 ]
}

@test "virt-manager's Windows guest has its 43 options" {
	[ "$(grep -c '^-' "$here/guests-meaning/windows-desktop.argv")" = 43 ]
}

meaning() { # meaning WANTED MADE: as texts with \n
	printf '%b\n' "$1" >"$work/a"
	printf '%b\n' "$2" >"$work/b"
	same_meaning "$work/a" "$work/b"
}

@test "the comparison knows one meaning in two spellings" {
	meaning '-machine q35,accel=kvm\n-no-hpet' '-M q35\n-accel kvm\n-machine hpet=off'
	meaning '-cpu host,+ssse3,-svm,hv_time' '-cpu host,svm=off,hv-time=on,ssse3=on'
	meaning '-m 4096' '-m size=4G'
	meaning '-device VGA,id=a,addr=0x2' '-device VGA,addr=02.0,id=other'
	meaning '-device VGA' '-device VGA,bus=pcie.0,addr=0x2'
	meaning '-drive file=/a,,b,if=none,id=x,format=raw,cache=none,aio=native\n-device virtio-blk-pci,drive=x' \
		'-blockdev {"driver":"raw","node-name":"n","cache":{"direct":true},"file":{"driver":"file","filename":"/a,b","aio":"native"}}\n-device virtio-blk-pci,drive=n'
	meaning '-machine pc\n-cdrom /cd' \
		'-machine pc\n-blockdev raw,node-name=c,read-only=on,file.filename=/cd\n-device ide-cd,bus=ide.1,unit=0,drive=c'
	meaning '-chardev socket,id=a,path=/s,server,nowait\n-device isa-serial,chardev=a' \
		'-device isa-serial,chardev=b\n-chardev socket,path=/s,wait=off,server=on,id=b'
	meaning '-device qemu-xhci,id=a\n-device usb-tablet' '-device qemu-xhci,id=b\n-device usb-tablet,bus=b.0'
}

@test "the comparison sees what means something else" {
	refute meaning '-device VGA,addr=0x2' '-device VGA,addr=0x3'
	refute meaning '-device VGA,addr=0x2' '-device VGA'
	refute meaning '-cpu host,+svm' '-cpu host,-svm'
	refute meaning '-m 4096' '-m 4095'
	refute meaning '-device VGA' ''
	refute meaning '' '-device VGA'
	refute meaning '-device VGA' '-device VGA\n-device VGA'
	refute meaning '-S' '-nodefaults'
	refute meaning '-netdev user,id=a\n-netdev tap,id=b\n-device e1000,netdev=a\n-device rtl8139,netdev=b' \
		'-netdev user,id=a\n-netdev tap,id=b\n-device e1000,netdev=b\n-device rtl8139,netdev=a'
	refute meaning '-netdev user,id=a,hostfwd=x,hostfwd=y' '-netdev user,id=a,hostfwd=x'
	refute meaning '-drive file=/a,if=none,id=x,format=raw,readonly=on\n-device virtio-blk-pci,drive=x' \
		'-blockdev raw,file.filename=/a,node-name=x\n-device virtio-blk-pci,drive=x'
}
