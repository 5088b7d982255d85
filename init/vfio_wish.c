/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_wish.c: what the configuration and the command line want vfio-pci to have. */
#include <stdlib.h>

#include "init/boot.h"
#include "init/text.h"
#include "init/vfio_ids.h"
#include "lib/cleanup.h"
#include "lib/log.h"

static const enum vfio_policy policies[] = {
	[init_vfio_on_failure_continue] = VFIO_CONTINUE,
	[init_vfio_on_failure_rescue] = VFIO_RESCUE,
	[init_vfio_on_failure_reboot] = VFIO_REBOOT,
};

static const enum vfio_policy default_policies[] = {
	[init_rescue_passthrough_failure_continue] = VFIO_CONTINUE,
	[init_rescue_passthrough_failure_rescue] = VFIO_RESCUE,
	[init_rescue_passthrough_failure_reboot] = VFIO_REBOOT,
};

static int add_wish(struct vfio *vfio, const struct vfio_wish *wish)
{
	struct vfio_wish *wishes =
		reallocarray(vfio->wishes, vfio->wish_count + 1, sizeof(*wishes));

	if (!wishes)
		return -1;
	vfio->wishes = wishes;
	wishes[vfio->wish_count++] = *wish;
	return 0;
}

/* The image's maker has checked them; a hand-made init.conf is told by its rule. */
static void add_section(struct boot *boot, size_t index)
{
	const struct init_vfio *section = &boot->settings->vfio.items[index];
	struct vfio_wish wish = {
		.policy = policies[section->on_failure],
		.detach = section->framebuffer == init_vfio_framebuffer_detach,
	};

	text_copy(wish.origin, sizeof(wish.origin),
		  section->origin[0] ? section->origin : "init.conf");
	for (size_t i = 0; i < section->devices.count; i++) {
		struct err err = ERR_INIT;

		if (pci_select_parse(section->devices.items[i], &wish.select, &err) < 0)
			report_warning(&boot->report, "[Vfio] Devices=: %s", err.text);
		else if (add_wish(&boot->vfio, &wish) < 0)
			report_warning(&boot->report, "[Vfio] Devices=: out of memory");
	}
}

static int add_id(const struct vfio_wish *wish, void *context)
{
	struct boot *boot = context;
	struct vfio_wish own = *wish;

	own.policy = default_policies[boot->settings->rescue.passthrough_failure];
	text_copy(own.origin, sizeof(own.origin), "vfio-pci.ids=");
	return add_wish(&boot->vfio, &own);
}

size_t vfio_read_wishes(struct boot *boot)
{
	struct vfio *vfio = &boot->vfio;

	free(vfio->wishes);
	vfio->wishes = NULL;
	vfio->wish_count = 0;
	for (size_t i = 0; i < boot->settings->vfio.count; i++)
		add_section(boot, i);
	for (size_t i = 0; i < boot->cmdline.count; i++) {
		const struct cmdline_arg *arg = &boot->cmdline.args[i];
		struct err err = ERR_INIT;

		if (!arg->is_init && arg->value &&
		    cmdline_same_name(arg->name, "vfio-pci.ids") &&
		    vfio_ids_parse(arg->value, add_id, boot, &err) < 0)
			report_warning(&boot->report, "%s", err.text);
	}
	return vfio->wish_count;
}
