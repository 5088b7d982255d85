/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell.h: the rescue shell on /dev/console, which is the last console= of the command line.
 *
 * How it is known that somebody is there: the kernel sets the time of the last access of
 * a terminal's node when something is read from it (drivers/tty/tty_io.c, tty_read). It
 * is set to another time before the shell starts; as long as it stays there, nobody has
 * typed.
 */
#ifndef BEDPLATE_INIT_SHELL_H
#define BEDPLATE_INIT_SHELL_H

#include <stdint.h>

enum shell_end {
	SHELL_LEFT,   /* somebody had it and left it */
	SHELL_NOBODY, /* nobody typed in time */
	SHELL_NONE,   /* there is none in the image */
};

/* Runs the shell and reaps whatever else ends meanwhile. Where there is a hash, the
 * password is asked for first. Nobody has typed when nothing came for this long before
 * the shell (each wrong password begins it anew) or in it; UINT64_MAX waits for ever. */
enum shell_end shell_run(const char *hash, uint64_t quiet_ms);

#endif
