/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/pci_names.c lib/file.c lib/strbuf.c lib/err.c lib/value/pci_select.c lib/value/pci.c */
/* SOURCES: host-prep/iommu_svg.c lib/svg.c host-prep/iommu_words.c host-prep/iommu_judge.c */
/* fuzz_pci_names.c: whatever the list of names holds, names are lines and fit, and the picture has
 * nothing in it that XML has no place for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/iommu.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
	if (strlen(name) >= PCI_NAMES_TEXT || strpbrk(name, "\r\n"))
		abort();
}

static void look_up(const struct pci_names *names, struct iommu_function *function)
{
	pci_names_vendor(names, function->pci.id.vendor, function->vendor);
	pci_names_device(names, &function->pci.id, function->device);
	pci_names_class(names, function->pci.class_code, function->class_name);
	check_name(function->vendor);
	check_name(function->device);
	check_name(function->class_name);
}

/* Tags are the document's own: as many as without names. */
static size_t count_tags(struct iommu *iommu)
{
	_cleanup_strbuf_ struct strbuf text;
	size_t count = 0;

	strbuf_init(&text, 0);
	iommu_write_svg(iommu, &text);
	for (const char *at = text.text; *at; at++) {
		count += *at == '<';
		if ((unsigned char)*at < ' ' && *at != '\n' && *at != '\t')
			abort();
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iommu_function function = {
		.pci = { .name = "0000:01:00.0",
			 .id = { 0x10de, 0x1b80 },
			 .class_code = 0x030000 },
	};
	struct iommu iommu = { .items = &function, .count = 1, .is_on = true };
	_cleanup_free_ char *text = malloc(size + 2);
	struct pci_names names = { .text = text };
	size_t tags;

	if (!text)
		return 0;
	text[0] = '\n';
	if (size)
		memcpy(text + 1, data, size);
	text[size + 1] = '\0';
	iommu_judge(&iommu);
	tags = count_tags(&iommu);
	look_up(&names, &function);
	if (count_tags(&iommu) != tags)
		abort();
	return 0;
}
