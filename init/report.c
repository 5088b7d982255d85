/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: the boot's report as JSON and as one line. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <jansson.h>

#include "init/boot.h"
#include "init/clock.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/image_id.h"
#include "lib/log.h"

enum { REPORT_VERSION = 1 };

struct report_step *report_begin(struct report *report, const char *name)
{
	/* Full after many retries: the last entry is used again. */
	if (report->step_count == REPORT_STEPS_MAX)
		report->step_count--;
	struct report_step *step = &report->steps[report->step_count++];

	*step = (struct report_step){ .name = name, .start_us = clock_us() };
	return step;
}

void report_end(struct report_step *step, enum report_result result, const char *detail)
{
	step->end_us = clock_us();
	step->result = result;
	text_copy(step->detail, sizeof(step->detail), detail);
}

int64_t report_time_us(const struct report *report, const char *name)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < report->step_count; i++) {
		if (strcmp(report->steps[i].name, name) == 0)
			sum += report->steps[i].end_us - report->steps[i].start_us;
	}
	return sum;
}

void report_warning(struct report *report, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_warning("%s", text);
	if (report->note_count < REPORT_NOTES_MAX)
		report->notes[report->note_count++] = strdup(text);
}

/* What a disk says about itself need not be UTF-8, which JSON must be. */
static json_t *text_or_null(const char *text)
{
	json_t *value = text && *text ? json_string(text) : NULL;

	return value ? value : json_null();
}

static json_t *steps_json(const struct report *report)
{
	static const char *const results[] = { "ok", "skipped", "failed" };
	json_t *steps = json_array();

	for (unsigned i = 0; i < report->step_count; i++) {
		const struct report_step *step = &report->steps[i];

		/* The step in which the report is written has not ended. */
		int64_t end_us = step->end_us ? step->end_us : clock_us();

		json_array_append_new(
			steps,
			json_pack("{s:s, s:I, s:I, s:s, s:o}", "name", step->name,
				  "start_us", (json_int_t)step->start_us, "end_us",
				  (json_int_t)end_us, "result", results[step->result],
				  "detail", text_or_null(step->detail)));
	}
	return steps;
}

static json_t *modules_json(const struct loader *loader)
{
	json_t *modules = json_array();

	for (size_t i = 0; i < loader->count; i++) {
		const struct module *module = loader->modules[i];
		const char *error =
			module->error ? module_error_text(module->error) : NULL;

		json_array_append_new(
			modules, json_pack("{s:s, s:I, s:I, s:o}", "name", module->name,
					   "start_us", (json_int_t)module->start_us,
					   "end_us", (json_int_t)module->end_us, "error",
					   text_or_null(error)));
	}
	return modules;
}

static json_t *root_json(const struct boot *boot)
{
	const struct init_root *root = &boot->settings->root;
	char devno[32] = "", node[DEVICE_NAME_MAX + 8] = "";

	if (boot->device.node[0]) {
		snprintf(devno, sizeof(devno), "%u:%u", major(boot->device.devno),
			 minor(boot->device.devno));
		snprintf(node, sizeof(node), "/dev/%s", boot->device.node);
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "spec",
			 text_or_null(boot->root.text), "device", text_or_null(node),
			 "devno", text_or_null(devno), "fstype",
			 text_or_null(boot->fstype), "flags",
			 root->read_only ? "ro" : "rw", "init", text_or_null(boot->init));
}

static json_t *volume_json(const struct lvm_volume *volume)
{
	return json_sprintf("%s/%s", volume->group, volume->name);
}

static json_t *usr_json(const struct boot *boot)
{
	char node[DEVICE_NAME_MAX + 8];

	if (!boot->usr_fstype[0])
		return json_null();
	snprintf(node, sizeof(node), "/dev/%s", boot->usr_device.node);
	return json_pack("{s:o, s:s, s:s}", "spec", text_or_null(boot->usr.text),
			 "device", node, "fstype", boot->usr_fstype);
}

static json_t *lvm_json(const struct lvm *lvm)
{
	json_t *activated = json_array(), *degraded = json_array(),
	       *refused = json_array();

	for (size_t i = 0; i < lvm->count; i++) {
		const struct lvm_volume *volume = &lvm->volumes[i];

		if (volume->active)
			json_array_append_new(activated, volume_json(volume));
		if (volume->degraded)
			json_array_append_new(degraded, volume_json(volume));
		if (!volume->active && volume->refused[0])
			json_array_append_new(refused,
					      json_pack("{s:o, s:o}", "volume",
							volume_json(volume), "reason",
							text_or_null(volume->refused)));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "activated", activated, "degraded",
			 degraded, "refused", refused, "path",
			 text_or_null(lvm->path_taken));
}

static json_t *notes_json(const struct report *report)
{
	json_t *notes = json_array();

	for (unsigned i = 0; i < report->note_count; i++)
		json_array_append_new(notes, text_or_null(report->notes[i]));
	return notes;
}

