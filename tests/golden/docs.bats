#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and bats set them
# What README and doc/ say is what the programs take and print.

load lib
load guests-lib

setup() {
	check=$B/tools/option-check
	gen=$B/tools/schema-gen
	cd "$here/../.." || return
}

# The documents, and the programs' sources.
pages() {
	find README.md doc examples -name '*.md' -o -name '*.scd' 2>/dev/null | sort
}

sources() {
	find init lib boot mkinitramfs host-prep qemu-launch bedplate -name '*.c' | sort
}

# refused FILE...: the command lines in them that no program takes.
refused() {
	tests/golden/doc-lines "$@" >"$BATS_TEST_TMPDIR/lines"
	[ -s "$BATS_TEST_TMPDIR/lines" ] || echo "there is no command line at all"
	"$check" <"$BATS_TEST_TMPDIR/lines" 2>&1 >"$BATS_TEST_TMPDIR/help" || :
}

@test "every command line in README, doc/ and examples is one that the programs take" {
	mapfile -t files < <(pages)
	output=$(refused "${files[@]}")
	echo "$output"
	[ -z "$output" ]
}

@test "a command line that the programs do not take is found" {
	printf '    bedplate host-prep up --confrim 60  # remark\n    bedplate qemu-launch start\n' >"$BATS_TEST_TMPDIR/a.md"
	# shellcheck disable=SC2016 # what is quoted in the document
	printf 'See `bedplate boot aply` and `bedplate qemu-launch disk resise web`.\n' >>"$BATS_TEST_TMPDIR/a.md"
	# shellcheck disable=SC2016
	printf '```\nbedplate mkinitramfs update --every\n```\nand *bedplate qemu-launch attach pci*\n' >"$BATS_TEST_TMPDIR/a.8.scd"
	[ "$(refused "$BATS_TEST_TMPDIR"/a.* | grep -c '^/')" = 6 ]
}

@test "every command that a message advises is one that the programs take" {
	mapfile -t files < <(sources)
	output=$(refused "${files[@]}")
	echo "$output"
	[ -z "$output" ]
}

@test "each file that tells others to leave interfaces alone is in the manual, and goes with the package" {
	mapfile -t files < <(grep -oh '"etc/[^"]*bedplate[^"]*"' host-prep/owner*.[ch] | tr -d '"')
	[ "${#files[@]}" -ge 4 ]
	for file in "${files[@]}"; do
		echo "$file"
		grep -q "^	_/${file}_" doc/bedplate-host-prep.8.scd
		grep -qF "/$file" debian/postrm
	done
}

@test "every message that troubleshooting.md shows is one of the programs'" {
	mapfile -t files < <(sources)
	output=$(tests/golden/doc-messages doc/troubleshooting.md "${files[@]}" hooks/common/usr/lib/bedplate/kernel-hook)
	echo "$output"
	[ -z "$output" ]
}

@test "every command has a manual page whose synopsis names it" {
	local command page
	while read -r command; do
		read -r _ program word <<<"$command"
		page=doc/bedplate-$program.8.scd
		[ ! -e "doc/bedplate-$program-$word.8.scd" ] || page=doc/bedplate-$program-$word.8.scd
		sed -n '/^# SYNOPSIS/,/^# DESCRIPTION/p' "$page" | tr -d '*+' |
			grep -qE "^bedplate $program( .*\| | )?$word\b" || echo "$page does not name $command"
	done < <("$check" list) >"$BATS_TEST_TMPDIR/missing"
	cat "$BATS_TEST_TMPDIR/missing"
	[ ! -s "$BATS_TEST_TMPDIR/missing" ]
}

