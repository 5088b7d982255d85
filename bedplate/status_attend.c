/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_attend.c: what somebody should look at. */
#include <stdlib.h>
#include <string.h>

#include "bedplate/status.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/json_text.h"

struct concern {
	enum check_severity severity;
	const char *area, *subject, *origin, *advice;
};

/* `what` is freed. */
static void add(struct told_list *list, const struct concern *concern, char *what)
{
	told_add(list, &(struct told){ .severity = concern->severity,
				       .area = concern->area,
				       .source = "status",
				       .check = "status",
				       .subject = (char *)concern->subject,
				       .origin = (char *)concern->origin,
				       .what = what,
				       .advice = (char *)concern->advice });
	list->overflow |= !what;
	free(what);
}

/* ---- the boot ---- */

/* What it means that a rule does not hold. */
static const struct {
	const char *kind, *words;
} broken_rules[] = {
	{ "require", "was started without" },
	{ "forbid", "was started with" },
	{ "effective", "has not put into effect" },
};

static void attend_argument(struct told_list *list, const json_t *argument)
{
	const struct concern concern = { .severity = CHECK_PROBLEM,
					 .area = "Kernel arguments",
					 .origin = json_text(argument, "origin"),
					 .advice = "`bedplate check` says what to do" };

	if (strcmp(json_text(argument, "result"), "failed") != 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(broken_rules); i++)
		if (!strcmp(json_text(argument, "kind"), broken_rules[i].kind))
			add(list, &concern,
			    format_text("the kernel %s %s", broken_rules[i].words,
					json_text(argument, "rule")));
}

static void attend_device(struct told_list *list, const json_t *device)
{
	const char *result = json_text(device, "result"),
		   *reason = json_text(device, "reason");

	if (!strcmp(result, "bound"))
		return;
	add(list,
	    &(struct concern){ .severity = CHECK_PROBLEM,
			       .area = "Passthrough",
			       .subject = json_text(device, "address"),
			       .origin = json_text(device, "origin"),
			       .advice =
				       "`bedplate host-prep iommu` shows what there is" },
	    format_text("not on vfio-pci since the boot: %s%s%s", result,
			*reason ? ": " : "", reason));
}

static void attend_boot(struct told_list *list, const json_t *boot)
{
	const json_t *item;
	size_t i;

	if (boot && strcmp(json_text(boot, "result"), "ok") != 0)
		add(list,
		    &(struct concern){ .severity = CHECK_WARNING,
				       .area = "Boot",
				       .advice =
					       "/run/bedplate/boot.json has each step" },
		    format_text("the boot went by way of \"%s\"",
				json_text(boot, "result")));
	json_array_foreach(json_object_get(boot, "messages"), i, item) {
		const char *text = json_string_value(item);

		if (text)
			add(list,
			    &(struct concern){ .severity = CHECK_WARNING,
					       .area = "Boot",
					       .advice = "see bedplate-init(8)" },
			    format_text("at boot: %s", text));
	}
	json_array_foreach(json_object_get(boot, "kernel_args"), i, item)
		attend_argument(list, item);
	json_array_foreach(json_object_get(boot, "vfio"), i, item)
		attend_device(list, item);
}

/* What /init does it leaves in boot.json. */
static void attend_absence(struct status *status)
{
	const json_t *images = status->parts[STATUS_IMAGES].json, *row;
	size_t i;

	if (status->boot)
		return;
	json_array_foreach(json_object_get(images, "kernels"), i, row) {
		if (strcmp(json_text(row, "kernel"), status->kernel) != 0 ||
		    !json_flag(row, "there") || !json_flag(row, "recorded"))
			continue;
		add(&status->attention,
		    &(struct concern){ .severity = CHECK_WARNING,
				       .area = "Boot",
				       .advice = "boot again where the image is new; "
						 "`bedplate boot status` shows what the "
						 "boot loader starts" },
		    format_text("there is no /run/bedplate/boot.json: the host did not "
				"boot by way of %s",
				json_text(row, "image")));
	}
}

/* ---- drift ---- */

