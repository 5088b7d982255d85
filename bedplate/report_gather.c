/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_gather.c: runs programs and reads files, and leaves secrets out of both. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bedplate/job.h"
#include "bedplate/report.h"
#include "bedplate/secret.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/interrupt.h"

/* Words that were cut off are no words: what hides secrets would not know them. */
static void keep_why(struct report_item *item, const char *why)
{
	int length = (int)strcspn(why, "\n");

	if ((size_t)length >= sizeof(item->why) - 1)
		for (length = sizeof(item->why) - 1; length && why[length] != ' ';)
			length--;
	snprintf(item->why, sizeof(item->why), "%.*s", length, why);
}

/* ---- files ---- */

/* Opens a file of the root, and nothing else: no link leads out of it, and no pipe hangs. */
static int open_file(const struct report *report, const char *path, int flags,
		     struct err *err)
{
	int fd = file_open_in_root(report->root_fd, path, O_RDONLY | O_NONBLOCK | flags,
				   err);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	return err_set(err, EINVAL, "%s is no regular file", path);
}

/* Begins with a whole line: the name that tells of a secret may have stood in front of the cut. */
static int read_tail(int fd, const char *path, struct strbuf *out, struct err *err)
{
	_cleanup_free_ char *buffer = malloc(REPORT_TAIL_SIZE);
	const char *text = buffer, *line;
	struct stat st;
	ssize_t got;
	bool is_cut;

	if (!buffer || fstat(fd, &st) < 0)
		return err_sys(err, ENOMEM, "reading %s", path);
	is_cut = st.st_size > REPORT_TAIL_SIZE;
	got = pread(fd, buffer, REPORT_TAIL_SIZE,
		    is_cut ? st.st_size - REPORT_TAIL_SIZE : 0);
	if (got < 0)
		return err_sys(err, errno, "reading %s", path);
	line = is_cut ? memchr(buffer, '\n', (size_t)got) : NULL;
	if (is_cut)
		text = line ? line + 1 : buffer + got;
	strbuf_add(out, text, (size_t)(buffer + got - text));
	return 0;
}

/* What follows a byte 0 is not text. */
static void take_text(struct report_item *item, struct strbuf *text)
{
	strbuf_truncate(text, text->length);
	item->text = strbuf_steal(text);
}

/* Logs are nobody's links. */
static void read_item(struct report *report, struct report_item *item)
{
	bool is_tail = item->kind == REPORT_TAIL;
	struct err err = ERR_INIT;
	_cleanup_close_ int fd =
		open_file(report, item->path, is_tail ? O_NOFOLLOW : 0, &err);
	_cleanup_strbuf_ struct strbuf text;
	int result = fd;

	strbuf_init(&text, 0);
	if (fd >= 0)
		result = is_tail ? read_tail(fd, item->path, &text, &err)
				 : file_read_fd(fd, item->path, &text, &err);
	if (result < 0)
		keep_why(item, err.text);
	else
		take_text(item, &text);
}

/* ---- secrets ---- */

/* A password file's lines. One that cannot be read is told where it matters. */
static void learn_file(struct report *report, const char *path)
{
	_cleanup_close_ int fd = open_file(report, path, 0, NULL);
	_cleanup_strbuf_ struct strbuf text;
	char *line, *rest;

	strbuf_init(&text, REPORT_TAIL_SIZE);
	if (fd < 0 || file_read_fd(fd, path, &text, NULL))
		return;
	rest = text.text;
	while ((line = strsep(&rest, "\r\n")))
		if (*line)
			names_add(&report->secrets, line);
}

/* Replaces a file's text by that without secrets, and keeps these for the other texts. */
static int clean_conf(struct report *report, struct report_item *item)
{
	_cleanup_names_ struct names files = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf clean;
	int result;

	strbuf_init(&clean, 0);
	result = secret_write_conf(item->text, item->schema, &report->secrets, &files,
				   &clean);
	for (size_t i = 0; i < files.count; i++)
		learn_file(report, files.items[i]);
	free(item->text);
	item->text = strbuf_steal(&clean);
	return result;
}

static void clean_text(struct report *report, struct report_item *item)
{
	_cleanup_strbuf_ struct strbuf clean, why;

	strbuf_init(&clean, 0);
	strbuf_init(&why, 0);
	secret_write(item->text ? item->text : "", &report->secrets, &clean);
	secret_write(item->why, &report->secrets, &why);
	if (item->text) {
		free(item->text);
		item->text = strbuf_steal(&clean);
	}
	keep_why(item, why.text);
}

/* ---- programs ---- */

/* Both of what it says; why it failed is the last line that it said. */
static void take_job(struct report_item *item, struct job *job)
{
	if (job->why.code)
		keep_why(item, job->why.text);
	if (!job->output || !job->errors || job->why.code == -ENOENT)
		return;
	item->text = *job->errors ? format_text("%s\n--- on its standard error:\n%s",
						job->output, job->errors)
				  : strdup(job->output);
}

static int run_programs(struct report *report)
{
	_cleanup_free_ struct job *jobs = calloc(report->count, sizeof(*jobs));
	_cleanup_free_ size_t *numbers = calloc(report->count, sizeof(*numbers));
	size_t count = 0;

	if (!jobs || !numbers)
		return -ENOMEM;
	for (size_t i = 0; i < report->count; i++) {
		struct report_item *item = &report->items[i];

		if (item->kind != REPORT_COMMAND)
			continue;
		numbers[count] = i;
		jobs[count++] = (struct job){ .argv = (const char *const *)item->argv,
					      .timeout_ms = REPORT_TIMEOUT_MS };
	}
	jobs_run(jobs, count);
	for (size_t i = 0; i < count; i++) {
		take_job(&report->items[numbers[i]], &jobs[i]);
		job_release(&jobs[i]);
	}
	return interrupted ? -EINTR : 0;
}

int report_gather(struct report *report, struct err *err)
{
	int result = run_programs(report);

	for (size_t i = 0; !result && i < report->count; i++) {
		struct report_item *item = &report->items[i];

		if (item->kind != REPORT_COMMAND)
			read_item(report, item);
		if (item->kind == REPORT_CONF && item->text)
			result = clean_conf(report, item);
	}
	/* Once all secrets are known. */
	for (size_t i = 0; !result && i < report->count; i++)
		clean_text(report, &report->items[i]);
	return result ? err_sys(err, -result, "gathering the report") : 0;
}

/* Ourselves, by the name that a person types. */
static const char *shown_word(const char *word)
{
	return strcmp(word, "/proc/self/exe") != 0 ? word : "bedplate";
}

char *report_contents(const struct report *report)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (size_t i = 0; i < report->count; i++) {
		const struct report_item *item = &report->items[i];

		strbuf_addf(&text, "%-44s ", item->name);
		if (item->path)
			strbuf_addf(&text, "/%s", item->path);
		for (size_t j = 0; !item->path && item->argv[j]; j++)
			strbuf_addf(&text, "%s%s", j ? " " : "",
				    shown_word(item->argv[j]));
		if (*item->why)
			strbuf_addf(&text, "%s: %s",
				    item->text ? " -- but" : " -- not there", item->why);
		strbuf_addc(&text, '\n');
	}
	return strbuf_steal(&text);
}
