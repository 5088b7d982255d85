/* SPDX-License-Identifier: GPL-2.0-or-later */
/* err.c: failure messages in a fixed buffer. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/err.h"

int err_set(struct err *err, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -errnum;
	err->code = -errnum;
	err->mistake = false;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -errnum;
}

int err_sys(struct err *err, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t used;

	if (!err)
		return -errnum;
	err->code = -errnum;
	err->mistake = false;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(errnum));
	return -errnum;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char inner[ERR_MAX];
	va_list ap;
	size_t used;

	if (!err)
		return -EIO;
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", inner);
	return err->code;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EIO;
	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return err->code;
}

void err_hint_root(struct err *err)
{
	if (err && (err->code == -EACCES || err->code == -EPERM) && !err->hint[0] &&
	    geteuid() != 0)
		err_hint(err, "root may: `sudo` in front");
}

int err_mistake(struct err *err)
{
	if (!err)
		return -EINVAL;
	err->mistake = true;
	return err->code;
}

enum exit_code err_exit_code(const struct err *err)
{
	return err->mistake ? EXIT_USAGE : EXIT_FAILED;
}

void err_clear(struct err *err)
{
	if (!err)
		return;
	err->code = 0;
	err->mistake = false;
	err->text[0] = err->hint[0] = '\0';
}
