/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_iommu.c: whether the devices that guests want can be given to them. */
#include <stdio.h>
#include <string.h>

#include "host-prep/check.h"
#include "host-prep/vfio.h"
#include "lib/origin.h"
#include "lib/value/pci_select.h"

/* A device that is wanted, and the line that says so. */
struct wish {
	struct pci_select select;
	bool is_late; /* it is the host's until its guest starts */
	char origin[ORIGIN_MAX];
};

struct doctor {
	struct iommu iommu;
	struct vfio_wishes wishes;
};

static void doctor_release(struct doctor *doctor)
{
	iommu_release(&doctor->iommu);
	vfio_wishes_release(&doctor->wishes);
}
#define _cleanup_doctor_ __attribute__((cleanup(doctor_release)))

static bool is_meant(const struct wish *wish, const struct pci_function *function)
{
	if (wish->select.address.is_set &&
	    !pci_select_has_place(&wish->select, &function->address))
		return false;
	return !pci_id_is_set(&wish->select.id) ||
	       pci_id_equal(&wish->select.id, &function->id);
}

/* One of its group that keeps it from a guest, and that no file has brought to vfio-pci. */
static const struct iommu_function *find_obstacle(const struct doctor *doctor,
						  const struct iommu_function *function)
{
	for (size_t i = 0; i < doctor->iommu.count; i++) {
		const struct iommu_function *other = &doctor->iommu.items[i];

		if (iommu_goes_with(function, other) && other->pci.driver[0] &&
		    !iommu_is_driver_for_guests(other->pci.driver) &&
		    !vfio_find_wish(&doctor->wishes, &other->pci))
			return other;
	}
	return NULL;
}

static void tell_obstacle(const struct iommu_function *function,
			  const struct iommu_function *other, const struct wish *wish,
			  struct findings *findings)
{
	finding_add(
		findings, CHECK_PROBLEM,
		"%s (%s): no guest can have it while %s in its IOMMU group has driver "
		"%s",
		function->pci.name, wish->origin, other->pci.name, other->pci.driver);
	finding_advise(findings,
		       "have that go with it, by [Vfio] Devices=%s or a [Passthrough] "
		       "section of its guest, and `bedplate host-prep up vfio`",
		       other->pci.name);
}

/* What nothing keeps from a guest, but that nobody has brought there. */
static void tell_unbound(const struct doctor *doctor,
			 const struct iommu_function *function, const struct wish *wish,
			 struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	finding_add(findings, CHECK_WARNING, "%s (%s) is not on vfio-pci but on %s",
		    function->pci.name, wish->origin,
		    function->pci.driver[0] ? function->pci.driver : "no driver");
	iommu_verdict_write(&doctor->iommu, function, &text);
	if (function->up[0])
		finding_advise(findings,
			       "its interface %s is up: `ip link set %s down` lets it go "
			       "where the host does not need it, and `bedplate host-prep "
			       "up vfio` takes it",
			       function->up, function->up);
	else
		finding_advise(findings,
			       "it %s: `bedplate host-prep up vfio`, or boot by an image "
			       "made anew (`bedplate mkinitramfs update`)",
			       text.text);
}

static void tell_impossible(const struct doctor *doctor,
			    const struct iommu_function *function,
			    const struct wish *wish, struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	iommu_verdict_write(&doctor->iommu, function, &text);
	finding_add(findings, CHECK_PROBLEM, "%s (%s) %s", function->pci.name,
		    wish->origin, text.text);
	finding_advise(findings, "`bedplate host-prep iommu` shows its group and what "
				 "could be passed through");
}

