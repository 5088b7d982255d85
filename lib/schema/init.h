/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init.h: struct init_conf and init_schema, made from init.def. */
#ifndef BEDPLATE_LIB_SCHEMA_INIT_H
#define BEDPLATE_LIB_SCHEMA_INIT_H

#define CONF_NAME init
#define CONF_DEF  "lib/schema/init.def"
#include "lib/conf_struct.h"

#endif
