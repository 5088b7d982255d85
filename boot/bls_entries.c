/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bls_entries.c: finds the boot entries that kernel-install(8) made for this machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/kernel_install.h"
#include "boot/systemd_boot.h"
#include "boot/uki.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/kernel_file.h"
#include "lib/names.h"

#define FOLDER  "loader/entries"
#define UNIFIED "EFI/Linux"

enum { TOKEN_MAX = 4 };

/* ---- where they are ---- */

/* What tokens may be, as kernel-install has it: entry-token, or else the machine's id and the
 * system's names. Returns how many. */
struct tokens {
	char *items[TOKEN_MAX];
	size_t count;
	bool first_is_machine_id;
};

static void add_token(struct tokens *tokens, char *token)
{
	if (token && *token && !strchr(token, '/') && tokens->count < TOKEN_MAX)
		tokens->items[tokens->count++] = token;
	else
		free(token);
}

static char *read_word(int root_fd, const char *path)
{
	char line[256];

	if (file_read_line(root_fd, path, line, sizeof(line), NULL))
		return NULL;
	return strndup(line, strcspn(line, " \t"));
}

/* A value of os-release(5), which may be quoted. */
static char *system_name(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) != 0 || line[length] != '=')
			continue;
		line += length + 1;
		line += strspn(line, "\"'");
		return strndup(line, strcspn(line, "\"'\n"));
	}
	return NULL;
}

static void tokens_read(struct tokens *tokens, int root_fd)
{
	_cleanup_close_ int fd = -1;
	_cleanup_strbuf_ struct strbuf system;
	char *id;

	strbuf_init(&system, 0);
	add_token(tokens, read_word(root_fd, "etc/kernel/entry-token"));
	id = read_word(root_fd, "etc/machine-id");
	if (tokens->count) {
		tokens->first_is_machine_id = id && !strcmp(tokens->items[0], id);
		free(id);
		return;
	}
	tokens->first_is_machine_id = id && *id;
	add_token(tokens, id);
	fd = file_open_in_root(root_fd, "etc/os-release", O_RDONLY, NULL);
	if (fd >= 0)
		file_read_fd(fd, "os-release", &system, NULL);
	add_token(tokens, system_name(system.text, "IMAGE_ID"));
	add_token(tokens, system_name(system.text, "ID"));
	add_token(tokens, strdup("Default"));
}

static bool has_folder(int root_fd, const char *parent, const char *name)
{
	_cleanup_free_ char *path = format_text("%s/%s", parent, name);
	_cleanup_close_ int fd =
		path ? file_open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY, NULL)
		     : -1;

	return fd >= 0;
}

/* The first token that has a folder in this place, or -1. */
static int find_token(const struct tokens *tokens, int root_fd, const char *place)
{
	for (size_t i = 0; i < tokens->count; i++)
		if (has_folder(root_fd, place, tokens->items[i]))
			return (int)i;
	return -1;
}

/* The place that kernel-install(8) is told of, or that is made for it; or else the first that has
 * a token's folder or one for entries. The index of the token; -1 where there is no place. */
static int find_boot(struct bls_entries *entries, const struct tokens *tokens,
		     int root_fd, const char *esp)
{
	const char *const places[] = { "efi", "boot", "boot/efi",
				       *esp ? esp + (*esp == '/') : NULL };

	entries->boot = kernel_install_boot(root_fd);
	if (entries->boot) {
		int index = find_token(tokens, root_fd, entries->boot);

		return index < 0 ? 0 : index;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places) && places[i]; i++) {
		int index = find_token(tokens, root_fd, places[i]);

		if (index < 0 && has_folder(root_fd, places[i], FOLDER))
			index = 0;
		if (index >= 0) {
			entries->boot = strdup(places[i]);
			return index;
		}
	}
	return -1;
}

/* ---- the entries ---- */

static void entry_release(struct bls_entry *entry)
{
	free(entry->path);
	free(entry->version);
	free(entry->text);
}

static int read_text(struct bls_entry *entry, int root_fd, struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, entry->path, O_RDONLY, err);
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	if (fd < 0)
		return fd;
	result = file_read_fd(fd, entry->path, &text, err);
	if (!result)
		entry->text = strbuf_steal(&text);
	return result;
}

