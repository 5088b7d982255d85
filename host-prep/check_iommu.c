/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_iommu.c: whether the devices that guests want can be given to them. */
#include <stdio.h>
#include <string.h>

#include "host-prep/check.h"
#include "host-prep/iommu.h"
#include "lib/origin.h"
#include "lib/value/pci_select.h"

/* A device that is wanted, and the line that says so. */
struct wish {
	struct pci_select select;
	bool is_late; /* it is the host's until its guest starts */
	char origin[ORIGIN_MAX];
};

static bool is_meant(const struct wish *wish, const struct pci_function *function)
{
	if (wish->select.address.is_set &&
	    !pci_select_has_place(&wish->select, &function->address))
		return false;
	return !pci_id_is_set(&wish->select.id) ||
	       pci_id_equal(&wish->select.id, &function->id);
}

static void judge(const struct iommu *iommu, const struct iommu_function *function,
		  const struct wish *wish, struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (function->verdict == IOMMU_READY || function->verdict == IOMMU_NONE)
		return;
	iommu_verdict_write(iommu, function, &text);
	if (function->verdict == IOMMU_ALONE || function->verdict == IOMMU_TOGETHER) {
		if (wish->is_late)
			return;
		finding_add(findings, CHECK_WARNING,
			    "%s (%s) is not on vfio-pci but on %s", function->pci.name,
			    wish->origin,
			    function->pci.driver[0] ? function->pci.driver : "no driver");
		finding_advise(findings,
			       "it %s: `bedplate host-prep up vfio`, or boot by an image "
			       "made anew (`bedplate mkinitramfs update`)",
			       text.text);
		return;
	}
	finding_add(findings, CHECK_PROBLEM, "%s (%s) %s", function->pci.name,
		    wish->origin, text.text);
	finding_advise(findings, "`bedplate host-prep iommu` shows its group and what "
				 "could be passed through");
}

static void check_wish(const struct iommu *iommu, const struct wish *wish,
		       struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf text;
	bool found = false;

	strbuf_init(&text, 0);
	for (size_t i = 0; i < iommu->count; i++)
		if (is_meant(wish, &iommu->items[i].pci)) {
			found = true;
			judge(iommu, &iommu->items[i], wish, findings);
		}
	if (found)
		return;
	pci_select_format(&wish->select, &text);
	finding_add(findings, CHECK_PROBLEM, "there is no device %s (%s)", text.text,
		    wish->origin);
	finding_advise(findings, "addresses move when cards are added: look with "
				 "`bedplate host-prep iommu` where it is now");
}

static size_t check_host(const struct check_context *context, const struct iommu *iommu,
			 struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < context->host->vfio.count; i++) {
		const struct host_vfio *section = &context->host->vfio.items[i];

		for (size_t j = 0; j < section->devices.count; j++) {
			struct wish wish = { .is_late = false };

			if (pci_select_parse(section->devices.items[j], &wish.select,
					     NULL))
				continue;
			origin_item_text(context->conf, "Vfio", "Devices", i, j,
					 wish.origin, sizeof(wish.origin));
			if (iommu->is_on)
				check_wish(iommu, &wish, findings);
			count++;
		}
	}
	return count;
}

static size_t check_guests(const struct check_context *context, const struct iommu *iommu,
			   struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < context->guests->count; i++) {
		const struct guest *guest = &context->guests->items[i];

		for (size_t j = 0; j < guest->data->passthrough.count; j++) {
			const struct guest_passthrough *row =
				&guest->data->passthrough.items[j];
			struct wish wish = {
				.select = { row->address, row->id },
				.is_late = row->bind == guest_passthrough_bind_start,
			};

			origin_text(guest->conf, "Passthrough",
				    row->address.is_set ? "Address" : "Id", j,
				    wish.origin, sizeof(wish.origin));
			if (iommu->is_on)
				check_wish(iommu, &wish, findings);
			count++;
		}
	}
	return count;
}

void check_iommu(const struct check_context *context, struct findings *findings)
{
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	struct err err = ERR_INIT;
	size_t wishes;

	if (iommu_read(&iommu, context->root_fd, &err)) {
		finding_add(findings, CHECK_WARNING, "%s", err.text);
		return;
	}
	wishes = check_host(context, &iommu, findings);
	wishes += check_guests(context, &iommu, findings);
	if (iommu.is_on)
		return;
	finding_add(findings, wishes ? CHECK_PROBLEM : CHECK_NOTE,
		    "no IOMMU is at work: no device can be passed through");
	finding_advise(findings, "switch it on in the firmware (VT-d, AMD-Vi, SMMU); "
				 "with an Intel processor give the kernel intel_iommu=on "
				 "as well");
}
