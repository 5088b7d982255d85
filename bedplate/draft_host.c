/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft_host.c: host.conf. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bedplate/draft.h"
#include "lib/cleanup.h"

static void write_processor(const struct machine_cpu *cpu, struct strbuf *out)
{
	const struct topology *topology = &cpu->topology;
	unsigned nodes = topology_count_nodes(topology);

	draft_comment(out, "processor: %s, %zu CPUs in %u cores, %u NUMA node%s%s",
		      cpu->model[0] ? cpu->model : "unknown", topology->count,
		      topology_count_cores(topology), nodes, nodes == 1 ? "" : "s",
		      cpu->can_virtualize ? "" : "; it says nothing of virtualization");
}

static void write_chain(const struct machine_root *root, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (size_t i = 0; i < root->layer_count; i++) {
		const struct machine_layer *layer = &root->layers[i];

		strbuf_addf(&text, "%s %s %s", i ? "," : " on", layer->kind,
			    layer->title[0] ? layer->title : layer->name);
	}
	if (root->fstype[0])
		draft_comment(out, "root: %s%s", root->fstype, text.text);
}

static void write_nics(const struct machine *machine, struct strbuf *out)
{
	for (size_t i = 0; i < machine->nic_count; i++) {
		const struct machine_nic *nic = &machine->nics[i];

		draft_comment(out, "network: %s (%s%s%s%s)", nic->name,
			      nic->driver[0] ? nic->driver : "no driver",
			      nic->wireless ? ", Wi-Fi" : "",
			      nic->link ? "" : ", no link",
			      nic->is_default ? ", default route" : "");
	}
}

static void write_head(const struct machine *machine, struct strbuf *out)
{
	static const char *const states[] = {
		[IOMMU_MISSING] = "none that the firmware tells of",
		[IOMMU_OFF] = "there, but the kernel does not use it",
		[IOMMU_ON] = "at work",
	};
	char size[DRAFT_SIZE_TEXT];

	draft_comment(out, "host.conf: this host as a whole, see host.conf(5). "
			   "`bedplate init-config` wrote it for this machine:");
	strbuf_adds(out, "#\n");
	write_processor(&machine->cpu, out);
	draft_comment(out, "memory: %s", draft_size(machine->memory, size));
	write_chain(&machine->root, out);
	write_nics(machine, out);
	for (size_t i = 0; i < machine->managers.count; i++)
		draft_comment(out, "network set up by: %s", machine->managers.items[i]);
	draft_comment(out, "IOMMU: %s", states[machine->iommu]);
	draft_comment(out, "firmware: %s, boot loader: %s",
		      machine->is_efi ? "EFI" : "BIOS",
		      machine->boot_loader[0] ? machine->boot_loader : "none known");
	strbuf_adds(out, "#\n");
	draft_comment(out,
		      "What stands behind a # is a proposal and has no effect. The rest "
		      "takes effect at the next boot, when bedplate-host-prep.service "
		      "brings it up; what of it belongs into images and the kernel's "
		      "command line, with the next kernel or `bedplate mkinitramfs "
		      "update`. `bedplate host-prep plan` and `bedplate boot plan` show "
		      "what would change, and their `up` and `apply` change it at once.");
}

/* AMD's IOMMU is at work without a word; Intel's mostly is not. */
static const char *iommu_words(enum cpu_maker maker)
{
	return maker == CPU_INTEL ? "intel_iommu=on iommu=pt" : "iommu=pt";
}

static void write_kernel_args(const struct machine *machine, struct strbuf *out)
{
	const char *off = machine->iommu == IOMMU_ON ? "" : "#";

	strbuf_adds(out, "\n");
	draft_comment(out,
		      "The IOMMU keeps devices that guests have to the guests' memory; "
		      "iommu=pt spares the host's own devices the detour. Where bedplate "
		      "has the kernel's command line (`bedplate boot cmdline --import`), "
		      "`bedplate boot apply` adds these words; else it is said that they "
		      "are missing.");
	if (machine->iommu == IOMMU_MISSING && machine->cpu.is_virtual)
		draft_comment(out,
			      "This machine is virtual, and its hypervisor gives it no "
			      "IOMMU: nothing can be passed through.");
	else if (machine->iommu == IOMMU_MISSING)
		draft_comment(out, "The firmware tells of no IOMMU: switch it on in its "
				   "set-up (VT-d, AMD-Vi, SMMU).");
	else if (machine->iommu == IOMMU_OFF)
		draft_comment(out, "The kernel does not use the IOMMU that is there. "
				   "Without the # these words have it do so:");
	strbuf_addf(out, "%s[KernelArgs]\n%sAdvise=%s\n\n", off, off,
		    iommu_words(machine->cpu.maker));
	draft_comment(out, "Once guests have devices, the boot can make sure of it:");
	strbuf_adds(out, "#[KernelArgs]\n#Effective=iommu\n#OnFailure=warn\n");
}

