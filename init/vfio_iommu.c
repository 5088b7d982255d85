/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_iommu.c: whose IOMMU this machine has. */
#include <stdbool.h>
#include <string.h>

#include "init/vfio_iommu.h"
#include "lib/file.h"

static bool cpu_is_amd(int root_fd)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 1 << 20);
	file_read(root_fd, "proc/cpuinfo", &text, NULL);
	return strstr(text.text, "AuthenticAMD") || strstr(text.text, "HygonGenuine");
}

/* DMAR is Intel's table, IVRS AMD's. */
const char *vfio_iommu_hint(int root_fd)
{
	if (file_exists(root_fd, "sys/firmware/acpi/tables/DMAR"))
		return "give intel_iommu=on on the kernel command line";
	if (file_exists(root_fd, "sys/firmware/acpi/tables/IVRS"))
		return "take amd_iommu=off and iommu=off off the kernel command line";
	if (cpu_is_amd(root_fd))
		return "switch the IOMMU (AMD-Vi) on in the firmware's setup; amd_iommu=off "
		       "must not be given";
	return "switch the IOMMU (VT-d) on in the firmware's setup, and give "
	       "intel_iommu=on on the kernel command line";
}
