/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.h: the state of one boot, which every step of /init works on. */
#ifndef BEDPLATE_INIT_BOOT_H
#define BEDPLATE_INIT_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "init/device.h"
#include "init/kernel_args.h"
#include "init/lvm.h"
#include "init/module.h"
#include "init/reboot.h"
#include "init/report.h"
#include "init/spec.h"
#include "init/vfio.h"
#include "lib/cmdline.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/schema/init.h"

struct boot {
	char **argv; /* as the kernel gave them to /init */
	int root_fd; /* the initramfs' / */
	struct cmdline cmdline;
	struct conf *conf;
	struct init_conf *settings; /* conf's data */
	int uevent_fd;              /* -1: none, sysfs is looked through instead */
	struct modules modules;
	struct devices devices;
	struct vfio vfio;
	struct lvm lvm;
	struct spec root; /* kind SPEC_NONE where root_err says why */
	struct err root_err;
	struct device device;    /* the root's, a copy */
	char btrfs_missing[128]; /* why a btrfs of several devices is waited for */
	char fstype[32];
	struct spec usr; /* kind SPEC_NONE where /usr is on the root */
	struct device usr_device;
	char usr_fstype[32];
	const struct spec *wanted; /* what is waited for: root or usr */
	char init[256];            /* path below the new root */
	struct kernel_args kernel_args;
	struct reboot reboot;
	struct report report;
};

/* The steps, in the order of main.c's table. Each returns 0 or a negative errno. */
int step_mounts(struct boot *boot, struct err *err);
int step_log(struct boot *boot, struct err *err);
int step_arguments(struct boot *boot, struct err *err);
int step_kernel_args(struct boot *boot, struct err *err);
int step_uevents(struct boot *boot, struct err *err);
int step_vfio(struct boot *boot, struct err *err);
int step_modules(struct boot *boot, struct err *err);
int step_device(struct boot *boot, struct err *err);
int step_resume(struct boot *boot, struct err *err);
int step_mount(struct boot *boot, struct err *err);
int step_parameters(struct boot *boot, struct err *err);
int step_reboot(struct boot *boot, struct err *err);
int step_vfio_check(struct boot *boot, struct err *err);
int step_usr(struct boot *boot, struct err *err);
int step_init(struct boot *boot, struct err *err);
int step_switch(struct boot *boot, struct err *err);

/* Makes a panic of the kernel end in a reboot after [Rescue] RebootDelay where panic= does
 * not say what it ends in; until the switch. */
void panic_prepare(struct boot *boot);

/* How early.c's changes to the kernel's settings are taken back; part of the switch. */
void kernel_settings_restore(struct boot *boot);

/* How long, and how it will be mounted: a btrfs may come up without all of its devices. */
struct wait_request {
	uint64_t timeout_ms;
	const char *types; /* parted by commas; "" or "auto": to be found out */
	const char *options;
};

/* Waits for the device that boot->wanted names, and copies it. */
int wait_for_device(struct boot *boot, const struct wait_request *request,
		    struct device *device, struct err *err);

#endif
