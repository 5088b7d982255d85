/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_files.c: writes a set of configuration files where there are none. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bedplate/config_files.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/names.h"
#include "lib/show_json.h"
#include "lib/text_match.h"

#define SAMPLE ".sample"
#define CONF   ".conf"

int config_files_open(struct config_files *files, const char *root, const char *output,
		      struct err *err)
{
	size_t length = root ? strlen(root) : 0;

	while (length && root[length - 1] == '/')
		length--;
	files->folder =
		output ? strdup(output)
		       : format_text("%.*s/etc/bedplate", (int)length, root ? root : "");
	if (!files->folder)
		return err_sys(err, ENOMEM, "opening the configuration's folder");
	files->below = output ? NULL : "etc/bedplate";
	if (!output)
		files->parent_fd = file_open_root(root, err);
	else
		files->parent_fd = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->parent_fd < 0 && output && errno != ENOENT)
		return err_sys(err, errno, "opening %s", output);
	return !output && files->parent_fd < 0 ? files->parent_fd : 0;
}

/* The path of a file's folder below the parent's descriptor: a heap string. */
static char *folder_path(const struct config_files *files, const struct config_file *file)
{
	return format_text("%s/%s", files->below ? files->below : ".",
			   *file->folder ? file->folder : ".");
}

/* A descriptor of a file's folder, or -1. */
static int open_folder(const struct config_files *files, const struct config_file *file)
{
	_cleanup_free_ char *path = folder_path(files, file);

	if (!path || files->parent_fd < 0)
		return -1;
	return file_open_in_root(files->parent_fd, path, O_RDONLY | O_DIRECTORY, NULL);
}

static bool is_there(int fd, const char *name)
{
	struct stat status;

	return fd >= 0 && fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What is there in place of the file: a heap string, or NULL. */
static char *find_keeper(const struct config_files *files, const struct config_file *file)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_close_ int fd = open_folder(files, file);

	if (fd < 0)
		return NULL;
	if (is_there(fd, file->name))
		return strdup(file->path);
	if (text_ends_in(file->name, SAMPLE)) {
		_cleanup_free_ char *name =
			strndup(file->name, strlen(file->name) - strlen(SAMPLE));

		return name && is_there(fd, name)
			       ? format_text("%s/%s", file->folder, name)
			       : NULL;
	}
	if (strcmp(file->folder, "network") != 0)
		return NULL;
	names_read(&names, fd, ".");
	for (size_t i = 0; i < names.count; i++)
		if (text_ends_in(names.items[i], CONF))
			return format_text("%s/%s", file->folder, names.items[i]);
	return NULL;
}

/* Parts the path of a file. -ENOMEM. */
static int set_path(struct config_file *file, const char *path)
{
	char *slash;

	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	slash = strrchr(file->path, '/');
	file->name = slash ? slash + 1 : file->path;
	file->folder = strndup(path, slash ? (size_t)(slash - file->path) : 0);
	return file->folder ? 0 : -ENOMEM;
}

int config_files_add(struct config_files *files, const char *path, mode_t mode,
		     struct strbuf *text, struct err *err)
{
	struct config_file *more =
		reallocarray(files->items, files->count + 1, sizeof(*more));
	struct config_file *file = more ? &more[files->count] : NULL;

	if (!more)
		return err_sys(err, ENOMEM, "writing %s", path);
	files->items = more;
	files->count++;
	*file = (struct config_file){ .text = strbuf_steal(text),
				      .mode = mode,
				      .aside = FILE_ASIDE_INIT };
	if (set_path(file, path) || !file->text)
		return err_sys(err, ENOMEM, "writing %s", path);
	file->keeper = find_keeper(files, file);
	file->state = file->keeper ? CONFIG_FILE_KEPT : CONFIG_FILE_NEW;
	return 0;
}

/* Makes the folder of a file. Returns a descriptor of it. */
static int make_folder(const struct config_files *files, const struct config_file *file,
		       struct err *err)
{
	_cleanup_free_ char *path = folder_path(files, file);

	if (!path)
		return err_sys(err, ENOMEM, "writing %s", file->path);
	return file_make_dirs_in_root(files->parent_fd, path, err);
}

