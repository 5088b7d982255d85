/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/vfio.c init/vfio_plan.c init/vfio_judge.c init/vfio_iommu.c */
/* SOURCES: init/framebuffer.c lib/pci.c lib/file_apart.c lib/file.c lib/value/pci.c */
/* SOURCES: lib/value/pci_select.c lib/strbuf.c lib/err.c lib/log.c */
/* test_init_vfio.c: what the step does with drivers that hang, and with what is not bound. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "init/boot.h"
#include "init/rescue.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define HANGS "sys/bus/pci/devices/0000:01:00.0/"
#define GOOD  "sys/bus/pci/devices/0000:02:00.0/"

/* ---- what the step calls, here without a kernel ---- */

static struct vfio_wish wishes[2];
static unsigned shells, reboots, warnings;
static bool shell_is_taken;

size_t vfio_read_wishes(struct boot *boot)
{
	boot->vfio.wishes = wishes;
	boot->vfio.wish_count = 2;
	return 2;
}

void vfio_report_device(struct boot *boot, const struct vfio_device *device)
{
	(void)boot, (void)device;
}

void report_warning(struct report *report, const char *fmt, ...)
{
	(void)report;
	warnings += strstr(fmt, "the boot goes on") != NULL;
}

void reboot_want(struct boot *boot, const char *reason)
{
	(void)reason;
	boot->reboot.count = 1;
	reboots++;
}

void rescue_finding(struct boot *boot, const struct err *err)
{
	shells++;
	if (!shell_is_taken)
		reboot_want(boot, err->text);
}

int loader_find(struct loader *loader, const char *name)
{
	(void)loader, (void)name;
	return -1;
}

bool modules_blacklisted(struct modules *modules, const char *name)
{
	(void)modules, (void)name;
	return false;
}

int modules_load_plan_file(struct modules *modules, const char *path, struct err *err)
{
	(void)modules, (void)path, (void)err;
	return 0;
}

bool modules_wait(struct modules *modules, int seconds)
{
	(void)modules, (void)seconds;
	return true;
}

const char *module_error_text(int error)
{
	(void)error;
	return "";
}

/* ---- the test ---- */

/* Pipes that nobody reads from stand for the lock that a driver which hangs never gives
 * back. */
static void make_tree(int root)
{
	fake_file(root, HANGS "vendor", "0x8086\n");
	fake_link(root, HANGS "driver", "../../drivers/stuck");
	fake_file(root, HANGS "driver_override", "");
	fake_file(root, "sys/bus/pci/drivers/stuck/bind", "");
	mkfifoat(root, "sys/bus/pci/drivers/stuck/unbind", 0600);
	fake_file(root, GOOD "vendor", "0x8086\n");
	fake_file(root, GOOD "driver_override", "");
	fake_file(root, "sys/bus/pci/drivers_probe", "");
}

static void hanging(int root)
{
	struct boot boot = { .root_fd = root };
	struct err err = ERR_INIT;

	pci_select_parse("01:00.0", &wishes[0].select, NULL);
	pci_select_parse("02:00.0", &wishes[1].select, NULL);
	alarm(60);
	is_int(step_vfio(&boot, &err), 0, "a driver that does not let go stops nothing");
	alarm(0);
	is_int(boot.vfio.plan.devices[0].result, VFIO_FAILED, "... its device is lost");
	ok(strstr(boot.vfio.plan.devices[0].reason, "stuck does not let go"),
	   "... and said why (%s)", boot.vfio.plan.devices[0].reason);
	is_str(fake_content(root, HANGS "driver_override"), "",
	       "... and vfio-pci, which would wait for it, is not told to take it");
	is_str(fake_content(root, GOOD "driver_override"), "vfio-pci",
	       "the other device goes on");
	is_str(fake_content(root, "sys/bus/pci/drivers_probe"), "0000:02:00.0",
	       "... to the end");
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	vfio_plan_release(&boot.vfio.plan);
}

/* Neither a shell nor a reboot comes twice. */
static void failing(int root, enum vfio_policy policy, bool taken)
{
	struct boot boot = { .root_fd = root };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		pci_select_parse("09:00.0", &wishes[i].select, NULL);
		wishes[i].policy = policy;
	}
	shell_is_taken = taken;
	shells = reboots = warnings = 0;
	is_int(step_vfio(&boot, &err), 0, "a device that is not there ends no step");
	vfio_plan_release(&boot.vfio.plan);
}

int main(void)
{
	int root = fake_tree_open();

	make_tree(root);
	hanging(root);
	failing(root, VFIO_CONTINUE, false);
	ok(!shells && !reboots, "continue: the boot goes on");
	failing(root, VFIO_REBOOT, false);
	ok(!shells && reboots == 1, "reboot: one is wanted");
	failing(root, VFIO_RESCUE, true);
	ok(shells == 1 && !reboots && warnings == 1,
	   "rescue: one shell, then the boot goes on and says so");
	failing(root, VFIO_RESCUE, false);
	ok(shells == 1 && reboots == 1 && !warnings,
	   "rescue that nobody takes: a reboot is wanted, which happens once");
	close(root);
	fake_tree_remove();
	return done_testing();
}
