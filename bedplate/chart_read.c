/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_read.c: reads all that there is to read of the boot. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "bedplate/chart_read.h"
#include "lib/file.h"

void chart_missing(struct chart_sources *sources, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sources->overflow |= names_add(&sources->missing, text) != 0;
}

int chart_read(struct chart_sources *sources, int root_fd, bool live, struct err *err)
{
	chart_read_init(sources, root_fd);
	if (!live)
		chart_missing(sources, "systemd: only the running system's can be asked");
	else if (!file_exists(root_fd, "run/systemd/system")) /* sd_booted(3) */
		chart_missing(sources, "systemd: it does not run here");
	else
		chart_read_systemd(sources);
	if (!sources->firmware)
		chart_read_efi(sources, root_fd);
	chart_read_guests(sources, root_fd);
	if (sources->overflow || sources->steps.overflow || sources->units.overflow)
		return err_sys(err, ENOMEM, "reading what is known of the boot");
	return 0;
}
