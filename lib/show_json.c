/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_json.c: prints JSON for --json, and ends what is printed. */
#include <errno.h>
#include <stdio.h>

#include "lib/show_json.h"

int show_end(struct err *err)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return err_sys(err, errno, "writing to the standard output");
	return 0;
}

int show_json_value(json_t *value, struct err *err)
{
	int result =
		value ? json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6))
		      : -1;

	json_decref(value);
	if (result)
		return err_set(err, ENOMEM, "writing JSON");
	putchar('\n');
	return show_end(err);
}

/* Bytes that are no UTF-8 cannot stand in JSON; what names they are in matters little
 * then. */
json_t *show_json_text(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_string("(not UTF-8)");
}
