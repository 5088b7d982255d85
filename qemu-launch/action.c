/* SPDX-License-Identifier: GPL-2.0-or-later */
/* action.c: finds an action by its name, or the one that was probably meant. */
#include <errno.h>
#include <string.h>

#include "lib/nearest.h"
#include "qemu-launch/action.h"

int action_find(const char *word, const void *rows, size_t size, size_t count,
		const char *all, struct err *err)
{
	struct nearest near = { .word = word };

	for (size_t i = 0; word && i < count; i++) {
		const char *name = *(const char *const *)((const char *)rows + i * size);

		if (!strcmp(name, word))
			return (int)i;
		nearest_offer(&near, name);
	}
	if (word)
		err_set(err, EINVAL, "there is no action %.40s", word);
	else
		err_set(err, EINVAL, "which action?");
	return word && near.best ? err_hint(err, "did you mean %s?", near.best)
				 : err_hint(err, "%s", all);
}
