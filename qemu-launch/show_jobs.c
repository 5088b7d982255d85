/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_jobs.c: words and JSON for jobs. */
#include <stdio.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/show_json.h"
#include "qemu-launch/show_jobs.h"

const struct show_words show_start_words = { "starting", "ready", "failed",
					     "not started" };
const struct show_words show_stop_words = { "stopping", "off", "failed", "left" };

static const char *word_of(const struct job *job, const struct show_words *words)
{
	switch (job->state) {
	case JOB_WORKS:
		return words->works;
	case JOB_DONE:
		return words->done;
	case JOB_FAILED:
		return words->failed;
	case JOB_LEFT_OUT:
		return words->left_out;
	default:
		return "waiting";
	}
}

/* The lines behind the first are set in. */
static void show_lines(const char *text, const char *before)
{
	for (const char *line = text; *line; before = "\n    ") {
		int length = (int)strcspn(line, "\n");

		printf("%s%.*s", before, length, line);
		line += length + (line[length] == '\n');
	}
}

void show_job(const struct jobs *jobs, size_t guest, const struct show_words *words)
{
	const struct job *job = &jobs->items[guest];

	printf("%s: %s", jobs->order->guests[guest].name, word_of(job, words));
	if (job->state == JOB_DONE && job->began)
		printf(" after %.1f s", (double)(job->ended - job->began) / 1000);
	if (*job->reason)
		show_lines(job->reason, ": ");
	putchar('\n');
	fflush(stdout);
}

/* Each of its lines by itself: a log has lines. */
static void log_failure(const char *name, const char *words, const char *reason)
{
	for (const char *line = reason; *line;) {
		int length = (int)strcspn(line, "\n");

		log_error("%s: %s%.*s", name, words, length, line);
		line += length + (line[length] == '\n');
	}
}

void show_failure(const struct jobs *jobs, size_t guest)
{
	const struct job *job = &jobs->items[guest];
	const char *name = jobs->order->guests[guest].name;

	if (job->state == JOB_LEFT_OUT)
		log_failure(name, "not started: ", job->reason);
	if (job->state == JOB_FAILED)
		log_failure(name, "", job->reason);
}

/* The names of those that a job waits for. */
static json_t *waits_json(const struct jobs *jobs, size_t guest)
{
	json_t *array = json_array();
	size_t last = ORDER_NOBODY;

	for (size_t i = 0; i < jobs->order->edge_count; i++) {
		const struct order_edge *edge = &jobs->order->edges[i];
		size_t own = jobs->backwards ? edge->needs : edge->guest;
		size_t other = jobs->backwards ? edge->guest : edge->needs;

		if (own != guest || other == ORDER_NOBODY || other == last ||
		    jobs->items[other].state == JOB_NONE)
			continue;
		last = other;
		json_array_append_new(array,
				      json_string(jobs->order->guests[other].name));
	}
	return array;
}

static json_t *plan_json(const struct jobs *jobs, size_t guest)
{
	return json_pack("{s:s, s:b, s:o, s:o}", "name", jobs->order->guests[guest].name,
			 "begins", jobs->items[guest].state == JOB_WAITS, "waits_for",
			 waits_json(jobs, guest), "reason",
			 show_json_text(jobs->items[guest].reason));
}

static void show_line(const json_t *entry)
{
	const json_t *waits = json_object_get(entry, "waits_for"), *value;
	const char *reason = json_string_value(json_object_get(entry, "reason"));
	size_t i;

	printf("%s", json_string_value(json_object_get(entry, "name")));
	if (reason && *reason)
		printf(": not at all: %s", reason);
	else if (json_is_false(json_object_get(entry, "begins")))
		printf(": is ready");
	else if (json_array_size(waits))
		printf(": after");
	json_array_foreach((json_t *)waits, i, value)
		printf("%s%s", i ? ", " : " ", json_string_value(value));
	putchar('\n');
}

static int print(json_t *array, bool json, const char *nobody, struct err *err)
{
	json_t *entry;
	size_t i;

	if (json)
		return show_json_value(array, err);
	json_array_foreach(array, i, entry)
		show_line(entry);
	if (!json_array_size(array))
		puts(nobody);
	json_decref(array);
	return show_end(err);
}

int show_plan(struct jobs *jobs, bool json, const char *nobody, struct err *err)
{
	json_t *array = json_array();
	size_t next;

	jobs->tell = NULL;
	for (size_t i = 0; i < jobs->order->count; i++)
		if (jobs->items[i].state == JOB_DONE)
			json_array_append_new(array, plan_json(jobs, i));
	while ((next = jobs_next(jobs)) != ORDER_NOBODY) {
		json_array_append_new(array, plan_json(jobs, next));
		jobs_settle(jobs, next, JOB_DONE, "");
	}
	for (size_t i = 0; i < jobs->order->count; i++)
		if (*jobs->items[i].reason)
			json_array_append_new(array, plan_json(jobs, i));
	return print(array, json, nobody, err);
}

int show_results(const struct jobs *jobs, const struct show_words *words, struct err *err)
{
	json_t *array = json_array();

	for (size_t i = 0; i < jobs->order->count; i++) {
		const struct job *job = &jobs->items[i];

		if (job->state == JOB_NONE)
			continue;
		json_array_append_new(
			array, json_pack("{s:s, s:s, s:o, s:f}", "name",
					 jobs->order->guests[i].name, "result",
					 word_of(job, words), "reason",
					 show_json_text(job->reason), "seconds",
					 (double)(job->ended - job->began) / 1000));
	}
	return show_json_value(array, err);
}
