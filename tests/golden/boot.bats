#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# bedplate boot, with the real grub-mkconfig, grub-script-check and grub-editenv in a fake root.

load lib
load grub-lib

setup_file() {
	golden_setup_file
}

setup() {
	unshare --user --map-root-user --mount true || skip "no user namespaces here"
	golden_setup
	tree nvme
	grub_root
	conf "[Image]" Verify=no
	kernel_file 6.1.0-fake
	update
	config=$root/boot/grub/grub.cfg
}

cmdline() {
	printf '%s\n' "$@" >"$root/etc/bedplate/cmdline"
}

kernel_file() {
	echo "kernel $1" >"$root/boot/vmlinuz-$1"
}

# newer_kernel: 6.1.1-fake beside the first, with an image.
newer_kernel() {
	cp -a "$root/lib/modules/6.1.0-fake" "$root/lib/modules/6.1.1-fake"
	find "$root/lib/modules/6.1.1-fake" -name '*.ko' \
		-exec sed -i 's/vermagic=6\.1\.0-fake/vermagic=6.1.1-fake/' {} +
	cp "$root/boot/config-6.1.0-fake" "$root/boot/config-6.1.1-fake"
	kernel_file 6.1.1-fake
	update 6.1.1-fake
}

image_id() {
	jq -r .image.id "$root/boot/initrd.img-$1.json"
}

# running VERSION: this boot came from that kernel's image.
running() {
	mkdir -p "$root/run/bedplate" "$root/proc/sys/kernel"
	echo "$1" >"$root/proc/sys/kernel/osrelease"
	echo "{\"image\": \"$(image_id "$1")\"}" >"$root/run/bedplate/boot.json"
}

# comes_up LINE [VERSION]: this boot came from that kernel's image with this command line, and is good.
comes_up() {
	echo "BOOT_IMAGE=/boot/vmlinuz root=UUID=1-2 ro $1" >"$root/proc/cmdline"
	running "${2:-6.1.0-fake}"
	boot good
}

# lines: what each of our entries hands its kernel, behind root= and ro.
lines() {
	sed -n "s/^menuentry .*menuentry_id_option '\(bedplate-[^']*\)' {/\1/p; /10_linux/q
		s/^\tlinux\t.* ro \(\${bedplate_panic} \)\?/\t/p" "$config" | paste -sd' '
}

environment() {
	grub-editenv "$root/boot/grub/grubenv" list | sort | paste -sd' '
}

# our_entries: ids of the menu entries that are ours, in their order.
our_entries() {
	sed -n "s/^menuentry .*menuentry_id_option '\(bedplate-[^']*\)' {/\1/p" "$config" | paste -sd' '
}

fingerprint() {
	(cd "$root" && find etc boot var -type f -exec sha256sum {} + 2>/dev/null | sort -k 2)
}

@test "plan shows a diff of everything that apply does, and changes nothing" {
	cmdline quiet nosmt
	before=$(fingerprint)
	run boot plan
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$before" = "$(fingerprint)" ]
	[[ $output == *"+++ /etc/default/grub.d/bedplate.cfg"* ]]
	[[ $output == *"+GRUB_CMDLINE_LINUX='quiet nosmt'"* ]]
	[[ $output == *"+++ /etc/grub.d/09_bedplate"* ]]
	[[ $output == *"+entry bedplate-6.1.0-fake: /boot/vmlinuz-6.1.0-fake /boot/initrd.img-6.1.0-fake"* ]]
	[[ $output != *$'\033'* ]]
	[ "$(boot plan --json | jq -r '[.loader, .steps[].action] | join(" ")')" = "grub write write generate write" ]
	run boot apply --dry-run
	[ "$status" -eq 0 ] && [[ $output == *"+++ /etc/grub.d/09_bedplate"* ]]
	[ "$before" = "$(fingerprint)" ]
}

@test "apply puts our entries in front in the real grub-mkconfig's file; again it does nothing" {
	newer_kernel
	kernel_file 6.2.0-noimage
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake" ]
	grub-script-check "$config"
	grep -m1 menuentry\  "$config" | grep -q bedplate-6.1.1-fake
	grep -q "with Linux 6.2.0-noimage" "$config"
	sed -n '/BEGIN.*09_bedplate/,/END.*09_bedplate/p' "$config" |
		sed -E "s/[0-9a-f]{16}/IMAGE-ID/" >"$work/entries"
	same_as_expected boot-grub.cfg "$work/entries"
	stat -c '%i %z' "$config" "$root/etc/grub.d/09_bedplate" "$root/boot/grub/grubenv" >"$work/before"
	run boot apply --yes
	[ "$status" -eq 0 ] && [ "$output" = "everything is as it ought to be" ]
	stat -c '%i %z' "$config" "$root/etc/grub.d/09_bedplate" "$root/boot/grub/grubenv" | cmp - "$work/before"
	# What somebody changes by hand is seen and set right.
	echo "exit 1" >>"$root/etc/grub.d/09_bedplate"
	run boot plan
	[[ $output == *"-exit 1"* ]]
	boot apply --yes
	refute grep -q "exit 1" "$root/etc/grub.d/09_bedplate"
}

