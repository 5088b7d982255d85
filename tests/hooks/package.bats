#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# The Debian package: the real dpkg installs, upgrades, removes and purges it.

load lib

# The system that all cases begin with has a kernel with the distribution's image, and GRUB.
setup_file() {
	export base=$BATS_FILE_TMPDIR/base
	layers "$base" "$hooks_state/root-bookworm"
	quick_images
	stand_ins
	mkdir -p "$root/boot/grub"
	in_root update-grub
	install_kernel older >"$base/log" 2>&1 || { cat "$base/log" && return 1; }
	umount -R -l "$root"
}

teardown_file() {
	leave_root "$base"
}

setup() {
	old=$(cat "$debs/older")
	image=boot/initrd.img-$old
	layers "$BATS_TEST_TMPDIR" "$base/changes" "$hooks_state/root-bookworm"
}

teardown() {
	[ -z "${guest_pid:-}" ] || kill "$guest_pid" 2>/dev/null || :
	leave_root
}

# An image of initramfs-tools is small; here it matters that there is one.
quick_images() {
	echo MODULES=list >"$root/etc/initramfs-tools/conf.d/quick"
}

package() {
	find "$vm_build/deb" -name 'bedplate_*.deb'
}

# dpkg_in ARGUMENT...: what it says goes to $output.
dpkg_in() {
	cp "$(package)" "$root/tmp/bedplate.deb"
	run in_root dpkg --force-unsafe-io "$@"
	echo "$output"
}

install_package() {
	dpkg_in -i /tmp/bedplate.deb
	[ "$status" -eq 0 ]
}

# former_package: one of an older version, whose apt hook was another.
former_package() {
	local tree=$BATS_TEST_TMPDIR/former
	dpkg-deb -R "$(package)" "$tree"
	sed -i 's/^Version: .*/Version: 0.0.1/' "$tree/DEBIAN/control"
	echo "// of 0.0.1" >>"$tree/etc/apt/apt.conf.d/90bedplate"
	dpkg-deb --root-owner-group -Znone -b "$tree" "$root/tmp/former.deb" >/dev/null
	in_root dpkg --force-unsafe-io -i /tmp/former.deb
}

# A systemd that seems to run, and keeps what it was told.
fake_systemd() {
	mkdir -p "$root/run/systemd/system"
	printf '#!/bin/sh\necho "$@" >>/tmp/told\n' >"$root/usr/local/bin/systemctl"
	chmod +x "$root/usr/local/bin/systemctl"
}

# A process that would be taken for the QEMU of the guest web.
fake_guest() {
	cp /bin/sleep "$BATS_TEST_TMPDIR/qemu-system-x86_64"
	"$BATS_TEST_TMPDIR/qemu-system-x86_64" 600 3>&- &
	guest_pid=$!
	mkdir -p "$root/run/bedplate/guests"
	printf '{\n  "version": 1,\n  "phase": "running",\n  "qemu": {\n    "pid": %s\n  }\n}\n' "$guest_pid" \
		>"$root/run/bedplate/guests/web.json"
}

# What is there, but for what dpkg notes and the cases bring along.
fingerprint() {
	(cd "$root" && find boot etc usr var lib ! -type d ! -path 'var/lib/dpkg/*' ! -path 'var/log/*' \
		! -path 'var/cache/*' ! -path 'usr/local/*' ! -name '*.dpkg-old' -printf '%p %s %l\n' | sort)
}

# The image is one that the distribution's generator has made, whole.
is_theirs() {
	in_root lsinitramfs "/$1" | grep -q '^scripts/init-top'
}

# loaded_image ENTRY: the one image that systemd-boot's entry loads.
loaded_image() {
	local loaded
	loaded=$(sed -n 's/^initrd  *//p' "$1")
	echo "$root/efi/${loaded#/efi}"
}

@test "installing changes no image, no boot loader and no configuration, and starts nothing; the units begin with the next boot" {
	local wants=$root/usr/lib/systemd/system/multi-user.target.wants
	fake_systemd
	fingerprint >"$BATS_TEST_TMPDIR/before"
	install_package
	[ "$(cat "$root/tmp/told")" = "--system daemon-reload" ]
	# The end of apt's run finds nothing to do.
	run in_root /usr/lib/bedplate/apt-hook
	[ "$status:$output" = 0: ]
	fingerprint | diff "$BATS_TEST_TMPDIR/before" - | grep '^[<>]' >"$BATS_TEST_TMPDIR/differs"
	# All that has changed is a file of the package.
	in_root dpkg-query -L bedplate | sed 's|^/||; s|^lib/|usr/lib/|' | sort >"$BATS_TEST_TMPDIR/owned"
	refute grep '^<' "$BATS_TEST_TMPDIR/differs"
	sed 's/^> \([^ ]*\).*/\1/' "$BATS_TEST_TMPDIR/differs" | sort | comm -23 - "$BATS_TEST_TMPDIR/owned" | diff /dev/null -
	in_root dpkg --verify bedplate | grep -v '/usr/share/\(man\|doc\)/' | diff /dev/null -
	for unit in bedplate-boot.service bedplate-host-prep.service bedplate-guests.target; do
		[ -e "$wants/$unit" ]
	done
	[ ! -e "$root/etc/bedplate/host.conf" ]
	[ "$(in_root bedplate --version)" = "bedplate $(cat "$vm_top/VERSION")" ]
	in_root bedplate mkinitramfs --version
	grep -q 'bedplate' "$root/usr/share/bash-completion/completions/bedplate"
	# Every file in /etc is a conffile.
	(cd "$root" && grep '^etc/' "$BATS_TEST_TMPDIR/owned" | while read -r file; do [ -d "$file" ] || echo "/$file"; done) |
		diff - <(in_root dpkg-query -W -f '${Conffiles}\n' bedplate | sed -n 's/^ *\([^ ]*\) .*/\1/p' | sort)
}