static void judge(const struct doctor *doctor, const struct iommu_function *function,
		  const struct wish *wish, struct findings *findings)
{
	const struct iommu_function *obstacle;

	if (function->verdict == IOMMU_READY)
		return;
	if (function->pci.is_bridge) {
		finding_add(findings, CHECK_WARNING,
			    "%s (%s) is a bridge, which no guest can have",
			    function->pci.name, wish->origin);
		finding_advise(findings,
			       "take it out of the file; what is behind it goes by "
			       "addresses of its own");
		return;
	}
	if (function->verdict == IOMMU_NONE)
		return;
	if (function->verdict != IOMMU_ALONE && function->verdict != IOMMU_TOGETHER) {
		tell_impossible(doctor, function, wish, findings);
		return;
	}
	if (wish->is_late)
		return;
	obstacle = find_obstacle(doctor, function);
	if (obstacle)
		tell_obstacle(function, obstacle, wish, findings);
	else if (!iommu_is_driver_for_guests(function->pci.driver))
		tell_unbound(doctor, function, wish, findings);
}

/* Another card may have come to its place. */
static void tell_absent(const struct iommu *iommu, const struct wish *wish,
			struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf text;

	for (size_t i = 0; wish->select.address.is_set && i < iommu->count; i++) {
		const struct pci_function *function = &iommu->items[i].pci;

		if (!pci_select_has_place(&wish->select, &function->address))
			continue;
		finding_add(findings, CHECK_PROBLEM,
			    "%s (%s) is %04x:%04x, not %04x:%04x", function->name,
			    wish->origin, function->id.vendor, function->id.device,
			    wish->select.id.vendor, wish->select.id.device);
		return;
	}
	strbuf_init(&text, 0);
	pci_select_format(&wish->select, &text);
	finding_add(findings, CHECK_PROBLEM, "there is no device %s (%s)", text.text,
		    wish->origin);
}

static void check_wish(const struct doctor *doctor, const struct wish *wish,
		       struct findings *findings)
{
	bool found = false;

	for (size_t i = 0; i < doctor->iommu.count; i++)
		if (is_meant(wish, &doctor->iommu.items[i].pci)) {
			found = true;
			judge(doctor, &doctor->iommu.items[i], wish, findings);
		}
	if (found)
		return;
	tell_absent(&doctor->iommu, wish, findings);
	finding_advise(findings, "addresses move when cards are added: look with "
				 "`bedplate host-prep iommu` where it is now");
}

static size_t check_host(const struct check_context *context, const struct doctor *doctor,
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
			if (doctor->iommu.is_on)
				check_wish(doctor, &wish, findings);
			count++;
		}
	}
	return count;
}

static size_t check_guests(const struct check_context *context,
			   const struct doctor *doctor, struct findings *findings)
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
			if (doctor->iommu.is_on)
				check_wish(doctor, &wish, findings);
			count++;
		}
	}
	return count;
}

/* What goes to vfio-pci before its guest starts. */
static int read_wishes(struct doctor *doctor, const struct check_context *context,
		       struct err *err)
{
	const struct part_context of = { .root_fd = context->root_fd,
					 .host = context->host,
					 .conf = context->conf,
					 .guests = context->guests };

	return vfio_want(&doctor->wishes, &of, err);
}

void check_iommu(const struct check_context *context, struct findings *findings)
{
	_cleanup_doctor_ struct doctor doctor = { .iommu = IOMMU_INIT,
						  .wishes = VFIO_WISHES_INIT };
	struct err err = ERR_INIT;
	size_t count;

	if (iommu_read(&doctor.iommu, context->root_fd, &err) ||
	    read_wishes(&doctor, context, &err)) {
		finding_add(findings, CHECK_WARNING, "%s", err.text);
		return;
	}
	count = check_host(context, &doctor, findings);
	count += check_guests(context, &doctor, findings);
	if (doctor.iommu.is_on)
		return;
	finding_add(findings, count ? CHECK_PROBLEM : CHECK_NOTE,
		    "no IOMMU is at work: no device can be passed through");
	finding_advise(
		findings,
		"%s with an Intel processor give the kernel "
		"intel_iommu=on as well",
		check_is_virtual_machine(context->root_fd)
			? "this is a virtual machine, to which its own host has to give "
			  "one (QEMU: -device intel-iommu,intremap=on);"
			: "switch it on in the firmware (VT-d, AMD-Vi, SMMU);");
}
