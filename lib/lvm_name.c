/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_name.c: from a group's and a volume's name to that of the device. */
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
