/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.h: the table of bedplate boot's commands and options, for whoever generates from
 * it. */
#ifndef BEDPLATE_BOOT_OPTION_TABLE_H
#define BEDPLATE_BOOT_OPTION_TABLE_H

#include "lib/option.h"

extern const struct option_command boot_command;

#endif