@test "the command line of our file, with what rules and guests need, is that of every entry" {
	mkdir -p "$root/etc/bedplate/guests"
	printf 'processor : 0\nvendor_id : GenuineIntel\n' >"$root/proc/cpuinfo"
	printf '%s\n' '[Memory]' Size=4G HugePages=1G '[Passthrough]' Address=01:00.0 \
		>"$root/etc/bedplate/guests/web.conf"
	conf "[Image]" Verify=no "[KernelArgs]" Require=nosmt
	cmdline "# ours" quiet 'dyndbg="file a +p"'
	run boot cmdline
	[ "$output" = 'quiet dyndbg="file a +p" nosmt intel_iommu=on hugepagesz=1G hugepages=4' ]
	run boot cmdline --explain
	same_as_expected boot-explain <(echo "$output")
	[ "$(boot cmdline --json | jq -r '.words[0] | .word, .origin' | paste -sd' ')" = "quiet cmdline:2" ]
	boot apply --yes
	words="ro quiet 'dyndbg=file a +p' nosmt intel_iommu=on hugepagesz=1G hugepages=4"
	# ours, the distribution's first one, and its advanced and recovery ones
	[ "$(grep -cF "$words" "$config")" -ge 3 ]
	refute grep -qvF nosmt <(grep -E "^\s*linux\s" "$config")
	# Without our file the distribution's own command line is back.
	rm "$root/etc/bedplate/cmdline"
	boot apply --yes
	[ ! -e "$root/etc/default/grub.d/bedplate.cfg" ]
	grep "linux.*vmlinuz" "$config" | grep -q "console=ttyS0 quiet"
	refute grep -q nosmt "$config"
}

@test "words and rules that contradict each other are named with both places, and nothing is done" {
	conf "[Image]" Verify=no "[KernelArgs]" Require=intel_iommu=on Forbid=quiet
	cmdline "# ours" intel_iommu=off quiet
	before=$(fingerprint)
	fails 2 "cmdline:2: intel_iommu=off, but intel_iommu=on is required .host.conf:4" boot apply --yes
	[[ $output == *"cmdline:3: quiet, but quiet is forbidden (host.conf:5)"* ]]
	[ "$before" = "$(fingerprint)" ]
	conf "[Image]" Verify=no "[KernelArgs]" Advise=intel_iommu=on
	run boot apply --yes
	[ "$status" -eq 0 ] && [[ $output == *"warning: cmdline:2: intel_iommu=off, but intel_iommu=on is advised"* ]]
}

@test "cmdline --import brings over what GRUB has, once" {
	# shellcheck disable=SC2016 # GRUB's shell is to expand it
	echo 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=256M"' \
		>"$root/etc/default/grub.d/kdump.cfg"
	[ "$(boot cmdline 2>/dev/null)" = "console=ttyS0 quiet crashkernel=256M" ]
	[ "$(boot cmdline --explain 2>/dev/null | head -n 1)" = "console=ttyS0: grub" ]
	boot cmdline --import
	[ "$(grep -v '^#' "$root/etc/bedplate/cmdline" | paste -sd' ')" = "console=ttyS0 quiet crashkernel=256M" ]
	[ "$(boot cmdline)" = "console=ttyS0 quiet crashkernel=256M" ]
	fails 1 "/etc/bedplate/cmdline is there already" boot cmdline --import
	run boot apply --yes
	[[ $output == *"/etc/default/grub.d/kdump.cfg changes the command line of GRUB's own entries"* ]]
}

@test "a new image is counted until it is marked as good; one that is used up gives way" {
	running 6.1.0-fake
	boot good
	boot apply --yes
	[ "$(environment)" = "" ]
	newer_kernel
	boot apply --yes
	[[ $(environment) == "bedplate_trial="*" bedplate_tries=3" ]]
	grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
	grep -A 2 "bedplate_tries}\" = \"0\"" "$config" | grep -q 'set bedplate_first="bedplate-6.1.0-fake"'
	[ "$(boot status --json | jq -r '.trial.state, .trial.fallback' | paste -sd' ')" = "running bedplate-6.1.0-fake" ]
	# GRUB has counted one off; apply leaves it so.
	grub-editenv "$root/boot/grub/grubenv" set bedplate_tries=2
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	[[ $(environment) == *bedplate_tries=2 ]]
	# It comes up.
	running 6.1.1-fake
	boot good
	[ "$(environment)" = "" ]
	[ "$(boot status --json | jq -c '[.trial.state, .running.good]')" = '["none",true]' ]
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	# The next one of that kernel does not.
	conf "[Image]" Verify=no "[Boot]" Timeout=80s
	update 6.1.1-fake
	boot apply --yes
	[[ $(environment) == "bedplate_trial="*" bedplate_tries=3" ]]
	grep -q 'set bedplate_first="bedplate-6.1.1-fake-prev"' "$config"
	grub-editenv "$root/boot/grub/grubenv" set bedplate_tries=0
	echo "{\"image\": \"$(jq -r .image.id "$root/boot/initrd.img-6.1.1-fake.prev.json")\"}" \
		>"$root/run/bedplate/boot.json"
	boot good
	run boot status
	echo "$output"
	[[ $output == *"trial: the image for kernel 6.1.1-fake, tried since "*", did not come up; another was good on "* ]]
	# From now on it is the default whatever GRUB remembers.
	[[ $(boot apply --yes) == *"+the fallback is the default: what was tried did not come up"* ]]
	[[ $(environment) == *bedplate_tries=0 ]]
	refute grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	echo lvm >"$root/tmp/abstraction"
	boot apply --yes
	refute grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
	rm "$root/tmp/abstraction"
	boot apply --yes
	boot apply --yes --retry
	grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
	[[ $(environment) == *bedplate_tries=3 ]]
}

