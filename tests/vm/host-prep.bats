#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # vm_... are lib's
# bedplate host-prep on a real kernel: swap, huge pages, settings, modules, devices for guests. One guest
# is booted for all cases (host-prep-job); each looks at a part of its report.

load lib
load job
job_name=host-prep

# program PATH: what stands on the standard input, as a script.
program() {
	mkdir -p "${1%/*}"
	cat >"$1"
	chmod 755 "$1"
}

# Programs that do not do what they ought to.
make_bad_programs() {
	program "$1/fail/rmmod" <<-'END'
		#!/bin/sh
		echo "rmmod: it will not go" >&2
		exit 1
	END
	program "$1/cut/rmmod" <<-'END'
		#!/bin/sh
		kill -9 $PPID
	END
	program "$1/kill/mkswap" <<-'END'
		#!/bin/sh
		for last; do :; done
		case $(readlink -f "$last") in
		"$KILL_AT"*) kill -9 $PPID ;;
		*) exec /bin/mkswap "$@" ;;
		esac
	END
	program "$1/slow/mkswap" <<-'END'
		#!/bin/sh
		[ -e /tmp/was-slow ] || {
			: >/tmp/was-slow
			echo $$ >/tmp/started
			read -r go </tmp/go
		}
		exec /bin/mkswap "$@"
	END
}

make_host_conf() {
	cat >"$1" <<-'END'
		[KernelModules]
		Load=dm-snapshot dm-bufio
		Options=dm-snapshot.snapshot_copy_throttle=50 zswap.max_pool_percent=10
		[Sysctl]
		Set=vm.swappiness=10 "kernel.printk=5 4 1 7" net.ipv4.conf.l*.rp_filter=2
		[Ksm]
		Run=yes
		PagesToScan=200
		Sleep=50ms
		MaxPageSharing=128
		MergeAcrossNodes=no
		[Swap]
		Device=/dev/host/swap
		Format=yes
		Label=hostswap
		Priority=5
		[Swap]
		Device=LABEL=part
		Discard=pages
		Priority=4
		[Swap]
		Device=UUID=11111111-2222-3333-4444-555555555555
		[Swap]
		File=/mnt/btrfs/swap
		Size=32M
		Priority=3
		[Swap]
		File=/mnt/xfs/swap
		Size=32M
		Priority=2
		[Swap]
		File=/mnt/ext4/swap
		Size=32M
		Priority=1
		[Swap]
		Zram=yes
		Size=10%
		Algorithm=lzo
		MemoryLimit=64M
		Priority=7
		[HugePages]
		Pages=8
		Node=1
		[HugePages]
		Mount=/run/huge
		MountSize=16M
		Group=kvm
		Mode=0770
		[HugePages]
		Size=1G
		Mount=/run/guests/1G
		Owner=qemu
	END
}

make_tree() {
	local tree=$job_tree
	mkdir -p "$tree/job/kmod"
	install "$vm_build/host-prep/bedplate-host-prep" "$tree/job/host-prep"
	install "$vm_build/tests/vm/ksmpages" "$tree/job/ksmpages"
	install -m 644 "$vm_here/host-prep-job" "$tree/job/run"
	make_host_conf "$tree/job/host.conf"
	make_bad_programs "$tree/job"
	vm_add_modules "$tree" zram e1000 e1000e vfio-pci vfio_iommu_type1
	for name in mkswap lsattr modprobe; do
		vm_copy_program "$name" "$tree"
	done
	mv "$tree/bin/modprobe" "$tree/job/kmod"
}

setup_file() {
	make_tree
	job_boot disk=blank iommu=1 mem=2560 deadline=900 \
		cmdline="loglevel=4 intel_iommu=on hugepagesz=1G hugepages=1" \
		device=e1000e,bus=pcie.0,addr=0x10 device=pcie-pci-bridge,id=old,bus=pcie.0,addr=0x11 \
		device=e1000,bus=old,addr=1 device=e1000,bus=old,addr=2 \
		qemu="-object memory-backend-ram,id=m0,size=384M -object memory-backend-ram,id=m1,size=2176M" \
		qemu="-numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1"
}

# same_as KEY OTHER: the kernel says the same of all that is prepared.
same_as() {
	local what
	for what in swaps zram values ksm pages owner module card override files; do
		assert_equal "$(report "$1.$what")" "$(report "$2.$what")" "$what ($1)"
	done
}

@test "up does what plan has shown, and a second up does nothing" {
	assert_status up 0
	assert_equal "$(report plan)" "$(report up)" "what plan has shown"
	assert_equal "$(report again.status) $(report again)" "0 " "a second up"
	assert_equal "$(report status)" "all is as configured" "the status"
}

