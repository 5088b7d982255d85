/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_read.c: what the kernel swaps to now. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/meminfo.h"
#include "lib/mount_text.h"

/* "Filename Type Size Used Priority", in KiB; blanks in names as in mountinfo (kernel
 * mm/swapfile.c, swap_show). */
static int add_line(struct swap_areas *areas, int root_fd, const char *line,
		    struct err *err)
{
	struct swap_area area, *items;

	if (sscanf(line, "%4095s %*s %" SCNu64 " %" SCNu64 " %d", area.path, &area.size,
		   &area.used, &area.priority) != 4)
		return 0;
	mount_text_decode(area.path);
	area.device = swap_device_number(root_fd, area.path);
	area.size *= 1024;
	area.used *= 1024;
	items = reallocarray(areas->items, areas->count + 1, sizeof(*items));
	if (!items)
		return err_sys(err, ENOMEM, "reading proc/swaps");
	areas->items = items;
	items[areas->count++] = area;
	return 0;
}

int swap_areas_read(struct swap_areas *areas, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *line;
	int result = 0;

	*areas = (struct swap_areas)SWAP_AREAS_INIT;
	strbuf_init(&text, 0);
	file_read(root_fd, "proc/meminfo", &text, NULL);
	areas->memory = meminfo_value(text.text, "MemTotal");
	areas->available = meminfo_value(text.text, "MemAvailable");
	strbuf_truncate(&text, 0);
	/* A kernel without swap has no such file. */
	file_read(root_fd, "proc/swaps", &text, NULL);
	rest = text.text;
	while (!result && (line = strsep(&rest, "\n")))
		result = add_line(areas, root_fd, line, err);
	return result;
}

void swap_areas_release(struct swap_areas *areas)
{
	free(areas->items);
	*areas = (struct swap_areas)SWAP_AREAS_INIT;
}

dev_t swap_device_number(int root_fd, const char *path)
{
	struct stat st;

	if (fstatat(root_fd, path + (*path == '/'), &st, 0) < 0 || !S_ISBLK(st.st_mode))
		return 0;
	return st.st_rdev;
}

const struct swap_area *swap_areas_find(const struct swap_areas *areas, const char *path,
					dev_t device)
{
	for (size_t i = 0; i < areas->count; i++)
		if (!strcmp(areas->items[i].path, path) ||
		    (device && areas->items[i].device == device))
			return &areas->items[i];
	return NULL;
}
