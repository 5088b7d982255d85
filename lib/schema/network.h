/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network.h: struct network_conf and network_schema, made from network.def. */
#ifndef BEDPLATE_LIB_SCHEMA_NETWORK_H
#define BEDPLATE_LIB_SCHEMA_NETWORK_H

#define CONF_NAME network
#define CONF_DEF  "lib/schema/network.def"
#include "lib/conf_struct.h"

#endif
