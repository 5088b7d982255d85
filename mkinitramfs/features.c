/* SPDX-License-Identifier: GPL-2.0-or-later */
/* features.c: reads etc/bedplate/image.d. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/nearest.h"
#include "lib/run_point.h"
#include "mkinitramfs/choose.h"
#include "mkinitramfs/extra.h"
#include "mkinitramfs/features.h"

static const char folder[] = "etc/bedplate/image.d";
static const char *const points[] = { RUN_POINTS };

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "reading %s", folder);
}

static int features_read(struct names *features, int root_fd, struct err *err)
{
	return names_read(features, root_fd, folder) ? no_memory(err) : 0;
}

/* The words of a file of a feature; none where it is not there. */
static int read_words(struct names *words, int root_fd, const char *feature,
		      const char *file, struct err *err)
{
	_cleanup_free_ char *path = format_text("%s/%s/%s", folder, feature, file);
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	if (!path)
		return no_memory(err);
	if (!file_exists(root_fd, path))
		return 0;
	result = file_read(root_fd, path, &text, err);
	for (char *next = text.text; !result && next;) {
		char *line = strsep(&next, "\n"), *word;

		line[strcspn(line, "#")] = '\0';
		while (!result && (word = strsep(&line, " \t")))
			if (*word && names_add(words, word))
				result = no_memory(err);
	}
	return result;
}

int features_choose(struct module_set *set, int root_fd, struct err *err)
{
	_cleanup_names_ struct names features = NAMES_INIT;
	int result = features_read(&features, root_fd, err);

	for (size_t i = 0; !result && i < features.count; i++) {
		_cleanup_names_ struct names words = NAMES_INIT;

		result = read_words(&words, root_fd, features.items[i], "modules", err);
		if (!result && choose_added(set, words.items, words.count, err))
			result = err_wrap(err, "%s/%s", folder, features.items[i]);
	}
	return result;
}

/* ---- programs at points ---- */

static int check_point(const char *path, const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		if (!strcmp(points[i], name))
			return 0;
		nearest_offer(&nearest, points[i]);
	}
	err_set(err, EINVAL, "%s: /init has no point %s to run it at", path, name);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "bedplate-mkinitramfs(8) lists them");
	return -EINVAL;
}

static int check_program(int root_fd, const char *path, struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_PATH, err);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return err_set(err, EINVAL, "%s is no program (chmod +x?)", path);
	return 0;
}

static int add_run(struct plan *plan, int root_fd, const char *feature, const char *point,
		   struct err *err)
{
	_cleanup_free_ char *source = format_text("%s/%s/run/%s", folder, feature, point);
	_cleanup_free_ char *path =
		format_text(RUN_POINT_FOLDER "/%s/%s", point, feature);
	_cleanup_free_ char *reason = format_text("feature %s", feature);
	int result;

	if (!source || !path || !reason)
		return no_memory(err);
	result = check_point(source, point, err);
	if (!result)
		result = check_program(root_fd, source, err);
	if (result)
		return result;
	plan_add_file(plan, path, 0755, root_fd, source, false, reason);
	return extra_add_needs(plan, root_fd, source, reason, err);
}

static int add_runs(struct plan *plan, int root_fd, const char *feature, struct err *err)
{
	_cleanup_free_ char *dir = format_text("%s/%s/run", folder, feature);
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = dir ? names_read(&names, root_fd, dir) : -ENOMEM;

	if (result || names_add(&plan->watched, dir))
		return no_memory(err);
	for (size_t i = 0; !result && i < names.count; i++)
		result = add_run(plan, root_fd, feature, names.items[i], err);
	return result;
}

static bool is_shell_script(int root_fd, const char *feature, const char *point)
{
	_cleanup_free_ char *path = format_text("%s/%s/run/%s", folder, feature, point);
	_cleanup_close_ int fd =
		path ? file_open_in_root(root_fd, path, O_RDONLY, NULL) : -1;
	char head[32] = "";

	return fd >= 0 && read(fd, head, sizeof(head) - 1) > 0 &&
	       !strncmp(head, "#!", 2) &&
	       !strncmp(head + 2 + strspn(head + 2, " \t"), "/bin/sh", 7);
}

bool features_need_shell(int root_fd)
{
	_cleanup_names_ struct names features = NAMES_INIT;

	if (features_read(&features, root_fd, NULL))
		return false;
	for (size_t i = 0; i < features.count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(points); k++)
			if (is_shell_script(root_fd, features.items[i], points[k]))
				return true;
	return false;
}

/* ---- the rest ---- */

static int add_binaries(struct plan *plan, int root_fd, char *const *names, size_t count,
			const char *reason, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = extra_add_binary(plan, root_fd, names[i], reason, err);
	return result;
}

/* What is not there yet may come, and is an input, too. */
static int watch(struct plan *plan, const char *feature, const char *file,
		 struct err *err)
{
	_cleanup_free_ char *path = format_text("%s/%s%s", folder, feature, file);

	return !path || names_add(&plan->watched, path) ? no_memory(err) : 0;
}

static int add_feature(struct plan *plan, int root_fd, const char *feature,
		       struct err *err)
{
	_cleanup_free_ char *files = format_text("%s/%s/files", folder, feature);
	_cleanup_free_ char *reason = format_text("feature %s", feature);
	_cleanup_names_ struct names binaries = NAMES_INIT;
	int result = files && reason ? 0 : no_memory(err);

	if (!result && file_exists(root_fd, files))
		result = extra_add_tree(plan, root_fd, files, reason, err);
	if (!result)
		result = read_words(&binaries, root_fd, feature, "binaries", err);
	if (!result)
		result = add_binaries(plan, root_fd, binaries.items, binaries.count,
				      reason, err);
	if (!result)
		result = add_runs(plan, root_fd, feature, err);
	if (!result)
		result = watch(plan, feature, "/modules", err);
	if (!result)
		result = watch(plan, feature, "/binaries", err);
	return result ? result : watch(plan, feature, "", err);
}

int features_add(struct plan *plan, const struct host_conf *host, int root_fd,
		 struct err *err)
{
	_cleanup_names_ struct names features = NAMES_INIT;
	int result = features_read(&features, root_fd, err);

	if (!result && names_add(&plan->watched, folder))
		result = no_memory(err);
	for (size_t i = 0; !result && i < host->image.extra_files.count; i++)
		result = extra_add_file(plan, root_fd, host->image.extra_files.items[i],
					"the configuration adds it", err);
	if (!result)
		result = add_binaries(plan, root_fd, host->image.extra_binaries.items,
				      host->image.extra_binaries.count,
				      "the configuration adds it", err);
	for (size_t i = 0; !result && i < features.count; i++)
		if (add_feature(plan, root_fd, features.items[i], err))
			result = err_wrap(err, "%s/%s", folder, features.items[i]);
	return result;
}
