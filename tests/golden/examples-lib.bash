# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # lib.bash sets some, tests use the others
# The hosts that the folders of examples/ are written for: trees/examples/NAME.tree, NAME.list (its PCI functions) and
# NAME.links (its network cards), and common.tree, which is what every one of them has.

examples=$(cd "$here/../../examples" && pwd)

# example NAME: its host with its files in /etc/bedplate; sets $root. The real QEMU says what QEMU knows.
example() {
	name=$1
	work=$BATS_TEST_TMPDIR
	root=$work/$name
	"$here/make-iommu-tree" "$root" "examples/$name"
	"$here/make-tree" examples/common "$root"
	"$here/make-tree" "examples/$name" "$root"
	mkdir -p "$root/etc/bedplate" "$root/usr/bin" "$root/usr/share/qemu"
	cp -r "$examples/$name/host.conf" "$examples/$name/network" "$examples/$name/guests" "$root/etc/bedplate/"
	cp -r "$here/guests-meaning/firmware" "$root/usr/share/qemu/firmware"
	ln -sf "$(command -v qemu-system-x86_64)" "$root/usr/bin/qemu-system-x86_64"
	placeholders
	cp -a "$BATS_FILE_TMPDIR/kernel/." "$root/"
	kernel_image "$root/boot/vmlinuz-6.1.0-fake" 6.1.0-fake
}

# The files and devices that the guests name. Who may open them is another matter, which `check` is tested for
# elsewhere: here anybody may.
placeholders() {
	local path
	sed -n 's,^#*\(Path\|Backing\|Device\)=\(/[^ ]*\)$,\2,p' "$root"/etc/bedplate/guests/*.conf | sort -u |
		while read -r path; do
			mkdir -p "$root${path%/*}"
			[[ -e $root$path ]] || : >"$root$path"
			chmod 666 "$root$path"
		done
	if [[ $name == appliance ]]; then
		truncate -s 1M "$root/dev/vg0/swap"
		mkswap -q -U 33333333-2222-3333-4444-555555555555 "$root/dev/vg0/swap"
	fi
	chmod 666 "$root"/dev/{kvm,vhost-net,urandom}
}

# in_example COMMAND...: with the host's network cards, as NAME.links makes them.
in_example() {
	# shellcheck disable=SC2016 # for the shell in there
	unshare --net bash -e -c 'ip link set lo up; ip -batch "$1"; shift; "$@"' - \
		"$here/trees/examples/$name.links" "$@"
}
