/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_boot.c: verifies an image by booting it.
 *
 * How it works: the host's layout is read and made again on scratch disks with a root that
 * has nothing but init-probe. QEMU starts the kernel with the very image; it passes where
 * init-probe's word comes out of the guest's second serial port. What keeps this from being
 * tried (no QEMU, a layout of another kind) is "skipped", what the guest does wrong "failed".
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/libdir.h"
#include "lib/probe_words.h"
#include "lib/program_find.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/kernel_image.h"
#include "mkinitramfs/parts.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/scratch.h"
#include "mkinitramfs/trial.h"
#include "mkinitramfs/verify_private.h"

/* Where KVM works a kernel comes to /init in a second or two; in a machine that is emulated
 * itself that takes a minute, with a line every now and then. Where nested virtualization is
 * broken it may spin for ever. */
enum { KVM_SILENCE_MS = 10000 };

/* The disks are there from the start, so nobody has to wait for them for long. */
#define ROOT_TIMEOUT_S   30
#define STRINGIFY_(text) #text
#define STRINGIFY(text)  STRINGIFY_(text)

struct boot {
	struct verify_result *result;
	const struct verify_image *image;
	const struct verify_options *options;
	struct layout layout;
	struct scratch scratch;
	const struct trial_controller *controller;
	char *qemu, *probe, *kernel;
	int kernel_fd;
	int report[2];
	char token[2 * 8 + 1];
	char *cmdline;
};

static void boot_release(struct boot *boot)
{
	layout_release(&boot->layout);
	scratch_release(&boot->scratch);
	free(boot->qemu);
	free(boot->probe);
	free(boot->kernel);
	free(boot->cmdline);
	cleanup_close(&boot->kernel_fd);
	cleanup_close(&boot->report[0]);
	cleanup_close(&boot->report[1]);
}

/* ---- before ---- */

/* 1: skipped. */
static int find_programs(struct boot *boot)
{
	const struct verify_options *options = boot->options;
	const char *dir = options->parts ? options->parts : libdir();
	struct err err = ERR_INIT;

	boot->qemu = program_find("qemu-system-x86_64");
	if (!boot->qemu)
		return verify_skip(boot->result, "qemu-system-x86_64 is not installed");
	if (parts_find_probe(&boot->probe, dir, &err) < 0)
		return verify_skip(boot->result, "%s", err.text);
	boot->kernel_fd = kernel_image_open(
		options->kernel_image, options->root_fd, options->image_dir,
		boot->image->kernel ? boot->image->kernel : "", &boot->kernel, &err);
	if (boot->kernel_fd < 0)
		return verify_skip(boot->result, "%s", err.text);
	return 0;
}

static int find_layout(struct boot *boot)
{
	struct err err = ERR_INIT;

	if (!boot->image->has_chain)
		return verify_skip(boot->result, "the host's root was not found: %s",
				   boot->image->chain_err.text);
	if (layout_read(&boot->layout, boot->options->root_fd, &err) < 0)
		return verify_skip(boot->result, "the root's layout is not made here: %s",
				   err.text);
	boot->controller = trial_controller_choose(
		&boot->image->chain, &boot->image->facts, boot->layout.disk_count);
	if (!boot->controller)
		return verify_skip(boot->result,
				   "QEMU has no disk controller that the image has a "
				   "driver for");
	return 0;
}

static void tell_layout(const struct boot *boot)
{
	const struct layout *layout = &boot->layout;
	const char *lacks = trial_controller_lacks(boot->controller, &boot->image->facts);

	verify_done(boot->result, "scratch disks: %zu on %s, %s on %s%s",
		    layout->disk_count, boot->controller->name, layout->fstype,
		    layout->volume                ? "volume "
		    : layout->disks[0].table.kind ? "a partition"
						  : "the whole disk",
		    layout->volume ? layout->volume : "");
	if (lacks)
		verify_note(boot->result, "the image has no %s, which %s takes", lacks,
			    boot->controller->name);
}

static int make_scratch(struct boot *boot, struct err *err)
{
	struct err why = ERR_INIT;
	int failed = scratch_make(&boot->scratch, &boot->layout, boot->probe, &why);

	if (failed == -ENOMEM || interrupted) {
		if (err)
			*err = why;
		return interrupted ? err_set(err, EINTR, "interrupted") : failed;
	}
	if (failed)
		return verify_skip(boot->result, "%s", why.text);
	tell_layout(boot);
	return 0;
}

/* What init-probe repeats is not to be guessed from the console. */
static int make_token(struct boot *boot, struct err *err)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return err_sys(err, errno, "making a token");
	snprintf(boot->token, sizeof(boot->token), "%016" PRIx64, number);
	return 0;
}

/* A host image knows its root. The disks are there from the start, so nobody needs to wait
 * for them long. The kernel's tests of its own ciphers say nothing of the image, and are two
 * fifths of an emulated boot. A btrfs subvolume is not made: the top is mounted. */
static int make_cmdline(struct boot *boot, struct err *err)
{
	const struct init_conf *conf = conf_data(boot->image->conf);
	bool generic = conf->image.mode == init_image_mode_generic;

	boot->cmdline = format_text(
		"console=ttyS0 loglevel=7 no_timer_check cryptomgr.notests panic=-1 "
		"rd.shell=0 rd.emergency=poweroff init=/sbin/init ro %s=%s%s%s%s%s",
		PROBE_ARGUMENT, boot->token, generic ? " root=" : "",
		generic ? boot->image->chain.root : "",
		conf->root.timeout_ms > ROOT_TIMEOUT_S * 1000
			? " rd.timeout=" STRINGIFY(ROOT_TIMEOUT_S)
			: "",
		*boot->image->chain.options ? " rootflags=subvolid=5" : "");
	return boot->cmdline ? 0 : err_sys(err, ENOMEM, "verifying an image");
}

