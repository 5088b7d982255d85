/* SPDX-License-Identifier: GPL-2.0-or-later */
/* running.c: tells what the machine is running from. */
#include "boot/boot.h"

/* The kernel's file may have been replaced since it was started. The loader may know which it was;
 * so does what this boot was marked with before, and a trial, unless that was begun from here. */
static const char *find_kernel_id(const struct boot *boot, const struct booted *running)
{
	const struct boot_image *image =
		image_list_find(&boot->images, boot->running.image);
	const char *marked = state_good_kernel_now(&boot->state, running);
	struct booted trial;
	bool failed;

	if (boot->running.kernel_id)
		return boot->running.kernel_id;
	if (marked)
		return marked;
	if (!state_trial_is_of_now(&boot->state) &&
	    state_trial(&boot->state, &trial, &failed) && booted_is(&trial, running))
		return trial.kernel_id;
	return image ? image->kernel_id : NULL;
}

struct booted boot_running(const struct boot *boot)
{
	struct booted running = { .image = boot->running.image,
				  .version = boot->running.kernel,
				  .cmdline = boot->running.line };

	running.kernel_id = find_kernel_id(boot, &running);
	return running;
}
