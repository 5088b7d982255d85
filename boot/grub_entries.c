/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_entries.c: prints our part of grub.cfg, for the script in /etc/grub.d. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/commands.h"
#include "boot/grub.h"
#include "boot/grub_files.h"
#include "boot/grub_menu.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/log.h"
#include "lib/names.h"

/* ---- which folders GRUB has to get at ---- */

static int add_folder(struct names *names, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder = strndup(path, slash ? (size_t)(slash - path) : 0);

	for (size_t i = 0; folder && i < names->count; i++)
		if (!strcmp(names->items[i], folder))
			return 0;
	return folder && !names_add(names, folder)
		       ? 0
		       : err_sys(err, ENOMEM, "listing folders");
}

static int print_folders(const struct boot *boot, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < boot->images.count; i++) {
		result = add_folder(&names, boot->images.items[i].kernel, err);
		if (!result)
			result = add_folder(&names, boot->images.items[i].path, err);
	}
	for (size_t i = 0; !result && i < names.count; i++)
		printf("/%s\n", names.items[i]);
	return result;
}

/* ---- what the script knows about them ---- */

struct folders {
	struct grub_folder *items;
	size_t count;
};

static void folders_release(struct folders *folders)
{
	for (size_t i = 0; i < folders->count; i++) {
		free(folders->items[i].here);
		free(folders->items[i].there);
		free(folders->items[i].access);
	}
	free(folders->items);
}

static int begin_folder(struct folders *folders, const char *words, struct err *err)
{
	size_t length = strcspn(words, " ");
	const char *there = words[length] ? words + length + 1 : "";
	size_t end = strlen(there);
	struct grub_folder *items =
		reallocarray(folders->items, folders->count + 1, sizeof(*items));
	struct grub_folder *folder;

	if (!items)
		return err_sys(err, ENOMEM, "reading folders");
	/* The top of a file system is "/" to grub-mkrelpath. */
	while (end && there[end - 1] == '/')
		end--;
	folders->items = items;
	folder = &items[folders->count++];
	folder->here = strndup(words + (*words == '/'), length - (*words == '/'));
	folder->there = strndup(there, end);
	folder->access = strdup("");
	return folder->here && folder->there && folder->access
		       ? 0
		       : err_sys(err, ENOMEM, "reading folders");
}

static int add_command(struct folders *folders, const char *line, struct err *err)
{
	struct grub_folder *folder = &folders->items[folders->count - 1];
	char *access = format_text("%s%s\n", folder->access, line);

	if (!access)
		return err_sys(err, ENOMEM, "reading folders");
	free(folder->access);
	folder->access = access;
	return 0;
}

/* Lines "folder HERE THERE", each followed by GRUB's commands to get there. */
static int read_folders(struct folders *folders, struct err *err)
{
	static const char mark[] = "folder ";
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = file_read_fd(STDIN_FILENO, "the standard input", &text, err);
	for (char *rest = text.text, *line; !result && (line = strsep(&rest, "\n"));) {
		if (!strncmp(line, mark, strlen(mark)))
			result = begin_folder(folders, line + strlen(mark), err);
		else if (*line && folders->count)
			result = add_command(folders, line, err);
	}
	return result;
}

/* ---- the entries ---- */

static int print_entries(struct boot *boot, struct err *err)
{
	const struct args *args = boot->args;
	struct folders folders = { .items = NULL };
	_cleanup_strbuf_ struct strbuf root, text;
	struct grub_menu menu;
	int result = read_folders(&folders, err);

	strbuf_init(&root, 0);
	strbuf_init(&text, 0);
	if (!result) {
		grub_menu_open(&menu, boot);
		if (args->grub_root)
			strbuf_addf(&root, "%s ro", args->grub_root);
		menu.root = root.text;
		menu.cmdline = args->grub_cmdline ? args->grub_cmdline : "";
		menu.title = args->grub_title ? args->grub_title : menu.title;
		menu.folders = folders.items;
		menu.folder_count = folders.count;
		grub_menu_write(&menu, &text);
		fputs(text.text, stdout);
		result = text.overflow || fflush(stdout) == EOF
				 ? err_sys(err, ENOMEM, "writing entries")
				 : 0;
	}
	folders_release(&folders);
	return result;
}

/* Words that are wrong by now leave the line as it is, and images are tried all the same. */
static int read_words(struct boot *boot, struct err *err)
{
	int result = boot_read_words(boot, err);

	if (result != -EINVAL || boot_keep_line(boot))
		return result;
	log_warning("%s", err->text);
	*err = (struct err)ERR_INIT;
	return 0;
}

int grub_entries_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	int code = boot_open(&boot, args, false, err), result;

	if (code != EXIT_DONE)
		return code;
	result = args->grub_folders ? print_folders(&boot, err) : read_words(&boot, err);
	if (!result && !args->grub_folders)
		result = boot_read_line(&boot, false, err);
	if (!result && !args->grub_folders)
		result = print_entries(&boot, err);
	return result ? EXIT_FAILED : EXIT_DONE;
}
