/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.h: the table of bedplate qemu-launch's commands and options, for whoever
 * generates from it. */
#ifndef BEDPLATE_QEMU_LAUNCH_OPTION_TABLE_H
#define BEDPLATE_QEMU_LAUNCH_OPTION_TABLE_H

#include "lib/option.h"

extern const struct option_command qemu_launch_command;

#endif
