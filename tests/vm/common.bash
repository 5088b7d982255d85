# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is not used here is used where this is sourced
#
# What the VM harness's scripts and its bats library share: places, choices and QEMU's arguments.
#
# Choices, all from the environment:
#   KERNEL       Debian suite of the kernel: bookworm (default) or trixie
#   MACHINE      q35 (default) or pc
#   ACCEL        auto (default: KVM where a timed probe boot under it succeeds), kvm or tcg
#   VM_MEM       guest memory in MiB (512)
#   VM_SMP       guest processors (1)
#   VM_DEADLINE  seconds after which a guest is killed (90)
#   VM_JOBS      guests run at the same time (2; tests/vm/run: one more than processors, at most 8)
#   BEDPLATE_BUILD  the build folder (build)

vm_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vm_here=$vm_top/tests/vm
mkdir -p "${BEDPLATE_BUILD:=$vm_top/build}"
vm_build=$(cd "$BEDPLATE_BUILD" && pwd)
export BEDPLATE_BUILD=$vm_build
vm_state=$vm_build/vm

: "${KERNEL:=bookworm}" "${MACHINE:=q35}" "${ACCEL:=auto}" "${VM_MEM:=512}" "${VM_SMP:=1}"
: "${VM_DEADLINE:=90}" "${VM_JOBS:=2}"

