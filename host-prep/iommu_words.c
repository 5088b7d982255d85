/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu_words.c: what is known of a PCI function, in words. */
#include <string.h>

#include "host-prep/iommu.h"
#include "lib/cleanup.h"

const char *iommu_verdict_word(enum iommu_verdict verdict)
{
	static const char *const words[IOMMU_VERDICTS] = {
		[IOMMU_NONE] = "none",         [IOMMU_READY] = "ready",
		[IOMMU_ALONE] = "alone",       [IOMMU_TOGETHER] = "together",
		[IOMMU_HOST] = "host",         [IOMMU_BLOCKED] = "blocked",
		[IOMMU_NO_GROUP] = "no-group",
	};

	return words[verdict];
}

/* "A", "A and B", "A, B and C" of the functions that go with it. */
static void write_company(const struct iommu *iommu,
			  const struct iommu_function *function, struct strbuf *out)
{
	size_t count = 0, seen = 0;

	for (size_t i = 0; i < iommu->count; i++)
		count += iommu_goes_with(function, &iommu->items[i]);
	for (size_t i = 0; i < iommu->count; i++) {
		if (!iommu_goes_with(function, &iommu->items[i]))
			continue;
		seen++;
		strbuf_addf(out, "%s%s",
			    seen == 1       ? ""
			    : seen == count ? " and "
					    : ", ",
			    iommu->items[i].pci.name);
	}
}

static bool has_company(const struct iommu *iommu, const struct iommu_function *function)
{
	for (size_t i = 0; i < iommu->count; i++)
		if (iommu_goes_with(function, &iommu->items[i]))
			return true;
	return false;
}

void iommu_verdict_write(const struct iommu *iommu, const struct iommu_function *function,
			 struct strbuf *out)
{
	switch (function->verdict) {
	case IOMMU_READY:
		strbuf_adds(out, "a guest can have it now");
		if (!has_company(iommu, function))
			return;
		strbuf_adds(out, ", together with ");
		write_company(iommu, function, out);
		return;
	case IOMMU_ALONE:
		strbuf_adds(out, "can be passed through");
		return;
	case IOMMU_TOGETHER:
		strbuf_adds(out, "can be passed through, but only together with ");
		write_company(iommu, function, out);
		return;
	case IOMMU_HOST:
	case IOMMU_BLOCKED:
		strbuf_addf(out, "cannot be passed through: %s", function->reason);
		return;
	case IOMMU_NO_GROUP:
		strbuf_adds(out, "cannot be passed through: no IOMMU is at work for it");
		return;
	default:
		return;
	}
}

static bool is_candidate(const struct iommu_function *function)
{
	return function->verdict == IOMMU_READY || function->verdict == IOMMU_ALONE ||
	       function->verdict == IOMMU_TOGETHER;
}

void iommu_remarks_write(const struct iommu *iommu, const struct iommu_function *function,
			 const char *before, struct strbuf *out)
{
	if (!is_candidate(function))
		return;
	if (!function->reset[0] && !function->reset_unnamed)
		strbuf_addf(
			out,
			"%sthe kernel knows no way to reset it: it may work only once "
			"until the host is switched off\n",
			before);
	for (size_t i = 0; i < iommu->count; i++) {
		const struct iommu_function *other = &iommu->items[i];

		if (iommu_is_same_card(iommu, function, other))
			strbuf_addf(out,
				    "%s%s is a part of the same card: take it, too\n",
				    before, other->pci.name);
	}
}

void iommu_title_write(const struct iommu_function *function, struct strbuf *out)
{
	if (function->class_name[0])
		strbuf_adds(out, function->class_name);
	else
		strbuf_addf(out, "Class %06x", function->pci.class_code);
	if (function->vendor[0])
		strbuf_addf(out, ": %s%s%s", function->vendor,
			    function->device[0] ? " " : "", function->device);
	strbuf_addf(out, " [%04x:%04x]", function->pci.id.vendor,
		    function->pci.id.device);
}

/* "flr bus" of the kernel as "flr, bus". */
static void write_reset(const struct iommu_function *function, struct strbuf *out)
{
	strbuf_adds(out, ", reset by ");
	for (const char *at = function->reset; *at; at++) {
		if (*at == ' ')
			strbuf_adds(out, " or ");
		else
			strbuf_addc(out, *at);
	}
}

void iommu_state_write(const struct iommu_function *function, struct strbuf *out)
{
	if (function->pci.driver[0])
		strbuf_addf(out, "driver %s", function->pci.driver);
	else
		strbuf_adds(out, "no driver");
	if (function->reset[0])
		write_reset(function, out);
	else if (function->reset_unnamed)
		strbuf_adds(out, ", can be reset");
	if (function->uses[0])
		strbuf_addf(out, ", %s", function->uses);
	if (function->pci.boot_vga)
		strbuf_adds(out, ", the firmware's screen");
	if (function->is_virtual)
		strbuf_adds(out, ", a virtual function");
	if (function->pci.vfs)
		strbuf_addf(out, ", virtual functions: %u", function->pci.vfs);
}
