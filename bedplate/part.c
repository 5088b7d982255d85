/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part.c: runs the sibling programs and reads what they say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/part.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/interrupt.h"
#include "lib/libdir.h"

/* The program, its words, --json, --root DIR, the end. */
struct line {
	const char *argv[1 + PART_WORDS_MAX + 4];
	char *path;
};

char *part_path(const char *program)
{
	return format_text("%s/bedplate-%s", libdir_programs(), program);
}

/* Tests do not wait as long. */
static int timeout_ms(void)
{
	const char *text = getenv("BEDPLATE_PART_TIMEOUT_MS");
	int wanted = text ? atoi(text) : 0;

	return wanted > 0 ? wanted : PART_TIMEOUT_MS;
}

static int write_line(struct line *line, const struct part *part, const char *root)
{
	size_t count = 0;

	line->path = part_path(part->program);
	line->argv[count++] = line->path;
	for (size_t i = 0; i < PART_WORDS_MAX && part->words[i]; i++)
		line->argv[count++] = part->words[i];
	line->argv[count++] = "--json";
	if (root) {
		line->argv[count++] = "--root";
		line->argv[count++] = root;
	}
	return line->path ? 0 : -ENOMEM;
}

static void run(struct part *parts, struct job *jobs, size_t count)
{
	jobs_run(jobs, count);
	for (size_t i = 0; i < count; i++) {
		parts[i].job = jobs[i];
		if (jobs[i].output)
			parts[i].json = json_loadb(jobs[i].output, jobs[i].output_length,
						   0, NULL);
	}
}

int parts_run(struct part *parts, size_t count, const char *root, struct err *err)
{
	_cleanup_free_ struct line *lines = calloc(count, sizeof(*lines));
	_cleanup_free_ struct job *jobs = calloc(count, sizeof(*jobs));
	int result = lines && jobs ? 0 : -ENOMEM;

	for (size_t i = 0; !result && i < count; i++) {
		result = write_line(&lines[i], &parts[i], root);
		jobs[i] =
			(struct job){ .argv = lines[i].argv, .timeout_ms = timeout_ms() };
	}
	if (!result)
		run(parts, jobs, count);
	for (size_t i = 0; lines && i < count; i++)
		free(lines[i].path);
	if (!result && interrupted)
		result = -EINTR;
	return result ? err_sys(err, -result, "running the other programs") : 0;
}

void parts_release(struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_decref(parts[i].json);
		job_release(&parts[i].job);
	}
}

/* Why it has said nothing: its own words first. */
static void explain(const struct part *part, struct err *err)
{
	const char *errors = part->job.errors;

	if (errors && *errors)
		err_set(err, EPROTO, "%.*s", (int)strcspn(errors, "\n"), errors);
	else if (part->job.why.code)
		*err = part->job.why;
	else
		err_set(err, EPROTO, "it has printed no JSON");
	err_wrap(err, "bedplate %s %s", part->program, part->words[0]);
}

json_t *part_ask(const char *program, const char *word, const char *root, struct err *err)
{
	struct part part = { .program = program, .words = { word } };
	int result = parts_run(&part, 1, root, err);
	json_t *answer = result ? NULL : json_incref(part.json);

	if (!result && !answer)
		explain(&part, err);
	parts_release(&part, 1);
	return answer;
}
