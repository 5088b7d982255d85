/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.h: the commands of bedplate boot; each returns an exit code. */
#ifndef BEDPLATE_BOOT_COMMANDS_H
#define BEDPLATE_BOOT_COMMANDS_H

#include "boot/args.h"
#include "lib/err.h"

int status_run(const struct args *args, struct err *err);
int cmdline_run(const struct args *args, struct err *err);
int plan_command_run(const struct args *args, struct err *err);
int apply_run(const struct args *args, struct err *err);
int good_run(const struct args *args, struct err *err);
int grub_entries_run(const struct args *args, struct err *err);

#endif
