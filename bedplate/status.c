/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c: bedplate status: one screen about the whole host. */
#include <errno.h>

#include "bedplate/commands.h"
#include "bedplate/status.h"
#include "lib/show_json.h"

static int show(const struct args *args, const struct status *status, struct err *err)
{
	json_t *all = status_make(status);
	int result;

	if (args->json)
		return show_json_value(all, err);
	result = status_show(all, err);
	json_decref(all);
	return result;
}

int status_run(const struct args *args, struct err *err)
{
	_cleanup_status_ struct status status;
	int result = status_read(&status, args->root, err);

	if (!result)
		status_attend(&status);
	if (!result && status.attention.overflow)
		result = err_sys(err, ENOMEM, "gathering what needs attention");
	if (!result)
		result = show(args, &status, err);
	return result || status.attention.count ? EXIT_FAILED : EXIT_DONE;
}