@test "a new command line is tried in the first entry alone, and proven it is everybody's" {
	newer_kernel
	cmdline quiet nosmt
	boot apply --yes
	[ "$(boot status --json | jq -r .trial.state)" = running ]
	comes_up "quiet nosmt" 6.1.1-fake
	[ "$(environment)" = "" ]
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	cmdline quiet nosmt root=UUID=typo
	# Whoever runs grub-mkconfig before apply does not bring it in uncounted.
	in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	refute grep -q typo "$config"
	run boot apply --yes
	echo "$output"
	[[ $output == *"the new command line is tried 3 times; then the entry with the previous one is started"* ]]
	[[ $output == *"+command line: quiet nosmt root=UUID=typo"* ]]
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.1-fake-cmdline bedplate-6.1.0-fake" ]
	grep -q "6.1.1-fake (previous command line)' .*bedplate-6.1.1-fake-cmdline" "$config"
	[ "$(grep -c typo <(grep -P '^\tlinux' "$config"))" = 1 ]
	grep -P '^\tlinux' "$config" | head -n 1 | grep -q 'vmlinuz-6.1.1-fake ${bedplate_panic} quiet nosmt root=UUID=typo$'
	[ "$(grep -cE '^\s+linux.* ro +quiet nosmt *$' "$config")" -ge 4 ]
	[[ $(environment) == *"bedplate_tries=3" ]]
	grep -A 2 "bedplate_tries}\" = \"0\"" "$config" | grep -q 'set bedplate_first="bedplate-6.1.1-fake-cmdline"'
	grep -q 'set fallback="1"' "$config"
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	[[ $(boot status) == *"trial: running (the command line)"*"  +root=UUID=typo"* ]]
	# The former one ends no trial while tries are left, and fails it when there are none.
	comes_up "quiet nosmt" 6.1.1-fake
	[ "$(boot status --json | jq -r .trial.state)" = running ]
	grub-editenv "$root/boot/grub/grubenv" set bedplate_tries=0
	comes_up "quiet nosmt" 6.1.1-fake
	run boot status
	echo "$output"
	[[ $output == *"trial: the command line for kernel 6.1.1-fake, tried since "*", did not come up; another was good on "* ]]
	[[ $output == *"  +root=UUID=typo"* ]]
	[[ $(boot apply --yes) == *"+the fallback is the default"* ]]
	grep -q 'set bedplate_first="bedplate-6.1.1-fake-cmdline"' "$config"
	boot apply --yes --retry
	grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
	[[ $(environment) == *bedplate_tries=3 ]]
	# It does come up, after all: then all get it, and nothing is left to be done.
	echo "BOOT_IMAGE=/boot/vmlinuz panic=30 quiet nosmt root=UUID=typo" >"$root/proc/cmdline"
	boot good
	[ "$(environment)" = "" ]
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake" ]
	refute grep -qvF typo <(grep -P '^\s+linux' "$config")
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	[ "$(boot status --json | jq -r .trial.state)" = none ]
	# One that was good before needs no trial.
	cmdline quiet nosmt
	run boot apply --yes
	[[ $output != *"is tried"* ]]
	[ "$(environment)" = "" ]
}

@test "the command line of a distribution that was good is the one to fall back to" {
	boot apply --yes
	comes_up "console=ttyS0 quiet"
	boot cmdline --import
	run boot apply --yes
	[[ $output != *"is tried"* ]]
	[ "$(environment)" = "" ]
	cmdline quiet
	run boot apply --yes
	[[ $output == *"the new command line is tried 3 times"* ]]
	[ "$(our_entries)" = "bedplate-6.1.0-fake bedplate-6.1.0-fake-cmdline" ]
	grep -qP '^\tlinux.* ro console=ttyS0 quiet$' "$config"
}

@test "a command line without words was good as well, and is kept while the first one is tried" {
	boot apply --yes
	comes_up ""
	[ "$(jq -c '[.good[].cmdline]' "$root/var/lib/bedplate/boot.json")" = '[""]' ]
	cmdline root=/dev/typo
	run boot apply --yes
	[[ $output == *"the new command line is tried 3 times"* ]]
	[ "$(our_entries)" = "bedplate-6.1.0-fake bedplate-6.1.0-fake-cmdline" ]
	[ "$(grep -c typo <(grep -P '^\s+linux' "$config"))" = 1 ]
	# What comes up without it does not prove it.
	comes_up ""
	[[ $(environment) == *"bedplate_tries=3" ]]
	[ "$(boot status --json | jq -r .trial.state)" = running ]
}

