#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016 # lib.bash sets vm_dir; what is typed is for the guest
# The kernel's arguments, the rescue shell and what ends a boot: the mistakes that people make
# with them, each with what is said, how it ends, and in which time.

load lib

absent=UUID=01234567-89ab-cdef-0123-456789abcdef
root="root=LABEL=plain-ext4 ro"
started="Run /init as init process"

# --- kernel arguments -------------------------------------------------------------------------

@test "fault: a required argument that is wrong is one clear line, and the boot goes on" {
	vm_boot disk=plain-ext4 cmdline="$root intel_iommu=off nomodeset isolcpuss=1" conf='[KernelArgs]
Require=intel_iommu=on|amd_iommu=on isolcpus=1
OnFailure=warn
Origin=host.conf:12
[KernelArgs]
Forbid=nomodeset
Advise=iommu=pt quiet|no_timer_check
Effective=iommu isolated=1
Origin=guests/web.conf:3'
	assert_handed_over
	assert_console "bedplate: intel_iommu=off is given; intel_iommu=on\|amd_iommu=on is required \(host.conf:12\)"
	assert_console "bedplate: isolcpus is not given; isolcpus=1 is required \(host.conf:12\); is \"isolcpuss\""
	assert_console "bedplate: nomodeset is given; nomodeset is forbidden \(guests/web.conf:3\)"
	assert_console "bedplate: iommu is not given; iommu=pt is advised"
	assert_console "bedplate: there are no IOMMU groups; iommu must be in effect"
	assert_console "bedplate: no CPU is isolated; isolated=1 must be in effect"
	assert_between "$started" "is required \(host.conf:12\)" 0 2
	assert_equal "$(boot_json '[.kernel_args[].result] | join(" ")')" \
		"failed failed failed failed ok failed failed" "results"
	assert_equal "$(boot_json '.kernel_args[0] | [.rule, .origin, .found, .policy] | join(" / ")')" \
		"intel_iommu=on|amd_iommu=on / host.conf:12 / intel_iommu=off is given / warn" "a finding"
	assert_equal "$(boot_json '[.steps[].name] | index("kernel-args") < index("modules")')" true \
		"the arguments are checked before modules"
}

@test "fault: arguments that are given and in effect are silent" {
	vm_boot disk=plain-ext4 smp=2 iommu=1 \
		cmdline="$root intel_iommu=on isolcpus=domain,managed_irq,1 hugepagesz=2M hugepages=8" \
		conf='[KernelArgs]
Require=intel_iommu=on|amd_iommu=on isolcpus=1 hugepages>=8 hugepages-2M=8
Forbid=nomodeset
Effective=iommu hugepages-2M>=8 isolated=1
OnFailure=reboot'
	assert_handed_over
	assert_within 60
	refute_console "is required|must be in effect|is forbidden"
	assert_equal "$(boot_json '[.kernel_args[].result] | unique | join(" ")')" ok "results"
	assert_equal "$(boot_json '.reboot | [.wanted[], .outcome] | length')" 1 "no reboot"
}

@test "fault: a module's parameter is looked at when its module is there" {
	vm_boot disk=lvm-ext4 cmdline="root=/dev/vg/root ro dm_mod.use_blk_mq=1" conf='[KernelArgs]
Effective=dm_mod.dm_numa_node=3 dm-mod.reserved_bio_based_ios<=4000 kvm_intel.nested=1'
	assert_handed_over
	assert_within 60
	assert_console "bedplate: dm_mod.dm_numa_node is .*; dm_mod.dm_numa_node=3 must be in effect; give dm_mod.dm_numa_node=3"
	refute_console "reserved_bio_based_ios<=4000 must"
	assert_equal "$(boot_json '[.kernel_args[].result] | join(" ")')" "failed ok unknown" "results"
}

@test "fault: OnFailure=rescue stops once with a shell; leaving it goes on" {
	vm_boot disk=plain-ext4 cmdline="$root" shell='echo 4 >/proc/sys/vm/nr_hugepages; exit' \
		conf='[KernelArgs]
Effective=hugepages-2M>=4
Require=quiet
OnFailure=rescue
Origin=host.conf:7'
	assert_handed_over
	assert_within 60
	assert_console "bedplate: the boot has stopped: .* must be in effect \(host.conf:7\)|bedplate: the boot has stopped: quiet is not given"
	assert_console '"exit" goes on with the boot'
	# What was mended there is found to be so; what was not is told, once.
	assert_console "quiet is required \(host.conf:7\); going on all the same"
	assert_equal "$(boot_json '[.kernel_args[].result] | join(" ")')" "failed ok" "results"
	assert_equal "$(boot_json '.kernel_args[1].found')" "4 huge pages of 2M are reserved" "pages"
}

