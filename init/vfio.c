/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio.c: the step that gives PCI devices to vfio-pci, before any other module is loaded.
 *
 * How it works: the firmware's screen and a driver that holds a device already (a built-in
 * one) are made to let go. Then driver_override is set, so that from then on no other
 * driver can take the device, whenever it is loaded; vfio-pci is loaded, and the kernel is
 * asked to look for drivers. What counts is what is there afterwards: the functions are read
 * again and judged.
 *
 * The override comes after the unbinding, because a device whose driver never lets go
 * keeps its lock for good, and vfio-pci waits for the lock of each device that is meant for
 * it (kernel drivers/base/dd.c, __driver_attach): its loading, and the boot with it, would
 * never end. No other driver is loaded in between.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "init/boot.h"
#include "init/rescue.h"
#include "init/text.h"
#include "init/vfio_iommu.h"
#include "init/vfio_judge.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	OVERRIDE_MS = 5000,
	UNBIND_MS = 5000,
	PROBE_MS = 10000,
	LOAD_S = 20,
	OTHERS_S = 3, /* for drivers that may take a device of a guest's group */
};

static const char plan_path[] = "etc/bedplate/vfio.plan";
static const char driver_path[] = "sys/bus/pci/drivers/" VFIO_DRIVER;

/* ---- one device ---- */

static bool is_to_be_bound(const struct vfio_device *device)
{
	return device->result == VFIO_TO_BIND && strcmp(device->driver, VFIO_DRIVER) != 0;
}

static void fail(struct vfio_device *device, const struct err *err)
{
	device->result = VFIO_FAILED;
	text_copy(device->reason, sizeof(device->reason), err->text);
}

static void override(struct boot *boot, struct vfio_device *device)
{
	struct err err = ERR_INIT;

	if (is_to_be_bound(device) &&
	    pci_set_override(boot->root_fd, device->name, VFIO_DRIVER, OVERRIDE_MS,
			     &err) < 0)
		fail(device, &err);
}

static void let_go(struct boot *boot, struct vfio_device *device)
{
	struct err err = ERR_INIT;

	if (!is_to_be_bound(device) || !device->driver[0])
		return;
	log_debug("vfio: unbinding %s from %s", device->name, device->driver);
	if (pci_unbind(boot->root_fd, device->name, UNBIND_MS, &err) == 0)
		return;
	err_wrap(&err, "driver %s does not let go of it", device->driver);
	fail(device, &err);
}

/* Loading vfio-pci has bound what had no driver; the rest is asked for. */
static void probe(struct boot *boot, struct vfio_device *device)
{
	struct err err = ERR_INIT;

	if (is_to_be_bound(device) &&
	    pci_probe(boot->root_fd, device->name, PROBE_MS, &err) < 0)
		text_copy(device->reason, sizeof(device->reason), err.text);
}

static void for_each(struct boot *boot,
		     void (*act)(struct boot *boot, struct vfio_device *device))
{
	for (size_t i = 0; i < boot->vfio.plan.count; i++)
		act(boot, &boot->vfio.plan.devices[i]);
}

/* ---- all of them ---- */

static bool any_to_bind(const struct vfio_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (is_to_be_bound(&plan->devices[i]))
			return true;
	}
	return false;
}

static void detach_screens(struct boot *boot, const struct framebuffers *framebuffers)
{
	struct err err = ERR_INIT;
	const struct vfio_device *holder = NULL;

	for (size_t i = 0; i < boot->vfio.plan.count; i++) {
		if (is_to_be_bound(&boot->vfio.plan.devices[i]) &&
		    boot->vfio.plan.devices[i].screen[0])
			holder = &boot->vfio.plan.devices[i];
	}
	if (!holder)
		return;
	if (!framebuffers_has_other_console(boot->root_fd))
		report_warning(
			&boot->report,
			"vfio: %s is the only console, and its screen is taken away: "
			"the host says nothing from here on (add console=ttyS0)",
			holder->name);
	if (framebuffers_detach(boot->root_fd, framebuffers, UNBIND_MS, &err) < 0)
		report_warning(&boot->report, "vfio: %s", err.text);
	else
		log_info("vfio: the firmware's screen (%s) is taken away from %s",
			 holder->screen, holder->name);
}

