/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.h: bedplate's own commands, which span its programs; each returns an exit code. */
#ifndef BEDPLATE_BEDPLATE_COMMANDS_H
#define BEDPLATE_BEDPLATE_COMMANDS_H

#include "bedplate/args.h"
#include "lib/err.h"

int check_run(const struct args *args, struct err *err);
int report_run(const struct args *args, struct err *err);
int status_run(const struct args *args, struct err *err);
int init_config_run(const struct args *args, struct err *err);
int chart_run(const struct args *args, struct err *err);

#endif
