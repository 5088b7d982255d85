/* SPDX-License-Identifier: GPL-2.0-or-later */
/* own_file.c: plans and writes files of other programs'. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/own_file.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/process.h"

enum { TIMEOUT_MS = 60000, PATH_SIZE = 256 };

struct work {
	int root_fd;
	char *path, *before, *after;
	int (*changed)(int root_fd, const char *before, const char *after,
		       struct err *err);
};

static void release_work(void *data)
{
	struct work *work = data;

	free(work->path);
	free(work->before);
	free(work->after);
	free(work);
}

int own_file_read(int root_fd, const char *path, char **text, struct err *err)
{
	_cleanup_strbuf_ struct strbuf found;
	int result;

	*text = NULL;
	strbuf_init(&found, 0);
	result = file_read(root_fd, path, &found, err);
	/* Who may not read it does not get to write it, and may want to see a plan. */
	if (result == -ENOENT || result == -ENOTDIR || result == -EACCES) {
		err_clear(err);
		return 0;
	}
	if (!result)
		*text = strbuf_steal(&found);
	return result || *text ? result : err_sys(err, ENOMEM, "reading /%s", path);
}

static const char *folder(const char *path, char dir[PATH_SIZE])
{
	const char *end = strrchr(path, '/');

	snprintf(dir, PATH_SIZE, "%.*s", end ? (int)(end - path) : 0, path);
	return dir;
}

static int remove_file(int root_fd, const char *path, struct err *err)
{
	char dir[PATH_SIZE];

	if (unlinkat(root_fd, path, 0) < 0 && errno != ENOENT)
		return err_sys(err, errno, "removing /%s", path);
	unlinkat(root_fd, folder(path, dir), AT_REMOVEDIR);
	return 0;
}

int own_file_write(int root_fd, const char *path, const char *text, struct err *err)
{
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	struct stat had;
	char dir[PATH_SIZE];
	bool is_there = fstatat(root_fd, path, &had, 0) == 0;
	int result;

	if (!text)
		return remove_file(root_fd, path, err);
	result = file_make_dirs(root_fd, folder(path, dir), err);
	if (!result)
		result = file_aside_open(&aside, root_fd, path,
					 is_there ? had.st_mode & 07777 : 0644, err);
	if (!result && is_there && fchown(aside.fd, had.st_uid, had.st_gid) < 0)
		result = err_sys(err, errno, "writing /%s", path);
	if (!result && file_write_all(aside.fd, text, strlen(text)))
		result = err_sys(err, errno, "writing /%s", path);
	return result ? result : file_aside_commit(&aside, err);
}

static int make_it(const struct work *work, const char *from, const char *to,
		   struct err *err)
{
	int result = own_file_write(work->root_fd, work->path, to, err);

	return result || !work->changed ? result
					: work->changed(work->root_fd, from, to, err);
}

static int run(const struct step *step, struct err *err)
{
	const struct work *work = step->data;
	struct err again = ERR_INIT;
	int result = make_it(work, work->before, work->after, err);

	if (result && own_file_write(work->root_fd, work->path, work->before, &again))
		log_err(&again);
	return result;
}

static int undo(const struct step *step, struct err *err)
{
	const struct work *work = step->data;

	return make_it(work, work->after, work->before, err);
}

/* Takes over the text that is there. */
static int add_step(const struct part_context *context, const struct own_file *file,
		    char *before, struct steps *steps, struct err *err)
{
	struct work *work = calloc(1, sizeof(*work));
	struct step step = {
		.part = file->part,
		.action = !before      ? STEP_ADD
			  : file->text ? STEP_CHANGE
				       : STEP_REMOVE,
		.before = (char *)(before && file->text ? "another text" : ""),
		.after = (char *)(before && file->text ? "as configured" : ""),
		.origin = (char *)(file->origin ? file->origin : ""),
		.run = run,
		.undo = undo,
		.data = work,
		.release_data = release_work
	};

	if (work)
		*work = (struct work){ .root_fd = context->root_fd,
				       .path = strdup(file->path),
				       .before = before,
				       .after = file->text ? strdup(file->text) : NULL,
				       .changed = file->changed };
	else
		free(before);
	if (!work || !work->path || (file->text && !work->after)) {
		if (work)
			release_work(work);
		return err_sys(err, ENOMEM, "planning /%s", file->path);
	}
	steps_addf(steps, &step, "file /%s", file->path);
	return 0;
}

int own_file_plan(const struct part_context *context, const struct own_file *file,
		  struct steps *steps, struct err *err)
{
	_cleanup_free_ char *before = NULL;
	int result = own_file_read(context->root_fd, file->path, &before, err);

	if (result || (!before && !file->text))
		return result;
	if (before && file->text && strcmp(before, file->text) == 0)
		return 0;
	return add_step(context, file, steal_pointer(before), steps, err);
}

static bool is_among(const struct own_file *files, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(files[i].path, path) == 0)
			return true;
	return false;
}

int own_files_plan(const struct part_context *context, const char *part,
		   const struct own_file *files, size_t count,
		   int (*changed)(int root_fd, const char *before, const char *after,
				  struct err *err),
		   struct steps *steps, struct err *err)
{
	const char *path;
	json_t *value;
	int result = 0;

	json_object_foreach(context->journal, path, value) {
		const struct own_file gone = { .part = part,
					       .path = path,
					       .changed = changed };

		if (!result && json_is_true(value) && !is_among(files, count, path))
			result = own_file_plan(context, &gone, steps, err);
	}
	if (result)
		return result;
	json_object_clear(context->journal);
	for (size_t i = 0; !result && i < count; i++) {
		result = own_file_plan(context, &files[i], steps, err);
		json_object_set_new(context->journal, files[i].path, json_true());
	}
	return result;
}

int own_file_run(const char *const *argv, struct err *err)
{
	struct process process = { .argv = argv, .timeout_ms = TIMEOUT_MS };

	return process_run_quiet(&process, err);
}

int own_file_reload_udev(int root_fd, const char *before, const char *after,
			 struct err *err)
{
	static const char *const argv[] = { "udevadm", "control", "--reload", NULL };

	(void)before;
	(void)after;
	return file_exists(root_fd, "run/udev/control") ? own_file_run(argv, err) : 0;
}
