/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_json.h: the standard output: JSON, and the end of what was printed. */
#ifndef BEDPLATE_LIB_SHOW_JSON_H
#define BEDPLATE_LIB_SHOW_JSON_H

#include <jansson.h>

#include "lib/err.h"

/* Writes out what was printed. Fails where that, or any of it before, could not be written. */
int show_end(struct err *err);

/* Prints a JSON value and a newline, and drops the reference. */
int show_json_value(json_t *value, struct err *err);

/* A text as a JSON value; bytes that are no UTF-8 are not shown. */
json_t *show_json_text(const char *text);

#endif
