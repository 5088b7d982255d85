/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efistub_firmware.h: a host on a made-up tree that its firmware starts, and what is planned for it. */
#ifndef BEDPLATE_TESTS_EFISTUB_FIRMWARE_H
#define BEDPLATE_TESTS_EFISTUB_FIRMWARE_H

#include "boot/args.h"
#include "boot/efistub.h"
#include "boot/loader.h"
#include "lib/schema/host.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define ID      "f8b74fd33666fddd" /* of MACHINE */
#define MACHINE "0123456789abcdef0123456789abcdef"
#define AT      "efi/EFI/bedplate/" ID "/"
#define GLOBAL  "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define IMAGE   "00000000000000ff"
#define KERNEL  "00000000000000bb"
#define OLD     "00000000000000ee"
#define FOLDER  "\\EFI\\bedplate\\" ID "\\"
#define FILE_   FOLDER "vmlinuz-6.1-" KERNEL
#define NEW     "initrd=" FOLDER "initrd-6.1-" IMAGE ".img ro"
#define FORMER  "initrd=" FOLDER "initrd-6.1-" OLD ".img ro"

static struct args args;
static struct host_conf host = { .boot_loader = { .tries = 3, .esp = (char *)"" } };
static struct boot_image images[] = {
	{ .version = (char *)"6.1",
	  .kernel = (char *)"boot/vmlinuz-6.1",
	  .path = (char *)"boot/initrd.img-6.1",
	  .id = (char *)IMAGE,
	  .kernel_id = (char *)KERNEL },
	/* Somebody else's, which gets no entry. */
	{ .version = (char *)"6.1",
	  .kernel = (char *)"boot/vmlinuz-6.1",
	  .path = (char *)"boot/initrd.img-6.1.prev",
	  .id = (char *)"",
	  .kernel_id = (char *)KERNEL,
	  .previous = 1 },
};
static struct boot boot = {
	.args = &args,
	.live = true,
	.settings = { .host = &host },
	.images = { images, 2 },
	.has_cmdline = true,
	.line = (char *)"ro",
	.running = { .image = (char *)OLD,
		     .kernel = (char *)"6.1",
		     .line = (char *)"ro" },
};

/* ---- the firmware ---- */

static void put_u16(uint8_t **at, unsigned value)
{
	*(*at)++ = value & 0xff;
	*(*at)++ = value >> 8;
}

static void put_text(uint8_t **at, const char *text)
{
	do
		put_u16(at, (unsigned char)*text);
	while (*text++);
}

static void variable(const char *name, const uint8_t *value, size_t size)
{
	char path[200];
	int fd;

	snprintf(path, sizeof(path), EFI_PATH "/%s" GLOBAL, name);
	fake_file(boot.root_fd, path, "");
	fd = openat(boot.root_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "\7\0\0\0", 4) != 4 ||
	    write(fd, value, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* A name that ends in one digit of the entry's number. */
static void entry(const char *name, const char *label, const char *file,
		  const char *options)
{
	uint8_t value[1024] = { 1, 0, 0, 0 }, *at = value + 4;

	put_u16(&at, 4 + 2 * (strlen(file) + 1) + 4);
	put_text(&at, label);
	put_u16(&at, 4 | 4 << 8);
	put_u16(&at, 4 + 2 * (strlen(file) + 1));
	put_text(&at, file);
	put_u16(&at, 0x7f | 0xff << 8);
	put_u16(&at, 4);
	put_text(&at, options);
	variable(name, value, (size_t)(at - value));
}

static void number(const char *name, int value)
{
	char path[200];
	const uint8_t bytes[] = { (uint8_t)value, 0 };

	snprintf(path, sizeof(path), EFI_PATH "/%s" GLOBAL, name);
	unlinkat(boot.root_fd, path, 0);
	if (value >= 0)
		variable(name, bytes, sizeof(bytes));
}

/* ---- what is planned ---- */

static void add_word(char **at, const struct step *step)
{
	if (step->kind != STEP_RUN) {
		*at += sprintf(*at, "%s %s", step->kind == STEP_COPY ? "copy" : "remove",
			       strrchr(step->path, '/') + 1);
		return;
	}
	if (!strcmp(step->argv[2], "--create-only"))
		*at += sprintf(*at, "create %s", step->argv[4]);
	else if (!strcmp(step->argv[2], "--bootnum"))
		*at += sprintf(*at, "delete %s", step->argv[3]);
	else
		*at += sprintf(*at, "%s %s", step->argv[2] + 6,
			       step->argv[3] ? step->argv[3] : "");
}

/* What was said beside the steps. */
static char notes[1000];

static const char *steps(int (*work)(struct boot *boot, struct plan *plan,
				     struct err *err))
{
	static char text[2000 + ERR_MAX];
	struct err err = ERR_INIT;
	struct plan plan;
	char *at = text;

	*at = '\0';
	plan_init(&plan, &boot.state, false);
	plan.root_fd = boot.root_fd;
	if (work(&boot, &plan, &err))
		at += sprintf(at, "failed: %s", err.text);
	for (size_t i = 0; i < plan.count; i++) {
		at += sprintf(at, "%s", i ? "; " : "");
		add_word(&at, &plan.steps[i]);
	}
	snprintf(notes, sizeof(notes), "%s", plan.notes.text);
	plan_release(&plan);
	return text;
}

/* Another boot, of which the state knows nothing yet. */
static void start(const char *id)
{
	snprintf(boot.state.boot, sizeof(boot.state.boot), "%s", id);
}

static void forget(void)
{
	state_release(&boot.state);
	boot.state.json = json_pack("{s:i}", "version", 1);
}

/* The firmware has one entry of a former image, which started this. */
static void set_up(void)
{
	fake_file(boot.root_fd, "proc/self/mountinfo",
		  "30 1 8:1 / /efi rw - vfat /dev/sda1 rw\n");
	fake_file(boot.root_fd, "sys/devices/pci/block/sda/sda1/partition", "1\n");
	fake_link(boot.root_fd, "sys/dev/block/8:1", "../../devices/pci/block/sda/sda1");
	fake_file(boot.root_fd, "etc/machine-id", MACHINE "\n");
	fake_file(boot.root_fd, "boot/vmlinuz-6.1", "kernel\n");
	fake_file(boot.root_fd, "boot/initrd.img-6.1", "new image\n");
	fake_file(boot.root_fd, AT "initrd-6.1-" OLD ".img", "old image\n");
	entry("Boot0000", "Bedplate 6.1", FILE_, FORMER);
	entry("Boot0009", "other", "\\EFI\\other.efi", "");
	number("BootOrder", 0);
	number("BootCurrent", 0);
}

#endif
