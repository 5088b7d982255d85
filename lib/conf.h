/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf.h: the schema engine. One table says what may stand in a configuration file; the
 * struct that a program reads, the parser, the checks, --help, sample files, man-page
 * sections and completions all come out of it.
 *
 * How it works: a table is a file of X-macros, lib/schema/NAME.def:
 *
 *	CONF_SECTION(Root, root, SINGLE, "Where the root file system is")
 *	CONF_KEY(Root, root, Device, device, STRING, CONF_ANY, "", "one line", "more")
 *	CONF_KEY(Root, root, Timeout, timeout_ms, SPAN, CONF_ANY, "90s", "one line", "")
 *	CONF_END(Root, root)
 *	CONF_RULE(root_check_device)
 *
 * lib/schema/NAME.h turns it into `struct NAME_conf` (members `root.device`, ...; a
 * REPEATED section is an array `disk.items` with `disk.count`) through conf_struct.h,
 * lib/schema/NAME.c into `NAME_schema` through conf_table.h. A value type (conf_type.h)
 * knows its size and how to parse, print and release itself; rows are data only.
 *
 * The syntax is that of systemd.syntax(7): [Section], Key=Value, comment lines with #
 * or ;, a trailing backslash joins lines, lists are parted by white space, a list key
 * given again appends, an empty value goes back to the default (a list: empties it). Of
 * a scalar given twice the last counts; a list's first items replace its default.
 * Quotes: conf_quote.h. A SINGLE section may be opened several times; each opening of a
 * REPEATED one starts another instance.
 */
#ifndef BEDPLATE_LIB_CONF_H
#define BEDPLATE_LIB_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/strbuf.h"

struct conf;
struct conf_schema;

/* Where a value came from: a file and line, or "/proc/cmdline", or NULL for the
 * default. */
struct conf_origin {
	const char *file;
	unsigned line; /* 0 where lines mean nothing */
};

enum conf_dump_flags {
	CONF_DUMP_ORIGINS = 1 << 0,  /* a comment with the origin above each value */
	CONF_DUMP_DEFAULTS = 1 << 1, /* also the keys that stand at their default */
	CONF_DUMP_PUBLIC = 1 << 2,   /* a remark in place of secrets that are set */
};

/* A configuration in which every key has its default. NULL only without memory. */
struct conf *conf_new(const struct conf_schema *schema);
void conf_free(struct conf *conf);
static inline void conf_freep(struct conf **conf)
{
	conf_free(*conf);
}
#define _cleanup_conf_ __attribute__((cleanup(conf_freep)))

/* The struct that the schema declares (`struct NAME_conf`). It belongs to the conf: it
 * stays at its place, but reading more may replace the lists, texts and instances in
 * it. */
void *conf_data(struct conf *conf);

/* Reads one file below the root descriptor; a file that is not there is no error and
 * gives 0, a file that was read gives 1. All errors of a file are found in one go: the
 * message has one line each ("FILE:LINE: ..."), as many as fit, and a hint with the
 * nearest known word. The code is -EINVAL where the text is at fault. After an error
 * the values are as before the file. */
int conf_read_file(struct conf *conf, int root_fd, const char *path, struct err *err);

/* From now on what is right in a file counts although something else in it is wrong: for who has to
 * go on. It is still an error. */
void conf_keep_good(struct conf *conf);

/* Reads DIR/NAME.conf below the root descriptor in order of their names. */
int conf_read_dropins(struct conf *conf, int root_fd, const char *dir, struct err *err);

/* Reads a text; `name` stands in messages and origins for the file. */
int conf_read_text(struct conf *conf, const char *name, const char *text,
		   struct err *err);

/* Sets one value of a SINGLE section as a line `key=value` from `origin` would. -EINVAL
 * where the value is at fault. */
int conf_set(struct conf *conf, const char *section, const char *key, const char *value,
	     const char *origin, struct err *err);

/* Checks the rules between keys; to be called once, after everything was read. -EINVAL
 * and one line for each rule that does not hold. */
int conf_check(const struct conf *conf, struct err *err);

/* What a rule returns when it does not hold: puts the key's origin in front of the words,
 * "FILE:LINE: [Section] Key: ...". A key that stands at its default has none: then it is
 * the line of its section, or the file's name where only one was read. The hint is what the
 * key is for; who knows better says so after (err_hint). Returns -EINVAL. */
int conf_fail(const struct conf *conf, const char *section, const char *key, size_t index,
	      struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* The same with its own hint: what to do about it. NULL or "": there is none. */
int conf_refuse(const struct conf *conf, const char *section, const char *key,
		size_t index, struct err *err, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* conf_fail for one item of a list. */
int conf_fail_item(const struct conf *conf, const char *section, const char *key,
		   size_t index, size_t item, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* Where the value of a key came from (of a list: its latest items); `index` counts the
 * instances of a REPEATED section and is 0 for a SINGLE one. */
struct conf_origin conf_origin(const struct conf *conf, const char *section,
			       const char *key, size_t index);

/* The same of one item of a list. */
struct conf_origin conf_item_origin(const struct conf *conf, const char *section,
				    const char *key, size_t index, size_t item);

/* conf_origin, but for a key that stands at its default the line of its section, or the file's
 * name where only one was read. */
struct conf_origin conf_place_of(const struct conf *conf, const char *section,
				 const char *key, size_t index);

/* Several failures on their way into one err: who reads several files, or looks for several
 * mistakes, names them all in one go. */
struct conf_errors {
	struct err first;
	struct strbuf lines;
	unsigned count;
	bool mistake; /* one of them at least is the text's fault */
};

void conf_errors_init(struct conf_errors *errors);
/* One that the text is to blame for; and one as it is, a mistake (err.h) or not. */
void conf_errors_add(struct conf_errors *errors, const struct err *err);
void conf_errors_pass(struct conf_errors *errors, const struct err *err);
/* 0 where there were none; else they are in err, and the code is -ENOMEM where memory ran out,
 * -EINVAL, and a mistake (err.h), where the text is to blame for any, or the first's. Releases
 * them. */
int conf_errors_finish(struct conf_errors *errors, struct err *err);

/* Writes the configuration as text that reads back to the same values. `flags` is any of
 * enum conf_dump_flags, or 0. */
void conf_dump(const struct conf *conf, unsigned flags, struct strbuf *out);

/* What the table generates: a file in which every key stands commented out with its
 * default and help; the sections of a man page in scdoc(5)'s language; a description as
 * JSON; the words that may stand in a file, one a line, for a shell's completion
 * ("Section.Key=word"). */
void conf_write_sample(const struct conf_schema *schema, struct strbuf *out);
void conf_write_man(const struct conf_schema *schema, struct strbuf *out);
void conf_write_json(const struct conf_schema *schema, struct strbuf *out);
void conf_write_words(const struct conf_schema *schema, struct strbuf *out);

#endif