@test "where it is not plain which boot loader it is, a good boot's command line is not known" {
	boot apply --yes
	mkdir -p "$root/boot/efi/EFI/systemd"
	: >"$root/boot/efi/EFI/systemd/systemd-bootx64.efi"
	running 6.1.0-fake
	echo "root=UUID=1-2 ro quiet" >"$root/proc/cmdline"
	fails 1 "are installed, and neither is known" boot plan
	boot good
	[ "$(jq -c '[.good[].cmdline]' "$root/var/lib/bedplate/boot.json")" = '[null]' ]
}

# not_brought_in: a new command line that no apply has seen changes nothing in the menu, also where an
# older version has applied the one before.
not_brought_in() {
	local now
	now=$(cat "$root/etc/bedplate/cmdline")
	cp "$config" "$work/menu"
	cp "$root/var/lib/bedplate/boot.json" "$work/state"
	cmdline "$now" root=UUID=typo
	in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	diff "$work/menu" "$config"
	jq 'del(.line)' "$work/state" >"$root/var/lib/bedplate/boot.json"
	in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	diff "$work/menu" "$config"
	cp "$work/state" "$root/var/lib/bedplate/boot.json"
	cmdline "$now"
}

@test "a command line that is not applied yet ends no trial, and hides none that failed" {
	cmdline quiet
	boot apply --yes
	comes_up quiet
	newer_kernel
	boot apply --yes
	grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
	not_brought_in
	grub-editenv "$root/boot/grub/grubenv" set bedplate_tries=0
	comes_up quiet
	boot apply --yes
	grep -q '^#bedplate the fallback is the default' "$config"
	not_brought_in
	boot apply --yes
	refute grep -q 'set bedplate_first="bedplate-6.1.1-fake"' "$config"
}

@test "nor is it in the menu where GRUB cannot count, or nothing is to be tried" {
	echo lvm >"$root/tmp/abstraction"
	cmdline quiet
	boot apply --yes
	comes_up quiet
	not_brought_in
	conf "[Image]" Verify=no "[BootLoader]" Tries=0
	cp "$config" "$work/menu"
	cmdline quiet root=UUID=typo
	in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	diff "$work/menu" "$config"
	rm "$root/etc/bedplate/cmdline"
	in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	diff "$work/menu" "$config"
	cmdline quiet root=UUID=typo
	boot apply --yes
	refute grep -qvF typo <(grep -P '^\s+linux' "$config")
	[[ $(boot apply --yes) == *"everything is as it ought to be"* ]]
}

@test "a new image is tried also while the words are wrong, with the command line before" {
	newer_kernel
	cmdline quiet
	boot apply --yes
	comes_up quiet 6.1.1-fake
	conf "[Image]" Verify=no "[Boot]" Timeout=80s "[KernelArgs]" Require=intel_iommu=on
	cmdline quiet intel_iommu=off
	# Nothing is new, so nothing is done.
	before=$(fingerprint)
	fails 2 "cmdline:2: intel_iommu=off, but intel_iommu=on is required" boot apply --yes
	[ "$before" = "$(fingerprint)" ]
	update 6.1.1-fake
	fails 2 "cmdline:2: intel_iommu=off, but intel_iommu=on is required" boot apply --yes
	[[ $(environment) == "bedplate_trial="*" bedplate_tries=3" ]]
	key=$(environment | sed 's/bedplate_trial=\([0-9a-f]*\).*/\1/')
	grep -q "bedplate_count $key" "$config"
	grep -A 2 "bedplate_tries}\" = \"0\"" "$config" | grep -q 'set bedplate_first="bedplate-6.1.1-fake-prev"'
	refute grep -q intel_iommu "$config" "$root/etc/default/grub.d/bedplate.cfg"
	# It goes on, whoever comes by, and ends as any.
	grub-editenv "$root/boot/grub/grubenv" set bedplate_tries=2
	fails 2 "intel_iommu=on is required" boot apply --yes
	in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	grep -q "bedplate_count $key" "$config"
	[[ $(environment) == *bedplate_tries=2 ]]
	comes_up quiet 6.1.1-fake
	[ "$(environment)" = "" ]
}

@test "a mistake that is not applied yet is not handed out by a good boot" {
	cmdline quiet
	boot apply --yes
	comes_up quiet
	cmdline quiet nosmt
	boot apply --yes
	cmdline quiet nosmt root=typo
	comes_up "quiet nosmt"
	refute grep -rq typo "$config" "$root/etc/default/grub.d"
	[[ $(boot status) == *"apply would change: "*grub.cfg* ]]
}

@test "a kernel that was replaced under its name is tried, with the image it was good with" {
	newer_kernel
	boot apply --yes
	comes_up quiet 6.1.0-fake
	comes_up quiet 6.1.1-fake
	boot apply --yes
	[ "$(environment)" = "" ]
	echo "another kernel" >"$root/boot/vmlinuz-6.1.1-fake"
	boot apply --yes
	[[ $(environment) == *bedplate_tries=3 ]]
	[[ $(boot status) == *"trial: running (the kernel)"* ]]
	[ "$(boot status --json | jq -r .trial.fallback)" = bedplate-6.1.0-fake ]
	comes_up quiet 6.1.1-fake
	[ "$(environment)" = "" ]
}

