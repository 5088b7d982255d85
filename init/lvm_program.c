/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_program.c: runs of the lvm program, each with a deadline. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "init/late.h"
#include "init/lvm_program.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/process.h"

enum { ARGS_MAX = 64, REFERENCE_MAX = 2 * SPEC_NAME_MAX + 64 };

static const char program[] = "/sbin/lvm";
static bool hung; /* it is not run for mere words then */

static const char *const environment[] = {
	"PATH=/sbin:/bin",
	"DM_DISABLE_UDEV=1",
	"LVM_SUPPRESS_FD_WARNINGS=1",
	"LC_ALL=C",
	NULL,
};

bool lvm_is_there(int root_fd)
{
	return late_need_at(root_fd, program + 1, NULL) == 0;
}

/* *by_itself: it was killed or could not be started, so its last words explain nothing.
 */
static int lvm_run(const char *const *argv, int timeout_ms, struct strbuf *output,
		   bool *by_itself, struct err *err)
{
	struct process process = {
		.argv = argv,
		.envp = environment,
		.output = output,
		.errors = output,
		.timeout_ms = timeout_ms,
	};
	int result = process_run(&process, err);

	hung |= result == -ETIMEDOUT;
	if (by_itself)
		*by_itself =
			result < 0 && (result != -ECHILD || WIFSIGNALED(process.status));
	return result;
}

void lvm_query(int root_fd, const char *const *argv, struct strbuf *output)
{
	if (!hung && lvm_is_there(root_fd))
		lvm_run(argv, LVM_QUERY_TIMEOUT_MS, output, NULL, NULL);
}

/* lvm's lines go to the log; the last one is the reason that stands. */
static void keep_words(struct lvm *lvm, struct strbuf *output)
{
	char *line, *rest = output->text;

	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, " ");
		if (!*line)
			continue;
		log_info("lvm: %s", line);
		text_copy(lvm->complaint, sizeof(lvm->complaint), line);
	}
}

static void run_change(struct lvm *lvm, const char *const *argv)
{
	_cleanup_strbuf_ struct strbuf output;
	struct err err = ERR_INIT;
	bool by_itself;

	strbuf_init(&output, 1 << 16);
	if (lvm_run(argv, LVM_TIMEOUT_MS, &output, &by_itself, &err) == 0)
		return;
	keep_words(lvm, &output);
	if (!by_itself)
		return;
	text_copy(lvm->trouble, sizeof(lvm->trouble), err.text);
	text_copy(lvm->complaint, sizeof(lvm->complaint), err.text);
}

/* What lvm is asked for; as text for --select where the group has no other name. */
static bool reference_of(const struct lvm_volume *volume, char *text, size_t size)
{
	char id[SPEC_LVM_ID_SIZE];

	if (!spec_is_group_uuid(volume->group, id)) {
		snprintf(text, size, "%s%s%s", volume->group, volume->name[0] ? "/" : "",
			 volume->name);
		return false;
	}
	if (volume->name[0])
		snprintf(text, size, "vg_uuid=%s && lv_name=\"%s\"", volume->group,
			 volume->name);
	else
		snprintf(text, size, "vg_uuid=%s", volume->group);
	return true;
}

/* Who names a volume means it, though it be one that is skipped when all of its group is
 * activated, as thin snapshots are (lvmthin(7)); lvm would not say a word of it. */
static const char *skip_option(bool whole_groups)
{
	return whole_groups ? "--yes" : "--ignoreactivationskip";
}

/* Those by UUID go one by one, the others in one run. */
static void activate(struct lvm *lvm, const char *mode, bool whole_groups,
		     char (*references)[REFERENCE_MAX])
{
	const char *argv[ARGS_MAX] = {
		program,     "lvchange",         "--activate", "y",
		"--sysinit", "--activationmode", mode,         skip_option(whole_groups),
	};
	size_t argc = 8, first = argc;

	for (size_t i = 0; i < lvm->count && argc + 1 < ARGS_MAX; i++) {
		const char *const by_uuid[] = {
			program,     "lvchange",         "--activate", "y",
			"--sysinit", "--activationmode", mode,         argv[7],
			"--select",  references[i],      NULL,
		};

		if (lvm->volumes[i].active || !lvm->volumes[i].name[0] != whole_groups)
			continue;
		if (reference_of(&lvm->volumes[i], references[i], REFERENCE_MAX))
			run_change(lvm, by_uuid);
		else
			argv[argc++] = references[i];
	}
	if (argc > first)
		run_change(lvm, argv);
}

void lvm_program_activate(struct lvm *lvm, const char *mode)
{
	_cleanup_free_ char(*references)[REFERENCE_MAX] =
		calloc(lvm->count, sizeof(*references));

	if (!references)
		return;
	activate(lvm, mode, false, references);
	activate(lvm, mode, true, references);
}

int lvm_program_change(int root_fd, const char *reference, const char *activate,
		       const char *config)
{
	_cleanup_strbuf_ struct strbuf output;
	const char *const argv[] = {
		program,
		"lvchange",
		"--yes", /* an origin goes with its snapshots */
		"--sysinit",
		"--activate",
		activate,
		reference,
		config ? "--config" : NULL,
		config,
		NULL,
	};

	strbuf_init(&output, 1 << 16);
	if (hung || !lvm_is_there(root_fd))
		return -ENOENT;
	return lvm_run(argv, LVM_TIMEOUT_MS, &output, NULL, NULL);
}

bool lvm_program_is_partial(int root_fd, const struct lvm_volume *volume)
{
	_cleanup_strbuf_ struct strbuf output;
	char reference[REFERENCE_MAX];
	const char *argv[] = {
		program, "lvs", "--noheadings", "-o", "lv_health_status", NULL, NULL, NULL
	};

	strbuf_init(&output, 1 << 16);
	argv[5] = reference_of(volume, reference, sizeof(reference)) ? "--select"
								     : reference;
	argv[6] = argv[5] == reference ? NULL : reference;
	lvm_query(root_fd, argv, &output);
	return strstr(output.text, "partial") != NULL;
}
