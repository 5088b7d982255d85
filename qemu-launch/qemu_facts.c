/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu_facts.c: keeps what a QEMU knows, and looks things up in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/nearest.h"
#include "lib/program_find.h"
#include "qemu-launch/qemu_ask.h"
#include "qemu-launch/qemu_facts.h"

enum { VERSION = 2, PATH_SIZE = 320 };

#define CACHE_FOLDER "var/cache/bedplate"

/* ---- looking up ---- */

static bool has(const struct qemu_facts *facts, const char *kind, const char *name)
{
	return json_object_get(json_object_get(facts->root, kind), name);
}

bool qemu_knows_machine(const struct qemu_facts *facts, const char *name)
{
	return has(facts, "machines", name);
}

bool qemu_is_deprecated(const struct qemu_facts *facts, const char *machine)
{
	return json_is_true(
		json_object_get(json_object_get(facts->root, "machines"), machine));
}

/* QEMU without KVM does not list "host", and has it all the same. */
bool qemu_knows_cpu(const struct qemu_facts *facts, const char *name)
{
	return !strcmp(name, "host") || !strcmp(name, "max") || has(facts, "cpus", name);
}

/* QEMU takes virtio-blk for virtio-blk-pci or -device, as the machine has it, and some names
 * in other letters (softmmu/qdev-monitor.c, qdev_alias_table). */
bool qemu_knows_type(const struct qemu_facts *facts, const char *name)
{
	static const char *const ends[] = { "", "-pci", "-device" };
	char longer[128];
	const char *key;
	json_t *value, *types = json_object_get(facts->root, "types");

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		snprintf(longer, sizeof(longer), "%.100s%s", name, ends[i]);
		if (json_object_get(types, longer))
			return true;
	}
	json_object_foreach(types, key, value)
		if (!strcasecmp(key, name))
			return true;
	return false;
}

const char *qemu_nearest(const struct qemu_facts *facts, const char *kind,
			 const char *name)
{
	struct nearest near = { .word = name };
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(facts->root, kind), key, value)
		nearest_offer(&near, key);
	return near.best;
}

/* ---- out of replies ---- */

static void add_name(json_t *set, const json_t *row, const char *key, bool value)
{
	const char *name = json_text(row, key);

	if (*name)
		json_object_set_new(set, name, json_boolean(value));
}

unsigned qemu_version(const struct qemu_facts *facts)
{
	return facts ? (unsigned)json_integer_value(json_object_get(facts->root, "qemu"))
		     : 0;
}

/* query-version: {"qemu": {"major": 7, "minor": 2, "micro": 0}, ...}. */
static json_int_t version_from(const json_t *version)
{
	static const char *const parts[] = { "major", "minor", "micro" };
	const json_t *numbers = json_object_get(version, "qemu");
	json_int_t all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		json_int_t part = json_integer_value(json_object_get(numbers, parts[i]));

		all = all * 100 + (part > 0 && part < 100 ? part : 0);
	}
	return all;
}

json_t *qemu_facts_from(const json_t *version, const json_t *machines, const json_t *cpus,
			const json_t *types)
{
	json_t *sets[] = { json_object(), json_object(), json_object() };
	json_t *row;
	size_t i;

	json_array_foreach(machines, i, row) {
		bool old = json_is_true(json_object_get(row, "deprecated"));

		add_name(sets[0], row, "name", old);
		add_name(sets[0], row, "alias", old);
	}
	json_array_foreach(cpus, i, row)
		add_name(sets[1], row, "name",
			 json_is_true(json_object_get(row, "deprecated")));
	json_array_foreach(types, i, row)
		add_name(sets[2], row, "name", true);
	return json_pack("{s:i, s:I, s:o, s:o, s:o}", "version", VERSION, "qemu",
			 version_from(version), "machines", sets[0], "cpus", sets[1],
			 "types", sets[2]);
}

/* ---- the cache ---- */

static void cache_path(char path[PATH_SIZE], const char *binary)
{
	snprintf(path, PATH_SIZE, CACHE_FOLDER "/qemu-%.240s.json",
		 binary + (*binary == '/'));
	for (char *c = path + strlen(CACHE_FOLDER) + 1; *c; c++)
		if (*c == '/')
			*c = '-';
}

