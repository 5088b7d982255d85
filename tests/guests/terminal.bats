#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What a person at a terminal has: the console and its way out.

load lib
bats_require_minimum_version 1.5.0
setup() { guests_setup; }
teardown() { guests_teardown; }

console=(Ready=console "ReadyLine=here I am")

# at_terminal COMMAND...: on a terminal of its own (pty(7)), where each line of the standard input, "AWAIT<tab>TYPE", is
# typed when the screen has shown what is awaited since the line before. Prints the screen; then whether
# the terminal is as it was, and the command's exit status.
at_terminal() {
	python3 -c '
import os, pty, select, sys, termios, time
steps = [line.rstrip("\n").split("\t") for line in sys.stdin]
pid, terminal = pty.fork()
if not pid:
    before = termios.tcgetattr(0)
    child = os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:])
    print("\nterminal:", "as it was" if termios.tcgetattr(0) == before else "changed", "status:", child, flush=True)
    os._exit(0)
screen, new, end = "", "", time.time() + 60
while time.time() < end:
    if steps and steps[0][0] in new:
        new = ""
        os.write(terminal, steps.pop(0)[1].encode().decode("unicode_escape").encode("latin-1"))
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        got = os.read(terminal, 4096).decode("latin-1")
    except OSError:
        break
    screen, new = screen + got, new + got
os.kill(pid, 9)
print(screen)' "$@"
}

@test "Ctrl-] leaves the console: what was typed before it is the guest's, the terminal is as it was, the guest goes on" {
	guest web ECHO "${console[@]}"
	launch start web
	# In raw mode Ctrl-C is one more key, and nothing is shown but what the guest writes.
	printf '%s\n' $'here I am\tab\\x03c' $'ab\x03c\td\\x1de' >"$root/keys"
	at_terminal "$launcher" console web --root "$root" <"$root/keys" >"$root/screen"
	cat -v "$root/screen"
	grep -q 'terminal: as it was status: 0' "$root/screen"
	[[ $(tr -d '\r\n' <"$root/screen") == *$'ab\x03c'* ]]
	await eval '[[ $(launch console web --log) == *$'"'ab\\x03cd'"' ]]'
	[[ $(status web) == running ]]
	# The next one has it, with what was shown before.
	printf '%s\n' $'c\\x1d' | sed 's/^/ab\x03cd\t/' >"$root/keys"
	at_terminal "$launcher" console web --root "$root" <"$root/keys" | grep -q 'status: 0'
	launch stop web
}

@test "Ctrl-] leaves the monitor, and the guest goes on" {
	guest web ACPI "${console[@]}"
	launch start web
	printf '(qemu)\tinfo name\\r\nweb\t\\x1d\n' >"$root/keys"
	at_terminal "$launcher" monitor web --root "$root" <"$root/keys" >"$root/screen"
	grep -q 'terminal: as it was status: 0' "$root/screen"
	[[ $(status web) == running ]]
	launch stop web
}
