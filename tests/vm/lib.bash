# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The bats library for boot cases. A case is five lines:
#
#     @test "root=UUID= finds the logical volume" {
#         vm_boot disk=lvm-ext4 cmdline="root=UUID=$(disk_uuid lvm-ext4) ro"
#         assert_handed_over
#         assert_root_device /dev/mapper/vg-root
#     }
#
# vm_boot boots one guest to its end. Its options:
#   disk=NAME...       layouts of tests/vm/disks (NAME/1: only that one of its disks), or
#                      files by an absolute path
#   drive=FILE         any raw file as a disk more
#   image=KIND|PATH    generic (default, or $VM_IMAGE), host, reference, or a file
#   image_options=...  options for the making of a generic image
#   cmdline=...        the kernel's command line (vm_cmdline comes before it)
#   controller=KIND    virtio-blk (default), virtio-scsi, nvme, ahci, ide, usb
#   linux=FILE         another kernel's image than the suite's
#   firmware=1         start the kernel as a boot loader does, by way of the firmware
#   loader=bios|ovmf   start nothing but the firmware: what boots is on the disks. The guest may
#                      start anew (a panic is no end), and OVMF keeps its variables from one
#                      start and vm_boot of the case to the next
#   kernel=SUITE machine=KIND mem=MIB smp=COUNT deadline=SECONDS
#   late=NAME...       layouts that are plugged in late: after=SECONDS (5) since the
#                      console said when=REGEX (the kernel's line about /init)
#   qemu=ARGUMENTS     more of QEMU's arguments, parted by blanks; may be given several times
#   device=ARGS        one more device, as QEMU's -device; may be given several times
#   iommu=1            an IOMMU as Intel's (the kernel also wants intel_iommu=on)
#   shell=TEXT         type TEXT at a shell's prompt; may be given several times
#   until=REGEX        stop when the console says so (assert_ended until)
#   rule=RULE          any rule of vmrun, by tabs
#   conf=TEXT          put this init.conf over the image's
#   file=PATH...       disk images that keep what the guest writes (a disk_copy)
#
# Afterwards the case's folder has console.log, console.times, report (testinit.c says
# what is in it) and result. A failed case's folder goes to build/vm/logs.

# shellcheck source=tests/vm/common.bash
. "${BASH_SOURCE[0]%/*}/common.bash"

# --- identities of the test disks ---------------------------------------------------------

# disk_identity NAME KIND: as identity() in disks/verbs.sh.
disk_identity() {
	printf '%s %s' "$1" "$2" | md5sum |
		sed 's/^\(.\{8\}\)\(....\)\(....\)\(....\)\(.\{12\}\).*/\1-\2-\3-\4-\5/'
}

disk_uuid() {
	disk_identity "$1" fs
}

disk_partuuid() {
	disk_identity "$1" part
}

disk_label() {
	echo "$1"
}

disk_partlabel() {
	echo "part-$1"
}

# group_uuid NAME GROUP: the UUID of a volume group on a layout's first disk.
group_uuid() {
	"$vm_here/disk" "$1"
	head -c 2M "$vm_state/disks/$1/0.raw" | tr '\0' '\n' | grep -a -A 1 "^$2 {" | sed -n 's/^id = "\(.*\)"$/\1/p' | tail -n 1
}

