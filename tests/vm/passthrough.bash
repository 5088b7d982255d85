# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.bash sets what is not set here
#
# What the cases about passed-through devices share.

# Two network cards that only their addresses tell apart.
vfio_cards=("device=e1000e,bus=pcie.0,addr=0x10" "device=e1000e,bus=pcie.0,addr=0x11")
# The devices whose drivers the report shows.
vfio_places="0000:00:10.0 0000:00:11.0"

# conf_lines TEXT: "[Section] Key=Value; Key=Value" as lines of a file.
conf_lines() {
	sed 's/; */\n/g; s/\] /]\n/g' <<<"$1"
}

# vfio_tree DIR: the kernel, and of /proc and /sys what says that the root is a partition of
# a virtio-blk disk.
vfio_tree() {
	local kernel=$vm_state/kernel/${KERNEL:?} disk=sys/devices/pci0000:00/0000:00:01.0
	mkdir -p "$1"/etc/bedplate/guests "$1"/proc/self "$1"/sys/{class,dev}/block \
		"$1/$disk/virtio0/block/vda/vda2" "$1/dev/disk/by-uuid" "$1/lib"
	cp -al "$kernel/lib/modules" "$1/lib"
	cp -al "$kernel/boot" "$1"
	echo "28 1 253:2 / / rw - ext4 /dev/vda2 rw" >"$1/proc/self/mountinfo"
	echo virtio:d00000002v00001AF4 >"$1/$disk/virtio0/modalias"
	echo pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00 >"$1/$disk/modalias"
	echo 253:0 >"$1/$disk/virtio0/block/vda/dev"
	echo 253:2 >"$1/$disk/virtio0/block/vda/vda2/dev"
	echo 2 >"$1/$disk/virtio0/block/vda/vda2/partition"
	ln -s "../../${disk#sys/}/virtio0/block/vda/vda2" "$1/sys/dev/block/253:2"
	ln -s ../../vda2 "$1/dev/disk/by-uuid/$(disk_uuid plain-ext4)"
}

# image_with HOST-CONF [GUEST=TEXT|--OPTION...]: an image with the cards' own drivers, made
# after such files. It is one for this host unless an option is --mode=generic.
image_with() {
	local dir image key option options=(--mode=host)
	key=$(printf '%s\n' "${KERNEL:?}" "$@" "$(vm_hash "$vm_build/init/init" \
		"$vm_build/mkinitramfs/bedplate-mkinitramfs" "${BASH_SOURCE[0]}")" | md5sum | cut -c1-12)
	image=$vm_state/images/vfio-$key.img
	if [[ ! -e $image ]]; then
		dir=$(mktemp -d)
		vfio_tree "$dir"
		conf_lines "$1" >"$dir/etc/bedplate/host.conf"
		for option in "${@:2}"; do
			case $option in
			--*) options+=("$option") ;;
			*) conf_lines "${option#*=}" >"$dir/etc/bedplate/guests/${option%%=*}.conf" ;;
			esac
		done
		"$vm_build/mkinitramfs/bedplate-mkinitramfs" --root "$dir" \
			--parts "$vm_build" -k "$(<"$vm_state/kernel/$KERNEL/version")" \
			--level 1 --set "Modules.Add=e1000e e1000" "${options[@]}" \
			-o "$image.$$" >&2 && mv "$image.$$" "$image"
		rm -r "$dir"
	fi
	echo "$image"
}

# vfio_boot CMDLINE OPTION...: vm_boot from a small disk with the two cards, with an IOMMU
# that the kernel is told to use unless CMDLINE says intel_iommu=off.
vfio_boot() {
	local show
	# shellcheck disable=SC2086 # they are words
	show=$(printf ',/sys/bus/pci/devices/%s/uevent' $vfio_places)
	vm_boot disk=plain-ext4 iommu=1 "${vfio_cards[@]}" "${@:2}" \
		cmdline="root=LABEL=plain-ext4 intel_iommu=on rd.timeout=20 testinit.show=${show#,} $1"
}

# assert_driver ADDRESS DRIVER: on the running host; "" for none.
assert_driver() {
	assert_equal "$(report "show /sys/bus/pci/devices/$1/uevent" | sed -n 's/^DRIVER=//p')" \
		"$2" "driver of $1"
}

# assert_vfio ADDRESS KEY=VALUE...: what boot.json says of a device.
assert_vfio() {
	local pair
	for pair in "${@:2}"; do
		assert_equal "$(boot_json ".vfio[] | select(.address == \"$1\") | .${pair%%=*}")" \
			"${pair#*=}" "${pair%%=*} of $1"
	done
}
