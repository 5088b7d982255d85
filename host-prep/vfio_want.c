/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_want.c: what the files pass through, and which of it can go to vfio-pci. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/vfio.h"
#include "lib/cleanup.h"
#include "lib/origin.h"

static int add(struct vfio_wishes *wishes, const struct vfio_wish *wish, struct err *err)
{
	struct vfio_wish *items =
		reallocarray(wishes->items, wishes->count + 1, sizeof(*items));

	if (!items)
		return err_sys(err, ENOMEM, "reading what is passed through");
	wishes->items = items;
	items[wishes->count++] = *wish;
	return 0;
}

static int add_section(struct vfio_wishes *wishes, const struct part_context *context,
		       size_t index, struct err *err)
{
	const struct host_vfio *section = &context->host->vfio.items[index];
	int result = 0;

	for (size_t i = 0; !result && i < section->devices.count; i++) {
		struct vfio_wish wish;

		origin_item_text(context->conf, "Vfio", "Devices", index, i, wish.origin,
				 sizeof(wish.origin));
		result = pci_select_parse(section->devices.items[i], &wish.select, err);
		if (!result)
			result = add(wishes, &wish, err);
	}
	return result;
}

static int add_guest(struct vfio_wishes *wishes, const struct guest *guest,
		     struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < guest->data->passthrough.count; i++) {
		const struct guest_passthrough *section =
			&guest->data->passthrough.items[i];
		struct vfio_wish wish = {
			.select = { .address = section->address, .id = section->id },
		};

		origin_text(guest->conf, "Passthrough",
			    section->address.is_set ? "Address" : "Id", i, wish.origin,
			    sizeof(wish.origin));
		if (section->bind == guest_passthrough_bind_boot &&
		    (section->address.is_set || pci_id_is_set(&section->id)))
			result = add(wishes, &wish, err);
	}
	return result;
}

int vfio_want(struct vfio_wishes *wishes, const struct part_context *context,
	      struct err *err)
{
	int result = 0;

	*wishes = (struct vfio_wishes)VFIO_WISHES_INIT;
	for (size_t i = 0; !result && i < context->host->vfio.count; i++)
		result = add_section(wishes, context, i, err);
	for (size_t i = 0; !result && i < context->guests->count; i++)
		result = add_guest(wishes, &context->guests->items[i], err);
	return result;
}

void vfio_wishes_release(struct vfio_wishes *wishes)
{
	free(wishes->items);
	*wishes = (struct vfio_wishes)VFIO_WISHES_INIT;
}

const struct vfio_wish *vfio_find_wish(const struct vfio_wishes *wishes,
				       const struct pci_function *function)
{
	for (size_t i = 0; i < wishes->count; i++) {
		const struct pci_select *select = &wishes->items[i].select;

		if (select->address.is_set
			    ? pci_select_has_place(select, &function->address)
			    : pci_id_equal(&select->id, &function->id))
			return &wishes->items[i];
	}
	return NULL;
}

enum vfio_decision vfio_decide(const struct iommu_function *function,
			       const struct vfio_wish *wish, const char *up,
			       char reason[VFIO_REASON])
{
	const struct pci_id *wanted = &wish->select.id, *id = &function->pci.id;

	if (iommu_is_driver_for_guests(function->pci.driver))
		return VFIO_THERE;
	if (pci_id_is_set(wanted) && !pci_id_equal(wanted, id))
		snprintf(reason, VFIO_REASON, "it is %04x:%04x, not %04x:%04x",
			 id->vendor, id->device, wanted->vendor, wanted->device);
	else if (function->pci.is_bridge)
		snprintf(reason, VFIO_REASON, "it is a bridge");
	else if (function->pci.group < 0)
		snprintf(reason, VFIO_REASON, "no IOMMU is at work for it");
	else if (function->held[0])
		snprintf(reason, VFIO_REASON, "the host stands on it: %s",
			 function->held);
	else if (function->pci.vfs)
		snprintf(reason, VFIO_REASON,
			 "it has virtual functions switched on; write 0 to its "
			 "sriov_numvfs");
	else if (*up)
		snprintf(reason, VFIO_REASON,
			 "its interface %s is up; ip link set %s down lets it go", up,
			 up);
	else
		return VFIO_BIND;
	return VFIO_STAYS;
}
