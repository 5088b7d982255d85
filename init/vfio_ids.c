/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_ids.c: the kernel's own way of naming devices for vfio-pci. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/vfio_ids.h"
#include "lib/cleanup.h"

static int parse_one(const char *text, struct vfio_wish *wish)
{
	/* As the kernel's "%x:%x:%x:%x:%x:%x"; PCI_ANY_ID is ffffffff. */
	unsigned fields[6] = { 0, 0, ~0U, ~0U, 0, 0 };
	int end = 0, count;

	count = sscanf(text, "%x:%x%n:%x%n:%x%n:%x%n:%x%n", &fields[0], &fields[1], &end,
		       &fields[2], &end, &fields[3], &end, &fields[4], &end, &fields[5],
		       &end);
	if (count < 2 || text[end] || fields[0] > 0xffff || fields[1] > 0xffff)
		return -EINVAL;
	/* It would mean no device to the kernel, and every one here. */
	if (!fields[0] && !fields[1])
		return -EINVAL;
	*wish = (struct vfio_wish){
		.select.id = { (uint16_t)fields[0], (uint16_t)fields[1] },
		.class_code = fields[4],
		.class_mask = fields[5],
	};
	if (fields[2] != ~0U)
		wish->subsystem.vendor = (uint16_t)fields[2];
	if (fields[3] != ~0U)
		wish->subsystem.device = (uint16_t)fields[3];
	return 0;
}

int vfio_ids_parse(const char *text,
		   int (*found)(const struct vfio_wish *wish, void *context),
		   void *context, struct err *err)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *item;
	struct vfio_wish wish;
	int result = copy ? 0 : err_sys(err, ENOMEM, "vfio-pci.ids=");

	while ((item = strsep(&rest, ","))) {
		if (!*item)
			continue;
		if (parse_one(item, &wish) < 0)
			result = err_set(err, EINVAL,
					 "vfio-pci.ids=: \"%.40s\" is not VENDOR:DEVICE",
					 item);
		else if (found(&wish, context) < 0)
			return err_sys(err, ENOMEM, "vfio-pci.ids=");
	}
	return result;
}
