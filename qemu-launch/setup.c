/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup.c: finds out what a guest's command line needs besides its file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guest_machine.h"
#include "lib/guest_nic.h"
#include "lib/sha512.h"
#include "qemu-launch/setup_private.h"

static void copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}

static void resolve_machine(struct guest_setup *setup, const struct guest_conf *data,
			    const struct setup_host *host)
{
	copy(setup->arch, sizeof(setup->arch),
	     *data->machine.arch ? data->machine.arch : host->arch);
	copy(setup->machine, sizeof(setup->machine),
	     guest_machine_type(data, host->arch));
	setup->family = (enum setup_family)guest_machine_family(setup->machine);
}

static void resolve_accel(struct guest_setup *setup, const struct guest_conf *data,
			  const struct setup_host *host)
{
	setup->kvm = data->machine.accel == guest_machine_accel_kvm ||
		     (data->machine.accel == guest_machine_accel_auto && host->kvm &&
		      !strcmp(setup->arch, host->arch));
}

/* The usual folders, as there is no search path that both people and units have. */
static void resolve_binary(struct guest_setup *setup, const struct guest_conf *data,
			   int root_fd)
{
	static const char *const folders[] = { "usr/local/bin", "usr/bin",
					       "usr/libexec" };

	if (*data->qemu.binary) {
		copy(setup->binary, sizeof(setup->binary), data->qemu.binary);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(setup->binary, sizeof(setup->binary), "/%s/qemu-system-%s",
			 folders[i], setup->arch);
		if (file_exists(root_fd, setup->binary + 1))
			return;
	}
	snprintf(setup->binary, sizeof(setup->binary), "qemu-system-%s", setup->arch);
}

/* Sockets' names are cut by the kernel at 107 characters, so they are checked here. */
static int resolve_places(struct guest_setup *setup, const char *name, const char *root,
			  struct err *err)
{
	enum { SOCKET_NAME_MAX = 107, LONGEST = sizeof("/fs-0123456789abcdef.sock") };
	int length;

	if (!root || !strcmp(root, "/"))
		root = "";
	length = snprintf(setup->run, sizeof(setup->run), "%s/run/bedplate/guests/%s",
			  root, name);
	snprintf(setup->state, sizeof(setup->state), "%s/var/lib/bedplate/guests/%s",
		 root, name);
	snprintf(setup->log, sizeof(setup->log), "%s/var/log/bedplate/guests/%s.log",
		 root, name);
	if (length + LONGEST <= SOCKET_NAME_MAX)
		return 0;
	err_set(err, EINVAL,
		"guests/%s.conf: sockets in %s would have names that are too long", name,
		setup->run);
	return err_hint(err,
			"a socket's name has 107 characters at most: take a shorter one");
}

/* A UUID of version 8 (RFC 9562), made of a digest: the same for as long as the guest's name
 * and the host's machine-id are. */
