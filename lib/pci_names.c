/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci_names.c: looks names up in pci.ids. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/pci_names.h"

/* pciutils' (which update-pciids writes to), then hwdata's. */
static const char *const places[] = {
	"var/lib/pciutils/pci.ids",
	"usr/share/misc/pci.ids",
	"usr/share/hwdata/pci.ids",
	"usr/share/pci.ids",
};

/* What matters where there is no list: whoever reads it wants to find a card. */
static const struct {
	uint16_t code; /* base class and sub-class */
	const char *name;
} common_classes[] = {
	{ 0x0106, "SATA controller" },
	{ 0x0108, "Non-Volatile memory controller" },
	{ 0x0200, "Ethernet controller" },
	{ 0x0280, "Network controller" },
	{ 0x0300, "VGA compatible controller" },
	{ 0x0302, "3D controller" },
	{ 0x0380, "Display controller" },
	{ 0x0403, "Audio device" },
	{ 0x0600, "Host bridge" },
	{ 0x0601, "ISA bridge" },
	{ 0x0604, "PCI bridge" },
	{ 0x0c03, "USB controller" },
	{ 0x0c05, "SMBus" },
};

int pci_names_read(struct pci_names *names, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = -ENOENT;

	*names = (struct pci_names)PCI_NAMES_INIT;
	strbuf_init(&text, 0);
	strbuf_addc(&text, '\n'); /* so that every line has one in front */
	for (size_t i = 0; result < 0 && i < ARRAY_SIZE(places); i++) {
		strbuf_truncate(&text, 1);
		result = file_read(root_fd, places[i], &text, NULL);
	}
	if (result < 0)
		return 0;
	names->text = strbuf_steal(&text);
	return names->text ? 0 : err_sys(err, ENOMEM, "reading the names of PCI devices");
}

void pci_names_release(struct pci_names *names)
{
	free(names->text);
	*names = (struct pci_names)PCI_NAMES_INIT;
}

/* Copies the name behind a line's key: the rest of the line without white space in front. */
static void copy_name(const char *at, char text[PCI_NAMES_TEXT])
{
	at += strspn(at, " \t");
	snprintf(text, PCI_NAMES_TEXT, "%.*s", (int)strcspn(at, "\r\n"), at);
}

/* The rest of the first line that begins with `key` (which has its newline in front), or
 * NULL. */
static const char *find_line(const char *from, const char *key)
{
	const char *at = from ? strstr(from, key) : NULL;

	return at ? at + strlen(key) : NULL;
}

/* The same among the lines that belong to an item, which begin with a tab. */
static const char *find_below(const char *item, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = item ? strchr(item, '\n') : NULL; line;
	     line = strchr(line + 1, '\n')) {
		if (line[1] != '\t' && line[1] != '#')
			return NULL;
		if (!strncmp(line, key, length))
			return line + length;
	}
	return NULL;
}

static const char *find_vendor(const struct pci_names *names, uint16_t vendor)
{
	char key[16];

	snprintf(key, sizeof(key), "\n%04x ", vendor);
	return find_line(names->text, key);
}

void pci_names_vendor(const struct pci_names *names, uint16_t vendor,
		      char text[PCI_NAMES_TEXT])
{
	const char *line = find_vendor(names, vendor);

	copy_name(line ? line : "", text);
}

void pci_names_device(const struct pci_names *names, const struct pci_id *id,
		      char text[PCI_NAMES_TEXT])
{
	const char *line;
	char key[16];

	snprintf(key, sizeof(key), "\n\t%04x ", id->device);
	line = find_below(find_vendor(names, id->vendor), key);
	copy_name(line ? line : "", text);
}

static const char *find_common(unsigned code)
{
	for (size_t i = 0; i < ARRAY_SIZE(common_classes); i++)
		if (common_classes[i].code == code)
			return common_classes[i].name;
	return "";
}

void pci_names_class(const struct pci_names *names, uint32_t class_code,
		     char text[PCI_NAMES_TEXT])
{
	const char *base, *line;
	char key[16];

	snprintf(key, sizeof(key), "\nC %02x ", class_code >> 16 & 0xff);
	base = find_line(names->text, key);
	snprintf(key, sizeof(key), "\n\t%02x ", class_code >> 8 & 0xff);
	line = find_below(base, key);
	if (!line)
		line = base;
	copy_name(line ? line : find_common(class_code >> 8 & 0xffff), text);
}
