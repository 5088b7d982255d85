/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passthrough.c: collects what vfio-pci gets, and puts its modules into the image. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/schema/host.h"
#include "mkinitramfs/passthrough.h"

/* In the order of host.def and guest.def; the first one is "default". */
static const char *const policies[] = { NULL, "continue", "rescue", "reboot" };
static const char *const default_policies[] = { "continue", "rescue", "reboot" };
static const char *const framebuffers[] = { "keep", "detach" };

static struct passthrough_wish *add_wish(struct passthrough *passthrough, size_t selects)
{
	struct passthrough_wish *items =
		reallocarray(passthrough->items, passthrough->count + 1, sizeof(*items));
	struct passthrough_wish *wish;

	if (!items)
		return NULL;
	passthrough->items = items;
	wish = &items[passthrough->count];
	*wish = (struct passthrough_wish){
		.selects = calloc(selects + 1, sizeof(*wish->selects)),
	};
	if (!wish->selects)
		return NULL;
	passthrough->count++;
	return wish;
}

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "collecting what is passed through");
}

static const char *policy_word(unsigned policy, const struct host_conf *host)
{
	return policies[policy] ? policies[policy]
				: default_policies[host->boot.passthrough_failure];
}

/* The schema's rule has seen that all of them are right. */
static int collect_section(struct passthrough *passthrough, struct conf *conf,
			   size_t index, struct err *err)
{
	const struct host_conf *host = conf_data(conf);
	const struct host_vfio *section = &host->vfio.items[index];
	struct passthrough_wish *wish;

	if (!section->devices.count)
		return 0;
	wish = add_wish(passthrough, section->devices.count);
	if (!wish)
		return no_memory(err);
	wish->on_failure = policy_word(section->on_failure, host);
	wish->framebuffer = framebuffers[section->framebuffer];
	origin_text(conf, "Vfio", "Devices", index, wish->origin, sizeof(wish->origin));
	for (size_t i = 0; i < section->devices.count; i++) {
		if (pci_select_parse(section->devices.items[i],
				     &wish->selects[wish->count++], err) < 0)
			return err->code;
	}
	return 0;
}

static int collect_device(struct passthrough *passthrough, const struct guest *guest,
			  size_t index, const struct host_conf *host, struct err *err)
{
	const struct guest_passthrough *device = &guest->data->passthrough.items[index];
	const char *key = device->address.is_set ? "Address" : "Id";
	struct passthrough_wish *wish;

	if (device->bind == guest_passthrough_bind_start)
		return 0;
	wish = add_wish(passthrough, 1);
	if (!wish)
		return no_memory(err);
	wish->on_failure = policy_word(device->on_failure, host);
	wish->framebuffer = framebuffers[device->framebuffer];
	wish->selects[wish->count++] =
		(struct pci_select){ .address = device->address, .id = device->id };
	origin_text(guest->conf, "Passthrough", key, index, wish->origin,
		    sizeof(wish->origin));
	return 0;
}

int passthrough_collect(struct passthrough *passthrough, struct conf *conf,
			const struct guests *guests, struct err *err)
{
	const struct host_conf *host = conf_data(conf);
	int result = 0;

	for (size_t i = 0; !result && i < host->vfio.count; i++)
		result = collect_section(passthrough, conf, i, err);
	for (size_t i = 0; !result && i < guests->count; i++) {
		for (size_t k = 0;
		     !result && k < guests->items[i].data->passthrough.count; k++)
			result = collect_device(passthrough, &guests->items[i], k, host,
						err);
	}
	return result;
}

void passthrough_release(struct passthrough *passthrough)
{
	for (size_t i = 0; i < passthrough->count; i++)
		free(passthrough->items[i].selects);
	free(passthrough->items);
	*passthrough = (struct passthrough)PASSTHROUGH_INIT;
}

static void write_wish(const struct passthrough_wish *wish, struct strbuf *out)
{
	strbuf_adds(out, "[Vfio]\nDevices=");
	for (size_t i = 0; i < wish->count; i++) {
		if (i)
			strbuf_addc(out, ' ');
		pci_select_format(&wish->selects[i], out);
	}
	strbuf_addf(out, "\nOnFailure=%s\nFramebuffer=%s\n", wish->on_failure,
		    wish->framebuffer);
	if (wish->origin[0])
		strbuf_addf(out, "Origin=%s\n", wish->origin);
}

void passthrough_write(const struct passthrough *passthrough, struct strbuf *out)
{
	for (size_t i = 0; i < passthrough->count; i++)
		write_wish(&passthrough->items[i], out);
}

/* ---- the root's own devices ---- */

static bool wish_has(const struct passthrough_wish *wish,
		     const struct pci_function *function)
{
	for (size_t i = 0; i < wish->count; i++) {
		const struct pci_select *select = &wish->selects[i];

		/* A whole slot goes with the identity of any of its functions. */
		if (select->address.is_set
			    ? pci_select_has_place(select, &function->address) &&
				      (!pci_id_is_set(&select->id) ||
				       select->address.function == PCI_EVERY_FUNCTION ||
				       pci_id_equal(&select->id, &function->id))
			    : pci_id_equal(&select->id, &function->id))
			return true;
	}
	return false;
}

/* The wish that takes the PCI function at the end of a path in sysfs, or NULL. */
static const struct passthrough_wish *wish_for_path(const struct passthrough *passthrough,
						    const char *path,
						    const struct pci_list *functions)
{
	const char *slash = strrchr(path, '/');
	struct pci_address address;
	const struct pci_function *function;

	if (!slash || pci_address_parse(slash + 1, &address, NULL) < 0)
		return NULL;
	function = pci_find(functions, &address);
	if (!function || function->is_bridge)
		return NULL;
	for (size_t i = 0; i < passthrough->count; i++) {
		if (wish_has(&passthrough->items[i], function))
			return &passthrough->items[i];
	}
	return NULL;
}

static void drop_device(struct chain *chain, size_t index)
{
	struct chain_device *device = &chain->devices[index];

	free(device->path);
	free(device->modalias);
	free(device->driver);
	free(device->module);
	chain->device_count--;
	memmove(device, device + 1, (chain->device_count - index) * sizeof(*device));
}

int passthrough_check_chain(const struct passthrough *passthrough, struct chain *chain,
			    const struct pci_list *functions, struct err *err)
{
	for (size_t i = 0; i < chain->device_count;) {
		const struct passthrough_wish *wish =
			wish_for_path(passthrough, chain->devices[i].path, functions);

		if (wish && !chain->devices[i].keyboard) {
			err_set(err, EBUSY,
				"%s: the root file system stands on %s, which is passed "
				"through",
				wish->origin, strrchr(chain->devices[i].path, '/') + 1);
			return err_hint(err,
					"the host would not boot; take it out there");
		}
		if (wish)
			drop_device(chain, i);
		else
			i++;
	}
	return 0;
}

/* ---- the modules ---- */

int passthrough_choose(struct module_set *set, bool needed, struct err *err)
{
	/* What else they need differs from kernel to kernel: modules.dep has it. */
	static const char *const names[] = { "vfio-pci", "vfio_iommu_type1" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int found = module_set_add(set, names[i],
					   MODULE_VFIO | (needed ? MODULE_NEEDED : 0),
					   "PCI devices for guests", err);

		if (found < 0)
			return found;
		if (!found)
			log_warning(
				"kernel %s has no %s: no PCI device can be passed to a "
				"guest",
				set->version, names[i]);
	}
	return 0;
}
