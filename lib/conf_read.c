/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_read.c: configuration files: inih parts the lines, the table says what they
 * mean. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/conf_private.h"
#include "lib/file.h"
#include "lib/nearest.h"

struct conf_parser {
	const struct conf_schema *schema;
	const char *name;
	const struct conf_section
		*section; /* NULL before the first and in unknown ones */
	bool in_unknown;
	struct conf_settings settings;
	struct conf_errors errors;
};

void conf_errors_init(struct conf_errors *errors)
{
	errors->first = (struct err)ERR_INIT;
	errors->count = 0;
	errors->mistake = false;
	strbuf_init(&errors->lines, ERR_MAX - 80);
}

void conf_errors_pass(struct conf_errors *errors, const struct err *err)
{
	errors->mistake |= err->mistake;
	if (errors->count++ == 0)
		errors->first = *err;
	if (err->code == -ENOMEM)
		errors->first.code = -ENOMEM;
	/* What does not fit is mentioned at the end. */
	strbuf_addf(&errors->lines, "%s%s%s%s", errors->lines.length ? "\n" : "",
		    err->text, err->hint[0] ? "; " : "", err->hint);
}

void conf_errors_add(struct conf_errors *errors, const struct err *err)
{
	errors->mistake = true;
	conf_errors_pass(errors, err);
}

int conf_errors_finish(struct conf_errors *errors, struct err *err)
{
	int code = errors->first.code;
	bool mistake = errors->mistake && code != -ENOMEM;

	if (mistake)
		code = errors->first.code = -EINVAL;
	if (errors->count == 1 && err)
		*err = errors->first;
	else if (errors->count > 1)
		err_set(err, -code, "%s%s", errors->lines.text,
			errors->lines.overflow ? "\n... and more errors" : "");
	if (err && errors->count)
		err->mistake = mistake;
	strbuf_release(&errors->lines);
	return code;
}

static void report(struct conf_parser *parser, unsigned line, struct err *err)
{
	err_wrap(err, "%s:%u", parser->name, line);
	conf_errors_add(&parser->errors, err);
}

int conf_unknown_section(const struct conf_schema *schema, const char *name,
			 struct err *err)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < schema->section_count; i++)
		nearest_offer(&nearest, schema->sections[i].name);
	err_set(err, EINVAL, "there is no section [%.80s]", name);
	if (nearest.best)
		err_hint(err, "did you mean [%s]?", nearest.best);
	else
		err_hint(err, "%s.conf(5) has them all", schema->name);
	return -EINVAL;
}

/* Another section that knows this key, or NULL. */
static const struct conf_section *find_owner(const struct conf_schema *schema,
					     const char *key)
{
	for (size_t i = 0; i < schema->section_count; i++)
		if (conf_find_key(&schema->sections[i], key))
			return &schema->sections[i];
	return NULL;
}

int conf_unknown_key(const struct conf_schema *schema, const struct conf_section *section,
		     const char *name, struct err *err)
{
	const struct conf_section *owner = find_owner(schema, name);
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < section->key_count; i++)
		nearest_offer(&nearest, section->keys[i].name);
	err_set(err, EINVAL, "there is no key %.80s in [%s]", name, section->name);
	if (owner)
		err_hint(err, "it belongs into [%s]", owner->name);
	else if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "%s.conf(5) has them all", schema->name);
	return -EINVAL;
}

static void report_section(struct conf_parser *parser, const char *name, unsigned line)
{
	struct err err = ERR_INIT;

	conf_unknown_section(parser->schema, name, &err);
	report(parser, line, &err);
}

static void report_key(struct conf_parser *parser, const char *name, unsigned line)
{
	struct err err = ERR_INIT;

	conf_unknown_key(parser->schema, parser->section, name, &err);
	report(parser, line, &err);
}

static void add_setting(struct conf_parser *parser, const struct conf_setting *setting)
{
	struct err err = ERR_INIT;

	if (conf_settings_add(&parser->settings, setting) == 0)
		return;
	err_sys(&err, ENOMEM, "keep the values");
	report(parser, setting->line, &err);
}

static void start_section(struct conf_parser *parser, const char *name, unsigned line)
{
	struct conf_setting setting = { .line = line };

	parser->section = setting.section = conf_find_section(parser->schema, name);
	parser->in_unknown = !parser->section;
	if (!parser->section)
		report_section(parser, name, line);
	else if (parser->section->repeated)
		add_setting(parser, &setting);
}