@test "an upgrade leaves configuration as it is, and a guest and its host running; it renews what nobody changed" {
	former_package
	fake_systemd
	fake_guest
	host_conf
	echo "# mine" >>"$root/etc/bedplate/host.conf"
	echo "# mine" >>"$root/etc/kernel/postinst.d/zy-bedplate"
	mkdir -p "$root/var/lib/bedplate/guests/web"
	echo "[Guest]" | tee "$root/var/lib/bedplate/guests/web/vars.fd" >"$root/etc/bedplate/guests/web.conf"
	fingerprint | grep -E '^(boot|etc|var)/' | grep -v 90bedplate >"$BATS_TEST_TMPDIR/before"
	install_package
	[ "$(in_root dpkg-query -W -f '${Version} ${db:Status-Status}' bedplate)" = "$(cat "$vm_top/VERSION") installed" ]
	fingerprint | grep -E '^(boot|etc|var)/' | grep -v 90bedplate | diff "$BATS_TEST_TMPDIR/before" -
	[ "$(tail -n 1 "$root/etc/bedplate/host.conf")" = "# mine" ]
	[ "$(tail -n 1 "$root/etc/kernel/postinst.d/zy-bedplate")" = "# mine" ]
	refute grep 'of 0.0.1' "$root/etc/apt/apt.conf.d/90bedplate"
	kill -0 "$guest_pid"
	[ "$(sort -u "$root/tmp/told")" = "--system daemon-reload" ]
}

@test "removal: each kernel has the distribution's image again, GRUB names it, and a purge leaves what people wrote" {
	fingerprint | grep -v '^boot/grub/\|etc/bedplate\|initrd.img' >"$BATS_TEST_TMPDIR/before"
	install_package
	host_conf
	echo "ro quiet" >"$root/etc/bedplate/cmdline"
	in_root bedplate mkinitramfs update "$old"
	in_root bedplate boot apply --yes
	ours "$old"
	grep -q bedplate "$root/boot/grub/grub.cfg"
	[ -e "$root/$image.prev" ] && [ -e "$root/etc/grub.d/09_bedplate" ] && [ -e "$root/etc/default/grub.d/bedplate.cfg" ]
	mkdir -p "$root/var/lib/bedplate/dnsmasq" "$root/var/lib/bedplate/guests/web"
	touch "$root/var/lib/bedplate/dnsmasq/lan.leases" "$root/var/lib/bedplate/guests/web/vars.fd"
	dpkg_in -r bedplate
	[ "$status" -eq 0 ]
	is_theirs "$image"
	[ "$(cd "$root/boot" && echo initrd*)" = "initrd.img-$old" ]
	in_root grub-script-check /boot/grub/grub.cfg
	[ "$(grub_kernels)" = "$old" ]
	grep -q "initrd.*/initrd.img-$old\$" "$root/boot/grub/grub.cfg"
	refute grep -rl bedplate "$root/boot" "$root/etc/grub.d" "$root/etc/default"
	[ -e "$root/etc/kernel/postinst.d/zy-bedplate" ]
	# A kernel goes on being installed as if nothing of ours had been there.
	in_root update-initramfs -u -k "$old"
	is_theirs "$image"
	dpkg_in --purge bedplate
	[ "$status" -eq 0 ]
	[ -e "$root/var/lib/bedplate/guests/web/vars.fd" ]
	rm -r "$root/var/lib/bedplate/guests"
	rmdir "$root/var/lib/bedplate"
	[ "$(cd "$root/etc/bedplate" && find . -type f | sort | xargs)" = "./cmdline ./host.conf" ]
	fingerprint | grep -v '^boot/grub/\|etc/bedplate\|initrd.img' | diff "$BATS_TEST_TMPDIR/before" -
}

