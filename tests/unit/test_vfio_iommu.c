/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/vfio_iommu.c lib/file.c lib/strbuf.c lib/err.c */
/* test_vfio_iommu.c: what turns the IOMMU on follows from the firmware, then from the CPU. */
#include "init/vfio_iommu.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

int main(void)
{
	int root = fake_tree_open();

	fake_file(root, "proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	ok(strstr(vfio_iommu_hint(root), "VT-d") &&
		   strstr(vfio_iommu_hint(root), "intel_iommu=on"),
	   "Intel without a table: the firmware, and the argument");
	fake_file(root, "proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	ok(strstr(vfio_iommu_hint(root), "AMD-Vi"), "AMD without a table: the firmware");
	fake_file(root, "sys/firmware/acpi/tables/IVRS", "");
	ok(strstr(vfio_iommu_hint(root), "amd_iommu=off"),
	   "AMD's table: an argument turns it off");
	fake_file(root, "sys/firmware/acpi/tables/DMAR", "");
	is_str(vfio_iommu_hint(root), "give intel_iommu=on on the kernel command line",
	       "Intel's table: the argument");
	close(root);
	fake_tree_remove();
	return done_testing();
}