@test "marking a boot as good again proves no kernel that has replaced its own since" {
	mkdir -p "$root/proc/sys/kernel/random"
	echo 11111111-1111-4111-8111-111111111111 >"$root/proc/sys/kernel/random/boot_id"
	newer_kernel
	comes_up quiet 6.1.0-fake
	comes_up quiet 6.1.1-fake
	boot apply --yes
	echo 22222222-2222-4222-8222-222222222222 >"$root/proc/sys/kernel/random/boot_id"
	boot good
	echo "another kernel" >"$root/boot/vmlinuz-6.1.1-fake"
	boot apply --yes
	[[ $(environment) == *bedplate_tries=3 ]]
	boot good
	[[ $(environment) == *bedplate_tries=3 ]]
	[[ $(boot status) == *"trial: running (the kernel)"* ]]
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	# It is started.
	echo 33333333-3333-4333-8333-333333333333 >"$root/proc/sys/kernel/random/boot_id"
	boot good
	[ "$(environment)" = "" ]
	[ "$(boot status --json | jq -r .trial.state)" = none ]
}

@test "a state of an older version makes nothing new" {
	boot apply --yes
	comes_up "console=ttyS0 quiet"
	state=$root/var/lib/bedplate/boot.json
	jq 'del(.good[].kernel_id, .good[].cmdline)' "$state" >"$work/json"
	cp "$work/json" "$state"
	cmdline console=ttyS0 quiet
	run boot apply --yes
	[[ $output != *"is tried"* ]]
	boot good
	[ "$(jq -c '[.good[] | .cmdline]' "$state")" = '["console=ttyS0 quiet"]' ]
}

@test "TrialPanic= that was changed reaches the entries" {
	newer_kernel
	boot apply --yes
	conf "[Image]" Verify=no "[BootLoader]" TrialPanic=77s
	[[ $(boot apply --yes) == *"with panic=77"* ]]
	grep -q 'set bedplate_panic="panic=77"' "$config"
}

@test "a boot that came from another entry while tries are left ends no trial" {
	running 6.1.0-fake
	boot good
	newer_kernel
	boot apply --yes
	boot good
	[[ $(environment) == *bedplate_tries=3 ]]
	[ "$(boot status --json | jq -r .trial.state)" = running ]
}

@test "where GRUB cannot write its environment there are entries, but no tries, and it is said" {
	running 6.1.0-fake
	boot good
	newer_kernel
	echo lvm >"$root/tmp/abstraction"
	run boot apply --yes
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"GRUB cannot write to /boot/grub (lvm): the tries of a new image are not counted"* ]]
	[ "$(environment)" = "" ]
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake" ]
	refute grep -q bedplate_tries "$config"
	grep -q 'set fallback="1"' "$config"
}

@test "a configuration that GRUB would not take is not installed" {
	boot apply --yes
	cp "$config" "$work/before"
	printf '#!/bin/sh\necho "if then fi {"\n' >"$root/etc/grub.d/42_broken"
	chmod 755 "$root/etc/grub.d/42_broken"
	newer_kernel
	fails 1 "/boot/grub/grub.cfg stays as it is: grub-script-check: .*yntax error" boot apply --yes
	cmp "$config" "$work/before"
	nothing_but "$root/boot/grub" grub.cfg grubenv
	# Nor one that our entries are not in.
	rm "$root/etc/grub.d/42_broken"
	mv "$root/opt/bedplate/bedplate" "$root/opt/bedplate/gone"
	fails 1 "did not put our entries into" boot apply --yes
	cmp "$config" "$work/before"
}

# killed_at NUMBER COMMAND...: boot COMMAND, killed at so many'th rename; fails when it came so far.
killed_at() {
	local number=$1
	shift
	PATH=/opt/bedplate:$PATH BEDPLATE_EXEC_PATH=/opt/bedplate BEDPLATE_LIBDIR=$here/../../boot \
		in_root strace -qq -o "$work/trace" -e trace=renameat \
		-e inject=renameat:signal=KILL:when="$number" "$B/boot/bedplate-boot" "$@" --root "$root" \
		>/dev/null 2>&1
	refute [ $? -eq 0 ]
}

@test "killed at any of its renames, apply leaves each file whole, and the next one goes on" {
	boot apply --yes
	newer_kernel
	cmdline nosmt
	cp -a "$root" "$work/start"
	boot apply --yes
	fingerprint >"$work/whole"
	number=1
	while rm -rf "$root" && cp -a "$work/start" "$root" && killed_at $number apply --yes; do
		grub-script-check "$config"
		[ -s "$config" ]
		cmp "$root/etc/grub.d/09_bedplate" "$here/../../boot/grub-entries"
		boot apply --yes
		fingerprint | grep -vE '/\..*\.new$|var/lib' | diff <(grep -v var/lib "$work/whole") -
		number=$((number + 1))
	done
	# the trial that begins, the command line, the configuration that is checked and that which
	# is installed, the state
	[ $number -eq 6 ]
}

