#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What bash, zsh and fish offer, each by its own completion: commands, guests' names, words.

load lib
bats_require_minimum_version 1.5.0

setup() {
	local name
	guests_setup
	for name in web mail web2; do guest "$name" ACPI; done
	mkdir "$root/files"
	cd "$root/files" || return
	touch disk.qcow2 web.txt
}
teardown() { guests_teardown; }

# Each of these prints what is offered for the last word, one a line.
offered_by_bash() {
	# shellcheck source=/dev/null
	source "$guests_build/completion/bash/bedplate"
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	"$(complete -p bedplate | sed "s/.*-F \([^ ]*\).*/\1/")" bedplate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf "%s\n" "${COMPREPLY[@]}"
}

# zsh completes in its line editor only: one on a terminal of its own (zshmodules(1)), in which compadd writes down
# the matches.
offered_by_zsh() {
	cat >"$root/zshrc" <<-'EOF'
		fpath=($completions /usr/share/zsh/functions/*(N/) $fpath)
		autoload -U compinit && compinit -u -D
		compadd() {
			local -a matches
			builtin compadd -O matches "$@"
			((!$#matches)) || print -l -- $matches >>$answer
			return $((!$#matches))
		}
		finish() { print -- --end-- >>$answer }
		complete-line() { comppostfuncs=(finish); zle complete-word; [[ -s $answer ]] || finish }
		zle -N complete-line
		bindkey "^I" complete-line
		print -- --ready-- >>$answer.ready
	EOF
	rm -f "$root/answer" "$root/answer.ready"
	# shellcheck disable=SC2016 # zsh's own
	completions=$guests_build/completion/zsh answer=$root/answer rc=$root/zshrc line="$*" HOME=$root TERM=vt100 timeout 60 zsh -f -c '
		zmodload zsh/zpty zsh/zselect
		zpty shell zsh -f -i
		zpty -w shell "source $rc"
		until [[ -s $answer.ready ]] { zpty -r -t shell text; zselect -t 2 }
		zpty -w -n shell $line$'"'\\t'"'
		until grep -qsx -- --end-- $answer; do zpty -r -t shell text; zselect -t 2; done
		zpty -d shell' >&2
	sed '/^--end--$/,$d' "$root/answer"
}

offered_by_fish() {
	# shellcheck disable=SC2016 # fish's own
	line="$*" HOME=$root fish --no-config -c 'source $argv[1]; complete -C $line' "$guests_build/completion/fish/bedplate.fish" | cut -f 1
}
export -f offered_by_bash offered_by_zsh offered_by_fish
export guests_build

# offered SHELL WORD...: what is offered for the last word, on a host whose /etc/bedplate is this case's.
offered() {
	# shellcheck disable=SC2016 # the other bash's own
	root=$root unshare --mount bash -c 'mount --bind "$root/etc" /etc && "offered_by_$1" "${@:2}"' - "$@" | sed 's/ *$//' | sort -u | xargs
}

# is_offered EXPECTED WORD...: by each of the shells
is_offered() {
	local shell got
	for shell in bash zsh fish; do
		got=$(offered "$shell" bedplate "${@:2}")
		# zsh has options where nothing else is.
		[[ -n $1 || $shell != zsh ]] || got=$(tr ' ' '\n' <<<"$got" | sed '/^-/d')
		[[ $got == "$1" ]] || {
			echo "$shell offers for ${*:2}: $got"
			return 1
		}
	done
}

# actions COMMAND: those that it says there are
actions() {
	launch "$1" 2>&1 | sed -n 's/.*hint: //p' | sed 's/,//g; s/ or / /' | tr ' ' '\n' | sort | xargs
}

@test "shells offer the names of guests, where a guest is meant" {
	local command
	for command in start stop console; do is_offered "mail web web2" qemu-launch "$command" ""; done
	is_offered "web web2" qemu-launch start w
	is_offered "web web2" qemu-launch start mail w
}

@test "shells offer commands and options" {
	is_offered "start status stop" qemu-launch st
	is_offered --svg chart --s
	is_offered "shutdown snapshot start status stop" qemu-launch s
	is_offered "raw" qemu-launch attach --format r
}

@test "shells offer an action's words, and the guests behind it" {
	local command
	for command in attach detach; do
		is_offered "disk nic usb" qemu-launch "$command" ""
		is_offered "mail web web2" qemu-launch "$command" usb ""
		is_offered "mail web web2" qemu-launch "$command" --root / nic ""
	done
	[[ $(actions disk) == "check convert create info mount resize umount" ]]
	for command in disk snapshot; do is_offered "$(actions "$command")" qemu-launch "$command" ""; done
	is_offered "mail web web2" qemu-launch snapshot list ""
	is_offered "mail" qemu-launch disk resize m
}

@test "shells offer files where a file is meant, and nothing where nothing can stand" {
	is_offered "disk.qcow2" qemu-launch attach disk web disk.q
	is_offered "disk.qcow2" qemu-launch disk info disk.q
	is_offered "web web.txt web2" qemu-launch disk info we
	is_offered "" qemu-launch console web ""
	is_offered "" qemu-launch snapshot create web ""
	is_offered "" qemu-launch list ""
}

@test "one program's command is not another's in any shell" {
	is_offered "--help --json --root --verbose --version" boot status --
	is_offered "--help --json --root --version" qemu-launch status --
}