/* Writes a file beside its place. */
static int stage(const struct config_files *files, struct config_file *file,
		 struct err *err)
{
	_cleanup_close_ int fd = make_folder(files, file, err);
	int result =
		fd < 0 ? fd
		       : file_aside_open(&file->aside, fd, file->name, file->mode, err);

	if (result)
		return result;
	result = file_write_all(file->aside.fd, file->text, strlen(file->text));
	if (!result && fsync(file->aside.fd) < 0)
		result = -errno;
	return result ? err_sys(err, -result, "writing %s/%s", files->folder, file->path)
		      : 0;
}

static void take_back(const struct config_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		struct config_file *file = &files->items[i];
		_cleanup_close_ int fd = open_folder(files, file);

		file_aside_release(&file->aside);
		if (file->state == CONFIG_FILE_WRITTEN && fd >= 0)
			unlinkat(fd, file->name, 0);
	}
}

/* Somebody who was quicker keeps what he made. */
static int place(struct config_file *file, struct err *err)
{
	struct err own = ERR_INIT;
	int result = file_aside_commit_new(&file->aside, &own);

	if (!result) {
		file->state = CONFIG_FILE_WRITTEN;
		return 0;
	}
	if (result == -EEXIST) {
		file->state = CONFIG_FILE_KEPT;
		file->keeper = strdup(file->path);
		return file->keeper ? 0 : err_sys(err, ENOMEM, "writing %s", file->path);
	}
	return err_set(err, -result, "%s", own.text);
}

int config_files_write(struct config_files *files, struct err *err)
{
	int result = 0;

	if (files->parent_fd < 0) {
		if (mkdir(files->folder, 0755) < 0)
			return err_sys(err, errno, "making the folder %s", files->folder);
		files->parent_fd =
			open(files->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (files->parent_fd < 0)
			return err_sys(err, errno, "opening %s", files->folder);
	}
	for (size_t i = 0; i < files->count && !result; i++)
		if (files->items[i].state == CONFIG_FILE_NEW)
			result = stage(files, &files->items[i], err);
	for (size_t i = 0; i < files->count && !result; i++)
		if (files->items[i].state == CONFIG_FILE_NEW)
			result = place(&files->items[i], err);
	if (result)
		take_back(files);
	return result;
}

static void show_kept(const struct config_files *files, const struct config_file *file)
{
	if (!strcmp(file->keeper, file->path))
		printf("left alone %s/%s: it is there already\n", files->folder,
		       file->path);
	else
		printf("left out %s/%s: %s is there already\n", files->folder, file->path,
		       file->keeper);
}

int config_files_show(const struct config_files *files, bool texts, struct err *err)
{
	bool any = false;

	for (size_t i = 0; i < files->count; i++) {
		const struct config_file *file = &files->items[i];

		if (file->state == CONFIG_FILE_KEPT)
			show_kept(files, file);
		else if (texts)
			printf("==> %s/%s <==\n%s\n", files->folder, file->path,
			       file->text);
		else
			printf("wrote %s/%s\n", files->folder, file->path);
		any |= file->state == CONFIG_FILE_WRITTEN;
	}
	if (any)
		puts("Look through them; then `bedplate host-prep plan` shows what they change.");
	return show_end(err);
}

json_t *config_files_json(const struct config_files *files)
{
	static const char *const words[] = { [CONFIG_FILE_NEW] = "new",
					     [CONFIG_FILE_WRITTEN] = "written",
					     [CONFIG_FILE_KEPT] = "kept" };
	json_t *all = json_array();

	for (size_t i = 0; i < files->count; i++) {
		const struct config_file *file = &files->items[i];
		_cleanup_free_ char *path =
			format_text("%s/%s", files->folder, file->path);

		json_array_append_new(
			all, json_pack("{s:o, s:s, s:o}", "path",
				       show_json_text(path ? path : file->path), "state",
				       words[file->state], "because_of",
				       show_json_text(file->keeper ? file->keeper : "")));
	}
	return all;
}

void config_files_release(struct config_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		file_aside_release(&files->items[i].aside);
		free(files->items[i].path);
		free(files->items[i].folder);
		free(files->items[i].text);
		free(files->items[i].keeper);
	}
	free(files->items);
	free(files->folder);
	cleanup_close(&files->parent_fd);
	*files = (struct config_files)CONFIG_FILES_INIT;
}