# whole_configuration: GRUB takes it, our entries are there, and so is each file that it loads.
whole_configuration() {
	local missing
	grub-script-check "$config" && [ -n "$(our_entries)" ] || return 1
	missing=$(awk '$1 == "linux" || $1 == "initrd" { print $2 }' "$config" |
		while read -r file; do [ -s "$root$file" ] || echo "$file"; done)
	[ -z "$missing" ] || { echo "not there: $missing" && return 1; }
}

@test "killed after any call of its own, or of what it runs, apply leaves a configuration whose files are there" {
	local number=1
	boot apply --yes
	newer_kernel
	cmdline nosmt
	cp -a "$root" "$work/start"
	while PATH=/opt/bedplate:$PATH BEDPLATE_EXEC_PATH=/opt/bedplate BEDPLATE_LIBDIR=$here/../../boot \
		in_root "$B/tests/golden/killat" $number "$B/boot/bedplate-boot" apply --yes --root "$root" >"$work/words" 2>&1; do
		whole_configuration || { cat "$work/words" && echo "killed after call $number" && return 1; }
		rm -rf "$root"
		cp -a "$work/start" "$root"
		number=$((number + 1))
	done
	whole_configuration
	[[ $(our_entries) == bedplate-6.1.1-fake* ]]
	[ $number -gt 15 ]
}

@test "Type=none takes back all that was set up" {
	fingerprint | grep -vE 'boot/grub/grub.cfg|host.conf' >"$work/before"
	cmdline quiet
	boot apply --yes
	newer_kernel
	boot apply --yes
	rm -r "$root"/boot/*6.1.1-fake* "$root/etc/bedplate/cmdline"
	conf "[Image]" Verify=no "[BootLoader]" Type=none
	boot apply --yes
	fingerprint | grep -vE 'boot/grub/grub.cfg|var/lib/bedplate|host.conf' | diff "$work/before" -
	refute grep -q bedplate "$config"
	[ "$(boot apply --yes)" = "no boot loader is set up ([BootLoader] Type=none)" ]
}

@test "apply --clear takes back what was set up, whatever host.conf says, and keeps the images" {
	fingerprint | grep -vE 'boot/grub/grub.cfg|host.conf' >"$work/before"
	cmdline quiet
	boot apply --yes
	grep -q bedplate "$config"
	boot apply --clear --yes | grep -x "no boot loader is set up from here any more (--clear)"
	rm "$root/etc/bedplate/cmdline"
	fingerprint | grep -vE 'boot/grub/grub.cfg|var/lib/bedplate|host.conf' | diff "$work/before" -
	refute grep -q bedplate "$config"
	[ ! -e "$root/etc/grub.d/09_bedplate" ]
}

@test "a GRUB that reads no drop-ins gets a marked block, and nothing else is changed" {
	sed '/^for x in .*grub.d/,/^done/d' /usr/sbin/grub-mkconfig >"$work/grub-mkconfig"
	chmod 755 "$work/grub-mkconfig"
	cp "$root/etc/default/grub" "$work/before"
	export mkconfig=$work/grub-mkconfig
	cmdline nosmt
	boot apply --yes
	[ ! -e "$root/etc/default/grub.d/bedplate.cfg" ]
	diff "$work/before" "$root/etc/default/grub" >"$work/diff" || true
	refute grep '^<' "$work/diff"
	grep -q "^> GRUB_CMDLINE_LINUX='nosmt'" "$work/diff"
	grep -q "ro nosmt" "$config"
	cmdline nosmt quiet
	boot apply --yes
	[ "$(grep -c "BEGIN bedplate" "$root/etc/default/grub")" = 1 ]
	# A block that lost its end takes no lines of others with it.
	cp "$root/etc/default/grub" "$work/whole"
	sed -i '/END bedplate/d' "$root/etc/default/grub"
	echo "GRUB_TERMINAL=serial" >>"$root/etc/default/grub"
	cp "$root/etc/default/grub" "$work/open"
	fails 2 "/etc/default/grub:[0-9]*: .# BEGIN bedplate boot. has no" boot apply --yes
	cmp "$work/open" "$root/etc/default/grub"
	cp "$work/whole" "$root/etc/default/grub"
	rm "$root/etc/bedplate/cmdline"
	boot apply --yes
	cmp "$work/before" "$root/etc/default/grub"
}

@test "the running kernel's image from somebody else is what comes up where our first one does not" {
	rm "$root"/boot/initrd.img-*
	echo theirs | tee "$root/boot/initrd.img-6.1.0-fake" >"$root/boot/initrd.img-6.0.0-older"
	kernel_file 6.0.0-older
	mkdir -p "$root/proc/sys/kernel"
	echo 6.1.0-fake >"$root/proc/sys/kernel/osrelease"
	newer_kernel
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake-prev" ]
	[[ $(environment) == *bedplate_tries=3 ]]
	grep -A 1 'bedplate_tries}" = "0" ]; then' "$config" |
		grep -q 'set bedplate_first="bedplate-6.1.0-fake-prev"'
	grep -q 'set fallback="1"' "$config"
	grep -A 20 "bedplate-6.1.0-fake-prev' {" "$config" | grep -m 1 "initrd.*/boot/initrd.img-6.1.0-fake"
	# As soon as there is one of ours, that comes instead.
	update 6.1.0-fake
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake bedplate-6.1.0-fake-prev" ]
	grep -q 'set bedplate_first="bedplate-6.1.0-fake"' "$config"
}

