/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_device.c: the rules of what a guest gets of the host's, and of slots and boot
 * indices, which all devices share. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

static bool has_screen(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->video.count; i++)
		if (data->video.items[i].model != guest_video_model_none &&
		    !data->video.items[i].secondary)
			return true;
	return false;
}

static const char *wrong_property(const struct guest_passthrough *row)
{
	for (size_t i = 0; i < row->options.count; i++)
		if (!strchr(row->options.items[i], '='))
			return row->options.items[i];
	return NULL;
}

int guest_check_passthrough(const struct guest_conf *data, const struct conf *conf,
			    struct err *err)
{
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM, vga = false;
	int result = 0;

	for (size_t i = 0; !result && i < data->passthrough.count; i++) {
		const struct guest_passthrough *row = &data->passthrough.items[i];
		const struct guest_rule rows[] = {
			{ !row->address.is_set && !row->id.vendor, "Passthrough",
			  "Address", "neither Address= nor Id= says which device",
			  "see `lspci -nn`" },
			{ small, "Passthrough", "Address", "a microvm has no PCI",
			  "Type=q35 in [Machine]" },
			{ row->x_vga && vga, "Passthrough", "XVga",
			  "a guest has one VGA card, and one in front is it", "XVga=no" },
			{ row->x_vga && has_screen(data), "Passthrough", "XVga",
			  "a guest has one VGA card, and [Video] makes another",
			  "Model=none in [Video], or Secondary=yes" },
			{ row->bind == guest_passthrough_bind_start &&
				  row->framebuffer ==
					  guest_passthrough_framebuffer_detach,
			  "Passthrough", "Framebuffer",
			  "the frame buffer is detached by the host's boot",
			  "Bind=boot" },
			{ wrong_property(row), "Passthrough", "Options",
			  "it has no =VALUE", "each is PROPERTY=VALUE" },
		};

		result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
		vga |= row->x_vga;
	}
	return result;
}

/* What stands in a rule of udev's, in quotes there. */
static bool is_plain(const char *text)
{
	return !text[strcspn(text, "\"\\\n\t*?[]|")];
}

int guest_check_usb(const struct guest_conf *data, const struct conf *conf,
		    struct err *err)
{
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM;

	for (size_t i = 0; i < data->usb.count; i++) {
		const struct guest_usb *row = &data->usb.items[i];
		const char *dash = strchr(row->port, '-');

		if (!row->id.vendor && !*row->port)
			return conf_refuse(conf, "Usb", "Id", i, err, "see `lsusb`",
					   "neither Id= nor Port= says which device");
		if (!is_plain(row->serial))
			return conf_refuse(conf, "Usb", "Serial", i, err,
					   "see `lsusb -v`",
					   "it has characters that no serial number has");
		if (*row->port && (!dash || dash == row->port || !dash[1] ||
				   row->port[strspn(row->port, "0123456789-.")]))
			return conf_refuse(conf, "Usb", "Port", i, err, "see `lsusb -t`",
					   "\"%.40s\" is not BUS-PORT such as 1-4.2",
					   row->port);
		if (small)
			return conf_refuse(conf, "Usb", "Id", i, err,
					   "Type=q35 in [Machine]",
					   "a microvm has no USB");
	}
	if (small && data->usb_controller.count)
		return conf_refuse(conf, "UsbController", "Model", 0, err,
				   "Type=q35 in [Machine]", "a microvm has no USB");
	return 0;
}

/* Who is where, of all sections. */
enum { BOOT_INDICES = 256 }; /* higher ones are not compared */
struct uses {
	const struct conf *conf;
	enum guest_family family;
	struct err *err;
	struct use {
		const char *section;
		size_t index;
	} slots[32][8], boot[BOOT_INDICES];
};

