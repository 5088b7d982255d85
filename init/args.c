/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c: the kernel command line's say in the configuration. */
#include <stdio.h>
#include <string.h>

#include "init/args.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/nearest.h"

/* What a key is set to: the argument's value turned into the key's words, or NULL to
 * leave the key alone. */
typedef const char *transform(const char *value, char *buffer, size_t size);

static const char *as_is(const char *value, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return value;
}

static const char *always_yes(const char *value, char *buffer, size_t size)
{
	(void)value, (void)buffer, (void)size;
	return "yes";
}

static const char *always_no(const char *value, char *buffer, size_t size)
{
	(void)value, (void)buffer, (void)size;
	return "no";
}

static const char *debug_level(const char *value, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return value && strcmp(value, "0") == 0 ? NULL : "debug";
}

/* A switch without a value is "yes"; dracut.cmdline(7). */
static const char *as_switch(const char *value, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return value && *value ? value : "yes";
}

/* Seconds. A word ("5min") is the schema's to judge. */
static const char *as_seconds(const char *value, char *buffer, size_t size)
{
	if (!value || !*value || value[strspn(value, "0123456789")])
		return value;
	snprintf(buffer, size, "%ss", value);
	return buffer;
}

/* rd.timeout=0 is to wait for ever; dracut.cmdline(7). */
static const char *as_deadline(const char *value, char *buffer, size_t size)
{
	if (value && strcmp(value, "0") == 0)
		return "infinity";
	return as_seconds(value, buffer, size);
}

/* rootwait alone waits for ever; with a number, so many seconds (kernel-parameters.txt).
 */
static const char *as_rootwait(const char *value, char *buffer, size_t size)
{
	return value ? as_seconds(value, buffer, size) : "infinity";
}

/* panic=0 waits for ever, a negative number not at all (kernel-parameters.txt). */
static const char *as_panic(const char *value, char *buffer, size_t size)
{
	if (value && value[0] == '-')
		return "0";
	return as_deadline(value, buffer, size);
}

static const struct argument {
	const char *name;
	const char *section, *key;
	transform *value;
	bool weak; /* yields to the others, wherever it stands */
} arguments[] = {
	{ "rd.retry", "Root", "Timeout", as_deadline, true },
	{ "rootwait", "Root", "Timeout", as_rootwait, true },
	{ "rd.timeout", "Root", "Timeout", as_deadline, false },
	{ "root", "Root", "Device", as_is, false },
	{ "rootfstype", "Root", "FsType", as_is, false },
	{ "rootflags", "Root", "Options", as_is, false },
	{ "ro", "Root", "ReadOnly", always_yes, false },
	{ "rw", "Root", "ReadOnly", always_no, false },
	{ "init", "Root", "Init", as_is, false },
	{ "rootdelay", "Root", "Delay", as_seconds, false },
	{ "rd.lvm.lv", "Lvm", "Volumes", as_is, false },
	{ "rd.lvm.degraded", "Lvm", "Degraded", as_is, false },
	{ "rd.lvm.native", "Lvm", "Native", as_switch, false },
	{ "rd.shell", "Rescue", "Shell", as_switch, false },
	{ "rd.emergency", "Rescue", "Emergency", as_is, false },
	{ "fsck.mode", "Fsck", "Mode", as_is, false },
	{ "fsck.repair", "Fsck", "Repair", as_is, false },
	{ "panic", "Rescue", "RebootDelay", as_panic, false },
	{ "rd.debug", "Log", "Level", debug_level, false },
};

static void set_argument(struct conf *conf, const struct argument *argument,
			 const char *value)
{
	char buffer[64];
	struct err err = ERR_INIT;
	const char *set = argument->value(value, buffer, sizeof(buffer));

	if (set && conf_set(conf, argument->section, argument->key, set, "/proc/cmdline",
			    &err) < 0)
		log_warning("%s on the kernel command line: %s", argument->name,
			    err.text);
}

static void set_arguments(struct conf *conf, const struct cmdline *cmdline, bool weak)
{
	for (size_t i = 0; i < cmdline->count; i++) {
		const struct cmdline_arg *arg = &cmdline->args[i];

		for (size_t k = 0; k < ARRAY_SIZE(arguments) && !arg->is_init; k++) {
			if (arguments[k].weak == weak &&
			    strcmp(arg->name, arguments[k].name) == 0)
				set_argument(conf, &arguments[k], arg->value);
		}
	}
}

/* Arguments that are read elsewhere. */
static const char *const others[] = { "rd.break", "rd.lvm.vg" };

static bool is_argument(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
		if (strcmp(name, arguments[i].name) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(name, others[i]) == 0)
			return true;
	}
	return false;
}

const char *args_nearest(const char *name)
{
	struct nearest nearest = { .word = name };

	/* Only rd.* is ours; the rest is the kernel's, its modules' and the init's. */
	if (strncmp(name, "rd.", 3) != 0 || is_argument(name))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
		if (strncmp(arguments[i].name, "rd.", 3) == 0)
			nearest_offer(&nearest, arguments[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		nearest_offer(&nearest, others[i]);
	return nearest.best;
}

static void warn_of_typing_errors(const struct cmdline *cmdline)
{
	for (size_t i = 0; i < cmdline->count; i++) {
		const struct cmdline_arg *arg = &cmdline->args[i];
		const char *meant = arg->is_init ? NULL : args_nearest(arg->name);

		if (meant)
			log_warning("%s on the kernel command line is not known here; "
				    "was %s meant?",
				    arg->name, meant);
	}
}

void args_apply(struct conf *conf, const struct cmdline *cmdline)
{
	set_arguments(conf, cmdline, true);
	set_arguments(conf, cmdline, false);
	warn_of_typing_errors(cmdline);
}