@test "the running kernel's image from somebody else never comes first, and not beside one of ours" {
	update --set Boot.Timeout=80s
	rm "$root"/boot/initrd.img-6.1.0-fake{,.json}
	echo theirs | tee "$root/boot/initrd.img-6.1.0-fake" >"$root/boot/initrd.img-6.1.1-fake"
	kernel_file 6.1.1-fake
	mkdir -p "$root/proc/sys/kernel"
	echo 6.1.0-fake >"$root/proc/sys/kernel/osrelease"
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.0-fake-prev" ]
	echo 6.1.1-fake >"$root/proc/sys/kernel/osrelease"
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.0-fake-prev bedplate-6.1.1-fake-prev" ]
}

@test "an image with a name that no generator knows stands beside the distribution's own" {
	rm "$root"/boot/initrd.img-*
	echo theirs >"$root/boot/initrd.img-6.1.0-fake"
	conf "[Image]" Verify=no Name=custom-initramfs-%v.img
	update
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.0-fake" ]
	grep -q "initrd.*/boot/custom-initramfs-6.1.0-fake.img" "$config"
	grep -q "initrd.*/boot/initrd.img-6.1.0-fake" "$config"
	# The distribution's is what comes up where ours does not.
	[[ $(environment) == *bedplate_tries=3 ]]
	grep -A 1 'bedplate_tries}" = "0" ]; then' "$config" | grep -q 'set bedplate_first="1"'
	grep -q 'set fallback="1"' "$config"
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
}

@test "without --yes nothing is done where nobody can be asked" {
	before=$(fingerprint)
	fails 1 "nobody is there to be asked.*--yes" boot apply </dev/null
	[ "$before" = "$(fingerprint)" ]
}

@test "which boot loader it is has to be plain" {
	rm -r "$root/boot/grub"
	run boot apply --yes
	[ "$status" -eq 0 ] && [[ $output == *"no boot loader was found; [BootLoader] Type="* ]]
	conf "[BootLoader]" Type=grub
	fails 1 "there is no /boot/grub/grub.cfg" boot plan
	conf "[BootLoader]" Type=grup
	fails 2 "Type.*grup" boot plan
	fails 2 "did you mean apply" boot aply
}

@test "apply waits for who works on the images, and sees what that has made" {
	mkfifo "$work/held" "$work/go" "$work/words"
	newer_kernel
	mv "$root/boot/initrd.img-6.1.1-fake" "$work/image"
	flock "$root/boot" bash -c "echo >'$work/held'; read -r _ <'$work/go'
		mv '$work/image' '$root/boot/initrd.img-6.1.1-fake'" &
	read -r _ <"$work/held"
	boot apply --yes >/dev/null 2>"$work/words" &
	exec 9<"$work/words"
	read -r line <&9
	[[ $line == *"another bedplate works in /boot; waiting"* ]]
	[ ! -s "$config" ]
	echo >"$work/go"
	wait
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake" ]
}

@test "previous images have entries, also one that something else made" {
	echo theirs >"$work/theirs"
	rm "$root"/boot/initrd.img-*
	cp "$work/theirs" "$root/boot/initrd.img-6.1.0-fake"
	update
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.0-fake bedplate-6.1.0-fake-prev" ]
	cmp "$work/theirs" "$root/boot/initrd.img-6.1.0-fake.prev"
	[[ $(environment) == *bedplate_tries=3 ]]
	conf "[Image]" Verify=no "[BootLoader]" Previous=no Tries=0
	boot apply --yes
	[ "$(boot apply --yes)" = "everything is as it ought to be" ]
	# It is the fallback all the same.
	[ "$(our_entries)" = "bedplate-6.1.0-fake bedplate-6.1.0-fake-prev" ]
	[ "$(environment)" = "" ]
}

@test "an image that was found to be wrong, or is not the recorded one, has no entry" {
	newer_kernel
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.1-fake bedplate-6.1.0-fake" ]
	record=$root/boot/initrd.img-6.1.1-fake.json
	jq '.verified = {"method": "boot", "result": "failed", "reason": "no root", "when": ""}' "$record" >"$work/json"
	cp "$work/json" "$record"
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.0-fake" ]
	grep -q 'set bedplate_first="bedplate-6.1.0-fake"' "$config"
	echo >>"$root/boot/initrd.img-6.1.0-fake"
	boot apply --yes
	[ "$(our_entries)" = "" ]
}

