#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The firmware as the boot loader: its own entries, made from inside by the real efibootmgr. What
# comes up first is GRUB on OVMF, by a grub.cfg of the real grub-mkconfig.

load loader

# Of the disk's machine-id.
id=f8b74fd33666fddd

# entry BOOT MARK LABEL: the line that efibootmgr has of it there.
entry() {
	after "$1" "$2" | grep -F "* $3	"
}

# number BOOT MARK LABEL: its number.
number() {
	entry "$@" | sed 's/^Boot\(....\).*/\1/'
}

@test "GRUB on OVMF boots our image; EFI entries: made, tried with image, kernel and command line, marked as good, moved from where earlier versions had them, fallen back to, removed; others' stay, another Bedplate's too" {
	loader_begin /EFI/debian/grubx64.efi
	loader_boot ovmf deadline=900 <<-'END'
		set -e
		id=f8b74fd33666fddd folder=/boot/efi/EFI/bedplate
		case $boot in
		1)
			efibootmgr -q -c -d /dev/vda -p 2 -L "Bedplate of old" -l '\EFI\debian\grubx64.efi' \
				-u 'not ours'
			# Another installation on this partition, and a copy of this one on another.
			efibootmgr -q -C -d /dev/vda -p 2 -L "Bedplate 6" -l '\EFI\bedplate\0123456789abcdef\vmlinuz' \
				-u 'of another'
			efibootmgr -q -C -d /dev/vda -p 3 -L "Bedplate 7" -l "\\EFI\\bedplate\\$id\\vmlinuz" \
				-u 'elsewhere'
			printf '[BootLoader]\nType=efistub\n' >>/etc/bedplate/host.conf
			echo "console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 \"of.two=a b\"" >/etc/bedplate/cmdline
			tell before efibootmgr -v
			tell plan bedplate boot plan
			tell unchanged efibootmgr -v
			bedplate boot apply --yes
			tell again bedplate boot apply --yes
			tell applied efibootmgr -v
			;;
		2)
			tell tried efibootmgr -v
			bedplate boot good
			tell good efibootmgr -v
			tell again bedplate boot apply --yes
			# As an earlier version would have it.
			(cd $folder/$id && mv vmlinuz-* initrd-* ..)
			number=$(efibootmgr | sed -n "s/^Boot\(....\)\* Bedplate $(uname -r)\b.*/\1/p")
			efibootmgr -q -B -b "$number"
			efibootmgr -q -c -d /dev/vda -p 2 -L "Bedplate $(uname -r)" \
				-l "\\EFI\\bedplate\\$(cd $folder && echo vmlinuz-*)" \
				-u "$(sed "s/^panic=30 //; s/$id.//" /proc/cmdline)"
			tell former efibootmgr -v
			bedplate boot apply --yes
			tell moved efibootmgr -v
			tell left ls $folder
			cp /etc/bedplate/cmdline /etc/bedplate/cmdline.good
			echo "rd.timeout=3 root=/dev/gone" >>/etc/bedplate/cmdline
			bedplate boot apply --yes
			tell line efibootmgr -v
			;;
		3)
			bedplate boot good
			tell failed bedplate boot status
			cp /etc/bedplate/cmdline.good /etc/bedplate/cmdline
			tell restored bedplate boot apply --yes
			# Another kernel of the same version, with an image that does not come up.
			for kernel in /boot/vmlinuz-*; do echo >>"$kernel"; done
			mkdir -p /etc/bedplate/image.d/broken/run
			printf '#!/bin/sh\necho c >/proc/sysrq-trigger\n' >/etc/bedplate/image.d/broken/run/device
			chmod 755 /etc/bedplate/image.d/broken/run/device
			bedplate mkinitramfs update
			bedplate boot apply --yes
			tell upgraded efibootmgr -v
			tell both ls $folder/$id
			;;
		4)
			bedplate boot good
			tell fallback efibootmgr -v
			tell status bedplate boot status --json
			tell files ls $folder
			mv /boot/efi/EFI/debian/grubx64.efi /boot/efi/EFI/debian/away
			tell stay bedplate boot apply --clear --yes
			tell stayed efibootmgr -v
			mv /boot/efi/EFI/debian/away /boot/efi/EFI/debian/grubx64.efi
			sed -i s/efistub/none/ /etc/bedplate/host.conf
			bedplate boot apply --yes
			tell removed efibootmgr -v
			tell empty ls $folder/$id
			exit 0
			;;
		esac
		exit 1
	END
	assert_boots 4
	version=$(<"$vm_state/kernel/$KERNEL/version")
	panic='p\.a\.n\.i\.c\.=\.3\.0\.|700061006[eE]00690063003[dD]0033003000'
	[[ $(cmdline 1) == BOOT_IMAGE=/boot/vmlinuz-*' root=UUID='*' ro console=ttyS0 '* ]] ||
		vm_fail "the command line by GRUB is $(cmdline 1)"
	# The plan changes nothing; what it says is done, once.
	assert_equal "$(after 1 unchanged)" "$(after 1 before)" "the entries after a plan"
	after 1 plan | grep -q '^+Bedplate ' || vm_fail "the plan has no entry"
	assert_equal "$(after 1 again)" "everything is as it ought to be" "a second apply"
	# Tried at once, though BootOrder begins with the other's.
	[[ $(cmdline 2) == "panic=30 initrd=\\EFI\\bedplate\\$id\\initrd-$version-"*".img root=UUID=b3d91a7e-0000-4000-8000-000000000021 ro console=ttyS0 no_timer_check cryptomgr.notests norandmaps panic=1 \"of.two=a b\"" ]] ||
		vm_fail "the command line is $(cmdline 2)"
	# efibootmgr 17 shows words with dots between, 18 in hexadecimal digits.
	entry 1 applied "Bedplate $version" | grep -Eq "$panic" || vm_fail "the one on trial has no panic="
	! entry 2 good "Bedplate $version" | grep -Eq "$panic" || vm_fail "the good one still has its panic="
	assert_equal "$(after 2 again)" "everything is as it ought to be" "an apply when it is good"
	ours=$(number 1 applied "Bedplate $version")
	after 1 applied | grep -q "^BootNext: $ours" || vm_fail "there was no BootNext"
	! after 1 applied | grep -q "^BootOrder: $ours" || vm_fail "it was the first before it was good"
	ours=$(number 2 good "Bedplate $version")
	! after 2 good | grep -q '^BootNext' || vm_fail "BootNext is still there"
	after 2 good | grep -q "^BootOrder: $ours," || vm_fail "the good one is not the first"
	# What an earlier version had set up moves at once, and its place in BootOrder stays.
	entry 2 former "Bedplate $version" | grep -qi 'bedplate.vmlinuz' || vm_fail "there is no former entry"
	[[ $(entry 2 moved "Bedplate $version") == *"$id"* ]] || vm_fail "the former entry was not moved: $(after 2 moved)"
	assert_equal "$(after 2 left)" "$id" "what is left of the former files"
	after 2 moved | grep -q "^BootOrder: $(number 2 moved "Bedplate $version")," || vm_fail "the moved one is not the first"
	! after 2 moved | grep -q '^BootNext' || vm_fail "what was good is tried again"
	# A root= that is not there was tried once; the line before it came up by itself.
	entry 2 line "Bedplate $version (previous command line)" >/dev/null || vm_fail "no entry has the line before"
	assert_equal "$(grep -c 'Command line: .* root=/dev/gone' "$vm_dir/console.log")" 1 "tries of the line"
	assert_equal "$(cmdline 3 | sed 's/.*\.img //')" "$(cmdline 2 | sed 's/.*\.img //')" "the command line after that"
	[[ $(after 3 failed) == *"trial: the command line for kernel $version, tried since "*"  +root=/dev/gone"* ]] ||
		vm_fail "status says: $(after 3 failed)"
	# The kernel and image that cannot boot were tried, once; those that were good came up, the kernel, too.
	assert_console 'sysrq: Trigger a crash'
	assert_equal "$(grep -c 'sysrq: Trigger a crash' "$vm_dir/console.log")" 1 "tries"
	assert_equal "$(image_of 4)" "$(image_of 2)" "the image after the fallback"
	assert_equal "$(after 3 both | grep -c '^vmlinuz-')" 2 "kernels while one is tried"
	current=$(after 4 fallback | sed -n 's/^BootCurrent: //p')
	after 4 fallback | grep "^Boot$current" | grep -q "Bedplate $version (last good)" ||
		vm_fail "the fallback was $(after 4 fallback | grep "^Boot$current")"
	entry 3 upgraded "Bedplate $version (previous)" >/dev/null || vm_fail "there is no previous one"
	after 4 status | jq -e '.trial.state == "failed" and .running.good' >/dev/null || vm_fail "status tells no failure"
	# What alone starts this host stays when all is taken back.
	[[ $(after 4 stay) == *'the firmware has no other entry that is known to start this host'*'"Bedplate of old": its file is not there'*"Boot$current \"Bedplate $version (last good)\" stays"* ]] ||
		vm_fail "apply --clear says: $(after 4 stay)"
	assert_equal "$(after 4 stayed)" "$(after 4 fallback)" "the entries after apply --clear"
	# Nothing of others' was touched, and nothing of ours is left.
	for label in "Bedplate of old" "Bedplate 6" "Bedplate 7"; do
		for mark in "1 before" "3 upgraded" "4 removed"; do
			# shellcheck disable=SC2086 # two words
			entry $mark "$label"
		done | uniq | wc -l | grep -qx 1 || vm_fail "the entry $label was changed"
	done
	assert_equal "$(after 4 empty)" "" "files that are left"
	assert_equal "$(after 4 removed | grep -c "Bedplate $version")" 0 "entries that are left"
}