@test "fault: OnFailure=rescue without a shell reboots once" {
	vm_boot disk=plain-ext4 cmdline="$root rd.shell=0 panic=1" conf='[KernelArgs]
Require=quiet
OnFailure=rescue'
	assert_ended reboot
	assert_console "bedplate: the boot has stopped: quiet is not given; quiet is required"
	assert_console "bedplate: no shell"
	assert_console "bedplate: rebooting once for this:"
	assert_between "$started" "Restarting system" 1 40
}

@test "fault: OnFailure=reboot reboots once; then the boot goes on with a warning; all well takes the marker away" {
	local conf='[KernelArgs]
Require=quiet
OnFailure=reboot
Origin=host.conf:7' file
	file=$(disk_copy plain-ext4/0)
	vm_boot file="$file" cmdline="$root panic=1" conf="$conf"
	assert_ended reboot
	refute_handed_over
	assert_console "bedplate: rebooting once for this:"
	assert_console "^  quiet is not given; quiet is required \(host.conf:7\)"
	assert_between "$started" "rebooting once" 0 20
	vm_boot file="$file" cmdline="$root panic=1" conf="$conf"
	assert_handed_over
	assert_ro
	assert_console "rebooted once already for this; going on: quiet is not given"
	assert_equal "$(boot_json .reboot.outcome)" "rebooted before" "outcome"
	vm_boot file="$file" cmdline="$root panic=1 quiet loglevel=7" conf="$conf"
	assert_handed_over
	assert_ro
	vm_boot file="$file" cmdline="$root panic=1" conf="$conf"
	assert_ended reboot
}

@test "fault: a reboot that could not be remembered is not made" {
	vm_boot disk=plain-ext4 cmdline="$root rd.break=reboot" conf='[KernelArgs]
Require=quiet
OnFailure=reboot' shell='mount -o remount,rw /sysroot; rm -rf /sysroot/var; echo >/sysroot/var; mount -o remount,ro /sysroot; exit'
	assert_handed_over
	assert_within 60
	assert_ro
	assert_console "bedplate: no reboot, for it could not be remembered: .*var"
	assert_equal "$(boot_json .reboot.outcome)" "no marker" "outcome"
}

@test "fault: a broken rule in the image is a warning, not the end" {
	vm_boot disk=plain-ext4 cmdline="$root" conf='[KernelArgs]
Require=hugepages>many quiet'
	assert_handed_over
	assert_within 60
	assert_console "bedplate: \[KernelArgs\] Require: \"hugepages>many\""
	assert_console "bedplate: quiet is not given; quiet is required"
}

# --- the rescue shell -------------------------------------------------------------------------

# Of the word "open sesame".
hash='$6$bedplate$9gK3wGzAPiv0uRTVrJh14dVigWIFlpNNvbAoq72Mu/Ti08owFnx67wYjlq3uO2RblJormXiPxBImkLjOuOHTo0'

@test "fault: the shell asks for its password: three wrong ones, a delay, no shell; the right one" {
	local asked='password for the rescue shell: $'
	vm_boot disk=plain-ext4 cmdline="$root rd.break" conf="[Rescue]
Password=$hash" \
		rule="$asked"$'\t0\tsend\twrong' rule="$asked"$'\t0\tsend\t' \
		rule="$asked"$'\t0\tsend\topen sesam' rule="$asked"$'\t0\tsend\topen sesame' \
		shell='echo "in: $$"; exit'
	assert_handed_over
	assert_within 60
	assert_equal "$(grep -c "that is not it" "$vm_dir/console.log")" 3 "refusals"
	assert_console "bedplate: again in 2 s"
	assert_console "^in: [0-9]"
	# Nothing of what was typed is shown.
	refute_console "open sesam|wrong"
	# No prompt before the password.
	assert_equal "$(grep -n 'that is not it\|bedplate# ' "$vm_dir/console.log" | tail -n 1 |
		grep -c 'bedplate# ')" 1 "the prompt comes last"
}

@test "fault: a failed boot's shell asks too, cannot be escaped, and nobody there means a reboot" {
	vm_boot disk=plain-ext4 cmdline="root=$absent rd.timeout=2 panic=1" conf="[Rescue]
Password=$hash
ShellTimeout=6s" rule=$'password for the rescue shell: $\t0\tsend\t\003\034\032'
	assert_ended reboot
	refute_console "bedplate# "
	assert_console "nobody typed anything here"
	assert_console "bedplate: reboot in 1 s"
	assert_between "$started" "Restarting system" 8 40
}

@test "fault: a shell that nobody types into ends in a reboot after a time; the diagnosis is on all consoles" {
	# The shell is on the last console, the screen, where nobody sits.
	vm_boot disk=plain-ext4 cmdline="console=tty0 root=$absent rd.timeout=2 panic=1" \
		conf=$'[Rescue]\nShellTimeout=6s'
	assert_ended reboot
	assert_console "^bedplate: the boot has stopped: .*01234567"
	refute_console "bedplate# "
	assert_console "nobody typed anything here"
	assert_between "$started" "Restarting system" 8 40
}