static void resolve_uuid(struct guest_setup *setup, const struct guest *guest,
			 int root_fd)
{
	char id[64] = "";
	uint8_t digest[SHA512_SIZE];
	struct sha512 sha;

	if (*guest->data->guest.uuid) {
		copy(setup->uuid, sizeof(setup->uuid), guest->data->guest.uuid);
		return;
	}
	file_read_line(root_fd, "etc/machine-id", id, sizeof(id), NULL);
	sha512_init(&sha);
	sha512_add(&sha, id, strlen(id) + 1);
	sha512_add(&sha, guest->name, strlen(guest->name));
	sha512_finish(&sha, digest);
	digest[6] = (uint8_t)(0x80 | (digest[6] & 0x0f));
	digest[8] = (uint8_t)(0x80 | (digest[8] & 0x3f));
	for (size_t i = 0, at = 0; i < 16; i++)
		at += (size_t)snprintf(
			setup->uuid + at, sizeof(setup->uuid) - at, "%s%02x",
			i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", digest[i]);
}

static unsigned at_least_one(int64_t number)
{
	return number > 0 ? (unsigned)number : 1;
}

/* Of sockets, dies, cores and threads those that are given count. Cores make up the rest, and
 * sockets where the cores are given: Windows for clients uses two sockets at most. */
static int resolve_cpus(struct guest_setup *setup, const struct guest *guest,
			struct err *err)
{
	const struct guest_cpu *cpu = &guest->data->cpu;
	unsigned rest, all;

	setup->dies = at_least_one(cpu->dies);
	setup->threads = at_least_one(cpu->threads);
	setup->cores =
		cpu->cores ? (unsigned)cpu->cores
			   : at_least_one((cpu->max_cpus ? cpu->max_cpus : cpu->cpus) /
					  (at_least_one(cpu->sockets) * setup->dies *
					   setup->threads));
	rest = setup->dies * setup->cores * setup->threads;
	setup->cpus = cpu->cpus ? (unsigned)cpu->cpus : rest * at_least_one(cpu->sockets);
	setup->max_cpus = cpu->max_cpus ? (unsigned)cpu->max_cpus : setup->cpus;
	setup->sockets = cpu->sockets ? (unsigned)cpu->sockets : setup->max_cpus / rest;
	all = setup->sockets * rest;
	if (all == setup->max_cpus && setup->cpus <= setup->max_cpus)
		return 0;
	conf_fail(guest->conf, "Cpu", cpu->max_cpus ? "MaxCpus" : "Cpus", 0, err,
		  "%u CPUs are not %u sockets of %u dies, %u cores and %u threads each",
		  setup->max_cpus, setup->sockets, setup->dies, setup->cores,
		  setup->threads);
	return err_hint(err, "without Cpus= there are as many as these make: %u",
			all ? all : rest);
}

static int resolve_nics(struct guest_setup *setup, const struct guest *guest)
{
	size_t count = guest->data->nic.count;

	setup->nics = calloc(count + 1, sizeof(*setup->nics));
	if (!setup->nics)
		return -ENOMEM;
	setup->nic_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct guest_nic *row = &guest->data->nic.items[i];
		struct setup_nic *nic = &setup->nics[i];

		nic->type = guest_nic_type_of(row);
		nic->mac = guest_nic_mac(guest->name, row, i);
		if (nic->type == guest_nic_type_macvtap)
			copy(nic->tap, sizeof(nic->tap), row->link);
		else if (nic->type == guest_nic_type_network ||
			 nic->type == guest_nic_type_tap)
			guest_nic_tap(guest->name, row, i, nic->tap);
		nic->vhost = row->vhost == guest_nic_vhost_on ||
			     (row->vhost == guest_nic_vhost_auto && setup->kvm &&
			      row->model == guest_nic_model_virtio && *nic->tap);
	}
	return 0;
}

int setup_resolve(struct guest_setup *setup, const struct guest *guest,
		  const struct setup_host *host, struct err *err)
{
	int result;

	*setup = (struct guest_setup)SETUP_INIT;
	resolve_machine(setup, guest->data, host);
	resolve_accel(setup, guest->data, host);
	resolve_binary(setup, guest->data, host->root_fd);
	resolve_uuid(setup, guest, host->root_fd);
	result = resolve_places(setup, guest->name, host->root, err);
	if (!result)
		result = resolve_cpus(setup, guest, err);
	if (!result)
		result = setup_resolve_firmware(setup, guest, host, err);
	if (!result &&
	    (resolve_nics(setup, guest) || setup_resolve_smbios(setup, guest, host) ||
	     setup_resolve_displays(setup, guest, host)))
		result = err_sys(err, ENOMEM, "looking for what guests/%s.conf needs",
				 guest->name);
	if (!result)
		result = setup_macvtaps(setup, guest, host->root_fd, err);
	if (!result)
		result = setup_resolve_passthrough(setup, guest, host, err);
	if (!result)
		result = setup_resolve_usb(setup, guest, host, err);
	if (!result)
		result = setup_resolve_disks(setup, guest, host, err);
	return result;
}

void setup_release(struct guest_setup *setup)
{
	for (size_t i = 0; i < setup->nic_count; i++) {
		free(setup->nics[i].tap_fds);
		free(setup->nics[i].vhost_fds);
	}
	for (size_t i = 0; i < setup->passthrough_count; i++)
		free(setup->passthrough[i].functions);
	for (size_t i = 0; i < SMBIOS_ROWS; i++)
		free(setup->smbios[i]);
	free(setup->nics);
	free(setup->passthrough);
	free(setup->usb);
	free(setup->displays);
	for (size_t i = 0; i < setup->disk_count; i++)
		free(setup->disks[i]);
	free(setup->disks);
	*setup = (struct guest_setup)SETUP_INIT;
}
