/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_machine.c: -machine, -accel, clocks, boot order, power states, IOMMU, panic. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/argv_device.h"

static const char *const on_off[] = { NULL, "on", "off" };
static const char *const irqchips[] = { NULL, "on", "split", "off" };
static const char *const gic_versions[] = { NULL, "2", "3", "4", "host", "max" };

static bool is_pc(const struct guest_setup *setup)
{
	return setup->family == SETUP_Q35 || setup->family == SETUP_PC;
}

static void from(struct argv_build *build, const char *key)
{
	argv_from(build->argv, build->guest, "Machine", key, 0);
}

/* Interrupts are remapped where the kernel leaves the IOAPIC to QEMU. */
static unsigned irqchip_of(const struct argv_build *build)
{
	const struct guest_machine *machine = &build->data->machine;

	if (machine->kernel_irqchip == guest_machine_kernel_irqchip_auto &&
	    machine->iommu == guest_machine_iommu_intel && build->setup->kvm)
		return guest_machine_kernel_irqchip_split;
	return machine->kernel_irqchip;
}

static void add_machine(struct argv_build *build)
{
	const struct guest_machine *machine = &build->data->machine;
	const struct guest_memory *memory = &build->data->memory;
	const struct guest_setup *setup = build->setup;
	_cleanup_props_ struct props props;

	props_begin(&props, setup->machine);
	props_add(&props, "usb", "off");
	if (setup->firmware.needs_smm && !machine->smm)
		props_add(&props, "smm", "on");
	props_add_word(&props, "smm", on_off, machine->smm);
	props_add_word(&props, "kernel_irqchip", irqchips, irqchip_of(build));
	props_add_word(&props, "vmport", on_off, machine->vmport);
	props_add_word(&props, "acpi", on_off, machine->acpi);
	props_add_word(&props, "hpet", on_off, machine->hpet);
	props_add_word(&props, "gic-version", gic_versions, machine->gic_version);
	if (machine->iommu == guest_machine_iommu_smmuv3)
		props_add(&props, "iommu", "smmuv3");
	props_add_word(&props, "mem-merge", on_off, memory->merge);
	props_add_word(&props, "dump-guest-core", on_off, memory->dump);
	if (argv_memory_backend(build))
		props_add(&props, "memory-backend", "ram");
	for (size_t i = 0; i < machine->options.count; i++)
		props_add_raw(&props, machine->options.items[i]);
	from(build, "Type");
	argv_add_props(build->argv, "-machine", &props);
	from(build, "Accel");
	argv_add(build->argv, "-accel", "%s", setup->kvm ? "kvm" : "tcg");
}

static void add_clocks(struct argv_build *build)
{
	static const char *const clocks[] = { NULL, "rt", "vm" };
	static const char *const fixes[] = { NULL, "none", "slew" };
	static const char *const policies[] = { NULL, "delay", "discard" };
	const struct guest_machine *machine = &build->data->machine;
	_cleanup_props_ struct props props;

	props_begin(&props, NULL);
	props_add(&props, "base", "%s", machine->rtc_base);
	props_add_word(&props, "clock", clocks, machine->rtc_clock);
	props_add_word(&props, "driftfix", fixes, machine->rtc_drift_fix);
	from(build, "RtcBase");
	argv_add_props(build->argv, "-rtc", &props);
	if (!machine->pit_tick_policy)
		return;
	from(build, "PitTickPolicy");
	argv_add(build->argv, "-global", "kvm-pit.lost_tick_policy=%s",
		 policies[machine->pit_tick_policy]);
}

/* The chip that has the power management registers. */
static void add_power_state(struct argv_build *build, const char *key, const char *state,
			    unsigned value)
{
	if (!value || !is_pc(build->setup))
		return;
	from(build, key);
	argv_add(build->argv, "-global", "%s.disable_%s=%d",
		 build->setup->family == SETUP_Q35 ? "ICH9-LPC" : "PIIX4_PM", state,
		 value == guest_machine_s3_off);
}

