#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# update, remove and status: what lies in the folder of images, when an image is made anew.

load lib

setup_file() {
	golden_setup_file
}

setup() {
	golden_setup
	tree lvm
	boot=$root/boot
	name=initrd.img-6.1.0-fake
}

# another_kernel VERSION: a second one beside the first; the version is as long as the first's,
# for it stands in each module.
another_kernel() {
	cp -a "$root/lib/modules/6.1.0-fake" "$root/lib/modules/$1"
	find "$root/lib/modules/$1" -name '*.ko' -exec sed -i "s/vermagic=6\.1\.0-fake/vermagic=$1/" {} +
	cp "$boot/config-6.1.0-fake" "$boot/config-$1"
}

# of_running: the kernel that runs here has the image.
of_running() {
	name=initrd.img-$(uname -r)
	mv "$boot/initrd.img-6.1.0-fake" "$boot/$name"
	mv "$boot/initrd.img-6.1.0-fake.json" "$boot/$name.json"
	sed -i "/\"kernel\":/s/6\.1\.0-fake/$(uname -r)/" "$boot/$name.json"
}

@test "update installs the image that -o writes, and a record of it" {
	update
	nothing_but "$boot" config-6.1.0-fake $name $name.json
	mkinitramfs -o "$image"
	cmp "$image" "$boot/$name"
	[ "$(stat -c %a "$boot/$name")" = 600 ]
	[ "$(jq -r .image.sha512 "$boot/$name.json")" = "$(sha512sum <"$boot/$name" | cut -d' ' -f1)" ]
	[ "$(jq -c '[.kernel, .mode, .image.size]' "$boot/$name.json")" = \
		"[\"6.1.0-fake\",\"host\",$(stat -c %s "$boot/$name")]" ]
}

@test "an image has its identity, and so has its record: the CRC-64 of what is in front of it" {
	update --set Image.Compression=none
	id=$(jq -r .image.id "$boot/$name.json")
	"$mki" --extract "$boot/$name" "$work/out"
	[ "$(cat "$work/out/etc/bedplate/image.id")" = "$id" ]
	at=$(grep -abo 'etc/bedplate/image.id' "$boot/$name" | tail -n 1 | cut -d: -f1)
	head -c $((at - 110)) "$boot/$name" | xz -0 --check=crc64 >"$work/front.xz"
	[ "$(xz --robot -lvv "$work/front.xz" | awk '$1 == "block" { print $11 }')" = "$id" ]
	[ "$(image_status --json | jq -r .kernels[0].id)" = "$id" ]
	conf "# another"
	update --set Image.Compression=none
	[ "$(jq -r .image.id "$boot/$name.json")" = "$id" ]
	update --set Image.Compression=none --set Boot.Timeout=80s
	[ "$(jq -r .image.id "$boot/$name.json")" != "$id" ]
}

