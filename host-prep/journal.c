/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal.c: keeps the journal. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "host-prep/journal.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static const char folder[] = "run/bedplate";
static const char place[] = "run/bedplate/host-prep.json";
static const char lock[] = "run/bedplate/host-prep.lock";

enum { VERSION = 1 };

int journal_read(json_t **journal, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	*journal = NULL;
	result = file_read(root_fd, place, &text, err);
	if (result == -ENOENT) {
		err_clear(err);
		*journal = json_pack("{s:i}", "version", VERSION);
		return *journal ? 0 : err_sys(err, ENOMEM, "reading the journal");
	}
	if (result)
		return result;
	*journal = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, NULL);
	if (json_integer_value(json_object_get(*journal, "version")) == VERSION)
		return 0;
	json_decref(*journal);
	*journal = NULL;
	err_set(err, EBADMSG, "/%s is no journal of this version", place);
	return err_hint(err, "what it tells of is not given back if it is removed");
}

static bool is_empty(const json_t *value)
{
	const char *key;
	json_t *item;

	if (!json_is_object(value))
		return false;
	json_object_foreach((json_t *)value, key, item) {
		if (!is_empty(item))
			return false;
	}
	return true;
}

/* Whether no part has anything in it. */
static bool tells_nothing(const json_t *journal)
{
	const char *key;
	json_t *section;

	json_object_foreach((json_t *)journal, key, section) {
		if (strcmp(key, "version") != 0 && !is_empty(section))
			return false;
	}
	return true;
}

int journal_write(const json_t *journal, int root_fd, struct err *err)
{
	_cleanup_free_ char *text = NULL;
	int result;

	if (tells_nothing(journal)) {
		if (unlinkat(root_fd, place, 0) < 0 && errno != ENOENT)
			return err_sys(err, errno, "removing /%s", place);
		return 0;
	}
	text = json_dumps(journal, JSON_INDENT(2));
	if (!text)
		return err_sys(err, ENOMEM, "writing /%s", place);
	result = file_make_dirs(root_fd, folder, err);
	return result ? result : file_replace(root_fd, place, 0600, text, err);
}

json_t *journal_section(json_t *journal, const char *name)
{
	json_t *section = json_object_get(journal, name);

	if (section)
		return section;
	section = json_object();
	json_object_set_new(journal, name, section);
	return section;
}

void journal_keep(json_t *section, const json_t *before)
{
	const char *key;
	json_t *value, *now;

	json_object_foreach((json_t *)before, key, value) {
		now = json_object_get(section, key);
		if (!now)
			json_object_set_new(section, key, json_deep_copy(value));
		else if (json_is_object(now) && json_is_object(value))
			journal_keep(now, value);
	}
}

int journal_lock(int root_fd, struct err *err)
{
	_cleanup_close_ int fd = -1;
	int result = file_make_dirs(root_fd, folder, err);

	if (result)
		return result;
	fd = openat(root_fd, lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "opening /%s", lock);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return steal_fd(&fd);
	if (errno == EWOULDBLOCK)
		return err_set(err, EBUSY, "another bedplate host-prep is at work");
	return err_sys(err, errno, "locking /%s", lock);
}
