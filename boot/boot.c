/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.c: reads what the commands work on. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "boot/boot.h"
#include "boot/line.h"
#include "boot/merge.h"
#include "boot/root_device.h"
#include "boot/trial_word.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_collect.h"
#include "lib/kernel_config.h"
#include "lib/kernel_facts.h"
#include "lib/log.h"

/* /init's report has the image's id; the kernel's version is in its own name only here. */
static void read_running(struct running *running, int root_fd, bool live)
{
	_cleanup_close_ int fd =
		file_open_in_root(root_fd, "run/bedplate/boot.json", O_RDONLY, NULL);
	_cleanup_strbuf_ struct strbuf text;
	json_t *report = NULL;
	const char *image;
	struct utsname names;
	char release[sizeof(names.release)] = "";

	strbuf_init(&text, 0);
	if (fd >= 0 && !file_read_fd(fd, "boot.json", &text, NULL))
		report = json_loadb(text.text, text.length, 0, NULL);
	image = json_string_value(json_object_get(report, "image"));
	if (file_read_line(root_fd, "proc/sys/kernel/osrelease", release, sizeof(release),
			   NULL) &&
	    live && !uname(&names))
		strcpy(release, names.release);
	strbuf_truncate(&text, 0);
	file_read(root_fd, "proc/cmdline", &text, NULL);
	running->cmdline = strdup(text.text);
	running->image = strdup(image ? image : "");
	running->kernel = strdup(release);
	json_decref(report);
}

/* Intel's IOMMU is advised where one of the kernels leaves it off by itself. */
static bool advises_intel(const struct boot *boot)
{
	bool advises = false;

	for (size_t i = 0; !advises && i < boot->images.count; i++) {
		struct kernel_config config;

		if (boot->images.items[i].previous)
			break;
		if (!kernel_config_read(&config, boot->root_fd,
					boot->images.items[i].version, NULL))
			advises = kernel_leaves_iommu_off(&config, boot->root_fd);
		kernel_config_release(&config);
	}
	return advises;
}

static int read_facts(struct boot *boot, bool lock, struct err *err)
{
	const char *dir = boot->settings.host->image.directory;
	int result;

	read_running(&boot->running, boot->root_fd, boot->live);
	if (!boot->running.image || !boot->running.kernel || !boot->running.cmdline)
		return err_sys(err, ENOMEM, "reading what this boot came from");
	result = place_check_mounted(dir, boot->root_fd, err);
	if (!result)
		result =
			place_open(&boot->place, boot->settings.host, boot->root_fd, err);
	if (!result && lock)
		result = place_lock(&boot->place, err);
	if (!result)
		result = image_list_read(&boot->images, &boot->place, boot->root_fd,
					 boot->running.kernel, err);
	return result ? result : state_read(&boot->state, boot->root_fd, err);
}

int boot_open(struct boot *boot, const struct args *args, bool lock, struct err *err)
{
	const struct option_list none = { .items = NULL };

	boot->args = args;
	boot->live = !args->root || !strcmp(args->root, "/");
	boot->root_fd = file_open_root(args->root, err);
	if (boot->root_fd < 0)
		return EXIT_FAILED;
	if (settings_load(&boot->settings, boot->root_fd, NULL, &none, err) < 0 ||
	    guests_read(&boot->settings.guests, boot->root_fd, err) < 0)
		return EXIT_USAGE;
	return read_facts(boot, lock, err) < 0 ? EXIT_FAILED : EXIT_DONE;
}

