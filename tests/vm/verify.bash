# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.bash and bats set them
#
# A host for `bedplate mkinitramfs verify`: a root folder with the test disks' own files for its
# devices and just so much of /proc and /sys that the chain and the layout are found. What is
# verified is booted for real; only the host is told of instead of booted first.

mki=$vm_build/mkinitramfs/bedplate-mkinitramfs
export BEDPLATE_LIBDIR=$vm_build

# The letters that virtio-blk names its disks by.
letters=abcdefgh

tell() { # tell PATH TEXT
	mkdir -p "$host/${1%/*}"
	echo "$2" >>"$host/$1"
}

point() { # point PATH TARGET, both from the root's top
	mkdir -p "$host/${1%/*}"
	ln -sfn "$(realpath -ms --relative-to="$host/${1%/*}" "$host/$2")" "$host/$1"
}

# host_disk NUMBER FILE: a disk on virtio-blk.
host_disk() {
	local name=vd${letters:$1:1} device=sys/devices/pci0000:00/0000:00:0$(($1 + 2)).0
	disk_dir=$device/virtio$1/block/$name
	tell "$device/modalias" "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00"
	point "$device/driver" sys/bus/pci/drivers/virtio-pci
	tell "$device/virtio$1/modalias" "virtio:d00000002v00001AF4"
	point "$device/virtio$1/driver" sys/bus/virtio/drivers/virtio_blk
	tell "$disk_dir/dev" "253:$(($1 * 16))"
	tell "$disk_dir/size" "$(($(stat -c %s "$2") / 512))"
	point "sys/class/block/$name" "$disk_dir"
	point "sys/dev/block/253:$(($1 * 16))" "$disk_dir"
	mkdir -p "$host/dev"
	cp --sparse=always "$2" "$host/dev/$name"
}

# host_partition DISK NUMBER: a partition of a disk that is there, as a device of its own.
host_partition() {
	local name=vd${letters:$1:1} start size
	disk_dir=$(realpath -m --relative-to="$host" "$host/sys/class/block/$name")/$name$2
	read -r start size < <(sfdisk --json "$host/dev/$name" |
		jq -r ".partitiontable.partitions[$(($2 - 1))] | \"\(.start) \(.size)\"")
	tell "$disk_dir/partition" "$2"
	tell "$disk_dir/dev" "253:$(($1 * 16 + $2))"
	tell "$disk_dir/start" "$start"
	tell "$disk_dir/size" "$size"
	point "sys/class/block/$name$2" "$disk_dir"
	point "sys/dev/block/253:$(($1 * 16 + $2))" "$disk_dir"
	dd if="$host/dev/$name" of="$host/dev/$name$2" bs=512 skip="$start" count="$size" \
		conv=sparse status=none
}

# host_volume GROUP VOLUME DEVICE...: the root's logical volume on these devices.
host_volume() {
	local dir=sys/devices/virtual/block/dm-0 name
	name=${1//-/--}-${2//-/--}
	shift 2
	tell "$dir/dev" 254:0
	tell "$dir/dm/name" "$name"
	tell "$dir/dm/uuid" LVM-oYHWuUPfChXzsvTkhR1eBx8dVJPJGhJXNCkUY1kxv9EdgN0cZJ8pzgIxAhZDvEwF
	for device; do
		point "$dir/slaves/$device" \
			"$(realpath -m --relative-to="$host" "$host/sys/class/block/$device")"
	done
	point sys/dev/block/254:0 "$dir"
	point sys/class/block/dm-0 "$dir"
}

# host_root DEVNO FSTYPE SOURCE
host_root() {
	tell proc/self/mountinfo "28 1 $1 / / rw,relatime - $2 $3 rw"
}

# host_begin LAYOUT: an empty host with the layout's disks and the kernel; sets $host.
host_begin() {
	local number=0 file version
	vm_dir=$(vm_case_dir)
	host=$vm_dir/host
	rm -rf "$vm_dir"
	mkdir -p "$host/lib/modules" "$host/boot"
	version=$("$vm_here/kernel" "$KERNEL")
	cp -al "$vm_state/kernel/$KERNEL/lib/modules/$version" "$host/lib/modules/"
	cp "$vm_state/kernel/$KERNEL/boot/config-$version" "$host/boot/"
	for file in $(disk_files "$1"); do
		host_disk $((number++)) "$file"
	done
	point sys/bus/pci/drivers/virtio-pci/module sys/module/virtio_pci
	point sys/bus/virtio/drivers/virtio_blk/module sys/module/virtio_blk
}

# host_image [OPTION...]: the image that belongs to the host.
host_image() {
	"$mki" --root "$host" -o "$vm_dir/image" "$@" 2>"$vm_dir/making"
}

# verify OPTION...: verifies it by booting; output and status are bats's. The time is
# generous, for machines that are busy.
verify() {
	TMPDIR=$vm_dir run "$mki" verify --boot --accel "$(vm_accel)" --root "$host" --timeout 5min \
		--kernel-image "$vm_state/kernel/$KERNEL/vmlinux" "$@" "$vm_dir/image"
	echo "$output" | tee "$vm_dir/console.log"
}

assert_says() {
	[[ $output =~ $1 ]] || vm_fail "verify never said: $1"
}
