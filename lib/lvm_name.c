/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_name.c: from a group's and a volume's name to that of the device, and back. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/lvm_name.h"

void lvm_mapper_name(const char *group, const char *volume, char *name, size_t size)
{
	const char *parts[] = { group, volume };
	size_t used = 0;

	for (int i = 0; i < 2; i++) {
		if (i && used + 1 < size)
			name[used++] = '-';
		for (const char *c = parts[i]; *c && used + 2 < size; c++) {
			name[used++] = *c;
			if (*c == '-')
				name[used++] = '-';
		}
	}
	name[used] = '\0';
}

char *lvm_volume_name(const char *dm_name)
{
	char *name = calloc(1, strlen(dm_name) + 1), *out = name;
	bool parted = false;

	for (const char *in = dm_name; name && *in; in++) {
		bool single = *in == '-' && in[1] != '-';

		if (*in == '-' && in[1] == '-') {
			*out++ = '-';
			in++;
		} else if (single && !parted) {
			*out++ = '/';
			parted = true;
		} else if (single) {
			break; /* what follows is the layer of a hidden device */
		} else {
			*out++ = *in;
		}
	}
	if (name && !parted) {
		free(name);
		return NULL;
	}
	return name;
}