@test "every manual page has examples, and every file of keys a page" {
	local page name
	for page in doc/*.scd; do
		grep -q '^# EXAMPLES$' "$page" || echo "$page has no examples"
	done >"$BATS_TEST_TMPDIR/missing"
	for name in host init guest network; do
		grep -q "^@KEYS $name@" "doc/$name.conf.5.scd" || echo "$name.conf has no page"
	done >>"$BATS_TEST_TMPDIR/missing"
	cat "$BATS_TEST_TMPDIR/missing"
	[ ! -s "$BATS_TEST_TMPDIR/missing" ]
}

# Documents write "[Boot] ShellTimeout=", and man pages the same with emphasis.
@test "every key that a document names is in a schema" {
	local name
	for name in host init guest network; do
		"$gen" json "$name"
	done | jq -r '.keys[] | "[\(.section)] \(.key)"' | sort -u >"$BATS_TEST_TMPDIR/keys"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/keys")" -gt 300 ]
	mapfile -t files < <(pages)
	cat "${files[@]}" | grep -oE '\[[A-Z][A-Za-z]+\][*_]? [*_]?[A-Z][A-Za-z]+[=_]' | tr -d '=_*' | sort -u >"$BATS_TEST_TMPDIR/named"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/named")" -gt 20 ]
	# systemd's, of which man pages speak as well.
	output=$(comm -23 "$BATS_TEST_TMPDIR/named" "$BATS_TEST_TMPDIR/keys" | grep -vE '^\[(Match|Link)\] (Name|Unmanaged|RequiredForOnline)$' || :)
	echo "$output"
	[ -z "$output" ]
}

# files_of PAGE TREE: its blocks that begin with "# /etc/bedplate/..." as these files below TREE; a second
# block of one file goes on.
files_of() {
	awk -v tree="$2" '
		{ sub(/^ +/, "") }
		/^```/ { file = ""; next }
		/^# \/etc\/bedplate\/.*\.conf$/ { file = tree $2; next }
		file != "" { print >>file }' "$1"
}

@test "every configuration file that a document shows is a good one" {
	local page tree count=0
	while read -r page; do
		grep -q '^# /etc/bedplate/.*\.conf$' "$page" || continue
		count=$((count + 1))
		tree=$BATS_TEST_TMPDIR/${page##*/}
		mkdir -p "$tree/etc/bedplate/guests" "$tree/etc/bedplate/network" "$tree/usr/bin"
		ln -s /bin/true "$tree/usr/bin/qemu-system-x86_64"
		files_of "$page" "$tree"
		echo "$page:"
		"$B/qemu-launch/bedplate-qemu-launch" list --json --root "$tree" | jq -e 'map(select(.mistake)) == []'
		run "$B/host-prep/bedplate-host-prep" check --json --root "$tree"
		echo "$output"
		jq -e '[.findings[] | select(.check == "files" and .severity != "ok" and .severity != "note")] == []' <<<"$output"
	done < <(pages)
	[ "$count" -ge 3 ]
}

@test "every link between documents leads somewhere" {
	local page target
	while read -r page; do
		[[ $page == *.md ]] || continue
		while read -r target; do
			[ -e "${page%/*}/$target" ] || [ -e "$target" ] || echo "$page: $target"
		done < <(grep -oE '\]\([^):]+\)' "$page" | sed 's/^](//; s/)$//; s/#.*//; /^$/d')
	done < <(pages) >"$BATS_TEST_TMPDIR/missing"
	# Of pages, those of ours.
	for page in doc/*.scd; do
		grep -oE '\*(bedplate[a-z-]*|(host|init|guest|network)\.conf)\*\([578]\)' "$page" | tr -d '*' | sort -u |
			while read -r target; do
				[ -e "doc/${target%(*}.$(tr -d '()' <<<"${target##*(}").scd" ] || echo "$page: $target"
			done
	done >>"$BATS_TEST_TMPDIR/missing"
	cat "$BATS_TEST_TMPDIR/missing"
	[ ! -s "$BATS_TEST_TMPDIR/missing" ]
}

# block PAGE KIND: the lines of its blocks ```KIND.
block() {
	awk -v kind="$2" '/^```/ { inside = !inside && $0 == "```" kind; next } inside' "$1"
}

@test "the guest's file of from-qemu-scripts.md means what its script says" {
	guests_host
	rm "$root"/etc/bedplate/guests/*
	rm "$root/etc/bedplate/network/lan.conf"
	files_of doc/from-qemu-scripts.md "$root"
	mkdir "$work/bin"
	# One option a line, as the lists of guests-meaning have them.
	cat >"$work/bin/qemu-system-x86_64" <<-'EOF'
		#!/bin/bash
		for word; do
			case $word in
			-*) printf '\n%s' "$word" ;;
			*) printf ' %s' "$word" ;;
			esac
		done
		echo
	EOF
	chmod +x "$work/bin/qemu-system-x86_64"
	PATH=$work/bin:$PATH bash -eu <(block doc/from-qemu-scripts.md sh) | sed 1d >"$work/wanted"
	[ "$(wc -l <"$work/wanted")" -gt 20 ]
	options win >"$work/made"
	same_meaning "$work/wanted" "$work/made"
}