/* In the letters of -boot, which are those of PC's drives. */
static void add_order(struct props *props, const char *name, const void *items,
		      size_t count)
{
	static const char letters[] = "cdna";
	const unsigned *words = items;
	char order[16] = "";

	for (size_t i = 0; i < count && i + 1 < sizeof(order); i++)
		order[i] = letters[words[i]];
	if (*order)
		props_add(props, name, "%s", order);
}

static void add_boot(struct argv_build *build)
{
	const struct guest_machine *machine = &build->data->machine;
	_cleanup_props_ struct props props;
	const char *key = machine->boot_order.count  ? "BootOrder"
			  : machine->boot_once.count ? "BootOnce"
			  : machine->boot_menu       ? "BootMenu"
						     : "BootStrict";

	props_begin(&props, NULL);
	add_order(&props, "order", machine->boot_order.items, machine->boot_order.count);
	add_order(&props, "once", machine->boot_once.items, machine->boot_once.count);
	if (machine->boot_menu)
		props_add(&props, "menu", "on");
	if (machine->boot_menu && machine->boot_menu_timeout_ms)
		props_add(&props, "splash-time", "%u",
			  (unsigned)machine->boot_menu_timeout_ms);
	if (machine->boot_strict)
		props_add(&props, "strict", "on");
	if (!props.text.length)
		return;
	from(build, key);
	argv_add_props(build->argv, "-boot", &props);
}

static int add_pci(struct argv_build *build, const char *device, const char *key,
		   struct err *err)
{
	static const struct pci_address anywhere;
	_cleanup_props_ struct props props;

	props_begin(&props, device);
	if (device_place(build, &props, &anywhere, PCI_REGION_OTHER, err))
		return device_fail(build, "Machine", key, 0, err);
	argv_add_props(build->argv, "-device", &props);
	return 0;
}

/* In front of all other PCI devices, which are to be behind it. AMD's has no property that says its slot. */
static int add_iommu(struct argv_build *build, struct err *err)
{
	static const char *const devices[] = {
		[guest_machine_iommu_intel] = "intel-iommu,intremap=on,caching-mode=on",
		[guest_machine_iommu_amd] = "amd-iommu,intremap=on",
		[guest_machine_iommu_smmuv3] = NULL,
	};

	from(build, "Iommu");
	if (build->data->machine.iommu == guest_machine_iommu_virtio)
		return add_pci(build, "virtio-iommu-pci", "Iommu", err);
	if (devices[build->data->machine.iommu])
		argv_add(build->argv, "-device", "%s",
			 devices[build->data->machine.iommu]);
	return 0;
}

/* QEMU's own way with a panic is to end; what else is wanted the launcher does, to a guest
 * that is paused. */
static int add_panic(struct argv_build *build, struct err *err)
{
	from(build, "Panic");
	if (build->data->machine.panic == guest_machine_panic_pci)
		return add_pci(build, "pvpanic-pci", "Panic", err);
	if (build->data->machine.panic == guest_machine_panic_isa)
		argv_add(build->argv, "-device", "pvpanic");
	return 0;
}

static void add_events(struct argv_build *build)
{
	const struct guest_guest *guest = &build->data->guest;
	bool ends = guest->on_panic == guest_guest_on_panic_stop ||
		    guest->on_panic == guest_guest_on_panic_restart;

	argv_from(build->argv, build->guest, "Guest", "OnPanic", 0);
	argv_add(build->argv, "-action", "panic=%s", ends ? "shutdown" : "pause");
	if (guest->on_reboot == guest_guest_on_reboot_reset)
		return;
	argv_from(build->argv, build->guest, "Guest", "OnReboot", 0);
	argv_add(build->argv, "-action", "reboot=shutdown");
}

int argv_build_machine(struct argv_build *build, struct err *err)
{
	int result;

	add_machine(build);
	add_clocks(build);
	add_power_state(build, "S3", "s3", build->data->machine.s3);
	add_power_state(build, "S4", "s4", build->data->machine.s4);
	add_boot(build);
	result = add_iommu(build, err);
	if (!result)
		result = add_panic(build, err);
	add_events(build);
	return result;
}
