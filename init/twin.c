/* SPDX-License-Identifier: GPL-2.0-or-later */
/* twin.c: see twin.h. */
#include <string.h>

#include "init/twin.h"

static bool is_twin(struct devices *devices, const struct spec *spec,
		    struct device *other, uint64_t size)
{
	if (!other->probed && !other->probed_for_hint &&
	    device_size(devices, other) == size)
		device_probe_for_hint(devices, other);
	return spec_matches(spec, spec->kind == SPEC_UUID ? other->uuid : other->label);
}

const struct device *devices_find_twin(struct devices *devices, const struct spec *spec,
				       const struct device *device)
{
	const uint64_t size = device_size(devices, device);

	if ((spec->kind != SPEC_UUID && spec->kind != SPEC_LABEL) || device->dm_name[0] ||
	    strcmp(device->type, "btrfs") == 0)
		return NULL;
	for (size_t i = 0; i < devices->count; i++) {
		struct device *other = devices->items[i];

		if (other->devno != device->devno && !other->dm_name[0] &&
		    is_twin(devices, spec, other, size))
			return other;
	}
	return NULL;
}