@test "where no other generator succeeds our image stays when the package is removed, and it is said" {
	local before
	install_package
	host_conf
	in_root bedplate mkinitramfs update "$old"
	before=$(sha512sum <"$root/$image")
	printf '#!/bin/sh\necho "no space left" >&2\nexit 1\n' >"$root/usr/sbin/mkinitramfs"
	dpkg_in -r bedplate
	[ "$status" -eq 0 ]
	[[ $output == *"kernel $old keeps our image, /$image"* ]]
	[ "$(sha512sum <"$root/$image")" = "$before" ]
	grep -q "initrd.*/initrd.img-$old\$" "$root/boot/grub/grub.cfg"
}

@test "it is not removed while a guest runs, and nothing is taken back then" {
	install_package
	fake_guest
	fingerprint >"$BATS_TEST_TMPDIR/before"
	dpkg_in -r bedplate
	[ "$status" -ne 0 ]
	[[ $output == *"guests run: web. Stop them first"* ]]
	fingerprint | diff "$BATS_TEST_TMPDIR/before" -
	kill "$guest_pid"
	wait "$guest_pid" 2>/dev/null || :
	dpkg_in -r bedplate
	[ "$status" -eq 0 ]
}

@test "Debian 13 with systemd-boot: a kernel's entry has our image, and the distribution's after a removal; nothing is left" {
	local entry version
	leave_root
	mkdir "$BATS_TEST_TMPDIR/trixie"
	layers "$BATS_TEST_TMPDIR/trixie" "$hooks_state/root-trixie"
	quick_images
	version=$(cat "$debs/trixie")
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	echo "root=UUID=1 ro quiet" >"$root/etc/kernel/cmdline"
	mkdir -p "$root/efi/loader"
	export SYSTEMD_RELAX_ESP_CHECKS=1 SYSTEMD_ESP_PATH=/efi
	in_root bootctl --no-variables install
	install_package
	host_conf
	install_kernel trixie
	# Another image, so that there is a former one as well.
	sed -i 's/^\[Image\]/[Image]\nCompression=gzip/' "$root/etc/bedplate/host.conf"
	in_root bedplate mkinitramfs update "$version"
	in_root bedplate boot apply --yes
	entry=$(find "$root/efi/loader/entries" -name "*-$version*.conf" ! -name '*-previous.conf')
	cmp "$(loaded_image "$entry")" "$root/boot/initrd.img-$version"
	ours "$version"
	dpkg_in -r bedplate
	[ "$status" -eq 0 ]
	is_theirs "boot/initrd.img-$version"
	entry=$(find "$root/efi/loader/entries" -name "*-$version*.conf")
	[ "$(wc -l <<<"$entry")" = 1 ]
	cmp "$(loaded_image "$entry")" "$root/boot/initrd.img-$version"
	dpkg_in --purge bedplate
	[ "$status" -eq 0 ]
	[ -z "$(find "$root/boot" "$root/efi" -name '*previous*' -o -name '*.prev' -o -name '*bedplate*')" ]
	leave_root "$BATS_TEST_TMPDIR/trixie"
}

@test "lintian finds no error and nothing to warn of, and each override has its reason" {
	command -v lintian >/dev/null || skip "no lintian here"
	# In that file a reason is a remark right above.
	awk '/^#/ { said = 1; next } NF && !said { print "without a reason: " $0; bad = 1 } { said = 0 } END { exit bad }' \
		"$vm_top/debian/lintian-overrides"
	run lintian --allow-root --tag-display-limit 0 --fail-on error,warning "$(package)"
	echo "$output"
	[ "$status:$output" = 0: ]
}

@test "the package made in another folder at another time has the same bytes" {
	local copy=$BATS_TEST_TMPDIR/a/folder/with/a/longer/name part
	local programs=(init init-probe mkinitramfs boot host-prep qemu-launch bedplate)
	unset MAKEFLAGS MFLAGS MAKELEVEL
	mkdir -p "$copy/build/deps"
	(cd "$vm_top" && find . -path ./build -prune -o -path ./.git -prune -o -type f -print0 | xargs -0 cp -a --parents -t "$copy")
	# What takes long comes along: third parties' parts, and objects but for those of lib/ and bedplate/.
	for part in include lib sbin bin kernel-headers; do
		cp -a "$vm_build/deps/$part" "$copy/build/deps/"
	done
	cp -a "$vm_build"/deps/*.stamp "$copy/build/deps/"
	(cd "$vm_build" && cp -a obj lib tools man sample completion "${programs[@]}" setup-*.stamp "$copy/build/")
	make -t -s -C "$copy" all >/dev/null
	(cd "$copy/build" && rm -rf obj/lib obj/bedplate lib tools man sample completion "${programs[@]}")
	(umask 077 && LANG=C TZ=Pacific/Auckland make -s -C "$copy" deb >&2)
	cmp "$(package)" "$copy"/build/deb/bedplate_*.deb
	# What came along leaves nothing in the programs that says where it was made (debugging information stays out).
	refute grep -rlaF -e "$(cd "$vm_top" && pwd -P)" "$vm_build/deb/tree"
}