# disk_copy NAME/N: a copy of a disk to be damaged; prints its path.
disk_copy() {
	local copy=$BATS_TEST_TMPDIR/${1//\//-}.raw
	cp --sparse=always "$(disk_files "$1")" "$copy"
	echo "$copy"
}

# --- booting ------------------------------------------------------------------------------

vm_case_dir() {
	local file=${BATS_TEST_FILENAME##*/}
	echo "$vm_state/run/${file%.bats}-$BATS_TEST_NUMBER"
}

# disk_files NAME|NAME/N|/PATH: the files of a layout's disks.
disk_files() {
	[[ $1 != /* ]] || { echo "$1" && return; }
	"$vm_here/disk" "${1%/*}" || return
	case $1 in
	*/*) echo "$vm_state/disks/$1.raw" ;;
	*) printf '%s\n' "$vm_state/disks/$1"/*.raw ;;
	esac
}

vm_rule() {
	local IFS=$'\t'
	printf '%s\n' "$*" >>"$vm_dir/rules"
}

# device_json DEVICE: QEMU's "driver,key=value,..." as the arguments of device_add.
device_json() {
	sed 's/^/driver=/; s/=/":"/g; s/,/","/g; s/^/{"/; s/$/"}/' <<<"$1"
}

vm_plug_disks() {
	local name file
	for name in ${vm_option[disk]}; do
		for file in $(disk_files "$name"); do
			vm_drive "$file" snapshot=on
			vm_argv+=(-device "$(vm_device "${vm_option[controller]}" "$vm_disk")")
		done
	done
}

vm_plug_files() {
	local file
	for file in ${vm_option[file]}; do
		vm_drive "$file"
		vm_argv+=(-device "$(vm_device "${vm_option[controller]}" "$vm_disk")")
	done
}

# vm_add_modules TREE MODULE...: these and the workbench's, as it has them: unpacked. For an archive
# that stands behind the workbench's.
vm_add_modules() {
	local tree=$1 kernel=$vm_state/kernel/${KERNEL:?} version module target
	version=$("$vm_here/kernel")
	(cd "$tree" && cpio -i -d --quiet 'lib/modules/*' <"$("$vm_here/workbench")")
	modprobe -d "$kernel" -S "$version" -D -a "${@:2}" | awk '$1 == "insmod" { print $2 }' |
		while read -r module; do
			target=$tree/lib/modules/$version/${module#*/lib/modules/"$version"/}
			mkdir -p "${target%/*}"
			case $module in
			*.xz) xz -dc "$module" >"${target%.xz}" ;;
			*.zst) zstd -qdc "$module" >"${target%.zst}" ;;
			*) cp "$module" "$target" ;;
			esac
		done
	depmod -b "$tree" "$version"
}

# vm_overlay IMAGE: the image with the case's init.conf behind it. The kernel unpacks one
# archive after the other; a plain one begins at a multiple of four.
vm_overlay() {
	local tree=$vm_dir/overlay
	mkdir -p "$tree/etc/bedplate"
	printf '%s\n' "${vm_option[conf]}" >"$tree/etc/bedplate/init.conf"
	cp "$1" "$vm_dir/image"
	truncate -s %4 "$vm_dir/image"
	(cd "$tree" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0) >>"$vm_dir/image"
	echo "$vm_dir/image"
}

vm_plug_drive() {
	[[ -n ${vm_option[drive]} ]] || return 0
	vm_drive "${vm_option[drive]}" snapshot=on
	vm_argv+=(-device "$(vm_device "${vm_option[controller]}" "$vm_disk")")
}

# Disks for later are there for QEMU from the start, but are no device of the guest yet.
vm_plug_late_disks() {
	local name file device bus
	for name in ${vm_option[late]}; do
		for file in $(disk_files "$name"); do
			vm_drive "$file" snapshot=on
			bus=
			case ${vm_option[controller]} in
			virtio-blk | nvme) vm_port && bus=${vm_port:+,bus=$vm_port} ;;
			esac
			device=$(vm_device "${vm_option[controller]}" "$vm_disk")$bus
			vm_rule "${vm_option[when]}" "${vm_option[after]}" qmp \
				"{\"execute\":\"device_add\",\"arguments\":$(device_json "$device")}"
		done
	done
}

# A host image fits one disk on one controller; the others fit all.
vm_image() {
	local suite=${vm_option[kernel]} names
	case ${vm_option[image]} in
	generic)
		# shellcheck disable=SC2086 # options are separate words
		"$vm_here/image" generic "$suite" ${vm_option[image_options]}
		;;
	host)
		read -ra names <<<"${vm_option[disk]} ${vm_option[late]}"
		"$vm_here/image" host "$suite" "${names[0]%/*}" "${vm_option[controller]}"
		;;
	reference) "$vm_here/image" reference "$suite" ;;
	*) echo "${vm_option[image]}" ;;
	esac
}

vm_set_options() {
	local option words
	vm_more=()
	declare -gA vm_option=([disk]="" [drive]="" [late]="" [image]=${VM_IMAGE:-generic}
		[image_options]="" [cmdline]="" [conf]="" [file]=""
		[controller]=virtio-blk [kernel]=$KERNEL [machine]=$MACHINE
		[mem]=$VM_MEM [smp]=$VM_SMP [deadline]=$VM_DEADLINE [after]=5 [loader]=""
		[when]='Run /init as init process' [iommu]="" [firmware]="" [linux]="")
	vm_more_devices=()
	for option; do
		case $option in
		shell=*) vm_rule "$vm_prompt" 0 send "${option#*=}" ;;
		device=*) vm_more_devices+=(-device "${option#*=}") ;;
		until=*) vm_rule "${option#*=}" 0 end until ;;
		rule=*) vm_rule "${option#*=}" ;;
		qemu=*) read -ra words <<<"${option#*=}" && vm_more+=("${words[@]}") ;;
		*)
			[[ -v vm_option[${option%%=*}] ]] || vm_die "vm_boot: unknown option: $option"
			vm_option[${option%%=*}]=${option#*=}
			;;
		esac
	done
}

