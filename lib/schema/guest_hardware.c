/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_hardware.c: the rules of a guest's machine, processors and memory. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

static bool is_word(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_.", *text))
			return false;
	return true;
}

/* YYYY-MM-DDTHH:MM:SS or YYYY-MM-DD, as -rtc has it. */
static bool is_rtc_base(const char *text)
{
	int year, month, day, hour = 0, minute = 0, second = 0, end = 0;

	if (!strcmp(text, "utc") || !strcmp(text, "localtime"))
		return true;
	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) < 3)
		return false;
	if (text[end] == 'T') {
		const char *time = text + end;

		end = 0;
		if (sscanf(time, "T%2d:%2d:%2d%n", &hour, &minute, &second, &end) < 3)
			return false;
		text = time;
	}
	return !text[end] && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	       hour < 24 && minute < 60 && second < 61;
}

static const char *wrong_option(const struct guest_machine *machine)
{
	for (size_t i = 0; i < machine->options.count; i++)
		if (!strchr(machine->options.items[i], '='))
			return machine->options.items[i];
	return NULL;
}

static int check_machine_words(const struct guest_machine *machine,
			       const struct conf *conf, struct err *err)
{
	const struct guest_rule rows[] = {
		{ !is_word(machine->type), "Machine", "Type", "it is no machine's name",
		  "q35, pc, microvm, virt, or one of `qemu-system-x86_64 -machine help`; "
		  "properties stand in Options=" },
		{ !is_word(machine->arch), "Machine", "Arch",
		  "it is no architecture's name", "x86_64, or aarch64" },
		{ !is_rtc_base(machine->rtc_base), "Machine", "RtcBase",
		  "it is no base of a clock", "utc, localtime, or 2026-01-31T12:00:00" },
		{ wrong_option(machine), "Machine", "Options", "it has no =VALUE",
		  "each is PROPERTY=VALUE" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_machine(const struct guest_conf *data, const struct conf *conf,
			struct err *err)
{
	const struct guest_machine *machine = &data->machine;
	enum guest_family family = guest_family(data);
	bool pc = family == GUEST_FAMILY_Q35 || family == GUEST_FAMILY_PC;
	bool known = family != GUEST_FAMILY_OTHER;
	enum guest_machine_iommu iommu = machine->iommu;
	const struct guest_rule rows[] = {
		{ machine->pit_tick_policy && (machine->accel == guest_machine_accel_tcg),
		  "Machine", "PitTickPolicy", "it is KVM's own, and Accel=tcg has none",
		  "Accel=kvm" },
		{ known && !pc && machine->pit_tick_policy, "Machine", "PitTickPolicy",
		  "this machine has no PIT", "q35 and pc have" },
		{ known && !pc && machine->hpet, "Machine", "Hpet",
		  "this machine has no HPET", "q35 and pc have" },
		{ known && !pc && machine->vmport, "Machine", "Vmport",
		  "this machine has no such port", "q35 and pc have" },
		{ known && !pc && (machine->s3 || machine->s4), "Machine",
		  machine->s3 ? "S3" : "S4", "this machine does not suspend",
		  "q35 and pc do" },
		{ known && family != GUEST_FAMILY_VIRT && machine->gic_version, "Machine",
		  "GicVersion", "this machine has no GIC", "virt, of Arm, has" },
		{ known && family != GUEST_FAMILY_VIRT &&
			  iommu == guest_machine_iommu_smmuv3,
		  "Machine", "Iommu", "this machine has no SMMU", "q35 has intel" },
		{ known && family != GUEST_FAMILY_Q35 &&
			  (iommu == guest_machine_iommu_intel ||
			   iommu == guest_machine_iommu_amd),
		  "Machine", "Iommu", "this machine cannot have it", "Type=q35" },
		{ iommu == guest_machine_iommu_intel &&
			  machine->kernel_irqchip == guest_machine_kernel_irqchip_on,
		  "Machine", "KernelIrqchip", "Iommu=intel cannot remap KVM's interrupts",
		  "split, or leave it out" },
		{ machine->hotplug_ports && known && family != GUEST_FAMILY_Q35 &&
			  family != GUEST_FAMILY_VIRT,
		  "Machine", "HotplugPorts", "this machine has no PCIe ports",
		  "on pc every free slot takes a device" },
	};
	int result = check_machine_words(machine, conf, err);

	return result ? result : guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

static bool has_twice(const unsigned *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (words[i] == words[j])
				return true;
	return false;
}

/* QEMU's PC_MAX_BOOT_DEVICES: a PC's CMOS has room for three. */
int guest_check_boot(const struct guest_conf *data, const struct conf *conf,
		     struct err *err)
{
	const struct guest_machine *machine = &data->machine;
	const struct {
		const char *key;
		const unsigned *words;
		size_t count;
	} orders[] = {
		{ "BootOrder", (const void *)machine->boot_order.items,
		  machine->boot_order.count },
		{ "BootOnce", (const void *)machine->boot_once.items,
		  machine->boot_once.count },
	};
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(orders); i++) {
		const char *key = orders[i].key;
		const struct guest_rule rows[] = {
			{ orders[i].count > 3, "Machine", key,
			  "a PC tries three kinds at most",
			  "BootIndex= has no such limit" },
			{ has_twice(orders[i].words, orders[i].count), "Machine", key,
			  "one kind stands there twice", "BootIndex= of each device" },
		};

		result = guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
	}
	return result;
}

static bool has_hyperv(const struct guest_cpu *cpu, enum guest_cpu_hyperv word)
{
	for (size_t i = 0; i < cpu->hyperv.count; i++)
		if (cpu->hyperv.items[i] == word ||
		    cpu->hyperv.items[i] == guest_cpu_hyperv_passthrough)
			return true;
	return false;
}

/* What needs what: QEMU's docs/system/i386/hyperv.rst. */
int guest_check_hyperv(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	static const struct {
		enum guest_cpu_hyperv word, needs;
		const char *words, *hint;
	} needs[] = {
		{ guest_cpu_hyperv_synic, guest_cpu_hyperv_vpindex, "synic needs vpindex",
		  "add vpindex" },
		{ guest_cpu_hyperv_stimer, guest_cpu_hyperv_synic, "stimer needs synic",
		  "add synic" },
		{ guest_cpu_hyperv_stimer, guest_cpu_hyperv_time, "stimer needs time",
		  "add time" },
		{ guest_cpu_hyperv_stimer_direct, guest_cpu_hyperv_stimer,
		  "stimer-direct needs stimer", "add stimer" },
		{ guest_cpu_hyperv_tlbflush, guest_cpu_hyperv_vpindex,
		  "tlbflush needs vpindex", "add vpindex" },
		{ guest_cpu_hyperv_tlbflush_direct, guest_cpu_hyperv_vapic,
		  "tlbflush-direct needs vapic", "add vapic" },
		{ guest_cpu_hyperv_tlbflush_ext, guest_cpu_hyperv_tlbflush,
		  "tlbflush-ext needs tlbflush", "add tlbflush" },
		{ guest_cpu_hyperv_ipi, guest_cpu_hyperv_vpindex, "ipi needs vpindex",
		  "add vpindex" },
		{ guest_cpu_hyperv_evmcs, guest_cpu_hyperv_vapic, "evmcs needs vapic",
		  "add vapic" },
	};
	const struct guest_cpu *cpu = &data->cpu;
	bool any = cpu->hyperv.count || *cpu->hyperv_vendor_id;
	const struct guest_rule rows[] = {
		{ any && data->machine.accel == guest_machine_accel_tcg, "Cpu",
		  cpu->hyperv.count ? "HyperV" : "HyperVVendorId",
		  "it is KVM's own, and Accel=tcg has none", "Accel=kvm" },
		{ any && guest_family(data) == GUEST_FAMILY_VIRT, "Cpu",
		  cpu->hyperv.count ? "HyperV" : "HyperVVendorId",
		  "this machine has none", "q35 and pc have" },
		{ strlen(cpu->hyperv_vendor_id) > 12, "Cpu", "HyperVVendorId",
		  "it is longer than 12 characters", "such as 0123756792CD" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (has_hyperv(cpu, needs[i].word) && !has_hyperv(cpu, needs[i].needs))
			return conf_refuse(conf, "Cpu", "HyperV", 0, err, needs[i].hint,
					   "%s", needs[i].words);
	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_cpu(const struct guest_conf *data, const struct conf *conf,
		    struct err *err)
{
	const struct guest_cpu *cpu = &data->cpu;
	unsigned count = guest_cpu_count(data);
	bool real_time = cpu->scheduler == guest_cpu_scheduler_fifo ||
			 cpu->scheduler == guest_cpu_scheduler_rr;
	const struct guest_rule rows[] = {
		{ !is_word(cpu->model) || !*cpu->model, "Cpu", "Model",
		  "it is no model's name",
		  "host, max, or one of `qemu-system-x86_64 -cpu help`; features stand in "
		  "Features=" },
		{ cpu->iothread_pin.count > 1 &&
			  cpu->iothread_pin.count != (size_t)cpu->iothreads,
		  "Cpu", "IothreadPin", "there are not as many lists as Iothreads= says",
		  "one list for each, or one for all" },
		{ real_time && !cpu->priority, "Cpu", "Priority",
		  "fifo and rr need a priority", "Priority=1" },
		{ !real_time && cpu->priority, "Cpu", "Priority",
		  "only fifo and rr have a priority", "Scheduler=fifo, or Nice=" },
		{ cpu->migratable != guest_cpu_migratable_auto &&
			  strcmp(cpu->model, "host") != 0 &&
			  strcmp(cpu->model, "max") != 0,
		  "Cpu", "Migratable", "a named model can always move",
		  "it is of Model=host and max" },
		{ real_time && cpu->nice, "Cpu", "Nice", "fifo and rr have no niceness",
		  "Priority=" },
	};

	if (cpu->pin.count > 1 && cpu->pin.count != count)
		return conf_refuse(
			conf, "Cpu", "Pin", 0, err,
			"one list of CPUs for each virtual CPU, or one for all",
			"there are %zu lists for %u virtual CPUs", cpu->pin.count, count);
	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_memory(const struct guest_conf *data, const struct conf *conf,
		       struct err *err)
{
	static const uint64_t sizes[] = { 4096, 2 << 20, 1 << 30 };
	const struct guest_memory *memory = &data->memory;
	uint64_t page = sizes[memory->huge_pages];
	bool nodes = cpu_list_count(&memory->host_nodes);
	bool virtiofs = false;

	for (size_t i = 0; i < data->share.count; i++)
		virtiofs |= data->share.items[i].driver == guest_share_driver_virtiofs;
	const struct guest_rule rows[] = {
		{ memory->size < 1 << 20, "Memory", "Size", "it is less than 1M",
		  "sizes have a unit: 4G" },
		{ memory->size % 4096, "Memory", "Size", "it is no multiple of 4K",
		  "sizes have a unit: 4G" },
		{ memory->size < page, "Memory", "Size", "it is less than a page",
		  "a smaller HugePages=" },
		{ memory->max_size && memory->max_size < memory->size, "Memory",
		  "MaxSize", "it is less than Size=",
		  "it counts what is there from the start, too" },
		{ !memory->max_size != !memory->slots, "Memory", "MaxSize",
		  "MaxSize= and Slots= go together", "MaxSize=16G Slots=4" },
		{ memory->merge == guest_memory_merge_on &&
			  memory->huge_pages != guest_memory_huge_pages_no,
		  "Memory", "Merge", "huge pages are not merged", "HugePages=no" },
		{ memory->shared == guest_memory_shared_no && virtiofs, "Memory",
		  "Shared", "a [Share] by virtiofs needs shared memory",
		  "Shared=auto, or Driver=9p" },
		{ memory->policy && !nodes, "Memory", "Policy",
		  "it does not say which nodes", "HostNodes=0" },
		{ nodes && data->numa.count, "Memory", "HostNodes",
		  "with [Numa] each cell says its own", "HostNodes= in [Numa]" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

static bool overlaps(const struct cpu_list *a, const struct cpu_list *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(a->bits); i++)
		if (a->bits[i] & b->bits[i])
			return true;
	return false;
}

static int check_cell(const struct guest_conf *data, const struct conf *conf,
		      size_t index, struct err *err)
{
	const struct guest_numa *cell = &data->numa.items[index];
	size_t distances = cell->distance.count;
	bool twice = false;

	for (size_t i = 0; i < index; i++)
		twice |= overlaps(&cell->cpus, &data->numa.items[i].cpus);
	const struct guest_rule rows[] = {
		{ !cell->memory, "Numa", "Memory", "the cell has no memory",
		  "Memory=2G" },
		{ twice, "Numa", "Cpus", "a CPU is in two cells", "each is in one" },
		{ distances && distances != data->numa.count, "Numa", "Distance",
		  "there are not as many distances as cells",
		  "one for each, 10 is itself" },
		{ distances == data->numa.count && cell->distance.items[index] != 10,
		  "Numa", "Distance", "a cell's distance to itself is 10",
		  "10 20, 20 10" },
	};

	return guest_judge(conf, index, rows, ARRAY_SIZE(rows), err);
}

int guest_check_numa(const struct guest_conf *data, const struct conf *conf,
		     struct err *err)
{
	uint64_t sum = 0;
	unsigned cpus = 0;
	int result = 0;

	for (size_t i = 0; !result && i < data->numa.count; i++) {
		sum += data->numa.items[i].memory;
		cpus += cpu_list_count(&data->numa.items[i].cpus);
		result = check_cell(data, conf, i, err);
	}
	if (result || !data->numa.count)
		return result;
	if (sum != data->memory.size)
		return conf_refuse(conf, "Numa", "Memory", 0, err, "Size= in [Memory]",
				   "all cells have %llu MiB, and the guest %llu MiB",
				   (unsigned long long)(sum >> 20),
				   (unsigned long long)(data->memory.size >> 20));
	if (cpus != guest_cpu_count(data))
		return conf_refuse(conf, "Numa", "Cpus", 0, err, "Cpus=0-1 and so on",
				   "all cells have %u CPUs, and the guest %u", cpus,
				   guest_cpu_count(data));
	return 0;
}