@test "update leaves an image alone from which nothing has changed" {
	update
	stat -c '%i %y' "$boot"/* >"$work/before"
	fails 0 "is up to date" update
	stat -c '%i %y' "$boot"/* >"$work/after"
	diff "$work/before" "$work/after"
	up_to_date
	fails 0 "making it: --force" update --force
}

@test "drivers that the running kernel has built in make no image stale" {
	update
	find "$root/sys" -type l -name module | tee "$work/links"
	[ -s "$work/links" ]
	xargs rm <"$work/links"
	up_to_date
}

@test "each kind of input makes an image stale, and status names it" {
	conf "[Modules]" "Add=fwcard"
	mkdir -p "$root/etc/bedplate/guests" "$root/etc/modprobe.d"
	own_parts
	update
	up_to_date
	echo "# a remark" >>"$root/etc/bedplate/host.conf"
	stale_because "^etc/bedplate/host.conf changed$"
	update
	printf '[Guest]\n' >"$root/etc/bedplate/guests/web.conf"
	stale_because "^etc/bedplate/guests has other files$"
	rm "$root/etc/bedplate/guests/web.conf"
	up_to_date
	echo "options dm_mod x=1" >"$root/etc/modprobe.d/x.conf"
	stale_because "^etc/modprobe.d has other files$"
	rm "$root/etc/modprobe.d/x.conf"
	echo "more" >>"$parts/init"
	stale_because "/parts/init changed$"
	update
	module=$(cd "$root" && find lib/modules -name 'dm-mod.ko*')
	echo >>"$root/$module"
	stale_because "^$module changed$"
	update
	sed -i s/1001/1002/ "$root/sys/devices/pci0000:00/0000:00:05.0/modalias"
	stale_because "^what the root stands on changed$"
	update
	rm "$root/boot/config-6.1.0-fake"
	stale_because "^boot/config-6.1.0-fake is gone$"
	update
	jq '.made_by = "0.0"' "$boot/$name.json" >"$work/record"
	cp "$work/record" "$boot/$name.json"
	stale_because "^version 0.0 made it, this is "
}

@test "a kernel that is replaced under its version is verified anew, where the bytes stay the same" {
	local inode
	conf "[Image]" Verify=static
	kernel_image "$boot/vmlinuz-6.1.0-fake" 6.1.0-fake
	update
	up_to_date
	[ "$(image_status --json | jq '.kernels[0].from["kernel-file"]')" = 1 ]
	inode=$(stat -c %i "$boot/$name")
	# One that is only written again, or that lies elsewhere, is the same.
	cp "$boot/vmlinuz-6.1.0-fake" "$root/lib/modules/6.1.0-fake/vmlinuz"
	touch "$boot/vmlinuz-6.1.0-fake"
	up_to_date
	rm "$boot/vmlinuz-6.1.0-fake"
	up_to_date
	echo >>"$root/lib/modules/6.1.0-fake/vmlinuz"
	stale_because "^the kernel /lib/modules/6.1.0-fake/vmlinuz has changed$"
	# Killed before it was verified, an update proves nothing.
	run strace -f -qq -o "$work/trace" -e inject=fsync:signal=KILL:when=2 \
		"$mki" update --root "$root" --parts "$parts"
	[ -e "$boot/.$name.json.bedplate-new" ]
	fails 0 "the kernel /lib/modules/6.1.0-fake/vmlinuz has changed.*verifying it" update
	[ "$(jq -r .verified.result "$boot/$name.json")" = passed ]
	[ "$(stat -c %i "$boot/$name")" = "$inode" ]
	up_to_date
	kernel_image "$boot/vmlinuz-6.1.0-fake" 6.2.0-fake
	stale_because "^the kernel /boot/vmlinuz-6.1.0-fake has changed$"
	fails 1 "the kernel image boot/vmlinuz-6.1.0-fake is of 6.2.0-fake, not 6.1.0-fake" update
	rm "$boot/vmlinuz-6.1.0-fake" "$root/lib/modules/6.1.0-fake/vmlinuz"
	stale_because "^the kernel /lib/modules/6.1.0-fake/vmlinuz is gone$"
	update
	up_to_date
	kernel_image "$root/boot/kernel-6.1.0-fake" 6.1.0-fake
	stale_because "^the kernel /boot/kernel-6.1.0-fake is there now$"
}

@test "a file that was touched or written again with the same content makes nothing stale" {
	conf "[Modules]" "Add=fwcard"
	update
	find "$root/lib/modules" "$root/etc" -type f -exec touch {} +
	conf "[Modules]" "Add=fwcard"
	up_to_date
	fails 0 "is up to date" update
}

@test "firmware that was missing and is there now makes an image stale" {
	mkdir -p "$root/lib/firmware/card"
	conf "[Modules]" "Add=fwcard"
	update
	up_to_date
	echo firmware >"$root/lib/firmware/card/absent.bin"
	stale_because "^lib/firmware/card/absent.bin is there now$"
}

@test "an option that changes a value makes another image, and so does its absence" {
	update --set Image.Rescue=no
	stale_because "a value that the command line or a default gives changed"
	fails 0 "making it" update
	up_to_date
}

@test "the image before it stays, as often as Keep= says" {
	for compression in none zstd gzip xz; do
		conf "[Image]" "Keep=2" "Compression=$compression"
		update
		cp "$boot/$name" "$work/$compression"
	done
	nothing_but "$boot" config-6.1.0-fake $name{,.prev,.prev2}{,.json}
	cmp "$boot/$name" "$work/xz"
	cmp "$boot/$name.prev" "$work/gzip"
	cmp "$boot/$name.prev2" "$work/zstd"
	[ "$(image_status --json | jq -c '[.kernels[0].previous[] | .recorded]')" = '[true,true]' ]
	conf "[Image]" "Keep=0"
	update
	nothing_but "$boot" config-6.1.0-fake $name $name.json
}

@test "new inputs that give the same bytes replace no image, and its verdict stays" {
	conf "[Image]" "Keep=1"
	update
	jq '.verified = {method: "boot", result: "passed", reason: "", when: "then"}' \
		"$boot/$name.json" >"$work/record"
	cp "$work/record" "$boot/$name.json"
	inode=$(stat -c %i "$boot/$name")
	conf "[Image]" "Keep=1" "# a remark"
	fails 0 "making it" update
	[ "$(stat -c %i "$boot/$name")" = "$inode" ]
	nothing_but "$boot" config-6.1.0-fake $name $name.json
	[ "$(jq -r .verified.result "$boot/$name.json")" = passed ]
	up_to_date
}

@test "an image that failed to be verified does not push out the one before it" {
	update
	cp "$boot/$name" "$work/good"
	update --set Image.Compression=none
	jq '.verified = {method: "boot", result: "failed", reason: "no root", when: "then"}' \
		"$boot/$name.json" >"$work/record"
	cp "$work/record" "$boot/$name.json"
	[[ "$(image_status)" == *"verified (boot) then: failed: no root"* ]]
	update --set Image.Compression=gzip
	cmp "$boot/$name.prev" "$work/good"
}

@test "somebody else's image is kept as the previous one, and never removed" {
	echo theirs >"$boot/$name"
	[[ "$(image_status)" == *"made by something else"* ]]
	fails 1 "no record: it is somebody else's" "$mki" remove --root "$root" 6.1.0-fake
	[ "$(cat "$boot/$name")" = theirs ]
	update
	[ "$(cat "$boot/$name.prev")" = theirs ]
	nothing_but "$boot" config-6.1.0-fake $name $name.json $name.prev
}

@test "an image that somebody else wrote over ours is made anew" {
	update
	echo theirs >"$boot/$name"
	[ "$(image_status --json | jq -c '.kernels[0].recorded')" = false ]
	fails 0 "not the one that was recorded" update
	up_to_date
	[ "$(cat "$boot/$name.prev")" = theirs ]
}

@test "--all is for all kernels, not for folders that a kernel left; one failure is not all" {
	another_kernel 6.2.0-fake
	another_kernel 6.10.0-new
	mkdir -p "$root/lib/modules/6.0.0-gone/updates"
	rm "$root/lib/modules/6.2.0-fake/modules.dep.bin"
	run update --all --json
	[ "$status" -eq 1 ]
	[ "$(sed -n '/^{/,$p' <<<"$output" | jq -c '[.images[] | [.kernel, .action]]')" = \
		'[["6.1.0-fake","made"],["6.2.0-fake","failed"],["6.10.0-new","made"]]' ]
	[[ $output == *"run: depmod 6.2.0-fake"* ]]
	[ ! -e "$boot/initrd.img-6.2.0-fake" ]
	fails 0 "up to date" update 6.10.0-new
	fails 1 "There are 6.0.0-gone" update
	fails 2 "either --all or" update --all 6.1.0-fake
	fails 1 "no modules in lib/modules; there are" update 5.0
	fails 1 "no kernel version" update ../6.1.0-fake
}

@test "--dry-run says what would be done and writes nothing" {
	[[ "$(update --dry-run)" == "/boot/$name: kernel 6.1.0-fake: would be made: there is no image" ]]
	nothing_but "$boot" config-6.1.0-fake
	update
	[[ "$(update -n)" == *"is up to date" ]]
	[ "$(update -n --force --json | jq -r '.images[0].action')" = would-make ]
	[[ "$("$mki" remove -n --root "$root" 6.1.0-fake)" == *"would be removed" ]]
	nothing_but "$boot" config-6.1.0-fake $name $name.json
}

@test "remove takes the image, those before it and their records, and nothing else" {
	another_kernel 6.2.0-fake
	update --all
	update --all --set Image.Compression=none
	"$mki" remove --root "$root" 6.1.0-fake
	nothing_but "$boot" config-6.{1,2}.0-fake initrd.img-6.2.0-fake{,.prev}{,.json}
	fails 1 "is not there" "$mki" remove --root "$root" 6.1.0-fake
	"$mki" remove --root "$root" --force 6.1.0-fake
	fails 2 "of which kernel" "$mki" remove --root "$root"
}

@test "remove refuses the running kernel's image while its modules are there, but for --force" {
	unshare --user --map-root-user true || skip "no user namespaces here"
	update
	of_running
	mv "$root/lib/modules/6.1.0-fake" "$root/lib/modules/$(uname -r)"
	cp "$mki" "$root/program"
	remove=(unshare --user --map-root-user chroot "$root" /program remove)
	fails 1 "/boot/$name is the running kernel's image.*hint: --force" "${remove[@]}" "$(uname -r)"
	nothing_but "$boot" config-6.1.0-fake "$name" "$name.json"
	"${remove[@]}" --force "$(uname -r)"
	nothing_but "$boot" config-6.1.0-fake
}

@test "status shows kernels without an image and images without a kernel" {
	another_kernel 6.2.0-fake
	update 6.1.0-fake
	rm -r "$root/lib/modules/6.1.0-fake"
	run image_status
	echo "$output"
	[[ ${lines[0]} == "6.1.0-fake: /boot/$name" ]]
	[[ $output == *"the kernel's modules are gone"* ]]
	[[ ${lines[-1]} == "6.2.0-fake: no image" ]]
}

@test "Directory= and Name= say where; a name that is the same for all kernels is refused" {
	mkdir -p "$root/efi/images"
	conf "[Image]" "Directory=/efi/images" "Name=bedplate-%v.img"
	update
	nothing_but "$root/efi/images" bedplate-6.1.0-fake.img bedplate-6.1.0-fake.img.json
	conf "[Image]" "Name=initrd.img"
	fails 2 "needs %v once" update
	conf "[Image]" "Name=../%v"
	fails 2 "no file's name" update
	conf "[Image]" "Name=vmlinuz-%v"
	fails 2 "kernels' own files" update
	conf "[Image]" "Directory=/nowhere"
	fails 1 "nowhere.*" update
}

@test "a /boot that fstab has and that is not mounted is refused" {
	mkdir -p "$root/etc"
	printf '# boot\nUUID=1 / ext4 ro 0 1\nUUID=2 /boot ext4 noauto 0 2\nUUID=3 /bo ext4 ro 0 2\n' \
		>"$root/etc/fstab"
	fails 1 "/boot is not mounted.*hint: mount /boot" update
	fails 1 "/boot is not mounted" image_status
	nothing_but "$boot" config-6.1.0-fake
	echo "40 28 8:1 / /boot rw - ext4 /dev/sda1 rw" >>"$root/proc/self/mountinfo"
	update
}

@test "the second of two updates waits for the first, and says so" {
	mkfifo "$work/held" "$work/go"
	flock "$boot" bash -c "echo >'$work/held'; read -r _ <'$work/go'" &
	read -r _ <"$work/held"
	mkfifo "$work/words"
	update 2>"$work/words" &
	second=$!
	exec 9<"$work/words"
	read -r line <&9
	[[ $line == *"another bedplate works in /boot; waiting"* ]]
	nothing_but "$boot" config-6.1.0-fake
	echo >"$work/go"
	cat <&9
	wait "$second"
	[ -e "$boot/$name" ]
}

@test "an update that is stopped leaves the old image and nothing else" {
	update
	cp "$boot/$name" "$work/old"
	fails 1 "interrupted" strace -f -qq -o /dev/null -e inject=fchmod:signal=TERM:when=1 \
		"$mki" update --force --set Image.Compression=none --root "$root" --parts "$parts"
	cmp "$work/old" "$boot/$name"
	nothing_but "$boot" config-6.1.0-fake $name $name.json
}

@test "a command that is mistyped or misplaced is refused with the right one" {
	fails 2 "no command updaet.*did you mean update" "$mki" updaet
	fails 2 "the command comes first: bedplate mkinitramfs status" "$mki" --root "$root" status
}

@test "who waits for the other can be stopped" {
	mkfifo "$work/held" "$work/go" "$work/words"
	flock "$boot" bash -c "echo >'$work/held'; read -r _ <'$work/go'" &
	read -r _ <"$work/held"
	"$mki" update --root "$root" --parts "$parts" 2>"$work/words" &
	second=$!
	exec 9<"$work/words"
	read -r _ <&9
	kill -TERM "$second"
	[[ "$(cat <&9)" == *interrupted* ]]
	run wait "$second"
	echo >"$work/go"
}

@test "update of an unchanged host reads no module and asks little of the kernel" {
	local calls inputs
	update --set Image.Mode=generic
	strace -f -o "$work/calls" "$mki" update --root "$root" --parts "$parts" --set Image.Mode=generic
	[ -z "$(grep 'open.*\.ko"' "$work/calls" | grep -v O_PATH)" ]
	# Each input is looked at by three calls.
	calls=$(wc -l <"$work/calls") inputs=$(jq '.inputs | length' "$boot/$name.json")
	echo "$calls calls for $inputs inputs"
	[ "$calls" -lt $((inputs * 4 + 250)) ]
}

@test "a new image is verified, and the verdict is in its record" {
	update
	[ "$(jq -r .verified.method "$boot/$name.json")" = boot ]
	# There is no kernel to boot here.
	[ "$(jq -r .verified.result "$boot/$name.json")" = skipped ]
	[[ $(image_status) == *"verified (boot) "*": skipped: "* ]]
	conf "[Image]" Verify=static
	fails 0 "verifying it$" update
	[ "$(jq -c '[.verified.method, .verified.result]' "$boot/$name.json")" = '["static","passed"]' ]
	# The same bytes need not pass twice.
	run update --force
	[ "$status" -eq 0 ]
	[[ $output != *"verifying it"* ]]
	[ "$(jq -r .verified.result "$boot/$name.json")" = passed ]
	# A look is no boot.
	conf "[Image]" Verify=boot
	fails 0 "verifying it by a boot" update
	[ "$(jq -r .verified.method "$boot/$name.json")" = boot ]
}

@test "an image that fails is not installed: what was there stays, whole, and nothing is left over" {
	own_parts
	update
	(cd "$boot" && sha512sum ./*) >"$work/before"
	echo "no program" >"$parts/init"
	fails 1 "the new image failed \(static\) and is not installed: .*init" update
	[[ $output == *"hint: what was there before stays"* ]]
	(cd "$boot" && sha512sum ./*) | grep -v 'failure$' | diff "$work/before" -
	nothing_but "$boot" config-6.1.0-fake $name $name.json $name.failure
	stale_because "/parts/init changed$"
	# Neither is a first one.
	rm "$boot/$name" "$boot/$name.json"
	fails 1 "is not installed" update --json
	jq -e '.images[0].verified.result == "failed"' <<<"$(grep -v '^bedplate' <<<"$output")"
	nothing_but "$boot" config-6.1.0-fake $name.failure
	conf "[Image]" Verify=no
	update
	[ "$(jq .verified "$boot/$name.json")" = null ]
}

# mark_good IMAGE...: as `bedplate boot good` remembers it.
mark_good() {
	local image
	mkdir -p "$root/var/lib/bedplate"
	for image; do
		jq '{image: .image.id, kernel, when: ""}' "$boot/$image.json"
	done | jq -s '{version: 1, good: .}' >"$root/var/lib/bedplate/boot.json"
}

@test "two updates between two boots leave the image that a boot was good with" {
	update
	cp "$boot/$name" "$work/booted"
	mark_good $name
	update --set Boot.Timeout=80s
	cmp "$boot/$name.prev" "$work/booted"
	update --set Boot.Timeout=70s
	cmp "$boot/$name.prev" "$work/booted"
	cp "$boot/$name" "$work/second"
	# Once it has proved itself it is the one to be kept.
	mark_good $name
	update --set Boot.Timeout=60s
	cmp "$boot/$name.prev" "$work/second"
	# So is somebody else's image, as long as nothing of ours was booted.
	rm "$boot/$name"* "$root/var/lib/bedplate/boot.json"
	echo theirs >"$boot/$name"
	update
	echo '{"version": 1, "good": [{"image": "0123456789abcdef"}]}' >"$root/var/lib/bedplate/boot.json"
	update --set Boot.Timeout=80s
	[ "$(cat "$boot/$name.prev")" = theirs ]
}

@test "why an update failed is kept, told by status, and gone when one goes well" {
	own_parts
	cp "$parts/init" "$work/init"
	[ "$(image_status --json | jq -c .kernels[0].failure)" = null ]
	echo "no program" >"$parts/init"
	fails 1 "is not installed" update
	[ "$(jq -c '[.version, .kernel, .verified.result]' "$boot/$name.failure")" = '[1,"6.1.0-fake","failed"]' ]
	fails 0 "6.1.0-fake: no image.*the last update failed \(2.*Z\): the new image failed \(static\).*/init is no whole program" image_status
	image_status --json | jq -e '.kernels[0].failure.reason | test("is no whole program")'
	# A dry run neither adds nor takes away.
	cp "$work/init" "$parts/init"
	update --dry-run
	[ -e "$boot/$name.failure" ]
	update
	nothing_but "$boot" config-6.1.0-fake $name $name.json
	# What was damaged and mended by hand needs no new image, but is well.
	echo "no program" >"$parts/init"
	fails 1 "is not installed" update
	[[ $(image_status) == *"stale: "*"the last update failed"* ]]
	cp "$work/init" "$parts/init"
	fails 0 "is up to date" update
	nothing_but "$boot" config-6.1.0-fake $name $name.json
}

