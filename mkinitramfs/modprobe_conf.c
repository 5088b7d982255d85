/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe_conf.c: parses modprobe.d files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/modprobe_conf.h"
#include "mkinitramfs/plan.h"

/* By priority, as libkmod has them. */
const char *const modprobe_conf_folders[] = {
	"etc/modprobe.d",     "run/modprobe.d", "usr/local/lib/modprobe.d",
	"usr/lib/modprobe.d", "lib/modprobe.d", NULL,
};

void module_name_normalize(char *name)
{
	for (; *name && *name != '['; name++)
		if (*name == '-')
			*name = '_';
}

static int conf_add(struct modprobe_conf *conf, const char *command, const char *name,
		    const char *rest, bool system)
{
	struct modprobe_line *lines = conf->lines, *line;

	if (conf->count == conf->room) {
		conf->room = conf->room ? conf->room * 2 : 64;
		lines = reallocarray(lines, conf->room, sizeof(*lines));
		if (!lines)
			return -ENOMEM;
		conf->lines = lines;
	}
	line = &lines[conf->count++];
	*line = (struct modprobe_line){ strdup(command), strdup(name), strdup(rest),
					system };
	if (!line->command || !line->name || !line->rest)
		return -ENOMEM;
	module_name_normalize(line->name);
	return 0;
}

/* Makes every run of white space one blank, and none at the ends. */
static void squeeze(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		bool blank = strchr(" \t\r", *in);

		if (!blank)
			*out++ = *in;
		else if (out > text && out[-1] != ' ')
			*out++ = ' ';
	}
	while (out > text && out[-1] == ' ')
		out--;
	*out = '\0';
}

static int conf_parse_line(struct modprobe_conf *conf, char *line, bool system)
{
	char *name, *rest;

	squeeze(line);
	if (!*line || *line == '#')
		return 0;
	name = strchr(line, ' ');
	if (!name)
		return 0;
	*name++ = '\0';
	rest = strchr(name, ' ');
	if (rest)
		*rest++ = '\0';
	return conf_add(conf, line, name, rest ? rest : "", system);
}

int modprobe_conf_parse(struct modprobe_conf *conf, const char *text, bool system,
			struct err *err)
{
	_cleanup_free_ char *copy = strdup(text);
	char *next = copy;
	int result = copy ? 0 : -ENOMEM;

	for (char *at = copy; !result && at && *at; at++)
		if (at[0] == '\\' && at[1] == '\n')
			at[0] = at[1] = ' ';
	while (!result && next) {
		char *line = strsep(&next, "\n");

		result = conf_parse_line(conf, line, system);
	}
	return result ? err_sys(err, -result, "reading modprobe's configuration") : 0;
}

struct conf_file {
	char *name; /* without the folder */
	const char *folder;
};

static int file_compare(const void *a, const void *b)
{
	return strcmp(((const struct conf_file *)a)->name,
		      ((const struct conf_file *)b)->name);
}

static bool conf_hidden(const struct conf_file *files, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(files[i].name, name))
			return true;
	return false;
}

/* Adds the names of one folder that no earlier folder has. */
static int conf_list(int root_fd, const char *folder, struct conf_file **files,
		     size_t *count)
{
	int fd = file_open_in_root(root_fd, folder, O_RDONLY | O_DIRECTORY, NULL);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;

	while (dir && (item = readdir(dir))) {
		size_t length = strlen(item->d_name);
		struct conf_file *more;

		if (item->d_name[0] == '.' || length < 6 ||
		    strcmp(item->d_name + length - 5, ".conf") != 0 ||
		    conf_hidden(*files, *count, item->d_name))
			continue;
		more = reallocarray(*files, *count + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		*files = more;
		more[*count] = (struct conf_file){ strdup(item->d_name), folder };
		if (!more[*count].name)
			return -ENOMEM;
		++*count;
	}
	return 0;
}

static int conf_read_one(struct modprobe_conf *conf, int root_fd,
			 const struct conf_file *file, struct err *err)
{
	_cleanup_free_ char *path = format_text("%s/%s", file->folder, file->name);
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_close_ int fd = -1;
	int result;

	strbuf_init(&text, 0);
	fd = path ? file_open_in_root(root_fd, path, O_RDONLY, err) : -ENOMEM;
	if (fd < 0)
		return fd;
	result = file_read_fd(fd, path, &text, err);
	return result ? result : modprobe_conf_parse(conf, text.text, false, err);
}

int modprobe_conf_read(struct modprobe_conf *conf, int root_fd, struct err *err)
{
	struct conf_file *files = NULL;
	size_t count = 0;
	int result = 0;

	for (const char *const *dir = modprobe_conf_folders; !result && *dir; dir++)
		result = conf_list(root_fd, *dir, &files, &count);
	if (result)
		err_sys(err, -result, "reading modprobe's configuration");
	if (files)
		qsort(files, count, sizeof(*files), file_compare);
	for (size_t i = 0; i < count; i++) {
		if (!result)
			result = conf_read_one(conf, root_fd, &files[i], err);
		free(files[i].name);
	}
	free(files);
	return result;
}

const struct modprobe_line *modprobe_conf_next(const struct modprobe_conf *conf,
					       const char *command, const char *name,
					       const struct modprobe_line *after)
{
	for (size_t i = after ? (size_t)(after - conf->lines) + 1 : 0; i < conf->count;
	     i++)
		if (!strcmp(conf->lines[i].command, command) &&
		    !strcmp(conf->lines[i].name, name))
			return &conf->lines[i];
	return NULL;
}

void modprobe_conf_release(struct modprobe_conf *conf)
{
	for (size_t i = 0; i < conf->count; i++) {
		free(conf->lines[i].command);
		free(conf->lines[i].name);
		free(conf->lines[i].rest);
	}
	free(conf->lines);
	*conf = (struct modprobe_conf)MODPROBE_CONF_INIT;
}
