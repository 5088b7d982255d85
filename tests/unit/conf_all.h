/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_all.h: struct all_conf and all_schema, a table with every type. */
#ifndef BEDPLATE_TESTS_CONF_ALL_H
#define BEDPLATE_TESTS_CONF_ALL_H

#define CONF_NAME all
#define CONF_DEF  "tests/unit/conf_all.def"
#include "lib/conf_struct.h"

#endif
