/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/pci_names.c lib/file.c lib/strbuf.c lib/err.c */
/* test_pci_names.c: names are found in pci.ids, and only where they belong. */
#include "lib/pci_names.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static const char list[] = "# a comment\n"
			   "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
			   "\t10f0  Another maker's\n"
			   "10de  NVIDIA Corporation\n"
			   "\t1b80  GP104 [GeForce GTX 1080]\n"
			   "\t\t1043 8591  ROG STRIX\n"
			   "# in between\n"
			   "\t10f1  Last of them\n"
			   "8086  Intel Corporation\n"
			   "\t10f0  Not NVIDIA's\n"
			   "C 03  Display controller\n"
			   "\t00  VGA compatible controller\n"
			   "\t\t00  VGA controller\n"
			   "C 04  Multimedia controller\n"
			   "\t03  Audio device\n";

static const char *vendor(const struct pci_names *names, uint16_t id)
{
	static char text[PCI_NAMES_TEXT];

	pci_names_vendor(names, id, text);
	return text;
}

static const char *device(const struct pci_names *names, uint16_t maker, uint16_t id)
{
	static char text[PCI_NAMES_TEXT];

	pci_names_device(names, &(struct pci_id){ maker, id }, text);
	return text;
}

static const char *class(const struct pci_names *names, uint32_t code)
{
	static char text[PCI_NAMES_TEXT];

	pci_names_class(names, code, text);
	return text;
}

static void finds(int root)
{
	_cleanup_pci_names_ struct pci_names names = PCI_NAMES_INIT;

	fake_file(root, "usr/share/hwdata/pci.ids", list);
	is_int(pci_names_read(&names, root, NULL), 0, "the list is read");
	is_str(vendor(&names, 0x10de), "NVIDIA Corporation", "a maker");
	is_str(vendor(&names, 0x1043), "", "a subsystem's is none");
	is_str(device(&names, 0x10de, 0x1b80), "GP104 [GeForce GTX 1080]", "a device");
	is_str(device(&names, 0x10de, 0x10f1), "Last of them", "... behind a comment");
	is_str(device(&names, 0x10de, 0x10f0), "", "another maker's is not its own");
	is_str(device(&names, 0xffff, 0x10f0), "", "nor one of nobody's");
	is_str(class(&names, 0x030000), "VGA compatible controller", "a class");
	is_str(class(&names, 0x038000), "Display controller", "... or its base");
	is_str(class(&names, 0x040300), "Audio device", "... the last in the list");
	is_str(class(&names, 0xff0000), "", "... or none");
}

static void prefers(int root)
{
	_cleanup_pci_names_ struct pci_names names = PCI_NAMES_INIT;

	fake_file(root, "usr/share/misc/pci.ids", "10de  Newer\n");
	pci_names_read(&names, root, NULL);
	is_str(vendor(&names, 0x10de), "Newer", "pciutils' list is read first");
}

static void does_without(int root)
{
	_cleanup_pci_names_ struct pci_names names = PCI_NAMES_INIT;

	is_int(pci_names_read(&names, root, NULL), 0, "no list is no error");
	is_str(vendor(&names, 0x10de), "", "... but there are no names");
	is_str(device(&names, 0x10de, 0x1b80), "", "... of devices neither");
	is_str(class(&names, 0x030000), "VGA compatible controller",
	       "... only of common classes");
}

int main(void)
{
	int root = fake_tree_open();

	does_without(root);
	finds(root);
	prefers(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
