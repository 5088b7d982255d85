/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firmware.h: finds a guest's firmware through QEMU's firmware descriptors (QEMU's
 * docs/interop/firmware.json): JSON files in /usr/share/qemu/firmware and /etc/qemu/firmware.
 * A file in /etc stands for that of the same name in /usr/share; an empty one hides it. They
 * are tried in the order of their names.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_FIRMWARE_H
#define BEDPLATE_QEMU_LAUNCH_FIRMWARE_H

#include <stdbool.h>

#include "lib/err.h"

enum { FIRMWARE_PATH_MAX = 256 };

enum firmware_kind {
	FIRMWARE_DEFAULT, /* QEMU's own: nothing is said */
	FIRMWARE_BIOS,    /* -bios code */
	FIRMWARE_FLASH,   /* two flash chips: code, and the guest's own copy of vars */
};

struct firmware {
	enum firmware_kind kind;
	char code[FIRMWARE_PATH_MAX];
	char code_format[8];                   /* "raw", "qcow2" */
	char vars_template[FIRMWARE_PATH_MAX]; /* "": none, there is no such chip */
	char vars[FIRMWARE_PATH_MAX]; /* the guest's copy, made at its first start */
	char vars_format[8];
	bool needs_smm, secure; /* secure: the chips are written in SMM only */
};

/* What is asked for. */
struct firmware_want {
	const char *arch;    /* "x86_64" */
	const char *machine; /* with its version: "pc-q35-7.2" */
	const char *called;  /* as people call it: "q35" */
	bool secure_boot, enrolled_keys;
	bool smm; /* may be used */
};

/* The first descriptor's UEFI that fits. -ENOENT with a hint which package has one. */
int firmware_find(struct firmware *firmware, int root_fd,
		  const struct firmware_want *want, struct err *err);

#endif
