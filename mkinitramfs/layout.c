/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.c: places of a layout, and the device-mapper table that they come from. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mkinitramfs/layout.h"

enum { SECTOR = 512 };

/* ---- from a device-mapper table ---- */

static struct layout_run *run_new(struct layout *layout)
{
	struct layout_run *more =
		reallocarray(layout->runs, layout->run_count + 1, sizeof(*more));

	if (!more)
		return NULL;
	layout->runs = more;
	more += layout->run_count++;
	*more = (struct layout_run){ .areas = NULL };
	return more;
}

/* " 1:PV OFFSET" for each area. */
static int run_add_areas(const struct layout *layout, struct layout_run *run,
			 const char *text, size_t count, struct err *err)
{
	run->areas = calloc(count, sizeof(*run->areas));
	if (!run->areas)
		return err_sys(err, ENOMEM, "reading a layout");
	for (; run->area_count < count; run->area_count++) {
		struct layout_area *area = &run->areas[run->area_count];
		unsigned major, pv;
		uint64_t offset;
		int used;

		if (sscanf(text, " %u:%u %" SCNu64 "%n", &major, &pv, &offset, &used) <
			    3 ||
		    pv >= layout->pv_count)
			return err_set(err, EBADMSG, "a table that makes no sense: %s",
				       text);
		area->disk = layout->pvs[pv].disk;
		area->offset = layout->pvs[pv].offset + offset;
		text += used;
	}
	return 0;
}

static int run_parse(struct layout *layout, const char *line, struct err *err)
{
	struct layout_run *run = run_new(layout);
	size_t count = 1;
	int used = 0;

	if (!run)
		return err_sys(err, ENOMEM, "reading a layout");
	if (sscanf(line, "%" SCNu64 " %" SCNu64 " linear%n", &run->start, &run->sectors,
		   &used) < 2 ||
	    !used) {
		used = 0;
		if (sscanf(line, "%" SCNu64 " %" SCNu64 " striped %zu %" SCNu64 "%n",
			   &run->start, &run->sectors, &count, &run->chunk, &used) < 4 ||
		    !count || count > layout->pv_count || !run->chunk)
			return err_set(err, EOPNOTSUPP, "a table of another kind: %s",
				       line);
	}
	return run_add_areas(layout, run, line + used, count, err);
}

int layout_add_table(struct layout *layout, const char *table, struct err *err)
{
	int result = 0;

	while (!result && *table) {
		size_t length = strcspn(table, "\n");
		char line[4096];

		if (length >= sizeof(line))
			return err_set(err, EOPNOTSUPP,
				       "the volume lies on more devices than expected");
		memcpy(line, table, length);
		line[length] = '\0';
		result = run_parse(layout, line, err);
		table += length + (table[length] == '\n');
	}
	for (size_t i = 0; i < layout->run_count; i++)
		layout->sectors += layout->runs[i].sectors;
	return result;
}

/* ---- places ---- */

bool layout_place(const struct layout *layout, uint64_t byte, size_t *disk,
		  uint64_t *offset, uint64_t *length)
{
	for (size_t i = 0; i < layout->run_count; i++) {
		const struct layout_run *run = &layout->runs[i];
		uint64_t at = byte - run->start * SECTOR, chunk = run->chunk * SECTOR;
		size_t area = 0;

		if (byte < run->start * SECTOR || at >= run->sectors * SECTOR)
			continue;
		*length = run->sectors * SECTOR - at;
		if (chunk) {
			uint64_t number = at / chunk;

			area = number % run->area_count;
			*length = chunk - at % chunk;
			at = number / run->area_count * chunk + at % chunk;
		}
		*disk = run->areas[area].disk;
		*offset = run->areas[area].offset * SECTOR + at;
		return true;
	}
	return false;
}

void layout_release(struct layout *layout)
{
	for (size_t i = 0; i < layout->disk_count; i++) {
		free(layout->disks[i].dir);
		part_table_release(&layout->disks[i].table);
	}
	for (size_t i = 0; i < layout->run_count; i++)
		free(layout->runs[i].areas);
	free(layout->disks);
	free(layout->pvs);
	free(layout->runs);
	free(layout->text);
	free(layout->fstype);
	free(layout->uuid);
	free(layout->volume);
	*layout = (struct layout)LAYOUT_INIT;
}
