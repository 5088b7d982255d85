/* SPDX-License-Identifier: GPL-2.0-or-later */
/* launch_host.c: what the host gives besides devices: cgroup, locked memory. */
#include <string.h>
#include <sys/resource.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "qemu-launch/launch.h"

/* Moving tasks into a cpuset gives them its CPUs anew, so QEMU is to be started where it
 * belongs. systemd's unit is that place and has the properties; by hand there is none. */
int launch_cgroup(struct launch *launch, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 65536);
	if (file_read(launch->system_fd, "proc/self/cgroup", &text, NULL) ||
	    !strstr(text.text, "bedplate-guest@"))
		log_debug("%s: not in a unit of systemd's: no cgroup of its own",
			  launch->name);
	(void)err;
	return 0;
}

/* vfio pins all of the guest's memory, and QEMU's own for the device's registers: 1 GiB more
 * is what libvirt allows, too. With an IOMMU of the guest's own each device has a container,
 * and each of these counts the memory again. What QEMU needs for all of itself, which Locked=
 * has it lock, nobody can say. */
int launch_memlock(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	const struct guest_memory *memory = &data->memory;
	uint64_t size = memory->max_size > memory->size ? memory->max_size : memory->size;
	uint64_t containers = 0;

	(void)err;
	launch->memlock = 0;
	for (size_t i = 0; i < launch->setup->passthrough_count; i++)
		containers += launch->setup->passthrough[i].count;
	if (containers > 1 && data->machine.iommu == guest_machine_iommu_none)
		containers = 1;
	if (containers)
		launch->memlock = size * containers + ((uint64_t)1 << 30);
	if (memory->locked)
		launch->memlock = RLIM_INFINITY;
	return 0;
}