@test "remove takes what is kept of a failure with it, also where that is all there is" {
	fails 1 "is not installed" update --set Image.Verify=static --parts "$(no_program_parts)"
	nothing_but "$boot" config-6.1.0-fake $name.failure
	"$mki" remove --root "$root" 6.1.0-fake
	nothing_but "$boot" config-6.1.0-fake
	# Left behind by who was killed while he wrote it.
	echo >"$boot/.$name.failure.999999999.new"
	update
	nothing_but "$boot" config-6.1.0-fake $name $name.json
}

# no_program_parts: a folder of programs whose init is none.
no_program_parts() {
	cp -a "$parts" "$work/no-program"
	echo "no program" >"$work/no-program/init"
	echo "$work/no-program"
}

@test "-o --verify: FILE gets an image that passed, or stays what it was" {
	conf "[Image]" Verify=static
	fails 0 "verifying it" mkinitramfs -o "$image" --verify
	cp "$image" "$work/good"
	fails 1 "image: the new image failed \(static\) and is not installed: .*init" \
		"$mki" --root "$root" -k 6.1.0-fake -o "$image" --verify --parts "$(no_program_parts)"
	cmp "$image" "$work/good"
	refute compgen -G "$work/.image*"
	fails 1 "neither a bzImage nor" mkinitramfs -o "$image" --verify --kernel-image "$work/good"
	cmp "$image" "$work/good"
	# Nobody asked.
	run mkinitramfs -o "$image" --verify --set Image.Verify=no
	[ "$status" = 0 ] && [[ $output != *verifying* ]]
	fails 2 "without --dry-run" mkinitramfs --dry-run --verify
	fails 2 "is for --verify" mkinitramfs -o "$image" --kernel-image "$work/good"
}