@test "swap on a logical volume, partitions, files and zram, each with its priority" {
	told up.swaps '/dev/(dm-0|mapper/host-swap) partition 65532 5'
	told up.swaps '/dev/vde1 partition 16380 4'
	told up.swaps '/dev/vde2 partition 16380 -2'
	told up.swaps '/mnt/btrfs/swap file 32764 3'
	told up.swaps '/mnt/xfs/swap file 32764 2'
	told up.swaps '/mnt/ext4/swap file 32764 1'
	told up.swaps '/dev/zram[0-9]+ partition [0-9]+ 7'
	told up.files -rw-------.*swap.*-rw-------.*swap.*-rw-------.*swap
	told attributes '^[-]*C[-]* /mnt/btrfs/swap$'
	told label '^hostswap$'
	told log ' swap on /dev/vde1\. Priority:4 [^;]* DcFS'
}

@test "a device that holds something else is refused, and nothing is changed" {
	local name
	for name in content mounted partitions volumes asleep blank twins absent memory room letter copied word setting \
		value; do
		assert_status "refused.$name" 1
	done
	assert_status refused.twice 2
	told refused.content 'host.conf:[0-9]+: /dev/vdc is not taken: it holds ext4 "data"'
	told refused.mounted '/dev/vdb is not taken: it is mounted on /mnt/btrfs'
	told refused.partitions '/dev/vde is not taken: it holds partitions \(gpt\)'
	told refused.volumes '/dev/vda is not taken: dm-[01] stands on it'
	told refused.asleep '/dev/vde5 is not taken: it holds the memory of a machine that was put to sleep'
	told refused.blank '/dev/vde6 is not taken: it is no swap space yet'
	told refused.twins 'both vde3 and vde4 have LABEL=twin'
	told refused.twice '/dev/vde1 is in another section already'
	told refused.absent 'no device has UUID=11111111-2222-3333-4444-555555555556'
	told refused.memory '/run/swap is not taken: a tmpfs is memory itself'
	told refused.room '/mnt/xfs/more: 10240M are wanted, [0-9]+M are free'
	told refused.letter '/mnt/xfs/letter is not taken: it holds something that is no swap space'
	told refused.copied '/mnt/btrfs/copied is not taken: btrfs copies it on write; .*hint: with Size= it is made anew'
	told refused.word 'zram does not compress by "rot13"; .*it does by: '
	told refused.setting 'vm.there_is_no.*the kernel does not have it'
	told refused.value 'vm.panic_on_oom'
	same_as refused up
}

@test "what a guest's memory is made of: by size and node, with the sum of guests' files, and mounts with owner" {
	told up.pages '^4; 11; 1$'
	told up.huge ' /run/huge .*gid=109,mode=770,pagesize=2M,size='
	told up.huge ' /run/guests/1G .*uid=107,pagesize=1024M'
	told up.owner '^0:109 770; 107:0 755; '
	! report plan | grep -q 'command line' || vm_fail "a page of 1G that the command line gives is told"
	told giant '; 2 pages of 1G are wanted \(guests/big.conf:3\), the kernel.s command line asks for 1: '
	told giant '2 pages of 1G are wanted, and the kernel finds 1; free memory: node 0 [0-9.]+[KMG], node 1'
	assert_status giant 1
}

@test "where the kernel finds too few pages, all steps before are undone" {
	assert_status short 1
	told short '250 pages of 2M are wanted, and the kernel finds [0-9]+; free memory: node 0 '
	told short 'swap space on /dev/vde6'
	assert_equal "$(report short.blank)" "" "what a partition that was made into swap space holds"
	assert_equal "$(report refused.lv)" swap "what the logical volume holds"
	same_as refused up
}

@test "settings, KSM and modules with their options" {
	told up.values '^10; 5 4 1 7; 2; 10$'
	told up.ksm '^1; 200; 50; 128; 0$'
	told up.module '^dm_bufio; dm_snapshot$'
	told throttle '^50$'
}

@test "the kernel merges equal pages, and what it cannot change then is said" {
	(($(report ksm.merged) > 400)) || vm_fail "merged pages: $(report ksm.merged)"
	assert_status ksm.busy 1
	told ksm.busy 'ksm max_page_sharing: 128 -> 256'
	told ksm.busy 'max_page_sharing: [^;]*: Resource busy; .*hint: .*Run=unmerge first$'
}

@test "priorities, sizes and discarding change while all is in use, and back" {
	assert_equal "$(report change.status) $(report settled.status) $(report settled)" "0 0 " "a change"
	told change.swaps '/dev/(dm-0|mapper/host-swap) partition 65532 50'
	told change.swaps '/mnt/btrfs/swap file 40956 3'
	told change.swaps '/dev/zram[0-9]+ partition [0-9]+ 70'
	told change 'swap /dev/vde1: priority 4, discard pages -> priority 4, discard once'
	told change.log ' swap on /dev/vde1\. Priority:4 [^;]* DsFS'
	told change 'module dm_snapshot'
	told change.module '^ls: dm_snapshot: No such file or directory; dm_bufio$'
	assert_status back 0
	assert_equal "$(report back.swaps | sort)" "$(report up.swaps | sort)" "swap"
	assert_equal "$(report back.module)" "$(report up.module)" "modules"
}

