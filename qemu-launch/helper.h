/* SPDX-License-Identifier: GPL-2.0-or-later */
/* helper.h: programs that QEMU needs beside it: swtpm(8), virtiofsd. Their command lines are
 * pure; launch_helpers starts them and waits for their sockets. */
#ifndef BEDPLATE_QEMU_LAUNCH_HELPER_H
#define BEDPLATE_QEMU_LAUNCH_HELPER_H

#include "lib/schema/guest.h"
#include "qemu-launch/setup.h"

enum { HELPER_ARGS_MAX = 48, HELPER_TEXT_MAX = 640 };

struct helper {
	char name[SETUP_NAME_MAX]; /* "tpm", "fs-TAG" */
	char socket[SETUP_PATH_MAX + SETUP_NAME_MAX + 8];
	char texts[HELPER_ARGS_MAX][HELPER_TEXT_MAX];
	const char *argv[HELPER_ARGS_MAX + 1];
	size_t count;
};

/* The TPM's emulator. It goes when QEMU does; its state stays. */
void helper_tpm(struct helper *helper, const struct guest_tpm *tpm,
		const struct guest_setup *setup);
/* Its state's folder, which is to be there. */
void helper_tpm_state(const struct guest_tpm *tpm, const struct guest_setup *setup,
		      char path[SETUP_PATH_MAX + 8]);

/* A shared folder's server; `binary` where the file names none. */
void helper_share(struct helper *helper, const struct guest_share *share,
		  const struct guest_setup *setup, const char *binary);

/* virtiofsd as QEMU's vhost-user descriptors name it (QEMU docs/interop/vhost-user.json), or
 * -ENOENT. */
int helper_find_virtiofsd(int root_fd, char binary[SETUP_PATH_MAX], struct err *err);

#endif
