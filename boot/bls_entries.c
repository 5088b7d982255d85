/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bls_entries.c: finds the boot entries that kernel-install(8) made for this machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "boot/systemd_boot.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/names.h"

#define FOLDER "loader/entries"

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

/* The first place that has a token's folder, or else one for entries. The index of the token;
 * -1 where there is no place. */
static int find_boot(struct bls_entries *entries, const struct tokens *tokens,
		     int root_fd, const char *esp)
{
	const char *const places[] = { "efi", "boot", "boot/efi",
				       *esp ? esp + (*esp == '/') : NULL };

	for (size_t i = 0; i < ARRAY_SIZE(places) && places[i]; i++) {
		for (size_t j = 0; j < tokens->count; j++)
			if (has_folder(root_fd, places[i], tokens->items[j])) {
				entries->boot = strdup(places[i]);
				return (int)j;
			}
		if (has_folder(root_fd, places[i], FOLDER)) {
			entries->boot = strdup(places[i]);
			return 0;
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

/* Takes it over where it is one of a kernel in the token's folder; else it is somebody's own. */
static int add_entry(struct bls_entries *entries, struct bls_entry entry, int root_fd,
		     struct err *err)
{
	struct bls_entry *items;
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
	items = reallocarray(entries->items, entries->count + 1, sizeof(*items));
	if (!items) {
		entry_release(&entry);
		return err_sys(err, ENOMEM, "reading /%s", entries->folder);
	}
	entries->items = items;
	items[entries->count++] = entry;
	return 0;
}

static int read_all(struct bls_entries *entries, int root_fd, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	size_t length = strlen(entries->token);
	int result = names_read(&names, root_fd, entries->folder);

	for (size_t i = 0; !result && i < names.count; i++) {
		struct bls_entry entry = { .path = NULL };

		if (strncmp(names.items[i], entries->token, length) != 0 ||
		    names.items[i][length] != '-' ||
		    !bls_name_parse(&entry.name, names.items[i]))
			continue;
		entry.path = format_text("%s/%s", entries->folder, names.items[i]);
		result = add_entry(entries, entry, root_fd, err);
	}
	return result;
}

int bls_entries_read(struct bls_entries *entries, int root_fd, const char *esp,
		     struct err *err)
{
	struct tokens tokens = { .count = 0 };
	int index, result = 0;

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
	result = read_all(entries, root_fd, err);
	return result;
}

/* ---- images ---- */

static bool has_entry(const struct bls_entries *entries, const char *version)
{
	for (size_t i = 0; i < entries->count; i++)
		if (!strcmp(entries->items[i].version, version))
			return true;
	return false;
}

int bls_has_image(const struct bls_entries *entries, const struct plan *plan,
		  const struct boot_image *image, struct err *err)
{
	const char *slash = strrchr(image->path, '/');
	const char *const names[] = { slash ? slash + 1 : image->path, "initrd" };
	int result = 0;

	if (!has_entry(entries, image->version))
		return 0;
	for (size_t i = 0; !result && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path =
			format_text("%s/%s/%s/%s", entries->boot, entries->token,
				    image->version, names[i]);

		result = path ? plan_is_same(plan, image->path, path, err)
			      : err_sys(err, ENOMEM, "planning");
	}
	return result;
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