/* ---- the boot ---- */

/* The kernel may mount one ext file system as another. */
static bool same_fstype(const char *a, const char *b)
{
	return !strcmp(a, b) || (!strncmp(a, "ext", 3) && !strncmp(b, "ext", 3));
}

static void tell_passed(struct boot *boot, const struct trial_result *trial)
{
	char fstype[64] = "";

	sscanf(trial->root, "%63s", fstype);
	if (!same_fstype(fstype, boot->layout.fstype))
		verify_finding(boot->result, "the root was mounted as %s, not %s",
			       trial->root, boot->layout.fstype);
	else
		verify_done(boot->result, "the image handed over to the root (%s)",
			    trial->root);
}

static void tell_failed(struct boot *boot, const struct trial_result *trial,
			double seconds)
{
	const char *last = trial->line_count
				   ? trial->lines[(trial->line_count - 1) % TRIAL_LINES]
				   : "nothing";
	_cleanup_strbuf_ struct strbuf console;

	strbuf_init(&console, 0);
	trial_console(trial, &console);
	free(boot->result->console);
	boot->result->console = strbuf_steal(&console);
	if (trial->trouble[0])
		verify_finding(boot->result, "%s", trial->trouble);
	else if (trial->end == TRIAL_TIMEOUT)
		verify_finding(boot->result,
			       "no hand-over within %.0f s; the last word was: %s",
			       seconds, last);
	else
		verify_finding(
			boot->result,
			"the guest ended without a hand-over; its last word was: %s",
			last);
}

/* Where QEMU has not even started the kernel it says why itself. */
static bool is_qemus_fault(const struct trial_result *trial)
{
	return trial->end == TRIAL_ENDED && !trial->line_count && trial->errors[0];
}

static int try_one(struct boot *boot, bool kvm, struct trial_result *trial,
		   struct err *err)
{
	const struct trial_plan plan = {
		.qemu = boot->qemu,
		.kvm = kvm,
		.memory_mib = boot->options->memory_mib,
		.controller = boot->controller,
		.disks = boot->scratch.fds,
		.disk_count = boot->scratch.count,
		.kernel_fd = boot->kernel_fd,
		.image = boot->options->file,
		.cmdline = boot->cmdline,
		.report_fd = boot->report[1],
	};
	double left =
		(double)boot->options->timeout_ms - (verify_seconds(boot->result) * 1000);
	bool first = kvm && boot->options->accel == VERIFY_ACCEL_AUTO;

	return trial_run(&plan, boot->token, first ? KVM_SILENCE_MS : 0,
			 left > 0 ? (int64_t)left : 0, boot->report[0], trial, err);
}

/* Whether /dev/kvm is worth a try. */
static bool may_have_kvm(const struct verify_options *options)
{
	int fd;

	if (options->accel != VERIFY_ACCEL_AUTO)
		return options->accel == VERIFY_ACCEL_KVM;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A kernel that does not come to /init under KVM may well be sound: KVM in a machine that is
 * virtual itself can stop it, or make it panic. */
static bool is_kvms_fault(const struct boot *boot, const struct trial_result *trial)
{
	return boot->options->accel == VERIFY_ACCEL_AUTO && !trial->init_started &&
	       (trial->end == TRIAL_SILENT || trial->end == TRIAL_ENDED);
}

static int try_all(struct boot *boot, struct trial_result *trial, struct err *err)
{
	bool kvm = may_have_kvm(boot->options);
	int failed = try_one(boot, kvm, trial, err);

	if (!failed && kvm && is_kvms_fault(boot, trial)) {
		verify_note(boot->result, "under KVM no kernel comes up here (%s)",
			    trial->trouble[0]  ? trial->trouble
			    : trial->errors[0] ? trial->errors
					       : "/init was not reached");
		kvm = false;
		failed = try_one(boot, kvm, trial, err);
	}
	if (!failed)
		verify_note(boot->result, "booted under %s", kvm ? "KVM" : "TCG");
	return failed;
}

static int boot_run(struct boot *boot, struct err *err)
{
	double start = verify_seconds(boot->result);
	struct trial_result trial;
	int failed;

	if (pipe2(boot->report, O_CLOEXEC) < 0)
		return err_sys(err, errno, "booting an image");
	failed = try_all(boot, &trial, err);
	if (failed)
		return failed;
	if (trial.end == TRIAL_HANDED_OVER)
		tell_passed(boot, &trial);
	else if (is_qemus_fault(&trial))
		verify_skip(boot->result, "%s", trial.errors);
	else
		tell_failed(boot, &trial, verify_seconds(boot->result) - start);
	return 0;
}

int verify_boot(struct verify_result *result, const struct verify_image *image,
		const struct verify_options *options, struct err *err)
{
	__attribute__((cleanup(boot_release))) struct boot boot = {
		.result = result,
		.image = image,
		.options = options,
		.kernel_fd = -1,
		.report = { -1, -1 },
	};
	int failed;

	if (find_programs(&boot) || find_layout(&boot))
		return 0;
	failed = make_scratch(&boot, err);
	if (!failed)
		failed = make_token(&boot, err);
	if (!failed)
		failed = make_cmdline(&boot, err);
	if (!failed)
		failed = boot_run(&boot, err);
	return failed < 0 ? failed : 0;
}
