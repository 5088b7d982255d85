/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_cmdline.c: the boot loaders' configurations, as far as they make the command line. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/boot_cmdline.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { DROPINS_MAX = 64 };

static const char grub_file[] = "etc/default/grub";
static const char grub_folder[] = "etc/default/grub.d";
static const char kernel_file[] = "etc/kernel/cmdline";

/* "$NAME" or "${NAME}": what it has now; another variable is nothing here. Returns what is
 * behind it. A '$' before anything else stands for itself. */
static const char *expand(const char *text, const char *name, const struct strbuf *before,
			  struct strbuf *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	bool braced = text[1] == '{';
	const char *start = text + 1 + braced;
	size_t length = strspn(start, letters);

	if (!length || (braced && start[length] != '}')) {
		strbuf_addc(out, '$');
		return text + 1;
	}
	if (length == strlen(name) && strncmp(start, name, length) == 0)
		strbuf_adds(out, before->text);
	return start + length + braced;
}

/* A word of the shell: quoted and bare pieces up to white space. */
static void add_word(const char *text, const char *name, const struct strbuf *before,
		     struct strbuf *out)
{
	char quote = '\0';

	while (*text && (quote || !strchr(" \t\n;", *text))) {
		if (*text == '$' && quote != '\'') {
			text = expand(text, name, before, out);
			continue;
		}
		if (*text == quote) {
			quote = '\0';
		} else if (!quote && (*text == '"' || *text == '\'')) {
			quote = *text;
		} else if (*text == '\\' && quote != '\'' && text[1]) {
			/* One at the end of a line joins it with the next. */
			if (*++text != '\n')
				strbuf_addc(out, *text);
		} else {
			strbuf_addc(out, *text);
		}
		text++;
	}
}

static void assign_line(struct strbuf *out, const char *line, const char *name)
{
	size_t length = strlen(name);
	_cleanup_strbuf_ struct strbuf value;
	bool appends;

	strbuf_init(&value, 0);
	line += strspn(line, " \t");
	if (strncmp(line, "export ", 7) == 0)
		line += 7;
	if (strncmp(line, name, length) != 0)
		return;
	line += length;
	appends = *line == '+';
	line += appends;
	if (*line != '=')
		return;
	if (appends)
		strbuf_adds(&value, out->text);
	add_word(line + 1, name, out, &value);
	strbuf_truncate(out, 0);
	strbuf_adds(out, value.text);
}

void boot_cmdline_assign(struct strbuf *out, const char *script, const char *name)
{
	const char *line = script;

	while (line) {
		assign_line(out, line, name);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
}

static bool is_script(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 4 && strcmp(name + length - 4, ".cfg") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the scripts in the folder, sorted; how many. */
static size_t list_scripts(int root_fd, char **names, size_t most)
{
	int fd = file_open(root_fd, grub_folder, O_RDONLY | O_DIRECTORY, NULL);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t count = 0;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && count < most && (entry = readdir(dir))) {
		if (is_script(entry->d_name) && (names[count] = strdup(entry->d_name)))
			count++;
	}
	qsort(names, count, sizeof(*names), by_name);
	return count;
}

/* The drop-ins are sourced behind the file in the order of their names. */
static void read_dropins(struct strbuf *script, int root_fd)
{
	char *names[DROPINS_MAX], path[sizeof(grub_folder) + NAME_MAX + 2];
	size_t count = list_scripts(root_fd, names, DROPINS_MAX);

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", grub_folder, names[i]);
		file_read(root_fd, path, script, NULL);
		strbuf_addc(script, '\n');
		free(names[i]);
	}
}

static int add(struct boot_cmdlines *cmdlines, const char *source, const char *text,
	       struct err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return err_sys(err, ENOMEM, "reading %s", source);
	cmdlines->items[cmdlines->count].source = source;
	cmdlines->items[cmdlines->count++].text = copy;
	return 0;
}

static int read_grub(struct boot_cmdlines *cmdlines, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf script, text, normal;
	int result;

	strbuf_init(&script, 0);
	strbuf_init(&text, 0);
	strbuf_init(&normal, 0);
	result = file_read(root_fd, grub_file, &script, err);
	if (result < 0)
		return result;
	strbuf_addc(&script, '\n');
	read_dropins(&script, root_fd);
	boot_cmdline_assign(&text, script.text, "GRUB_CMDLINE_LINUX");
	boot_cmdline_assign(&normal, script.text, "GRUB_CMDLINE_LINUX_DEFAULT");
	strbuf_addf(&text, " %s", normal.text);
	return add(cmdlines, grub_file, text.text, err);
}

static int read_kernel_install(struct boot_cmdlines *cmdlines, int root_fd,
			       struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = file_read(root_fd, kernel_file, &text, err);
	return result < 0 ? result : add(cmdlines, kernel_file, text.text, err);
}

int boot_cmdlines_read(struct boot_cmdlines *cmdlines, int root_fd, struct err *err)
{
	int result = 0;

	*cmdlines = (struct boot_cmdlines){ .count = 0 };
	if (file_exists(root_fd, grub_file))
		result = read_grub(cmdlines, root_fd, err);
	if (!result && file_exists(root_fd, kernel_file))
		result = read_kernel_install(cmdlines, root_fd, err);
	return result;
}

void boot_cmdlines_release(struct boot_cmdlines *cmdlines)
{
	for (size_t i = 0; i < cmdlines->count; i++)
		free(cmdlines->items[i].text);
	cmdlines->count = 0;
}
