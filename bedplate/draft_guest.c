/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft_guest.c: a guest to begin with. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bedplate/draft.h"
#include "lib/cleanup.h"
#include "lib/value/units.h"

static void write_head(struct strbuf *out)
{
	draft_comment(
		out,
		"A guest to begin with, see guest.conf(5). This is a sample of `bedplate "
		"init-config`: it has no effect before its name ends in .conf; that name is "
		"the guest's. Then `bedplate host-prep up` makes what it needs of the host, "
		"`bedplate qemu-launch check` says what else is missing, and `bedplate "
		"qemu-launch start NAME` starts it.");
	strbuf_adds(out, "[Guest]\nDescription=A first guest\n");
	draft_comment(out, "With the host:");
	strbuf_adds(out, "#Autostart=yes\n");
}

static void write_machine(const struct machine *machine, struct strbuf *out)
{
	strbuf_adds(out, "\n[Machine]\nType=q35\n");
	if (machine->has_kvm)
		return;
	draft_comment(
		out,
		machine->cpu.can_virtualize
			? "There is no /dev/kvm (modprobe kvm_intel, kvm_amd); without KVM a "
			  "guest runs all the same, but slowly."
			: "There is no KVM here: is virtualization (VT-x, SVM) switched on in "
			  "the firmware's set-up? Without it a guest runs slowly.");
	strbuf_adds(out, "Accel=auto\n");
}

static void write_pins(const struct machine *machine, const struct pin_plan *pin,
		       struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf host;
	/* Threads of QEMU's own emulation need not be one for each virtual CPU. */
	const char *off = machine->has_kvm ? "" : "#";

	strbuf_init(&host, 0);
	cpu_list_format(&pin->host, &host);
	draft_comment(
		out,
		"Each virtual CPU on a CPU of its own: whole cores of NUMA node %u%s. QEMU's "
		"other threads, and the host, have CPUs %s. For another guest take other "
		"CPUs.",
		pin->node, pin->threads > 1 ? ", their threads side by side" : "",
		host.text);
	strbuf_addf(out, "%sPin=", off);
	for (unsigned i = 0; i < pin->vcpu_count; i++)
		strbuf_addf(out, "%s%u", i ? " " : "", pin->vcpus[i]);
	strbuf_addf(out, "\n%sEmulatorPin=%s\n", off, host.text);
}

static void write_cpu(const struct machine *machine, const struct pin_plan *pin,
		      struct strbuf *out)
{
	strbuf_adds(out, "\n[Cpu]\nModel=host\n");
	if (!pin->cores) {
		strbuf_adds(out, "Cpus=1\n");
		draft_comment(
			out,
			"With one core, no CPU can be left to the guest alone: it is "
			"not pinned.");
		return;
	}
	strbuf_addf(out, "Cores=%u\nThreads=%u\n", pin->cores, pin->threads);
	/* QEMU does not show threads of cores on AMD's processors without it. */
	if (pin->threads > 1 && machine->cpu.maker == CPU_AMD && machine->has_kvm)
		strbuf_adds(out, "Features=+topoext\n");
	write_pins(machine, pin, out);
}

static void write_memory(const struct machine *machine, const struct proposal *proposal,
			 struct strbuf *out)
{
	strbuf_adds(out, "\n[Memory]\nSize=");
	size_format(proposal->memory.first, out);
	strbuf_addc(out, '\n');
	if (topology_count_nodes(&machine->cpu.topology) > 1) {
		draft_comment(out, "From the node whose CPUs it has:");
		strbuf_addf(out, "HostNodes=%u\nPolicy=preferred\n", proposal->pin.node);
	}
	draft_comment(out, "Of huge pages, which `bedplate host-prep up` reserves:");
	strbuf_adds(out, "#HugePages=2M\n");
}

static void write_disks(const struct machine *machine, struct strbuf *out)
{
	strbuf_adds(out, "\n");
	draft_comment(out,
		      machine->has_guest_efi
			      ? "UEFI, as it is installed here:"
			      : "UEFI, once it is installed (Debian's package ovmf):");
	strbuf_adds(out, "#[Firmware]\n#Type=uefi\n\n");
	if (machine->root.group[0])
		draft_comment(
			out,
			"A file, which the first start makes; or a logical volume: `lvcreate -L "
			"20G -n example %s`, then Path=/dev/%s/example without Size=.",
			machine->root.group, machine->root.group);
	else
		draft_comment(out, "A file, which the first start makes.");
	strbuf_adds(out, "[Disk]\nPath=/srv/example.qcow2\nSize=20G\n\n");
	draft_comment(
		out,
		"For the installation: a CD, and a screen for a VNC viewer on port 5900 "
		"of 127.0.0.1.");
	strbuf_adds(out, "#[Cdrom]\n#Path=/srv/install.iso\n#[Display]\n#Type=vnc\n");
}

static void write_passthrough(const struct proposal *proposal, struct strbuf *out)
{
	const struct pass_set *set = proposal->best;

	strbuf_addc(out, '\n');
	if (!set) {
		draft_comment(
			out,
			"There is no device here that a guest could have without the "
			"host's missing it; see host.conf.");
		return;
	}
	draft_comment(out, "%s for this guest alone:", set->items[0]->title);
	for (size_t i = 0; i < set->count; i++)
		strbuf_addf(out, "#[Passthrough]\n#Address=%s\n#Id=%s\n",
			    set->items[i]->address, set->items[i]->id);
}

void draft_guest(const struct machine *machine, const struct proposal *proposal,
		 struct strbuf *out)
{
	write_head(out);
	write_machine(machine, out);
	write_cpu(machine, &proposal->pin, out);
	write_memory(machine, proposal, out);
	write_disks(machine, out);
	strbuf_adds(out, "\n[Nic]\n");
	if (proposal->guest_network[0])
		strbuf_addf(out, "Network=%s\n", proposal->guest_network);
	else
		strbuf_adds(out, "Type=user\n");
	strbuf_adds(out, "\n");
	draft_comment(
		out,
		"The console, for a system that writes to it: console=ttyS0 on Linux' "
		"command line.");
	strbuf_adds(out, "[Serial]\n\n");
	draft_comment(out,
		      "QEMU's guest agent, which Stop= and Ready=agent of [Guest] ask.");
	strbuf_adds(out, "[Channel]\nType=agent\n\n[Rng]\n");
	write_passthrough(proposal, out);
}
