/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_table.h: the table of bedplate host-prep's commands and options, for whoever generates
 * from it. */
#ifndef BEDPLATE_HOST_PREP_OPTION_TABLE_H
#define BEDPLATE_HOST_PREP_OPTION_TABLE_H

#include "lib/option.h"

extern const struct option_command host_prep_command;

#endif
