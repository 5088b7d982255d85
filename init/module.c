/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module.c: the plan, and modules asked for by name or alias. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "init/late.h"
#include "init/module.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/strbuf.h"

enum { DEPENDS_MAX = 64, DEPTH_MAX = 16 };

int modules_open(struct modules *modules, int root_fd, const struct cmdline *cmdline,
		 struct err *err)
{
	struct utsname kernel;
	int dir_fd;

	*modules = (struct modules){ .root_fd = root_fd, .cmdline = cmdline };
	uname(&kernel);
	text_copy(modules->version, sizeof(modules->version), kernel.release);
	snprintf(modules->dir, sizeof(modules->dir), "lib/modules/%s", modules->version);
	/* A kernel that needs no modules is no mistake. */
	dir_fd = openat(root_fd, modules->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return loader_open(&modules->loader, dir_fd, err);
}

static void add_option(struct strbuf *options, const char *name, const char *value)
{
	if (options->length)
		strbuf_addc(options, ' ');
	strbuf_adds(options, name);
	if (!value)
		return;
	strbuf_addc(options, '=');
	/* The kernel parts options as it parts its command line. */
	strbuf_addf(options, strchr(value, ' ') ? "\"%s\"" : "%s", value);
}

/* The command line's NAME.OPTION=VALUE come last, since the last value counts. */
static void add_cmdline_options(const struct modules *modules, const char *name,
				struct strbuf *options)
{
	const char *option;

	for (size_t i = 0; i < modules->cmdline->count; i++) {
		const struct cmdline_arg *arg = &modules->cmdline->args[i];

		if (!arg->is_init && cmdline_is_module_option(arg, name, &option))
			add_option(options, option, arg->value);
	}
}

/* Whether a list parted by commas names a module, '-' and '_' being the same. */
static bool list_has_module(const char *list, const char *name)
{
	char item[MODULE_NAME_MAX];

	for (;; list++) {
		size_t length = strcspn(list, ",");

		if (length < sizeof(item)) {
			memcpy(item, list, length);
			item[length] = '\0';
			if (cmdline_same_name(item, name))
				return true;
		}
		list += length;
		if (!*list)
			return false;
	}
}

static bool cmdline_blacklisted(const struct cmdline *cmdline, const char *name)
{
	const struct cmdline_arg *arg = NULL;
	char own_name[MODULE_NAME_MAX];

	module_name_of(name, own_name);
	while ((arg = cmdline_next(cmdline, "modprobe.blacklist", arg))) {
		if (arg->value && list_has_module(arg->value, own_name))
			return true;
	}
	return false;
}

bool modules_blacklisted(struct modules *modules, const char *name)
{
	return cmdline_blacklisted(modules->cmdline, name) ||
	       module_index_is_blacklisted(&modules->index, name);
}

static int add_plan_line(struct modules *modules, const struct module_plan_line *line)
{
	_cleanup_strbuf_ struct strbuf options;
	char name[MODULE_NAME_MAX];
	int number;

	strbuf_init(&options, 0);
	strbuf_adds(&options, line->options);
	module_name_of(line->path, name);
	number = loader_find(&modules->loader, name);
	if (number >= 0)
		return number;
	add_cmdline_options(modules, name, &options);
	return loader_add(&modules->loader, line->path, options.text, line->after,
			  line->after_count);
}

/* A line left out keeps its number for those behind it: numbers are mapped. */
static void map_after(struct module_plan_line *line, const int *numbers)
{
	size_t kept = 0;

	for (size_t i = 0; i < line->after_count; i++) {
		if (numbers[line->after[i]] >= 0)
			line->after[kept++] = (unsigned)numbers[line->after[i]];
	}
	line->after_count = kept;
}

static int add_plan(struct modules *modules, struct module_plan *plan, struct err *err)
{
	_cleanup_free_ int *numbers = calloc(plan->count + 1, sizeof(*numbers));

	for (size_t i = 0; numbers && i < plan->count; i++) {
		map_after(&plan->lines[i], numbers);
		numbers[i] = -1;
		if (cmdline_blacklisted(modules->cmdline, plan->lines[i].path))
			log_info("%s: left out, modprobe.blacklist= names it",
				 plan->lines[i].path);
		else
			numbers[i] = add_plan_line(modules, &plan->lines[i]);
	}
	return numbers ? 0 : err_sys(err, ENOMEM, "module plan");
}

int modules_load_plan(struct modules *modules, struct err *err)
{
	return modules_load_plan_file(modules, "etc/bedplate/modules.plan", err);
}

int modules_load_plan_file(struct modules *modules, const char *path, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	struct module_plan plan = MODULE_PLAN_INIT;
	int result;

	strbuf_init(&text, 0);
	if (file_read(modules->root_fd, path, &text, err) < 0)
		return err->code;
	result = module_plan_parse(&plan, text.text, err);
	if (!result && plan.count && modules->loader.dir_fd < 0) {
		err_set(err, ENOENT, "the image has no modules for this kernel, %s",
			modules->version);
		result = err_hint(err, "boot the kernel that the image was made for, or "
				       "make an image for this one");
	}
	if (!result)
		result = add_plan(modules, &plan, err);
	module_plan_release(&plan);
	return result;
}

static char *read_text(const struct modules *modules, const char *dir, const char *name)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[256];

	strbuf_init(&text, 0);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (file_read(modules->root_fd, path, &text, NULL) < 0)
		return NULL;
	return strbuf_steal(&text);
}

