/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_cpu.c: -cpu, -smp, threads for disks, NUMA cells. */
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"

/* In the order of HyperV= in guest.def: QEMU's docs/system/i386/hyperv.rst. NULL: with a value
 * of its own. */
static const char *const hyperv_words[] = {
	"hv-relaxed",
	"hv-vapic",
	NULL,
	"hv-vpindex",
	"hv-runtime",
	"hv-synic",
	"hv-stimer",
	"hv-stimer-direct",
	"hv-reset",
	"hv-frequencies",
	"hv-reenlightenment",
	"hv-tlbflush",
	"hv-tlbflush-direct",
	"hv-tlbflush-ext",
	"hv-ipi",
	"hv-evmcs",
	"hv-avic",
	"hv-time",
	"hv-crash",
	"hv-passthrough",
};

/* +NAME, NAME and -NAME become NAME=on and NAME=off; NAME=VALUE stays. */
static void add_feature(struct props *props, const char *feature)
{
	bool off = *feature == '-';

	feature += *feature == '+' || *feature == '-';
	if (strchr(feature, '='))
		props_add_raw(props, feature);
	else
		props_add_switch(props, feature, !off);
}

static void add_hyperv(struct props *props, const struct guest_cpu *cpu)
{
	for (size_t i = 0; i < cpu->hyperv.count; i++) {
		const char *word = hyperv_words[cpu->hyperv.items[i]];

		if (word)
			props_add_switch(props, word, true);
		else
			props_add(props, "hv-spinlocks", "0x%llx",
				  (unsigned long long)cpu->hyperv_spinlocks);
	}
	if (*cpu->hyperv_vendor_id)
		props_add(props, "hv-vendor-id", "%s", cpu->hyperv_vendor_id);
}

static void add_model(struct argv_build *build)
{
	static const char *const on_off[] = { NULL, "on", "off" };
	const struct guest_cpu *cpu = &build->data->cpu;
	bool host = !strcmp(cpu->model, "host");
	_cleanup_props_ struct props props;

	props_begin(&props, host && !build->setup->kvm ? "max" : cpu->model);
	props_add_word(&props, "migratable", on_off, cpu->migratable);
	for (size_t i = 0; i < cpu->features.count; i++)
		add_feature(&props, cpu->features.items[i]);
	if (!cpu->hypervisor)
		props_add_switch(&props, "hypervisor", false);
	add_hyperv(&props, cpu);
	if (cpu->hidden)
		props_add_switch(&props, "kvm", false);
	if (cpu->enforce)
		props_add_switch(&props, "enforce", true);
	argv_from(build->argv, build->guest, "Cpu", "Model", 0);
	argv_add_props(build->argv, "-cpu", &props);
}

static void add_topology(struct argv_build *build)
{
	const struct guest_setup *setup = build->setup;
	_cleanup_props_ struct props props;

	props_begin(&props, NULL);
	props_add(&props, "cpus", "%u", setup->cpus);
	if (setup->max_cpus > setup->cpus)
		props_add(&props, "maxcpus", "%u", setup->max_cpus);
	props_add(&props, "sockets", "%u", setup->sockets);
	if (setup->dies > 1)
		props_add(&props, "dies", "%u", setup->dies);
	props_add(&props, "cores", "%u", setup->cores);
	props_add(&props, "threads", "%u", setup->threads);
	argv_from(build->argv, build->guest, "Cpu",
		  build->data->cpu.cpus ? "Cpus" : "Cores", 0);
	argv_add_props(build->argv, "-smp", &props);
}

static void add_iothreads(struct argv_build *build)
{
	argv_from(build->argv, build->guest, "Cpu", "Iothreads", 0);
	for (int64_t i = 1; i <= build->data->cpu.iothreads; i++)
		argv_add(build->argv, "-object", "iothread,id=iothread%d", (int)i);
}

int argv_build_cpu(struct argv_build *build, struct err *err)
{
	(void)err;
	add_model(build);
	add_topology(build);
	add_iothreads(build);
	return 0;
}
