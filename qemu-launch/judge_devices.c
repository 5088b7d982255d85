/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_devices.c: PCI and USB devices are there, whole groups are free, and no two guests want
 * one. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/strbuf.h"
#include "qemu-launch/preflight.h"

/* kernel drivers/vfio/group.c, vfio_dev_driver_allowed, and variants whose names end so. */
static bool leaves_to_guests(const char *driver)
{
	size_t length = strlen(driver);

	return !length || !strcmp(driver, "pci-stub") ||
	       (length >= 8 && (!strcmp(driver + length - 8, "vfio-pci") ||
				!strcmp(driver + length - 8, "vfio_pci")));
}

static bool is_address(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device &&
	       a->function == b->function;
}

static bool has_function(const struct preflight_guest *guest,
			 const struct pci_function *function)
{
	for (size_t i = 0; i < guest->setup.passthrough_count; i++)
		for (size_t j = 0; j < guest->setup.passthrough[i].count; j++)
			if (is_address(&guest->setup.passthrough[i].functions[j].address,
				       &function->address))
				return true;
	return false;
}

static const struct pci_function *find(const struct preflight_facts *facts,
				       const struct pci_address *address, size_t *number)
{
	for (size_t i = 0; i < facts->pci.count; i++)
		if (is_address(&facts->pci.items[i].address, address)) {
			*number = i;
			return &facts->pci.items[i];
		}
	return NULL;
}

/* Whether the function keeps the group that it is in from the guest. */
static bool is_in_the_way(const struct preflight_guest *guest,
			  const struct pci_function *other, int group)
{
	return other->group == group && !other->is_bridge &&
	       !leaves_to_guests(other->driver) && !has_function(guest, other);
}

/* A group goes to one guest, or none of it does: kernel Documentation/driver-api/vfio.rst. */
static void judge_group(const struct preflight *preflight,
			const struct preflight_guest *guest,
			const struct pci_function *function, size_t index,
			struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf others;

	strbuf_init(&others, 0);
	for (size_t i = 0; i < preflight->facts.pci.count; i++) {
		const struct pci_function *other = &preflight->facts.pci.items[i];

		if (is_in_the_way(guest, other, function->group))
			strbuf_addf(&others, "%s%s (%s)", others.length ? ", " : "",
				    other->name, other->driver);
	}
	if (!others.length)
		return;
	finding_add(findings, CHECK_PROBLEM,
		    "the host's drivers have others of the IOMMU group %d of %s: %s",
		    function->group, function->name, others.text);
	finding_advise(
		findings,
		"the whole group goes to the guest, or none of it: a [Passthrough] "
		"for each of these, too, or another slot of the board");
	preflight_place(findings, guest, "Passthrough", "Address", index);
}

/* What the host stands on cannot be taken from below it. */
static void judge_stand(const struct preflight *preflight,
			const struct preflight_guest *guest,
			const struct pci_function *function, size_t index,
			struct findings *findings)
{
	const struct preflight_stand *stand =
		preflight_find_stand(&preflight->facts, function->name);

	if (!stand)
		return;
	finding_add(findings, CHECK_PROBLEM,
		    "the host itself needs %s: %s, behind it, is %s", function->name,
		    stand->name, stand->what);
	finding_advise(findings,
		       "another controller, or a [Disk] on an unused one's device");
	preflight_place(findings, guest, "Passthrough", "Address", index);
}

/* What the guest's start would take from the host, which has use for it. Disks: judge_stand(). */
static void judge_late(const struct pci_function *function, const struct pci_use *use,
		       struct findings *findings)
{
	if (*use->up) {
		finding_add(findings, CHECK_PROBLEM,
			    "%s is the host's interface %s, "
			    "which is up",
			    function->name, use->up);
		finding_advise(findings, "`ip link set %s down` lets it go", use->up);
	} else if (function->vfs) {
		finding_add(findings, CHECK_PROBLEM,
			    "%s has virtual functions switched on", function->name);
		finding_advise(findings, "write 0 to its sriov_numvfs");
	}
}

static void judge_driver(const struct preflight_facts *facts,
			 const struct preflight_guest *guest, size_t number, size_t index,
			 struct findings *findings)
{
	const struct pci_function *function = &facts->pci.items[number];
	size_t before = findings->count;

	if (guest->is_running || !strcmp(function->driver, "vfio-pci"))
		return;
	if (guest->guest->data->passthrough.items[index].bind ==
	    guest_passthrough_bind_start) {
		if (facts->pci_uses.count)
			judge_late(function, &facts->pci_uses.items[number], findings);
	} else {
		finding_add(findings, CHECK_PROBLEM, "%s has %s, not vfio-pci",
			    *function->driver ? function->driver : "no driver",
			    function->name);
		finding_advise(findings, "Bind=start gives it to vfio-pci when the guest "
					 "starts; `bedplate host-prep up` gives it now");
	}
	if (findings->count > before)
		preflight_place(findings, guest, "Passthrough", "Address", index);
}

static void judge_function(const struct preflight *preflight,
			   const struct preflight_guest *guest,
			   const struct pci_address *address, size_t index,
			   struct findings *findings)
{
	size_t number = 0;
	const struct pci_function *function = find(&preflight->facts, address, &number);

