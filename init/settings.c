/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c: the image's configuration, the kernel command line over it, and what
 * follows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "init/args.h"
#include "init/boot.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/probe_words.h"

static const enum log_level levels[] = {
	[init_log_level_error] = LOG_ERROR,
	[init_log_level_warning] = LOG_WARNING,
	[init_log_level_info] = LOG_INFO,
	[init_log_level_debug] = LOG_DEBUG,
};

/* A volume as GROUP/VOLUME, or /dev/GROUP/VOLUME. */
static void want_volume(struct lvm *lvm, const char *text)
{
	struct spec spec;
	char path[SPEC_MAX];

	snprintf(path, sizeof(path), "%s%s", strncmp(text, "/dev/", 5) ? "/dev/" : "",
		 text);
	if (spec_parse(&spec, path, NULL) < 0 || spec.kind != SPEC_VOLUME)
		log_warning("rd.lvm.lv: \"%s\" is no name of the form GROUP/VOLUME",
			    text);
	else
		lvm_want(lvm, spec.group, spec.volume);
}

static void set_degraded(struct lvm *lvm, const struct init_lvm *settings)
{
	static const enum lvm_degraded policies[] = {
		[init_lvm_degraded_never] = LVM_NEVER_DEGRADED,
		[init_lvm_degraded_deadline] = LVM_DEGRADED_AT_DEADLINE,
		[init_lvm_degraded_now] = LVM_DEGRADED_NOW,
	};

	lvm->degraded = policies[settings->degraded];
	lvm->degraded_after_ms = settings->degraded_after_ms;
}

static void want_volumes(struct boot *boot)
{
	const struct init_lvm *lvm = &boot->settings->lvm;
	const struct cmdline_arg *arg = NULL;
	const char *resume;
	struct spec spec;

	set_degraded(&boot->lvm, lvm);
	if (boot->root.kind == SPEC_VOLUME)
		lvm_want(&boot->lvm, boot->root.group, boot->root.volume);
	for (size_t i = 0; i < lvm->volumes.count; i++)
		want_volume(&boot->lvm, lvm->volumes.items[i]);
	resume = cmdline_value(&boot->cmdline, "resume");
	if (resume && spec_parse(&spec, resume, NULL) == 0 && spec.kind == SPEC_VOLUME)
		lvm_want(&boot->lvm, spec.group, spec.volume);
	while ((arg = cmdline_next(&boot->cmdline, "rd.lvm.vg", arg))) {
		if (arg->value && *arg->value)
			lvm_want(&boot->lvm, arg->value, "");
	}
}

/* COMMAND_LINE_SIZE of x86 (arch/x86/include/asm/setup.h); what is longer is cut off. */
static bool cmdline_is_full(const struct boot *boot)
{
	enum { COMMAND_LINE_SIZE = 2048 };

	return boot->cmdline.length >= COMMAND_LINE_SIZE - 1;
}

/* A root that cannot be looked for is told when the devices are there to choose from. */
static void parse_root(struct boot *boot)
{
	const char *device = boot->settings->root.device;

	if (!device[0]) {
		err_set(&boot->root_err, EINVAL, "no root file system is named");
		err_hint(&boot->root_err, "give root= on the kernel command line%s",
			 cmdline_is_full(boot) ? ", which is full: its end was cut off"
					       : "");
		return;
	}
	if (spec_parse(&boot->root, device, &boot->root_err) < 0) {
		err_wrap(&boot->root_err, "root=");
		boot->root.kind = SPEC_NONE;
	}
}

/* The machine in which mkinitramfs verifies an image has neither the host's arguments nor its
 * devices. What comes of that is warned of as ever, but must not end the boot. */
static void be_on_trial(struct boot *boot)
{
	struct init_conf *conf = conf_data(boot->conf);

	if (!cmdline_find(&boot->cmdline, PROBE_ARGUMENT))
		return;
	for (size_t i = 0; i < conf->kernel_args.count; i++)
		conf->kernel_args.items[i].on_failure = init_kernel_args_on_failure_warn;
	for (size_t i = 0; i < conf->vfio.count; i++)
		conf->vfio.items[i].on_failure = init_vfio_on_failure_continue;
	conf->rescue.passthrough_failure = init_rescue_passthrough_failure_continue;
}

int step_arguments(struct boot *boot, struct err *err)
{
	struct err conf_err = ERR_INIT;

	if (cmdline_read(&boot->cmdline, boot->root_fd, err) < 0)
		return err->code;
	/* A broken file in the image must not keep the command line from being heard. */
	if (conf_read_file(boot->conf, boot->root_fd, "etc/bedplate/init.conf",
			   &conf_err) < 0)
		report_warning(&boot->report, "%s; defaults are used", conf_err.text);
	args_apply(boot->conf, &boot->cmdline);
	be_on_trial(boot);
	boot->settings = conf_data(boot->conf);
	log_set_level(levels[boot->settings->log.level]);
	panic_prepare(boot);
	parse_root(boot);
	if (!strpbrk(boot->settings->root.fstype, ",") &&
	    strcmp(boot->settings->root.fstype, "auto") != 0)
		text_copy(boot->devices.type_hint, sizeof(boot->devices.type_hint),
			  boot->settings->root.fstype);
	boot->lvm.program_only = !boot->settings->lvm.native;
	want_volumes(boot);
	return 0;
}
