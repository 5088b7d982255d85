/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_words.h: what the verification of an image and the program that it boots into
 * (init-probe) have agreed on.
 *
 * The kernel's command line has bedplate.verify=TOKEN. The new root's init writes one line
 * "WORD TOKEN FSTYPE SOURCE" to the second serial port, or else to the console, and turns
 * the machine off. /init knows the argument as well: it is in no real machine then.
 */
#ifndef BEDPLATE_LIB_PROBE_WORDS_H
#define BEDPLATE_LIB_PROBE_WORDS_H

#define PROBE_ARGUMENT "bedplate.verify"
#define PROBE_WORD     "bedplate-handed-over"

enum { PROBE_TOKEN_MAX = 64 };

#endif
