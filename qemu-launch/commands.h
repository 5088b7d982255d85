/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.h: the commands of bedplate qemu-launch; each returns an exit code. */
#ifndef BEDPLATE_QEMU_LAUNCH_COMMANDS_H
#define BEDPLATE_QEMU_LAUNCH_COMMANDS_H

#include "lib/err.h"
#include "qemu-launch/args.h"

int list_run(const struct args *args, struct err *err);
int argv_run(const struct args *args, struct err *err);
int check_run(const struct args *args, struct err *err);
int boot_run(const struct args *args, struct err *err);
int shutdown_run(const struct args *args, struct err *err);
int run_run(const struct args *args, struct err *err);
int start_run(const struct args *args, struct err *err);
int stop_run(const struct args *args, struct err *err);
int restart_run(const struct args *args, struct err *err);
int reset_run(const struct args *args, struct err *err);
int status_run(const struct args *args, struct err *err);
int console_run(const struct args *args, struct err *err);
int monitor_run(const struct args *args, struct err *err);
int qmp_run(const struct args *args, struct err *err);
int disk_run(const struct args *args, struct err *err);
int snapshot_run(const struct args *args, struct err *err);
int attach_run(const struct args *args, struct err *err);
int detach_run(const struct args *args, struct err *err);

#endif
