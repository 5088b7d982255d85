/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.h: struct host_conf and host_schema, made from host.def. */
#ifndef BEDPLATE_LIB_SCHEMA_HOST_H
#define BEDPLATE_LIB_SCHEMA_HOST_H

#define CONF_NAME host
#define CONF_DEF  "lib/schema/host.def"
#include "lib/conf_struct.h"

#endif