static void attend_drift(struct told_list *list, const json_t *drift)
{
	const json_t *steps = json_object_get(drift, "steps");
	size_t count = json_array_size(steps);
	const char *first = json_text(json_array_get(steps, 0), "what");

	if (!count)
		return;
	add(list,
	    &(struct concern){ .severity = CHECK_WARNING,
			       .area = "Drift",
			       .advice = "`bedplate host-prep plan` shows it, `bedplate "
					 "host-prep up` puts it right" },
	    count == 1 ? format_text("%s is not as configured", first)
		       : format_text("%s and %zu more are not as configured", first,
				     count - 1));
}

/* ---- guests ---- */

static const struct {
	const char *state;
	enum check_severity severity;
	const char *what, *advice;
} worries[] = {
	{ "failed", CHECK_PROBLEM, "it has failed",
	  "its log is in /var/log/bedplate/guests; `bedplate qemu-launch start` tries again" },
	{ "lost", CHECK_PROBLEM, "it has ended without its supervisor",
	  "`bedplate qemu-launch start` cleans up and starts it" },
	{ "unsupervised", CHECK_PROBLEM, "it runs without its supervisor",
	  "`bedplate qemu-launch stop` ends it in an orderly way" },
	{ "waiting", CHECK_WARNING, "it has ended, and is to be started again in a while",
	  "its log is in /var/log/bedplate/guests" },
};

static bool is_to_run(const struct status *status, const char *name)
{
	return json_flag(json_row(status->parts[STATUS_ORDER].json, "name", name),
			 "begins");
}

/* `what` is freed. */
static void add_guest(struct status *status, const json_t *guest,
		      enum check_severity severity, const char *advice, char *what)
{
	add(&status->attention,
	    &(struct concern){ .severity = severity,
			       .area = "Guests",
			       .subject = json_text(guest, "name"),
			       .advice = advice },
	    what);
}

static void attend_state(struct status *status, const json_t *guest)
{
	const char *state = json_text(guest, "state"),
		   *reason = json_text(guest, "reason");
	int length = (int)strcspn(reason, "\n");

	for (size_t i = 0; i < ARRAY_SIZE(worries); i++)
		if (!strcmp(state, worries[i].state))
			add_guest(status, guest, worries[i].severity, worries[i].advice,
				  format_text("%s%s%.*s", worries[i].what,
					      length ? ": " : "", length, reason));
	if (!strcmp(state, "running") && length && !json_flag(guest, "ready"))
		add_guest(status, guest, CHECK_WARNING,
			  "its log is in /var/log/bedplate/guests",
			  format_text("it runs and is not ready: %.*s", length, reason));
	if (!strcmp(state, "off") && is_to_run(status, json_text(guest, "name")))
		add_guest(status, guest, CHECK_WARNING,
			  "`bedplate qemu-launch start` starts it",
			  format_text("it is to start with the host, and is off"));
}

static void attend_guest(struct status *status, const json_t *guest)
{
	attend_state(status, guest);
	told_add_lines(&status->attention,
		       &(struct told){ .severity = CHECK_PROBLEM,
				       .area = told_area_files,
				       .source = "qemu-launch",
				       .check = "file",
				       .subject = (char *)json_text(guest, "name"),
				       .what = (char *)json_text(guest, "mistake"),
				       .mistake = true });
}

/* ---- all ---- */

/* What is worth knowing is not worth being told each time. */
static void drop_notes(struct told_list *list)
{
	while (list->count && list->items[list->count - 1].severity <= CHECK_NOTE)
		told_list_drop(list);
}

void status_attend(struct status *status)
{
	struct told_list *list = &status->attention;
	const json_t *guest;
	size_t i;

	attend_boot(list, status->boot);
	attend_absence(status);
	for (i = 0; i < STATUS_PARTS; i++) {
		if (!status->parts[i].json)
			told_add_part(list, &status->parts[i]);
	}
	attend_drift(list, status->parts[STATUS_DRIFT].json);
	told_read_images(list, status->parts[STATUS_IMAGES].json);
	told_read_loader(list, status->parts[STATUS_LOADER].json);
	json_array_foreach(status->parts[STATUS_GUESTS].json, i, guest)
		attend_guest(status, guest);
	told_finish(list);
	drop_notes(list);
}
