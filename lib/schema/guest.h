/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.h: struct guest_conf and guest_schema, made from guest.def. */
#ifndef BEDPLATE_LIB_SCHEMA_GUEST_H
#define BEDPLATE_LIB_SCHEMA_GUEST_H

#define CONF_NAME guest
#define CONF_DEF  "lib/schema/guest.def"
#include "lib/conf_struct.h"

#endif