@test "fault: a shell that was typed into stays" {
	vm_boot disk=plain-ext4 cmdline="root=$absent rd.timeout=2 panic=1" \
		shell='echo here; sleep 15; echo "still here"' conf='[Rescue]
ShellTimeout=6s'
	assert_ended shell
	assert_console "^still here"
	refute_console "nobody typed"
}

@test "fault: rd.break= at every step: exit goes on each time" {
	local at options=() step breaks=(kernel-args uevents vfio modules device resume
		mount parameters vfio-check reboot usr init switch)
	for at in "${breaks[@]}"; do
		options+=(shell="echo at-$at; exit")
	done
	vm_boot disk=plain-ext4 cmdline="$root $(printf 'rd.break=%s ' "${breaks[@]}")" \
		"${options[@]}"
	assert_handed_over
	assert_within 60
	for step in "${breaks[@]}"; do
		assert_console "bedplate: stopped before step \"$step\" \(rd.break\)"
	done
	assert_equal "$(grep -c 'stopped before step' "$vm_dir/console.log")" ${#breaks[@]} "stops"
}

@test "fault: rd.break= by dracut's names" {
	local pair pairs="cmdline:uevents pre-trigger:modules initqueue:device pre-mount:mount pre-pivot:switch"
	local options=() arguments=
	for pair in $pairs; do
		arguments+=" rd.break=${pair%:*}"
		options+=(shell=exit)
	done
	vm_boot disk=plain-ext4 cmdline="$root$arguments" "${options[@]}"
	assert_handed_over
	assert_within 60
	for pair in $pairs; do
		assert_console "stopped before step \"${pair#*:}\""
	done
	assert_equal "$(grep -c 'stopped before step' "$vm_dir/console.log")" 5 "stops"
}

@test "fault: rd.emergency=reboot restarts at once where a shell would be, halt stands still" {
	vm_boot disk=plain-ext4 cmdline="root=$absent rd.timeout=2 panic=1 rd.emergency=reboot"
	assert_ended reboot
	refute_console "bedplate# "
	assert_console "bedplate: reboot in 1 s"
	assert_between "$started" "Restarting system" 2 20
	vm_boot disk=plain-ext4 cmdline="root=$absent rd.timeout=2 panic=1 rd.emergency=halt" \
		until="System halted"
	assert_ended until
	assert_console "bedplate: halt in 1 s"
	assert_between "$started" "System halted" 2 20
}

# The disk takes its first request and no other.
@test "fault: a disk that takes no more data does not keep the machine from its reboot" {
	local file=$BATS_TEST_TMPDIR/stuck.raw
	truncate -s 16M "$file"
	vm_boot disk=plain-ext4 \
		cmdline="$root init=/nosuch panic=1 rd.emergency=reboot rd.break=mount" \
		qemu="-drive if=none,id=stuck,format=raw,file=$file,throttling.bps-write=1 -device virtio-blk-pci,drive=stuck" \
		shell='disk=$(grep -lx 32768 /sys/block/vd?/size | cut -d/ -f4); dd if=/dev/zero of=/dev/$disk bs=1M count=8 2>/dev/null & sleep 1; exit'
	assert_ended reboot
	assert_console "bedplate: a disk does not answer: what was to be written is not after 20 s; going on without"
	assert_between "init= is not usable" "Restarting system" 20 40
}

@test "fault: a screen has the diagnosis too where the shell is on the serial line" {
	vm_boot disk=plain-ext4 cmdline="console=tty0 console=ttyS0 root=$absent rd.timeout=2" \
		shell='echo "screen: $(grep -o "tries again" /dev/vcs1)"'
	assert_ended shell
	assert_between "$started" "did not appear within 2 s" 2 15
	assert_console "^screen: tries again"
}

# XOFF (Ctrl-S) stops a serial console for good. The kernel's buffer takes 4 KiB of text; the table
# of a hundred partitions is more.
@test "fault: a console that takes nothing does not hold the boot up" {
	local file=$BATS_TEST_TMPDIR/many.raw
	truncate -s 128M "$file"
	{
		echo "label: gpt"
		for _ in {1..100}; do
			echo "size=1M"
		done
	} | sfdisk -q "$file"
	vm_boot disk=plain-ext4 file="$file" rule="$started"$'\t0\tsend\t\023' \
		cmdline="$root init=/nosuch panic=1 rd.shell=0"
	assert_ended reboot
	assert_console "bedplate: console ttyS0 takes no text"
	assert_between "$started" "Restarting system" 2 40
}
