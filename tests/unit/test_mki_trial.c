/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/trial_plan.c mkinitramfs/trial_line.c lib/strbuf.c lib/err.c */
/* test_mki_trial.c: the controller that fits, QEMU's arguments, and what a guest's lines tell. */
#include <stdlib.h>

#include "lib/probe_words.h"
#include "mkinitramfs/trial_private.h"
#include "tests/unit/tap.h"

/* The image's facts, as far as they are asked for: names that are there. */
static const char *const *there;

static bool has(const char *name)
{
	for (size_t i = 0; there[i]; i++)
		if (!strcmp(there[i], name))
			return true;
	return false;
}

const struct image_module *image_module_find(const struct image_facts *facts,
					     const char *name)
{
	static const struct image_module module;

	(void)facts;
	return has(name) ? &module : NULL;
}

bool image_has_builtin(const struct image_facts *facts, const char *name)
{
	(void)facts;
	return !strcmp(name, "sd_mod");
}

static const char *chosen(const char *driver, const char *module,
			  const char *const *modules, size_t disks)
{
	struct chain_device device = { .driver = (char *)(uintptr_t)driver,
				       .module = (char *)(uintptr_t)module };
	const struct chain chain = { .devices = &device, .device_count = 1 };
	const struct trial_controller *controller;

	there = modules;
	controller = trial_controller_choose(&chain, NULL, disks);
	return controller ? controller->name : NULL;
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_controllers(void)
{
	const struct trial_controller *controller;

	is_str(chosen("nvme", "nvme", LIST("virtio_pci", "virtio_blk"), 1), "nvme",
	       "the host's own, whatever the image has");
	is_str(chosen("usb-storage", NULL, LIST("x"), 1), "usb-storage",
	       "by the driver's name, with a hyphen");
	is_str(chosen("mpt3sas", "mpt3sas", LIST("virtio_pci", "virtio_blk"), 1),
	       "virtio-blk", "one that QEMU has not: virtio-blk");
	is_str(chosen("mpt3sas", "mpt3sas", LIST("ahci"), 1), "ahci",
	       "or what else the image has, with what is built in");
	is_str(chosen("mpt3sas", "mpt3sas", LIST("virtio_blk"), 1), NULL,
	       "half of what it takes is nothing");
	is_str(chosen("mpt3sas", "mpt3sas", LIST("ahci"), 7), NULL,
	       "more disks than it has ports");
	there = LIST("virtio_pci");
	controller = trial_controller_choose(
		&(const struct chain){
			.devices = &(struct chain_device){ .driver = "virtio_blk" },
			.device_count = 1 },
		NULL, 1);
	is_str(trial_controller_lacks(controller, NULL), "virtio_blk",
	       "what the image lacks is told");
}

static void test_arguments(void)
{
	const int disks[] = { 7, 8 };
	struct trial_plan plan = { .qemu = "/bin/qemu",
				   .memory_mib = 512,
				   .disks = disks,
				   .disk_count = 2,
				   .kernel_fd = 5,
				   .image = "/boot/image, new",
				   .cmdline = "a b",
				   .report_fd = 9 };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	there = LIST("ahci");
	plan.controller =
		trial_controller_choose(&(const struct chain)CHAIN_INIT, NULL, 2);
	trial_arguments(&plan, &text);
	is_str(text.text,
	       "/bin/qemu\n-nodefaults\n-no-user-config\n-no-reboot\n-display\nnone\n"
	       "-machine\nq35\n-accel\ntcg,tb-size=128\n-cpu\nmax,-cx16,-erms,-fsrm\n-smp\n1\n-m\n512M\n"
	       "-chardev\nstdio,id=console,signal=off\n-serial\nchardev:console\n"
	       "-chardev\nfile,id=report,path=/proc/self/fd/9\n-serial\nchardev:report\n"
	       "-device\nich9-ahci,id=bus\n"
	       "-drive\nfile=/proc/self/fd/7,if=none,id=disk0,format=raw,cache=unsafe\n"
	       "-device\nide-hd,bus=bus.0,drive=disk0\n"
	       "-drive\nfile=/proc/self/fd/8,if=none,id=disk1,format=raw,cache=unsafe\n"
	       "-device\nide-hd,bus=bus.1,drive=disk1\n"
	       "-kernel\n/proc/self/fd/5\n-initrd\n/boot/image, new\n-append\na b\n",
	       "two disks on AHCI");
	strbuf_truncate(&text, 0);
	plan.kvm = true;
	trial_arguments(&plan, &text);
	ok(strstr(text.text, "-accel\nkvm\n-cpu\nhost\n"),
	   "under KVM the host's processor");
}

struct feed {
	struct trial_result result;
	bool over;
};

static void found(void *context, const char *line)
{
	struct feed *feed = context;

	feed->over |= trial_take(&feed->result, line, "f00d", true);
}

static void test_lines(void)
{
	struct trial_stream stream = { .length = 0 };
	struct feed *feed = calloc(1, sizeof(*feed));
	static const char console[] =
		"\033[2J[ 0.0] Linux version 6.1\r\n[ 0.1] Command line: " PROBE_ARGUMENT
		"=f00d\n\n[ 1.0] Run /init as init process\n"
		"bedplate: the boot has stopped: no root\n"
		"bedplate: the boot has stopped: another reason\n" PROBE_WORD
		" beef ext4 /dev/a\n";
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (size_t i = 0; i < sizeof(console) - 1; i++)
		trial_feed(&stream, console + i, 1, found, feed);
	ok(feed->result.kernel_spoke && feed->result.init_started,
	   "the kernel's steps are seen");
	is_str(feed->result.trouble, "the boot has stopped: no root",
	       "the first reason counts");
	ok(!feed->over, "neither the command line nor another's word is a hand-over");
	found(feed, PROBE_WORD " f00d xfs /dev/mapper/vg-root");
	ok(feed->over, "the right word is");
	is_str(feed->result.root, "xfs /dev/mapper/vg-root", "with the root");
	for (int i = 0; i < 2 * TRIAL_LINES; i++)
		found(feed, i == TRIAL_LINES ? "first" : "last");
	trial_console(&feed->result, &text);
	ok(!strncmp(text.text, "first\nlast\n", 11), "the last lines, oldest first");
	found(feed, "last");
	free(feed);
}

int main(void)
{
	test_controllers();
	test_arguments();
	test_lines();
	return done_testing();
}
