/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.h: one boot of a kernel and an image in QEMU, with a bound on its time, and what
 * came of it.
 *
 * The guest runs niced, with idle I/O priority, as the first that the kernel kills where
 * memory runs out, and ends when this program does, however that ends.
 */
#ifndef BEDPLATE_MKINITRAMFS_TRIAL_H
#define BEDPLATE_MKINITRAMFS_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/image_facts.h"

/* What disks are offered on. */
struct trial_controller {
	const char *name;
	const char *driver;     /* the host's, for it to be the same one */
	const char *modules[4]; /* that the image must have or the kernel have built in */
	const char *machine;
	const char *device; /* of the controller itself; NULL where the disk is all */
	const char *disk;   /* a device; # stands for the disk's number */
	size_t most;        /* disks */
};

/* The controller that the root's own disks hang on, where QEMU has it; otherwise the first
 * that the image's modules fit; or NULL. */
const struct trial_controller *trial_controller_choose(const struct chain *chain,
						       const struct image_facts *facts,
						       size_t disks);

/* The first of the controller's modules that the image has not, or NULL. */
const char *trial_controller_lacks(const struct trial_controller *controller,
				   const struct image_facts *facts);

struct trial_plan {
	const char *qemu;
	bool kvm;
	uint64_t memory_mib;
	const struct trial_controller *controller;
	const int *disks; /* descriptors */
	size_t disk_count;
	int kernel_fd;
	const char *image;
	const char *cmdline;
	int report_fd; /* what the guest's second serial port is written to */
};

/* QEMU's arguments, one on each line. Files that are open here are named by their
 * descriptors, which QEMU inherits. */
void trial_arguments(const struct trial_plan *plan, struct strbuf *out);

enum trial_end {
	TRIAL_HANDED_OVER,
	TRIAL_ENDED,   /* the machine went off, or QEMU did, without a hand-over */
	TRIAL_TIMEOUT, /* the deadline */
	TRIAL_SILENT,  /* nothing came for too long, and /init had not started */
};

enum { TRIAL_LINES = 24, TRIAL_LINE = 512 };

struct trial_result {
	enum trial_end end;
	int status;                          /* QEMU's, as waitpid(2) has it */
	bool kernel_spoke;                   /* the console had a line of the kernel */
	bool init_started;                   /* the kernel said that it runs /init */
	char root[TRIAL_LINE];               /* "FSTYPE SOURCE" of the new root */
	char lines[TRIAL_LINES][TRIAL_LINE]; /* the console's last, in a ring */
	size_t line_count;                   /* all that there were */
	char trouble
		[TRIAL_LINE]; /* why the boot stopped, in /init's or the kernel's words */
	char errors[TRIAL_LINE]; /* QEMU's own last words */
};

/* Runs one trial to its end. `silence_ms` is how long nothing may come out of the console
 * before /init has started (0: no matter), `deadline_ms` the time for everything. 0, or -errno:
 * -EINTR where a signal came. */
int trial_run(const struct trial_plan *plan, const char *token, int64_t silence_ms,
	      int64_t deadline_ms, int report_read_fd, struct trial_result *result,
	      struct err *err);

/* The last lines of the console, oldest first. */
void trial_console(const struct trial_result *result, struct strbuf *out);

#endif
