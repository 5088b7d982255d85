/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_iommu.h: how an IOMMU that is not at work is turned on. */
#ifndef BEDPLATE_INIT_VFIO_IOMMU_H
#define BEDPLATE_INIT_VFIO_IOMMU_H

/* What to do on this machine, as half a sentence. The firmware's tables tell whose IOMMU
 * it has; where it offers none, the processor's maker does. */
const char *vfio_iommu_hint(int root_fd);

#endif
