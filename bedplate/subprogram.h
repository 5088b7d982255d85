/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subprogram.h: what bedplate's other programs say of a system, by their --json. */
#ifndef BEDPLATE_BEDPLATE_SUBPROGRAM_H
#define BEDPLATE_BEDPLATE_SUBPROGRAM_H

#include <jansson.h>

#include "lib/err.h"

/* The path of the program of a command ("host-prep"): in $BEDPLATE_EXEC_PATH, or where bedplate
 * is installed. A heap string; NULL without memory. */
char *subprogram_path(const char *command);

/* Runs `bedplate COMMAND WORD --json` on the system below `root` (NULL: the running one) and
 * returns the object that it prints, which the caller gives back; NULL with a message where
 * it printed none. */
json_t *subprogram_json(const char *command, const char *word, const char *root,
			struct err *err);

#endif