/* Why vfio-pci is not there, or NULL. */
static const char *missing_driver(struct boot *boot, char *text, size_t size)
{
	int number = loader_find(&boot->modules.loader, "vfio_pci");
	int error = number < 0 ? 0 : boot->modules.loader.modules[number]->error;

	if (file_exists(boot->root_fd, driver_path))
		return NULL;
	if (error)
		snprintf(text, size, "vfio-pci was not loaded: %s",
			 module_error_text(error));
	else if (number >= 0)
		snprintf(text, size, "vfio-pci did not load within %d s", LOAD_S);
	else if (modules_blacklisted(&boot->modules, "vfio-pci"))
		snprintf(text, size,
			 "vfio-pci was not loaded: modprobe.blacklist= names it");
	else
		snprintf(text, size,
			 "vfio-pci is missing from the image, and not built into the "
			 "kernel; make the image again");
	return text;
}

static void load_driver(struct boot *boot)
{
	struct err err = ERR_INIT;

	if (file_exists(boot->root_fd, driver_path) &&
	    loader_find(&boot->modules.loader, "vfio_pci") < 0)
		log_info(
			"vfio: vfio-pci is built into this kernel: its options count on the "
			"kernel command line only");
	if (file_exists(boot->root_fd, plan_path) &&
	    modules_load_plan_file(&boot->modules, plan_path, &err) < 0)
		report_warning(&boot->report, "vfio: %s", err.text);
	modules_wait(&boot->modules, LOAD_S);
}

/* A device that was bound by an earlier try keeps what it had before that. */
static void keep_former(struct vfio_plan *plan, const struct vfio_plan *before)
{
	for (size_t i = 0; i < plan->count; i++) {
		for (size_t k = 0; k < before->count; k++) {
			if (plan->devices[i].name[0] &&
			    !strcmp(plan->devices[i].name, before->devices[k].name))
				text_copy(plan->devices[i].former, PCI_DRIVER_MAX,
					  before->devices[k].former);
		}
	}
}

static int make_plan(struct boot *boot, struct framebuffers *framebuffers,
		     struct err *err)
{
	_cleanup_pci_list_ struct pci_list functions = PCI_LIST_INIT;
	_cleanup_vfio_plan_ struct vfio_plan before = boot->vfio.plan;
	int result;

	boot->vfio.plan = (struct vfio_plan)VFIO_PLAN_INIT;
	framebuffers_read(boot->root_fd, framebuffers);
	result = pci_read(boot->root_fd, &functions, err);
	if (!result)
		result = vfio_plan_make(&boot->vfio.plan, boot->vfio.wishes,
					boot->vfio.wish_count, &functions, framebuffers,
					err);
	keep_former(&boot->vfio.plan, &before);
	return result;
}

static int judge(struct boot *boot, struct err *err)
{
	_cleanup_pci_list_ struct pci_list functions = PCI_LIST_INIT;
	struct framebuffers framebuffers;
	char missing[200];
	int result = pci_read(boot->root_fd, &functions, err);

	framebuffers_read(boot->root_fd, &framebuffers);
	if (!result)
		vfio_judge_plan(&boot->vfio.plan, &functions, &framebuffers,
				missing_driver(boot, missing, sizeof(missing)));
	return result;
}

static void warn_of_iommu(struct boot *boot)
{
	if (!pci_has_iommu(boot->root_fd))
		report_warning(&boot->report, "vfio: no IOMMU is at work: %s",
			       vfio_iommu_hint(boot->root_fd));
}

static void describe(const struct vfio_device *device, char *text, size_t size)
{
	_cleanup_strbuf_ struct strbuf name;

	strbuf_init(&name, 0);
	pci_select_format(&device->select, &name);
	snprintf(text, size, "vfio: %s is not ready for a guest: %s", name.text,
		 device->reason);
}

