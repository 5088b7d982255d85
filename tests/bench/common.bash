# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the benchmark's scripts share: places, choices, the two roots and the peers.
#
# Choices, all from the environment (those of tests/vm/common.bash count too):
#   RUNS       boots of each image on the deterministic clock (5)
#   REAL_RUNS  boots of each image on the real clock (3)
#   GEN_RUNS   times that each image is generated (3)
#   ONLY       regular expression: only the images with such a name ('^bedplate')
#   ROOTS      which roots (lvm plain)
#   PEERS      name=image ...: images that a person has, booted with both roots
#   PACKINGS   how our host image is packed besides: METHOD-LEVEL ... ('zstd-3 lz4-9')
#   ROOT_PACKAGES  further packages for the root, such as systemd-sysv
#   KERNEL     Debian suite of root, kernel and peers: this machine's, or else bookworm

machine_suite() {
	local VERSION_CODENAME=
	[[ ! -e /etc/os-release ]] || . /etc/os-release
	case $VERSION_CODENAME in
	bookworm | trixie) echo "$VERSION_CODENAME" ;;
	*) echo bookworm ;;
	esac
}
: "${KERNEL:=$(machine_suite)}"
export KERNEL

bench_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/vm/common.bash
. "$bench_here/../vm/common.bash"
bench_state=$vm_build/bench
mkdir -p "$bench_state"

: "${RUNS:=5}" "${REAL_RUNS:=3}" "${GEN_RUNS:=3}" "${ONLY:=}" "${PEERS:=}" "${ROOT_PACKAGES:=}"
: "${ROOTS:=lvm plain}" "${PACKINGS:=}"

# The file system on both roots is the same, and so is its UUID.
bench_uuid=b3d91a7e-0000-4000-8000-000000000001

bench_note() {
	echo "  BENCH   $*" >&2
}

bench_host_names=(bedplate-host bedplate-host-unsigned bedplate-host-vfio initramfs-tools-dep dracut-hostonly)
read -ra bench_packings <<<"$PACKINGS"
bench_host_names+=("${bench_packings[@]/#/bedplate-host-}")
# What is booted besides: the floor, made of our host images in both packings; our host image
# with lvm doing all; and one that passes two devices through (bench_variant has how).
bench_floor_names=(floor-zstd floor-none floor-unsigned-zstd floor-unsigned-none)
bench_generic_names=(bedplate-generic initramfs-tools-most dracut-generic)

# Twenty updates of a host on which nothing has changed: timed, but there is nothing to boot.
bench_update_names() {
	grep -E -- "$ONLY" <<<bedplate-update || true
}

# bench_names ROOT: what is compared on this root. tiny-initramfs knows no LVM.
bench_names() {
	local names=("${bench_host_names[@]}" "${bench_generic_names[@]}")
	[[ $1 != plain ]] || names+=(tiny-initramfs)
	printf '%s\n' "${names[@]}" | grep -E -- "$ONLY" || true
}

# bench_vm_names ROOT: those of them that are made in a VM: the host's, since they are made
# after the root that is mounted, and without root rights on this machine all.
bench_vm_names() {
	local generic
	generic=$(IFS='|' && echo "${bench_generic_names[*]}")
	if bench_is_native; then
		bench_names "$1" | grep -vxE "$generic" || true
	else
		bench_names "$1"
	fi
}

# bench_extra_names ROOT: the floor and the variants that this root is booted with.
bench_extra_names() {
	local names=()
	[[ $1 != lvm ]] || names=("${bench_floor_names[@]}" bedplate-host-program)
	printf '%s\n' "${names[@]}" | grep -E -- "$ONLY" || true
}

# bench_variant NAME: sets variant_machine and variant_arguments: what of QEMU's arguments and
# of the kernel's differs from the plain boot.
# shellcheck disable=SC2034 # used where this is sourced
bench_variant() {
	variant_machine=() variant_arguments=
	case $1 in
	*-program) variant_arguments=rd.lvm.native=0 ;;
	# Two network cards behind an IOMMU, bound to vfio-pci by what they are.
	*-vfio)
		variant_machine=(-device "intel-iommu,intremap=on,caching-mode=on"
			-device "e1000e,addr=0x10" -device "e1000e,addr=0x11")
		variant_arguments="intel_iommu=on"
		;;
	esac
}

bench_is_native() {
	[[ $(id -u) == 0 ]] && unshare --mount --pid --fork true 2>/dev/null
}

# bench_image ROOT NAME: the image's path.
bench_image() {
	case $2 in
	floor-*) echo "$bench_state/images/$1/$2.img" && return ;;
	bedplate-host-program) echo "$bench_state/images/$1/bedplate-host.img" && return ;;
	esac
	if bench_vm_names "$1" | grep -qx -- "$2"; then
		echo "$bench_state/images/$1/$2.img"
	else
		echo "$bench_state/images/native/$2.img"
	fi
}

# bench_key PLACE NAME: what an image depends on. PLACE: a root or native.
bench_key() {
	local files=("$bench_here/systems.sh") runs=
	if [[ $1 == native ]]; then
		runs=-$GEN_RUNS
	else
		files+=("$bench_here/generate-init")
	fi
	[[ $2 != bedplate-* ]] || files+=("${bench_parts[@]}")
	echo "$(cat "$bench_state/disks/key")-$(vm_hash "${files[@]}")$runs"
}

# bench_stale PLACE: of the names on stdin, those whose image has to be made. The new key
# is noted at once: what the image is made of may change while it is being made.
bench_stale() {
	local name key images=$bench_state/images/$1
	mkdir -p "$images"
	while read -r name; do
		key=$(bench_key "$1" "$name")
		[[ ! -e $images/$name.img || $(cat "$images/$name.key" 2>/dev/null) != "$key" ]] || continue
		echo "$key" >"$images/$name.key.new"
		echo "$name"
	done
}

# bench_progress REPORT: tells what is added to the report, until it is killed.
bench_progress() {
	tail -n +1 -f --pid=$$ "$1" | while read -r word name seconds kib _; do
		case $word in
		gen) bench_note "  $name: $seconds s, $kib KiB" ;;
		failed) bench_note "  $name: failed" ;;
		esac
	done
}

# bench_collect PLACE REPORT NAME...: keeps what belongs to the new images.
bench_collect() {
	local report=$2 name images=$bench_state/images/$1
	shift 2
	for name; do
		if [[ -s $images/$name.img ]]; then
			sed -n "s/^gen $name //p" "$report" | tr -d '\r' >"$images/$name.gen"
			mv "$images/$name.key.new" "$images/$name.key"
		else
			rm -f "$images/$name".{img,key,gen}
			bench_note "$name could not be generated; see $images/$name.log"
		fi
	done
}

# bench_root_arguments ROOT: what Debian's boot loader would give the kernel, and the
# volume's name, which dracut takes as the one to activate.
bench_root_arguments() {
	case $1 in
	lvm) echo "root=/dev/mapper/vg-root rd.lvm.lv=vg/root" ;;
	plain) echo "root=UUID=$bench_uuid" ;;
	esac
}

# bench_plug NAME: shows the drive that was added last to the guest, with this serial number.
bench_plug() {
	vm_argv+=(-device "$(vm_device virtio-blk "$vm_disk" "$1")")
}

# What goes into our images; named as where `make install` puts it.
bench_parts=("$vm_build/mkinitramfs/bedplate-mkinitramfs" "$vm_build/init/init"
	"$vm_build/deps/sbin/lvm" "$vm_build/deps/sbin/e2fsck" "$vm_build/deps/bin/busybox")
