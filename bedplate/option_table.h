/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.h: the table of bedplate's own commands and options, for whoever generates from it. */
#ifndef BEDPLATE_BEDPLATE_OPTION_TABLE_H
#define BEDPLATE_BEDPLATE_OPTION_TABLE_H

#include "lib/option.h"

extern const struct option_command bedplate_command;

#endif
