# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # lib.bash sets some, tests use the others
# A whole host for the commands that span the programs: LVM root, an image of its own, guests, a network.

# programs: the folder in which bedplate finds its siblings.
programs() {
	local name
	mkdir -p "$work/programs"
	for name in mkinitramfs boot host-prep qemu-launch; do
		ln -sf "$B/$name/bedplate-$name" "$work/programs/"
	done
	export BEDPLATE_EXEC_PATH=$work/programs BEDPLATE_LIBDIR=$parts
}

# bedplate COMMAND OPTION...: on $root.
bedplate() {
	"$B/bedplate/bedplate" "$1" --root "$root" "${@:2}"
}

# whole_host: sets $root; all is as it should be.
whole_host() {
	golden_setup
	programs
	tree lvm
	put proc/cpuinfo 'flags : fpu vmx'
	put proc/cmdline 'root=/dev/vg/root ro iommu=pt'
	put proc/meminfo $'MemTotal: 8388608 kB\nMemFree: 6291456 kB\nMemAvailable: 7340032 kB'
	put proc/swaps 'Filename Type Size Used Priority'
	put proc/sys/kernel/osrelease 6.1.0-fake
	put proc/sys/vm/swappiness 60
	put dev/kvm ''
	put dev/net/tun ''
	put dev/vhost-net ''
	put run/systemd/timesync/synchronized ''
	put sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages 512
	put sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages 512
	put sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages 0
	put etc/passwd $'root:x:0:0::/root:/bin/sh'
	put etc/group $'root:x:0:\nkvm:x:36:'
	put etc/bedplate/host.conf $'[KernelArgs]\nRequire=iommu=pt\n[BootLoader]\nType=none'
	put etc/bedplate/guests/web.conf $'[Machine]\nAccel=tcg\n[Memory]\nSize=1G\nHugePages=2M\n[Guest]\nAutostart=yes'
	put run/bedplate/boot.json '{"version": 1, "kernel": "6.1.0-fake", "mode": "host", "result": "ok",
		"image": "0123456789abcdef", "root": {"spec": "/dev/vg/root", "device": "/dev/dm-0", "fstype": "ext4"},
		"steps": [{"name": "early", "start_us": 1200000, "end_us": 1300000, "result": "ok"},
			{"name": "switch", "start_us": 1900000, "end_us": 2000000, "result": "ok"}],
		"vfio": [], "kernel_args": [], "messages": []}'
	mkdir -p "$root/usr/bin"
	ln -s /bin/true "$root/usr/bin/qemu-system-x86_64"
}

# new_image: as `bedplate mkinitramfs update` makes it.
new_image() {
	"$mki" update --root "$root" 2>"$work/update.said"
}

# guest_state NAME PHASE READY PID: what the supervisor of a guest would have left, with a process of ours as
# both of its processes. proc_pid_stat(5): the 22nd word is when it began.
guest_state() {
	local start
	start=$(sed 's/.*) //' "/proc/$4/stat" | cut -d' ' -f20)
	put "run/bedplate/guests/$1.json" "{\"version\": 1, \"phase\": \"$2\", \"ready\": $3, \"since\": 1767225600,
		\"restarts\": 0, \"reason\": \"\", \"forced\": false, \"supervisor\": {\"pid\": $4, \"start\": $start},
		\"qemu\": {\"pid\": $4, \"start\": $start}, \"done\": {}}"
}