static void stamp(json_t *root, const char *binary, const struct stat *st)
{
	json_object_set_new(root, "path", json_string(binary));
	json_object_set_new(root, "size", json_integer(st->st_size));
	json_object_set_new(root, "mtime", json_integer(st->st_mtim.tv_sec));
	json_object_set_new(root, "mtime_ns", json_integer(st->st_mtim.tv_nsec));
}

static bool is_of(const json_t *root, const char *binary, const struct stat *st)
{
	json_t *wanted = json_object();
	const char *key;
	json_t *value;
	bool same = json_integer_value(json_object_get(root, "version")) == VERSION &&
		    json_is_object(json_object_get(root, "machines")) &&
		    json_is_object(json_object_get(root, "cpus")) &&
		    json_is_object(json_object_get(root, "types"));

	stamp(wanted, binary, st);
	json_object_foreach(wanted, key, value)
		same = same && json_equal(value, json_object_get(root, key));
	json_decref(wanted);
	return same;
}

static json_t *cache_read(const char *binary, int root_fd, const struct stat *st)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[PATH_SIZE];
	json_t *root;

	strbuf_init(&text, 4 << 20);
	cache_path(path, binary);
	if (file_read(root_fd, path, &text, NULL))
		return NULL;
	root = json_loadb(text.text, text.length, 0, NULL);
	if (root && is_of(root, binary, st))
		return root;
	json_decref(root);
	return NULL;
}

/* Who may not write here asks each time. */
static void cache_write(const json_t *root, const char *binary, int root_fd)
{
	_cleanup_free_ char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	char path[PATH_SIZE];

	cache_path(path, binary);
	if (text && !file_make_dirs(root_fd, CACHE_FOLDER, NULL) &&
	    !file_aside_open(&aside, root_fd, path, 0644, NULL) &&
	    !file_write_all(aside.fd, text, strlen(text)))
		file_aside_commit(&aside, NULL);
}

/* ---- the list ---- */

static struct qemu_facts *find(const struct qemu_facts_list *list, const char *binary)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i]->binary, binary))
			return list->items[i];
	return NULL;
}

static struct qemu_facts *add(struct qemu_facts_list *list, const char *binary)
{
	struct qemu_facts **items =
		reallocarray(list->items, list->count + 1, sizeof(struct qemu_facts *));
	struct qemu_facts *facts = calloc(1, sizeof(*facts));

	if (items)
		list->items = items;
	if (facts)
		facts->binary = strdup(binary);
	if (items && facts && facts->binary)
		return items[list->count++] = facts;
	free(facts);
	return NULL;
}

static int ask(struct qemu_facts *facts, int root_fd, const struct stat *st,
	       struct err *err)
{
	json_t *root = NULL;
	int result = qemu_ask(facts->binary, &root, err);

	if (result)
		return result;
	json_decref(facts->root);
	facts->root = root;
	facts->is_fresh = true;
	stamp(root, facts->binary, st);
	cache_write(root, facts->binary, root_fd);
	return 0;
}

const struct qemu_facts *qemu_facts_get(struct qemu_facts_list *list, const char *name,
					int root_fd, bool again, struct err *err)
{
	_cleanup_free_ char *found = strchr(name, '/') ? NULL : program_find(name);
	const char *binary = found ? found : name;
	struct qemu_facts *facts = find(list, binary);
	struct stat st;

	if (facts && facts->root && (!again || facts->is_fresh))
		return facts;
	if (stat(binary, &st) < 0) {
		err_sys(err, errno, "%s", binary);
		return NULL;
	}
	if (!facts)
		facts = add(list, binary);
	if (!facts) {
		err_sys(err, ENOMEM, "asking %s", binary);
		return NULL;
	}
	if (!facts->root && !again)
		facts->root = cache_read(binary, root_fd, &st);
	if ((facts->root && !again) || !ask(facts, root_fd, &st, err))
		return facts;
	return NULL;
}

void qemu_facts_release(struct qemu_facts_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		json_decref(list->items[i]->root);
		free(list->items[i]->binary);
		free(list->items[i]);
	}
	free(list->items);
	*list = (struct qemu_facts_list){ .items = NULL };
}
