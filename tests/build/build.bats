#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the build promises. Works on the tree that `make all` has just built.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	B=${BEDPLATE_BUILD:-build}
	unset MAKEFLAGS MFLAGS MAKELEVEL
}

# What make would run if the file given were new, one program or object a line.
would_run() {
	make -n V=0 -W "$1" all 2>&1 | sed -n "s/^printf '  %-7s %s\\\\n' '\([A-Z]*\)' '\(.*\)'.*/\1 \2/p"
}

@test "a second make does nothing" {
	run make all
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^("make: Nothing to be done for 'all'."|"")$ ]] || { echo "$output"; false; }
}

@test "touching init's main rebuilds init and nothing else" {
	run would_run init/main.c
	echo "$output"
	[ "$(echo "$output" | grep -c '^CC')" -eq 1 ]
	[ "$(echo "$output" | grep '^LINK')" = "LINK $B/init/init" ]
}

@test "touching a header rebuilds its users only" {
	run would_run lib/process.h
	echo "$output"
	[[ "$output" == *"CC lib/process.c"* ]]
	[[ "$output" != *"CC lib/strbuf.c"* ]]
	[[ "$output" != *DEPS* ]]
}

@test "make V=1 shows commands" {
	run make -n V=1 -W lib/err.c all
	[[ "$output" == *"musl-gcc"*"-c -o $B/obj/lib/err.o lib/err.c"* ]]
}

@test "the programs are static and for any machine of the architecture" {
	for program in init/init init-probe/init-probe mkinitramfs/bedplate-mkinitramfs boot/bedplate-boot bedplate/bedplate deps/sbin/lvm deps/bin/busybox; do
		run file -b "$B/$program"
		echo "$program: $output"
		[[ "$output" == *"statically linked"* || "$output" == *"static-pie linked"* ]]
		[[ "$output" == *stripped* && "$output" != *"not stripped"* ]]
	done
}

# Its ELF header, program headers and dynamic section, in words; stack protectors by their number.
hardening() {
	local elf
	elf=$(readelf --wide --file-header --program-headers --dynamic "$1") || return 1
	grep -q 'Type: *DYN ' <<<"$elf" && echo "position-independent"
	grep -q ' GNU_RELRO ' <<<"$elf" && echo "read-only after relocation"
	grep -q 'BIND_NOW\|Flags:.*NOW' <<<"$elf" && echo "bound at once"
	grep ' GNU_STACK ' <<<"$elf" | grep -q ' RW  *0x' && echo "no code on the stack"
	grep -q ' INTERP ' <<<"$elf" || echo "static"
	grep -q ' TEXTREL\| LOAD .* RWE ' <<<"$elf" || echo "no memory to write code to"
}

@test "every program that is installed is position-independent, read-only where it can be, and guards its stack" {
	dest=$BATS_TEST_TMPDIR/dest
	make install DESTDIR="$dest" HOOKS=
	programs=0
	while read -r program; do
		programs=$((programs + 1))
		echo "# $program"
		diff - <(hardening "$program") <<-END
			position-independent
			read-only after relocation
			bound at once
			no code on the stack
			static
			no memory to write code to
		END
	done < <(find "$dest" -type f -perm /100 -exec sh -c 'for f; do file -b "$f" | grep -q ^ELF && echo "$f"; done' sh {} +)
	[ "$programs" -ge 10 ]
}

# libc's own code has some, too: what counts is that the objects made here ask for them.
@test "functions with arrays check their stack's canary: ours, and those of the parts" {
	for object in lib/file init/main mkinitramfs/archive host-prep/net qemu-launch/qmp; do
		echo "# $object"
		nm "$B/obj/$object.o" | grep -q ' U __stack_chk_fail$'
	done
	for library in blkid devmapper jansson kmod lz4 lzma unzstd z zstd; do
		echo "# lib$library.a"
		nm "$B/deps/lib/lib$library.a" 2>/dev/null | grep -q ' U __stack_chk_fail$'
	done
	# The programs among the parts keep no symbols: libc alone has fewer than 800 checks, and no
	# program has all of them.
	for program in sbin/lvm sbin/e2fsck bin/busybox; do
		checks=$(objdump -d "$B/deps/$program" | grep -c '%fs:0x28')
		echo "# $program: $checks"
		[ "$checks" -gt 800 ]
	done
}

