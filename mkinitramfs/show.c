/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.c: prints plans. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "mkinitramfs/show.h"

const char show_late[] = " (late)";

static char type_letter(mode_t mode)
{
	static const struct {
		mode_t type;
		char letter;
	} types[] = { { S_IFDIR, 'd' }, { S_IFREG, '-' }, { S_IFLNK, 'l' },
		      { S_IFCHR, 'c' }, { S_IFBLK, 'b' }, { S_IFIFO, 'p' },
		      { S_IFSOCK, 's' } };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((mode & S_IFMT) == types[i].type)
			return types[i].letter;
	return '?';
}

void show_mode(mode_t mode, char text[11])
{
	static const char letters[] = "rwxrwxrwx";
	static const struct {
		mode_t bit;
		int place;
		char with, without; /* the x bit */
	} special[] = { { S_ISUID, 3, 's', 'S' },
			{ S_ISGID, 6, 's', 'S' },
			{ S_ISVTX, 9, 't', 'T' } };

	text[0] = type_letter(mode);
	for (int i = 0; i < 9; i++)
		text[1 + i] = mode & (0400u >> i) ? letters[i] : '-';
	for (size_t i = 0; i < ARRAY_SIZE(special); i++)
		if (mode & special[i].bit) {
			char *at = &text[special[i].place];

			*at = *at == 'x' ? special[i].with : special[i].without;
		}
	text[10] = '\0';
}

static void show_name(const struct entry *entry)
{
	printf("%s", entry->path);
	if (entry->kind == ENTRY_LINK)
		printf(" -> %s", entry->text);
	if (entry->late)
		printf("%s", show_late);
}

int show_plan(const struct plan *plan, struct err *err)
{
	char mode[11];

	for (size_t i = 0; i < plan->count; i++) {
		show_mode(plan->items[i].mode, mode);
		printf("%s ", mode);
		show_name(&plan->items[i]);
		putchar('\n');
	}
	return show_end(err);
}

int show_reasons(const struct plan *plan, const struct module_set *set, struct err *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		show_name(&plan->items[i]);
		printf(": %s\n", plan->items[i].reason);
	}
	for (size_t i = 0; i < set->count; i++)
		if (!set->items[i].path)
			printf("(built into the kernel) %s: %s\n", set->items[i].name,
			       set->items[i].reason);
	return show_end(err);
}

static json_t *json_reasons(const char *reasons)
{
	json_t *list = json_array();
	const char *end;

	for (const char *at = reasons; at; at = end ? end + 2 : NULL) {
		end = strstr(at, "; ");
		json_array_append_new(
			list, json_stringn(at, end ? (size_t)(end - at) : strlen(at)));
	}
	return list;
}

static json_t *json_entry(const struct entry *entry)
{
	static const char *const kinds[] = {
		[ENTRY_DIR] = "directory", [ENTRY_FILE] = "file", [ENTRY_TEXT] = "file",
		[ENTRY_LATE] = "file",     [ENTRY_LINK] = "link", [ENTRY_NODE] = "node",
		[ENTRY_ID] = "file"
	};
	char mode[8];
	json_t *object = json_object();

	snprintf(mode, sizeof(mode), "%04o", (unsigned)entry->mode & 07777);
	json_object_set_new(object, "path", show_json_text(entry->path));
	json_object_set_new(object, "type", json_string(kinds[entry->kind]));
	json_object_set_new(object, "mode", json_string(mode));
	if (entry->kind == ENTRY_LINK)
		json_object_set_new(object, "target", show_json_text(entry->text));
	if (entry->kind == ENTRY_TEXT && strlen(entry->text) == entry->size)
		json_object_set_new(object, "content", show_json_text(entry->text));
	if (entry->kind == ENTRY_FILE)
		json_object_set_new(object, "source", show_json_text(entry->source));
	if (entry->kind == ENTRY_NODE) {
		json_object_set_new(object, "major", json_integer(entry->major));
		json_object_set_new(object, "minor", json_integer(entry->minor));
	}
	json_object_set_new(object, "late", json_boolean(entry->late));
	json_object_set_new(object, "reasons", json_reasons(entry->reason));
	return object;
}

static json_t *json_chain(const struct chain *chain)
{
	json_t *object = json_object(), *volumes = json_array(), *devices = json_array();

	json_object_set_new(object, "device", show_json_text(chain->root));
	json_object_set_new(object, "fstype", show_json_text(chain->fstype));
	json_object_set_new(object, "options", show_json_text(chain->options));
	for (size_t i = 0; i < chain->volume_count; i++)
		json_array_append_new(volumes, show_json_text(chain->volumes[i]));
	for (size_t i = 0; i < chain->device_count; i++)
		json_array_append_new(devices, show_json_text(chain->devices[i].path));
	json_object_set_new(object, "volumes", volumes);
	json_object_set_new(object, "devices", devices);
	return object;
}

int show_json(const struct plan *plan, const struct module_set *set,
	      const struct chain *chain, struct err *err)
{
	json_t *object = json_object(), *entries = json_array(), *builtin = json_array();

	for (size_t i = 0; i < plan->count; i++)
		json_array_append_new(entries, json_entry(&plan->items[i]));
	for (size_t i = 0; i < set->count; i++)
		if (!set->items[i].path)
			json_array_append_new(builtin,
					      show_json_text(set->items[i].name));
	json_object_set_new(object, "version", json_integer(1));
	json_object_set_new(object, "kernel", show_json_text(set->version));
	if (chain)
		json_object_set_new(object, "root", json_chain(chain));
	json_object_set_new(object, "built_in", builtin);
	json_object_set_new(object, "entries", entries);
	return show_json_value(object, err);
}
