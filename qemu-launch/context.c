/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context.c: reads what every command needs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/nearest.h"
#include "qemu-launch/context.h"

/* uname(2) says i686 where QEMU says i386. */
static void read_host(struct context *context, const char *root)
{
	struct utsname name;

	if (uname(&name) == 0)
		snprintf(context->arch, sizeof(context->arch), "%.60s", name.machine);
	if (context->arch[0] == 'i' && !strcmp(context->arch + 2, "86"))
		context->arch[1] = '3';
	context->host = (struct setup_host){
		.root_fd = context->root_fd,
		.root = root,
		.conf = context->settings.host,
		.arch = context->arch,
		.kvm = faccessat(context->root_fd, "dev/kvm", R_OK | W_OK, 0) == 0,
	};
}

int context_open(struct context *context, const struct args *args, struct err *err)
{
	const struct option_list none = { .items = NULL };
	int result;

	*context = (struct context){ .root_fd = file_open_root(args->root, err) };
	if (context->root_fd < 0)
		return context->root_fd;
	result = settings_load(&context->settings, context->root_fd, NULL, &none, err);
	if (!result)
		result = guests_read(&context->settings.guests, context->root_fd, err);
	read_host(context, args->root);
	return result;
}

void context_release(struct context *context)
{
	settings_release(&context->settings);
	cleanup_close(&context->root_fd);
}

const struct guest *context_find(const struct context *context, const char *name,
				 struct err *err)
{
	const struct guests *guests = &context->settings.guests;
	struct nearest near = { .word = name };

	if (!name) {
		err_set(err, EINVAL, "which guest?");
		err_hint(err, "`bedplate qemu-launch list` lists them");
		return NULL;
	}
	for (size_t i = 0; i < guests->count; i++) {
		if (!strcmp(guests->items[i].name, name))
			return &guests->items[i];
		nearest_offer(&near, guests->items[i].name);
	}
	err_set(err, ENOENT, "there is no guest %.80s", name);
	if (near.best)
		err_hint(err, "did you mean %s?", near.best);
	else
		err_hint(err, "a guest is a file /etc/bedplate/guests/NAME.conf");
	return NULL;
}

const struct guest *context_operand(const struct context *context,
				    const struct args *args, struct err *err)
{
	return context_find(context, args->operand_count ? args->operands[0] : NULL, err);
}