static json_t *kernel_args_json(const struct kernel_findings *findings)
{
	static const char *const results[] = {
		[KERNEL_HOLDS] = "ok",
		[KERNEL_FAILS] = "failed",
		[KERNEL_UNKNOWN] = "unknown",
	};
	static const char *const kinds[] = {
		[KERNEL_RULE_REQUIRE] = "require",
		[KERNEL_RULE_FORBID] = "forbid",
		[KERNEL_RULE_ADVISE] = "advise",
		[KERNEL_RULE_EFFECTIVE] = "effective",
	};
	static const char *const policies[] = {
		[KERNEL_POLICY_WARN] = "warn",
		[KERNEL_POLICY_RESCUE] = "rescue",
		[KERNEL_POLICY_REBOOT] = "reboot",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct kernel_finding *finding = &findings->items[i];
		const struct kernel_rule *rule = finding->rule;

		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o, s:s, s:s}",
						      "kind", kinds[rule->kind], "rule",
						      text_or_null(rule->text), "origin",
						      text_or_null(rule->origin), "found",
						      text_or_null(finding->found),
						      "result", results[finding->result],
						      "policy", policies[rule->policy]));
	}
	return list;
}

static json_t *reboot_json(const struct reboot *reboot)
{
	json_t *wanted = json_array();

	for (unsigned i = 0; i < reboot->count; i++)
		json_array_append_new(wanted, text_or_null(reboot->reasons[i]));
	return json_pack("{s:o, s:o}", "wanted", wanted, "outcome",
			 text_or_null(reboot->outcome));
}

/* Process 1's largest size so far, in KiB; proc(5), VmHWM. It does not outlive exec. */
static json_t *memory_peak_json(int root_fd)
{
	_cleanup_strbuf_ struct strbuf status;
	const char *line;

	strbuf_init(&status, 0);
	file_read(root_fd, "proc/self/status", &status, NULL);
	line = strstr(status.text, "\nVmHWM:");
	return line ? json_integer(atoll(line + strlen("\nVmHWM:"))) : json_null();
}

/* Of the image that this is; null in one that something else made. */
static json_t *image_id_json(int root_fd)
{
	_cleanup_strbuf_ struct strbuf id;

	strbuf_init(&id, 0);
	file_read(root_fd, IMAGE_ID_FILE, &id, NULL);
	id.text[strcspn(id.text, "\n")] = '\0';
	return text_or_null(id.text);
}

static json_t *boot_json(const struct boot *boot, const char *result)
{
	bool host = boot->settings->image.mode == init_image_mode_host;
	json_t *json = json_pack("{s:i, s:s, s:s, s:s}", "version", REPORT_VERSION,
				 "kernel", boot->modules.version, "mode",
				 host ? "host" : "generic", "result", result);

	json_object_set_new(json, "image", image_id_json(boot->root_fd));
	json_object_set_new(json, "root", root_json(boot));
	json_object_set_new(json, "usr", usr_json(boot));
	json_object_set_new(json, "steps", steps_json(&boot->report));
	json_object_set_new(json, "modules", modules_json(&boot->modules.loader));
	json_object_set_new(json, "lvm", lvm_json(&boot->lvm));
	json_object_set_new(json, "vfio", vfio_json(&boot->vfio.plan));
	json_object_set_new(json, "kernel_args",
			    kernel_args_json(&boot->kernel_args.findings));
	json_object_set_new(json, "reboot", reboot_json(&boot->reboot));
	json_object_set_new(json, "memory_peak_kib", memory_peak_json(boot->root_fd));
	json_object_set_new(json, "messages", notes_json(&boot->report));
	return json;
}

int report_write(const struct boot *boot, const char *result, struct err *err)
{
	json_t *json = boot_json(boot, result);
	_cleanup_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	_cleanup_close_ int fd = -1;

	json_decref(json);
	if (!text)
		return err_sys(err, ENOMEM, "boot report");
	if (file_make_dirs(boot->root_fd, "run/bedplate", err) < 0)
		return err ? err->code : -EIO;
	fd = openat(boot->root_fd, "run/bedplate/boot.json",
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd >= 0 && file_write_all(fd, text, strlen(text)) >= 0)
		return 0;
	err_sys(err, errno, "writing /run/bedplate/boot.json");
	/* Half a report would be taken for a broken one. */
	unlinkat(boot->root_fd, "run/bedplate/boot.json", 0);
	return err ? err->code : -EIO;
}

static int to_ms(int64_t us)
{
	return (int)((us + 500) / 1000);
}

void report_summary(const struct boot *boot)
{
	const struct report *report = &boot->report;
	const char *const parts[] = { "mounts", "modules", "device", "lvm", "mount" };
	char text[256];
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %d",
					 i ? ", " : "", parts[i],
					 to_ms(report_time_us(report, parts[i])));
	log_info("root %s (%s, %s) mounted, %s after %d ms: %s", boot->root.text,
		 boot->fstype, boot->settings->root.read_only ? "ro" : "rw", boot->init,
		 to_ms(clock_us() - report->start_us), text);
}
