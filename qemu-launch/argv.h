/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.h: QEMU's command line as a list of options, each with the place in the guest's file
 * that it comes from.
 *
 * How it works: guest_argv runs one builder for each kind of thing (argv_builders[]). A builder
 * reads the guest's file and what setup_resolve found out (setup.h), and adds options:
 *
 *	argv_from(build->argv, build->guest, "Rng", "Source", i);
 *	props_begin(&props, "rng-random");
 *	props_add(&props, "id", "rng%zu", i);
 *	props_add(&props, "filename", "%s", row->source);
 *	argv_add_props(build->argv, "-object", &props);
 *
 * Builders are pure: they open nothing and ask nobody. Memory that runs out is remembered
 * and asked for once, by guest_argv.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_ARGV_H
#define BEDPLATE_QEMU_LAUNCH_ARGV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/guests.h"
#include "lib/origin.h"
#include "lib/strbuf.h"
#include "qemu-launch/setup.h"

struct argv_option {
	char *option; /* "-device" */
	char *value;  /* NULL: the option stands alone */
	char origin
		[ORIGIN_MAX]; /* "guests/web.conf:12"; "": nothing in the file asks for it */
};

struct argv {
	struct argv_option *items;
	size_t count;
	char origin[ORIGIN_MAX]; /* of what is added next */
	bool failed;             /* memory ran out */
};

#define ARGV_INIT             \
	{                     \
		.items = NULL \
	}

void argv_release(struct argv *argv);
#define _cleanup_argv_ __attribute__((cleanup(argv_release)))

/* What is added from now on comes from this key, or where it stands at its default, from the
 * line of its section. `section` NULL: from nothing in the file. */
void argv_from(struct argv *argv, const struct guest *guest, const char *section,
	       const char *key, size_t index);

/* Adds an option with a value, or without one (fmt NULL). */
void argv_add(struct argv *argv, const char *option, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The value of one of QEMU's options: HEAD,NAME=VALUE,... Commas in values are doubled, as
 * QemuOpts reads them (QEMU's docs/system/invocation, "-drive"). Not to be moved. */
struct props {
	struct strbuf text;
};

/* Makes it empty but for the head ("virtio-blk-pci"); NULL: the first property is in front. */
void props_begin(struct props *props, const char *head);
void props_add(struct props *props, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* NAME=on or NAME=off. */
void props_add_switch(struct props *props, const char *name, bool on);
/* A word of a key with CONF_WORDS(auto, on, off) and its like: nothing for the first of
 * `words`, which ends with NULL. */
void props_add_word(struct props *props, const char *name, const char *const *words,
		    unsigned value);
/* What a user wrote as PROPERTY=VALUE, as it stands. */
void props_add_raw(struct props *props, const char *text);
void props_release(struct props *props);
#define _cleanup_props_ __attribute__((cleanup(props_release)))

/* Adds an option with this value, and releases it: the next props_begin may follow. */
void argv_add_props(struct argv *argv, const char *option, struct props *props);

/* What builders work on. */
struct argv_build {
	struct argv *argv;
	const struct guest *guest;
	const struct guest_conf *data; /* the guest's */
	const struct guest_setup *setup;
	struct argv_pci *pci;     /* which slots are taken: argv_pci.h */
	struct argv_units *units; /* which units of controllers: argv_device.h */
};

struct argv_builder {
	const char *name; /* of what is built: "machine" */
	int (*build)(struct argv_build *build, struct err *err);
};

/* In the order of the command line, ended by a row without a name. */
extern const struct argv_builder argv_builders[];

int argv_build_machine(struct argv_build *build, struct err *err);
int argv_build_cpu(struct argv_build *build, struct err *err);
int argv_build_memory(struct argv_build *build, struct err *err);
int argv_build_firmware(struct argv_build *build, struct err *err);
int argv_build_smbios(struct argv_build *build, struct err *err);
int argv_build_kernel(struct argv_build *build, struct err *err);
int argv_build_monitor(struct argv_build *build, struct err *err);
int argv_build_tpm(struct argv_build *build, struct err *err);
int argv_build_qemu(struct argv_build *build, struct err *err);
int argv_build_args(struct argv_build *build, struct err *err);
int argv_build_controller(struct argv_build *build, struct err *err);
int argv_build_usb_controller(struct argv_build *build, struct err *err);
int argv_build_disk(struct argv_build *build, struct err *err);
int argv_build_cdrom(struct argv_build *build, struct err *err);
int argv_build_floppy(struct argv_build *build, struct err *err);
int argv_build_nic(struct argv_build *build, struct err *err);
int argv_build_passthrough(struct argv_build *build, struct err *err);
int argv_build_usb(struct argv_build *build, struct err *err);
int argv_build_input(struct argv_build *build, struct err *err);
int argv_build_display(struct argv_build *build, struct err *err);
int argv_build_video(struct argv_build *build, struct err *err);
int argv_build_audio(struct argv_build *build, struct err *err);
int argv_build_serial(struct argv_build *build, struct err *err);
int argv_build_channel(struct argv_build *build, struct err *err);
int argv_build_share(struct argv_build *build, struct err *err);
int argv_build_misc(struct argv_build *build, struct err *err);

/* Whether the guest's memory has a backend of its own, "ram", to be named by -machine. */
bool argv_memory_backend(const struct argv_build *build);

/* The whole command line without the program's name. -EINVAL with file and line where the
 * guest's keys contradict what was found. */
int guest_argv(struct argv *argv, const struct guest *guest,
	       const struct guest_setup *setup, struct err *err);

/* As execv(3) wants it: the program, its arguments, NULL. The texts belong to `argv` and the
 * setup, the array is to be freed. NULL without memory. */
char **argv_vector(const struct argv *argv, const char *program);

#endif
