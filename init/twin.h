/* SPDX-License-Identifier: GPL-2.0-or-later */
/* twin.h: a second device that root= fits as well. */
#ifndef BEDPLATE_INIT_TWIN_H
#define BEDPLATE_INIT_TWIN_H

#include "init/device.h"

/* Another device with the UUID or label that the spec names: a clone, or a second path to
 * the same disk; NULL where none is known. Of those not looked at yet only devices of the
 * same size are, since twins have it and looking costs time. */
const struct device *devices_find_twin(struct devices *devices, const struct spec *spec,
				       const struct device *device);

#endif
