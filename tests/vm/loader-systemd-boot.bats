#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Real systemd-boot under OVMF, with entries made by the real kernel-install.

load loader

@test "systemd-boot: an image that does not come up gives way to the one before it, after its tries" {
	local version
	loader_begin /EFI/debian/grubx64.efi
	loader_boot ovmf deadline=600 <<-'END'
		set -e
		entries=/boot/efi/loader/entries
		case $boot in
		1)
			printf '[BootLoader]\nType=systemd-boot\nTries=2\n' >>/etc/bedplate/host.conf
			echo "console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 of.ours" >/etc/bedplate/cmdline
			echo "console=ttyS0 somebody's" >/etc/kernel/cmdline
			echo "timeout 0" >/boot/efi/loader/loader.conf
			bedplate boot apply --yes
			tell again bedplate boot apply --yes
			tell installed ls $entries
			tell old cat /etc/kernel/cmdline.bedplate-old
			cp /boot/efi/EFI/systemd/systemd-bootx64.efi /boot/efi/EFI/BOOT/BOOTX64.EFI
			;;
		2)
			tell tried ls $entries
			# systemd's own takes the counter off; ours comes second.
			export SYSTEMD_RELAX_ESP_CHECKS=1
			tell assessed /lib/systemd/systemd-bless-boot --path=/boot/efi status
			/lib/systemd/systemd-bless-boot --path=/boot/efi good
			tell blessed ls $entries
			bedplate boot good
			tell good ls $entries
			tell again bedplate boot apply --yes
			mkdir -p /etc/bedplate/image.d/broken/run
			printf '#!/bin/sh\necho c >/proc/sysrq-trigger\n' >/etc/bedplate/image.d/broken/run/device
			chmod 755 /etc/bedplate/image.d/broken/run/device
			bedplate mkinitramfs update
			bedplate boot apply --yes
			tell upgraded ls $entries
			;;
		3)
			bedplate boot good
			tell fallback ls $entries
			tell status bedplate boot status --json
			exit 0
			;;
		esac
		exit 1
	END
	assert_boots 3
	version=$(<"$vm_state/kernel/$KERNEL/version")
	name=0123456789abcdef0123456789abcdef-$version
	assert_equal "$(after 1 installed)" "$name+2.conf" "the entry"
	assert_equal "$(after 1 again)" "everything is as it ought to be" "a second apply"
	assert_equal "$(after 1 old)" "console=ttyS0 somebody's" "the command line of before"
	[[ $(cmdline 2) == *"initrd=\\0123456789abcdef0123456789abcdef\\$version\\initrd.img-$version panic=30 root=UUID="*" ro console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 of.ours "* ]] ||
		vm_fail "the command line is $(cmdline 2)"
	assert_equal "$(after 2 tried)" "$name+1-1.conf" "the entry while it is tried"
	assert_equal "$(after 2 assessed)" "indeterminate" "what systemd-bless-boot says of the boot"
	assert_equal "$(after 2 blessed)" "$name.conf" "the entry when systemd-bless-boot was there"
	assert_equal "$(after 2 good)" "$name.conf" "the entry when it was good"
	assert_equal "$(after 2 again)" "everything is as it ought to be" "an apply when it is good"
	assert_equal "$(after 2 upgraded | xargs)" "$name+2.conf $name-previous.conf" "the entries with a new image"
	assert_equal "$(grep -c 'sysrq: Trigger a crash' "$vm_dir/console.log")" 2 "tries"
	assert_equal "$(after 3 fallback | xargs)" "$name+0-2.conf $name-previous.conf" "the entries after the fallback"
	assert_equal "$(image_of 3)" "$(image_of 2)" "the image after the fallback"
	after 3 status | jq -e '.trial.state == "failed"' >/dev/null || vm_fail "status tells no failure"
}
