#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Real GRUB on BIOS, by a grub.cfg of the real grub-mkconfig; on OVMF: loader-efistub.bats.

load loader

@test "GRUB on BIOS: stock grub-mkconfig finds our image; an image or a command line that does not come up gives way after its tries" {
	loader_begin
	loader_boot bios deadline=900 <<-'END'
		set -e
		case $boot in
		1)
			printf '[BootLoader]\nTries=2\n' >>/etc/bedplate/host.conf
			echo "console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 of.ours" >/etc/bedplate/cmdline
			bedplate boot apply --yes
			tell again bedplate boot apply --yes
			tell installed grub-editenv list
			;;
		2)
			bedplate boot good
			tell good grub-editenv list
			tell again bedplate boot apply --yes
			cp /etc/bedplate/cmdline /etc/bedplate/cmdline.good
			echo "rd.timeout=3 root=/dev/gone of.wrong" >>/etc/bedplate/cmdline
			tell wrong bedplate boot apply --yes
			;;
		3)
			bedplate boot good
			tell line bedplate boot status
			cp /etc/bedplate/cmdline.good /etc/bedplate/cmdline
			mkdir -p /etc/bedplate/image.d/broken/run
			printf '#!/bin/sh\necho c >/proc/sysrq-trigger\n' >/etc/bedplate/image.d/broken/run/device
			chmod 755 /etc/bedplate/image.d/broken/run/device
			bedplate mkinitramfs update
			bedplate boot apply --yes
			tell upgraded grub-editenv list
			;;
		4)
			bedplate boot good
			tell fallback grub-editenv list
			tell status bedplate boot status --json
			exit 0
			;;
		esac
		exit 1
	END
	assert_boots 4
	[[ $(cmdline 1) == BOOT_IMAGE=/boot/vmlinuz-*' root=UUID='*' ro console=ttyS0 '* ]] ||
		vm_fail "the command line is $(cmdline 1)"
	assert_equal "$(after 1 again)" "everything is as it ought to be" "a second apply"
	[[ $(cmdline 2) == *" console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 of.ours" ]] ||
		vm_fail "the command line is $(cmdline 2)"
	[[ $(after 2 good) != *bedplate_tries=* ]] || vm_fail "when it was good: $(after 2 good)"
	assert_equal "$(after 2 again)" "everything is as it ought to be" "an apply when it is good"
	# A root= that is not there: init gives up on it as often as it is tried, and the line before it
	# comes up by itself.
	[[ $(after 2 wrong) == *"the new command line is tried 2 times; then the entry with the previous one is started"* ]] ||
		vm_fail "apply says of a new command line: $(after 2 wrong)"
	assert_equal "$(grep -c 'Command line: .* root=/dev/gone of.wrong' "$vm_dir/console.log")" 2 "tries of the line"
	[[ $(cmdline 3) == *" console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 of.ours" ]] ||
		vm_fail "after the tries the command line is $(cmdline 3)"
	assert_equal "$(image_of 3)" "$(image_of 2)" "the image with the line before"
	[[ $(after 3 line) == *"trial: the command line for kernel "*", did not come up;"*"  +root=/dev/gone"* ]] ||
		vm_fail "status says: $(after 3 line)"
	[[ $(after 3 upgraded | xargs) == *bedplate_tries=2* ]] || vm_fail "with a new image: $(after 3 upgraded)"
	assert_equal "$(grep -c 'sysrq: Trigger a crash' "$vm_dir/console.log")" 2 "tries of the image"
	assert_equal "$(image_of 4)" "$(image_of 2)" "the image after the fallback"
	[[ $(cmdline 4) == "$(cmdline 3)" ]] || vm_fail "its command line is $(cmdline 4)"
	after 4 status | jq -e '.trial.state == "failed"' >/dev/null || vm_fail "status tells no failure"
}
