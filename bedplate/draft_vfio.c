/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft_vfio.c: what could be passed through, and what it would cost the host. */
#include <stdio.h>
#include <string.h>

#include "bedplate/draft.h"

static void write_device(const struct machine *machine,
			 const struct machine_function *function, struct strbuf *out)
{
	const struct machine_nic *nic = machine_nic_of(machine, function->address);

	draft_comment(out, "%s %s [%s], group %d, %s%s%s%s%s%s", function->address,
		      function->title, function->id, function->group,
		      function->driver[0] ? "driver " : "no driver", function->driver,
		      nic ? ", " : "", nic ? nic->name : "",
		      !nic && function->used_as[0] ? ", " : "",
		      !nic ? function->used_as : "");
	if (!function->can_reset)
		draft_comment(out,
			      "The kernel knows no way to reset it: a guest may get it "
			      "only once until the host is switched off.");
}

static void write_warnings(const struct pass_set *set, struct strbuf *out)
{
	if (set->is_reached)
		draft_comment(
			out,
			"WARNING: this host is reached by it (default route). Who "
			"passes it through from afar is cut off, at the next boot at "
			"the latest.");
	else if (set->is_used)
		draft_comment(
			out, "WARNING: the host uses it now, and has it no longer then.");
	if (set->is_screen)
		draft_comment(
			out,
			"WARNING: it is the host's screen. Have another way in first "
			"(ssh, a serial console); where the firmware's frame buffer is on it, "
			"Framebuffer=detach is needed, too.");
	if (set->items[0]->class_code >> 8 == 0x0c03)
		draft_comment(out,
			      "What is plugged into it goes with it: keyboard, disks.");
}

static void write_set(const struct machine *machine, const struct pass_set *set,
		      struct strbuf *out)
{
	strbuf_addc(out, '\n');
	for (size_t i = 0; i < set->count; i++)
		write_device(machine, set->items[i], out);
	write_warnings(set, out);
	strbuf_adds(out, "#[Vfio]\n#Devices=");
	pass_set_write(set, out);
	strbuf_adds(out, "\n");
}

void draft_vfio(const struct machine *machine, const struct proposal *proposal,
		struct strbuf *out)
{
	strbuf_addc(out, '\n');
	draft_comment(
		out,
		"PCI devices for guests, which vfio-pci gets before any driver of the host. "
		"A guest's [Passthrough] has the same effect; a device need not stand in "
		"both. `bedplate host-prep iommu` shows all groups, and what is in the way "
		"of the others.%s",
		proposal->set_count ? ""
				    : " As things are, nothing can be passed through.");
	for (size_t i = 0; i < proposal->set_count; i++)
		write_set(machine, &proposal->sets[i], out);
}