/* Takes the entry over. */
static int append(struct bls_entries *entries, struct bls_entry *entry, struct err *err)
{
	struct bls_entry *items =
		reallocarray(entries->items, entries->count + 1, sizeof(*items));

	if (!items) {
		entry_release(entry);
		return err_sys(err, ENOMEM, "reading /%s", entries->folder);
	}
	entries->items = items;
	items[entries->count++] = *entry;
	return 0;
}

/* Takes it over where it is one of a kernel in the token's folder; else it is somebody's own. */
static int add_text(struct bls_entries *entries, struct bls_entry entry, int root_fd,
		    struct err *err)
{
	_cleanup_free_ char *kernel = NULL, *folder = NULL;
	int result = entry.path ? read_text(&entry, root_fd, err) : -ENOMEM;

	if (!result) {
		kernel = bls_value(entry.text, "linux");
		entry.version = bls_value(entry.text, "version");
		folder = format_text("/%s/", entries->token);
	}
	if (result || !kernel || !folder || !entry.version || !strstr(kernel, folder)) {
		entry_release(&entry);
		return result;
	}
	return append(entries, &entry, err);
}

/* 90-uki-copy.install calls it TOKEN-VERSION.efi. */
static int add_unified(struct bls_entries *entries, struct bls_entry entry,
		       const char *name, struct err *err)
{
	size_t begin = strlen(entries->token) + 1;

	entry.version = strndup(name + begin, entry.name.length - begin);
	if (entry.path && entry.version)
		return append(entries, &entry, err);
	entry_release(&entry);
	return err_sys(err, ENOMEM, "reading " UNIFIED);
}

static int read_folder(struct bls_entries *entries, int root_fd, const char *folder,
		       const char *suffix, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	size_t length = strlen(entries->token);
	int result = names_read(&names, root_fd, folder);

	for (size_t i = 0; !result && i < names.count; i++) {
		struct bls_entry entry = { .path = NULL };
		const char *name = names.items[i];

		if (strncmp(name, entries->token, length) != 0 || name[length] != '-' ||
		    !bls_name_parse(&entry.name, name) ||
		    strcmp(entry.name.suffix, suffix) != 0 || entry.name.length <= length)
			continue;
		entry.path = format_text("%s/%s", folder, name);
		result = strcmp(suffix, BLS_TEXT)
				 ? add_unified(entries, entry, name, err)
				 : add_text(entries, entry, root_fd, err);
	}
	return result;
}

static int read_all(struct bls_entries *entries, int root_fd, struct err *err)
{
	_cleanup_free_ char *unified = format_text("%s/" UNIFIED, entries->boot);
	int result = unified ? 0 : err_sys(err, ENOMEM, "reading boot entries");

	if (!result && has_folder(root_fd, entries->boot, FOLDER))
		result = read_folder(entries, root_fd, entries->folder, BLS_TEXT, err);
	if (!result && has_folder(root_fd, entries->boot, UNIFIED))
		result = read_folder(entries, root_fd, unified, BLS_UNIFIED, err);
	return result;
}

int bls_entries_read(struct bls_entries *entries, int root_fd, const char *esp,
		     struct err *err)
{
	struct tokens tokens = { .count = 0 };
	int index;

	tokens_read(&tokens, root_fd);
	index = find_boot(entries, &tokens, root_fd, esp);
	if (index >= 0) {
		entries->token = strdup(tokens.items[index]);
		entries->token_is_machine_id = !index && tokens.first_is_machine_id;
	}
	for (size_t i = 0; i < tokens.count; i++)
		free(tokens.items[i]);
	if (index < 0) {
		err_set(err, ENOENT,
			"there is no folder of boot entries (" FOLDER
			") in /efi, /boot or /boot/efi");
		return err_hint(err, "bootctl install makes it");
	}
	if (entries->boot)
		entries->folder = format_text("%s/" FOLDER, entries->boot);
	if (!entries->token || !entries->folder)
		return err_sys(err, ENOMEM, "reading boot entries");
	entries->unified = kernel_install_is_unified(root_fd);
	return read_all(entries, root_fd, err);
}

