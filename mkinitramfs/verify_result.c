/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_result.c: what a verification found, step by step. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "mkinitramfs/show.h"
#include "mkinitramfs/verify_private.h"

const char *const verify_method_words[] = {
	[VERIFY_STATIC] = "static", [VERIFY_BOOT] = "boot"
};
const char *const verify_outcome_words[] = { [VERIFY_PASSED] = "passed",
					     [VERIFY_FAILED] = "failed",
					     [VERIFY_SKIPPED] = "skipped" };

double verify_seconds(const struct verify_result *result)
{
	return (double)(clock_ms() - result->start_ms) / 1000;
}

static char *step_add(struct verify_result *result, enum verify_step_kind kind,
		      const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));
static char *step_add(struct verify_result *result, enum verify_step_kind kind,
		      const char *fmt, va_list ap)
{
	struct verify_step *more =
		reallocarray(result->steps, result->step_count + 1, sizeof(*more));
	char *text = NULL;

	if (!more)
		return NULL;
	result->steps = more;
	if (vasprintf(&text, fmt, ap) < 0)
		return NULL;
	more[result->step_count++] =
		(struct verify_step){ kind, text, verify_seconds(result) };
	return text;
}

void verify_done(struct verify_result *result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	step_add(result, VERIFY_DONE, fmt, ap);
	va_end(ap);
}

void verify_note(struct verify_result *result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	step_add(result, VERIFY_NOTE, fmt, ap);
	va_end(ap);
}

/* The first finding is the reason. */
void verify_finding(struct verify_result *result, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = step_add(result, VERIFY_FINDING, fmt, ap);
	va_end(ap);
	if (result->result != VERIFY_FAILED) {
		free(result->reason);
		result->reason = strdup(text ? text : "out of memory");
	}
	result->result = VERIFY_FAILED;
}

int verify_skip(struct verify_result *result, const char *fmt, ...)
{
	va_list ap;

	result->result = VERIFY_SKIPPED;
	free(result->reason);
	result->reason = NULL;
	va_start(ap, fmt);
	if (vasprintf(&result->reason, fmt, ap) < 0)
		result->reason = NULL;
	va_end(ap);
	return 1;
}

static const char *const kind_words[] = {
	[VERIFY_DONE] = "done", [VERIFY_NOTE] = "note", [VERIFY_FINDING] = "finding"
};

static json_t *steps_json(const struct verify_result *result)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < result->step_count; i++) {
		const struct verify_step *step = &result->steps[i];
		json_t *object = json_object();

		json_object_set_new(object, "kind", json_string(kind_words[step->kind]));
		json_object_set_new(object, "text", show_json_text(step->text));
		json_object_set_new(object, "seconds", json_real(step->seconds));
		json_array_append_new(steps, object);
	}
	return steps;
}

json_t *verify_result_json(const struct verify_result *result)
{
	json_t *object = json_object();

	json_object_set_new(object, "method",
			    json_string(verify_method_words[result->method]));
	json_object_set_new(object, "result",
			    json_string(verify_outcome_words[result->result]));
	json_object_set_new(object, "reason",
			    result->reason ? show_json_text(result->reason)
					   : json_null());
	json_object_set_new(object, "seconds", json_real(result->seconds));
	json_object_set_new(object, "steps", steps_json(result));
	if (result->console)
		json_object_set_new(object, "console", show_json_text(result->console));
	return object;
}

struct record_verdict verify_verdict(const struct verify_result *result,
				     char when[RECORD_TIME_SIZE])
{
	record_now(when);
	return (struct record_verdict){
		.method = verify_method_words[result->method],
		.result = verify_outcome_words[result->result],
		.reason = result->reason ? result->reason : "",
		.when = when,
	};
}

void verify_result_release(struct verify_result *result)
{
	for (size_t i = 0; i < result->step_count; i++)
		free(result->steps[i].text);
	free(result->steps);
	free(result->reason);
	free(result->console);
	*result = (struct verify_result)VERIFY_RESULT_INIT;
}