#define NONE SIZE_MAX
static const struct place {
	const char *section;
	bool single;
	size_t offset;           /* of the section in struct guest_conf */
	size_t size;             /* of one of its instances */
	size_t slot, boot_index; /* of the keys in it; NONE: it has none */
} places[] = {
#define SECTION(Name, name, single) \
	Name, single, offsetof(struct guest_conf, name), sizeof(struct guest_##name)
#define SLOT(name) offsetof(struct guest_##name, slot)
#define BOOT(name) offsetof(struct guest_##name, boot_index)
	{ SECTION("Controller", controller, false), SLOT(controller), NONE },
	{ SECTION("Disk", disk, false), SLOT(disk), BOOT(disk) },
	{ SECTION("Cdrom", cdrom, false), NONE, BOOT(cdrom) },
	{ SECTION("Floppy", floppy, false), NONE, BOOT(floppy) },
	{ SECTION("Nic", nic, false), SLOT(nic), BOOT(nic) },
	{ SECTION("Passthrough", passthrough, false), SLOT(passthrough),
	  BOOT(passthrough) },
	{ SECTION("Usb", usb, false), NONE, BOOT(usb) },
	{ SECTION("UsbController", usb_controller, false), SLOT(usb_controller), NONE },
	{ SECTION("Input", input, false), SLOT(input), NONE },
	{ SECTION("Video", video, false), SLOT(video), NONE },
	{ SECTION("Audio", audio, false), SLOT(audio), NONE },
	{ SECTION("Serial", serial, false), SLOT(serial), NONE },
	{ SECTION("Share", share, false), SLOT(share), NONE },
	{ SECTION("Rng", rng, false), SLOT(rng), NONE },
	{ SECTION("Watchdog", watchdog, true), SLOT(watchdog), NONE },
	{ SECTION("Vsock", vsock, true), SLOT(vsock), NONE },
	{ SECTION("Balloon", balloon, true), SLOT(balloon), NONE },
};

static int use_slot(struct uses *uses, const char *section, size_t index,
		    const struct pci_address *slot)
{
	static const char hint[] = "such as 00:05.0; empty: where there is room";
	struct use *use;

	if (!slot->is_set)
		return 0;
	if (uses->family == GUEST_FAMILY_MICROVM)
		return conf_refuse(uses->conf, section, "Slot", index, uses->err,
				   "leave it out", "a microvm has no PCI");
	if (slot->domain || slot->bus || slot->function == PCI_EVERY_FUNCTION)
		return conf_refuse(uses->conf, section, "Slot", index, uses->err, hint,
				   "it is no place on the guest's first PCI bus");
	if (!slot->device)
		return conf_refuse(uses->conf, section, "Slot", index, uses->err, hint,
				   "slot 0 is the machine's own");
	use = &uses->slots[slot->device & 31][slot->function & 7];
	if (use->section)
		return conf_refuse(uses->conf, section, "Slot", index, uses->err, hint,
				   "a [%s] is there already", use->section);
	*use = (struct use){ section, index };
	return 0;
}

static int use_boot_index(struct uses *uses, const char *section, size_t index,
			  int64_t number)
{
	struct use *use;

	if (!number || number >= BOOT_INDICES)
		return 0;
	use = &uses->boot[number];
	if (use->section)
		return conf_refuse(uses->conf, section, "BootIndex", index, uses->err,
				   "each has its own number", "a [%s] has %d already",
				   use->section, (int)number);
	*use = (struct use){ section, index };
	return 0;
}

static int use_row(struct uses *uses, const struct place *place, const char *row,
		   size_t index)
{
	int result = 0;

	if (place->slot != NONE)
		result = use_slot(uses, place->section, index,
				  (const void *)(row + place->slot));
	if (!result && place->boot_index != NONE)
		result = use_boot_index(
			uses, place->section, index,
			*(const int64_t *)(const void *)(row + place->boot_index));
	return result;
}

static int use_section(struct uses *uses, const void *data, const struct place *place)
{
	const char *section = (const char *)data + place->offset;
	const struct conf_list *list = (const void *)section;
	int result = 0;

	if (place->single)
		return use_row(uses, place, section, 0);
	for (size_t i = 0; !result && i < list->count; i++)
		result = use_row(uses, place, (const char *)list->items + i * place->size,
				 i);
	return result;
}

int guest_check_places(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	struct uses uses = { .conf = conf, .family = guest_family(data), .err = err };
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(places); i++)
		result = use_section(&uses, data, &places[i]);
	return result;
}