@test "update --kernel-image: the image is made for a kernel that is to come, and then up to date with it" {
	conf "[Image]" Verify=static
	kernel_image "$boot/vmlinuz-6.1.0-fake" 6.1.0-fake
	kernel_image "$work/next" 6.1.0-fake
	echo "another build" >>"$work/next"
	update
	up_to_date
	fails 0 "the kernel $work/next has changed.*verifying it" update --kernel-image "$work/next" 6.1.0-fake
	fails 0 "is up to date" update --kernel-image "$work/next" 6.1.0-fake
	stale_because "^the kernel /boot/vmlinuz-6.1.0-fake has changed$"
	mv "$work/next" "$boot/vmlinuz-6.1.0-fake"
	up_to_date
	# One of another version proves nothing.
	cp "$boot/$name" "$work/good"
	kernel_image "$work/other" 6.1.0-other
	fails 1 "the kernel image $work/other is of 6.1.0-other" update --kernel-image "$work/other" 6.1.0-fake
	cmp "$boot/$name" "$work/good"
	fails 2 "for one kernel" update --kernel-image "$work/other"
	fails 2 "$work/none: No such file" update --kernel-image "$work/none" 6.1.0-fake
}

# in_small_boot KIB COMMAND: with a file system of its own of this size on /boot.
in_small_boot() {
	local size=$1
	shift
	[ "$(id -u)" = 0 ] || skip "mounting needs root"
	{
		declare -p boot root parts mki name work
		declare -f update image_status of_running
		echo "mount -t tmpfs -o size=${size}k none '$boot' || exit 99"
		echo "$*"
	} >"$work/in-namespace"
	run unshare -m bash "$work/in-namespace"
	echo "$output"
	[ "$status" -ne 1 ] || [[ $output != *"Operation not permitted"* ]] || skip "no mount namespace"
}