# QEMU's snapshots go where TMPDIR says; they belong to the build folder too.
case ${TMPDIR:-} in
"$vm_state"/tmp/*) ;;
*) TMPDIR=$vm_state/tmp ;;
esac
export TMPDIR
mkdir -p "$TMPDIR"

vmrun=$vm_build/tests/vm/vmrun
# An emulated timer may miss the beat that the kernel tests for when this machine is busy. The
# kernel's tests of its ciphers are an eighth of an emulated boot. QEMU knows translated code by its
# address: a program that is somewhere else each time is translated each time.
vm_cmdline="console=ttyS0 no_timer_check cryptomgr.notests norandmaps"
# All that QEMU emulates, but for what mkinitramfs/trial_plan.c says is wrong or slow there.
vm_cpu=max,-cx16,-erms,-fsrm
# The scripts below use tools that Debian keeps in sbin, outside a person's PATH.
PATH=$PATH:/usr/sbin:/sbin

# Folders of a kernel's modules that no virtual machine needs; for disks that stay small.
vm_unwanted_modules=(sound net/{bluetooth,mac80211,wireless,nfc,sctp,tipc,batman-adv,can,openvswitch}
	drivers/{gpu,media,net,staging,infiniband,iio,isdn,hwmon,leds,usb/gadget,usb/serial,scsi,mtd,platform,power,comedi,bluetooth,accel,nvdimm}
	fs/{ocfs2,gfs2,ceph,cifs,smb,nfs,nfsd,afs,jfs,reiserfs,bcachefs,btrfs,f2fs,xfs,nilfs2,dlm})

# What of them a host with guests asks for all the same: files without .ko, or folders.
vm_wanted_modules="drivers/net/(tap|tun|veth) drivers/net/ethernet/intel/e1000e drivers/gpu/drm/(drm[^/]*|ttm|tiny/bochs)"

vm_die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

vm_note() {
	echo "  VM      $*" >&2
}

# vm_need COMMAND... : stop with the names of all that is missing.
vm_need() {
	local command missing=()
	for command; do
		command -v "$command" >/dev/null || missing+=("$command")
	done
	((${#missing[@]} == 0)) || vm_die "not installed: ${missing[*]}"
}

# vm_once NAME: hold the lock NAME until this shell (or sub-shell) ends.
vm_once() {
	mkdir -p "$vm_state/lock"
	exec {vm_lock_fd}>"$vm_state/lock/${1//\//-}"
	flock "$vm_lock_fd"
}

# vm_hash FILE|DIR... : one checksum of names, contents and modes, whatever the times.
vm_hash() {
	local path
	for path; do
		if [[ -d $path ]]; then
			(cd "$path" && find . -printf '%p %m %l\n' | LC_ALL=C sort &&
				find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
		else
			sha256sum <"$path"
		fi
	done | sha256sum | cut -c1-16
}

# vm_debian_sources SUITE DIR: what mmdebstrap needs to make a Debian system of this suite from
# the machine's own entries (tools/apt-private knows them): DIR/debian.sources and DIR/apt.conf.
vm_debian_sources() {
	"$vm_top/tools/apt-private" update
	awk -v suite="$1" '
		/^Suites:/ {
			line = $1
			for (i = 2; i <= NF; i++)
				if ($i ~ "^" suite "(-|$)")
					line = line " " $i
			print line
			next
		}
		/^Types:/ { print "Types: deb"; next }
		/^Targets:/ { next }
		{ print }' "$vm_build/apt/sources.d/debian.sources" >"$2/debian.sources"
	apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries)' >"$2/apt.conf" || true
}

# vm_copy_program NAME TREE: this machine's program and the libraries it needs.
vm_copy_program() {
	local path library
	path=$(command -v "$1")
	install -D "$path" "$2/bin/$1"
	for library in $(ldd "$path" 2>/dev/null | grep -o '/[^ ]*'); do
		install -D "$library" "$2$library"
	done
}

# vm_copy_modules TREE PATH...: these folders and files of the kernel's modules as a system has them;
# the others only cost time where a running system asks for what it needs by itself. A module is
# NAME.ko, whatever its kernel packs it with.
vm_copy_modules() {
	local tree=$1 modules=$vm_state/kernel/$KERNEL/modules version path file target
	version=$("$vm_here/kernel")
	target=$tree/lib/modules/$version
	shift
	for path; do
		for file in "$path"{,.xz,.zst,.gz}; do
			[[ -e $modules/kernel/$file ]] || continue
			mkdir -p "$target/kernel/${file%/*}"
			cp -aT "$modules/kernel/$file" "$target/kernel/$file"
		done
	done
	cp "$modules"/modules.{order,builtin,builtin.modinfo} "$target"
	depmod -b "$tree" "$version"
}

# vm_accel: kvm or tcg.
vm_accel() {
	if [[ $ACCEL == auto ]]; then
		"$vm_here/accel"
	else
		echo "$ACCEL"
	fi
}

# vm_machine [ACCEL]: fills vm_argv with a machine that has no devices yet.
vm_machine() {
	local accel=${1:-$(vm_accel)} cpu=$vm_cpu
	[[ $accel == tcg ]] && accel=tcg,thread=multi
	[[ $accel == kvm ]] && cpu=host
	vm_argv=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot
		-machine "$MACHINE" -accel "$accel" -cpu "$cpu")
	vm_disks=0
}

# vm_controller KIND: what disks of this kind are plugged into.
vm_controller() {
	case $1 in
	virtio-blk | nvme | ide) ;;
	virtio-scsi) vm_argv+=(-device "virtio-scsi-pci,id=scsi") ;;
	ahci) vm_argv+=(-device "ich9-ahci,id=ahci") ;;
	usb) vm_argv+=(-device "qemu-xhci,id=usb") ;;
	*) vm_die "unknown controller: $1" ;;
	esac
}

# vm_port: a slot that a PCI disk can be plugged into while the guest runs; vm_port is
# its name, empty where the machine's own bus takes late devices.
vm_port() {
	vm_port=
	[[ $MACHINE == q35 ]] || return 0
	vm_port=port$vm_disks
	vm_argv+=(-device "pcie-root-port,id=$vm_port,chassis=$vm_disks")
}

# vm_device KIND NUMBER [SERIAL]: the device that shows drive NUMBER to the guest.
vm_device() {
	local drive=drive=disk$2,id=device$2 serial=serial=${3:-disk$2}
	case $1 in
	virtio-blk) echo "virtio-blk-pci,$drive,$serial" ;;
	virtio-scsi) echo "scsi-hd,bus=scsi.0,$drive,$serial" ;;
	nvme) echo "nvme,$drive,$serial" ;;
	ahci) echo "ide-hd,bus=ahci.$2,$drive,$serial" ;;
	ide) echo "ide-hd,bus=ide.$(($2 / 2)),unit=$(($2 % 2)),$drive,$serial" ;;
	usb) echo "usb-storage,bus=usb.0,$drive,$serial" ;;
	esac
}

# vm_drive FILE [OPTIONS]: adds the file as the next drive; vm_disk is its number.
vm_drive() {
	vm_disk=$((vm_disks++))
	vm_argv+=(-drive "file=$1,if=none,id=disk$vm_disk,format=raw,cache=unsafe${2:+,$2}")
}
