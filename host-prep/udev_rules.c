/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udev_rules.c: the part that gives guests' users the devices that guests' files name: IOMMU groups
 * of vfio and USB devices, by udev's rules.
 *
 * How it works: the rules stand in /run, as numbers of groups may be others after the next
 * boot. The journal has the file that gives devices back as well: it is never wanted, and so
 * one that a crash has left makes that be done again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/own_file.h"
#include "host-prep/udev_back.h"
#include "host-prep/want.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guest_user.h"
#include "lib/pci.h"
#include "lib/user.h"
#include "lib/value/pci_select.h"

#define RULES_PATH "run/udev/rules.d/70-bedplate.rules"

/* ---- the text ---- */

struct rules {
	const struct part_context *context;
	struct strbuf *text;
	char owner[160]; /* OWNER="qemu", GROUP="kvm", MODE="0660" */
	char origin[ORIGIN_MAX];
	size_t count;
};

static void add_head(struct rules *rules, const struct guest *guest)
{
	if (!rules->count++)
		strbuf_adds(rules->text, "# Written by bedplate host-prep.\n");
	strbuf_addf(rules->text, "# guests/%s.conf\n", guest->name);
}

/* Of a group's node, and of the device's own by iommufd (since Linux 6.6). */
static void add_function(struct rules *rules, const struct guest *guest, size_t index,
			 const struct pci_function *function)
{
	char origin[ORIGIN_MAX];

	origin_text(guest->conf, "Passthrough",
		    guest->data->passthrough.items[index].address.is_set ? "Address"
									 : "Id",
		    index, origin, sizeof(origin));
	if (function->group < 0) {
		part_note(rules->context,
			  "%s is in no IOMMU group, so nobody can be given it (%s)",
			  function->name, origin);
		return;
	}
	add_head(rules, guest);
	strbuf_addf(rules->text, "SUBSYSTEM==\"vfio\", KERNEL==\"%d\", %s\n",
		    function->group, rules->owner);
	strbuf_addf(rules->text, "SUBSYSTEM==\"vfio-dev\", KERNELS==\"%s\", %s\n",
		    function->name, rules->owner);
}

static bool is_meant(const struct guest_passthrough *row,
		     const struct pci_function *function)
{
	const struct pci_select select = { .address = row->address, .id = row->id };

	if (row->address.is_set && !pci_select_has_place(&select, &function->address))
		return false;
	return !pci_id_is_set(&row->id) || pci_id_equal(&row->id, &function->id);
}

static void add_passthrough(struct rules *rules, const struct guest *guest,
			    const struct pci_list *list)
{
	for (size_t i = 0; i < guest->data->passthrough.count; i++)
		for (size_t j = 0; j < list->count; j++)
			if (is_meant(&guest->data->passthrough.items[i], &list->items[j]))
				add_function(rules, guest, i, &list->items[j]);
}