int boot_read_words(struct boot *boot, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text, warnings;
	struct merge_machine machine = { .iommu_is_off = advises_intel(boot) };
	struct kernel_rules none = KERNEL_RULES_INIT;
	struct kernel_facts facts;
	int result;

	strbuf_init(&text, 0);
	strbuf_init(&warnings, 0);
	if (boot->has_words || boot->keeps_line)
		return 0;
	words_release(&boot->words);
	kernel_rules_release(&boot->rules);
	boot->words = (struct words)WORDS_INIT;
	boot->rules = (struct kernel_rules)KERNEL_RULES_INIT;
	boot->has_cmdline = file_exists(boot->root_fd, WORDS_PATH);
	if (!boot->has_cmdline)
		return 0;
	result = file_read(boot->root_fd, WORDS_PATH, &text, err);
	if (!result)
		result = words_parse(&boot->words, text.text, NULL, err);
	if (!result)
		result = kernel_rules_collect(&boot->rules, boot->settings.conf,
					      boot->settings.host, &boot->settings.guests,
					      machine.iommu_is_off, err);
	if (!result)
		result = kernel_facts_read(&facts, boot->root_fd, &none, err);
	if (result)
		return result;
	machine.maker = facts.maker;
	kernel_facts_release(&facts);
	result = merge_rules(&boot->words, &boot->rules, &machine, &warnings, err);
	for (char *rest = warnings.text, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_warning("%s", line);
	boot->has_words = !result;
	return result;
}

int boot_cmdline(const struct boot *boot, bool with_root, struct strbuf *out,
		 struct err *err)
{
	size_t before = out->length;
	int result = 0;

	if (with_root && !words_find(&boot->words, "root"))
		result = root_device_words(boot->root_fd, boot->live, out, err);
	if (result)
		return result;
	if (with_root && !words_find(&boot->words, "ro") &&
	    !words_find(&boot->words, "rw"))
		strbuf_adds(out, out->length > before ? " ro" : "ro");
	if (boot->words.count && out->length > before)
		strbuf_addc(out, ' ');
	words_write(&boot->words, out);
	if (out->overflow)
		return err_sys(err, ENOMEM, "writing the command line");
	if (out->length - before < WORDS_LENGTH_MAX)
		return 0;
	return err_set(err, E2BIG,
		       "the command line has %zu characters; the kernel takes %d",
		       out->length - before, WORDS_LENGTH_MAX - 1);
}

/* What somebody else's entry was given is known from the kernel alone. */
static char *find_running_line(const struct boot *boot, bool gives_root)
{
	const char *known =
		state_running_line(&boot->state, boot->line, boot->running.cmdline);
	_cleanup_strbuf_ struct strbuf own;
	char panic[TRIAL_WORD];

	strbuf_init(&own, 0);
	if (*known)
		return strdup(known);
	trial_panic_word(boot->settings.host, panic);
	line_write_own(boot->running.cmdline, gives_root, panic, &own);
	return own.overflow ? NULL : strdup(own.text);
}

/* Lines of a boot loader that gave root= by itself would not boot by one that does not. */
static void complete_lines(struct boot *boot)
{
	_cleanup_strbuf_ struct strbuf root;
	bool known;

	strbuf_init(&root, 0);
	if (!state_lacks_root(&boot->state))
		return;
	known = !root_device_words(boot->root_fd, boot->live, &root, NULL);
	strbuf_adds(&root, " ro");
	state_add_root(&boot->state, known ? root.text : NULL);
}

int boot_read_line(struct boot *boot, bool with_root, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	strbuf_init(&text, 0);
	if (boot->keeps_line)
		return 0;
	if (with_root)
		complete_lines(boot);
	if (boot->has_words)
		result = boot_cmdline(boot, with_root, &text, err);
	if (result)
		return result;
	free(boot->line);
	free(boot->running.line);
	boot->running.line = NULL;
	boot->line = strdup(text.text);
	if (boot->line)
		boot->running.line = find_running_line(boot, !with_root);
	return boot->running.line ? 0 : err_sys(err, ENOMEM, "reading the command line");
}

int boot_keep_line(struct boot *boot)
{
	const char *line;

	if (boot->has_words || !boot->has_cmdline)
		return -EEXIST;
	if (!state_applied_line(&boot->state, &line)) {
		line = state_good_line(&boot->state);
		if (!line)
			return -ENOENT;
	}
	words_release(&boot->words);
	boot->words = (struct words)WORDS_INIT;
	if (boot_read_line(boot, false, NULL))
		return -ENOMEM;
	free(boot->line);
	boot->line = strdup(line ? line : "");
	boot->has_cmdline = line != NULL;
	boot->keeps_line = true;
	return boot->line ? 0 : -ENOMEM;
}

void boot_release(struct boot *boot)
{
	settings_release(&boot->settings);
	place_release(&boot->place);
	image_list_release(&boot->images);
	kernel_rules_release(&boot->rules);
	words_release(&boot->words);
	state_release(&boot->state);
	free(boot->running.kernel);
	free(boot->running.image);
	free(boot->running.cmdline);
	free(boot->running.line);
	free(boot->running.kernel_id);
	free(boot->line);
	cleanup_close(&boot->root_fd);
}
