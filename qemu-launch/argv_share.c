/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_share.c: [Share]: folders of the host, by virtiofsd or by QEMU itself (9p). */
#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

/* As many requests under way as virtiofsd's own examples have. */
enum { VIRTIOFS_QUEUE = 1024 };

static void begin_virtiofs(struct argv_build *b, size_t i, struct props *p)
{
	const struct guest_share *row = &b->data->share.items[i];
	struct props socket;

	props_begin(&socket, "socket");
	props_add(&socket, "id", "share%zu", i);
	props_add(&socket, "path", "%s/fs-%s.sock", b->setup->run, row->tag);
	argv_add_props(b->argv, "-chardev", &socket);
	device_virtio(b, p, "vhost-user-fs");
	props_add(p, "queue-size", "%d", VIRTIOFS_QUEUE);
	props_add(p, "chardev", "share%zu", i);
	props_add(p, "tag", "%s", row->tag);
}

static void begin_9p(struct argv_build *b, size_t i, struct props *p)
{
	const struct guest_share *row = &b->data->share.items[i];
	struct props folder;

	props_begin(&folder, "local");
	props_add(&folder, "id", "share%zu", i);
	props_add(&folder, "path", "%s", row->path);
	device_word(&folder, "security_model", "Share", "Security", row->security);
	/* File systems mounted below the folder have equal inode numbers. */
	props_add(&folder, "multidevs", "remap");
	if (row->read_only)
		props_add_switch(&folder, "readonly", true);
	argv_add_props(b->argv, "-fsdev", &folder);
	device_virtio(b, p, "virtio-9p");
	props_add(p, "fsdev", "share%zu", i);
	props_add(p, "mount_tag", "%s", row->tag);
}

int argv_build_share(struct argv_build *b, struct err *err)
{
	for (size_t i = 0; i < b->data->share.count; i++) {
		const struct guest_share *row = &b->data->share.items[i];
		_cleanup_props_ struct props p;

		props_begin(&p, NULL);
		argv_from(b->argv, b->guest, "Share", "Path", i);
		if (!*row->path || !*row->tag)
			return conf_fail(b->guest->conf, "Share",
					 *row->path ? "Tag" : "Path", i, err,
					 "a share needs Path= and Tag=");
		if (row->driver == guest_share_driver_virtiofs)
			begin_virtiofs(b, i, &p);
		else
			begin_9p(b, i, &p);
		props_add(&p, "id", "share%zu", i);
		if (device_place(b, &p, &row->slot, PCI_REGION_OTHER, err))
			return device_fail(b, "Share", "Path", i, err);
		argv_add_props(b->argv, "-device", &p);
	}
	return 0;
}
