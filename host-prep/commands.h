/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.h: the commands of bedplate host-prep; each returns an exit code. */
#ifndef BEDPLATE_HOST_PREP_COMMANDS_H
#define BEDPLATE_HOST_PREP_COMMANDS_H

#include "host-prep/args.h"
#include "lib/err.h"

int plan_run(const struct args *args, struct err *err);
int up_run(const struct args *args, struct err *err);
int down_run(const struct args *args, struct err *err);
int status_run(const struct args *args, struct err *err);
int confirm_run(const struct args *args, struct err *err);
int peer_run(const struct args *args, struct err *err);
/* 0: nothing but notes; 1: warnings; 2: problems, or it could not look at all. */
int check_run(const struct args *args, struct err *err);
int iommu_run(const struct args *args, struct err *err);
int graph_run(const struct args *args, struct err *err);

#endif