	if (!function)
		return;
	if (function->group < 0) {
		finding_add(findings, CHECK_PROBLEM, "%s is in no IOMMU group",
			    function->name);
		finding_advise(findings,
			       "switch the IOMMU on, in the firmware and by the "
			       "kernel's arguments: `bedplate host-prep check`");
		preflight_place(findings, guest, "Passthrough", "Address", index);
		return;
	}
	judge_group(preflight, guest, function, index, findings);
	judge_stand(preflight, guest, function, index, findings);
	judge_driver(&preflight->facts, guest, number, index, findings);
	if (guest->is_running || !preflight->facts.pci_users[number])
		return;
	finding_add(findings, CHECK_PROBLEM, "%s is in use by the process %u",
		    function->name, preflight->facts.pci_users[number]);
	finding_advise(findings, "another guest has it: stop that one");
	preflight_place(findings, guest, "Passthrough", "Address", index);
}

static void judge_guest(const struct preflight *preflight,
			const struct preflight_guest *guest, struct findings *findings)
{
	for (size_t i = 0; i < guest->setup.passthrough_count; i++) {
		const struct setup_passthrough *row = &guest->setup.passthrough[i];
		const struct guest_passthrough *keys =
			&guest->guest->data->passthrough.items[i];

		for (size_t j = 0; j < row->count; j++)
			judge_function(preflight, guest, &row->functions[j].address, i,
				       findings);
		if (row->count)
			continue;
		finding_add(findings, CHECK_PROBLEM, "there is no such PCI device%s",
			    keys->address.is_set && keys->id.vendor
				    ? " of this identity at this address"
				    : "");
		finding_advise(findings,
			       "`bedplate host-prep iommu` lists what there is");
		preflight_place(findings, guest, "Passthrough",
				keys->address.is_set ? "Address" : "Id", i);
	}
}

/* The line of the guest that a function, or another of its group, stands in. */
static void place_group(const struct preflight *preflight, size_t number, int group,
			struct findings *findings)
{
	const struct preflight_guest *guest = &preflight->guests[number];
	size_t at = 0, found;

	for (size_t i = 0; i < guest->setup.passthrough_count; i++)
		for (size_t j = 0; j < guest->setup.passthrough[i].count; j++) {
			const struct pci_function *function =
				find(&preflight->facts,
				     &guest->setup.passthrough[i].functions[j].address,
				     &found);

			if (function && function->group == group)
				at = i;
		}
	preflight_place(findings, guest, "Passthrough", "Address", at);
}

static bool has_group(const struct preflight *preflight, size_t number, int group)
{
	for (size_t i = 0; i < preflight->facts.pci.count; i++)
		if (preflight->facts.pci.items[i].group == group &&
		    has_function(&preflight->guests[number],
				 &preflight->facts.pci.items[i]))
			return true;
	return false;
}

static void judge_pair(const struct preflight *preflight, size_t a, size_t b,
		       struct findings *findings)
{
	const struct pci_list *pci = &preflight->facts.pci;
	size_t at, other;
	enum check_severity severity = preflight_clash(preflight, a, b, &at, &other);
	int last = -1;

	for (size_t i = 0; severity != CHECK_OK && i < pci->count; i++) {
		const struct pci_function *function = &pci->items[i];

		if (function->group < 0 || function->group == last ||
		    !has_function(&preflight->guests[at], function) ||
		    !has_group(preflight, other, function->group))
			continue;
		last = function->group;
		finding_add(findings, severity,
			    "%s is the guest %s's, too, or in one IOMMU group with what "
			    "that one has",
			    function->name, preflight->guests[other].guest->name);
		finding_advise(findings, "one guest at a time can have it");
		place_group(preflight, at, last, findings);
	}
}

void judge_passthrough(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		if (preflight->guests[i].is_asked)
			judge_guest(preflight, &preflight->guests[i], findings);
		for (size_t j = 0; j < i; j++)
			judge_pair(preflight, j, i, findings);
	}
}

/* ---- USB ---- */

static void judge_usb_pair(const struct preflight *preflight, size_t a, size_t b,
			   struct findings *findings)
{
	size_t at, other;
	enum check_severity severity = preflight_clash(preflight, a, b, &at, &other);
	const struct guest_setup *one = &preflight->guests[at].setup,
				 *two = &preflight->guests[other].setup;

	for (size_t i = 0; severity != CHECK_OK && i < one->usb_count; i++)
		for (size_t j = 0; j < two->usb_count; j++) {
			if (!one->usb[i].present || !two->usb[j].present ||
			    one->usb[i].bus != two->usb[j].bus ||
			    one->usb[i].address != two->usb[j].address)
				continue;
			finding_add(findings, severity,
				    "the USB device is the guest %s's, too",
				    preflight->guests[other].guest->name);
			finding_advise(findings, "Port= or Serial= tells devices of a "
						 "kind apart");
			preflight_place(findings, &preflight->guests[at], "Usb", "Id", i);
		}
}

void judge_usb(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];

		for (size_t j = 0; guest->is_asked && j < guest->setup.usb_count; j++) {
			bool needed = guest->guest->data->usb.items[j].required;

			if (guest->setup.usb[j].present)
				continue;
			finding_add(findings, needed ? CHECK_PROBLEM : CHECK_NOTE,
				    "the USB device is not plugged in");
			finding_advise(findings, needed ? "plug it in, or Required=no"
							: "the guest gets it when it is");
			preflight_place(findings, guest, "Usb", "Id", j);
		}
		for (size_t j = 0; j < i; j++)
			judge_usb_pair(preflight, j, i, findings);
	}
}