/* ---- images ---- */

static const struct bls_entry *find_entry(const struct bls_entries *entries,
					  const char *version)
{
	for (size_t i = 0; i < entries->count; i++)
		if (!strcmp(entries->items[i].version, version) &&
		    !entries->items[i].text == entries->unified)
			return &entries->items[i];
	return NULL;
}

static char *read_banner(int root_fd, const char *path)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_RDONLY, NULL);

	return fd < 0 ? NULL : kernel_file_banner(fd, 0);
}

/* Whether the entry's kernel is of the same build. It may have been signed on its way there, so
 * it is asked and not compared; where one of them does not say, it is taken for the same. */
static bool has_kernel(const struct bls_entries *entries, const struct bls_entry *entry,
		       const struct plan *plan, const struct boot_image *image)
{
	_cleanup_free_ char *path = format_text("%s/%s/%s/linux", entries->boot,
						entries->token, image->version);
	_cleanup_free_ char *wanted = read_banner(plan->root_fd, image->kernel);
	_cleanup_free_ char *there = !entry->text ? uki_banner(plan->root_fd, entry->path)
				     : path       ? read_banner(plan->root_fd, path)
						  : NULL;

	return !wanted || !there || !strcmp(wanted, there);
}

static int unified_has_image(const struct bls_entry *entry, const struct plan *plan,
			     const struct boot_image *image, const char *options,
			     struct err *err)
{
	if (options && !uki_has_cmdline(plan->root_fd, entry->path, options))
		return 0;
	return uki_has_image(plan->root_fd, entry->path, image->path, err);
}

int bls_has_image(const struct bls_entries *entries, const struct plan *plan,
		  const struct boot_image *image, const char *options, struct err *err)
{
	const struct bls_entry *entry = find_entry(entries, image->version);
	const char *slash = strrchr(image->path, '/');
	const char *const names[] = { slash ? slash + 1 : image->path, "initrd" };
	int result = 0;

	if (!entry || !has_kernel(entries, entry, plan, image))
		return 0;
	if (!entry->text)
		return unified_has_image(entry, plan, image, options, err);
	for (size_t i = 0; !result && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path =
			format_text("%s/%s/%s/%s", entries->boot, entries->token,
				    image->version, names[i]);

		result = path ? plan_is_same(plan, image->path, path, err)
			      : err_sys(err, ENOMEM, "planning");
	}
	return result;
}

/* ---- changes ---- */

char *bls_options(const struct bls_entries *entries, const char *cmdline)
{
	/* As 90-loaderentry.install does, for /init to know it before the root is there. */
	return entries->token_is_machine_id && !strstr(cmdline, "systemd.machine_id=")
		       ? format_text("%s systemd.machine_id=%s", cmdline, entries->token)
		       : strdup(cmdline);
}

int bls_plan_tries(struct plan *plan, const char *path, int left, const char *reason,
		   struct err *err)
{
	const char *base = strrchr(path, '/') + 1;
	struct bls_name name;
	char counter[16] = "";
	_cleanup_free_ char *from = format_text("/%s", path), *to = NULL;
	_cleanup_free_ char *before = format_text("%s\n", base), *after = NULL;

	if (!bls_name_parse(&name, base))
		return 0;
	if (left != BLS_UNCOUNTED)
		snprintf(counter, sizeof(counter), "+%d", left);
	to = format_text("/%.*s%.*s%s%s", (int)(base - path), path, (int)name.length,
			 base, counter, name.suffix);
	after = to ? format_text("%s\n", strrchr(to, '/') + 1) : NULL;
	if (!from || !to || !before || !after)
		return err_sys(err, ENOMEM, "planning");
	return plan_run(plan, (const char *const[]){ "mv", "--", from, to, NULL }, reason,
			before, after, "", err);
}

void bls_entries_release(struct bls_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		entry_release(&entries->items[i]);
	free(entries->items);
	free(entries->boot);
	free(entries->folder);
	free(entries->token);
	*entries = (struct bls_entries)BLS_ENTRIES_INIT;
}