static void add_usb(struct rules *rules, const struct guest *guest)
{
	for (size_t i = 0; i < guest->data->usb.count; i++) {
		const struct guest_usb *row = &guest->data->usb.items[i];

		add_head(rules, guest);
		strbuf_adds(rules->text,
			    "SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", ");
		if (pci_id_is_set(&row->id))
			strbuf_addf(rules->text,
				    "ATTR{idVendor}==\"%04x\", "
				    "ATTR{idProduct}==\"%04x\", ",
				    row->id.vendor, row->id.device);
		if (*row->serial)
			strbuf_addf(rules->text, "ATTR{serial}==\"%s\", ", row->serial);
		if (*row->port)
			strbuf_addf(rules->text, "KERNEL==\"%s\", ", row->port);
		strbuf_addf(rules->text, "%s\n", rules->owner);
	}
}

/* Looks the names up, as udev would go on without those that it does not know. */
static int look_up(struct rules *rules, const char *user, const char *group,
		   const char *origin, struct err *err)
{
	int64_t id;
	int result = user_number(rules->context->root_fd, user, &id, err);

	if (!result)
		result = group_number(rules->context->root_fd, group, &id, err);
	if (result)
		return err_wrap(err, "%s", origin);
	snprintf(rules->owner, sizeof(rules->owner), "%s%.60s%s%s%.60s%sMODE=\"%s\"",
		 *user ? "OWNER=\"" : "", user, *user ? "\", " : "",
		 *group ? "GROUP=\"" : "", group, *group ? "\", " : "",
		 *group ? "0660" : "0600");
	if (!*rules->origin)
		snprintf(rules->origin, sizeof(rules->origin), "%s", origin);
	return 0;
}

/* Whom the guest runs as; "" is root. */
static int set_owner(struct rules *rules, const struct guest *guest, struct err *err)
{
	const struct guest_guest *own = &guest->data->guest;
	const struct host_guests *host = &rules->context->host->guests;
	const struct guest_user user = guest_user(guest, rules->context->host);
	bool is_own = *own->user || *own->group;
	char origin[ORIGIN_MAX];

	*rules->owner = '\0';
	if (!*user.name && !*user.group)
		return 0;
	origin_text(is_own ? guest->conf : rules->context->conf,
		    is_own ? "Guest" : "Guests",
		    *(is_own ? own->user : host->user) ? "User" : "Group", 0, origin,
		    sizeof(origin));
	return look_up(rules, user.name, user.group, origin, err);
}

static bool has_passthrough(const struct guests *guests)
{
	for (size_t i = 0; i < guests->count; i++)
		if (guests->items[i].data->passthrough.count)
			return true;
	return false;
}

static int make_rules(struct rules *rules, struct err *err)
{
	const struct guests *guests = rules->context->guests;
	_cleanup_pci_list_ struct pci_list list = PCI_LIST_INIT;
	int result = 0;

	if (has_passthrough(guests))
		result = pci_read(rules->context->root_fd, &list, err);
	for (size_t i = 0; !result && i < guests->count; i++) {
		const struct guest *guest = &guests->items[i];

		if (!guest->data->passthrough.count && !guest->data->usb.count)
			continue;
		result = set_owner(rules, guest, err);
		if (result || !*rules->owner)
			continue;
		add_passthrough(rules, guest, &list);
		add_usb(rules, guest);
	}
	return result;
}

/* ---- udev ---- */

/* Has udev read the rules and go over the devices that are there. */
static int apply(int root_fd, struct err *err)
{
	static const char *const argv[] = { "udevadm",
					    "trigger",
					    "--settle",
					    "--action=change",
					    "--subsystem-match=vfio",
					    "--subsystem-match=vfio-dev",
					    "--subsystem-match=usb",
					    NULL };
	int result = own_file_reload_udev(root_fd, NULL, NULL, err);

	return result || !file_exists(root_fd, "run/udev/control")
		       ? result
		       : own_file_run(argv, err);
}

static int changed(int root_fd, const char *before, const char *after, struct err *err)
{
	int result = 0;

	if (before && file_exists(root_fd, "run/udev/control"))
		result = udev_give_back(root_fd, before, after, err);
	if (result)
		return result;
	return after ? apply(root_fd, err)
		     : own_file_reload_udev(root_fd, NULL, NULL, err);
}

/* ---- the part ---- */

static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	struct rules rules = { .context = context, .text = &text };
	struct own_file files[] = {
		{ .part = "udev", .path = RULES_PATH, .changed = changed },
		{ .part = "udev", .path = UDEV_BACK_PATH, .changed = changed },
	};
	int result;

	strbuf_init(&text, 0);
	result = make_rules(&rules, err);
	if (!result && text.overflow)
		result = err_sys(err, ENOMEM, "planning /" RULES_PATH);
	if (result)
		return result;
	if (rules.count && !file_exists(context->root_fd, "run/udev/control"))
		part_note(context, "udev does not run, so devices stay with root");
	files[0].text = text.text;
	files[0].origin = rules.origin;
	return own_files_plan(context, "udev", files, rules.count ? ARRAY_SIZE(files) : 0,
			      changed, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	return own_files_plan(context, "udev", NULL, 0, changed, steps, err);
}

const struct part udev_part = {
	.name = "udev",
	.help = "devices that are passed through belong to the guests' user",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