# How a shell's prompt looks at the start of a line: "/ # ", "rescue# ".
vm_prompt='^[^[# ]+ ?[#$] '

# What starts the guest: the kernel itself, or a boot loader on its disks.
vm_plug_kernel() {
	local image linux=vmlinux
	"$vm_here/kernel" "${vm_option[kernel]}" >/dev/null || return
	image=$(vm_image) || return
	[[ -z ${vm_option[firmware]} ]] || linux=vmlinuz
	linux=${vm_option[linux]:-$vm_state/kernel/${vm_option[kernel]}/$linux}
	[[ -z ${vm_option[conf]} ]] || image=$(vm_overlay "$image") || return
	vm_more+=(-kernel "$linux" -initrd "$image"
		-append "$vm_cmdline ${vm_option[cmdline]}")
}

vm_plug_firmware() {
	local variables=$BATS_TEST_TMPDIR/variables.fd code=/usr/share/OVMF/OVMF_CODE_4M.fd
	local pflash=if=pflash,format=raw
	vm_resets=(-R)
	[[ ${vm_option[loader]} == ovmf ]] || return 0
	[[ -e $variables ]] || cp /usr/share/OVMF/OVMF_VARS_4M.fd "$variables"
	vm_more+=(-drive "$pflash,unit=0,readonly=on,file=$code" -drive "$pflash,unit=1,file=$variables")
}

vm_boot() {
	vm_dir=$(vm_case_dir)
	rm -rf "$vm_dir"
	mkdir -p "$vm_dir"
	: >"$vm_dir/rules"
	vm_set_options "$@"
	MACHINE=${vm_option[machine]}
	vm_machine "$(vm_accel)"
	# It has to be there before what it watches over.
	[[ -z ${vm_option[iommu]} ]] || vm_argv+=(-device "intel-iommu,intremap=on,caching-mode=on")
	vm_controller "${vm_option[controller]}"
	vm_plug_disks
	vm_plug_files
	vm_plug_drive
	vm_argv+=("${vm_more_devices[@]}")
	vm_plug_late_disks
	vm_resets=()
	if [[ -n ${vm_option[loader]} ]]; then
		vm_plug_firmware
	else
		vm_plug_kernel || return
	fi
	"$vmrun" -o "$vm_dir" -r "$vm_dir/rules" -d "${vm_option[deadline]}" -p "$vm_prompt" \
		"${vm_resets[@]}" -- "${vm_argv[@]}" "${vm_more[@]}" -m "${vm_option[mem]}" \
		-smp "${vm_option[smp]}"
}

