/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine_list.c: the lists of what was found. */
#include <stdlib.h>
#include <string.h>

#include "bedplate/machine.h"

void *machine_more(void *items, size_t *count, size_t size)
{
	void *old;
	char *more;

	/* A pointer to a pointer to any type: its bytes are copied, for it is no void **. */
	memcpy(&old, items, sizeof(old));
	more = reallocarray(old, *count + 1, size);
	if (!more)
		return NULL;
	memcpy(items, &more, sizeof(more));
	memset(more + *count * size, 0, size);
	return more + (*count)++ * size;
}

const struct machine_nic *machine_nic_of(const struct machine *machine,
					 const char *address)
{
	for (size_t i = 0; i < machine->nic_count; i++)
		if (!strcmp(machine->nics[i].pci, address))
			return &machine->nics[i];
	return NULL;
}

const struct machine_function *machine_function_of(const struct machine *machine,
						   const char *address)
{
	for (size_t i = 0; i < machine->function_count; i++)
		if (!strcmp(machine->functions[i].address, address))
			return &machine->functions[i];
	return NULL;
}