static void read_key(struct conf_parser *parser, const char *name, const char *value,
		     unsigned line)
{
	struct conf_setting setting = { .section = parser->section, .line = line };
	struct err err = ERR_INIT;

	setting.key = conf_find_key(parser->section, name);
	if (!setting.key) {
		report_key(parser, name, line);
	} else if (conf_setting_parse(&setting, value, &err)) {
		if (!err.hint[0] && (strstr(value, " #") || strstr(value, " ;")))
			err_hint(&err, "a comment has a line of its own");
		conf_hint_key(setting.key, &err);
		err_wrap(&err, "[%s] %s", parser->section->name, name);
		report(parser, line, &err);
	} else {
		add_setting(parser, &setting);
	}
}

/* A key that stands before any section is that of one. */
static void report_early(struct conf_parser *parser, const char *name, unsigned line)
{
	const struct conf_section *owner = find_owner(parser->schema, name);
	struct err err = ERR_INIT;

	err_set(&err, EINVAL, "%.80s= stands before the first [Section]", name);
	err_hint(&err, "write [%s] in front", owner ? owner->name : "Section");
	report(parser, line, &err);
}

static int handle(void *data, const char *section, const char *name, const char *value,
		  int line)
{
	struct conf_parser *parser = data;

	if (!name) {
		start_section(parser, section, (unsigned)line);
	} else if (parser->section) {
		read_key(parser, name, value, (unsigned)line);
	} else if (!parser->in_unknown) {
		report_early(parser, name, (unsigned)line);
	}
	return 1;
}

void conf_keep_good(struct conf *conf)
{
	conf->keeps_good = true;
}

int conf_read_bytes(struct conf *conf, const char *name, const char *text, size_t length,
		    struct err *err)
{
	struct conf_parser parser = { .schema = conf->schema, .name = name };
	struct conf_reader reader;
	int rc;

	conf_errors_init(&parser.errors);
	conf_reader_init(&reader, name, text, length, &parser.errors);
	rc = ini_parse_stream(conf_reader_gets, &reader, handle, &parser);
	conf_reader_release(&reader);
	if (rc && parser.errors.count == 0) {
		conf_errors_finish(&parser.errors, NULL);
		rc = err_set(err, rc < 0 ? ENOMEM : EINVAL,
			     "%s: cannot be parted into lines", name);
		if (rc == -EINVAL) {
			err_hint(err, "is it a text file?");
			err_mistake(err);
		}
	} else {
		rc = conf_errors_finish(&parser.errors, err);
	}
	if (rc == 0)
		rc = conf_apply(conf, &parser.settings, name, err);
	else if (conf->keeps_good)
		conf_apply(conf, &parser.settings, name, NULL);
	conf_settings_release(&parser.settings);
	return rc;
}

int conf_read_text(struct conf *conf, const char *name, const char *text, struct err *err)
{
	return conf_read_bytes(conf, name, text, strlen(text), err);
}

int conf_read_file(struct conf *conf, int root_fd, const char *path, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int rc;

	strbuf_init(&text, 0);
	rc = file_read(root_fd, path, &text, err);
	if (rc == -ENOENT) {
		err_clear(err);
		return 0;
	}
	if (rc == 0)
		rc = conf_read_bytes(conf, path, text.text, text.length, err);
	return rc ? rc : 1;
}

static bool is_dropin(const char *name)
{
	size_t length = strlen(name);

	return *name != '.' && length > 5 && strcmp(name + length - 5, ".conf") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Puts the names of the drop-ins into a sorted array, which grows with them. */
static int list_dropins(DIR *dir, char ***names, size_t *count)
{
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		char **more;

		if (!is_dropin(entry->d_name))
			continue;
		more = reallocarray(*names, *count + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		*names = more;
		more[*count] = strdup(entry->d_name);
		if (!more[(*count)++])
			return -ENOMEM;
	}
	if (*count)
		qsort(*names, *count, sizeof(**names), by_name);
	return 0;
}

static int read_dropin(struct conf *conf, int root_fd, const char *dir, const char *name,
		       struct err *err)
{
	_cleanup_strbuf_ struct strbuf path;
	int rc;

	strbuf_init(&path, 0);
	strbuf_addf(&path, "%s/%s", dir, name);
	rc = conf_read_file(conf, root_fd, path.text, err);
	return rc < 0 ? rc : 0;
}

int conf_read_dropins(struct conf *conf, int root_fd, const char *dir, struct err *err)
{
	_cleanup_closedir_ DIR *stream = NULL;
	char **names = NULL;
	size_t count = 0;
	int fd = file_open(root_fd, dir, O_RDONLY | O_DIRECTORY, err);
	int rc = 0;

	if (fd == -ENOENT) {
		err_clear(err);
		return 0;
	}
	if (fd < 0)
		return fd;
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return err_sys(err, errno, "read the folder %s", dir);
	}
	if (list_dropins(stream, &names, &count))
		rc = err_sys(err, ENOMEM, "read the folder %s", dir);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = read_dropin(conf, root_fd, dir, names[i], err);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return rc;
}
