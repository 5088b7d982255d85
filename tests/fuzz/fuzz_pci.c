/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/vfio_plan.c init/vfio_ids.c init/framebuffer.c lib/pci.c lib/file.c */
/* SOURCES: lib/file_apart.c lib/value/pci.c lib/value/pci_select.c lib/strbuf.c lib/err.c */
/* fuzz_pci.c: any text is a selector that reads back the same, or refused with a reason; any
 * text of vfio-pci.ids= gives wishes that can be planned. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/vfio_ids.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_selector(const char *text)
{
	_cleanup_strbuf_ struct strbuf first, second;
	struct pci_select select;
	struct err err = ERR_INIT;

	strbuf_init(&first, 0);
	strbuf_init(&second, 0);
	if (pci_select_parse(text, &select, &err) < 0) {
		if (!err.code || !err.text[0])
			abort();
		return;
	}
	pci_select_format(&select, &first);
	if (pci_select_parse(first.text, &select, NULL) < 0)
		abort();
	pci_select_format(&select, &second);
	if (strcmp(first.text, second.text) != 0)
		abort();
}

static int plan(const struct vfio_wish *wish, void *context)
{
	struct pci_function function = {
		.name = "0000:01:00.0",
		.address = { .bus = 1, .is_set = true },
		.id = wish->select.id,
		.class_code = wish->class_code,
	};
	struct pci_list functions = { &function, 1 };
	struct framebuffers none = { .screen_count = 0 };
	_cleanup_vfio_plan_ struct vfio_plan made = VFIO_PLAN_INIT;

	(void)context;
	if (vfio_plan_make(&made, wish, 1, &functions, &none, NULL) < 0 ||
	    made.count != 1)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size + 1);
	struct err err = ERR_INIT;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	read_selector(text);
	if (vfio_ids_parse(text, plan, NULL, &err) < 0 && !err.text[0])
		abort();
	return 0;
}
