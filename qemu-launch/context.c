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
#include "lib/log.h"
#include "lib/names.h"
#include "lib/nearest.h"
#include "qemu-launch/context.h"
#include "qemu-launch/state.h"

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

/* One that the command is about is told by who asks for it. */
static void tell_wrong(const struct guests *guests, const struct args *args)
{
	for (size_t i = 0; i < guests->wrong_count; i++) {
		const struct guest_wrong *wrong = &guests->wrong[i];
		bool is_meant = false;
		struct err why;

		for (size_t j = 0; j < args->operand_count; j++)
			is_meant |= !strcmp(args->operands[j], wrong->guest.name);
		if (is_meant)
			continue;
		why = wrong->why;
		err_wrap(&why, "the guest %s is left out", wrong->guest.name);
		log_err_at(LOG_WARNING, &why);
	}
}

static bool has_file(const struct guests *guests, const char *name)
{
	for (size_t i = 0; i < guests->count; i++)
		if (!strcmp(guests->items[i].name, name))
			return true;
	for (size_t i = 0; i < guests->wrong_count; i++)
		if (!strcmp(guests->wrong[i].guest.name, name))
			return true;
	return false;
}

/* Guests that run on though somebody has removed their files. */
static int add_gone(struct context *context, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	struct guests *guests = &context->settings.guests;
	int result = names_read(&names, context->root_fd, STATE_FOLDER);

	if (result)
		return err_sys(err, -result, "reading /" STATE_FOLDER);
	for (size_t i = 0; !result && i < names.count; i++) {
		char *end = strrchr(names.items[i], '.');

		if (!end || strcmp(end, ".json") != 0)
			continue;
		*end = '\0';
		if (has_file(guests, names.items[i]) ||
		    !state_needs_stop(context->root_fd, names.items[i]))
			continue;
		result = guests_add_gone(guests, names.items[i], err);
	}
	return result;
}

/* A host.conf that is wrong goes to `wrong`: what could be read of it, and the defaults, stay. */
static int read_all(struct context *context, const struct args *args, struct err *wrong,
		    struct err *err)
{
	const struct option_list none = { .items = NULL };
	int result;

	*context = (struct context){ .root_fd = file_open_root(args->root, err) };
	if (context->root_fd < 0)
		return context->root_fd;
	settings_load(&context->settings, context->root_fd, NULL, &none, wrong);
	if (!context->settings.host)
		return *err = *wrong, wrong->code;
	result = guests_read_each(&context->settings.guests, context->root_fd, err);
	read_host(context, args->root);
	return result;
}

int context_open_quietly(struct context *context, const struct args *args,
			 struct err *err)
{
	struct err wrong = ERR_INIT;
	int result = read_all(context, args, &wrong, err);

	if (!result && wrong.code) {
		*err = wrong;
		result = wrong.code;
	}
	return result;
}

int context_open(struct context *context, const struct args *args, struct err *err)
{
	int result = context_open_quietly(context, args, err);

	if (!result)
		tell_wrong(&context->settings.guests, args);
	return result;
}

int context_open_any(struct context *context, const struct args *args, struct err *err)
{
	struct err wrong = ERR_INIT;
	int result = read_all(context, args, &wrong, err);

	if (!result && wrong.code)
		log_err_at(LOG_WARNING, &wrong);
	if (!result)
		result = add_gone(context, err);
	if (!result)
		tell_wrong(&context->settings.guests, args);
	return result;
}

int context_which(struct err *err)
{
	err_set(err, EINVAL, "which guest?");
	return err_hint(err, "`bedplate qemu-launch list` lists them");
}

int context_open_operands(struct context *context, const struct args *args,
			  struct err *err)
{
	int result = context_open(context, args, err);

	if (!result && !args->operand_count)
		result = context_which(err);
	for (size_t i = 0; !result && i < args->operand_count; i++)
		if (!context_find(context, args->operands[i], err))
			result = -ENOENT;
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
		context_which(err);
		return NULL;
	}
	for (size_t i = 0; i < guests->count; i++) {
		if (!strcmp(guests->items[i].name, name))
			return &guests->items[i];
		nearest_offer(&near, guests->items[i].name);
	}
	for (size_t i = 0; i < guests->wrong_count; i++) {
		if (!strcmp(guests->wrong[i].guest.name, name)) {
			if (err)
				*err = guests->wrong[i].why;
			return NULL;
		}
		nearest_offer(&near, guests->wrong[i].guest.name);
	}
	err_set(err, ENOENT, "there is no guest %.80s", name);
	err_mistake(err);
	if (near.best)
		err_hint(err, "did you mean %s?", near.best);
	else
		err_hint(err, "a guest is a file /etc/bedplate/guests/NAME.conf");
	return NULL;
}

const struct guest *context_find_any(const struct context *context, const char *name,
				     struct err *err)
{
	const struct guests *guests = &context->settings.guests;

	for (size_t i = 0; name && i < guests->wrong_count; i++) {
		const struct guest_wrong *wrong = &guests->wrong[i];

		if (strcmp(wrong->guest.name, name) != 0 || !wrong->guest.data)
			continue;
		log_err_at(LOG_WARNING, &wrong->why);
		return &wrong->guest;
	}
	return context_find(context, name, err);
}

const struct guest *context_operand(const struct context *context,
				    const struct args *args, struct err *err)
{
	return context_find(context, args->operand_count ? args->operands[0] : NULL, err);
}