@test "make install puts everything below DESTDIR and PREFIX" {
	dest=$BATS_TEST_TMPDIR/dest
	run make install DESTDIR="$dest" PREFIX=/opt/bp HOOKS=
	[ "$status" -eq 0 ]
	[ -x "$dest/opt/bp/bin/bedplate" ]
	[ -x "$dest/opt/bp/lib/bedplate/init" ]
	[ -x "$dest/opt/bp/lib/bedplate/init-probe" ]
	diff <(basename -a -s .scd doc/*.scd | sort) <(find "$dest/opt/bp/share/man" -type f -printf '%f\n' | sort)
	diff <(basename -a doc/*.md | sort) <(find "$dest/opt/bp/share/doc/bedplate" -name '*.md' ! -name README.md -printf '%f\n' | sort)
	[ "$(find "$dest" -type f ! -path "$dest/opt/bp/*" | wc -l)" -eq 0 ]
	# Packaging systems look for their hooks at places of their own, whatever the prefix is.
	run make install DESTDIR="$dest" PREFIX=/opt/bp HOOKS="debian kernel-install pacman apk gentoo"
	[ "$status" -eq 0 ]
	diff <(cd "$dest" && find etc usr -type f | sort) <(cd hooks && for name in */; do
		(cd "$name" && find etc usr -type f ! -path 'usr/lib/bedplate/*' 2>/dev/null || :)
	done | sort)
	[ -x "$dest/opt/bp/lib/bedplate/kernel-hook" ]
	grep -q ' lib=/opt/bp/lib/bedplate\|^lib=/opt/bp/lib/bedplate' "$dest/etc/kernel/postinst.d/zy-bedplate"
	# ... and the tree built for the default PREFIX is as it was.
	run make all
	[ "$status" -eq 0 ]
}

@test "systemd finds nothing wrong with the units, and no loop in their order" {
	command -v systemd-analyze || skip "no systemd-analyze here"
	units=$BATS_TEST_TMPDIR/units
	mkdir -p "$units/multi-user.target.wants"
	for unit in units/*.service; do
		sed 's|@BINDIR@/bedplate|/bin/true|' "$unit" >"$units/${unit##*/}"
		name=${unit##*/}
		ln -s "../$name" "$units/multi-user.target.wants/${name/@./@lan.}"
	done
	SYSTEMD_UNIT_PATH=$units:/usr/lib/systemd/system run systemd-analyze --man=no verify \
		"$units"/*.service multi-user.target
	echo "$output"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "bedplate says what it can do, and refuses what it cannot" {
	run "$B/bedplate/bedplate" --version
	[ "$status" -eq 0 ] && [ "$output" = "bedplate $(cat VERSION)" ]
	run "$B/bedplate/bedplate" --help
	[ "$status" -eq 0 ] && [[ "$output" == *mkinitramfs* ]]
	run "$B/bedplate/bedplate" mkinitramsf
	[ "$status" -eq 2 ] && [[ "$output" == *"did you mean mkinitramfs?"* ]]
	run "$B/bedplate/bedplate" mkinitrd
	[ "$status" -eq 2 ] && [[ "$output" == *'no command "mkinitrd"'* ]]
	run "$B/bedplate/bedplate"
	[ "$status" -eq 2 ]
	BEDPLATE_EXEC_PATH=$PWD/$B/mkinitramfs run "$B/bedplate/bedplate" mkinitramfs --version
	[ "$status" -eq 0 ]
	BEDPLATE_EXEC_PATH=/nowhere run "$B/bedplate/bedplate" mkinitramfs --version
	[ "$status" -eq 1 ] && [[ "$output" == *"/nowhere/bedplate-mkinitramfs"* ]]
}

@test "a source archive in a folder that the user names is used without fetching" {
	sources=$BATS_TEST_TMPDIR/sources
	mkdir "$sources"
	cp "$B"/deps/archives/libaio_* "$sources"
	# No fetching is possible without apt-get.
	BEDPLATE_BUILD=$BATS_TEST_TMPDIR/build BEDPLATE_SOURCES=$sources PATH=$(path_without apt-get) \
		run tools/fetch-source libaio "$BATS_TEST_TMPDIR/got"
	echo "$output"
	[ "$status" -eq 0 ]
	ls "$BATS_TEST_TMPDIR/got"/libaio_* || cmp "$sources"/libaio_* "$BATS_TEST_TMPDIR/got"
}

@test "a wrong checksum stops the build and names the file, the expected and the found one" {
	sources=$BATS_TEST_TMPDIR/sources
	mkdir "$sources"
	name=$(basename "$B"/deps/archives/libaio_*)
	echo tampered >"$sources/$name"
	BEDPLATE_BUILD=$BATS_TEST_TMPDIR/build BEDPLATE_SOURCES=$sources \
		run tools/fetch-source libaio "$BATS_TEST_TMPDIR/got"
	echo "$output"
	[ "$status" -ne 0 ]
	[[ "$output" == *"$sources/$name"* ]]
	[[ "$output" == *"$(sed -n 's/^sha256=//p' deps/libaio/source)"* ]]
	[[ "$output" == *"$(sha256sum <"$sources/$name" | cut -d' ' -f1)"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/got/$name" ]
}

# A PATH on which everything is but the programs named.
path_without() {
	local dir=$BATS_TEST_TMPDIR/path
	mkdir -p "$dir"
	find /usr/local/bin /usr/bin /bin -maxdepth 1 ! -type d -exec ln -sf -t "$dir" {} + 2>/dev/null
	local program
	for program in "$@"; do rm -f "$dir/$program"; done
	echo "$dir"
}