/* What tries once more, or looks again, when the shell was left. */
typedef int look_again(struct boot *boot, struct err *err);

/* A shell, once: without a way on, the host could never be booted where a card has died.
 * Where nobody takes it a reboot is wanted, which happens once as well. */
static int ask(struct boot *boot, const char *text, look_again *again, struct err *err)
{
	struct err finding = ERR_INIT;

	boot->vfio.rescued = true;
	err_set(&finding, ENODEV, "%s", text);
	err_hint(&finding, "when the shell is left, it is tried once more");
	rescue_finding(boot, &finding);
	return again(boot, err);
}

/* A reboot happens when the root is there to remember it. */
static int follow_policy(struct boot *boot, look_again *again, struct err *err)
{
	const struct vfio_device *worst;
	enum vfio_policy policy = vfio_plan_policy(&boot->vfio.plan, &worst);
	char text[VFIO_REASON_MAX + 80];

	if (policy == VFIO_CONTINUE)
		return 0;
	describe(worst, text, sizeof(text));
	if (policy == VFIO_REBOOT)
		reboot_want(boot, text);
	else if (!boot->vfio.rescued)
		return ask(boot, text, again, err);
	else if (!boot->reboot.count)
		report_warning(&boot->report,
			       "vfio: the boot goes on without the devices above");
	return 0;
}

static int bind_all(struct boot *boot, struct err *err)
{
	struct framebuffers framebuffers;

	if (make_plan(boot, &framebuffers, err) < 0)
		return err->code;
	warn_of_iommu(boot);
	if (any_to_bind(&boot->vfio.plan)) {
		detach_screens(boot, &framebuffers);
		for_each(boot, let_go);
		for_each(boot, override);
		load_driver(boot);
		for_each(boot, probe);
	}
	if (judge(boot, err) < 0)
		return err->code;
	for (size_t i = 0; i < boot->vfio.plan.count; i++)
		vfio_report_device(boot, &boot->vfio.plan.devices[i]);
	return 0;
}

static int bind_again(struct boot *boot, struct err *err)
{
	int result = bind_all(boot, err);

	return result ? result : follow_policy(boot, bind_again, err);
}

int step_vfio(struct boot *boot, struct err *err)
{
	return vfio_read_wishes(boot) ? bind_again(boot, err) : 0;
}

static int judge_again(struct boot *boot, struct err *err)
{
	int result = judge(boot, err);

	return result ? result : follow_policy(boot, judge_again, err);
}

/* What was good and is not any more, said. */
static bool tell_changes(struct boot *boot, const struct vfio_device *before)
{
	const struct vfio_plan *plan = &boot->vfio.plan;
	bool worse = false;

	for (size_t i = 0; i < plan->count; i++) {
		if (!vfio_device_is_good(&before[i]) ||
		    vfio_device_is_good(&plan->devices[i]))
			continue;
		vfio_report_device(boot, &plan->devices[i]);
		worse = true;
	}
	return worse;
}

/* A driver that is still being loaded may take what is free in a guest's group; of groups
 * that are whole nothing is. */
static void wait_for_others(struct boot *boot)
{
	for (size_t i = 0; i < boot->vfio.plan.count; i++) {
		if (boot->vfio.plan.devices[i].group_state == VFIO_GROUP_OPEN) {
			modules_wait(&boot->modules, OTHERS_S);
			return;
		}
	}
}

/* Drivers were loaded since: one may have taken a device, or another one of its group. */
int step_vfio_check(struct boot *boot, struct err *err)
{
	const struct vfio_plan *plan = &boot->vfio.plan;
	_cleanup_free_ struct vfio_device *before = NULL;

	if (!plan->count)
		return 0;
	before = reallocarray(NULL, plan->count, sizeof(*before));
	if (!before)
		return err_sys(err, ENOMEM, "vfio");
	wait_for_others(boot);
	memcpy(before, plan->devices, plan->count * sizeof(*before));
	if (judge(boot, err) < 0)
		return err->code;
	return tell_changes(boot, before) ? follow_policy(boot, judge_again, err) : 0;
}