@test "down gives everything back, and takes nothing that somebody else has changed" {
	assert_status down 0
	told down 'vm.swappiness is left at 33: somebody has changed it from 10 since'
	same_as down before
	assert_equal "$(report left)" host-prep.lock "what is left in /run/bedplate"
	assert_equal "$(report down_again.status) $(report down_again)" "0 " "a second down"
}

@test "where down fails, all that it had done is undone" {
	assert_status failing 1
	told failing 'module dm_snapshot: rmmod: exit status 1: rmmod: it will not go$'
	! report failing | grep -q undoing || vm_fail "something could not be undone"
	assert_equal "$(report failed.swaps | sort)" "$(report back.swaps | sort)" "swap"
	local what
	for what in values ksm pages owner module card override; do
		assert_equal "$(report "failed.$what")" "$(report "back.$what")" "$what"
	done
}

@test "down gives everything back after up was killed half-way" {
	assert_status killed.file 137
	told killed.rest '\.swap\.bedplate-new'
	assert_status killed.down 0
	same_as killed before
	assert_equal "$(report killed.left)" host-prep.lock "what is left in /run/bedplate"
}

@test "down gives back the rest after down was killed half-way" {
	assert_status cut 137
	told first.down '^- module dm_snapshot; - module dm_bufio$'
	same_as alone before
}

@test "up goes on where another up was killed" {
	assert_status stopped 137
	assert_status killed.up 0
	assert_equal "$(report killed.again.status) $(report killed.again)" "0 " "a second up"
	assert_equal "$(report resumed.swaps | sed 's/zram[0-9]*/zram/' | sort)" \
		"$(report up.swaps | sed 's/zram[0-9]*/zram/' | sort)" "swap"
	assert_equal "$(report resumed.zram | wc -l)" 1 "zram devices"
	assert_status killed.back 0
	told killed.back 'no driver -> e1000e'
	same_as ended before
}

@test "there are never two at once" {
	assert_status busy 1
	told busy '^bedplate host-prep: error: another bedplate host-prep is at work$'
	told first 'all is as configured'
	same_as alone before
}

# of JSON FUNCTION: one function in what iommu --json has printed.
of() {
	report "$1" | jq -c ".groups[].functions[] | select(.address == \"$2\") | $3"
}

@test "IOMMU groups as a tree, JSON and SVG: what can be passed through, and what goes with it" {
	assert_equal "$(of iommu.json 0000:00:10.0 '[.id, .verdict]')" '["8086:10d3","alone"]' "the network card"
	assert_equal "$(of iommu.json 0000:01:01.0 '[.verdict, .with]')" '["together",["0000:01:02.0"]]' "one of two"
	assert_equal "$(report iommu.json | jq '[.groups[].functions[] | select(.verdict == "host")] | length')" 3 \
		"disks that the host stands on"
	assert_equal "$(report bound.json | jq '[.groups[].functions[] | select(.verdict == "host")] | length')" 4 \
		"... with those that it swaps to"
	assert_equal "$(of bound.json 0000:00:10.0 .verdict)" '"ready"' "the network card on vfio-pci"
	told iommu.tree '0000:00:10.0 Ethernet controller.*can be passed through'
	told iommu.tree '0000:01:01.0 .*only together with 0000:01:02.0'
	report iommu.svg | xmllint --noout - || vm_fail "the SVG is not well-formed"
	told iommu.svg '0000:00:10.0'
}

@test "a device goes to vfio-pci late, stays where it must, and comes back to its driver" {
	told up '0000:00:10.0 .*: e1000e -> vfio-pci # guests/small.conf:5'
	told up.card '/vfio-pci$'
	told pair '0000:01:01.0 .*: e1000 -> vfio-pci.*no guest can have it while 0000:01:02.0 in its IOMMU group has driver e1000'
	told pair_up '0000:01:01.0 is not passed through: its interface eth[0-9] is up; ip link set eth[0-9] down lets it go'
	assert_status held 0
	told held '^0000:00:10.0 stays with vfio-pci: process [0-9]+, a guest, has it$'
	told down.card '/e1000e$'
	told down.override '^\(null\)$'
}

# finding KEY CHECK: levels that check --json has of one of its checks.
finding() {
	report "$1" | jq -r ".findings[] | select(.check == \"$2\") | .severity" | sort -u | paste -sd ' '
}

@test "check tells what is missing, and what is there once it is up" {
	assert_equal "$(finding unprepared hugepages)" problem "huge pages before"
	assert_equal "$(finding unprepared iommu)" warning "the card before"
	assert_equal "$(finding prepared hugepages)" ok "huge pages"
	assert_equal "$(finding prepared iommu)" ok "the card"
	assert_equal "$(finding prepared kvm)" problem "KVM in a machine without it"
}
