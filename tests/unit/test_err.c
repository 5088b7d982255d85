/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/err.c */
/* test_err.c: promises of lib/err.h. */
#include <errno.h>

#include "lib/err.h"
#include "tests/unit/tap.h"

int main(void)
{
	struct err err = ERR_INIT;
	char long_text[2 * ERR_MAX];

	is_int(err_set(&err, EBUSY, "port %d", 7), -EBUSY,
	       "err_set returns the negative errno");
	is_str(err.text, "port 7", "and formats the message");
	is_int(err_sys(&err, EBUSY, "add port"), -EBUSY, "err_sys too");
	ok(strncmp(err.text, "add port: ", 10) == 0 && strstr(err.text, strerror(EBUSY)),
	   "err_sys says what the system said");
	is_int(err_wrap(&err, "bridge %s", "br0"), -EBUSY, "err_wrap keeps the code");
	ok(strncmp(err.text, "bridge br0: add port: ", 22) == 0,
	   "err_wrap puts the object in front");
	err_hint(&err, "try %s", "again");
	is_str(err.hint, "try again", "a hint is kept apart from the message");
	err_set(&err, EIO, "other");
	is_str(err.hint, "", "a new failure has no old hint");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	err_sys(&err, EIO, "%s", long_text);
	err_wrap(&err, "%s", long_text);
	is_int(strlen(err.text), ERR_MAX - 1, "an over-long message is cut, not overrun");
	is_int(err_sys(NULL, ENOENT, "nobody listens"), -ENOENT, "NULL is allowed");
	err_clear(&err);
	is_int(err.code, 0, "a cleared error is none");
	return done_testing();
}