# A failed case's logs are kept, those of one that passed are not.
vm_teardown() {
	local dir logs
	dir=$(vm_case_dir)
	logs=$vm_state/logs/${dir##*/}
	rm -rf "$logs"
	if [[ -z ${BATS_TEST_COMPLETED:-} && -d $dir ]]; then
		mkdir -p "${logs%/*}"
		mv "$dir" "$logs"
		echo "logs: $logs"
	fi
	rm -rf "$dir"
}

teardown() {
	vm_teardown
}

# --- what came out ------------------------------------------------------------------------

# vm_fail MESSAGE: fail with the message, the end and the last lines of the console.
vm_fail() {
	echo "FAILED: $*"
	echo "--- last lines of the console:"
	tail -n 30 "$vm_dir/console.log"
	echo "--- how it ended:"
	cat "$vm_dir/result"
	return 1
}

# report KEY: the values of a key of the report, one a line.
report() {
	sed -n "s|^$1 ||p" "$vm_dir/report"
}

vm_ended() {
	sed -n 's/^ended=//p' "$vm_dir/result"
}

# boot_json EXPRESSION: what jq says of the boot report that /init left.
boot_json() {
	report boot.json | jq -r "$1"
}

# console_time REGEX: the guest's seconds of the first console line that matches, by the
# kernel's own stamp, or else the host's clock.
console_time() {
	local line
	line=$(grep -E -m 1 -- "$1" "$vm_dir/console.times") || return
	sed -E 's/^ *([0-9.]+) (\[ *([0-9]+\.[0-9]+)\])?.*/\3 \1/' <<<"$line" | awk '{ print $1 }'
}

assert_equal() {
	[[ $1 == "$2" ]] || vm_fail "${3:-value} is \"$1\", expected \"$2\""
}

# assert_ended WORD: poweroff, reboot, panic, shell, deadline, or an end rule's word.
assert_ended() {
	assert_equal "$(vm_ended)" "$1" "how it ended"
}

assert_handed_over() {
	grep -qx end "$vm_dir/report" || vm_fail "the root's init did not run to its end"
	assert_equal "$(report pid)" 1 "the init's process number"
	assert_ended poweroff
}

refute_handed_over() {
	! grep -q '^pid ' "$vm_dir/report" || vm_fail "the root's init ran"
}

assert_root_device() {
	assert_equal "$(report root_device)" "$1" "the root's device"
}

assert_fstype() {
	assert_equal "$(report root_fstype)" "$1" "the root's file system"
}

assert_root_option() {
	[[ ,$(report root_options), == *,$1,* ]] ||
		vm_fail "the root's mount options are $(report root_options), without $1"
}

assert_ro() {
	assert_root_option ro
}

assert_rw() {
	assert_root_option rw
}

assert_argv() {
	assert_equal "$(report argv)" "$(printf '%s\n' "$@" | awk '{ print NR - 1, $0 }')" \
		"the init's arguments"
}

# assert_active_volumes NAME... : device-mapper has these devices and no other.
assert_active_volumes() {
	assert_equal "$(report dm | awk '{ print $3 }' | sort | xargs)" \
		"$(printf '%s\n' "$@" | sort | xargs)" "active volumes"
}

assert_console() {
	grep -Eq -- "$1" "$vm_dir/console.log" || vm_fail "the console never said: $1"
}

refute_console() {
	! grep -E -- "$1" "$vm_dir/console.log" || vm_fail "the console said: $1"
}

# in_order REGEX...: the console has these lines, the last of each, in this order.
in_order() {
	local regex line last=0
	for regex in "$@"; do
		line=$(tr -d '\r' <"$vm_dir/console.log" | grep -anE -- "$regex" | tail -n 1 | cut -d: -f1)
		[[ -n $line ]] || vm_fail "the console never said: $regex"
		((line > last)) || vm_fail "too early on the console: $regex"
		last=$line
	done
}

# assert_module NAME, refute_module NAME: loaded or not when the root's init ran.
assert_module() {
	report module | grep -qx "${1//-/_}" || vm_fail "module $1 is not loaded"
}

refute_module() {
	! report module | grep -qx "${1//-/_}" || vm_fail "module $1 is loaded"
}

# assert_within SECONDS [REGEX]: in guest time since the kernel's start, the root's init
# ran (or the console said REGEX) by then. assert_not_before: not earlier than that.
vm_when() {
	if [[ -n ${1:-} ]]; then
		console_time "$1"
	else
		report start_us | awk '{ print $1 / 1e6 }'
	fi
}

assert_within() {
	local time
	time=$(vm_when "${2:-}")
	[[ -n $time ]] || vm_fail "never happened: ${2:-hand-over}"
	awk "BEGIN { exit !($time <= $1) }" || vm_fail "${2:-hand-over} after $time s, not $1 s"
}

assert_not_before() {
	local time
	time=$(vm_when "${2:-}")
	[[ -n $time ]] || vm_fail "never happened: ${2:-hand-over}"
	awk "BEGIN { exit !($time >= $1) }" || vm_fail "${2:-hand-over} after $time s already"
}

# assert_seconds_between SECONDS REGEX SECONDS REGEX... is spelled out as two regexes and
# a range: the time from the first to the second line lies in it.
assert_between() {
	local from to
	from=$(vm_when "$1") to=$(vm_when "$2")
	[[ -n $from && -n $to ]] || vm_fail "never happened: $1, or $2"
	awk "BEGIN { t = $to - $from; exit !(t >= $3 && t <= $4) }" ||
		vm_fail "from \"$1\" ($from s) to \"$2\" ($to s) is not $3 to $4 s"
}

# The initramfs' files are gone: what a ramfs holds can never be evicted.
assert_initramfs_emptied() {
	local kib
	kib=$(report meminfo | awk '$1 == "Unevictable:" { print $2 }')
	((kib < ${1:-1024})) || vm_fail "$kib KiB of the initramfs are still in memory"
}