@test "without room nothing is written, and it is said how much is needed" {
	own_parts 400000
	conf "[Image]" Verify=no
	in_small_boot 512 'update; echo "status $?"; ls -A "$boot"'
	[[ $output == *"/boot has 0.5 MB left; the image may need 0."*"status 1
$name.failure" ]]
}

@test "room is made of images of removed kernels, and of no others" {
	own_parts 300000
	conf "[Image]" Verify=no
	another_kernel 6.2.0-fake
	another_kernel 6.3.0-fake
	in_small_boot 1200 '
		update 6.1.0-fake && update 6.2.0-fake || exit 1
		echo theirs >"$boot/initrd.img-5.0"
		update 6.3.0-fake && exit 2
		rm -r "$root/lib/modules/6.2.0-fake"
		update --dry-run 6.3.0-fake
		update 6.3.0-fake || exit 3
		ls -A "$boot" | xargs'
	[ "$status" -eq 0 ]
	[[ $output == *"would remove /boot/initrd.img-6.2.0-fake, for kernel 6.2.0-fake is gone"* ]]
	[[ $output == *"removing /boot/initrd.img-6.2.0-fake"* ]]
	[[ ${lines[-1]} == "initrd.img-5.0 $name $name.json initrd.img-6.3.0-fake initrd.img-6.3.0-fake.json" ]]
}

# As pacman leaves the kernel that runs while the next one gets its image: the modules are gone, the copy in /boot is not.
@test "no room is made of the image of a kernel that can still be booted" {
	own_parts 300000
	conf "[Image]" Verify=no
	another_kernel 6.2.0-fake
	cp -a "$root/lib/modules/6.1.0-fake" "$work/modules"
	in_small_boot 720 '
		update 6.1.0-fake || exit 2
		echo kernel >"$boot/vmlinuz-6.1.0-fake"
		rm -r "$root/lib/modules/6.1.0-fake"
		update 6.2.0-fake && exit 3
		ls -A "$boot" | xargs'
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == "$name $name.json initrd.img-6.2.0-fake.failure vmlinuz-6.1.0-fake" ]]
	# Nor of that of the one that runs, wherever its file is.
	mv "$work/modules" "$root/lib/modules/6.1.0-fake"
	in_small_boot 720 '
		update 6.1.0-fake || exit 2
		of_running
		rm -r "$root/lib/modules/6.1.0-fake"
		update 6.2.0-fake && exit 3
		ls -A "$boot" | grep -c "^$name"'
	[ "$status" -eq 0 ] && [ "${lines[-1]}" = 2 ]
}

@test "too little room for the next image is a warning" {
	own_parts 300000
	conf "[Image]" Verify=no
	in_small_boot 720 update
	[ "$status" -eq 0 ]
	[[ $output == *"which is too little for the next image of 0.3 MB"* ]]
}