@test "a kernel whose present image is gone starts with the one before, and it is said" {
	running 6.1.0-fake
	boot good
	conf "[Image]" Verify=no "[Boot]" Timeout=80s
	update
	boot apply --yes
	[ "$(boot status --json | jq -r .trial.state)" = running ]
	conf "[Image]" Verify=no "[BootLoader]" Previous=no
	rm "$root/boot/initrd.img-6.1.0-fake"
	boot apply --yes
	[ "$(our_entries)" = "bedplate-6.1.0-fake-prev" ]
	grub-script-check "$config"
	[ "$(environment)" = "" ]
	[ "$(boot status --json | jq -c '.trial | [.state, .first, .fallback]')" = '["none","bedplate-6.1.0-fake-prev",null]' ]
	run boot status
	[ "$status" -eq 0 ]
	[[ $output == *"kernel 6.1.0-fake has only a former image that can be started: "*"update 6.1.0-fake"* ]]
	[ "$(boot plan --json | jq -c .steps)" = "[]" ]
	update
	boot apply --yes
	[[ $(boot status) != *"former image"* ]]
}

@test "where no unit marks boots as good, it is said while something is on trial" {
	rm "$root/etc/systemd/system/bedplate-boot.service"
	run boot apply --yes
	[[ $output != *"nothing marks a boot as good"* ]]
	newer_kernel
	run boot apply --yes
	[[ $output == *"nothing marks a boot as good here: have "* ]]
}

@test "status tells what this boot came from" {
	run boot status
	[[ $output == *"no image that says its id"* ]]
	[[ $output == *"apply would change: /etc/grub.d/09_bedplate, /boot/grub/grub.cfg"* ]]
	boot apply --yes
	[ "$(boot status --json | jq -c '[.pending, .error]')" = '[[],null]' ]
	# What somebody changes is told, and so is what cannot be done.
	echo "exit 1" >>"$root/etc/grub.d/09_bedplate"
	[[ $(boot status) == *"apply would change: /etc/grub.d/09_bedplate"* ]]
	cmdline a=1
	conf "[Image]" Verify=no "[KernelArgs]" Require=a=2
	[[ $(boot status) == *"apply would fail: cmdline:1: a=1, but a=2 is required (host.conf:4)"* ]]
	running 6.1.0-fake
	[[ $(boot status) == *"running: kernel 6.1.0-fake, image /boot/initrd.img-6.1.0-fake, not marked as good yet"* ]]
	boot good
	[[ $(boot status) == *"image /boot/initrd.img-6.1.0-fake, marked as good"* ]]
	# Every boot is marked; the file changes only when another image was.
	stat -c '%i %z' "$root/var/lib/bedplate/boot.json" >"$work/before"
	boot good
	stat -c '%i %z' "$root/var/lib/bedplate/boot.json" | cmp - "$work/before"
	rm "$root"/boot/initrd.img-*
	[[ $(boot status) == *"an image that is gone ("*"), marked as good"* ]]
	jq -e . <<<"$(boot status --json)" >/dev/null
}

# ask_and NAME COMMAND: apply on a terminal; when it asks, the command is run, then the answer is y.
# What was seen goes to $work/NAME; the exit status is apply's.
ask_and() {
	local pid
	{ declare -p root work here B && declare -f in_root boot && echo "boot apply"; } >"$work/apply"
	mkfifo "$work/answer"
	script -qefc "bash $work/apply" "$work/$1" <"$work/answer" >/dev/null 3>&- &
	pid=$!
	exec 7>"$work/answer"
	rm "$work/answer"
	# The question has no newline behind it.
	timeout 60 grep -qm 1 "Do this" <(tail --pid=$pid -n +1 -F "$work/$1" 2>/dev/null 3>&- 7>&- |
		stdbuf -o0 tr '?' '\n' 3>&- 7>&-)
	eval "$2"
	echo y >&7
	exec 7>&-
	wait $pid
}

@test "apply keeps nobody out while it asks, and then does what was shown or nothing" {
	cmdline one
	ask_and first :
	grep -q "GRUB_CMDLINE_LINUX='one'" "$root/etc/default/grub.d/bedplate.cfg"
	cmdline two
	run ask_and second 'cmdline three; boot apply --yes'
	[ "$status" -eq 1 ]
	grep -q "something else was changed meanwhile, and nothing by this" "$work/second"
	grep -q "GRUB_CMDLINE_LINUX='three'" "$root/etc/default/grub.d/bedplate.cfg"
}

@test "a grub.cfg that was written by hand is not written over unasked" {
	echo "menuentry mine { chainloader +1 }" >"$config"
	fails 1 "/boot/grub/grub.cfg was not made by grub-mkconfig" boot apply --yes
	[ "$(cat "$config")" = "menuentry mine { chainloader +1 }" ]
	[ ! -e "$root/etc/grub.d/09_bedplate" ]
	boot apply --yes --force
	grep -q '^#bedplate ' "$config"
	boot apply --yes
}

@test "a wrong configuration leaves our entries as they are, and others' generators alone" {
	boot apply --yes
	grep -v '^###' "$config" >"$work/before"
	conf "[Image]" "Nonsense=1"
	fails 2 "host.conf:2" boot apply --yes
	fails 0 "our entries stay as they are" in_root_run grub-mkconfig -o /boot/grub/grub.cfg
	diff "$work/before" <(grep -v '^###' "$config")
	grep -q '^#bedplate ' "$config"
}

# in_root_run COMMAND...: as the system's own scripts run it.
in_root_run() {
	PATH=/opt/bedplate:$PATH BEDPLATE_EXEC_PATH=/opt/bedplate in_root chroot "$root" "$@"
}