static void read_index(struct modules *modules)
{
	if (modules->index_read)
		return;
	modules->index_read = true;
	if (!module_index_parse(&modules->index,
				read_text(modules, modules->dir, "modules.dep"),
				read_text(modules, modules->dir, "modules.alias"),
				read_text(modules, modules->dir, "modules.softdep"),
				read_text(modules, modules->dir, "modules.builtin"),
				read_text(modules, "etc/modprobe.d", "bedplate.conf")))
		log_warning("module index: out of memory");
}

/* The numbers of what must be loaded before a module. */
struct before {
	unsigned numbers[DEPENDS_MAX];
	size_t count;
};

static int request_entry(struct modules *modules, struct index_entry *entry, int depth);

static void before_add(struct before *before, int number)
{
	if (number >= 0 && before->count < DEPENDS_MAX)
		before->numbers[before->count++] = (unsigned)number;
}

static void add_hard_depends(struct modules *modules, const struct index_entry *entry,
			     struct before *before, int depth)
{
	const char *path = entry->depends;

	while (*path) {
		size_t length = strcspn(path, " ");
		char name[256];

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		before_add(before, request_entry(modules,
						 module_index_find(&modules->index, name),
						 depth));
		path += length + strspn(path + length, " ");
	}
}

struct request {
	struct modules *modules;
	struct before *before;
	int depth;
	bool known;
};

static void request_found(const char *module, void *data)
{
	struct request *request = data;
	struct index_entry *entry = module_index_find(&request->modules->index, module);
	int number;

	if (!entry || modules_blacklisted(request->modules, entry->name))
		return;
	number = request_entry(request->modules, entry, request->depth);
	if (request->before)
		before_add(request->before, number);
	request->known = true;
}

/* A name is looked for among the modules, then among the aliases, as modprobe does. */
static bool request_name(struct modules *modules, const char *name, struct before *before,
			 int depth)
{
	struct request request = { .modules = modules, .before = before, .depth = depth };

	/* A modalias has a colon, a module's name has none. */
	if (!strchr(name, ':') && module_index_find(&modules->index, name))
		request_found(name, &request);
	else
		alias_table_match(&modules->index.aliases, name, request_found, &request);
	return request.known;
}

static void request_words(struct modules *modules, const char *words,
			  struct before *before, int depth)
{
	char name[MODULE_NAME_MAX];

	for (words += strspn(words, " \t"); *words; words += strspn(words, " \t")) {
		size_t length = strcspn(words, " \t");

		snprintf(name, sizeof(name), "%.*s", (int)length, words);
		request_name(modules, name, before, depth);
		words += length;
	}
}

static int add_entry(struct modules *modules, const struct index_entry *entry,
		     const struct before *before)
{
	const struct index_rule *rule = NULL;
	_cleanup_strbuf_ struct strbuf options;
	char path[512];

	/* Keyboards' modules lie in the late archive. */
	snprintf(path, sizeof(path), "%s/%s", modules->dir, entry->path);
	late_need_at(modules->root_fd, path, NULL);
	strbuf_init(&options, 0);
	while ((rule = module_index_options(&modules->index, entry->name, rule)))
		add_option(&options, rule->text, NULL);
	add_cmdline_options(modules, entry->name, &options);
	return loader_add(&modules->loader, entry->path, options.text, before->numbers,
			  before->count);
}

/* Returns the loader's number, or a negative value. */
static int request_entry(struct modules *modules, struct index_entry *entry, int depth)
{
	const struct index_softdep *softdep = NULL;
	struct before before = { .count = 0 };

	if (!entry || depth > DEPTH_MAX)
		return -ENOENT;
	if (entry->number < 0)
		entry->number = loader_find(&modules->loader, entry->name);
	if (entry->number >= 0)
		return entry->number;
	while ((softdep = module_index_softdep(&modules->index, entry->name, softdep)))
		request_words(modules, softdep->pre, &before, depth + 1);
	add_hard_depends(modules, entry, &before, depth + 1);
	entry->number = add_entry(modules, entry, &before);
	while ((softdep = module_index_softdep(&modules->index, entry->name, softdep)))
		request_words(modules, softdep->post, NULL, depth + 1);
	return entry->number;
}

bool modules_request(struct modules *modules, const char *name)
{
	read_index(modules);
	return request_name(modules, name, NULL, 0);
}

void modules_request_list(struct modules *modules, const char *path)
{
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *name;

	strbuf_init(&text, 0);
	file_read(modules->root_fd, path, &text, NULL);
	for (rest = text.text; (name = strsep(&rest, "\n"));) {
		if (*name)
			modules_request(modules, name);
	}
}

void modules_report_failures(struct modules *modules)
{
	const struct module *failure;

	while ((failure = loader_next_failure(&modules->loader))) {
		/* A driver that finds nothing to drive says so by this. */
		if (failure->error == ENODEV)
			log_debug("module %s: no such device here", failure->name);
		else
			log_warning("module %s: not loaded: %s", failure->name,
				    module_error_text(failure->error));
	}
}

bool modules_wait(struct modules *modules, int seconds)
{
	enum { SLICE_MS = 250, MESSAGE_MS = 3000 };
	int waited_ms = 0;

	while (!loader_wait(&modules->loader, SLICE_MS)) {
		const char *name = loader_busy_with(&modules->loader);

		loader_tend(&modules->loader);
		waited_ms += SLICE_MS;
		if (waited_ms % MESSAGE_MS == 0)
			log_warning("still waiting for module %s to load (%d s)",
				    name ? name : "?", waited_ms / 1000);
		if (waited_ms / 1000 >= seconds)
			return false;
	}
	modules_report_failures(modules);
	return true;
}
