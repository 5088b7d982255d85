#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Verifying by boot as far as it goes without a machine: a program in QEMU's place looks at the
# scratch disks and says what a guest would. Real guests are in tests/vm/verify.bats.

load lib

setup_file() {
	golden_setup_file
	cp "$B/init/init" "$B/init-probe/init-probe" "$BATS_FILE_TMPDIR/parts/"
}

setup() {
	golden_setup
	export TMPDIR=$work/tmp
	mkdir "$TMPDIR"
	tree lvm
	# The root on the whole of the second disk.
	sed -i 's,254:0 / / .*,253:16 / / rw - ext4 /dev/vdb rw,' "$root/proc/self/mountinfo"
	ln -s ../../devices/pci0000:00/0000:00:05.0/virtio2/block/vdb "$root/sys/dev/block/253:16"
	echo 262144 >"$root/sys/dev/block/253:16/size"
	mkdir -p "$root/run/udev/data" "$root/dev"
	echo 'I:1
E:ID_FS_UUID=11111111-2222-3333-4444-555555555555' >"$root/run/udev/data/b253:16"
	mkinitramfs -o "$image"
}

# guest LINE...: a program in QEMU's place. report and disk stand for the files that QEMU would
# write to, token for what the guest is asked for.
guest() {
	mkdir -p "$work/bin"
	{
		cat <<'END'
#!/bin/bash
for argument; do
	case $argument in
	file,id=report,path=*) report=${argument#*path=} ;;
	file=/proc/*) disk=${argument#file=} disk=${disk%%,*} ;;
	*bedplate.verify=*) token=${argument#*bedplate.verify=} token=${token%% *} ;;
	esac
done
hand_over() { echo "bedplate-handed-over $token $*" >"$report"; }
END
		printf '%s\n' "$@"
	} >"$work/bin/qemu-system-x86_64"
	chmod +x "$work/bin/qemu-system-x86_64"
}

verify() {
	PATH=$work/bin:$PATH "$mki" verify --boot --accel tcg --root "$root" --parts "$parts" \
		--kernel-image "$image" "$image" "$@"
}

# skipped PATTERN: verify is content, but says so.
skipped() {
	fails 0 "$image: skipped \(boot, [0-9.]+ s\): $1" verify
	nothing_but "$TMPDIR"
}

@test "a guest's word with the right token passes; its console does not matter" {
	guest 'echo "Linux version"' 'hand_over ext4 /dev/vda' 'sleep 60'
	run verify
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"scratch disks: 1 on virtio-blk, ext4 on the whole disk"* ]]
	[[ $output == *"the image handed over to the root (ext4 /dev/vda)"* ]]
	[[ $output =~ "$image: passed (boot, "[0-9.]+" s)" ]]
	nothing_but "$TMPDIR"
}

@test "another token, another file system, no word at all fail" {
	guest 'token=0123 hand_over ext4 /dev/vda' 'echo "[ 1.0] the end"'
	fails 1 "failed \(boot, [0-9.]+ s\): the guest ended without a hand-over; its last word was: \[ 1.0\] the end" verify
	guest 'hand_over xfs /dev/vda'
	fails 1 "failed \(boot, .*: the root was mounted as xfs /dev/vda, not ext4" verify
	guest 'printf "bedplate: the boot has stopped: no \033[1mroot\r\n  details\n"'
	fails 1 "failed \(boot, .*: the boot has stopped: no .*root" verify
	[[ $output == *"last lines of the guest's console:"*"  details"* ]]
	[[ $output != *$'\r'* && $output != *$'\033'* ]]
	guest 'exec sleep 60'
	fails 1 "no hand-over within 1 s; the last word was: nothing" verify --timeout 1s
	nothing_but "$TMPDIR"
}

@test "a KVM that is slow but goes on is not given up for TCG" {
	[[ -w /dev/kvm ]] || skip "no /dev/kvm here"
	guest '[[ $* == *" kvm "* ]] || exit' 'for ((i = 0; i < 12; i++)); do echo "[ $i] Linux version"; sleep 1; done' \
		'hand_over ext4 /dev/vda' 'sleep 60'
	run verify --accel auto
	[ "$status" -eq 0 ]
	[[ $output == *"booted under KVM"* ]]
}

@test "a kernel that panics under KVM before /init gets another try under TCG; one that panics later none" {
	local panic='echo "[ 1.0] Kernel panic - not syncing: oops"'
	[[ -w /dev/kvm ]] || skip "no /dev/kvm here"
	guest "if [[ \$* == *' kvm '* ]]; then $panic; exit; fi" 'hand_over ext4 /dev/vda' 'sleep 60'
	run verify --accel auto
	[ "$status" -eq 0 ]
	[[ $output == *"under KVM no kernel comes up here (Kernel panic - not syncing: oops)"*"booted under TCG"* ]]
	guest 'echo "[ 0.9] Run /init as init process"' "$panic"
	fails 1 "failed \(boot, .*: Kernel panic - not syncing: oops" verify --accel auto
	[[ $output == *"booted under KVM"* ]]
}

@test "what it is given: the very image and kernel, memory, nothing of the host's" {
	guest 'printf "%s\n" "$@" >"${0%/bin/*}/arguments"' 'hand_over ext4 /dev/vda'
	verify --memory 1G
	grep -A 1 -x -- -initrd "$work/arguments" | grep -Fx "$image"
	grep -A 1 -x -- -m "$work/arguments" | grep -Fx 1024M
	grep -A 1 -x -- -append "$work/arguments" |
		grep -E 'panic=-1 rd.shell=0 rd.emergency=poweroff init=/sbin/init ro bedplate.verify=[0-9a-f]{16} rd.timeout=30$'
	refute grep -E 'netdev|virtfs|hostfwd' "$work/arguments"
	mkinitramfs --mode generic --set Boot.Timeout=5s -o "$image"
	verify
	grep -A 1 -x -- -append "$work/arguments" |
		grep -E 'bedplate.verify=[0-9a-f]{16} root=UUID=11111111-2222-3333-4444-555555555555$'
}

@test "the scratch disk: the host's size and UUID, sound, with our program for its init" {
	guest 'cp --sparse=always "$disk" "${0%/bin/*}/disk"' 'hand_over ext4 /dev/vda'
	verify
	[ "$(stat -c %s "$work/disk")" -eq $((262144 * 512)) ]
	[ "$(stat -c %b "$work/disk")" -lt 20000 ]
	PATH=$PATH:/usr/sbin:/sbin
	e2fsck -fn "$work/disk"
	dumpe2fs -h "$work/disk" 2>/dev/null | grep 'Filesystem UUID: *11111111-2222-3333-4444-555555555555'
	debugfs -R "dump /sbin/init $work/init" "$work/disk"
	cmp "$work/init" "$parts/init-probe"
}

# partitioned KIND: the second disk gets such a table, and the root lies on its partition 2.
partitioned() {
	local dir=$root/sys/devices/pci0000:00/0000:00:05.0/virtio2/block/vdb
	truncate -s $((262144 * 512)) "$root/dev/vdb"
	sfdisk -q "$root/dev/vdb"
	mkdir -p "$dir/vdb2"
	echo 2 >"$dir/vdb2/partition"
	echo 253:18 >"$dir/vdb2/dev"
	ln -sfn ../../devices/pci0000:00/0000:00:05.0/virtio2/block/vdb/vdb2 "$root/sys/dev/block/253:18"
	sed 's/253:16/253:18/' "$root/run/udev/data/b253:16" >"$root/run/udev/data/b253:18"
	sed -i 's,25[34]:[0-9]* / / .*,253:18 / / rw - ext4 /dev/vdb2 rw,' "$root/proc/self/mountinfo"
	mkinitramfs -o "$image"
}

# What of the space is for partitions is nobody's business.
table() {
	(cd "$1" && sfdisk --json vdb | jq 'del(.partitiontable.firstlba, .partitiontable.lastlba)')
}

@test "the scratch disk has the host's partition table, as sfdisk reads it" {
	PATH=$PATH:/usr/sbin:/sbin
	guest 'cp --sparse=always "$disk" "${0%/bin/*}/vdb"' 'hand_over ext4 /dev/vda2'
	partitioned <<-END
		label: gpt
		label-id: 0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9
		size=8M, type=uefi, name="EFI system"
		size=100M, uuid=11112222-3333-4444-5555-666677778888, name="déjà"
		size=1M
	END
	verify | grep "ext4 on a partition"
	diff <(table "$root/dev") <(table "$work")
	sfdisk --verify "$work/vdb"
	e2fsck -fn "$work/vdb?offset=$(sfdisk --json "$work/vdb" | jq '.partitiontable.partitions[1].start * 512')"
	partitioned <<-END
		label: dos
		label-id: 0x1a2b3c4d
		size=8M, type=c
		size=100M
	END
	verify
	diff <(table "$root/dev") <(table "$work")
	partitioned <<-END
		label: dos
		size=8M
		size=60M
		size=50M, type=extended
		vdb5 : size=20M
	END
	skipped "the root's layout is not made here: the disk has logical partitions"
}

@test "skipped: no QEMU, no kernel, no init-probe, a QEMU that does not start" {
	guest 'echo "qemu: no such device" >&2' 'exit 1'
	skipped "qemu: no such device"
	rm "$parts/init-probe"
	skipped "the program init-probe is not in "
	cp "$B/init-probe/init-probe" "$parts/"
	fails 0 "skipped .*: there is no boot/vmlinuz-6.1.0-fake" env PATH="$work/bin:$PATH" \
		"$mki" verify --boot --root "$root" --parts "$parts" "$image"
	fails 0 "skipped .*: qemu-system-x86_64 is not installed" env PATH=/nowhere "$mki" \
		verify --root "$root" --parts "$parts" "$image"
	[[ $output == *"what the root stands on is in the image"* ]]
	env PATH=/nowhere "$mki" verify --root "$root" --json "$image" >"$work/json"
	jq -e '.method == "boot" and .result == "skipped" and
		.reason == "qemu-system-x86_64 is not installed"' "$work/json"
}

@test "skipped: file systems and layouts that are not made here, with the reason" {
	guest 'hand_over ext4 /dev/vda'
	sed -i 's,253:16 / / .*,253:16 / / rw - f2fs /dev/vdb rw,' "$root/proc/self/mountinfo"
	skipped "a root on f2fs is not made here"
	sed -i 's,253:16 / / .*,254:0 / / rw - ext4 /dev/mapper/x rw,' "$root/proc/self/mountinfo"
	dm=$root/sys/devices/virtual/block/dm-0
	echo CRYPT-LUKS2-1234-root >"$dm/dm/uuid"
	skipped "the root's layout is not made here: vg--a-root--lv is a mapped device, but no logical volume"
	echo LVM-oYHWuUPfChXzsvTkhR1eBx8dVJPJGhJXNCkUY1kxv9EdgN0cZJ8pzgIxAhZDvEwF >"$dm/dm/uuid"
	mkdir -p "$dm-x/dm"
	mv "$dm-x" "${dm%0}1"
	ln -sfn ../../dm-1 "$dm/slaves/vda2"
	skipped "the root's layout is not made here: volume vg-a/root-lv: it is neither linear nor striped on disks and partitions"
	rm -r "$root/proc"
	skipped "the host's root was not found: "
}

@test "a failed look is not followed by a boot" {
	guest 'touch "${0%/bin/*}/booted"' 'hand_over ext4 /dev/vda'
	rm -rf "$work/tree"
	"$mki" --extract "$image" "$work/tree" 2>/dev/null
	rm "$work/tree/init"
	(cd "$work/tree" && find . | cpio --quiet -o -H newc) >"$image"
	fails 1 "failed \(static, .*: /init is not in the image" env PATH="$work/bin:$PATH" "$mki" \
		verify --root "$root" --parts "$parts" "$image"
	[ ! -e "$work/booted" ]
}