static void write_isolation(const struct proposal *proposal, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf list;
	struct cpu_list cpus = { { 0 } };

	strbuf_init(&list, 0);
	if (!proposal->pin.vcpu_count)
		return;
	for (unsigned i = 0; i < proposal->pin.vcpu_count; i++)
		cpu_list_add(&cpus, proposal->pin.vcpus[i]);
	cpu_list_format(&cpus, &list);
	strbuf_adds(out, "\n");
	draft_comment(
		out,
		"CPUs that only pinned guests run on (see Pin= in the example guest), "
		"for those that must not be kept waiting. The kernel does not spread "
		"anything over such CPUs by itself, and the host has the less.");
	strbuf_addf(out, "#[KernelArgs]\n#Advise=isolcpus=%s nohz_full=%s rcu_nocbs=%s\n",
		    list.text, list.text, list.text);
}

static void write_lvm(const struct machine_root *root, struct strbuf *out)
{
	strbuf_adds(out, "\n");
	if (!root->group[0]) {
		draft_comment(out,
			      "The root does not stand on LVM. If it did, and had lost a "
			      "leg of its RAID, it would come up without, after a time:");
		strbuf_adds(out, "#[Lvm]\n#Degraded=deadline\n#DegradedAfter=10s\n");
		return;
	}
	draft_comment(
		out,
		"The root is volume %s of group %s. The boot activates nothing of it but "
		"what it needs itself; guests' volumes stay as they are. A redundant "
		"volume that misses a disk comes up without it, after this time:",
		root->volume, root->group);
	strbuf_adds(out, "[Lvm]\nDegraded=deadline\nDegradedAfter=10s\n");
}

static void write_huge_pages(const struct machine *machine,
			     const struct proposal *proposal, struct strbuf *out)
{
	const struct memory_plan *plan = &proposal->memory;
	uint64_t gib = plan->guests >> 30;
	char host[DRAFT_SIZE_TEXT], guests[DRAFT_SIZE_TEXT], all[DRAFT_SIZE_TEXT];

	strbuf_adds(out, "\n");
	draft_comment(
		out,
		"Huge pages make guests' memory faster, and nobody else can have what is "
		"reserved. Guests that say HugePages=2M get theirs without this section. "
		"Of %s, guests can have %s in all; %s should stay with the host.",
		draft_size(machine->memory, all), draft_size(plan->guests, guests),
		draft_size(plan->host, host));
	strbuf_adds(out, "#[HugePages]\n#Size=2M\n#Pages=auto\n");
	if (!machine->cpu.has_gib_pages || gib < 4)
		return;
	strbuf_adds(out, "\n");
	draft_comment(
		out,
		"Pages of 1G, for large guests, are to be had at boot only. Half of what "
		"guests can have:");
	strbuf_addf(out, "#[KernelArgs]\n#Advise=hugepages-1G>=%" PRIu64 "\n", gib / 2);
}

static void write_swap(const struct machine *machine, struct strbuf *out)
{
	char size[DRAFT_SIZE_TEXT];

	strbuf_adds(out, "\n");
	for (size_t i = 0; i < machine->swap_count; i++)
		draft_comment(
			out,
			"There is swap: %s (%s, %s). Whoever set it up goes on doing so.",
			machine->swaps[i].path, machine->swaps[i].type,
			draft_size(machine->swaps[i].bytes, size));
	if (!machine->swap_count)
		draft_comment(out, "There is no swap.");
	draft_comment(out,
		      "More of it: a file, which is made; or a compressed part of the "
		      "memory.");
	strbuf_adds(out, "#[Swap]\n#File=/var/swap\n#Size=4G\n");
	strbuf_adds(out, "#[Swap]\n#Zram=yes\n#Size=25%\n");
}

static void write_rest(struct strbuf *out)
{
	strbuf_adds(out, "\n");
	draft_comment(
		out,
		"A boot that fails ends in a shell on the console, and reboots where nobody "
		"types into it. Password= has the shell ask: a hash as `openssl passwd -6` "
		"makes it. (So this file is for root's eyes only.)");
	strbuf_adds(out, "#[Boot]\n#ShellTimeout=5min\n\n");
	draft_comment(out,
		      "Guests run as root unless this, or User= in a guest's file, names "
		      "somebody: `adduser --system --group guest; adduser guest kvm`.");
	strbuf_adds(out, "#[Guests]\n#User=guest\n");
}

void draft_host(const struct machine *machine, const struct proposal *proposal,
		struct strbuf *out)
{
	write_head(machine, out);
	write_kernel_args(machine, out);
	write_isolation(proposal, out);
	draft_vfio(machine, proposal, out);
	write_lvm(&machine->root, out);
	write_huge_pages(machine, proposal, out);
	write_swap(machine, out);
	write_rest(out);
}
